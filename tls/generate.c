/* SPDX-License-Identifier: ISC */
/*
 * The certificate of a server that was given none: see generate.h.
 *
 * All processes of mootd-tls come here at their start: a lock on the key's
 * directory lets one at a time in, and the first one makes both files.  The
 * key gets its name before the certificate does, so who is killed in between
 * leaves a key that nobody knows yet, and the next one makes both anew.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "generate.h"

enum {
	DAYS = 3650,           /* nobody renews it: clients go by its key */
	EARLIER = 86400,       /* s: clocks of clients may be slow */
	SERIAL = 16,
};

static int
add_extension(X509 *x, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;
	int ok;

	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = e != NULL && X509_add_ext(x, e, -1) == 1;
	X509_EXTENSION_free(e);
	return ok;
}

static int
add_names(X509 *x, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(x);
	char names[256];

	snprintf(names, sizeof(names),
	    "DNS:%s,DNS:localhost,IP:127.0.0.1,IP:::1", name);
	return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
	           (const unsigned char *)name, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x, subject) == 1 &&
	    add_extension(x, NID_subject_alt_name, names) &&
	    add_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
	    add_extension(x, NID_ext_key_usage, "serverAuth");
}

static X509 *
make_certificate(EVP_PKEY *key, const char *name)
{
	unsigned char serial[SERIAL];
	BIGNUM *n = NULL;
	X509 *x = X509_new();

	if (x == NULL || RAND_bytes(serial, sizeof(serial)) != 1)
		goto fail;
	serial[0] &= 0x7f;
	if ((n = BN_bin2bn(serial, sizeof(serial), NULL)) == NULL ||
	    BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) == NULL ||
	    X509_set_version(x, X509_VERSION_3) != 1 ||
	    X509_gmtime_adj(X509_getm_notBefore(x), -EARLIER) == NULL ||
	    X509_time_adj_ex(X509_getm_notAfter(x), DAYS, 0, NULL) == NULL ||
	    X509_set_pubkey(x, key) != 1 || !add_names(x, name) ||
	    X509_sign(x, key, EVP_sha256()) == 0)
		goto fail;
	BN_free(n);
	return x;
fail:
	BN_free(n);
	X509_free(x);
	return NULL;
}

/* Writes KEY, or else X, to PATH, by way of a new file beside it. */
static int
write_pem(const char *path, EVP_PKEY *key, X509 *x)
{
	char fresh[512];
	FILE *f = NULL;
	int fd, ok = 0;

	if (snprintf(fresh, sizeof(fresh), "%s.new", path) >=
	    (int)sizeof(fresh)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || (f = fdopen(fd, "w")) == NULL)
		goto fail;
	ok = key != NULL
	    ? PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL)
	    : PEM_write_X509(f, x);
	if (fflush(f) != 0 || fsync(fd) != 0)
		ok = 0;
	if (fclose(f) == 0 && ok && rename(fresh, path) == 0)
		return 0;
	unlink(fresh);
	return -1;
fail:
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
make_both(const char *cert, const char *key, const char *name)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	X509 *x = pkey != NULL ? make_certificate(pkey, name) : NULL;
	int failed = -1;

	errno = 0;
	if (x != NULL && write_pem(key, pkey, NULL) == 0)
		failed = write_pem(cert, NULL, x);
	X509_free(x);
	EVP_PKEY_free(pkey);
	return failed;
}

/* Opens the directory of PATH, alone; -1 with errno. */
static int
lock_directory(const char *path)
{
	char dir[512];
	char *slash;
	int fd;

	snprintf(dir, sizeof(dir), "%s", path);
	if ((slash = strrchr(dir, '/')) != NULL)
		slash[slash == dir] = '\0';
	mkdir(dir, 0700);
	fd = open(slash != NULL ? dir : ".",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int
generate_certificate(const char *cert, const char *key, const char *name,
    char *why, size_t size)
{
	int lock = lock_directory(key), failed = -1;

	if (lock < 0)
		snprintf(why, size, "%s: %s", key, strerror(errno));
	else if (access(cert, F_OK) == 0 && access(key, F_OK) == 0)
		failed = 0;
	else if (access(cert, F_OK) == 0)
		snprintf(why, size, "%s is there, and %s is not", cert, key);
	else if ((failed = make_both(cert, key, name)) != 0)
		snprintf(why, size, "%s: %s", key, errno != 0
		    ? strerror(errno)
		    : ERR_reason_error_string(ERR_peek_last_error()));
	if (lock >= 0)
		close(lock);
	return failed;
}
