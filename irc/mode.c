/* SPDX-License-Identifier: ISC */

/*
 * Modes of rooms and of users, and strings of them ("+ov-k ann bob key").
 *
 * Two tables say which letters there are and whether they take a parameter;
 * what the server tells clients in 004 and 005 is written from the same
 * tables, so that it is true.  Letters stand in the order of the alphabet,
 * members' modes among themselves in the order of rank, highest first.
 *
 * The stepper only says what was asked for.  Whether the asker may, and
 * whether the parameter is any good, is the server's business.
 */

#include <stddef.h>

#include "mode.h"

const struct mode mode_channel[] = {
	{ 'b', 0, MODE_LIST, ROOM_BAN },
	{ 'i', 0, MODE_FLAG, ROOM_INVITE_ONLY },
	{ 'k', 0, MODE_ALWAYS, ROOM_KEY },
	{ 'l', 0, MODE_SET, ROOM_LIMIT },
	{ 'm', 0, MODE_FLAG, ROOM_MODERATED },
	{ 'n', 0, MODE_FLAG, ROOM_NO_EXTERNAL },
	{ 'o', '@', MODE_MEMBER, MEMBER_OPERATOR },
	{ 'r', 0, MODE_FLAG, ROOM_REGISTERED },
	{ 's', 0, MODE_FLAG, ROOM_SECRET },
	{ 't', 0, MODE_FLAG, ROOM_TOPIC_LOCK },
	{ 'v', '+', MODE_MEMBER, MEMBER_VOICE },
	{ 0, 0, MODE_FLAG, 0 },
};

const struct mode mode_user[] = {
	{ 'B', 0, MODE_FLAG, USER_BOT },
	{ 'I', 0, MODE_FLAG, USER_HIDES_ROOMS },
	{ 'R', 0, MODE_FLAG, USER_REGISTERED_ONLY },
	{ 'i', 0, MODE_FLAG, USER_INVISIBLE },
	{ 'o', 0, MODE_FLAG, USER_OPERATOR },
	{ 'w', 0, MODE_FLAG, USER_WALLOPS },
	{ 0, 0, MODE_FLAG, 0 },
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
