/* SPDX-License-Identifier: ISC */

/*
 * NAMES, LIST and WHO: what is in rooms, and who may see it.
 *
 * These are the commands whose answers grow with the server, so each runs in
 * steps: it stops after REPLY_STEP bytes or SLICE_US, whatever it has found,
 * and goes on from its cursor when the dispatcher calls again, which lets
 * others run in between.  Between two steps the lock is free and anything may
 * change.  So a cursor is never a link of a list: it is a record's number
 * (LIST; WHO with a mask; a large room), which stays where it is.  Whoever is
 * there from the first step to the last is shown exactly once; who comes or
 * goes meanwhile perhaps, but then a member of the room is told of that in
 * between.
 *
 * A small room is taken whole, from its lists; a large one is found again among
 * the users (WHO) or the memberships (NAMES), in the order of their numbers.
 * What JOIN shows is whole, however large.
 *
 * Nothing is written here.  The rows have CMD_LOCK: lists stand still.
 */

#include <stdio.h>
#include <string.h>

#include "../ipc/clock.h"
#include "../ipc/mailbox.h"
#include "../irc/capability.h"
#include "../irc/elist.h"
#include "../irc/mask.h"
#include "../irc/mode.h"
#include "../irc/whox.h"
#include "cloak.h"
#include "deliver.h"
#include "device.h"
#include "handlers.h"
#include "oper.h"
#include "registry.h"
#include "words.h"

enum {
	SLICE_US = 150,    /* us of a step: others wait for the lock */
	SLICE_LOOK = 8,    /* records between two looks at the clock */
	WHOLE = 300,       /* members of a room that is taken in one step */
	SEEN_BITS = 4096,
};

/* ---- slices ---- */

/* What is left of a step that goes over records.  The time counts, not the
 * records: a mask may be made to cost a hundred times of what others do. */
struct slice {
	uint64_t begun;
	unsigned n;
};

static void
slice_begin(struct slice *x)
{
	x->begun = clock_now_us();
	x->n = 0;
}

/* Asked before each record. */
static int
slice_ends(struct slice *x)
{
	return reply_size() >= REPLY_STEP || (++x->n % SLICE_LOOK == 0 &&
	    clock_now_us() - x->begun >= SLICE_US);
}

/* ---- who may see what ---- */

/* Whether C's user sees what is hidden from others. */
static int
sees_all(const struct command *c)
{
	return c->override || oper_may(c->uid, PRIV_SEE);
}

/* Whether U is in R, and not just being kicked. */
static int
is_in(uint32_t u, uint32_t r)
{
	uint32_t m = registry_member(u, r);

	return m != 0 && !(members[m].flags & MEMBER_GONE);
}

int
may_see_room(const struct command *c, uint32_t r)
{
	return !(rooms[r].modes & ROOM_SECRET) || sees_all(c) ||
	    is_in(c->uid, r);
}

/*
 * Whether two users have a room in common, in time linear in the rooms of
 * both: WHO asks this of everybody, and somebody may be in 200 rooms.  The
 * bits say "perhaps", then it is looked up.
 */
static int
have_common_room(uint32_t a, uint32_t b)
{
	uint64_t seen[SEEN_BITS / 64] = { 0 };
	uint32_t m, r;

	for (m = users[a].members; m != 0; m = members[m].user_next) {
		r = members[m].room % SEEN_BITS;
		seen[r / 64] |= UINT64_C(1) << r % 64;
	}
	for (m = users[b].members; m != 0; m = members[m].user_next) {
		r = members[m].room % SEEN_BITS;
		if ((seen[r / 64] >> r % 64 & 1) &&
		    !(members[m].flags & MEMBER_GONE) &&
		    is_in(a, members[m].room))
			return 1;
	}
	return 0;
}

int
may_see_user(const struct command *c, uint32_t u)
{
	return u == c->uid || !(users[u].modes & USER_INVISIBLE) ||
	    sees_all(c) || have_common_room(c->uid, u);
}

static int
is_person(uint32_t u)
{
	return (users[u].flags & (USER_LIVE | USER_REGISTERED)) ==
	    (USER_LIVE | USER_REGISTERED);
}

/* ---- walking a room ---- */

/* The first membership of R from worker *W on, which is 1 to begin with;
 * those who are gone are passed over. */
static uint32_t
member_skip(uint32_t r, uint32_t m, unsigned *w)
{
	for (;;) {
		while (m != 0 && (members[m].flags & MEMBER_GONE))
			m = members[m].room_next;
		if (m != 0 || *w >= state->nworker)
			return m;
		m = room_list(r, ++*w)->first;
	}
}

static uint32_t
member_first(uint32_t r, unsigned *w)
{
	*w = 1;
	return member_skip(r, room_list(r, 1)->first, w);
}

static uint32_t
member_next(uint32_t r, uint32_t m, unsigned *w)
{
	return member_skip(r, members[m].room_next, w);
}

/* ---- NAMES ---- */

static char *
put(char *p, const char *s)
{
	size_t n = strlen(s);

	memcpy(p, s, n);
	return p + n;
}

/* Writes membership M as C is to see it; returns its length.  No printf here:
 * a room may have thousands, and everybody who joins asks. */
static size_t
names_entry(const struct command *c, uint32_t m, char *buf)
{
	const struct user *u = &users[members[m].user];
	char *p = buf, prefixes[8];

	if (members[m].flags & MEMBER_RANKS)
		p = put(p, mode_prefixes(members[m].flags,
		    (c->s->caps & CAP(MULTI_PREFIX)) != 0, prefixes));
	p = put(p, u->nick);
	if (c->s->caps & CAP(USERHOST_IN_NAMES)) {
		*p++ = '!';
		p = put(p, u->user);
		*p++ = '@';
		p = put(p, u->host);
	}
	return (size_t)(p - buf);
}

static void
names_line(struct command *c, uint32_t r, struct words *w)
{
	if (w->count > 0)
		reply(c, RPL_NAMREPLY,
		    rooms[r].modes & ROOM_SECRET ? '@' : '=', rooms[r].name,
		    w->text);
	words_clear(w);
}

static void
names_begin(const struct command *c, uint32_t r, struct words *w)
{
	words_begin(w, c, strlen("= ") + strlen(rooms[r].name) +
	    strlen(" :"));
}

/* Adds membership M to line W, which goes out when it is full. */
static void
names_add(struct command *c, uint32_t m, struct words *w)
{
	char entry[8 + SOURCE_MAX + 1];
	size_t n = names_entry(c, m, entry);

	if (words_add(w, entry, n))
		return;
	names_line(c, members[m].room, w);
	words_add(w, entry, n);
}

void
reply_names(struct command *c, uint32_t r)
{
	int inside = is_in(c->uid, r) || sees_all(c);
	struct words line;
	unsigned w;
	uint32_t m;

	names_begin(c, r, &line);
	for (m = member_first(r, &w); m != 0; m = member_next(r, m, &w))
		if (inside || may_see_user(c, members[m].user))
			names_add(c, m, &line);
	names_line(c, r, &line);
	reply(c, RPL_ENDOFNAMES, rooms[r].name);
}

/* A part of a large room, from membership M on; returns where the next one
 * begins, 0 at the end. */
static uint32_t
names_part(struct command *c, uint32_t r, uint32_t m)
{
	int inside = is_in(c->uid, r) || sees_all(c);
	struct words line;
	struct slice slice;

	names_begin(c, r, &line);
	slice_begin(&slice);
	for (; m < state->members.high && !slice_ends(&slice); m++)
		if (members[m].room == r && members[m].user != 0 &&
		    !(members[m].flags & MEMBER_GONE) &&
		    (inside || may_see_user(c, members[m].user)))
			names_add(c, m, &line);
	names_line(c, r, &line);
	if (m < state->members.high)
		return m;
	reply(c, RPL_ENDOFNAMES, rooms[r].name);
	return 0;
}

/* From membership FROM on, 0: the beginning.  Returns as names_part(). */
static uint32_t
names_target(struct command *c, const char *name, uint32_t from)
{
	uint32_t r = registry_find_room(name);

	if (r == 0 || !rooms[r].live || !may_see_room(c, r))
		reply(c, RPL_ENDOFNAMES, word_or_star(name));
	else if (from != 0 || rooms[r].count > WHOLE)
		return names_part(c, r, from != 0 ? from : 1);
	else
		reply_names(c, r);
	return 0;
}

/* Of several rooms the first one is shown, as TARGMAX says.  The cursor is the
 * membership to go on with. */
enum command_result
cmd_names(struct command *c)
{
	char *list = c->m.nparam > 0 ? c->m.param[0] : NULL;
	char *name = list_next(&list);

	if (deliver_catch_up() != 0)
		return CMD_WAIT;
	if (name == NULL) {
		reply(c, RPL_ENDOFNAMES, "*");
		return CMD_DONE;
	}
	c->cursor = names_target(c, name, (uint32_t)c->cursor);
	if (c->cursor != 0) {
		c->step = 1;
		return CMD_MORE;
	}
	if ((name = list_next(&list)) != NULL)
		reply(c, ERR_TOOMANYTARGETS, word_or_star(name));
	return CMD_DONE;
}

/* ---- LIST ---- */

/* Minutes since TIME, a second of the epoch. */
static uint64_t
minutes_since(uint64_t time)
{
	uint64_t now = wall_ms / 1000;

	return now > time ? (now - time) / 60 : 0;
}

static void
list_room(struct command *c, const struct elist *e, uint32_t r)
{
	const struct room *room = &rooms[r];
	struct elist_room x;

	if (r == 0 || !room->live || room->count == 0 || !may_see_room(c, r))
		return;
	x = (struct elist_room) { room->name, room->count,
		minutes_since(room->created), room->topic_time != 0,
		minutes_since(room->topic_time) };
	if (elist_matches(e, &x))
		reply(c, RPL_LIST, room->name, room->count, room->topic);
}

/* Goes over the rooms from the cursor on; returns 1 at the end. */
static int
list_scan(struct command *c, const struct elist *e)
{
	uint32_t r = c->cursor > 0 ? (uint32_t)c->cursor : 1;
	struct slice slice;

	for (slice_begin(&slice); r < state->rooms.high; r++) {
		if (slice_ends(&slice))
			break;
		list_room(c, e, r);
	}
	c->cursor = r;
	return r >= state->rooms.high;
}

enum command_result
cmd_list(struct command *c)
{
	const char *wrong;
	struct elist e;
	unsigned i;

	wrong = elist_parse(&e, c->m.nparam > 0 ? c->m.param[0] : NULL);
	if (c->step == 0)
		reply(c, RPL_LISTSTART);
	if (wrong != NULL)
		reply_line(c, ":%s FAIL LIST INVALID_PARAMS %s :%s",
		    config->name, word_or_star(wrong), e.n == ELIST_MAX
		        ? "This is one condition too many"
		        : "This condition wants a number");
	else if (e.names) {
		for (i = 0; i < e.n; i++)
			list_room(c, &e, registry_find_room(e.item[i].text));
	} else if (!list_scan(c, &e)) {
		c->step = 1;
		return CMD_MORE;
	}
	reply(c, RPL_LISTEND);
	return CMD_DONE;
}

/* ---- WHO ---- */

/* What is asked. */
struct who {
	const char *given; /* the mask as it came, for 315 */
	const char *mask;  /* what it means: "*" for none and "0" */
	struct whox x;
	uint32_t room;     /* in this room, or 0 */
};

/* "G*@B": away, operator, its ranks in the room of membership M, a bot. */
static void
who_flags(const struct command *c, uint32_t u, uint32_t m, char flags[16])
{
	char prefixes[8], *p = flags;

	*p++ = users[u].flags & USER_AWAY ? 'G' : 'H';
	if (users[u].modes & USER_OPERATOR)
		*p++ = '*';
	if (m != 0)
		p = put(p, mode_prefixes(members[m].flags,
		    (c->s->caps & CAP(MULTI_PREFIX)) != 0, prefixes));
	if (users[u].modes & USER_BOT)
		*p++ = 'B';
	*p = '\0';
}

/* Its address is its own business, and the operators'. */
static const char *
who_address(const struct command *c, uint32_t u, char buf[CLOAK_TEXT])
{
	if ((u != c->uid && !oper_may(c->uid, PRIV_ADDRESSES)) ||
	    users[u].session == 0)
		return "255.255.255.255";
	cloak_address_text(&sessions[device_newest(u)].addr, buf);
	return buf;
}

/* The text of one field of U. */
static const char *
who_field(struct command *c, const struct who *who, enum whox_field field,
    uint32_t u, uint32_t m, char buf[CLOAK_TEXT])
{
	const struct user *x = &users[u];

	switch (field) {
	case WHOX_TOKEN:
		return who->x.token;
	case WHOX_CHANNEL:
		return m != 0 ? rooms[who->room].name : "*";
	case WHOX_USER:
		return x->user;
	case WHOX_IP:
		return who_address(c, u, buf);
	case WHOX_HOST:
		return x->host;
	case WHOX_SERVER:
		return config->name;
	case WHOX_NICK:
		return x->nick;
	case WHOX_FLAGS:
		who_flags(c, u, m, buf);
		return buf;
	case WHOX_HOPS:
		return "0";
	case WHOX_IDLE:
		snprintf(buf, CLOAK_TEXT, "%llu", (unsigned long long)
		    (wall_ms > x->spoke ? (wall_ms - x->spoke) / 1000 : 0));
		return buf;
	case WHOX_ACCOUNT:
		return x->account[0] != '\0' ? x->account : "0";
	case WHOX_OPLEVEL:
		return "n/a";
	case WHOX_REALNAME:
		return x->real;
	}
	return "*";
}

static void
who_extended(struct command *c, const struct who *who, uint32_t u, uint32_t m)
{
	char line[MESSAGE_LINE], buf[CLOAK_TEXT], *p = line;
	unsigned field;

	for (field = 1; field <= WHOX_REALNAME; field <<= 1) {
		if (!(who->x.fields & field))
			continue;
		if (p > line)
			*p++ = ' ';
		if (field == WHOX_REALNAME)
			*p++ = ':';
		p = put(p, who_field(c, who, (enum whox_field)field, u, m,
		    buf));
	}
	*p = '\0';
	reply(c, RPL_WHOSPCRPL, line);
}

/* Shows U, whose membership in the room asked for is M, or 0. */
static void
who_show(struct command *c, const struct who *who, uint32_t u, uint32_t m)
{
	char flags[16];

	if (who->x.operators && !(users[u].modes & USER_OPERATOR))
		return;
	if (who->x.wanted) {
		who_extended(c, who, u, m);
		return;
	}
	who_flags(c, u, m, flags);
	reply(c, RPL_WHOREPLY, m != 0 ? rooms[who->room].name : "*",
	    users[u].user, users[u].host, config->name, users[u].nick, flags,
	    0, users[u].real);
}

/*
 * Whether the mask fits one of the names of U that the flags say, or any of
 * them; with a '!' or '@' it is held against nick!user@host.  The server's
 * name is none of them: it would have half of all masks fit everybody.  A long
 * mask fits nobody, so that it cannot be made to cost much.
 */
static int
who_matches(const struct who *who, uint32_t u)
{
	const unsigned any = WHOX_NICK | WHOX_USER | WHOX_HOST | WHOX_REALNAME;
	unsigned which = who->x.matched != 0 ? who->x.matched : any;
	const struct user *x = &users[u];
	const char *mask = who->mask;

	if (strcmp(mask, "*") == 0)
		return 1;
	if (strlen(mask) > MASK_MAX)
		return 0;
	if (who->x.matched == 0 && strpbrk(mask, "!@") != NULL &&
	    mask_match(mask, source_of(u)))
		return 1;
	return ((which & WHOX_NICK) && mask_match(mask, x->nick)) ||
	    ((which & WHOX_USER) && mask_match(mask, x->user)) ||
	    ((which & WHOX_HOST) && mask_match(mask, x->host)) ||
	    ((which & WHOX_ACCOUNT) && x->account[0] != '\0' &&
		mask_match(mask, x->account)) ||
	    ((which & WHOX_REALNAME) && mask_match(mask, x->real));
}

/* Considers U for a mask or a large room. */
static void
who_try(struct command *c, const struct who *who, uint32_t u)
{
	uint32_t m = 0;

	if (!is_person(u))
		return;
	if (who->x.operators && !(users[u].modes & USER_OPERATOR))
		return;
	if (who->room != 0) {
		m = registry_member(u, who->room);
		if (m == 0 || (members[m].flags & MEMBER_GONE))
			return;
	} else if (!who_matches(who, u))
		return;
	if (may_see_user(c, u))
		who_show(c, who, u, m);
}

static enum command_result
who_end(struct command *c, const struct who *who)
{
	reply(c, RPL_ENDOFWHO, word_or_star(who->given));
	return CMD_DONE;
}

/* Goes over the users from the cursor on. */
static enum command_result
who_scan(struct command *c, const struct who *who)
{
	uint32_t u = (uint32_t)c->cursor;
	struct slice slice;

	if (u < MAILBOX_SYSTEM)
		u = MAILBOX_SYSTEM;
	for (slice_begin(&slice); u < state->users.high; u++) {
		if (slice_ends(&slice)) {
			c->step = 1;
			c->cursor = u;
			return CMD_MORE;
		}
		who_try(c, who, u);
	}
	return who_end(c, who);
}

/* A room; a large one goes on in steps, even if it shrinks meanwhile. */
static enum command_result
who_room(struct command *c, struct who *who)
{
	unsigned w;
	uint32_t m, r = registry_find_room(who->mask);

	if (r == 0 || !rooms[r].live || !may_see_room(c, r))
		return who_end(c, who);
	who->room = r;
	if (c->step != 0 || rooms[r].count > WHOLE)
		return who_scan(c, who);
	for (m = member_first(r, &w); m != 0; m = member_next(r, m, &w))
		if (may_see_user(c, members[m].user))
			who_show(c, who, members[m].user, m);
	return who_end(c, who);
}

/*
 * A nick given exactly shows its user even if invisible: whoever knows it
 * may ask.  Other masks go over everybody, but only if they are masks, for
 * the nick of one who has just left must not cost the sight of all.
 */
enum command_result
cmd_who(struct command *c)
{
	struct who who = { .given = c->m.nparam > 0 ? c->m.param[0] : "" };
	uint32_t u;

	who.mask = who.given;
	if (who.mask[0] == '\0' || strcmp(who.mask, "0") == 0)
		who.mask = "*";
	whox_parse(&who.x, c->m.nparam > 1 ? c->m.param[1] : "");
	if (name_looks_channel(who.mask))
		return who_room(c, &who);
	if (mask_is_wild(who.mask) || who.x.matched != 0)
		return who_scan(c, &who);
	if ((u = registry_find_nick(who.mask)) != 0 && is_person(u))
		who_show(c, &who, u, 0);
	return who_end(c, &who);
}
