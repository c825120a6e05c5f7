/* SPDX-License-Identifier: ISC */
/*
 * TLS for both ends of a benchmark: see secure.h.  It is OpenSSL as it comes,
 * with buffers that are there only while there is something in them: what the
 * floor costs with it is what TLS costs anybody.
 */
#include <err.h>
#include <errno.h>

#include "secure.h"

#ifdef TLS

#include <openssl/err.h>
#include <openssl/ssl.h>

static SSL_CTX *context;

static void
context_open(const SSL_METHOD *method)
{
	context = SSL_CTX_new(method);
	if (context == NULL ||
	    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_ciphersuites(context, "TLS_AES_256_GCM_SHA384") != 1 ||
	    SSL_CTX_set1_groups_list(context, "X25519") != 1)
		errx(1, "OpenSSL does not want to");
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS |
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(context, 1);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

void
secure_clients(void)
{
	context_open(TLS_client_method());
}

void
secure_server(const char *cert, const char *key)
{
	context_open(TLS_server_method());
	if (SSL_CTX_use_certificate_chain_file(context, cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
		errx(1, "%s, %s: not a certificate and its key", cert, key);
}

struct ssl_st *
secure_start(int fd)
{
	SSL *ssl = SSL_new(context);

	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1)
		errx(1, "SSL_new");
	if (SSL_is_server(ssl))
		SSL_set_accept_state(ssl);
	else
		SSL_set_connect_state(ssl);
	return ssl;
}

/* What recv(2) would return and have in errno, where N came of SSL. */
static ssize_t
result(SSL *ssl, int n)
{
	switch (SSL_get_error(ssl, n)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		return errno == 0 ? 0 : -1;
	default:
		/* an end without close_notify is one, too */
		errno = EPROTO;
		return ERR_GET_REASON(ERR_peek_error()) ==
			SSL_R_UNEXPECTED_EOF_WHILE_READING ? 0 : -1;
	}
}

int
secure_shake(struct ssl_st *ssl)
{
	int n;

	ERR_clear_error();
	errno = 0;
	if ((n = SSL_do_handshake(ssl)) == 1)
		return 1;
	if (result(ssl, n) == 0)
		errno = ECONNRESET;
	return errno == EAGAIN ? 0 : -1;
}

ssize_t
secure_recv(struct ssl_st *ssl, void *buf, size_t size)
{
	int n;

	ERR_clear_error();
	errno = 0;
	n = SSL_read(ssl, buf, (int)size);
	return n > 0 ? n : result(ssl, n);
}

ssize_t
secure_send(struct ssl_st *ssl, const void *buf, size_t len)
{
	size_t done = 0;
	int n;

	/* a record at a time */
	while (done < len) {
		ERR_clear_error();
		errno = 0;
		n = SSL_write(ssl, (const char *)buf + done, (int)(len - done));
		if (n <= 0)
			return done > 0 ? (ssize_t)done : result(ssl, n);
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int
secure_pending(const struct ssl_st *ssl)
{
	return SSL_has_pending(ssl);
}

void
secure_end(struct ssl_st *ssl)
{
	SSL_free(ssl);
}

#endif
