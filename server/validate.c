/* SPDX-License-Identifier: ISC */
/*
 * Validation of the records at adoption.
 *
 * The worker of a session that does not validate may have died of it, and so
 * would each successor.  So before the first link is followed every session
 * and user of this worker is looked at: indexes in range, states known,
 * positions in order, chains owned and finite, the two naming each other.
 * What fails is cut by records alone: its socket, found in fd_session, is
 * closed, its memberships are taken out of our lists, its slots freed; then
 * counts and indexes are derived again.
 *
 * What is derived anyway (lists of members, indexes, counts, free lists) is
 * only checked, and rebuilt if it is wrong; nobody is cut for that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../ipc/mailbox.h"
#include "../irc/mode.h"
#include "accept.h"
#include "batch.h"
#include "blame.h"
#include "deliver.h"
#include "log.h"
#include "missed.h"
#include "monitor.h"
#include "pause.h"
#include "registry.h"
#include "secure.h"
#include "session.h"
#include "validate.h"

enum { FAREWELLS = 64 /* of those cut, whose rooms are told */ };

#define TERMINATED(array) (memchr(array, '\0', sizeof(array)) != NULL)

/* ---- sessions ---- */

static int
chunk_is_of(uint32_t c, uint32_t i)
{
	return c >= me->chunk_first && c < me->chunk_high &&
	    chunks[c].session == i;
}

/* Chunks of sessions that lie end to end and hold what is not sent yet. */
static const char *
output_wrong(const struct session *s, uint32_t i)
{
	uint32_t c = s->out_head, n = me->chunk_high - me->chunk_first;
	uint64_t pos;

	if (c == 0)
		return s->sent == s->queued ? NULL : "output is missing";
	if (!chunk_is_of(c, i) || chunks[c].pos > s->sent)
		return "output chunk";
	for (pos = chunks[c].pos; c != 0; c = chunks[c].next) {
		if (!chunk_is_of(c, i) || chunks[c].pos != pos || n-- == 0)
			return "chain of output chunks";
		pos += CHUNK_SIZE;
	}
	return s->queued <= pos ? NULL : "output is missing";
}

/* What was handed to us has its input in a chunk of another worker's. */
static int
input_is_of(const struct session *s, uint32_t i)
{
	return s->state == SESSION_HANDED
	    ? s->in_chunk < state->dimensions.chunks &&
	        chunks[s->in_chunk].session == i
	    : chunk_is_of(s->in_chunk, i);
}

/* A list that is being passed on has two records that name it. */
static int
list_is_of(uint32_t c, const struct session *s, uint32_t i)
{
	uint32_t o;

	if (c < me->chunk_first || c >= me->chunk_high)
		return 0;
	o = chunks[c].session;
	return o == i || (o != 0 && o < state->sessions.high &&
	    sessions[o].state != SESSION_FREE && sessions[o].worker == my_id &&
	    sessions[o].miss_head == s->miss_head);
}

/* What stands in its list for those IDs that count.  Who is not live may just
 * be given one. */
static int
missed_wrong(const struct session *s, uint32_t i)
{
	uint32_t c = s->miss_head, n = MISSED_MAX / MISSED_IDS + 2;
	uint64_t at;

	if (c == 0)
		return s->state == SESSION_LIVE && s->missed != s->caught;
	if (!list_is_of(c, s, i) || s->caught > s->missed ||
	    s->caught < chunks[c].pos ||
	    s->caught - chunks[c].pos > MISSED_IDS)
		return 1;
	for (at = chunks[c].pos; c != 0; c = chunks[c].next) {
		if (!list_is_of(c, s, i) || chunks[c].pos != at || n-- == 0)
			return 1;
		at += MISSED_IDS;
	}
	return s->missed > at;
}

static const char *
input_wrong(const struct session *s, uint32_t i)
{
	uint32_t c = s->in_chunk;

	if (c != 0 && (!input_is_of(s, i) || chunks[c].pos > s->executed ||
	        s->received > chunks[c].pos + CHUNK_SIZE))
		return "input chunk";
	if (s->pend != 0 && !chunk_is_of(s->pend, i))
		return "chunk of a pending event";
	if (s->answer != 0 && !chunk_is_of(s->answer, i))
		return "chunk of an answer";
	if (missed_wrong(s, i))
		return "list of what it missed";
	if (s->sasl != 0 && !chunk_is_of(s->sasl, i))
		return "chunk of an authentication";
	if (s->batch != 0)
		return chunk_is_of(s->batch, i) ? batch_wrong(s)
		                                : "chunk of a batch";
	return NULL;
}

/* Whether session I is in the chain of user U. */
static int
chain_has(const struct user *u, uint32_t i)
{
	uint32_t c = u->session, n;

	for (n = 0; n <= SESSIONS_MAX && c != 0 && c < state->sessions.high;
	     n++, c = sessions[c].next)
		if (c == i)
			return 1;
	return 0;
}

/* A session and its user name each other until it quits, which a step that is
 * committed may just be doing. */
static const char *
link_wrong(const struct session *s, uint32_t i)
{
	const struct user *u = &users[s->user];

	if (s->state == SESSION_LINGER || s->state == SESSION_SHUT ||
	    (me->txn.state == TXN_COMMITTED && me->txn.session == i &&
		s->user == 0))
		return s->user < state->users.high ? NULL : "user";
	if (s->user < MAILBOX_SYSTEM || s->user >= state->users.high)
		return "user";
	if (me->txn.state == TXN_COMMITTED && me->txn.session == i)
		return NULL;
	/* who was giving it away may have come to its user only */
	return (u->flags & USER_LIVE) && chain_has(u, i) &&
	        (u->home == my_id || s->state == SESSION_HANDED)
	    ? NULL
	    : "user is another's";
}

/* Its socket; what stands for an absent user has none, and no buffer. */
static const char *
socket_wrong(const struct session *s, uint32_t i)
{
	if (s->fd == -1 && s->state != SESSION_LIVE &&
	    s->state != SESSION_HANDED && s->state != SESSION_SHUT)
		return s->out_head != 0 || s->in_chunk != 0 ? "buffer" : NULL;
	return s->state == SESSION_ABSENT || s->fd < 3 ||
	        (uint32_t)s->fd >= state->max_fd || fd_session[s->fd] != i
	    ? "descriptor"
	    : NULL;
}

static const char *
session_wrong(uint32_t i)
{
	const struct session *s = &sessions[i];
	const char *why;

	if (s->faults >= POISON)
		return "it crashed workers";
	if (s->state > SESSION_ABSENT || s->device >= 32 ||
	    s->kind > LISTEN_CONTROL)
		return "state";
	if ((why = socket_wrong(s, i)) != NULL)
		return why;
	/* who is not going has none: its page stays alone */
	if ((s->state != SESSION_LIVE || (s->flags & SESSION_PRE_AWAY)) &&
	    !TERMINATED(reasons[i].text))
		return "text";
	if ((s->flags & SESSION_SUBSCRIBED) &&
	    !TERMINATED(subscriptions[i].keys))
		return "text";
	if (secure_wrong(i))
		return "TLS";
	if (s->sent > s->queued || s->executed > s->received)
		return "position";
	if ((why = link_wrong(s, i)) != NULL ||
	    (why = output_wrong(s, i)) != NULL)
		return why;
	return input_wrong(s, i);
}

/* ---- users ---- */

static const char *
memberships_wrong(const struct user *u, uint32_t id)
{
	uint32_t m = u->members, prev = 0, n = 0;

	for (; m != 0; prev = m, m = members[m].user_next, n++)
		if (m >= state->members.high || n >= u->nmembers ||
		    members[m].user != id || members[m].user_prev != prev ||
		    members[m].session != u->session ||
		    members[m].room == 0 ||
		    members[m].room >= state->rooms.high)
			return "memberships";
	return n == u->nmembers ? NULL : "number of memberships";
}

/* Its sessions: one at least, not too many, all of them its own. */
static const char *
chain_wrong(const struct user *u, uint32_t id)
{
	const struct session *s;
	uint32_t i = u->session, n = 0;

	do {
		/* what stands for an absent user is one more */
		if (i == 0 || i >= state->sessions.high ||
		    n++ > SESSIONS_MAX)
			return "session";
		s = &sessions[i];
		if (s->state == SESSION_FREE || s->user != id ||
		    (s->worker != my_id && s->state != SESSION_HANDED))
			return "session is another's";
	} while ((i = s->next) != 0);
	return NULL;
}

static const char *
user_wrong(uint32_t id)
{
	const struct user *u = &users[id];
	const char *why;
	int i;

	if ((why = chain_wrong(u, id)) != NULL)
		return why;
	/* who is not away has none: its page stays alone */
	if (!TERMINATED(u->nick) || !TERMINATED(u->user) ||
	    !TERMINATED(u->host) || !TERMINATED(u->real) ||
	    !TERMINATED(u->account) ||
	    ((u->flags & (USER_AWAY | USER_WISH)) &&
	        !TERMINATED(aways[id].text)) ||
	    ((u->modes & USER_OPERATOR) && !TERMINATED(opers[id].name)))
		return "text";
	for (i = 0; i < INVITES_MAX; i++)
		if (u->invite[i] >= state->max_rooms)
			return "invitation";
	if (u->mailbox >= 0 && mailbox_is_anothers(u->mailbox,
	        config->ipc_prefix, id))
		return "mailbox";
	return memberships_wrong(u, id);
}

/* ---- cutting ---- */

static struct envelope *farewells;
static unsigned nfarewell, ncut;

/* Takes membership M out of our list of its room, found from its head: its
 * own links may be wrong.  A list that is wrong as well is rebuilt later. */
static void
member_cut(uint32_t m)
{
	uint32_t r = members[m].room, n, *p;
	struct fanout *f[] = { &me->txn.fanout, &me->mail_fanout };
	struct room_list *list;
	unsigned i;

	if (r != 0 && r < state->rooms.high) {
		list = room_list(r, my_id);
		for (p = &list->first, n = list->count; n > 0 && *p != 0 &&
		     *p < state->members.high && *p != m; n--)
			p = &members[*p].room_next;
		if (n > 0 && *p == m) {
			*p = members[m].room_next;
			if (*p != 0 && *p < state->members.high)
				members[*p].room_prev = members[m].room_prev;
			list->count--;
		}
	}
	/* who would have been served next */
	for (i = 0; i < 2; i++)
		if (f[i]->member == m)
			f[i]->member = members[m].room_next != 0
			    ? members[m].room_next
			    : UINT32_MAX;
	members[m].user = members[m].room = 0;
}

/* What the rooms of user U will be told. */
static struct envelope *
farewell_begin(const struct user *u)
{
	struct envelope *e;

	if (!(u->flags & USER_REGISTERED) || nfarewell == FAREWELLS ||
	    !TERMINATED(u->nick) || !TERMINATED(u->user) ||
	    !TERMINATED(u->host))
		return NULL;
	if (farewells == NULL &&
	    (farewells = calloc(FAREWELLS, sizeof(*farewells))) == NULL)
		return NULL;
	e = &farewells[nfarewell++];
	event_begin(e, EVENT_TO_ROOMS, 0);
	event_line(e, ":%s!%s@%s QUIT :Internal error", u->nick, u->user,
	    u->host);
	event_monitored(e, MONITORED_OFFLINE);
	return e;
}

static void
user_cut(uint32_t id)
{
	struct user *u = &users[id];
	struct envelope *e = farewell_begin(u);
	uint32_t m, r;

	for (m = 1; m < state->members.high; m++) {
		if (members[m].user != id)
			continue;
		r = members[m].room;
		if (e != NULL && r != 0 && r < state->rooms.high)
			event_room(e, r);
		member_cut(m);
	}
	if (u->mailbox >= 0 &&
	    !mailbox_is_anothers(u->mailbox, config->ipc_prefix, id))
		mailbox_remove(u->mailbox);
	u->mailbox = -1;
	u->session = u->members = u->nmembers = 0;
	atomic_store(&u->flags, 0);
	ncut++;
}

/* Takes session I out of the chain of user ID; returns whether the user has
 * others and can go on.  A fan-out that had come to it goes on behind it. */
static int
chain_cut(uint32_t i, uint32_t id)
{
	struct user *u = &users[id];
	struct fanout *f[] = { &me->txn.fanout, &me->mail_fanout };
	uint32_t *p = &u->session, m, n, k, next = sessions[i].next;

	for (n = 0; n <= SESSIONS_MAX && *p != 0 && *p < state->sessions.high &&
	     *p != i; n++)
		p = &sessions[*p].next;
	if (*p == i)
		*p = next;
	if (chain_wrong(u, id) != NULL)
		return 0;
	for (m = 1; m < state->members.high; m++)
		if (members[m].user == id)
			members[m].session = u->session;
	for (k = 0; k < 2; k++)
		if (f[k]->session == i && next != 0) {
			f[k]->session = next;
			f[k]->queued = sessions[next].queued;
		}
	return 1;
}

static void
session_cut(uint32_t i)
{
	struct session *s = &sessions[i];
	uint32_t u = s->user, fd;

	if (u >= MAILBOX_SYSTEM && u < state->users.high &&
	    (users[u].flags & USER_LIVE) && chain_has(&users[u], i) &&
	    !chain_cut(i, u))
		user_cut(u);
	s->user = s->next = 0;
	if (me->txn.session == i)
		me->txn.state = TXN_IDLE;
	s->state = SESSION_FREE;
	session_chunks_give(i);
	for (fd = 3; fd < state->max_fd; fd++)
		if (fd_session[fd] == i) {
			accept_mark_ended((int)fd);
			fd_session[fd] = 0;
			shutdown((int)fd, SHUT_RDWR);
			close((int)fd);
		}
	ncut++;
}

/* ---- all of them ---- */

/* Ours, or nobody's because the number of its worker is wrong. */
static int
is_mine(unsigned worker)
{
	return worker == my_id || worker == 0 || worker > state->nworker;
}

static void
validate_sessions(void)
{
	const char *why;
	uint32_t i;

	for (i = 1; i < state->sessions.high; i++) {
		if (sessions[i].state == SESSION_FREE ||
		    !is_mine(sessions[i].worker))
			continue;
		why = sessions[i].worker == my_id ? session_wrong(i) : "home";
		if (why == NULL)
			continue;
		log_warn("session %u does not validate: %s: cut", i, why);
		session_cut(i);
	}
}

/* User ID and all sessions that say they are its own. */
static void
user_cut_all(uint32_t id)
{
	uint32_t i;

	user_cut(id);
	for (i = 1; i < state->sessions.high; i++)
		if (sessions[i].state != SESSION_FREE &&
		    sessions[i].user == id && is_mine(sessions[i].worker))
			session_cut(i);
}

static void
validate_users(void)
{
	const char *why;
	uint32_t u;

	for (u = MAILBOX_SYSTEM; u < state->users.high; u++) {
		if (!(users[u].flags & USER_LIVE) || !is_mine(users[u].home) ||
		    (me->txn.state == TXN_COMMITTED &&
			sessions[me->txn.session].user == u))
			continue;
		why = users[u].home == my_id ? user_wrong(u) : "home";
		if (why == NULL)
			continue;
		log_warn("user %u (%.*s) does not validate: %s: cut", u,
		    NAME_NICK, TERMINATED(users[u].nick)
		        ? log_safe(users[u].nick)
		        : "?", why);
		user_cut_all(u);
	}
}

/*
 * When the registry was looked at: under which table, and after how many
 * deaths.  The workers that follow each other in an orderly way, all at once
 * after an upgrade, need not each do what the first of them has done.
 */
static uint64_t
registry_moment(void)
{
	return (uint64_t)pause_table(atomic_load(&state->pause)) << 32 |
	    state->restarts;
}

void
validate_records(void)
{
	uint64_t now = registry_moment();
	const char *why;

	if (me->txn.session >= state->max_sessions)
		me->txn.state = TXN_IDLE;
	validate_sessions();
	validate_users();
	why = state->validated != now ? registry_wrong() : NULL;
	if (why != NULL)
		log_warn("registry: %s does not validate: rebuilding", why);
	if (why != NULL)
		registry_rebuild(my_id);
	else if (ncut > 0)
		registry_rebuild(0);
	if (monitor_wrong()) {
		log_warn("registry: a list of monitors does not validate: "
		    "rebuilding");
		monitor_heal(my_id);
		registry_rebuild(0);
	}
	state->validated = now;
}

void
validate_farewell(void)
{
	struct fanout fanout;
	struct envelope *e;
	uint64_t posts, stored;
	uint32_t user, in_doubt;
	const struct posting p = { &posts, &user, &in_doubt, &stored };

	for (; nfarewell > 0; nfarewell--) {
		e = &farewells[nfarewell - 1];
		memset(&fanout, 0, sizeof(fanout));
		in_doubt = 0;
		posts = deliver_workers(e, &user);
		if (deliver_post(e, &p) != 0)
			log_warn("a mailbox is full: not everybody was told "
			         "who was cut");
		deliver_local(e, &fanout);
	}
	free(farewells);
	farewells = NULL;
}
