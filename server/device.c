/* SPDX-License-Identifier: ISC */
/*
 * One user, several devices, or none.
 *
 * A session that logs in to an account whose user is there already does not
 * become a user of its own.  At the end of its registration it is
 * SESSION_HANDED: it is not run, is given to the home of that user, and
 * becomes one of its sessions there.  Which rooms a device has still to be
 * shown is in the flags of the memberships (MEMBER_UNSEEN); until then it
 * hears nothing of them, so what it hears begins with its JOIN.
 *
 * When the last session of a user with an account is lost, a record without a
 * socket takes its place (SESSION_ABSENT), so that a user always has one: to
 * wait, and to quit by when nobody has come back in time.
 *
 * All of a user lives at one home, which does all of this under the registry
 * lock; who finds its owner dead makes the chains anew from the sessions.
 */
#include "../irc/capability.h"
#include "away.h"
#include "batch.h"
#include "channel.h"
#include "deliver.h"
#include "device.h"
#include "fault.h"
#include "missed.h"
#include "registry.h"
#include "sasl.h"
#include "secure.h"
#include "session.h"
#include "worker.h"

enum { MOMENT = 5000 /* ms for two devices that come at once */ };

/* ---- coming ---- */

int
device_is_other(const struct command *c)
{
	return c->u->account[0] != '\0' &&
	    registry_find_account(c->u->account, c->uid) != 0;
}

int
device_may_come(uint32_t u)
{
	const struct session *s = &sessions[users[u].session];

	return !(users[u].flags & USER_REGISTERED) &&
	    wall_ms < s->opened + MOMENT;
}

/* Nothing of it is on its way: all it has is input. */
static int
is_at_rest(const struct session *s)
{
	return s->sent == s->queued && s->out_head == 0 && s->pend == 0 &&
	    s->asked == 0 && s->answer == 0;
}

/* The devices of U, as bits; or only those that are there. */
static uint32_t
devices(uint32_t u, int present)
{
	uint32_t taken = 0, i;

	for (i = users[u].session; i != 0; i = sessions[i].next)
		if (!present || sessions[i].fd >= 0)
			taken |= UINT32_C(1) << sessions[i].device;
	return taken;
}

/* The lowest number that none of TAKEN has. */
static uint8_t
device_free(uint32_t taken)
{
	uint8_t d = 0;

	while (taken >> d & 1)
		d++;
	return d;
}

static unsigned
session_count(uint32_t u)
{
	unsigned n = 0;
	uint32_t i;

	for (i = users[u].session; i != 0; i = sessions[i].next)
		n++;
	return n;
}

/* What stands for U while it has no session, or 0. */
static uint32_t
absence(uint32_t u)
{
	uint32_t i = users[u].session;

	while (i != 0 && sessions[i].fd >= 0)
		i = sessions[i].next;
	return i;
}

/*
 * It ends, now that U has session S, which gets what U missed: from the moment
 * at which it can note that itself.  Not so who asks for history: that client
 * knows best how much of it to show.
 */
static void
absence_end(uint32_t u, uint32_t s)
{
	uint32_t i = absence(u);

	if (i == 0)
		return;
	if (sessions[s].caps & CAP(CHATHISTORY))
		missed_drop(i);
	else {
		missed_pass(i, s);
		sessions[s].flags |= SESSION_RETURNS;
		FAULT("attach-returns");
	}
	registry_unlink_session(i);
	FAULT("attach-present");
	missed_passed(i);
	FAULT("attach-passed");
	registry_free_session(i);
}

/* Device D of U, who has OTHERS, is new and hears of no room before it is shown
 * that, whatever one that has left before was to be shown or to hear. */
static void
hear_nothing(uint32_t u, uint8_t d, uint32_t others)
{
	uint32_t m, bits;

	for (m = users[u].members; m != 0; m = members[m].user_next) {
		bits = ((1u << SESSIONS_MAX) - 1) & ~others;
		if (((members[m].flags >> MEMBER_UNSEEN) & others) == 0)
			atomic_fetch_and(&members[m].flags, ~MEMBER_HEARS);
		atomic_fetch_and(&members[m].flags, ~(bits << MEMBER_UNSEEN));
		atomic_fetch_or(&members[m].flags,
		    UINT32_C(1) << (MEMBER_UNSEEN + d));
	}
}

/*
 * Session I becomes one of user U; the one it had so far is freed.  The rooms
 * of U are to be shown to it; until then it hears nothing of them.  May be
 * done again after half a first time.  Lock held.
 */
static void
attach(uint32_t i, uint32_t u)
{
	struct session *s = &sessions[i];
	uint32_t was = s->user;

	if (was != u) {
		s->device = device_free(devices(u, 0));
		FAULT("attach-device");
		hear_nothing(u, s->device, devices(u, 1));
		s->flags |= SESSION_JOINING;
		FAULT("attach-unseen");
		/* as the last login found it */
		if (users[was].flags & USER_ALWAYS_ON)
			atomic_fetch_or(&users[u].flags, USER_ALWAYS_ON);
		else
			atomic_fetch_and(&users[u].flags,
			    ~(uint32_t)USER_ALWAYS_ON);
		registry_link_session(i, u);
		FAULT("attach-linked");
		registry_unindex_nick(was);
		registry_free_user(was);
		FAULT("attach-freed");
	}
	absence_end(u, i);
	FAULT("attach-done");
}

/* The user whose session I is to be: its own once it is that, 0 for none. */
static uint32_t
settle_user(const struct session *s)
{
	const struct user *u = &users[s->user];

	return u->flags & USER_REGISTERED
	    ? s->user
	    : registry_find_account(u->account, s->user);
}

/* Why it cannot be settled, or NULL. */
static const char *
settle_wrong(const struct session *s, uint32_t u)
{
	if (s->flags & (SESSION_DEAD | SESSION_OVERFLOW))
		return "Connection lost";
	if (users[s->user].flags & USER_ENDS)
		return "Killed";
	if (wall_ms > s->opened + config->registration_timeout * 1000)
		return "Registration timed out";
	if (u == 0 || u == s->user)
		return NULL;
	if (session_count(u) >= SESSIONS_MAX)
		return "Your account has too many sessions";
	/* its rooms would be shown to it */
	return !secure_is(s) && secure_room(u) != 0
	    ? "You are in a room for secure connections only (+z)"
	    : NULL;
}

/* Under the lock. */
static int
settle(uint32_t i)
{
	struct session *s = &sessions[i];
	uint32_t u = settle_user(s);
	const char *why = settle_wrong(s, u);

	/* one that was not brought to an end */
	if (s->sasl != 0)
		sasl_drop(i);
	if (s->batch != 0)
		batch_drop(i);
	/* who gave it may have died over it */
	users[s->user].home = (uint8_t)my_id;
	if (why == NULL &&
	    (!is_at_rest(s) || (u != 0 && (users[u].flags & USER_ENDS))))
		return 0;
	if (why == NULL && u != 0 && users[u].home != my_id) {
		session_hand_over(i, users[u].home);
		return -1;
	}
	if (session_adopt_input(i) != 0)
		return 0;
	/* what is half done is to be whole */
	if (u != 0 && (why == NULL || u == s->user))
		attach(i, u);
	atomic_signal_fence(memory_order_seq_cst);
	s->state = SESSION_LIVE;
	FAULT("settle-live");
	if (why != NULL)
		session_lose(i, why);
	return 1;
}

int
device_settle(uint32_t i)
{
	int r;

	registry_lock();
	FAULT("settle-locked");
	r = settle(i);
	registry_unlock();
	FAULT("settle-unlocked");
	if (r == 1)
		session_register(i); /* should who gave it have died */
	return r;
}

/* ---- being several ---- */

int
device_is_pending(const struct session *s)
{
	uint32_t i = users[s->user].session;

	if (s->pend != 0 || sessions[i].next == 0)
		return s->pend != 0;
	for (; i != 0; i = sessions[i].next)
		if (sessions[i].pend != 0)
			return 1;
	return 0;
}

uint32_t
device_newest(uint32_t u)
{
	uint32_t i, newest = users[u].session;

	for (i = newest; i != 0; i = sessions[i].next)
		if (sessions[i].opened >= sessions[newest].opened)
			newest = i;
	return newest;
}

uint32_t
device_unseen(const struct command *c)
{
	uint32_t i, bits = 0;

	for (i = c->u->session; i != 0; i = sessions[i].next)
		if (i != c->sid)
			bits |= UINT32_C(1) << sessions[i].device;
	return bits << MEMBER_UNSEEN;
}

/* It is back: those who heard that it was away hear it. */
static void
show_return(struct command *c)
{
	struct envelope *e = command_event(c, EVENT_TO_ROOMS);

	event_alt(e, CAP(AWAY_NOTIFY), ":%s AWAY", source_of(c->uid));
	event_rooms_of(e, c->uid);
	event_monitored(e, MONITORED_NEWS);
	command_op(c, OP_AWAY, c->uid);
}

/* The next membership of U that is to be shown to the device with BIT: in an
 * order that does not change when the list is made anew. */
static uint32_t
unseen(const struct user *u, uint32_t bit)
{
	uint32_t m, next = 0;

	for (m = u->members; m != 0; m = members[m].user_next)
		if ((members[m].flags & (bit | MEMBER_GONE)) == bit &&
		    (next == 0 || members[m].room < members[next].room))
			next = m;
	return next;
}

enum command_result
device_show(struct command *c)
{
	const uint32_t bit = UINT32_C(1) << (MEMBER_UNSEEN + c->s->device);
	enum command_result r;
	struct op *op;
	uint32_t m;

	command_lock(c);
	if ((c->u->flags & USER_ABSENT) && !(c->s->flags & SESSION_ALONE)) {
		show_return(c);
		return CMD_DONE;
	}
	if (deliver_catch_up() != 0)
		return CMD_WAIT;
	if ((m = unseen(c->u, bit)) == 0) {
		c->s->flags &= ~(uint32_t)SESSION_JOINING;
		if (c->s->miss_head == 0)
			c->s->flags &= ~(uint32_t)SESSION_RETURNS;
		return CMD_DONE;
	}
	if ((r = channel_show(c, members[m].room)) != CMD_DONE) {
		/* no line's step: the session waits for this one */
		c->step |= STEP_MAIL;
		c->cursor = CURSOR_SHOW;
		return r;
	}
	op = command_op(c, OP_SEEN, m);
	op->b = members[m].room;
	op->c = c->s->device;
	return CMD_DONE;
}

/* ---- leaving ---- */

/* Whether its user stays without any session.  A QUIT takes it with it, unless
 * it wants to be there always; so does whoever cuts its session. */
static int
is_lingering(const struct command *c)
{
	uint32_t flags = c->u->flags;

	return (flags & USER_REGISTERED) && c->u->account[0] != '\0' &&
	    !(flags & USER_ENDS) && c->s->fd >= 0 && !state->stopping &&
	    ((flags & USER_ALWAYS_ON) ||
		((c->s->flags & SESSION_LOST) && config->linger > 0)) &&
	    state->sessions.used + 1 < state->max_sessions;
}

static void
linger(struct command *c, const char *reason)
{
	struct envelope *e;
	struct op *op;

	if (!(c->u->flags & USER_AWAY)) {
		e = command_event(c, EVENT_TO_ROOMS);
		event_alt(e, CAP(AWAY_NOTIFY), ":%s AWAY :%s",
		    source_of(c->uid), reason);
		event_rooms_of(e, c->uid);
		event_monitored(e, MONITORED_NEWS);
		op = command_op(c, OP_AWAY, c->uid);
		op->b = op->c = 1;
		op_text(op, reason);
	}
	op = command_op(c, OP_LINGER, c->sid);
	op_text(op, reason);
	op->x = now_ms;
}

static void
quit_user(struct command *c, const char *reason)
{
	struct envelope *e;

	if (c->u->flags & USER_REGISTERED) {
		e = command_event(c, EVENT_TO_ROOMS);
		event_line(e, ":%s QUIT :%s", source_of(c->uid), reason);
		event_rooms_of(e, c->uid);
		event_monitored(e, MONITORED_OFFLINE);
	}
	command_op(c, OP_QUIT, c->uid)->x = wall_ms;
}

enum command_result
device_leave(struct command *c)
{
	const char *reason = reasons[c->sid].text;

	if (c->u->session != c->sid || c->s->next != 0) {
		away_last(c);
		command_op(c, OP_LEAVE, c->sid);
	} else if (is_lingering(c))
		linger(c, reason);
	else
		quit_user(c, reason);
	if ((c->s->flags & SESSION_BANNED) && c->s->fd >= 0)
		reply(c, ERR_YOUREBANNEDCREEP, reason);
	if (!(c->s->flags & SESSION_CONTROL) && c->s->fd >= 0)
		reply_line(c, "ERROR :Closing Link: %s (%s)",
		    c->u->host[0] != '\0' ? c->u->host : "unknown", reason);
	me->txn.after = SESSION_LINGER;
	return CMD_DONE;
}

void
device_look(uint32_t i)
{
	struct session *s = &sessions[i];
	uint32_t flags = users[s->user].flags;

	if (s->state != SESSION_ABSENT)
		return;
	if (!(flags & USER_ALWAYS_ON) &&
	    now_ms > s->active + (uint64_t)config->linger * 1000)
		session_close(i, reasons[i].text);
}
