/* SPDX-License-Identifier: ISC */
/*
 * Clients at the other end of a Unix socket.  The kernel notes the user and its
 * groups at connect(2), and nobody can say otherwise (SO_PEERCRED).
 *
 * The name of a user is in a file, which workers cannot read.  So the master
 * reads it, all of it, at the start and when it has changed: no library is
 * asked, since one that waits for a directory on the network would have the
 * master wait.
 *
 * The account of that name is the user's if it was made for it, or if it has
 * shown once that it knows its password; mootd-store remembers that by user ID
 * and name, so neither a name nor a number that is given to somebody else takes
 * an account with it.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "../irc/look.h"
#include "account.h"
#include "ask.h"
#include "local.h"
#include "log.h"
#include "worker.h"

enum {
	NOBODY = 65534,      /* the kernel's word for a user it cannot name */
	GROUPS = 1024,       /* of a user, that are looked at */
};

/* ---- who it is ---- */

void
local_address(uid_t uid, struct in6_addr *addr)
{
	int i;

	memset(addr, 0, sizeof(*addr));
	addr->s6_addr[0] = 1;
	for (i = 0; i < 4; i++)
		addr->s6_addr[12 + i] = (uint8_t)(uid >> (24 - 8 * i));
}

int
local_is(const struct in6_addr *addr, uid_t *uid)
{
	static const uint8_t first[12] = { 1 };
	const uint8_t *b = &addr->s6_addr[12];

	if (memcmp(addr, first, sizeof(first)) != 0)
		return 0;
	if (uid != NULL)
		*uid = (uid_t)b[0] << 24 | (uid_t)b[1] << 16 |
		    (uid_t)b[2] << 8 | b[3];
	return 1;
}

int
local_peer(int fd, uid_t *uid)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 ||
	    len != sizeof(peer))
		return -1;
	*uid = peer.uid;
	return 0;
}

/* ---- the users of this machine ---- */

static struct stat read_last; /* of the file, when it was read */

void
local_read(const struct config *c)
{
	uint32_t to = !atomic_load(&state->logins_which), n = 0;
	struct login *l = &logins[to * LOGINS_MAX];
	struct passwd *pw;
	FILE *f = NULL;

	memset(&read_last, 0, sizeof(read_last));
	if (c->local_accounts != LOCAL_ACCOUNTS_OFF &&
	    (stat(c->local_users, &read_last) != 0 ||
	        !S_ISREG(read_last.st_mode) ||
	        (f = fopen(c->local_users, "re")) == NULL))
		log_warn("local-users %s: %s", log_safe(c->local_users),
		    strerror(errno));
	while (f != NULL && n < LOGINS_MAX && (pw = fgetpwent(f)) != NULL) {
		if (!name_is_nick(pw->pw_name) || pw->pw_uid == NOBODY)
			continue;
		l[n].uid = pw->pw_uid;
		snprintf(l[n++].name, sizeof(l->name), "%s", pw->pw_name);
	}
	if (n == LOGINS_MAX)
		log_warn("local-users: the first %d are known", LOGINS_MAX);
	if (f != NULL)
		fclose(f);
	state->nlogin[to] = n;
	atomic_store(&state->logins_which, to);
}

void
local_look(const struct config *c)
{
	struct stat now;

	if (c->local_accounts != LOCAL_ACCOUNTS_OFF &&
	    stat(c->local_users, &now) == 0 &&
	    (now.st_ino != read_last.st_ino ||
	        now.st_dev != read_last.st_dev ||
	        now.st_size != read_last.st_size ||
	        now.st_mtim.tv_sec != read_last.st_mtim.tv_sec ||
	        now.st_mtim.tv_nsec != read_last.st_mtim.tv_nsec))
		local_read(c);
}

/* The list of them; *N is how many. */
static const struct login *
logins_now(uint32_t *n)
{
	uint32_t which = atomic_load(&state->logins_which) & 1;

	*n = state->nlogin[which];
	if (*n > LOGINS_MAX)
		*n = LOGINS_MAX;
	return &logins[which * LOGINS_MAX];
}

/* Who C's session is on this machine, NULL when that is not known. */
static const struct login *
login_of(const struct command *c)
{
	const struct login *l;
	uint32_t i, n;
	uid_t uid;

	if (c->s->kind != LISTEN_LOCAL || !local_is(&c->s->addr, &uid))
		return NULL;
	l = logins_now(&n);
	for (i = 0; i < n; i++)
		if (l[i].uid == uid)
			return &l[i];
	return NULL;
}

int
local_keeps(const struct command *c, const char *name)
{
	const struct login *mine = login_of(c), *l;
	uint32_t i, n;

	if (config->local_accounts == LOCAL_ACCOUNTS_OFF ||
	    (mine != NULL && name_cmp(mine->name, name) == 0))
		return 0;
	l = logins_now(&n);
	for (i = 0; i < n; i++)
		if (look_same(l[i].name, name))
			return 1;
	return 0;
}

/* ---- signing in ---- */

int
local_waits(const struct command *c)
{
	const struct login *l;

	return config->local_accounts != LOCAL_ACCOUNTS_OFF &&
	    (l = login_of(c)) != NULL && store_accepts() &&
	    (c->u->account[0] == '\0' ||
	        name_cmp(c->u->account, l->name) == 0);
}

/* The store's answer, of which who comes is told when it may do something. */
static void
answered(struct command *c, const struct message *m)
{
	const char *code = m->nparam > 1 ? m->param[1] : "";

	if (strcmp(m->command, "OK") == 0 && m->nparam > 0) {
		if (c->u->account[0] == '\0')
			account_login(c, m->param[0],
			    m->nparam > 1 ? m->param[1] : "");
	} else if (m->nparam > 3 && (strcmp(code, "ACCOUNT_EXISTS") == 0 ||
	        strcmp(code, "ACCOUNT_SUSPENDED") == 0))
		reply_line(c, ":%s NOTICE %s :You are not signed in: %s",
		    config->name,
		    c->u->nick[0] != '\0' ? c->u->nick : "*", m->param[3]);
}

enum command_result
local_sign_in(struct command *c)
{
	const struct login *l = login_of(c);
	enum command_result r;
	struct message m;

	if (l == NULL || (c->s->answer == 0 && !store_accepts()))
		return CMD_DONE;
	account_asks(c);
	c->context = config->local_accounts == LOCAL_ACCOUNTS_CREATE
	    ? "policy=open"
	    : account_policy();
	r = ask(c, "LOCAL %u %s", l->uid, l->name);
	c->context = NULL;
	if (r != CMD_ANSWERED)
		return r;
	if (account_stale(c))
		return CMD_MORE;
	if (!account_verdict(c, &m))
		return CMD_WAIT;
	answered(c, &m);
	return CMD_DONE;
}

/* ---- groups ---- */

/* The groups of who connected FD; how many, 0 when that is not known. */
static unsigned
peer_groups(int fd, gid_t *group)
{
	socklen_t len = GROUPS * sizeof(*group);

	return getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, group, &len) == 0
	    ? (unsigned)(len / sizeof(*group))
	    : 0;
}

/* Whether C's session is of a user who is in GROUP. */
static int
is_in_group(const struct command *c, gid_t group)
{
	static gid_t groups[GROUPS];
	struct ucred peer;
	socklen_t len = sizeof(peer);
	unsigned i, n;

	/* the kernel says it of a gateway, and not of its clients */
	if (c->s->kind != LISTEN_LOCAL || !local_is(&c->s->addr, NULL) ||
	    c->s->fd < 0)
		return 0;
	if (getsockopt(c->s->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    peer.gid == group)
		return 1;
	n = peer_groups(c->s->fd, groups);
	for (i = 0; i < n; i++)
		if (groups[i] == group)
			return 1;
	return 0;
}

int
local_is_groups(const char *name)
{
	int i;

	for (i = 0; i < config->nroom_group; i++)
		if (name_cmp(config->room_groups[i].room, name) == 0)
			return 1;
	return 0;
}

int
local_may_join(const struct command *c, const char *name)
{
	const struct config_room_group *g = config->room_groups;
	int i;

	for (i = 0; i < config->nroom_group; i++)
		if (name_cmp(g[i].room, name) == 0 && is_in_group(c, g[i].gid))
			return 1;
	return !local_is_groups(name);
}
