/* SPDX-License-Identifier: ISC */
/*
 * What a moot built without OpenSSL does where it should speak TLS: it says
 * so, and does nothing else instead.  Empty where there is client/tls/.
 */

#include "client/tls/certificate.h"
#include "client/tls/scram.h"
#include "client/tls/tls.h"

#ifndef TLS

#include <stdio.h>
#include <string.h>

int
tls_is_built(void)
{
	return 0;
}

enum tls_result
tls_begin(struct tls **t, const struct tls_wish *w, int fd,
    char why[TLS_WHY])
{
	(void)t;
	(void)w;
	(void)fd;
	snprintf(why, TLS_WHY, "this moot was built without TLS");
	return TLS_REFUSED;
}

enum tls_result
tls_shake(struct tls *t, char why[TLS_WHY])
{
	return tls_begin(&t, NULL, -1, why);
}

enum tls_result
tls_read(struct tls *t, void *buf, size_t size, size_t *n, char why[TLS_WHY])
{
	(void)buf;
	(void)size;
	*n = 0;
	return tls_begin(&t, NULL, -1, why);
}

enum tls_result
tls_write(struct tls *t, const void *buf, size_t len, size_t *n,
    char why[TLS_WHY])
{
	(void)buf;
	(void)len;
	*n = 0;
	return tls_begin(&t, NULL, -1, why);
}

int
tls_is_pending(const struct tls *t)
{
	(void)t;
	return 0;
}

void
tls_end(struct tls *t)
{
	(void)t;
}

void
tls_free(struct tls *t)
{
	(void)t;
}

int
tls_tell(const struct tls *t, struct tls_info *info)
{
	(void)t;
	memset(info, 0, sizeof(*info));
	return 0;
}

int
scram_begin(struct scram *s, const char *account, const char *nonce,
    char message[SCRAM_MESSAGE])
{
	(void)account;
	(void)nonce;
	*message = '\0';
	scram_wipe(s);
	return -1;
}

int
scram_answer(struct scram *s, const char *challenge, const char *password,
    char message[SCRAM_MESSAGE])
{
	(void)challenge;
	(void)password;
	*message = '\0';
	scram_wipe(s);
	return -1;
}

int
scram_verify(const struct scram *s, const char *final)
{
	(void)s;
	(void)final;
	return 0;
}

void
scram_wipe(struct scram *s)
{
	memset(s, 0, sizeof(*s));
}

int
certificate_make(const char *path, const char *name, char why[TLS_WHY])
{
	(void)path;
	(void)name;
	tls_begin(NULL, NULL, -1, why);
	return -1;
}

int
certificate_fingerprint(const char *path,
    char hex[CERTIFICATE_FINGERPRINT], char why[TLS_WHY])
{
	*hex = '\0';
	return certificate_make(path, NULL, why);
}

#endif
