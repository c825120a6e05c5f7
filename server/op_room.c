/* SPDX-License-Identifier: ISC */
/*
 * Applying changes to rooms that last (op.c says what an op has to be like).
 *
 * A room that is registered is in the segment from the first time that
 * somebody joins it, and stays there without members until its place is
 * needed; so what is here is what is true, and the store follows: it looks
 * at a room when it is told of a change, and notes in `saved' which one it has
 * committed.
 *
 * It comes from the store as the answer to a question, in a chunk of who
 * asked, line by line; several chunks if it has many bans.  Until the last one
 * nobody else may join.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/message.h"
#include "../irc/mode.h"
#include "ask.h"
#include "fault.h"
#include "log.h"
#include "op_metadata.h"
#include "op_room.h"
#include "registry.h"

/* ---- lists ---- */

void
ban_ends(uint32_t b, uint64_t until)
{
	uint32_t first = atomic_load(&state->ban_ends);

	bans[b].until = until;
	if (until != 0 && (first == 0 || until < first))
		atomic_store(&state->ban_ends, (uint32_t)until);
}

static void
list_free(uint32_t *list)
{
	uint32_t b, next;

	for (b = *list; b != 0; b = next) {
		next = bans[b].next;
		registry_free_ban(b);
	}
	FAULT("op-list-freed");
	*list = 0;
}

void
room_free(uint32_t r)
{
	list_free(&rooms[r].bans);
	list_free(&rooms[r].access);
	registry_free_metadata(&rooms[r].metadata);
	registry_unindex_room(r);
	FAULT("op-free-unindexed");
	registry_free_room(r);
}

/* Where the entry TEXT of a list hangs, or its end; LIST 0: of accounts. */
static uint32_t *
entry_find(uint32_t *first, uint32_t list, const char *text)
{
	for (; *first != 0; first = &bans[*first].next)
		if (bans[*first].list == list &&
		    name_cmp(bans[*first].mask, text) == 0)
			break;
	return first;
}

uint32_t
room_access(uint32_t r, const char *account)
{
	return *entry_find(&rooms[r].access, 0, account);
}

/* Adds to the LIST of room R that FROM is of; COUNT is its length. */
static void
entry_add(uint32_t r, uint32_t *list, uint32_t *count, const struct ban *from)
{
	uint32_t *p = entry_find(list, from->list, from->mask), b;

	if (*p != 0) {
		bans[*p].rank = from->rank;
		return;
	}
	if ((b = registry_new_ban()) == 0)
		return;
	bans[b] = *from;
	bans[b].next = 0;
	bans[b].room = 0;
	FAULT("op-entry-filled");
	bans[b].room = r;
	FAULT("op-entry-valid");
	*p = b;
	FAULT("op-entry-linked");
	(*count)++;
}

static void
access_set(uint32_t r, const char *account, uint32_t rank, uint64_t time)
{
	struct ban entry = { .rank = rank, .time = time };
	uint32_t *p, b;

	if (rank != 0) {
		record_copy(entry.mask, sizeof(entry.mask), account);
		entry_add(r, &rooms[r].access, &rooms[r].naccess, &entry);
		return;
	}
	p = entry_find(&rooms[r].access, 0, account);
	if ((b = *p) == 0)
		return;
	*p = bans[b].next;
	registry_free_ban(b);
	rooms[r].naccess--;
}

/* ---- what the store knows ---- */

static uint64_t
number(const char *text)
{
	return strtoull(text, NULL, 10);
}

/* "+nt" and, each behind a comma, "f=#room", "j=5:10". */
static uint32_t
load_modes(struct room *x, const char *text)
{
	const struct mode *m;
	unsigned n = 0, time = 0;
	uint32_t bits = 0;
	const char *p;

	if (strcmp(text, "*") == 0) /* it never said */
		return ROOM_NO_EXTERNAL | ROOM_TOPIC_LOCK;
	for (p = text; *p != '\0' && *p != ','; p++)
		if ((m = mode_find(mode_channel, *p)) != NULL &&
		    m->kind == MODE_FLAG)
			bits |= m->bit;
	if ((p = strstr(text, ",f=")) != NULL) {
		snprintf(x->forward, sizeof(x->forward), "%.*s",
		    (int)strcspn(p + 3, ","), p + 3);
		bits |= ROOM_FORWARD;
	}
	if ((p = strstr(text, ",j=")) != NULL &&
	    sscanf(p + 3, "%5u:%5u", &n, &time) == 2 && n > 0 &&
	    n <= THROTTLE_MOST && time > 0 && time <= THROTTLE_MOST) {
		x->throttle = (uint16_t)n;
		x->throttle_time = (uint16_t)time;
		bits |= ROOM_THROTTLE;
	}
	return bits;
}

/* ROOM name founder modes =key limit created topic-time topic-by age count
 * :topic; times are ms. */
static void
load_room(uint32_t r, const struct message *m)
{
	struct room *x = &rooms[r];

	if (m->nparam < 11)
		return;
	record_copy(x->founder, sizeof(x->founder), m->param[1]);
	x->modes = load_modes(x, m->param[2]) | ROOM_REGISTERED;
	if (m->param[3][0] == '=') {
		record_copy(x->key, sizeof(x->key), m->param[3] + 1);
		x->modes |= ROOM_KEY;
	}
	x->limit = (uint32_t)number(m->param[4]);
	if (x->limit != 0)
		x->modes |= ROOM_LIMIT;
	x->made = number(m->param[5]);
	x->created = x->made / 1000;
	x->topic_time = number(m->param[6]) / 1000;
	record_copy(x->topic_setter, sizeof(x->topic_setter), m->param[7]);
	record_copy(x->topic, sizeof(x->topic), m->param[10]);
}

/* BAN room time setter list until :mask[ reason] */
static void
load_ban(uint32_t r, const struct message *m)
{
	const struct mode *mode;
	struct ban b = { .rank = 0 };
	uint32_t *p;
	char *reason;

	if (m->nparam < 6 || rooms[r].nbans >= BANS_MAX)
		return;
	mode = mode_find(mode_channel, m->param[3][0]);
	if (mode == NULL || mode->kind != MODE_LIST)
		return;
	b.list = mode->bit;
	b.time = number(m->param[1]) / 1000;
	b.until = number(m->param[4]) / 1000;
	record_copy(b.setter, sizeof(b.setter), m->param[2]);
	reason = m->param[5] + strcspn(m->param[5], " ");
	if (*reason != '\0')
		*reason++ = '\0';
	record_copy(b.mask, sizeof(b.mask), m->param[5]);
	record_copy(b.reason, sizeof(b.reason), reason);
	entry_add(r, &rooms[r].bans, &rooms[r].nbans, &b);
	if (*(p = entry_find(&rooms[r].bans, b.list, b.mask)) != 0)
		ban_ends(*p, b.until);
	atomic_fetch_add(&rooms[r].ban_serial, 1);
}

/* ACCESS room account rank */
static void
load_access(uint32_t r, const struct message *m)
{
	const struct mode *rank;

	if (m->nparam < 3 || rooms[r].naccess >= ACCESS_MAX)
		return;
	if ((rank = mode_of_word(m->param[2])) == NULL)
		return;
	/* they come in the order in which they were given it */
	access_set(r, m->param[1], rank->bit, rooms[r].naccess);
}

/* METADATA room key :value */
static void
load_metadata(uint32_t r, const struct message *m)
{
	if (m->nparam >= 3)
		op_metadata_put(METADATUM_ROOM, r, m->param[1], m->param[2], 0);
}

static const struct {
	const char *word;
	void (*load)(uint32_t r, const struct message *m);
} parts[] = {
	{ "ROOM", load_room },
	{ "BAN", load_ban },
	{ "ACCESS", load_access },
	{ "METADATA", load_metadata },
};

static void
load_line(uint32_t r, char *line, size_t len)
{
	struct message m;
	size_t i;

	message_parse(&m, line, len);
	for (i = 0; m.command != NULL && i < sizeof(parts) / sizeof(parts[0]);
	     i++)
		if (strcmp(parts[i].word, m.command) == 0)
			parts[i].load(r, &m);
}

/* The lines of KINDS, "RBAM" as they begin. */
static void
load_lines(uint32_t r, const char *text, size_t n, const char *kinds)
{
	char line[ASK_MAX + 1];
	size_t len;

	for (; n > 0; text += len + 1, n -= len + 1) {
		len = strcspn(text, "\n");
		if (strchr(kinds, text[0]) != NULL) {
			memcpy(line, text, len);
			line[len] = '\0';
			load_line(r, line, len);
		}
		if (len == n)
			break;
	}
}

/* A new one, valid once all but its lists is there. */
static uint32_t
load_new(const struct op *op, const char *text, size_t n)
{
	uint32_t r = registry_new_room();

	if (r == 0)
		return 0;
	record_copy(rooms[r].name, sizeof(rooms[r].name), op->text);
	rooms[r].loading = op->b;
	rooms[r].loading_gen = sessions[op->b].gen;
	load_lines(r, text, n, "R");
	FAULT("op-load-filled");
	rooms[r].live = 1;
	FAULT("op-load-live");
	registry_index_room(r);
	return r;
}

void
op_room_load(struct op *op)
{
	const char *text;
	uint32_t r = registry_find_room(op->text);
	size_t n;

	if (op->a == 0 || op->a >= state->dimensions.chunks ||
	    op->b >= state->max_sessions)
		return;
	text = chunk_bytes(op->a);
	n = strnlen(text, ASK_MAX);
	if (r == 0 && (!(op->c & LOAD_FIRST) ||
	        (r = load_new(op, text, n)) == 0))
		return;
	if ((rooms[r].modes & ROOM_REGISTERED) && rooms[r].loading == 0)
		return;
	rooms[r].loading_gen = sessions[op->b].gen;
	rooms[r].loading = op->b;
	load_lines(r, text, n, "RBAM");
	FAULT("op-load-lists");
	if (!(op->c & LOAD_LAST))
		return;
	atomic_store(&rooms[r].change, 2);
	atomic_store(&rooms[r].saved, (uint64_t)rooms[r].gen << 32 | 2);
	FAULT("op-load-saved");
	rooms[r].loading = 0;
}

/* ---- registering ---- */

void
op_room_register(struct op *op)
{
	record_copy(
	    rooms[op->a].founder, sizeof(rooms[op->a].founder), op->text);
	rooms[op->a].unsure = 0;
	FAULT("op-register-founder");
	rooms[op->a].modes |= ROOM_REGISTERED;
}

void
op_room_unregister(struct op *op)
{
	struct room *r = &rooms[op->a];

	if (!r->live)
		return;
	list_free(&r->access);
	r->naccess = 0;
	r->founder[0] = '\0';
	r->loading = 0;
	FAULT("op-unregister-founder");
	r->modes &= ~ROOM_REGISTERED;
	FAULT("op-unregister-modes");
	if (r->count == 0)
		room_free(op->a);
}

void
op_room_access(struct op *op)
{
	access_set(op->a, op->text, op->b, op->x);
}

/* Its name in the index, and everywhere else.  A name that is read without the
 * lock meanwhile is one of the two or none; it ends in any case. */
void
op_room_rename(struct op *op)
{
	registry_unindex_room(op->a);
	FAULT("op-rename-unindexed");
	record_copy(rooms[op->a].was, sizeof(rooms[op->a].was), op->text2);
	rooms[op->a].renamed = op->b;
	FAULT("op-rename-was");
	record_copy(rooms[op->a].name, sizeof(rooms[op->a].name), op->text);
	FAULT("op-rename-named");
	registry_index_room(op->a);
}

/* Who was it stays an admin. */
void
op_room_founder(struct op *op)
{
	struct room *r = &rooms[op->a];

	if (r->founder[0] != '\0' && name_cmp(r->founder, op->text) != 0)
		access_set(op->a, r->founder, MEMBER_ADMIN, op->x);
	FAULT("op-founder-old");
	access_set(op->a, op->text, 0, 0);
	FAULT("op-founder-new");
	record_copy(r->founder, sizeof(r->founder), op->text);
}

void
op_room_sure(struct op *op)
{
	rooms[op->a].unsure = op->b;
}

void
op_room_evict(struct op *op)
{
	if (rooms[op->a].live && rooms[op->a].count == 0)
		room_free(op->a);
}

/* ---- the end of an account ---- */

/* The admin, or else operator, who has been one for longest, as the store
 * chooses it. */
static uint32_t
heir_of(uint32_t r)
{
	static const uint32_t ranks[] = { MEMBER_ADMIN, MEMBER_OPERATOR };
	uint32_t b, heir = 0;
	int i;

	for (i = 0; i < 2 && heir == 0; i++)
		for (b = rooms[r].access; b != 0; b = bans[b].next)
			if (bans[b].rank == ranks[i] &&
			    (heir == 0 || bans[b].time < bans[heir].time))
				heir = b;
	return heir;
}

static void
founder_gone(uint32_t r)
{
	struct op op = { .a = r };
	uint32_t heir = heir_of(r);

	if (heir == 0) {
		op_room_unregister(&op);
		return;
	}
	record_copy(
	    rooms[r].founder, sizeof(rooms[r].founder), bans[heir].mask);
	FAULT("op-heir");
	access_set(r, rooms[r].founder, 0, 0);
}

void
op_account_gone(struct op *op)
{
	uint32_t r;

	for (r = 1; r < state->rooms.high; r++) {
		if (!rooms[r].live || !(rooms[r].modes & ROOM_REGISTERED))
			continue;
		access_set(r, op->text, 0, 0);
		if (name_cmp(rooms[r].founder, op->text) == 0)
			founder_gone(r);
		else if (rooms[r].founder[0] != '\0')
			/* half done by who died */
			access_set(r, rooms[r].founder, 0, 0);
	}
}
