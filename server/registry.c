/* SPDX-License-Identifier: ISC */
/*
 * The directory of the instance, guarded by the one lock of the segment.
 *
 * Invariant: each record says by itself whether it is valid (a session's
 * state, a user's USER_LIVE, a room's live, a membership's user), and that
 * word is the last one stored.  Chains, free lists and counts are only
 * derived, so whoever finds the lock's owner dead derives them again.  Nobody
 * but the owner's own lists of memberships can be half linked, because only
 * a home links; those of living workers are left alone, since they walk them
 * without the lock.
 */
#include <stdlib.h>
#include <string.h>

#include "../ipc/mailbox.h"
#include "../irc/look.h"
#include "../irc/mode.h"
#include "blame.h"
#include "fault.h"
#include "log.h"
#include "monitor.h"
#include "op.h"
#include "poison.h"
#include "registry.h"
#include "session.h"
#include "worker.h"

/* Free lists are queues: a slot rests as long as possible before it is used
 * again. Each is described by where its links are. */
struct slots {
	struct list *list;
	uint32_t max;
	char *base;
	size_t size, next;
};

enum slots_kind {
	SESSIONS, USERS, ROOMS, MEMBERS, BANS, ADDRESSES, METADATA, MONITORS
};

static struct slots
slots_of(enum slots_kind kind)
{
	switch (kind) {
#define SLOTS(KIND, name, max, field)                                         \
	case KIND:                                                            \
		return (struct slots) { &state->name, max, (char *)name,     \
			sizeof(name[0]), (size_t)((char *)&name[0].field -   \
			    (char *)&name[0]) }
		SLOTS(SESSIONS, sessions, state->max_sessions, next_free);
		SLOTS(USERS, users, state->max_users, next_free);
		SLOTS(ROOMS, rooms, state->max_rooms, next_free);
		SLOTS(MEMBERS, members, state->max_members, room_next);
		SLOTS(BANS, bans, state->max_bans, next);
		SLOTS(METADATA, metadata, state->max_metadata, next);
		SLOTS(ADDRESSES, addresses, state->max_sessions + 1, next);
		SLOTS(MONITORS, monitors, state->max_monitors, next);
#undef SLOTS
	}
	panic("slots_of: %d", (int)kind);
}

static uint32_t *
slots_next(const struct slots *f, uint32_t slot)
{
	return (uint32_t *)(void *)(f->base + slot * f->size + f->next);
}

static uint32_t
slots_take(enum slots_kind kind)
{
	struct slots f = slots_of(kind);
	uint32_t slot = f.list->first;

	if (slot == 0) {
		if (f.list->high >= f.max)
			return 0;
		slot = f.list->high++;
	} else if ((f.list->first = *slots_next(&f, slot)) == 0)
		f.list->last = 0;
	FAULT("slot-taken");
	f.list->used++;
	return slot;
}

static void
slots_push(struct slots *f, uint32_t slot)
{
	*slots_next(f, slot) = 0;
	FAULT("slot-cleared");
	if (f->list->last != 0)
		*slots_next(f, f->list->last) = slot;
	else
		f->list->first = slot;
	f->list->last = slot;
}

static void
slots_give(enum slots_kind kind, uint32_t slot)
{
	struct slots f = slots_of(kind);

	slots_push(&f, slot);
	FAULT("slot-given");
	f.list->used--;
}

uint32_t
registry_new_session(void)
{
	uint32_t s = slots_take(SESSIONS), gen;

	if (s == 0)
		return 0;
	gen = sessions[s].gen;
	memset(&sessions[s], 0, sizeof(sessions[s]));
	sessions[s].gen = gen + 1;
	return s;
}

uint32_t
registry_new_user(void)
{
	uint32_t u = slots_take(USERS), gen;

	if (u == 0)
		return 0;
	gen = users[u].gen;
	memset(&users[u], 0, sizeof(users[u]));
	users[u].gen = gen + 1;
	users[u].mailbox = -1;
	return u;
}

void
registry_open_mailbox(uint32_t u)
{
	int q = mailbox_create(
	    (int)state->segment.prefix, u, state->segment.born);

	/* one that cannot hold every envelope would be full for ever */
	if (q >= 0 && mailbox_room(q, ENVELOPE_MAX, config->mailbox_size) <
	        ENVELOPE_MAX) {
		mailbox_remove(q);
		q = -1;
	}
	users[u].mailbox = q;
}

uint32_t
registry_new_room(void)
{
	uint32_t r = slots_take(ROOMS), gen;

	if (r == 0)
		return 0;
	gen = rooms[r].gen;
	memset(&rooms[r], 0, sizeof(rooms[r]));
	rooms[r].gen = gen + 1;
	return r;
}

uint32_t
registry_new_member(void)
{
	uint32_t m = slots_take(MEMBERS);

	if (m != 0)
		memset(&members[m], 0, sizeof(members[m]));
	return m;
}

uint32_t
registry_new_ban(void)
{
	uint32_t b = slots_take(BANS);

	if (b != 0)
		memset(&bans[b], 0, sizeof(bans[b]));
	return b;
}

uint32_t
registry_new_monitor(void)
{
	uint32_t m = slots_take(MONITORS);

	if (m != 0)
		memset(&monitors[m], 0, sizeof(monitors[m]));
	return m;
}

void
registry_free_monitor(uint32_t m)
{
	monitors[m].session = 0;
	slots_give(MONITORS, m);
}

uint32_t
registry_new_metadatum(void)
{
	uint32_t d = slots_take(METADATA);

	if (d != 0)
		memset(&metadata[d], 0, sizeof(metadata[d]));
	return d;
}

void
registry_free_metadatum(uint32_t d)
{
	metadata[d].owner = 0;
	FAULT("metadatum-free");
	slots_give(METADATA, d);
}

void
registry_free_metadata(uint32_t *list)
{
	uint32_t d, next;

	/* what is left of a list half freed is found by its owner */
	while ((d = *list) != 0) {
		next = metadata[d].next;
		*list = next;
		FAULT("metadata-unlinked");
		registry_free_metadatum(d);
	}
}

void
registry_free_session(uint32_t s)
{
	monitor_clear(s);
	sessions[s].state = SESSION_FREE;
	FAULT("session-free");
	slots_give(SESSIONS, s);
}

void
registry_free_user(uint32_t u)
{
	registry_unindex_account(u);
	FAULT("user-unindexed");
	registry_free_metadata(&users[u].metadata);
	atomic_store(&users[u].flags, 0);
	FAULT("user-free");
	slots_give(USERS, u);
}

void
registry_free_room(uint32_t r)
{
	rooms[r].live = 0;
	FAULT("room-free");
	slots_give(ROOMS, r);
}

void
registry_free_member(uint32_t m)
{
	members[m].user = 0;
	FAULT("member-free");
	members[m].room = 0;
	slots_give(MEMBERS, m);
}

void
registry_free_ban(uint32_t b)
{
	bans[b].room = 0;
	slots_give(BANS, b);
}

/* ---- nicks ---- */

static uint32_t
nick_lookup(const char *nick, uint32_t hash)
{
	uint32_t u = nick_index[hash & (index_size - 1)], steps = 0;

	/* the bound is for readers without the lock on a changing chain */
	for (; u != 0 && steps < 4096; u = users[u].nick_next, steps++)
		if (users[u].nick_hash == hash &&
		    name_cmp(users[u].nick, nick) == 0)
			return u;
	return 0;
}

uint32_t
registry_find_nick(const char *nick)
{
	uint32_t hash = look_hash(nick), u = nick_lookup(nick, hash);

	if (u != 0 || lock_held(&state->segment.lock))
		return u;
	registry_lock();
	u = nick_lookup(nick, hash);
	registry_unlock();
	return u;
}

/* The index goes by what nicks look like, so those that are alike are in one
 * chain. */
uint32_t
registry_find_look(const char *nick, uint32_t other)
{
	uint32_t hash = look_hash(nick), u = nick_lookup(nick, hash);

	if (u != 0 && u != other)
		return u;
	u = nick_index[hash & (index_size - 1)];
	for (; u != 0; u = users[u].nick_next)
		if (u != other && users[u].nick_hash == hash &&
		    look_same(users[u].nick, nick))
			return u;
	return 0;
}

void
registry_unindex_nick(uint32_t u)
{
	uint32_t *p = &nick_index[users[u].nick_hash & (index_size - 1)];

	for (; *p != 0; p = &users[*p].nick_next)
		if (*p == u) {
			*p = users[u].nick_next;
			FAULT("nick-unindexed");
			return;
		}
}

void
registry_index_nick(uint32_t u)
{
	uint32_t hash = look_hash(users[u].nick);
	uint32_t *bucket = &nick_index[hash & (index_size - 1)];

	if (users[u].nick[0] == '\0' || nick_lookup(users[u].nick, hash) == u)
		return;
	users[u].nick_hash = hash;
	users[u].nick_next = *bucket;
	FAULT("nick-chained");
	atomic_thread_fence(memory_order_release);
	*bucket = u;
	FAULT("nick-indexed");
}

/* ---- accounts ---- */

uint32_t
registry_find_account(const char *account, uint32_t other)
{
	uint32_t hash = name_hash(account), u;

	if (account[0] == '\0')
		return 0;
	u = account_index[hash & (index_size - 1)];
	for (; u != 0; u = users[u].account_next)
		if (u != other && users[u].account_hash == hash &&
		    (users[u].flags & USER_REGISTERED) &&
		    name_cmp(users[u].account, account) == 0)
			return u;
	return 0;
}

void
registry_unindex_account(uint32_t u)
{
	uint32_t *p;

	if (users[u].account[0] == '\0')
		return;
	p = &account_index[users[u].account_hash & (index_size - 1)];
	for (; *p != 0; p = &users[*p].account_next)
		if (*p == u) {
			*p = users[u].account_next;
			FAULT("account-unindexed");
			return;
		}
}

void
registry_index_account(uint32_t u)
{
	uint32_t hash = name_hash(users[u].account);
	uint32_t *bucket = &account_index[hash & (index_size - 1)], other;

	if (users[u].account[0] == '\0')
		return;
	for (other = *bucket; other != 0; other = users[other].account_next)
		if (other == u)
			return;
	users[u].account_hash = hash;
	users[u].account_next = *bucket;
	FAULT("account-chained");
	*bucket = u;
	FAULT("account-indexed");
}

/* ---- the sessions of a user ---- */

/* Memberships know the first one. */
static void
members_follow(uint32_t u)
{
	uint32_t m;

	for (m = users[u].members; m != 0; m = members[m].user_next)
		members[m].session = users[u].session;
	FAULT("session-followed");
}

static void
session_link(uint32_t s, uint32_t u)
{
	uint32_t *p = &users[u].session, n = 0;

	for (; *p != 0 && *p != s && n <= SESSIONS_MAX; n++)
		p = &sessions[*p].next;
	if (*p == s)
		return;
	sessions[s].next = 0;
	FAULT("session-next");
	*p = s;
	FAULT("session-linked");
}

void
registry_link_session(uint32_t s, uint32_t u)
{
	registry_linking(users[u].home);
	sessions[s].user = u;
	FAULT("session-user");
	session_link(s, u);
	if (users[u].session == s)
		members_follow(u);
	registry_linking(0);
}

void
registry_unlink_session(uint32_t s)
{
	uint32_t u = sessions[s].user, *p = &users[u].session, n = 0;

	if (u == 0)
		return;
	registry_linking(users[u].home);
	for (; *p != 0 && *p != s && n <= SESSIONS_MAX; n++)
		p = &sessions[*p].next;
	if (*p == s)
		*p = sessions[s].next;
	FAULT("session-unlinked");
	members_follow(u);
	sessions[s].user = 0;
	FAULT("session-parted");
	sessions[s].next = 0;
	registry_linking(0);
}

/* ---- rooms ---- */

static uint32_t
room_lookup(const char *name, uint32_t hash)
{
	uint32_t r = room_index[hash & (index_size - 1)], steps = 0;

	for (; r != 0 && steps < 4096; r = rooms[r].hash_next, steps++)
		if (rooms[r].hash == hash && name_cmp(rooms[r].name, name) == 0)
			return r;
	return 0;
}

uint32_t
registry_find_room(const char *name)
{
	uint32_t hash = name_hash(name), r = room_lookup(name, hash);

	if (r != 0 || lock_held(&state->segment.lock))
		return r;
	registry_lock();
	r = room_lookup(name, hash);
	registry_unlock();
	return r;
}

void
registry_unindex_room(uint32_t r)
{
	uint32_t *p = &room_index[rooms[r].hash & (index_size - 1)];

	for (; *p != 0; p = &rooms[*p].hash_next)
		if (*p == r) {
			*p = rooms[r].hash_next;
			FAULT("room-unindexed");
			return;
		}
}

void
registry_index_room(uint32_t r)
{
	uint32_t *bucket;

	rooms[r].hash = name_hash(rooms[r].name);
	bucket = &room_index[rooms[r].hash & (index_size - 1)];
	rooms[r].hash_next = *bucket;
	FAULT("room-chained");
	atomic_thread_fence(memory_order_release);
	*bucket = r;
	FAULT("room-indexed");
}

/* ---- memberships ---- */

uint32_t
registry_member(uint32_t u, uint32_t r)
{
	uint32_t m;

	for (m = users[u].members; m != 0; m = members[m].user_next)
		if (members[m].room == r)
			return m;
	return 0;
}

void
registry_linking(unsigned home)
{
	atomic_signal_fence(memory_order_seq_cst);
	state->linking = home;
	atomic_signal_fence(memory_order_seq_cst);
}

static void
member_link_room(uint32_t m)
{
	struct room_list *list =
	    room_list(members[m].room, users[members[m].user].home);

	members[m].room_prev = 0;
	members[m].room_next = list->first;
	if (list->first != 0)
		members[list->first].room_prev = m;
	FAULT("link-room-next");
	list->first = m;
	FAULT("link-room-first");
	list->count++;
	FAULT("link-room-count");
	atomic_fetch_or(&rooms[members[m].room].workers,
	    UINT64_C(1) << users[members[m].user].home);
}

static void
member_link_user(uint32_t m)
{
	struct user *u = &users[members[m].user];

	members[m].user_prev = 0;
	members[m].user_next = u->members;
	if (u->members != 0)
		members[u->members].user_prev = m;
	FAULT("link-user-next");
	u->members = m;
	FAULT("link-user-first");
	u->nmembers++;
}

void
registry_link_member(uint32_t m)
{
	member_link_room(m);
	member_link_user(m);
	FAULT("link-linked");
	rooms[members[m].room].count++;
}

static void
member_unlink_room(uint32_t m)
{
	struct member *x = &members[m];
	unsigned home = users[x->user].home;
	struct room_list *list = room_list(x->room, home);

	if (x->room_prev != 0)
		members[x->room_prev].room_next = x->room_next;
	else
		list->first = x->room_next;
	if (x->room_next != 0)
		members[x->room_next].room_prev = x->room_prev;
	FAULT("unlink-room");
	if (--list->count == 0)
		atomic_fetch_and(
		    &rooms[x->room].workers, ~(UINT64_C(1) << home));
	FAULT("unlink-workers");
}

void
registry_unlink_member(uint32_t m)
{
	struct member *x = &members[m];
	struct user *u = &users[x->user];

	member_unlink_room(m);
	if (x->user_prev != 0)
		members[x->user_prev].user_next = x->user_next;
	else
		u->members = x->user_next;
	if (x->user_next != 0)
		members[x->user_next].user_prev = x->user_prev;
	FAULT("unlink-user");
	u->nmembers--;
	rooms[x->room].count--;
}

void
registry_rehome(uint32_t u, unsigned to)
{
	uint32_t m, i;

	for (m = users[u].members; m != 0; m = members[m].user_next)
		member_unlink_room(m);
	FAULT("rehome-unlinked");
	users[u].home = (uint8_t)to;
	FAULT("rehome-home");
	for (m = users[u].members; m != 0; m = members[m].user_next)
		member_link_room(m);
	for (i = users[u].session; i != 0; i = sessions[i].next)
		monitor_rehome(i, to);
}

/* ---- addresses ---- */

static uint32_t
address_hash(const struct in6_addr *addr)
{
	uint32_t h = 2166136261u, i;

	for (i = 0; i < sizeof(addr->s6_addr); i++)
		h = (h ^ addr->s6_addr[i]) * 16777619u;
	return h ^ h >> 15;
}

uint32_t
registry_count_address(const struct in6_addr *addr, int delta)
{
	uint32_t *p = &address_index[address_hash(addr) & (index_size - 1)];
	uint32_t a;

	for (; (a = *p) != 0; p = &addresses[a].next)
		if (memcmp(&addresses[a].addr, addr, sizeof(*addr)) == 0)
			break;
	if (a == 0) {
		if (delta <= 0 || (a = slots_take(ADDRESSES)) == 0)
			return 0;
		addresses[a].addr = *addr;
		addresses[a].count = 0;
		addresses[a].next = 0;
		*p = a;
	}
	addresses[a].count += (uint32_t)delta;
	FAULT("address-counted");
	if (addresses[a].count == 0) {
		*p = addresses[a].next;
		FAULT("address-gone");
		slots_give(ADDRESSES, a);
		return 0;
	}
	return addresses[a].count;
}

/* ---- healing ---- */

static void
heal_list(enum slots_kind kind, uint32_t first, int (*is_used)(uint32_t))
{
	struct slots f = slots_of(kind);
	uint32_t i;

	f.list->first = f.list->last = f.list->used = 0;
	for (i = first; i < f.list->high; i++)
		if (is_used(i))
			f.list->used++;
		else
			slots_push(&f, i);
}

static int
session_used(uint32_t s)
{
	return sessions[s].state != SESSION_FREE;
}

static int
user_used(uint32_t u)
{
	const struct session *s;

	if (!(users[u].flags & USER_LIVE) ||
	    users[u].session >= state->max_sessions)
		return 0;
	s = &sessions[users[u].session];
	/* a user goes no further than its first session had come */
	return s->state != SESSION_FREE && s->user == u;
}

/* Whether S is in the chain of its user, who lives at worker W. */
static int
session_of_home(const struct session *s, unsigned w)
{
	return s->state != SESSION_FREE && s->user >= MAILBOX_SYSTEM &&
	    s->user < state->users.high &&
	    (users[s->user].flags & USER_LIVE) && users[s->user].home == w &&
	    s->worker == w;
}

/* Makes the chains of sessions of the users of worker W. */
static void
heal_chains(unsigned w)
{
	uint32_t i;

	for (i = MAILBOX_SYSTEM; i < state->users.high; i++)
		if (users[i].home == w)
			users[i].session = 0;
	for (i = 1; i < state->sessions.high; i++)
		if (session_of_home(&sessions[i], w))
			session_link(i, sessions[i].user);
}

static int
room_used(uint32_t r)
{
	return rooms[r].live != 0;
}

static int
member_used(uint32_t m)
{
	return members[m].user != 0 && members[m].room != 0 &&
	    members[m].user < state->users.high &&
	    members[m].room < state->rooms.high &&
	    users[members[m].user].home <= state->nworker &&
	    user_used(members[m].user) && room_used(members[m].room);
}

#define ENDS(array) (memchr(array, '\0', sizeof(array)) != NULL)

static int
is_list(uint32_t list)
{
	return list == ROOM_BAN || list == ROOM_EXCEPT || list == ROOM_INVEX;
}

static int
ban_used(uint32_t b)
{
	return bans[b].room != 0 && bans[b].room < state->rooms.high &&
	    room_used(bans[b].room) &&
	    (bans[b].rank != 0 || is_list(bans[b].list)) &&
	    ENDS(bans[b].mask) && ENDS(bans[b].setter) && ENDS(bans[b].reason);
}

/* Links the memberships of worker W afresh: both of its lists.  This changes
 * their order, so it must not be done to a fan-out on its way: only when they
 * were being changed, which no worker does in the middle of one. */
static void
heal_members(unsigned w)
{
	uint32_t i;

	heal_chains(w);
	for (i = 1; i < state->rooms.high; i++)
		*room_list(i, w) = (struct room_list) { 0, 0 };
	for (i = MAILBOX_SYSTEM; i < state->users.high; i++)
		if (users[i].home == w)
			users[i].members = users[i].nmembers = 0;
	for (i = 1; i < state->members.high; i++) {
		if (!member_used(i)) {
			members[i].user = members[i].room = 0;
			continue;
		}
		if (users[members[i].user].home != w)
			continue;
		members[i].session = users[members[i].user].session;
		member_link_room(i);
		member_link_user(i);
	}
	monitor_heal(w);
}

static void
heal_bans(void)
{
	uint32_t i;

	for (i = 1; i < state->rooms.high; i++) {
		rooms[i].bans = rooms[i].nbans = 0;
		rooms[i].access = rooms[i].naccess = 0;
	}
	for (i = 1; i < state->bans.high; i++)
		if (ban_used(i)) {
			struct room *r = &rooms[bans[i].room];
			uint32_t *list = bans[i].rank != 0 ? &r->access
			                                   : &r->bans;
			bans[i].next = *list;
			*list = i;
			if (bans[i].rank != 0)
				r->naccess++;
			else
				r->nbans++;
		}
	/* after the chains, since free bans use the same link */
	heal_list(BANS, 1, ban_used);
}

static uint32_t *
metadata_list(uint32_t d)
{
	const struct metadatum *x = &metadata[d];

	if (x->kind == METADATUM_USER && x->owner >= MAILBOX_SYSTEM &&
	    x->owner < state->users.high && user_used(x->owner))
		return &users[x->owner].metadata;
	if (x->kind == METADATUM_ROOM && x->owner != 0 &&
	    x->owner < state->rooms.high && room_used(x->owner))
		return &rooms[x->owner].metadata;
	return NULL;
}

static int
metadatum_used(uint32_t d)
{
	return metadata[d].owner != 0;
}

/* Once it is known which users and rooms there are. */
static void
heal_metadata(void)
{
	uint32_t i, *list;

	for (i = MAILBOX_SYSTEM; i < state->users.high; i++)
		if (users[i].metadata != 0)
			users[i].metadata = 0;
	for (i = 1; i < state->rooms.high; i++)
		rooms[i].metadata = 0;
	for (i = 1; i < state->metadata.high; i++) {
		if ((list = metadata_list(i)) == NULL) {
			metadata[i].owner = 0;
			continue;
		}
		metadata[i].next = *list;
		*list = i;
	}
	heal_list(METADATA, 1, metadatum_used);
}

static void
heal_rooms(void)
{
	uint32_t i, w;
	uint64_t set;

	for (i = 1; i < state->rooms.high; i++) {
		poison("registry", rooms[i].topic, strlen(rooms[i].topic));
		rooms[i].count = 0;
		rooms[i].forward[NAME_CHANNEL] = '\0';
		rooms[i].was[NAME_CHANNEL] = '\0';
		for (w = 1, set = 0; w <= state->nworker; w++)
			if (room_list(i, w)->count > 0) {
				rooms[i].count += room_list(i, w)->count;
				set |= UINT64_C(1) << w;
			}
		atomic_store(&rooms[i].workers, set);
		if (rooms[i].count == 0 &&
		    !(rooms[i].modes & ROOM_REGISTERED))
			rooms[i].live = 0;
	}
	memset(room_index, 0, index_size * sizeof(uint32_t));
	for (i = 1; i < state->rooms.high; i++)
		if (rooms[i].live)
			registry_index_room(i);
	heal_list(ROOMS, 1, room_used);
}

static void
heal_users(void)
{
	uint64_t operators = 0, invisible = 0, registered = 0;
	uint32_t i;

	memset(nick_index, 0, index_size * sizeof(uint32_t));
	memset(account_index, 0, index_size * sizeof(uint32_t));
	for (i = MAILBOX_SYSTEM; i < state->users.high; i++) {
		if (!user_used(i)) {
			atomic_store(&users[i].flags, 0);
			continue;
		}
		registry_index_nick(i);
		registry_index_account(i);
		if (!(users[i].flags & USER_REGISTERED))
			continue;
		registered++;
		operators += (users[i].modes & USER_OPERATOR) != 0;
		invisible += (users[i].modes & USER_INVISIBLE) != 0;
	}
	state->opers = operators;
	state->invisible = invisible;
	state->registered = registered;
	if (state->most_registered < registered)
		state->most_registered = registered;
	heal_list(USERS, MAILBOX_SYSTEM, user_used);
}

static void
heal_addresses(void)
{
	uint32_t i;

	memset(address_index, 0, index_size * sizeof(uint32_t));
	state->addresses = (struct list) { 0, 0, 0, 1 };
	for (i = 1; i < state->sessions.high; i++)
		if (session_used(i) && session_has_address(&sessions[i]))
			registry_count_address(&sessions[i].addr, 1);
	heal_list(SESSIONS, 1, session_used);
}

/* Applies what the dead owner had committed but not finished. */
static void
heal_ops(void)
{
	uint32_t w;

	for (w = 1; w <= state->nworker; w++) {
		struct txn *t = &workers[w].txn;
		uint64_t was = blame_on(DOING_TXN, w);
		/* one that crashes again and again is left to its worker */
		if (t->state == TXN_COMMITTED && t->locked && !t->ops_done &&
		    t->crashes < POISON) {
			op_apply_all(t->ops, t->nops);
			FAULT("heal-ops-applied");
			t->ops_done = 1;
		}
		blame_back(was);
	}
}

void
registry_rebuild(unsigned w)
{
	uint64_t was = blame_on(DOING_REGISTRY, 0);

	if (w != 0)
		heal_members(w);
	FAULT("heal-members");
	registry_linking(0);
	heal_list(MEMBERS, 1, member_used);
	heal_list(MONITORS, 1, monitor_used);
	heal_bans();
	FAULT("heal-bans");
	heal_rooms();
	FAULT("heal-rooms");
	heal_users();
	FAULT("heal-users");
	heal_metadata();
	FAULT("heal-metadata");
	heal_addresses();
	FAULT("heal-addresses");
	state->heal_crashes = 0;
	blame_back(was);
}

/* Whoever moved users died: the home of a user is where its record says, and
 * all the rest is made to agree.  No worker is walking a list now. */
static void
heal_move(void)
{
	uint32_t i;
	unsigned w;

	for (i = 1; i < state->sessions.high; i++)
		if ((sessions[i].state == SESSION_LIVE ||
			sessions[i].state == SESSION_ABSENT) &&
		    sessions[i].worker != users[sessions[i].user].home) {
			sessions[i].flags &= ~(uint32_t)(SESSION_DIRTY |
			    SESSION_RUNNABLE);
			sessions[i].worker = users[sessions[i].user].home;
			FAULT("heal-move-worker");
		}
	for (w = 1; w <= state->nworker; w++)
		heal_members(w);
	FAULT("heal-move-members");
	/* it may have been taken out of one epoll set only */
	for (i = 1; i < state->sessions.high; i++)
		if (sessions[i].state == SESSION_LIVE)
			session_register(i);
	FAULT("heal-move-watched");
	state->moving = 0;
	FAULT("heal-move-over");
}

void
registry_count_clients(uint32_t *count)
{
	uint32_t i;
	unsigned w;

	memset(count, 0, (CONFIG_WORKERS + 1) * sizeof(*count));
	for (i = 1; i < state->sessions.high; i++)
		if (session_used(i) && sessions[i].fd >= 0 &&
		    sessions[i].worker <= CONFIG_WORKERS)
			count[sessions[i].worker]++;
	for (w = 1; w <= state->nworker; w++)
		atomic_store(&workers[w].clients, count[w]);
}

static void
registry_heal(void)
{
	uint32_t count[CONFIG_WORKERS + 1];
	uint32_t linking = state->linking;

	log_warn("registry: a worker died inside the lock: rebuilding");
	if (state->heal_crashes > POISON) {
		log_warn("registry: healing it crashes: it cannot be healed");
		exit(EXIT_DAMAGED);
	}
	if (state->moving)
		heal_move();
	registry_rebuild(linking <= state->nworker ? linking : 0);
	/* who died may have opened or moved one for a worker that lives */
	registry_count_clients(count);
	FAULT("heal-clients");
	heal_ops();
	FAULT("heal-ops");
}

/* ---- checking ---- */

/* Our members of room R: each of the room, at home here, linked both ways. */
static int
members_wrong(uint32_t r)
{
	const struct room_list *list = room_list(r, my_id);
	uint32_t m = list->first, prev = 0, n = 0;

	for (; m != 0; prev = m, m = members[m].room_next, n++)
		if (m >= state->members.high || n >= list->count ||
		    members[m].room != r || members[m].room_prev != prev ||
		    !member_used(m) || users[members[m].user].home != my_id)
			return 1;
	return n != list->count;
}

/* A list of room R: of bans, or of accounts with a rank. */
static int
bans_wrong(uint32_t r, uint32_t b, uint32_t count, int ranks)
{
	uint32_t n = 0;

	for (; b != 0; b = bans[b].next, n++)
		if (b >= state->bans.high || n >= count ||
		    bans[b].room != r || (bans[b].rank != 0) != ranks ||
		    !ban_used(b))
			return 1;
	return n != count;
}

/* The keys of a user or a room. */
static int
metadata_wrong(uint32_t owner, uint32_t d, uint16_t kind)
{
	uint32_t n = 0;

	for (; d != 0; d = metadata[d].next)
		if (d >= state->metadata.high || n++ > 2 * METADATA_KEYS ||
		    metadata[d].owner != owner || metadata[d].kind != kind ||
		    memchr(metadata[d].key, '\0', METADATA_KEY + 1) == NULL ||
		    memchr(metadata[d].value, '\0', METADATA_VALUE + 1) == NULL)
			return 1;
	return 0;
}

static int
room_index_wrong(void)
{
	uint32_t bucket, r, n = 0, live = 0;

	for (r = 1; r < state->rooms.high; r++)
		live += rooms[r].live != 0;
	for (bucket = 0; bucket < index_size; bucket++)
		for (r = room_index[bucket]; r != 0; r = rooms[r].hash_next)
			if (r >= state->rooms.high || n++ >= live ||
			    !rooms[r].live ||
			    (rooms[r].hash & (index_size - 1)) != bucket)
				return 1;
	return n != live;
}

static int
nick_index_wrong(void)
{
	uint32_t bucket, u, n = 0, named = 0;

	for (u = MAILBOX_SYSTEM; u < state->users.high; u++)
		named += (users[u].flags & USER_LIVE) &&
		    users[u].nick[0] != '\0';
	for (bucket = 0; bucket < index_size; bucket++)
		for (u = nick_index[bucket]; u != 0; u = users[u].nick_next)
			if (u >= state->users.high || n++ >= named ||
			    !(users[u].flags & USER_LIVE) ||
			    (users[u].nick_hash & (index_size - 1)) != bucket)
				return 1;
	return n != named;
}

static int
account_index_wrong(void)
{
	uint32_t bucket, u, n = 0, named = 0;

	for (u = MAILBOX_SYSTEM; u < state->users.high; u++)
		named += (users[u].flags & USER_LIVE) &&
		    users[u].account[0] != '\0';
	for (bucket = 0; bucket < index_size; bucket++)
		for (u = account_index[bucket]; u != 0;
		     u = users[u].account_next)
			if (u >= state->users.high || n++ >= named ||
			    !(users[u].flags & USER_LIVE) ||
			    (users[u].account_hash & (index_size - 1)) !=
			        bucket)
				return 1;
	return n != named;
}

static int
address_index_wrong(void)
{
	uint32_t bucket, a, n = 0;

	for (bucket = 0; bucket < index_size; bucket++)
		for (a = address_index[bucket]; a != 0; a = addresses[a].next)
			if (a >= state->addresses.high ||
			    n++ >= state->addresses.used)
				return 1;
	return n != state->addresses.used;
}

const char *
registry_wrong(void)
{
	uint32_t i;

	for (i = 1; i < state->rooms.high; i++) {
		if (members_wrong(i))
			return "a list of members";
		if (!ENDS(rooms[i].forward) || !ENDS(rooms[i].was))
			return "a name";
		if (rooms[i].live &&
		    bans_wrong(i, rooms[i].bans, rooms[i].nbans, 0))
			return "a list of bans";
		if (rooms[i].live &&
		    bans_wrong(i, rooms[i].access, rooms[i].naccess, 1))
			return "a list of accounts";
		if (rooms[i].live && metadata_wrong(i, rooms[i].metadata,
		        METADATUM_ROOM))
			return "the metadata of a room";
	}
	for (i = MAILBOX_SYSTEM; i < state->users.high; i++)
		if ((users[i].flags & USER_LIVE) && metadata_wrong(i,
		        users[i].metadata, METADATUM_USER))
			return "the metadata of a user";
	for (i = 1; i < state->members.high; i++)
		if (members[i].user >= state->users.high ||
		    members[i].room >= state->rooms.high)
			return "a membership";
	return room_index_wrong() ? "the index of rooms"
	    : nick_index_wrong() ? "the index of nicks"
	    : account_index_wrong() ? "the index of accounts"
	    : address_index_wrong() ? "the index of addresses" : NULL;
}

static int had_waiters; /* when we gave it back last */

void
registry_lock(void)
{
	if (lock_acquire(&state->segment.lock) != 0)
		registry_heal();
	FAULT("lock-taken");
}

void
registry_unlock(void)
{
	FAULT("lock-done");
	had_waiters = lock_release(&state->segment.lock);
}

int
registry_was_wanted(void)
{
	int was = had_waiters;

	had_waiters = 0;
	return was;
}
