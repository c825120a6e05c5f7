/* SPDX-License-Identifier: ISC */
/*
 * Settings about listening, in the clear or with TLS: addresses of IPv4 and
 * IPv6 with their ports.
 */

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "log.h"
#include "setting.h"

static int
port_parse(const char *text, in_port_t *port)
{
	size_t len = strlen(text);
	long n;

	if (len < 1 || len > 5 || strspn(text, "0123456789") != len)
		return -1;
	n = strtol(text, NULL, 10);
	if (n > 65535)
		return -1;
	*port = htons((in_port_t)n);
	return 0;
}

static int
address4_parse(struct config_listen *l, const char *host, in_port_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&l->addr;

	if (inet_pton(AF_INET, host, &in->sin_addr) != 1)
		return -1;
	in->sin_family = AF_INET;
	in->sin_port = port;
	l->addrlen = sizeof *in;
	return 0;
}

/* HOST may name an interface as its scope: fe80::1%eth0. */
static int
address6_parse(struct config_listen *l, char *host, in_port_t port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&l->addr;
	char *scope = strchr(host, '%');

	if (scope != NULL) {
		*scope++ = '\0';
		in6->sin6_scope_id = if_nametoindex(scope);
		if (in6->sin6_scope_id == 0)
			return -1;
	}
	if (inet_pton(AF_INET6, host, &in6->sin6_addr) != 1)
		return -1;
	in6->sin6_family = AF_INET6;
	in6->sin6_port = port;
	l->addrlen = sizeof *in6;
	return 0;
}

/* "1.2.3.4:PORT" or "[::1]:PORT".  Returns NULL, or what is wrong. */
static const char *
listen_parse(struct config_listen *l, const char *text)
{
	char host[sizeof l->text];
	in_port_t port;
	char *colon;
	size_t len = strlen(text);

	memset(l, 0, sizeof *l);
	if (len >= sizeof l->text)
		return "is too long";
	memcpy(host, text, len + 1);
	colon = strrchr(host, ':');
	if (colon == NULL || colon == host || host[len - 1] == ']')
		return "is not ADDRESS:PORT";
	if (port_parse(colon + 1, &port) == -1)
		return "does not end in a port within 0..65535";
	*colon = '\0';
	memcpy(l->text, text, len + 1);
	if (host[0] == '[' && colon[-1] == ']') {
		colon[-1] = '\0';
		if (address6_parse(l, host + 1, port) == 0)
			return NULL;
		return "does not begin with an IPv6 address";
	}
	if (strchr(host, ':') != NULL)
		return "needs brackets round its IPv6 address";
	if (address4_parse(l, host, port) == 0)
		return NULL;
	return "does not begin with a numeric address";
}

static int
listen_same(const struct config_listen *a, const struct config_listen *b)
{
	return a->addrlen == b->addrlen &&
	    memcmp(&a->addr, &b->addr, a->addrlen) == 0;
}

/* The port is at the same place for both families. */
static int
listen_any_port(const struct config_listen *l)
{
	return ((const struct sockaddr_in *)&l->addr)->sin_port == 0;
}

/* The addresses of one of the words, and the line that each was on. */
struct listens {
	struct config_listen *at;
	int *n, *line;
};

static struct listens
listens_of(struct parser *p)
{
	struct config *c = p->config;
	struct listens plain = { c->listen, &c->nlisten, p->listen_line };
	struct listens tls = { c->listen_tls, &c->nlisten_tls,
		p->listen_tls_line };

	return p->setting->offset == offsetof(struct config, listen_tls)
	    ? tls
	    : plain;
}

static int
listen_is_taken(struct parser *p, const struct listens *ls,
    const struct config_listen *l)
{
	int i;

	for (i = 0; i < *ls->n; i++)
		if (listen_same(&ls->at[i], l) && !listen_any_port(l)) {
			complain(p, "%s: %s is already on line %d",
			    p->setting->word, l->text, ls->line[i]);
			return 1;
		}
	return 0;
}

static int
listen_read_one(struct parser *p, const char *text)
{
	struct listens ls = listens_of(p);
	const char *word = p->setting->word;
	struct config_listen l;
	const char *wrong;

	wrong = listen_parse(&l, text);
	if (wrong != NULL) {
		complain(p, "%s: \"%s\" %s", word, log_safe(text), wrong);
		return -1;
	}
	if (listen_is_taken(p, &ls, &l))
		return -1;
	if (*ls.n == CONFIG_LISTEN) {
		complain(p, "%s: more than %d addresses", word, CONFIG_LISTEN);
		return -1;
	}
	ls.line[*ls.n] = p->line;
	ls.at[(*ls.n)++] = l;
	return 0;
}

int
setting_listen(struct parser *p, char **value, int n)
{
	int i, result = 0;

	for (i = 0; i < n; i++)
		if (listen_read_one(p, value[i]) == -1)
			result = -1;
	return result;
}

/* Spelling apart: what counts is where it listens. */
int
setting_listens_same(const struct config *a, const struct config *b,
    const struct setting *st)
{
	int tls = st->offset == offsetof(struct config, listen_tls);
	const struct config_listen *x = tls ? a->listen_tls : a->listen;
	const struct config_listen *y = tls ? b->listen_tls : b->listen;
	int i, n = tls ? a->nlisten_tls : a->nlisten;

	if (n != (tls ? b->nlisten_tls : b->nlisten))
		return 0;
	for (i = 0; i < n; i++)
		if (!listen_same(&x[i], &y[i]))
			return 0;
	return 1;
}
