/* SPDX-License-Identifier: ISC */
/*
 * How this server speaks TLS.
 *
 * TLS 1.2 and 1.3, and of 1.2 only what is forward secret and authenticated:
 * RFC 7525 and its successor 9325.  A client is asked for a certificate and
 * need not have one; who signed it does not matter, since accounts know theirs
 * by its fingerprint, and TLS has made sure that the client has its key.
 *
 * The files are looked at every now and then.  If they have changed, a context
 * is made of them beside the one in use, and takes its place only if all is
 * right with it: a certificate whose key is still on its way waits for it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "../irc/phrase.h"
#include "../server/log.h"
#include "context.h"
#include "generate.h"
#include "options.h"
#include "ticket.h"

enum { CERTIFICATE_MOST = 16384 /* bytes of a client's, with its chain */ };

SSL_CTX *context;

static char cert[512], key[512];
static struct stat seen_cert, seen_key;
static struct tls_certificate *told;

/* ---- what is said about it ---- */

static const char *
ssl_trouble(void)
{
	unsigned long first = ERR_peek_error();
	const char *text = ERR_GET_LIB(first) == ERR_LIB_SYS
	    ? strerror(ERR_GET_REASON(first))
	    : ERR_reason_error_string(ERR_peek_last_error());

	return text != NULL ? text : "it is not understood";
}

static int
complain(const char *what, const char *why)
{
	snprintf(told->trouble, sizeof(told->trouble), "%.100s: %s",
	    log_safe(what), why);
	log_warn("%s", told->trouble);
	ERR_clear_error();
	return -1;
}

/* RFC 7469, section 2.4. */
static void
describe_pin(const X509 *x, struct tls_certificate *c)
{
	unsigned char digest[EVP_MAX_MD_SIZE], text[64], *der = NULL;
	unsigned n = 0;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);

	if (len > 0 && EVP_Digest(der, (size_t)len, digest, &n, EVP_sha256(),
	                   NULL) == 1) {
		EVP_EncodeBlock(text, digest, (int)n);
		snprintf(c->pin, sizeof(c->pin), "sha256/%.44s",
		    (char *)text);
		phrase_write(c->phrase, digest);
	}
	OPENSSL_free(der);
}

static void
describe(const X509 *x)
{
	struct tls_certificate c = { .expires = 0 };
	BIO *out = BIO_new(BIO_s_mem());
	struct tm tm;

	if (ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) == 1)
		c.expires = timegm(&tm);
	if (out != NULL) {
		X509_NAME_print_ex(out, X509_get_subject_name(x), 0,
		    XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
		BIO_read(out, c.subject, sizeof(c.subject) - 1);
		BIO_free(out);
	}
	describe_pin(x, &c);
	*told = c;
}

/* ---- settings ---- */

/* Whoever it is that signed the certificate. */
static int
accept_any(X509_STORE_CTX *store, void *arg)
{
	(void)arg;
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return 1;
}

/* RFC 7301: who speaks other protocols only has come to the wrong server,
 * perhaps led there by somebody else. */
static int
choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *outlen,
    const unsigned char *in, unsigned inlen, void *arg)
{
	static const unsigned char irc[] = { 3, 'i', 'r', 'c' };

	(void)ssl;
	(void)arg;
	return SSL_select_next_proto((unsigned char **)(uintptr_t)out, outlen,
	           irc, sizeof(irc), in, inlen) == OPENSSL_NPN_NEGOTIATED
	    ? SSL_TLSEXT_ERR_OK
	    : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* All but certificate and tickets.  A client that ends without close_notify is
 * just one that has ended: what counts are lines, and half a line does not. */
static int
configure(SSL_CTX *ctx)
{
	SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION |
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF |
	    SSL_OP_ENABLE_KTLS);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS |
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_security_level(ctx, 2);
	SSL_CTX_set_max_cert_list(ctx, CERTIFICATE_MOST);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, accept_any, NULL);
	SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
	        SSL_CTX_set_cipher_list(ctx,
	            "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
	        SSL_CTX_set_session_id_context(ctx,
	            (const unsigned char *)"moot", 4) == 1
	    ? 0
	    : -1;
}

/* Never asks for the password of a key: it has none, or is of no use. */
static int
no_password(char *buf, int size, int writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static SSL_CTX *
load(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	const X509 *x;

	ERR_clear_error();
	if (ctx == NULL || configure(ctx) != 0) {
		complain("OpenSSL", ssl_trouble());
		goto fail;
	}
	SSL_CTX_set_default_passwd_cb(ctx, no_password);
	if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1) {
		complain(cert, ssl_trouble());
		goto fail;
	}
	x = SSL_CTX_get0_certificate(ctx);
	if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) == 1 &&
	    X509_check_private_key(x, SSL_CTX_get0_privatekey(ctx)) != 1) {
		complain(key, "it is not the key of the certificate");
		goto fail;
	}
	if (SSL_CTX_check_private_key(ctx) != 1 ||
	    ticket_open(ctx, SSL_CTX_get0_privatekey(ctx)) != 0) {
		complain(key, ssl_trouble());
		goto fail;
	}
	return ctx;
fail:
	SSL_CTX_free(ctx);
	return NULL;
}

/* ---- the files ---- */

static int
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Whether a file has changed since this was asked last. */
static int
has_changed(void)
{
	struct stat c, k;
	int changed;

	memset(&c, 0, sizeof(c));
	memset(&k, 0, sizeof(k));
	stat(cert, &c);
	stat(key, &k);
	changed = !is_same(&c, &seen_cert) || !is_same(&k, &seen_key);
	seen_cert = c;
	seen_key = k;
	return changed;
}

/* The files of the configuration, or those we make. */
static int
find_files(void)
{
	char why[256];

	if (options.cert != NULL) {
		snprintf(cert, sizeof(cert), "%s", options.cert);
		snprintf(key, sizeof(key), "%s", options.key != NULL
		    ? options.key : options.cert);
		return 0;
	}
	snprintf(cert, sizeof(cert), "%s/tls-cert.pem", options.dir);
	snprintf(key, sizeof(key), "%s/tls-key.pem", options.dir);
	if (generate_certificate(cert, key, options.name, why,
	    sizeof(why)) != 0)
		return complain("no certificate", log_safe(why));
	return 0;
}

int
context_open(struct tls_certificate *tell)
{
	told = tell;
	memset(told, 0, sizeof(*told));
	if (find_files() != 0)
		return -1;
	has_changed();
	if ((context = load()) == NULL)
		return -1;
	describe(SSL_CTX_get0_certificate(context));
	return 0;
}

void
context_watch(int forced)
{
	SSL_CTX *ctx;

	if ((!has_changed() && !forced) || (ctx = load()) == NULL)
		return;
	SSL_CTX_free(context);
	context = ctx;
	describe(SSL_CTX_get0_certificate(context));
	log_info("certificate read again: %s", log_safe(told->subject));
}
