/* SPDX-License-Identifier: ISC */
/*
 * Whose connection it is, when a trusted machine passes it on: the header of
 * the PROXY protocol before the first line, or WEBIRC as the first one.
 *
 * Either comes down to one op, which gives the session the address of its
 * client, and counts that instead: what limits an address limits the client
 * behind the gateway, not the gateway.  A proxy always sends its header;
 * whether it did is never guessed, and without one there is no connection.
 *
 * Names of hosts are not taken from anybody, and `secure' from nobody: this
 * server has no TLS of its own between a gateway and itself.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "../irc/proxy.h"
#include "accept.h"
#include "cloak.h"
#include "gateway.h"
#include "handlers.h"
#include "listener.h"
#include "limit.h"
#include "local.h"
#include "log.h"
#include "registry.h"
#include "secure.h"
#include "session.h"
#include "worker.h"
#include "xline.h"

static int
is_in(const struct in6_addr *addr, const struct config_network *n)
{
	return proxy_same_network(addr->s6_addr, n->addr, n->bits);
}

/* The first of the networks that ADDR is in. */
static const struct config_network *
proxy_find(const struct in6_addr *addr)
{
	int i;

	for (i = 0; i < config->nproxy; i++)
		if (is_in(addr, &config->proxies[i]))
			return &config->proxies[i];
	return NULL;
}

int
gateway_passes_on(const struct in6_addr *addr, enum listen_kind kind)
{
	return kind == LISTEN_TLS ||
	    (kind == LISTEN_PLAIN && proxy_find(addr) != NULL);
}

int
gateway_has_certificates(void)
{
	int i;

	for (i = 0; i < config->nproxy; i++)
		if (config->proxies[i].certificates)
			return 1;
	return listener_has(LISTEN_TLS);
}

/* What ADDR is told if it has too many, or too often, or NULL.  Who is at its
 * own address was counted when it came. */
static const char *
too_many(const struct command *c, const struct in6_addr *addr)
{
	if (session_has_address(c->s) &&
	    memcmp(addr, &c->s->addr, sizeof(*addr)) == 0)
		return NULL;
	if (registry_count_address(addr, 0) >=
	        config->max_clients_per_address && !limit_is_exempt(addr))
		return limit_refusal(LIMIT_ADDRESS, addr);
	return limit_rate(addr);
}

/* The session is ADDR's from now on, or is closed, since that has too many. */
static enum command_result
pass_on(struct command *c, const struct in6_addr *addr)
{
	char text[INET6_ADDRSTRLEN], host[NAME_HOST + 1];
	const char *why;
	struct op *op;

	/* who is a user of this machine only the kernel can say */
	if (local_is(addr, NULL)) {
		session_close(c->sid, "This is no address of a client");
		return CMD_DONE;
	}
	if ((why = too_many(c, addr)) != NULL) {
		session_close(c->sid, why);
		return CMD_DONE;
	}
	if (xline_refuse_address(c, addr))
		return CMD_DONE;
	cloak_host(addr, host);
	op = command_op(c, OP_ADDRESS, c->sid);
	op_text(op, inet_ntop(AF_INET6, addr, text, sizeof(text)));
	op_text2(op, host);
	return CMD_DONE;
}

/* ---- PROXY ---- */

size_t
gateway_header(uint32_t i)
{
	struct proxy p;
	char *buf;
	size_t len = session_input(i, &buf);
	long n = proxy_parse(&p, buf, len);

	return n >= 0 ? (size_t)n : len;
}

/* Whether C's peer is believed what it says of certificates. */
static int
is_certain(const struct command *c)
{
	const struct config_network *n = proxy_find(&c->s->addr);

	return c->s->kind == LISTEN_TLS || (n != NULL && n->certificates);
}

enum command_result
gateway_proxy(struct command *c)
{
	struct in6_addr addr = c->s->addr;
	struct proxy p;
	char *buf;
	size_t len = session_input(c->sid, &buf);
	char text[64];

	/* mootd-tls has no connections of its own */
	if (proxy_parse(&p, buf, len) < 0 ||
	    (c->s->kind == LISTEN_TLS && !p.known)) {
		snprintf(text, sizeof(text), "%.*s", (int)len, buf);
		limit_log("proxy %s: not a header of the PROXY protocol: %s",
		    c->u->host, log_safe(text));
		session_close(c->sid, "The proxy did not say whose connection "
		    "this is");
		return CMD_DONE;
	}
	if (p.known)
		memcpy(&addr, p.addr, sizeof(addr));
	if (p.tls)
		secure_begin(c, p.version, p.cipher,
		    p.certified && is_certain(c) ? p.fingerprint : NULL);
	return pass_on(c, &addr);
}

/* ---- WEBIRC ---- */

static enum command_result
refuse(struct command *c, const char *why)
{
	limit_log("webirc: %s: %s", c->u->host, why);
	session_close(c->sid, why);
	return CMD_DONE;
}

/* Whether it has said anything before that counts. */
static int
has_begun(const struct command *c)
{
	return c->u->nick[0] != '\0' || c->u->user[0] != '\0' ||
	    c->u->account[0] != '\0' || (c->u->flags & USER_WISH) ||
	    c->s->caps != 0 || (c->s->flags & (SESSION_CAP | SESSION_CAP302 |
	        SESSION_PASS | SESSION_ALONE | SESSION_PRE_AWAY));
}

static const struct config_webirc *
webirc_find(const struct in6_addr *addr, const char *password)
{
	int i;

	for (i = 0; i < config->nwebirc; i++)
		if (is_in(addr, &config->webircs[i].network) &&
		    strcmp(config->webircs[i].password, password) == 0)
			return &config->webircs[i];
	return NULL;
}

/* Whether the client says "secure", or "secure=x", among its options. */
static int
is_secure(const char *options)
{
	size_t n;

	for (; *options != '\0'; options += n + (options[n] == ' ')) {
		n = strcspn(options, " ");
		if (strncmp(options, "secure", 6) == 0 &&
		    strcspn(options, "= ") == 6)
			return 1;
	}
	return 0;
}

/* The way from the gateway to here may be no worse.  What was known so far was
 * of the gateway: neither its certificate nor its cipher is the client's. */
static void
pass_on_secure(struct command *c)
{
	if (c->m.nparam > 4 && is_secure(c->m.param[4]) &&
	    (c->s->secure != 0 || secure_is_here(&c->s->addr)))
		secure_begin(c, "", "", NULL);
	else if (c->s->secure != 0)
		secure_end(c);
}

/* WEBIRC PASSWORD GATEWAY HOST ADDRESS [OPTIONS] */
enum command_result
cmd_webirc(struct command *c)
{
	struct in6_addr addr;

	if (has_begun(c))
		return refuse(c, "WEBIRC has to come first");
	if (webirc_find(&c->s->addr, c->m.param[0]) == NULL)
		return refuse(c, "Invalid WebIRC password or gateway");
	if (proxy_address(addr.s6_addr, c->m.param[3]) != 0)
		return refuse(c, "WEBIRC without a valid address");
	log_debug("webirc: %s passes on %s", c->u->host,
	    log_safe(c->m.param[3]));
	pass_on_secure(c);
	return pass_on(c, &addr);
}
