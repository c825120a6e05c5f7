/* SPDX-License-Identifier: ISC */
/*
 * The directory of the instance, guarded by the one lock of the segment.
 *
 * Invariant: each record says by itself whether it is valid (a session's
 * state, a user's USER_LIVE, a room's live, a membership's user), and that
 * word is the last one stored.  Chains, free lists and counts are only
 * derived, so whoever finds the lock's owner dead derives them again
 * (registry_heal.c; slots.c has the free lists).  Nobody
 * but the owner's own lists of memberships can be half linked, because only
 * a home links; those of living workers are left alone, since they walk them
 * without the lock.
 */
#include <stdlib.h>
#include <string.h>

#include "../ipc/clock.h"
#include "../ipc/mailbox.h"
#include "../irc/look.h"
#include "fault.h"
#include "limit.h"
#include "monitor.h"
#include "registry.h"
#include "registry_heal.h"
#include "session.h"
#include "slots.h"
#include "worker.h"

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

void
registry_session_link(uint32_t s, uint32_t u)
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
	registry_session_link(s, u);
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

void
registry_member_link_room(uint32_t m)
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

void
registry_member_link_user(uint32_t m)
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
	registry_member_link_room(m);
	registry_member_link_user(m);
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
		registry_member_link_room(m);
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
	struct in6_addr network;
	uint32_t *p, a;

	bucket_network(network.s6_addr, addr->s6_addr, limit_prefix(addr));
	p = &address_index[address_hash(&network) & (index_size - 1)];
	for (; (a = *p) != 0; p = &addresses[a].next)
		if (memcmp(&addresses[a].addr, &network, sizeof(network)) == 0)
			break;
	if (a == 0) {
		if (delta <= 0 || (a = slots_take(ADDRESSES)) == 0)
			return 0;
		addresses[a].addr = network;
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

/* ---- the lock ---- */

enum { WAKING = 200 /* us until who was woken has the lock */ };

static int had_waiters;     /* when we gave it back last */
static uint64_t wanted_till; /* us */

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
	if (had_waiters)
		wanted_till = clock_now_us() + WAKING;
}

int
registry_was_wanted(void)
{
	int was = had_waiters;

	had_waiters = 0;
	return was;
}

int
registry_is_wanted(void)
{
	return wanted_till != 0 && clock_now_us() < wanted_till;
}
