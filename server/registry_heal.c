/* SPDX-License-Identifier: ISC */
/*
 * What becomes of the directory when somebody died inside its lock, and
 * whether it is what it should be.
 *
 * Everything derived is derived again from the records; nothing here follows a
 * link that it has not made.  Healing may be cut short by another death and is
 * then begun again: no step of it relies on one before.
 */
#include <stdlib.h>
#include <string.h>

#include "../ipc/mailbox.h"
#include "../irc/mode.h"
#include "blame.h"
#include "fault.h"
#include "log.h"
#include "monitor.h"
#include "op.h"
#include "poison.h"
#include "registry.h"
#include "registry_heal.h"
#include "session.h"
#include "slots.h"
#include "worker.h"

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
			registry_session_link(i, sessions[i].user);
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
		registry_member_link_room(i);
		registry_member_link_user(i);
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
	slots_rebuild(BANS, 1, ban_used);
}

static uint32_t *
metadata_list(uint32_t d)
{
	const struct metadatum *x = &metadata[d];

	if (!ENDS(x->key) || !ENDS(x->value))
		return NULL;
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
	slots_rebuild(METADATA, 1, metadatum_used);
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
	slots_rebuild(ROOMS, 1, room_used);
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
	slots_rebuild(USERS, MAILBOX_SYSTEM, user_used);
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
	slots_rebuild(SESSIONS, 1, session_used);
}

/* Nobody is at work on a room any more, but who died may have said so without
 * a step that is finished now. */
static void
heal_changes(void)
{
	uint32_t i;

	for (i = 1; i < state->rooms.high; i++)
		if (atomic_load(&rooms[i].change) & 1)
			atomic_fetch_add(&rooms[i].change, 1);
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
	slots_rebuild(MEMBERS, 1, member_used);
	slots_rebuild(MONITORS, 1, monitor_used);
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

/* The home of the user of a session that can be served; 0: there is none. */
static unsigned
home_of(const struct session *s)
{
	if ((s->state != SESSION_LIVE && s->state != SESSION_ABSENT) ||
	    s->user < MAILBOX_SYSTEM || s->user >= state->users.high ||
	    users[s->user].home > state->nworker)
		return 0;
	return users[s->user].home;
}

/* Whoever moved users died: the home of a user is where its record says, and
 * all the rest is made to agree.  No worker is walking a list now. */
static void
heal_move(void)
{
	uint32_t i;
	unsigned w;

	for (i = 1; i < state->sessions.high; i++)
		if (home_of(&sessions[i]) != 0 &&
		    sessions[i].worker != home_of(&sessions[i])) {
			sessions[i].flags &= ~(uint32_t)(SESSION_DIRTY |
			    SESSION_RUNNABLE);
			sessions[i].worker = (uint8_t)home_of(&sessions[i]);
			FAULT("heal-move-worker");
		}
	for (w = 1; w <= state->nworker; w++)
		heal_members(w);
	FAULT("heal-move-members");
	/* it may have been taken out of one epoll set only */
	for (i = 1; i < state->sessions.high; i++)
		if (sessions[i].state == SESSION_LIVE &&
		    sessions[i].worker == home_of(&sessions[i]))
			session_register(i);
	FAULT("heal-move-watched");
	state->moving = 0;
	FAULT("heal-move-over");
}

void
registry_count_clients(uint32_t *count)
{
	uint32_t unregistered[CONFIG_WORKERS + 1] = { 0 }, i;
	unsigned w;

	memset(count, 0, (CONFIG_WORKERS + 1) * sizeof(*count));
	for (i = 1; i < state->sessions.high; i++) {
		w = sessions[i].worker;
		if (!session_used(i) || sessions[i].fd < 0 ||
		    w > CONFIG_WORKERS)
			continue;
		count[w]++;
		unregistered[w] += (sessions[i].limit & LIMIT_COUNTED) != 0;
	}
	for (w = 1; w <= state->nworker; w++) {
		atomic_store(&workers[w].clients, count[w]);
		atomic_store(&workers[w].unregistered, unregistered[w]);
	}
}

void
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
	heal_changes();
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
		    !ENDS(metadata[d].key) || !ENDS(metadata[d].value))
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
