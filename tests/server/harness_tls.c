/* SPDX-License-Identifier: ISC */
/* The clients of the tests that speak TLS: see harness_tls.h. */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "harness_tls.h"

static const char no_trouble[] = "";

/* ---- the server ---- */

void
server_tls(struct server *sv)
{
	server_add(sv, "listen-tls 127.0.0.1:0");
}

static int
port_of_log(const struct server *sv)
{
	static const char word[] = "listening for TLS on 127.0.0.1:";
	char *log = server_log(sv), *p = strstr(log, word);
	int port = p != NULL && strchr(p, '\n') != NULL
	    ? atoi(p + strlen(word))
	    : 0;

	free(log);
	return port;
}

int
server_tls_port(struct server *sv)
{
	int port = 0;

	wait_for((port = port_of_log(sv)) != 0, HARNESS_WAIT);
	return port;
}

int
server_tls_pids(const struct server *sv, pid_t *pid, int max)
{
	char line[4096], pids[512], *p, *save;
	int n = 0;

	if (server_ctl_find(sv, "status", "tls_pids", NULL, line,
	        sizeof(line)) == NULL ||
	    json_get(line, "tls_pids", pids, sizeof(pids)) == NULL)
		return 0;
	for (p = strtok_r(pids, " ", &save); p != NULL && n < max;
	    p = strtok_r(NULL, " ", &save))
		pid[n++] = (pid_t)atoi(p);
	return n;
}

/* ---- one connection ---- */

struct session {
	SSL *ssl;
	SSL_SESSION *told;     /* the newest */
};

static SSL *
ssl_of(struct client *c)
{
	return ((struct session *)c->io_data)->ssl;
}

static ssize_t
tls_send(struct client *c, const void *data, size_t len)
{
	int n;

	ERR_clear_error();
	if ((n = SSL_write(ssl_of(c), data, (int)len)) > 0)
		return n;
	switch (SSL_get_error(ssl_of(c), n)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return 0;
	default:
		return -1;
	}
}

static ssize_t
tls_recv(struct client *c, void *buf, size_t size)
{
	int n;

	ERR_clear_error();
	if ((n = SSL_read(ssl_of(c), buf, (int)size)) > 0)
		return n;
	switch (SSL_get_error(ssl_of(c), n)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	default:
		return 0;
	}
}

static void
tls_end(struct client *c)
{
	struct session *s = c->io_data;

	/* else its session would be thought of as broken */
	SSL_set_shutdown(s->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(s->ssl);
	SSL_SESSION_free(s->told);
	free(s);
}

static const struct client_io tls_io = { tls_send, tls_recv, tls_end };

static int
note_session(SSL *ssl, SSL_SESSION *told)
{
	struct session *s = SSL_get_app_data(ssl);

	/* a copy, since an end that is not in order spoils the original */
	SSL_SESSION_free(s->told);
	s->told = SSL_SESSION_dup(told);
	return 0;
}

static SSL_CTX *
context_make(const struct client_tls *how)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	ck_assert_ptr_nonnull(ctx);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT |
	    SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, note_session);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	if (how->least != 0)
		SSL_CTX_set_min_proto_version(ctx, how->least);
	if (how->most != 0)
		SSL_CTX_set_max_proto_version(ctx, how->most);
	/* what the server refuses has to be asked for */
	SSL_CTX_set_security_level(ctx, 0);
	if (how->ciphers != NULL)
		ck_assert_int_eq(
		    SSL_CTX_set_cipher_list(ctx, how->ciphers), 1);
	if (how->cert != NULL) {
		ck_assert_int_eq(SSL_CTX_use_certificate_chain_file(ctx,
		    how->cert), 1);
		ck_assert_int_eq(SSL_CTX_use_PrivateKey_file(ctx, how->key,
		    SSL_FILETYPE_PEM), 1);
	}
	return ctx;
}

static struct session *
session_make(const struct client_tls *how, int fd)
{
	struct session *s = calloc(1, sizeof(*s));
	SSL_CTX *ctx = context_make(how);
	unsigned char alpn[64];

	s->ssl = SSL_new(ctx);
	SSL_CTX_free(ctx);
	SSL_set_app_data(s->ssl, s);
	SSL_set_fd(s->ssl, fd);
	if (how->session != NULL)
		SSL_set_session(s->ssl, how->session);
	if (how->alpn != NULL) {
		alpn[0] = (unsigned char)strlen(how->alpn);
		memcpy(alpn + 1, how->alpn, alpn[0]);
		SSL_set_alpn_protos(s->ssl, alpn, alpn[0] + 1u);
	}
	return s;
}

/* Shakes hands on FD, which does not block: NULL, or what is wrong. */
static const char *
shake(SSL *ssl, int fd)
{
	long end = clock_ms() + harness_ms(HARNESS_WAIT);
	const char *text;
	int n, why;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		ERR_clear_error();
		if ((n = SSL_connect(ssl)) == 1)
			return NULL;
		why = SSL_get_error(ssl, n);
		if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
			text = ERR_reason_error_string(ERR_peek_last_error());
			return text != NULL ? text : "the end";
		}
		ck_assert_msg(clock_ms() < end, "no handshake in time");
		if (why == SSL_ERROR_WANT_WRITE)
			p.events = POLLOUT;
		poll(&p, 1, 50);
	}
}

struct client *
client_tls_open(struct server *sv, int fd, const struct client_tls *how)
{
	struct client *c;
	struct session *s;
	const char *why;

	if (how->nbefore > 0)
		ck_assert_int_eq(send(fd, how->before, how->nbefore,
		    MSG_NOSIGNAL), (ssize_t)how->nbefore);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	s = session_make(how, fd);
	why = shake(s->ssl, fd);
	ck_assert_msg(why == NULL, "handshake: %s", why);
	c = client_on(sv, fd);
	c->io = &tls_io;
	c->io_data = s;
	return c;
}

static int
connect_port(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	to.sin_port = htons((uint16_t)port);
	ck_assert_msg(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0,
	    "connect to port %d: %s", port, strerror(errno));
	return fd;
}

struct client *
client_tls_connect_with(struct server *sv, const struct client_tls *how)
{
	return client_tls_open(sv, connect_port(server_tls_port(sv)), how);
}

struct client *
client_tls_connect(struct server *sv)
{
	return client_tls_connect_with(sv, &(struct client_tls) { .least = 0 });
}

const char *
client_tls_refused(struct server *sv, const struct client_tls *how)
{
	int fd = connect_port(server_tls_port(sv));
	struct session *s;
	const char *why;
	char byte;

	if (how->nbefore > 0)
		ck_assert_int_eq(send(fd, how->before, how->nbefore,
		    MSG_NOSIGNAL), (ssize_t)how->nbefore);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	s = session_make(how, fd);
	why = shake(s->ssl, fd);
	if (why == NULL) {
		/* of TLS 1.3 a client learns it afterwards */
		fcntl(fd, F_SETFL, 0);
		ck_assert_int_le(SSL_read(s->ssl, &byte, 1), 0);
		why = ERR_reason_error_string(ERR_peek_last_error());
	}
	SSL_free(s->ssl);
	SSL_SESSION_free(s->told);
	free(s);
	close(fd);
	return why != NULL ? why : no_trouble;
}

struct client *
client_tls_register(struct server *sv, const char *nick)
{
	struct client *c = client_tls_connect(sv);

	snprintf(c->nick, sizeof(c->nick), "%s", nick);
	client_send(c, "NICK %s\r\nUSER %.9s 0 * :Real %s", nick, nick, nick);
	client_welcome(c);
	return c;
}

SSL *
client_tls_ssl(const struct client *c)
{
	return ((const struct session *)c->io_data)->ssl;
}

SSL_SESSION *
client_tls_session(struct client *c)
{
	struct session *s = c->io_data;
	SSL_SESSION *told;

	client_sync(c); /* of TLS 1.3 it is told behind the handshake */
	if (s->told == NULL)
		return SSL_get1_session(s->ssl);
	told = s->told;
	s->told = NULL;
	return told;
}

const char *
client_tls_pin(const struct client *c, char *buf, size_t size)
{
	X509 *x = SSL_get1_peer_certificate(client_tls_ssl(c));
	unsigned char digest[EVP_MAX_MD_SIZE], text[100];
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	unsigned n = 0;

	ck_assert_int_gt(len, 0);
	EVP_Digest(der, (size_t)len, digest, &n, EVP_sha256(), NULL);
	EVP_EncodeBlock(text, digest, (int)n);
	snprintf(buf, size, "sha256/%s", (char *)text);
	OPENSSL_free(der);
	X509_free(x);
	return buf;
}

/* ---- certificates ---- */

void
tls_certificate(const char *cert, const char *key, const char *name, int days)
{
	EVP_PKEY *k = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	FILE *f;

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_time_adj_ex(X509_getm_notBefore(x), -1, 0, NULL);
	X509_time_adj_ex(X509_getm_notAfter(x), days, 0, NULL);
	X509_set_pubkey(x, k);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	    MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	ck_assert_int_gt(X509_sign(x, k, EVP_sha256()), 0);
	f = fopen(key, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(PEM_write_PrivateKey(f, k, NULL, NULL, 0, NULL, NULL),
	    1);
	fclose(f);
	f = fopen(cert, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(PEM_write_X509(f, x), 1);
	fclose(f);
	X509_free(x);
	EVP_PKEY_free(k);
}
