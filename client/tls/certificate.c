/* SPDX-License-Identifier: ISC */
/*
 * Certificates of our own: ECDSA on P-256, which every server takes, for
 * CERTIFICATE_YEARS, since what a server goes by is the fingerprint and an
 * expiry would only lock its owner out.  Nothing secret is in it; the key is in
 * the same file, which is made with mode 0600 and never replaced.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "certificate.h"

enum { CERTIFICATE_YEARS = 20, CERTIFICATE_SERIAL = 8 /* bytes */ };

/* A random number that is not negative. */
static int
certificate_number(X509 *x)
{
	unsigned char bytes[CERTIFICATE_SERIAL];
	BIGNUM *n;
	int ok;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return 0;
	bytes[0] &= 0x7f;
	n = BN_bin2bn(bytes, sizeof(bytes), NULL);
	ok = n != NULL &&
	    BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;
	BN_free(n);
	return ok;
}

static X509 *
certificate_new(EVP_PKEY *key, const char *name)
{
	X509 *x = X509_new();
	X509_NAME *n;

	if (x == NULL)
		return NULL;
	n = X509_get_subject_name(x);
	if (X509_set_version(x, X509_VERSION_3) == 1 && certificate_number(x) &&
	    X509_gmtime_adj(X509_getm_notBefore(x), -3600) != NULL &&
	    X509_time_adj_ex(X509_getm_notAfter(x), 365 * CERTIFICATE_YEARS,
	    0, NULL) != NULL &&
	    X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8,
	    (const unsigned char *)name, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x, n) == 1 && X509_set_pubkey(x, key) == 1 &&
	    X509_sign(x, key, EVP_sha256()) > 0)
		return x;
	X509_free(x);
	return NULL;
}

/* Both, into a file that was not there. */
static int
certificate_write(const char *path, EVP_PKEY *key, X509 *x, char why[TLS_WHY])
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *f = fd != -1 ? fdopen(fd, "w") : NULL;
	int ok;

	if (f == NULL) {
		snprintf(why, TLS_WHY, "%.400s: %s", path, strerror(errno));
		if (fd != -1)
			close(fd);
		return -1;
	}
	ok = PEM_write_PKCS8PrivateKey(f, key, NULL, NULL, 0, NULL,
	    NULL) == 1 && PEM_write_X509(f, x) == 1 && fflush(f) == 0 &&
	    fsync(fd) == 0;
	if (fclose(f) != 0 || !ok) {
		snprintf(why, TLS_WHY, "%.400s: %s", path, strerror(errno));
		unlink(path);
		return -1;
	}
	return 0;
}

int
certificate_make(const char *path, const char *name, char why[TLS_WHY])
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = key != NULL ? certificate_new(key, name) : NULL;
	int result = -1;

	snprintf(why, TLS_WHY, "no certificate can be made");
	if (x != NULL)
		result = certificate_write(path, key, x, why);
	X509_free(x);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return result;
}

int
certificate_fingerprint(const char *path,
    char hex[CERTIFICATE_FINGERPRINT], char why[TLS_WHY])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0, i;
	FILE *f = fopen(path, "re");
	X509 *x;

	if (f == NULL) {
		snprintf(why, TLS_WHY, "%.400s: %s", path, strerror(errno));
		return -1;
	}
	x = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	ERR_clear_error();
	if (x == NULL || X509_digest(x, EVP_sha256(), digest, &len) != 1) {
		X509_free(x);
		snprintf(why, TLS_WHY, "%.400s: no certificate in it", path);
		return -1;
	}
	X509_free(x);
	for (i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return 0;
}
