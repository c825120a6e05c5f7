/* SPDX-License-Identifier: ISC */
/*
 * The hosts of users, if they are cloaked: by their address, or, of those who
 * are logged in, by their account (irc/cloak.h).
 *
 * The address itself stays in the record of the session, for operators, for
 * bans, and for the owner.  The key is in the state directory, so that a cloak
 * is the same after a restart and the bans of rooms go on to hold.  Who logs
 * in changes its host, which others are told by CHGHOST, in a step of its own
 * behind the login.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../irc/capability.h"
#include "../irc/cloak.h"
#include "cloak.h"
#include "deliver.h"
#include "device.h"
#include "log.h"
#include "worker.h"

_Static_assert(sizeof(state->cloak_key) == SIPHASH_KEY, "a key of that size");

/* ---- the key ---- */

static int
key_read(const char *path, uint8_t key[SIPHASH_KEY])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, key, SIPHASH_KEY);
	close(fd);
	if (n == SIPHASH_KEY)
		return 0;
	errno = EINVAL;
	return -1;
}

/* Whole or not at all, as what a machine that stops leaves behind. */
static int
key_write(const char *path, const uint8_t key[SIPHASH_KEY])
{
	char fresh[320];
	int fd, ok;

	snprintf(fresh, sizeof(fresh), "%s.new", path);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (fd < 0)
		return -1;
	ok = fchmod(fd, 0600) == 0 &&
	    write(fd, key, SIPHASH_KEY) == SIPHASH_KEY && fsync(fd) == 0;
	close(fd);
	return ok && rename(fresh, path) == 0 ? 0 : -1;
}

void
cloak_open(const struct config *c)
{
	char path[300];

	if (!c->cloak)
		return;
	snprintf(path, sizeof(path), "%s/cloak.key", c->state_dir);
	if (key_read(path, state->cloak_key) == 0)
		return;
	if (errno != ENOENT)
		log_warn("%s: %s: cloaks are others than before",
		    log_safe(path), strerror(errno));
	if (getrandom(state->cloak_key, SIPHASH_KEY, 0) != SIPHASH_KEY)
		fatal("getrandom: %s", strerror(errno));
	mkdir(c->state_dir, 0700);
	if (key_write(path, state->cloak_key) != 0)
		log_warn("%s: %s: cloaks will be others after a restart",
		    log_safe(path), strerror(errno));
}

/* ---- hosts ---- */

void
cloak_address_text(const struct in6_addr *addr, char buf[CLOAK_TEXT])
{
	char text[INET6_ADDRSTRLEN] = "";

	if (IN6_IS_ADDR_V4MAPPED(addr))
		inet_ntop(AF_INET, &addr->s6_addr[12], text, sizeof(text));
	else
		inet_ntop(AF_INET6, addr, text, sizeof(text));
	snprintf(buf, CLOAK_TEXT, "%s%s", text[0] == ':' ? "0" : "", text);
}

void
cloak_host(const struct in6_addr *addr, char buf[NAME_HOST + 1])
{
	char text[CLOAK_TEXT];

	if (config->cloak) {
		cloak_address(buf, state->cloak_key, addr->s6_addr);
		return;
	}
	cloak_address_text(addr, text);
	snprintf(buf, NAME_HOST + 1, "%s", text);
}

static const char *
source_at(uint32_t u, const char *host)
{
	static char source[SOURCE_MAX + 1];

	snprintf(source, sizeof(source), "%.*s!%.*s@%.*s", NAME_NICK,
	    users[u].nick, NAME_USER, users[u].user, NAME_HOST, host);
	return source;
}

const char *
cloak_source(uint32_t u, const struct in6_addr *addr)
{
	char text[CLOAK_TEXT];

	cloak_address_text(addr, text);
	return source_at(u, text);
}

const char *
cloak_hidden(uint32_t u, const struct in6_addr *addr)
{
	char host[NAME_HOST + 1];

	if (!config->cloak || users[u].account[0] == '\0')
		return NULL;
	if (addr == NULL)
		addr = &sessions[device_newest(u)].addr;
	cloak_host(addr, host);
	return source_at(u, host);
}

/* ---- logging in ---- */

static enum command_result
settle(struct command *c)
{
	char host[NAME_HOST + 1];
	struct envelope *e;

	if (c->u->account[0] != '\0')
		cloak_account(host, c->u->account);
	else
		cloak_host(&c->s->addr, host);
	/* the same op takes the flag away */
	op_text(command_op(c, OP_HOST, c->uid), host);
	if (strcmp(host, c->u->host) == 0 ||
	    !(c->u->flags & USER_REGISTERED))
		return CMD_DONE;
	e = command_event(c, EVENT_TO_ROOMS);
	event_alt(e, CAP(CHGHOST), ":%s CHGHOST %s %s", source_of(c->uid),
	    c->u->user, host);
	event_rooms_of(e, c->uid);
	event_monitored(e, MONITORED_NEWS);
	reply_event(c);
	reply(c, RPL_VISIBLEHOST, host);
	return CMD_DONE;
}

int
cloak_settle(uint32_t i)
{
	static const struct command_row row = { "CHGHOST", settle, 0, CMD_LOCK,
		0, NULL };
	struct session *s = &sessions[i];
	struct command c = { .sid = i, .uid = s->user, .s = s,
		.u = &users[s->user], .row = &row };

	if (s->step != 0 || !(c.u->flags & USER_REHOSTED))
		return 0;
	return command_own(&c);
}
