/* SPDX-License-Identifier: ISC */
/*
 * Registered rooms, from the segment to the database.
 *
 * A worker that changes such a room does so under the lock of the segment, and
 * then posts the event that tells of it.  When the event comes here, the room
 * is what it has made of it, or something newer; so the room as it is now is
 * saved in the same transaction as the event, and it does not matter in which
 * order events of two workers arrive.  What no event has told, since there was
 * trouble with the database, is found by comparing the numbers in the record
 * (struct room: change, saved).
 *
 * We do not take the lock: `change' is odd while somebody is at work, and is
 * another one afterwards.  If it stays odd, its worker stands still or is dead;
 * what it is doing is told later.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../irc/mode.h"
#include "../server/state.h"
#include "rename.h"
#include "room.h"
#include "snapshot.h"

enum {
	ROOMS = 256,           /* of a transaction; the others come next */
	LOOKS = 40,            /* at a room that is being changed, */
	LOOK_MS = 1,           /* one after the other */
};

/* A copy of a room. */
struct snapshot {
	uint32_t gen, change;
	struct room room;
	int nbans;
	struct ban ban[ROOM_BANS];
	int nkeys;
	struct metadatum key[METADATA_KEYS];
};

static struct {
	uint32_t room[ROOMS];
	uint64_t saved[ROOMS];   /* what is committed then */
	unsigned n;
	int all;                 /* look at every room */
	int repair;              /* names, too */
} wanted;

static uint64_t
saved_as(uint32_t gen, uint32_t change)
{
	return (uint64_t)gen << 32 | change;
}

static int
is_due(uint32_t r)
{
	const struct room *x = &rooms[r];

	return x->live && (x->modes & ROOM_REGISTERED) && x->loading == 0 &&
	    atomic_load(&x->saved) !=
	        saved_as(x->gen, atomic_load(&x->change));
}

void
snapshot_want(uint32_t room)
{
	unsigned i;

	if (room == 0 || room >= state->max_rooms || !is_due(room))
		return;
	for (i = 0; i < wanted.n; i++)
		if (wanted.room[i] == room)
			return;
	if (wanted.n == ROOMS)
		wanted.all = 1;
	else
		wanted.room[wanted.n++] = room;
}

void
snapshot_want_all(void)
{
	uint32_t r;

	wanted.all = 0;
	for (r = 1; r < state->rooms.high && r < state->max_rooms; r++)
		snapshot_want(r);
}

void
snapshot_repair(void)
{
	wanted.repair = 1;
	snapshot_want_all();
}

/* ---- looking ---- */

static void
look(struct snapshot *s, uint32_t r)
{
	uint32_t b;

	s->gen = rooms[r].gen;
	s->room = rooms[r];
	s->nbans = 0;
	for (b = rooms[r].bans; b != 0 && b < state->max_bans &&
	     s->nbans < ROOM_BANS; b = bans[b].next)
		s->ban[s->nbans++] = bans[b];
	s->nkeys = 0;
	for (b = rooms[r].metadata; b != 0 && b < state->max_metadata &&
	     s->nkeys < METADATA_KEYS; b = metadata[b].next)
		s->key[s->nkeys++] = metadata[b];
}

/* 1; 0 when it is no longer a room to be saved, or not now. */
static int
take(struct snapshot *s, uint32_t r)
{
	const struct timespec pause = { 0, LOOK_MS * 1000000 };
	int i;

	for (i = 0; i < LOOKS && is_due(r); i++) {
		s->change = atomic_load(&rooms[r].change);
		if (s->change % 2 == 0) {
			look(s, r);
			atomic_thread_fence(memory_order_seq_cst);
			if (atomic_load(&rooms[r].change) == s->change &&
			    rooms[r].gen == s->gen && is_due(r))
				return 1;
		}
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* ---- saving ---- */

/* All letters but that of being registered, and those that are seen by what
 * they have; then what forward and throttle are set to. */
static void
modes_text(char *text, size_t size, const struct room *x)
{
	uint32_t modes = x->modes;
	const struct mode *m;
	size_t n = 1;

	text[0] = '+';
	for (m = mode_channel; m->letter != 0 && n + 1 < size; m++)
		if (m->kind == MODE_FLAG && (modes & m->bit) &&
		    m->bit != ROOM_REGISTERED)
			text[n++] = m->letter;
	text[n] = '\0';
	if (modes & ROOM_FORWARD)
		n += (size_t)snprintf(text + n, size - n, ",f=%s", x->forward);
	if ((modes & ROOM_THROTTLE) && n < size)
		snprintf(text + n, size - n, ",j=%u:%u", x->throttle,
		    x->throttle_time);
}

/* The letter of a list. */
static const char *
list_text(uint32_t list)
{
	return list == ROOM_EXCEPT ? "e" : list == ROOM_INVEX ? "I" : "b";
}

#define END(array) (array)[sizeof(array) - 1] = '\0'

/* The copy may be of a record that is damaged. */
static void
terminate(struct snapshot *s)
{
	int i;

	END(s->room.name);
	END(s->room.key);
	END(s->room.forward);
	END(s->room.was);
	END(s->room.topic);
	END(s->room.topic_setter);
	for (i = 0; i < s->nbans; i++) {
		END(s->ban[i].mask);
		END(s->ban[i].setter);
		END(s->ban[i].reason);
	}
	for (i = 0; i < s->nkeys; i++) {
		END(s->key[i].key);
		END(s->key[i].value);
	}
}

static int
save(struct database *db, struct snapshot *s, int64_t now)
{
	const struct room *x = &s->room;
	struct room_settings t = { .name = x->name, .was = x->was, .saved = now,
		.most = x->modes & ROOM_LIMIT ? x->limit : 0,
		.key = x->modes & ROOM_KEY ? x->key : NULL,
		.created = (int64_t)x->created * 1000,
		.topic_time = (int64_t)x->topic_time * 1000,
		.topic = x->topic, .nbans = s->nbans };
	char modes[128];
	int i, n;

	terminate(s);
	modes_text(modes, sizeof(modes), x);
	t.modes = modes;
	t.topic_by = x->topic_setter[0] != '\0' ? x->topic_setter : NULL;
	for (i = 0; i < s->nbans; i++) {
		t.ban[i].mask = s->ban[i].mask;
		t.ban[i].setter = s->ban[i].setter;
		t.ban[i].list = list_text(s->ban[i].list);
		t.ban[i].reason = s->ban[i].reason;
		t.ban[i].until = (int64_t)s->ban[i].until * 1000;
		t.ban[i].time = (int64_t)s->ban[i].time * 1000;
	}
	t.nkeys = s->nkeys;
	for (i = 0; i < s->nkeys; i++)
		t.key_of[i] = (struct room_key) { s->key[i].key,
			s->key[i].value };
	n = room_save(db, &t);
	/* what tells of its name was lost */
	if (n == 1 && wanted.repair &&
	    rename_room(db, x->was, x->name, INT64_MAX) != 0)
		n = -1;
	return n;
}

int
snapshot_save(struct database *db, int64_t now)
{
	static struct snapshot s;
	unsigned i;
	int n;

	for (i = 0; i < wanted.n; i++) {
		wanted.saved[i] = 0;
		if (!take(&s, wanted.room[i]))
			continue;
		if ((n = save(db, &s, now)) < 0)
			return -1;
		/* else it is still due */
		if (n == 0)
			wanted.saved[i] = saved_as(s.gen, s.change);
	}
	return 0;
}

void
snapshot_done(void)
{
	unsigned i;

	for (i = 0; i < wanted.n; i++)
		if (wanted.saved[i] != 0)
			atomic_store(&rooms[wanted.room[i]].saved,
			    wanted.saved[i]);
	wanted.n = 0;
	wanted.repair = 0;
	if (wanted.all)
		snapshot_want_all();
}

int
snapshot_left(void)
{
	return wanted.all || wanted.n > 0;
}
