/* SPDX-License-Identifier: ISC */
/* Session tickets: see ticket.h. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "ticket.h"

enum { NAME = 16, KEY = 32, EPOCHS = 3 /* that are accepted */ };

/* The keys of an epoch, in the order they are derived. */
struct keys {
	unsigned char name[NAME]; /* how a ticket says which */
	unsigned char aes[KEY];
	unsigned char hmac[KEY];
};

static unsigned char secret[KEY]; /* of the private key */
static struct keys keys[EPOCHS];  /* [0] is the epoch of now */
static long epoch_now;            /* whose keys these are; 0: none */

/* HKDF (RFC 5869) of SECRET with INFO into OUT. */
static int
derive(const void *in, size_t inlen, const char *info, void *out, size_t len)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
	OSSL_PARAM p[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
		    (char *)(uintptr_t)"SHA256", 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
		    (void *)(uintptr_t)in, inlen),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO,
		    (void *)(uintptr_t)info, strlen(info)),
		OSSL_PARAM_construct_end(),
	};
	int ok = ctx != NULL && EVP_KDF_derive(ctx, out, len, p) == 1;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ok ? 0 : -1;
}

static int
derive_epoch(struct keys *k, long epoch)
{
	char info[64];

	snprintf(info, sizeof(info), "moot tls ticket %ld", epoch);
	return derive(secret, sizeof(secret), info, k, sizeof(*k));
}

/* Makes the keys of now and of the epochs before. */
static int
keys_update(void)
{
	long epoch = (long)(time(NULL) / TICKET_EPOCH);
	int i;

	if (epoch == epoch_now)
		return 0;
	for (i = 0; i < EPOCHS; i++)
		if (derive_epoch(&keys[i], epoch - i) != 0)
			return -1;
	epoch_now = epoch;
	return 0;
}

/* Prepares the two contexts with the keys K; 1, or -1. */
static int
use(const struct keys *k, unsigned char *iv, EVP_CIPHER_CTX *cipher,
    EVP_MAC_CTX *mac, int encrypt)
{
	OSSL_PARAM p[] = {
		OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY,
		    (void *)(uintptr_t)k->hmac, KEY),
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
		    (char *)(uintptr_t)"SHA256", 0),
		OSSL_PARAM_construct_end(),
	};

	return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, k->aes, iv,
	           encrypt) == 1 &&
	        EVP_MAC_CTX_set_params(mac, p) == 1
	    ? 1
	    : -1;
}

/* For OpenSSL, SSL_CTX_set_tlsext_ticket_key_evp_cb(3): 0 when the ticket is
 * none of ours, 2 when it is to be replaced by a new one: always, since clients
 * use each but once (RFC 8446, C.4). */
static int
callback(SSL *ssl, unsigned char *name, unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypt)
{
	int i;

	(void)ssl;
	if (keys_update() != 0)
		return -1;
	if (encrypt) {
		if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(
		        EVP_aes_256_cbc())) != 1)
			return -1;
		memcpy(name, keys[0].name, NAME);
		return use(&keys[0], iv, cipher, mac, 1);
	}
	for (i = 0; i < EPOCHS; i++)
		if (memcmp(name, keys[i].name, NAME) == 0)
			break;
	if (i == EPOCHS)
		return 0;
	return use(&keys[i], iv, cipher, mac, 0) == 1 ? 2 : -1;
}

/* Whether the hello of the client offers TLS 1.3 (RFC 8446, 4.2.1). */
static int
offers_13(SSL *ssl)
{
	const unsigned char *p;
	size_t n, i;

	if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_supported_versions, &p,
	        &n) != 1 || n < 1)
		return 0;
	for (i = 1; i + 1 < n; i += 2)
		if (p[i] == 3 && p[i + 1] == 4)
			return 1;
	return 0;
}

static int
hello(SSL *ssl, int *alert, void *arg)
{
	(void)alert;
	(void)arg;
	if (!offers_13(ssl))
		SSL_set_options(ssl, SSL_OP_NO_TICKET);
	return SSL_CLIENT_HELLO_SUCCESS;
}

int
ticket_open(SSL_CTX *ctx, EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int len = i2d_PrivateKey(key, &der), failed;

	if (len <= 0)
		return -1;
	failed = derive(der, (size_t)len, "moot tls tickets", secret,
	    sizeof(secret));
	OPENSSL_clear_free(der, (size_t)len);
	epoch_now = 0;
	if (failed || keys_update() != 0)
		return -1;
	SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, callback);
	SSL_CTX_set_client_hello_cb(ctx, hello, NULL);
	SSL_CTX_set_timeout(ctx, TICKET_LIFE);
	SSL_CTX_set_num_tickets(ctx, 1);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_SERVER);
	SSL_CTX_sess_set_cache_size(ctx, 1000);
	return 0;
}
