/* SPDX-License-Identifier: ISC */
/* Streams to workers: see upstream.h. */
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "../irc/proxy.h"
#include "options.h"
#include "upstream.h"

/* Another user may have taken the address of a server that is no more: what a
 * client says is not for that. */
static int
is_ours(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	/* who started as root and dropped it had bound before */
	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    (peer.uid == geteuid() || peer.uid == 0);
}

/* A stream to whichever worker takes it; -1 with errno. */
static int
connect_workers(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t len = strlen(options.workers);
	int fd;

	if (len + 1 > sizeof(un.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(un.sun_path + 1, options.workers, len);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&un,
	        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
	            len)) == 0) {
		if (is_ours(fd))
			return fd;
		errno = EPERM;
	}
	len = (size_t)errno;
	close(fd);
	errno = (int)len;
	return -1;
}

static void
local_address(int fd, uint8_t addr[16], unsigned *port)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	memset(&ss, 0, sizeof(ss));
	getsockname(fd, (struct sockaddr *)&ss, &len);
	connection_address(&ss, addr, port);
}

/* SHA-256 of the certificate, as those know it who show one with openssl(1). */
static void
fingerprint(const SSL *ssl, struct proxy *p)
{
	X509 *x = SSL_get1_peer_certificate(ssl);
	unsigned n = 0;

	p->certified = x != NULL &&
	    X509_digest(x, EVP_sha256(), p->fingerprint, &n) == 1;
	X509_free(x);
}

static long
header(const struct connection *c, char *buf, size_t size)
{
	struct proxy p = { .known = 1, .tls = 1 };
	uint8_t to[16];
	unsigned port;

	memcpy(p.addr, c->addr, sizeof(p.addr));
	snprintf(p.version, sizeof(p.version), "%s",
	    SSL_get_version(c->ssl));
	snprintf(p.cipher, sizeof(p.cipher), "%s",
	    SSL_get_cipher_name(c->ssl));
	fingerprint(c->ssl, &p);
	local_address(c->fd, to, &port);
	return proxy_write(&p, c->port, to, port, buf, size);
}

int
upstream_open(struct connection *c)
{
	char buf[PROXY_MOST];
	long n;
	int fd = connect_workers();

	if (fd < 0)
		return errno == EAGAIN || errno == EMFILE ? 1 : -1;
	n = header(c, buf, sizeof(buf));
	/* a new stream has room for it */
	if (n > 0 && send(fd, buf, (size_t)n, MSG_NOSIGNAL) == n &&
	    connection_plain(c, fd) == 0)
		return 0;
	close(fd);
	return -1;
}
