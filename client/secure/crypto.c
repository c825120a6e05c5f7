/* SPDX-License-Identifier: ISC */
/*
 * The primitives, as OpenSSL has them: the only file of client/secure/ that
 * knows its functions.  Nothing is kept between calls; a message is short, so
 * what it costs to set up a cipher for each does not matter.
 */

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "crypto.h"

int
crypto_random(void *out, size_t len)
{
	return RAND_bytes(out, (int)len) == 1 ? 0 : -1;
}

int
crypto_public(uint8_t out[CRYPTO_KEY], const uint8_t private[CRYPTO_KEY])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL,
	    private, CRYPTO_KEY);
	size_t len = CRYPTO_KEY;
	int ok;

	ok = key != NULL && EVP_PKEY_get_raw_public_key(key, out, &len) == 1;
	EVP_PKEY_free(key);
	return ok ? 0 : -1;
}

/* OpenSSL refuses a result of zeros, RFC 7748, section 6.1. */
int
crypto_agree(uint8_t out[CRYPTO_KEY], const uint8_t private[CRYPTO_KEY],
    const uint8_t public[CRYPTO_KEY])
{
	EVP_PKEY *ours = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL,
	    private, CRYPTO_KEY);
	EVP_PKEY *theirs = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL,
	    public, CRYPTO_KEY);
	EVP_PKEY_CTX *c = ours == NULL ? NULL : EVP_PKEY_CTX_new(ours, NULL);
	size_t len = CRYPTO_KEY;
	int ok;

	ok = c != NULL && theirs != NULL && EVP_PKEY_derive_init(c) == 1 &&
	    EVP_PKEY_derive_set_peer(c, theirs) == 1 &&
	    EVP_PKEY_derive(c, out, &len) == 1 && len == CRYPTO_KEY;
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(theirs);
	EVP_PKEY_free(ours);
	return ok ? 0 : -1;
}

int
crypto_hash(uint8_t out[CRYPTO_HASH], struct crypto_bytes a,
    struct crypto_bytes b)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	int ok;

	ok = c != NULL && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1 &&
	    EVP_DigestUpdate(c, a.data, a.len) == 1 &&
	    EVP_DigestUpdate(c, b.data, b.len) == 1 &&
	    EVP_DigestFinal_ex(c, out, NULL) == 1;
	EVP_MD_CTX_free(c);
	return ok ? 0 : -1;
}

static OSSL_PARAM
crypto_param(const char *name, struct crypto_bytes b)
{
	/* it is only read; NULL would not be an empty one */
	return OSSL_PARAM_construct_octet_string(name,
	    b.len == 0 ? (void *)(uintptr_t)"" : (void *)(uintptr_t)b.data,
	    b.len);
}

int
crypto_derive(uint8_t *out, size_t len, struct crypto_bytes salt,
    struct crypto_bytes key, struct crypto_bytes info)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *c = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
	char digest[] = "SHA256";
	OSSL_PARAM p[5];
	int ok;

	p[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest,
	    0);
	p[1] = crypto_param(OSSL_KDF_PARAM_SALT, salt);
	p[2] = crypto_param(OSSL_KDF_PARAM_KEY, key);
	p[3] = crypto_param(OSSL_KDF_PARAM_INFO, info);
	p[4] = OSSL_PARAM_construct_end();
	ok = c != NULL && EVP_KDF_derive(c, out, len, p) == 1;
	EVP_KDF_CTX_free(c);
	EVP_KDF_free(kdf);
	return ok ? 0 : -1;
}

int
crypto_seal(uint8_t *out, const uint8_t key[CRYPTO_KEY],
    const uint8_t nonce[CRYPTO_NONCE], struct crypto_bytes ad,
    struct crypto_bytes text)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n, ok;

	ok = c != NULL && EVP_EncryptInit_ex(c, EVP_chacha20_poly1305(), NULL,
	    key, nonce) == 1 &&
	    EVP_EncryptUpdate(c, NULL, &n, ad.data, (int)ad.len) == 1 &&
	    EVP_EncryptUpdate(c, out, &n, text.data, (int)text.len) == 1 &&
	    EVP_EncryptFinal_ex(c, out + n, &n) == 1 &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, CRYPTO_TAG,
	    out + text.len) == 1;
	EVP_CIPHER_CTX_free(c);
	return ok ? 0 : -1;
}

int
crypto_open(uint8_t *out, const uint8_t key[CRYPTO_KEY],
    const uint8_t nonce[CRYPTO_NONCE], struct crypto_bytes ad,
    struct crypto_bytes sealed)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	const uint8_t *data = sealed.data;
	size_t len = sealed.len - CRYPTO_TAG;
	int n, ok;

	ok = c != NULL && sealed.len >= CRYPTO_TAG &&
	    EVP_DecryptInit_ex(c, EVP_chacha20_poly1305(), NULL, key,
	    nonce) == 1 && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG,
	    CRYPTO_TAG, (void *)(uintptr_t)(data + len)) == 1 &&
	    EVP_DecryptUpdate(c, NULL, &n, ad.data, (int)ad.len) == 1 &&
	    EVP_DecryptUpdate(c, out, &n, data, (int)len) == 1 &&
	    EVP_DecryptFinal_ex(c, out + n, &n) == 1;
	EVP_CIPHER_CTX_free(c);
	return ok ? 0 : -1;
}

void
crypto_wipe(void *data, size_t len)
{
	OPENSSL_cleanse(data, len);
}
