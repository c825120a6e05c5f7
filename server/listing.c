/* SPDX-License-Identifier: ISC */

/*
 * NAMES, LIST and WHO: what is in rooms, and who may see it.
 *
 * These are the commands whose answers grow with the server, so each runs in
 * steps: it stops after REPLY_STEP bytes or SCAN_STEP records, and goes on
 * from its cursor when the dispatcher calls again.  Between two steps the
 * lock is free and anything may change.  So a cursor is never a link of a
 * list: it is a record's number (LIST; WHO with a mask), which stays where it
 * is, or a parameter's (NAMES).  Whoever is there from the first step to the
 * last is shown exactly once; who comes or goes meanwhile perhaps.
 *
 * NAMES takes a room whole: clients rely on the order 353..., 366, and it is
 * quick.  WHO takes a small room whole too; a large one is found again among
 * the users, in the order of their IDs.
 *
 * Nothing is written here.  The rows have CMD_LOCK: lists stand still.
 */

#include <stdlib.h>
#include <strings.h>

#include "../ipc/mailbox.h"
#include "../irc/capability.h"
#include "../irc/mask.h"
#include "../irc/mode.h"
#include "deliver.h"
#include "handlers.h"
#include "oper.h"
#include "registry.h"
#include "words.h"

enum {
	SCAN_STEP = 256,   /* records looked at in a step */
	WHO_WHOLE = 500,   /* members of a room that WHO takes in one step */
	LIST_ITEMS = 32,   /* conditions of LIST */
	SEEN_BITS = 4096,
};

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

	if (members[m].flags & (MEMBER_OPERATOR | MEMBER_VOICE))
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

void
reply_names(struct command *c, uint32_t r)
{
	int inside = is_in(c->uid, r) || sees_all(c);
	char entry[8 + SOURCE_MAX + 1];
	struct words line;
	unsigned w;
	uint32_t m;
	size_t n;

	words_begin(&line, c, strlen("= ") + strlen(rooms[r].name) +
	    strlen(" :"));
	for (m = member_first(r, &w); m != 0; m = member_next(r, m, &w)) {
		if (!inside && !may_see_user(c, members[m].user))
			continue;
		n = names_entry(c, m, entry);
		if (words_add(&line, entry, n))
			continue;
		names_line(c, r, &line);
		words_add(&line, entry, n);
	}
	names_line(c, r, &line);
	reply(c, RPL_ENDOFNAMES, rooms[r].name);
}

static void
names_target(struct command *c, const char *name)
{
	uint32_t r = registry_find_room(name);

	if (r != 0 && rooms[r].live && may_see_room(c, r))
		reply_names(c, r);
	else
		reply(c, RPL_ENDOFNAMES, word_or_star(name));
}

/* The cursor is the number of the next target. */
enum command_result
cmd_names(struct command *c)
{
	char *list = c->m.nparam > 0 ? c->m.param[0] : NULL, *name;
	uint32_t i;

	if (deliver_catch_up() != 0)
		return CMD_WAIT;
	for (i = 0; (name = list_next(&list)) != NULL; i++) {
		if (i < c->cursor)
			continue;
		if (i == TARGETS_MAX) {
			reply(c, ERR_TOOMANYTARGETS, word_or_star(name));
			return CMD_DONE;
		}
		names_target(c, name);
		if (list != NULL && reply_size() >= REPLY_STEP) {
			c->step = 1;
			c->cursor = i + 1;
			return CMD_MORE;
		}
	}
	if (i == 0)
		reply(c, RPL_ENDOFNAMES, "*");
	return CMD_DONE;
}

/* ---- LIST ---- */

struct list_condition;
typedef int list_fn(const struct list_condition *x, const struct room *r);

/* What a prefix of an item means: ELIST=CMNTU. */
struct list_kind {
	const char *prefix;
	list_fn *holds;
	int is_mask;   /* names a room by a mask: one of these must hold */
};

struct list_condition {
	const struct list_kind *kind;
	const char *text; /* what follows the prefix */
	uint64_t value;   /* the same as a number */
};

static int
list_not(const struct list_condition *x, const struct room *r)
{
	return !mask_match(x->text, r->name);
}

static int
list_mask(const struct list_condition *x, const struct room *r)
{
	return mask_match(x->text, r->name);
}

static int
list_more(const struct list_condition *x, const struct room *r)
{
	return r->count > x->value;
}

static int
list_fewer(const struct list_condition *x, const struct room *r)
{
	return r->count < x->value;
}

/* Minutes since TIME, a second of the epoch. */
static uint64_t
minutes_since(uint64_t time)
{
	uint64_t now = wall_ms / 1000;

	return now > time ? (now - time) / 60 : 0;
}

static int
list_older(const struct list_condition *x, const struct room *r)
{
	return minutes_since(r->created) >= x->value;
}

static int
list_newer(const struct list_condition *x, const struct room *r)
{
	return minutes_since(r->created) < x->value;
}

static int
list_topic_older(const struct list_condition *x, const struct room *r)
{
	return r->topic_time != 0 && minutes_since(r->topic_time) >= x->value;
}

static int
list_topic_newer(const struct list_condition *x, const struct room *r)
{
	return r->topic_time != 0 && minutes_since(r->topic_time) < x->value;
}

static const struct list_kind list_kinds[] = {
	{ "!", list_not, 0 },
	{ ">", list_more, 0 },
	{ "<", list_fewer, 0 },
	{ "C>", list_older, 0 },
	{ "C<", list_newer, 0 },
	{ "T>", list_topic_older, 0 },
	{ "T<", list_topic_newer, 0 },
	{ "", list_mask, 1 }, /* last: fits all */
};

struct list_filter {
	unsigned n;
	unsigned masks; /* of the n are masks */
	int names;      /* all of the n are names without wildcards */
	struct list_condition x[LIST_ITEMS];
};

static void
list_item(struct list_condition *x, const char *item)
{
	const struct list_kind *k = list_kinds;

	while (strncasecmp(item, k->prefix, strlen(k->prefix)) != 0)
		k++;
	x->kind = k;
	x->text = item + strlen(k->prefix);
	x->value = strtoull(x->text, NULL, 10);
}

/* Takes the parameter apart; returns -1 when it has too many items. */
static int
list_parse(struct list_filter *f, char *list)
{
	char *item;

	f->n = f->masks = 0;
	f->names = 1;
	while ((item = list_next(&list)) != NULL) {
		if (f->n == LIST_ITEMS)
			return -1;
		list_item(&f->x[f->n], item);
		f->masks += f->x[f->n].kind->is_mask != 0;
		if (!f->x[f->n].kind->is_mask || mask_is_wild(item))
			f->names = 0;
		f->n++;
	}
	if (f->n == 0)
		f->names = 0;
	return 0;
}

/* One of the masks, if there are any, and all of the rest. */
static int
list_matches(const struct list_filter *f, const struct room *r)
{
	int named = f->masks == 0;
	unsigned i;

	for (i = 0; i < f->n; i++) {
		const struct list_condition *x = &f->x[i];
		if (x->kind->is_mask)
			named = named || x->kind->holds(x, r);
		else if (!x->kind->holds(x, r))
			return 0;
	}
	return named;
}

static void
list_room(struct command *c, const struct list_filter *f, uint32_t r)
{
	const struct room *room = &rooms[r];

	if (r != 0 && room->live && room->count > 0 && may_see_room(c, r) &&
	    list_matches(f, room))
		reply(c, RPL_LIST, room->name, room->count, room->topic);
}

/* Goes over the rooms from the cursor on; returns 1 at the end. */
static int
list_scan(struct command *c, const struct list_filter *f)
{
	uint32_t r = c->cursor > 0 ? c->cursor : 1, n;

	for (n = 0; r < state->rooms.high; r++, n++) {
		if (n == SCAN_STEP || reply_size() >= REPLY_STEP)
			break;
		list_room(c, f, r);
	}
	c->cursor = r;
	return r >= state->rooms.high;
}

enum command_result
cmd_list(struct command *c)
{
	struct list_filter f;
	unsigned i;

	if (list_parse(&f, c->m.nparam > 0 ? c->m.param[0] : NULL) != 0) {
		reply(c, ERR_TOOMANYTARGETS, word_or_star(c->m.command));
		return CMD_DONE;
	}
	if (c->step == 0)
		reply(c, RPL_LISTSTART);
	if (f.names) {
		for (i = 0; i < f.n; i++)
			list_room(c, &f, registry_find_room(f.x[i].text));
	} else if (!list_scan(c, &f)) {
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
	int opers;         /* only operators */
	uint32_t room;     /* in this room, or 0 */
};

/* Shows U, whose membership in the room asked for is M, or 0. */
static void
who_show(struct command *c, const struct who *who, uint32_t u, uint32_t m)
{
	char flags[16], *p = flags, prefixes[8];

	if (who->opers && !(users[u].modes & USER_OPERATOR))
		return;
	*p++ = users[u].flags & USER_AWAY ? 'G' : 'H';
	if (users[u].modes & USER_OPERATOR)
		*p++ = '*';
	if (m != 0)
		p = put(p, mode_prefixes(members[m].flags,
		    (c->s->caps & CAP(MULTI_PREFIX)) != 0, prefixes));
	*p = '\0';
	reply(c, RPL_WHOREPLY, m != 0 ? rooms[who->room].name : "*",
	    users[u].user, users[u].host, config->name, users[u].nick, flags,
	    0, users[u].real);
}

/* Whether the mask fits one of a user's names.  The server's is none of them:
 * it would have half of all masks fit everybody.  A long mask fits nobody, so
 * that it cannot be made to cost much. */
static int
who_matches(const char *mask, const struct user *u)
{
	if (strcmp(mask, "*") == 0)
		return 1;
	if (strlen(mask) > MASK_MAX)
		return 0;
	return mask_match(mask, u->nick) || mask_match(mask, u->user) ||
	    mask_match(mask, u->host) || mask_match(mask, u->real);
}

/* Considers U for a mask or a large room. */
static void
who_try(struct command *c, const struct who *who, uint32_t u)
{
	uint32_t m = 0;

	if (!is_person(u))
		return;
	if (who->room != 0) {
		m = registry_member(u, who->room);
		if (m == 0 || (members[m].flags & MEMBER_GONE))
			return;
	} else if (!who_matches(who->mask, &users[u]))
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
	uint32_t u = c->cursor, n;

	if (u < MAILBOX_SYSTEM)
		u = MAILBOX_SYSTEM;
	for (n = 0; u < state->users.high; u++, n++) {
		if (n == SCAN_STEP || reply_size() >= REPLY_STEP) {
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
	if (c->step != 0 || rooms[r].count > WHO_WHOLE)
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
	/* what follows a % are fields of WHOX, not flags */
	if (c->m.nparam > 1)
		who.opers = c->m.param[1][strcspn(c->m.param[1], "o%")] == 'o';
	if (name_looks_channel(who.mask))
		return who_room(c, &who);
	if (mask_is_wild(who.mask))
		return who_scan(c, &who);
	if ((u = registry_find_nick(who.mask)) != 0 && is_person(u))
		who_show(c, &who, u, 0);
	return who_end(c, &who);
}
