/* SPDX-License-Identifier: ISC */

/*
 * Modes of rooms and of users, and strings of them ("+ov-k ann bob key").
 *
 * Two tables say which letters there are and whether they take a parameter;
 * what the server tells clients in 004 and 005 is written from the same
 * tables, so that it is true.  Letters stand in the order of the alphabet,
 * then members' modes in the order of rank, highest first.
 *
 * The stepper only says what was asked for.  Whether the asker may, and
 * whether the parameter is any good, is the server's business.
 */

#include <stddef.h>
#include <strings.h>

#include "mode.h"

#define H RANK_HALFOP
#define O RANK_OPERATOR
#define Q RANK_FOUNDER

const struct mode mode_channel[] = {
	{ 'C', 0, MODE_FLAG, ROOM_NO_CTCP, O, NULL },
	{ 'I', 0, MODE_LIST, ROOM_INVEX, H, NULL },
	{ 'M', 0, MODE_FLAG, ROOM_ACCOUNTS_SAY, O, NULL },
	{ 'N', 0, MODE_FLAG, ROOM_NO_NICK, O, NULL },
	{ 'R', 0, MODE_FLAG, ROOM_ACCOUNTS, O, NULL },
	{ 'U', 0, MODE_FLAG, ROOM_OP_MODERATED, O, NULL },
	{ 'b', 0, MODE_LIST, ROOM_BAN, H, NULL },
	{ 'c', 0, MODE_FLAG, ROOM_NO_COLOUR, O, NULL },
	{ 'e', 0, MODE_LIST, ROOM_EXCEPT, H, NULL },
	{ 'f', 0, MODE_SET, ROOM_FORWARD, O, NULL },
	{ 'i', 0, MODE_FLAG, ROOM_INVITE_ONLY, O, NULL },
	{ 'j', 0, MODE_SET, ROOM_THROTTLE, O, NULL },
	{ 'k', 0, MODE_ALWAYS, ROOM_KEY, O, NULL },
	{ 'l', 0, MODE_SET, ROOM_LIMIT, O, NULL },
	{ 'm', 0, MODE_FLAG, ROOM_MODERATED, O, NULL },
	{ 'n', 0, MODE_FLAG, ROOM_NO_EXTERNAL, O, NULL },
	{ 'r', 0, MODE_FLAG, ROOM_REGISTERED, O, NULL },
	{ 's', 0, MODE_FLAG, ROOM_SECRET, O, NULL },
	{ 't', 0, MODE_FLAG, ROOM_TOPIC_LOCK, O, NULL },
	{ 'z', 0, MODE_FLAG, ROOM_SECURE, O, NULL },
	{ 'q', '~', MODE_MEMBER, MEMBER_FOUNDER, Q, "founder" },
	{ 'a', '&', MODE_MEMBER, MEMBER_ADMIN, Q, "admin" },
	{ 'o', '@', MODE_MEMBER, MEMBER_OPERATOR, O, "operator" },
	{ 'h', '%', MODE_MEMBER, MEMBER_HALFOP, O, "halfop" },
	{ 'v', '+', MODE_MEMBER, MEMBER_VOICE, H, "voice" },
	{ 0, 0, MODE_FLAG, 0, RANK_NONE, NULL },
};

const struct mode mode_user[] = {
	{ 'B', 0, MODE_FLAG, USER_BOT, RANK_NONE, NULL },
	{ 'I', 0, MODE_FLAG, USER_HIDES_ROOMS, RANK_NONE, NULL },
	{ 'R', 0, MODE_FLAG, USER_REGISTERED_ONLY, RANK_NONE, NULL },
	{ 'T', 0, MODE_FLAG, USER_NO_CTCP, RANK_NONE, NULL },
	{ 'Z', 0, MODE_FLAG, USER_SECURE, RANK_NONE, NULL },
	{ 'i', 0, MODE_FLAG, USER_INVISIBLE, RANK_NONE, NULL },
	{ 'o', 0, MODE_FLAG, USER_OPERATOR, RANK_NONE, NULL },
	{ 'w', 0, MODE_FLAG, USER_WALLOPS, RANK_NONE, NULL },
	{ 0, 0, MODE_FLAG, 0, RANK_NONE, NULL },
};

const struct mode *
mode_find(const struct mode *table, char letter)
{
	for (; table->letter != 0; table++)
		if (table->letter == letter)
			return table;
	return NULL;
}

/* Whether a kind takes a parameter when unset ([0]) and when set ([1]). */
static const char wants_param[][2] = {
	[MODE_LIST] = { 1, 1 },
	[MODE_ALWAYS] = { 1, 1 },
	[MODE_SET] = { 0, 1 },
	[MODE_FLAG] = { 0, 0 },
	[MODE_MEMBER] = { 1, 1 },
};

int
mode_next(struct mode_parser *p, struct mode_change *change)
{
	if (!p->started)
		p->started = p->adding = 1;
	for (; *p->modes == '+' || *p->modes == '-'; p->modes++)
		p->adding = *p->modes == '+';
	if (*p->modes == '\0')
		return 0;
	change->letter = *p->modes++;
	change->mode = mode_find(p->table, change->letter);
	change->adding = p->adding;
	change->param = NULL;
	if (change->mode != NULL && *p->params != NULL &&
	    wants_param[change->mode->kind][p->adding])
		change->param = *p->params++;
	return 1;
}

/* ---- ranks ---- */

/* The rank of a row of members', being the Nth from the end. */
static enum rank
rank_of(const struct mode *m)
{
	enum rank rank = RANK_NONE;

	for (; m->letter != 0; m++)
		if (m->kind == MODE_MEMBER)
			rank++;
	return rank;
}

enum rank
mode_rank(uint32_t member)
{
	const struct mode *m = mode_of_bit(member);

	return m != NULL ? rank_of(m) : RANK_NONE;
}

uint32_t
mode_from(enum rank rank)
{
	const struct mode *m;
	uint32_t bits = 0;

	for (m = mode_channel; m->letter != 0; m++)
		if (m->kind == MODE_MEMBER && rank_of(m) >= rank)
			bits |= m->bit;
	return bits;
}

enum rank
mode_of_prefix(char prefix)
{
	const struct mode *m;

	for (m = mode_channel; m->letter != 0; m++)
		if (m->kind == MODE_MEMBER && m->prefix == prefix)
			return rank_of(m);
	return RANK_NONE;
}

const struct mode *
mode_of_word(const char *word)
{
	const struct mode *m;

	for (m = mode_channel; m->letter != 0; m++)
		if (m->word != NULL && strcasecmp(m->word, word) == 0)
			return m;
	return NULL;
}

const struct mode *
mode_of_bit(uint32_t member)
{
	const struct mode *m;

	for (m = mode_channel; m->letter != 0; m++)
		if (m->kind == MODE_MEMBER && (m->bit & member) != 0)
			return m;
	return NULL;
}

/* ---- texts ---- */

const char *
mode_prefixes(uint32_t member, int all, char buf[8])
{
	const struct mode *m;
	int n = 0;

	for (m = mode_channel; m->letter != 0; m++)
		if (m->kind == MODE_MEMBER && (member & m->bit) != 0 &&
		    (n == 0 || all) && n < 7)
			buf[n++] = m->prefix;
	buf[n] = '\0';
	return buf;
}

/* A string in a buffer that is never overrun. */
struct output {
	char *buf;
	int size, len;
};

static void
put(struct output *o, char c)
{
	if (o->len + 1 < o->size)
		o->buf[o->len++] = c;
}

static const char *
finish(struct output *o)
{
	if (o->size > 0)
		o->buf[o->len] = '\0';
	return o->size > 0 ? o->buf : "";
}

const char *
mode_chanmodes(char *buf, int size)
{
	struct output o = { buf, size, 0 };
	const struct mode *m;
	int kind;

	for (kind = MODE_LIST; kind <= MODE_FLAG; kind++) {
		if (kind != MODE_LIST)
			put(&o, ',');
		for (m = mode_channel; m->letter != 0; m++)
			if ((int)m->kind == kind)
				put(&o, m->letter);
	}
	return finish(&o);
}

const char *
mode_prefix(char *buf, int size)
{
	struct output o = { buf, size, 0 };
	const struct mode *m;

	put(&o, '(');
	for (m = mode_channel; m->letter != 0; m++)
		if (m->kind == MODE_MEMBER)
			put(&o, m->letter);
	put(&o, ')');
	for (m = mode_channel; m->letter != 0; m++)
		if (m->kind == MODE_MEMBER)
			put(&o, m->prefix);
	return finish(&o);
}

const char *
mode_lists(char *buf, int size)
{
	struct output o = { buf, size, 0 };
	const struct mode *m;

	for (m = mode_channel; m->letter != 0; m++)
		if (m->kind == MODE_LIST)
			put(&o, m->letter);
	return finish(&o);
}

const char *
mode_letters(const struct mode *table, char *buf, int size)
{
	struct output o = { buf, size, 0 };

	for (; table->letter != 0; table++)
		put(&o, table->letter);
	return finish(&o);
}

const char *
mode_letters_param(char *buf, int size)
{
	struct output o = { buf, size, 0 };
	const struct mode *m;

	for (m = mode_channel; m->letter != 0; m++)
		if (m->kind != MODE_FLAG)
			put(&o, m->letter);
	return finish(&o);
}
