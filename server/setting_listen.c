/* SPDX-License-Identifier: ISC */
/*
 * Settings about listening, in the clear or with TLS: addresses of IPv4 and
 * IPv6 with their ports, and paths of Unix sockets.
 */

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "../irc/name.h"
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

/* An absolute path.  Returns NULL, or what is wrong. */
static const char *
path_parse(struct config_listen *l, const char *text)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t len = strlen(text);

	if (len >= sizeof un.sun_path)
		return "is longer than the path of a socket can be";
	if (text[len - 1] == '/')
		return "is no path of a socket";
	memcpy(un.sun_path, text, len + 1);
	memcpy(&l->addr, &un, sizeof un);
	l->addrlen = sizeof un;
	memcpy(l->text, text, len + 1);
	return NULL;
}

/* "1.2.3.4:PORT", "[::1]:PORT" or "/PATH".  Returns NULL, or what is wrong. */
static const char *
listen_parse(struct config_listen *l, const char *text)
{
	char host[80];
	in_port_t port;
	char *colon;
	size_t len = strlen(text);

	memset(l, 0, sizeof *l);
	if (text[0] == '/')
		return path_parse(l, text);
	if (len >= sizeof host)
		return "is too long";
	memcpy(host, text, len + 1);
	colon = strrchr(host, ':');
	if (colon == NULL || colon == host || host[len - 1] == ']')
		return "is not ADDRESS:PORT, nor an absolute path";
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
	return l->addr.ss_family != AF_UNIX &&
	    ((const struct sockaddr_in *)&l->addr)->sin_port == 0;
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
	if (wrong == NULL && l.addr.ss_family == AF_UNIX &&
	    ls.at == p->config->listen_tls)
		wrong = "is a path: what comes there needs no TLS";
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

void
setting_listen_usual(struct config *config, const char *path)
{
	struct config_listen *l = &config->listen[config->nlisten];

	memset(l, 0, sizeof *l);
	if (path[0] != '/' || path_parse(l, path) != NULL)
		return;
	l->usual = 1;
	config->nlisten++;
}

/* "everybody", "owner", or "group NAME". */
int
setting_local_access(struct parser *p, char **value, int n)
{
	static const char *const words[] = {
		[LOCAL_EVERYBODY] = "everybody",
		[LOCAL_OWNER] = "owner",
		[LOCAL_GROUP] = "group",
	};
	struct config *config = p->config;
	int i = 0;

	while (i <= LOCAL_GROUP && strcmp(value[0], words[i]) != 0)
		i++;
	if (i > LOCAL_GROUP) {
		complain_choice(p, value[0], words, LOCAL_GROUP + 1);
		return -1;
	}
	if ((i == LOCAL_GROUP) != (n == 2)) {
		complain(p, "local-access: %s",
		    n == 2 ? "only \"group\" takes a name"
		           : "\"group\" needs the name of one");
		return -1;
	}
	if (n == 2 && strlen(value[1]) >= sizeof config->local_group) {
		complain(p, "local-access: the name is longer than %zu bytes",
		    sizeof config->local_group - 1);
		return -1;
	}
	config->local_access = i;
	snprintf(config->local_group, sizeof config->local_group, "%s",
	    n == 2 ? value[1] : "");
	return 0;
}

/* A room, and the name of the Unix group whose members may join it. */
int
setting_room_group(struct parser *p, char **value, int n)
{
	struct config *config = p->config;
	struct config_room_group *g =
	    &config->room_groups[config->nroom_group];
	struct group *gr = getgrnam(value[1]);

	(void)n;
	if (config->nroom_group == CONFIG_GATEWAYS) {
		complain(p, "room-group: more than %d lines", CONFIG_GATEWAYS);
		return -1;
	}
	if (!name_is_channel(value[0]) ||
	    strlen(value[0]) >= sizeof g->room) {
		complain(p, "room-group: \"%s\" is no name of a room",
		    log_safe(value[0]));
		return -1;
	}
	if (gr == NULL) {
		complain(p, "room-group: there is no group \"%s\"",
		    log_safe(value[1]));
		return -1;
	}
	memset(g, 0, sizeof *g);
	snprintf(g->room, sizeof g->room, "%s", value[0]);
	g->gid = gr->gr_gid;
	config->nroom_group++;
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
