/* SPDX-License-Identifier: ISC */
/*
 * Where a connection goes to: an address as people write it, taken apart, and
 * what follows from it: TLS for everything that is not on this machine, unless
 * the address says otherwise.  Nothing is looked up or connected to here.
 */

#include <sys/stat.h>
#include <sys/un.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "connection.h"
#include "irc/uri.h"

#define DEFAULT_HOST "127.0.0.1"
#define UNIX_SCHEME "unix:"

static int
connection_copy(char *dst, size_t size, const char *src, size_t len)
{
	if (len == 0 || len >= size)
		return -1;
	memcpy(dst, src, len);
	dst[len] = '\0';
	return 0;
}

/* The path of a Unix socket must fit its address. */
static int
connection_init_unix(struct connection *c, const char *path)
{
	if (*path != '/' || strlen(path) >=
	    sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return -1;
	return connection_copy(c->host, sizeof(c->host), path, strlen(path));
}

static int
connection_is_socket(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* One's own server is meant before that of the machine. */
const char *
connection_local(void)
{
	static char own[CONNECTION_HOST];
	const char *dir = getenv("XDG_RUNTIME_DIR");
	int n = snprintf(own, sizeof(own), "%s/moot/moot.sock",
	    dir != NULL ? dir : "");

	if (dir != NULL && *dir == '/' && n < (int)sizeof(own) &&
	    connection_is_socket(own))
		return own;
	return connection_is_socket(CONNECTION_SOCKET) ? CONNECTION_SOCKET :
	    NULL;
}

int
connection_is_local(const struct connection *c)
{
	size_t len = strlen(c->host), tail = strlen(".localhost");

	return *c->port == '\0' || strcmp(c->host, "::1") == 0 ||
	    (strncmp(c->host, "127.", 4) == 0 &&
	    strspn(c->host, "0123456789.") == len) ||
	    strcasecmp(c->host, "localhost") == 0 || (len > tail &&
	    strcasecmp(c->host + len - tail, ".localhost") == 0);
}

int
connection_is_loopback(const struct connection_address *a)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	memcpy(&v4, &a->name, sizeof(v4));
	memcpy(&v6, &a->name, sizeof(v6));
	if (a->family == AF_INET)
		return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
	return a->family == AF_INET6 && (IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) ||
	    (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) &&
	    v6.sin6_addr.s6_addr[12] == 127));
}

int
connection_is_private(const struct connection *c)
{
	return c->tls || connection_is_local(c);
}

void
connection_set_tls(struct connection *c, int tls)
{
	if ((c->said & SAID_TLS) || *c->port == '\0')
		return;
	c->tls = tls;
	if (!(c->said & SAID_PORT))
		strcpy(c->port, tls ? URI_PORT_TLS : URI_PORT_PLAIN);
}

void
connection_upgrade(struct connection *c, const char *port)
{
	c->tls = 1;
	c->said = SAID_PORT | SAID_TLS;
	snprintf(c->port, sizeof(c->port), "%s", port);
}

static int
connection_init_uri(struct connection *c, const char *where)
{
	struct uri u;

	if (uri_read(&u, where) == -1)
		return -1;
	memcpy(c->host, u.host, sizeof(u.host));
	memcpy(c->port, u.port, sizeof(u.port));
	c->tls = u.tls;
	c->said = SAID_PORT | SAID_TLS;
	if (u.pinned)
		pin_write(c->pin, u.pin);
	return 0;
}

/* Nobody else can be asked, or answered, here; but 6697 is for TLS only. */
static void
connection_init_tls(struct connection *c)
{
	connection_set_tls(c, !connection_is_local(c) ||
	    strcmp(c->port, URI_PORT_TLS) == 0);
}

/* It ends up in a line of known-servers. */
static int
connection_is_word(const char *host)
{
	while ((unsigned char)*host > ' ' && *host != 0x7f)
		host++;
	return *host == '\0';
}

/* "HOST[:PORT]" in its forms. */
static int
connection_init_host(struct connection *c, const char *where)
{
	const char *end, *port = NULL;

	if (*where == '[') {
		end = strchr(++where, ']');
		if (end == NULL || (end[1] != ':' && end[1] != '\0'))
			return -1;
		port = end[1] == ':' ? end + 2 : NULL;
	} else {
		end = strchr(where, ':');
		if (end != NULL && strchr(end + 1, ':') != NULL)
			end = NULL; /* two colons: an IPv6 address as it is */
		port = end != NULL ? end + 1 : NULL;
		if (end == NULL)
			end = where + strlen(where);
	}
	c->said = port != NULL ? SAID_PORT : 0;
	if (port == NULL)
		port = URI_PORT_PLAIN;
	if (connection_copy(c->host, sizeof(c->host), where, end - where) ||
	    !connection_is_word(c->host) ||
	    uri_port(c->port, port, strlen(port)) == -1)
		return -1;
	connection_init_tls(c);
	return 0;
}

int
connection_init(struct connection *c, const char *where)
{
	memset(c, 0, sizeof(*c));
	c->fd = -1;
	if (where == NULL && (where = connection_local()) == NULL)
		where = DEFAULT_HOST;
	if (*where == '/')
		return connection_init_unix(c, where);
	if (strncmp(where, UNIX_SCHEME, strlen(UNIX_SCHEME)) == 0)
		return connection_init_unix(c, where + strlen(UNIX_SCHEME));
	if (strstr(where, "://") != NULL)
		return connection_init_uri(c, where);
	return connection_init_host(c, where);
}

const char *
connection_name(const struct connection *c, char *buf, size_t size)
{
	if (*c->port == '\0')
		snprintf(buf, size, "%s", c->host);
	else
		snprintf(buf, size, "%s port %s", c->host, c->port);
	return buf;
}
