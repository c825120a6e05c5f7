/* SPDX-License-Identifier: ISC */
/*
 * Applying decided changes to the records.
 *
 * An op is in the segment before the first byte of a record is touched, and
 * the lock is held by whoever applies it (its worker, or the finder of that
 * worker's death).  So each function here must leave the same records
 * whether it runs once, twice, or a second time after half a first.
 */
#include <arpa/inet.h>
#include <string.h>

#include "../ipc/mailbox.h"
#include "../irc/mode.h"
#include "batch.h"
#include "fault.h"
#include "log.h"
#include "missed.h"
#include "monitor.h"
#include "op.h"
#include "op_metadata.h"
#include "op_room.h"
#include "poison.h"
#include "registry.h"
#include "sasl.h"
#include "secure.h"
#include "worker.h"
#include "xline.h"
#include "session.h"

/* U is no longer what bans were compared with. */
static void
bans_forget(uint32_t u)
{
	uint32_t m;

	for (m = users[u].members; m != 0; m = members[m].user_next)
		members[m].ban_serial = UINT32_MAX;
}

/* Notes who is known by that name no more; the same once only. */
static void
whowas_add(const struct user *u, uint64_t time)
{
	struct whowas *last =
	    &whowases[(state->whowas_at + WHOWAS_MAX - 1) % WHOWAS_MAX];
	struct whowas *w = &whowases[state->whowas_at % WHOWAS_MAX];

	/* others may have had the nick within this millisecond */
	if (last->time == time && name_cmp(last->nick, u->nick) == 0 &&
	    strcmp(last->user, u->user) == 0 &&
	    strcmp(last->host, u->host) == 0 &&
	    strcmp(last->real, u->real) == 0)
		return;
	record_copy(w->nick, sizeof(w->nick), u->nick);
	record_copy(w->user, sizeof(w->user), u->user);
	record_copy(w->host, sizeof(w->host), u->host);
	record_copy(w->real, sizeof(w->real), u->real);
	w->time = time;
	state->whowas_at = (state->whowas_at + 1) % WHOWAS_MAX;
}

static void
op_nick(struct op *op)
{
	struct user *u = &users[op->a];

	if ((u->flags & USER_REGISTERED) && name_cmp(u->nick, op->text) != 0)
		whowas_add(u, op->x);
	FAULT("op-nick-whowas");
	registry_unindex_nick(op->a);
	record_copy(u->nick, sizeof(u->nick), op->text);
	FAULT("op-nick-copied");
	registry_index_nick(op->a);
	bans_forget(op->a);
}

static void
op_user(struct op *op)
{
	record_copy(users[op->a].user, sizeof(users[op->a].user), op->text);
}

static void
op_real(struct op *op)
{
	record_copy(users[op->a].real, sizeof(users[op->a].real), op->text);
	bans_forget(op->a);
}

static void
op_register(struct op *op)
{
	if (users[op->a].flags & USER_REGISTERED)
		return;
	if (users[op->a].mailbox < 0)
		registry_open_mailbox(op->a);
	atomic_fetch_and(&users[op->a].flags, ~(uint32_t)USER_WISH);
	FAULT("op-register-mailbox");
	atomic_fetch_or(&users[op->a].flags, USER_REGISTERED);
	FAULT("op-register-flag");
	if (++state->registered > state->most_registered)
		state->most_registered = state->registered;
}

static void
count_mode(uint32_t before, uint32_t after, uint32_t bit,
    _Atomic uint64_t *count)
{
	*count += (after & bit) != 0;
	*count -= (before & bit) != 0;
}

static void
op_user_modes(struct op *op)
{
	uint32_t before = users[op->a].modes;

	users[op->a].modes = op->b;
	FAULT("op-modes-set");
	count_mode(before, op->b, USER_OPERATOR, &state->opers);
	count_mode(before, op->b, USER_INVISIBLE, &state->invisible);
}

static void
op_oper(struct op *op)
{
	record_copy(opers[op->a].name, sizeof(opers[op->a].name), op->text);
}

static void
op_away(struct op *op)
{
	record_copy(aways[op->a].text, sizeof(aways[op->a].text), op->text);
	FAULT("op-away-copied");
	if (op->c)
		atomic_fetch_or(&users[op->a].flags, USER_ABSENT);
	else
		atomic_fetch_and(&users[op->a].flags, ~(uint32_t)USER_ABSENT);
	FAULT("op-away-absent");
	if (op->b)
		atomic_fetch_or(&users[op->a].flags, USER_AWAY);
	else
		atomic_fetch_and(&users[op->a].flags, ~(uint32_t)USER_AWAY);
}

/* The room to join: by ID, by name, or a new one of that name. */
static uint32_t
join_room(struct op *op)
{
	uint32_t r = op->b;

	if (r != 0 || (r = registry_find_room(op->text)) != 0)
		return r;
	if ((r = registry_new_room()) == 0)
		return 0;
	record_copy(rooms[r].name, sizeof(rooms[r].name), op->text);
	rooms[r].modes = ROOM_NO_EXTERNAL | ROOM_TOPIC_LOCK;
	rooms[r].created = op->x / 1000;
	rooms[r].made = op->x;
	rooms[r].unsure = op->text2[0] != '\0';
	FAULT("op-room-filled");
	rooms[r].live = 1;
	FAULT("op-room-live");
	registry_index_room(r);
	return r;
}

static void
join_uninvite(uint32_t u, uint32_t r)
{
	int i;

	for (i = 0; i < INVITES_MAX; i++)
		if (users[u].invite[i] == r)
			users[u].invite[i] = 0;
}

/* The other devices of U have still to be shown a room. */
static void
join_devices(uint32_t u, uint32_t unseen)
{
	uint32_t i;

	for (i = users[u].session; unseen != 0 && i != 0; i = sessions[i].next)
		if (unseen >> sessions[i].device & 1)
			sessions[i].flags |= SESSION_JOINING;
}

static void
op_join(struct op *op)
{
	uint32_t r = join_room(op), m;

	if (r == 0)
		return;
	if (registry_member(op->a, r) != 0) {
		/* a second time: the first one may have come as far as that */
		join_devices(op->a, op->c >> MEMBER_UNSEEN);
		join_uninvite(op->a, r);
		return;
	}
	if ((m = registry_new_member()) == 0)
		return;
	members[m].session = users[op->a].session;
	members[m].flags = op->c;
	members[m].joined = (uint32_t)(op->x / 1000);
	members[m].ban_serial = UINT32_MAX;
	FAULT("op-join-filled");
	registry_linking(users[op->a].home);
	members[m].room = r;
	FAULT("op-join-room");
	members[m].user = op->a;
	FAULT("op-join-user");
	registry_link_member(m);
	registry_linking(0);
	FAULT("op-join-linked");
	join_devices(op->a, op->c >> MEMBER_UNSEEN);
	FAULT("op-join-devices");
	bans_forget(op->a);
	join_uninvite(op->a, r);
}

static void
member_remove(uint32_t m)
{
	uint32_t r = members[m].room;

	registry_linking(users[members[m].user].home);
	registry_unlink_member(m);
	FAULT("op-remove-unlinked");
	registry_free_member(m);
	registry_linking(0);
	FAULT("op-remove-freed");
	/* one that lasts waits for its next member */
	if (rooms[r].count == 0 && !(rooms[r].modes & ROOM_REGISTERED))
		room_free(r);
}

static void
op_part(struct op *op)
{
	uint32_t m = registry_member(op->a, op->b);

	if (m != 0)
		member_remove(m);
	bans_forget(op->a);
}

static void
op_member(struct op *op)
{
	if (members[op->a].user != (uint32_t)op->x)
		return;
	atomic_fetch_or(&members[op->a].flags, op->b);
	atomic_fetch_and(&members[op->a].flags, ~op->c);
}

static void
op_room_modes(struct op *op)
{
	rooms[op->a].modes = (rooms[op->a].modes | op->b) & ~op->c;
}

static void
op_room_key(struct op *op)
{
	record_copy(rooms[op->a].key, sizeof(rooms[op->a].key), op->text);
}

static void
op_room_limit(struct op *op)
{
	rooms[op->a].limit = op->b;
}

static void
op_room_throttle(struct op *op)
{
	rooms[op->a].throttle = (uint16_t)op->b;
	rooms[op->a].throttle_time = (uint16_t)op->c;
}

static void
op_room_forward(struct op *op)
{
	record_copy(
	    rooms[op->a].forward, sizeof(rooms[op->a].forward), op->text);
}

static void
op_room_joined(struct op *op)
{
	rooms[op->a].joined = op->b;
	rooms[op->a].joined_at = op->c;
}

static uint32_t *
ban_find(uint32_t r, uint32_t list, const char *mask)
{
	uint32_t *p;

	for (p = &rooms[r].bans; *p != 0; p = &bans[*p].next)
		if (bans[*p].list == list && name_cmp(bans[*p].mask, mask) == 0)
			break;
	return p;
}

/* Its members are compared with its lists again.  Also when there is nothing
 * left to do: it may have been done by one who died before this. */
static void
bans_changed(uint32_t r)
{
	atomic_fetch_add(&rooms[r].ban_serial, 1);
}

/* What may change of an entry that is there. */
static void
ban_set(uint32_t b, const struct op *op, const char *reason)
{
	record_copy(bans[b].reason, sizeof(bans[b].reason), reason);
	FAULT("op-ban-reason");
	ban_ends(b, op->c != 0 ? op->x + op->c : 0);
}

static void
op_ban_add(struct op *op)
{
	char mask[MASK_MAX + 1];
	size_t n = strcspn(op->text, " ");
	const char *reason = op->text + n + (op->text[n] != '\0');
	uint32_t *p, b;

	if (n > MASK_MAX)
		n = MASK_MAX;
	memcpy(mask, op->text, n);
	mask[n] = '\0';
	p = ban_find(op->a, op->b, mask);
	if (*p != 0) {
		ban_set(*p, op, reason);
		bans_changed(op->a);
		return;
	}
	if ((b = registry_new_ban()) == 0)
		return;
	record_copy(bans[b].mask, sizeof(bans[b].mask), mask);
	record_copy(bans[b].setter, sizeof(bans[b].setter), op->text2);
	bans[b].list = op->b;
	bans[b].time = op->x;
	ban_set(b, op, reason);
	FAULT("op-ban-filled");
	bans[b].room = op->a;
	FAULT("op-ban-valid");
	*p = b;
	FAULT("op-ban-linked");
	rooms[op->a].nbans++;
	bans_changed(op->a);
}

static void
op_ban_del(struct op *op)
{
	uint32_t *p = ban_find(op->a, op->b, op->text), b = *p;

	if (b != 0) {
		*p = bans[b].next;
		FAULT("op-ban-unlinked");
		registry_free_ban(b);
		rooms[op->a].nbans--;
		FAULT("op-ban-freed");
	}
	bans_changed(op->a);
}

static void
op_topic(struct op *op)
{
	struct room *r = &rooms[op->a];

	record_copy(r->topic, sizeof(r->topic), op->text);
	FAULT("op-topic-copied");
	record_copy(r->topic_setter, sizeof(r->topic_setter), op->text2);
	r->topic_time = op->x;
}

/* Whether who made invitation I of U may let others in. */
static void
invite_by(struct user *u, int i, uint32_t may)
{
	uint8_t bit = (uint8_t)(1u << i);

	u->invite_in = (uint8_t)(may ? u->invite_in | bit
	                             : u->invite_in & ~bit);
}

static void
op_knock(struct op *op)
{
	users[op->a].knocked = op->c;
	FAULT("op-knock");
	rooms[op->b].knocked = op->c;
}

static void
op_invite(struct op *op)
{
	struct user *u = &users[op->a];
	int i;

	for (i = 0; i < INVITES_MAX; i++)
		if (u->invite[i] == op->b &&
		    u->invite_gen[i] == rooms[op->b].gen) {
			if (op->c)
				invite_by(u, i, 1);
			return;
		}
	i = (int)(u->invite_at % INVITES_MAX);
	invite_by(u, i, op->c);
	FAULT("op-invite-by");
	u->invite_gen[i] = rooms[op->b].gen;
	FAULT("op-invite-gen");
	u->invite[i] = op->b;
	FAULT("op-invite-room");
	u->invite_at++;
}

/* All sessions of U have none any more. */
static void
sessions_leave(struct user *u)
{
	uint32_t i;

	while ((i = u->session) != 0) {
		sessions[i].user = 0;
		FAULT("op-quit-parted");
		u->session = sessions[i].next;
	}
}

static void
op_quit(struct op *op)
{
	struct user *u = &users[op->a];

	if (!(u->flags & USER_LIVE))
		return;
	if (u->flags & USER_REGISTERED) {
		whowas_add(u, op->x);
		FAULT("op-quit-whowas");
		op_user_modes(&(struct op) { .a = op->a, .b = 0 });
		state->registered--;
		FAULT("op-quit-counted");
		atomic_fetch_and(&u->flags, ~(uint32_t)USER_REGISTERED);
		FAULT("op-quit-flag");
	}
	while (u->members != 0)
		member_remove(u->members);
	FAULT("op-quit-left");
	registry_unindex_nick(op->a);
	mailbox_remove(u->mailbox);
	FAULT("op-quit-removed");
	u->mailbox = -1;
	sessions_leave(u);
	FAULT("op-quit-session");
	registry_free_user(op->a);
}

static void
op_leave(struct op *op)
{
	registry_unlink_session(op->a);
}

/* What stands for user U while it has no session; made if need be.  S was its
 * last one. */
static uint32_t
absence_begin(uint32_t u, const struct session *s, struct op *op)
{
	uint32_t i;
	struct session *g;

	for (i = users[u].session; i != 0; i = sessions[i].next)
		if (sessions[i].state == SESSION_ABSENT)
			return i;
	if ((i = registry_new_session()) == 0)
		return 0;
	g = &sessions[i];
	g->fd = -1;
	g->worker = s->worker;
	g->user = u;
	g->addr = s->addr;
	g->opened = s->opened;
	g->active = op->x;
	memcpy(reasons[i].text, op->text, AWAY_MAX);
	reasons[i].text[AWAY_MAX] = '\0';
	FAULT("op-linger-filled");
	registry_linking(users[u].home);
	g->state = SESSION_ABSENT;
	FAULT("op-linger-absent");
	registry_link_session(i, u);
	return i;
}

static void
op_linger(struct op *op)
{
	struct session *s = &sessions[op->a];
	uint32_t i;

	if (s->user != 0) {
		if ((i = absence_begin(s->user, s, op)) == 0) {
			op_quit(&(struct op) { .a = s->user,
			    .x = op->x });
			return;
		}
		/* what it has not been told, its user still misses */
		missed_pass(op->a, i);
		registry_unlink_session(op->a);
	}
	missed_passed(op->a);
}

static void
op_seen(struct op *op)
{
	if (members[op->a].room != op->b)
		return;
	atomic_fetch_and(&members[op->a].flags,
	    ~(UINT32_C(1) << (MEMBER_UNSEEN + op->c)));
	if (members[op->a].flags >> MEMBER_UNSEEN == 0)
		atomic_fetch_and(&members[op->a].flags, ~MEMBER_HEARS);
}

static void
op_account(struct op *op)
{
	struct user *u = &users[op->a];
	uint32_t i;

	op_metadata_account(op->a, op->c != 0);
	registry_unindex_account(op->a);
	record_copy(u->account, sizeof(u->account), op->text);
	FAULT("op-account");
	registry_index_account(op->a);
	FAULT("op-account-indexed");
	bans_forget(op->a);
	if (op->b & USER_ALWAYS_ON)
		atomic_fetch_or(&u->flags, USER_ALWAYS_ON);
	else
		atomic_fetch_and(&u->flags, ~(uint32_t)USER_ALWAYS_ON);
	for (i = u->session; i != 0; i = sessions[i].next) {
		sessions[i].told = 0; /* that was another one's */
		if (op->text[0] != '\0')
			sessions[i].flags |= SESSION_MAIL;
	}
	if (op->text[0] != '\0')
		atomic_fetch_or(&u->flags, USER_UNRANKED);
	if (config->cloak)
		atomic_fetch_or(&u->flags, USER_REHOSTED);
}

static void
op_accept(struct op *op)
{
	struct accepted *l = &accepted[op->a];
	uint32_t i, free = l->at % ACCEPTS_MAX;

	if (l->gen != users[op->a].gen) {
		memset(l, 0, sizeof(*l));
		l->gen = users[op->a].gen;
		free = 0;
	}
	FAULT("op-accept-own");
	for (i = 0; i < ACCEPTS_MAX; i++)
		if (l->user[i] == op->b && l->user_gen[i] == op->c) {
			if (op->x)
				l->user[i] = 0;
			else if (i == free)
				l->at = free + 1;
			return;
		}
	if (op->x)
		return;
	l->user[free] = 0;
	l->user_gen[free] = op->c;
	FAULT("op-accept-gen");
	l->user[free] = op->b;
	FAULT("op-accept-user");
	l->at = free + 1;
}

/* Counted again after a death in here, which rebuilds the counts first. */
static void
op_address(struct op *op)
{
	struct session *s = &sessions[op->a];
	struct in6_addr addr;

	if (inet_pton(AF_INET6, op->text, &addr) != 1)
		return;
	if (session_has_address(s))
		registry_count_address(&s->addr, -1);
	FAULT("op-address-left");
	s->addr = addr;
	FAULT("op-address-set");
	s->flags &= ~(uint32_t)SESSION_PROXY;
	registry_count_address(&addr, 1);
	FAULT("op-address-counted");
	record_copy(
	    users[s->user].host, sizeof(users[s->user].host), op->text2);
}

static void
op_alone(struct op *op)
{
	struct session *s = &sessions[op->a];
	uint32_t both = SESSION_ALONE | SESSION_PRE_AWAY;

	/* it has no reason to end yet, else that has taken the place */
	if (s->state == SESSION_LIVE && op->b == SESSION_PRE_AWAY)
		record_copy(
		    reasons[op->a].text, sizeof(reasons[op->a].text), op->text);
	FAULT("op-alone-copied");
	s->flags = (s->flags & ~both) | (op->b & both);
}

static void
op_wish(struct op *op)
{
	if (users[op->a].flags & USER_REGISTERED)
		return;
	record_copy(aways[op->a].text, sizeof(aways[op->a].text), op->text);
	FAULT("op-wish-copied");
	if (op->text[0] != '\0')
		atomic_fetch_or(&users[op->a].flags, USER_WISH);
	else
		atomic_fetch_and(&users[op->a].flags, ~(uint32_t)USER_WISH);
}

/* Whoever ends it forgets what was said: it may be a password. */
static void
op_sasl(struct op *op)
{
	struct session *s = &sessions[op->a];
	struct sasl *a = sasl_of(s);

	if (s->sasl == 0)
		return;
	memset(a, 0, sizeof(*a));
	FAULT("op-sasl-empty");
	record_copy(a->seed, sizeof(a->seed), op->text);
	FAULT("op-sasl-seed");
	a->mechanism = op->b;
}

static void
op_sasl_text(struct op *op)
{
	struct sasl *a = sasl_of(&sessions[op->a]);
	size_t n = strnlen(op->text, sizeof(op->text));

	if (sessions[op->a].sasl == 0 || op->b > SASL_TEXT - 1 - n)
		return;
	record_copy(a->text + op->b, n + 1, op->text);
	FAULT("op-sasl-text");
	a->end = op->b + (uint32_t)n;
}

static void
op_sasl_step(struct op *op)
{
	struct sasl *a = sasl_of(&sessions[op->a]);

	if (sessions[op->a].sasl == 0 || op->b >= SASL_STEPS ||
	    op->c >= SASL_TEXT)
		return;
	a->at[op->b] = a->end = op->c;
	FAULT("op-sasl-at");
	a->step = op->b;
}

static void
op_monitor(struct op *op, void (*change)(uint32_t, const char *))
{
	char text[sizeof(op->text)], *list = text, *nick;

	record_copy(text, sizeof(text), op->text);
	while ((nick = strsep(&list, ",")) != NULL)
		change(op->a, nick);
}

static void
op_monitor_add(struct op *op)
{
	op_monitor(op, monitor_add);
}

static void
op_monitor_del(struct op *op)
{
	op_monitor(op, monitor_del);
}

static void
op_monitor_clear(struct op *op)
{
	monitor_clear(op->a);
}

static void
op_host(struct op *op)
{
	struct user *u = &users[op->a];

	record_copy(u->host, sizeof(u->host), op->text);
	FAULT("op-host-copied");
	/* another host, other bans */
	bans_forget(op->a);
	atomic_fetch_and(&u->flags, ~(uint32_t)USER_REHOSTED);
}

static void
op_batch(struct op *op)
{
	struct batch *b = batch_of(&sessions[op->a]);

	if (sessions[op->a].batch == 0)
		return;
	memset(b, 0, sizeof(*b));
	FAULT("op-batch-empty");
	record_copy(b->ref, sizeof(b->ref), op->text);
	record_copy(b->target, sizeof(b->target), op->text2);
	FAULT("op-batch-named");
}

static void
op_batch_text(struct op *op)
{
	size_t n = strnlen(op->text, sizeof(op->text)), size;
	char *part = batch_part(batch_of(&sessions[op->a]), op->b, &size);

	if (sessions[op->a].batch == 0 || part == NULL || n >= size ||
	    op->c > size - 1 - n)
		return;
	record_copy(part + op->c, n + 1, op->text);
	FAULT("op-batch-text");
}

static void
op_batch_line(struct op *op)
{
	struct batch *b = batch_of(&sessions[op->a]);

	if (sessions[op->a].batch == 0 || op->b > MULTILINE_LINES ||
	    op->c > MULTILINE_BYTES || op->x > MULTILINE_PLAN)
		return;
	b->nlines = op->b;
	FAULT("op-batch-lines");
	b->ntext = op->c;
	FAULT("op-batch-bytes");
	b->nplan = (uint32_t)op->x;
}

static void
op_batch_state(struct op *op)
{
	if (sessions[op->a].batch != 0)
		batch_of(&sessions[op->a])->state = op->b;
	FAULT("op-batch-state");
}

static void
op_ranked(struct op *op)
{
	atomic_fetch_and(&users[op->a].flags, ~(uint32_t)USER_UNRANKED);
}

static void (*const apply[OP_MAX])(struct op *) = {
	[OP_NICK] = op_nick,
	[OP_USER] = op_user,
	[OP_REAL] = op_real,
	[OP_REGISTER] = op_register,
	[OP_USER_MODES] = op_user_modes,
	[OP_OPER] = op_oper,
	[OP_AWAY] = op_away,
	[OP_JOIN] = op_join,
	[OP_PART] = op_part,
	[OP_MEMBER] = op_member,
	[OP_ROOM_MODES] = op_room_modes,
	[OP_ROOM_KEY] = op_room_key,
	[OP_ROOM_LIMIT] = op_room_limit,
	[OP_ROOM_THROTTLE] = op_room_throttle,
	[OP_ROOM_FORWARD] = op_room_forward,
	[OP_ROOM_JOINED] = op_room_joined,
	[OP_ROOM_RENAME] = op_room_rename,
	[OP_BAN_ADD] = op_ban_add,
	[OP_BAN_DEL] = op_ban_del,
	[OP_TOPIC] = op_topic,
	[OP_INVITE] = op_invite,
	[OP_KNOCK] = op_knock,
	[OP_QUIT] = op_quit,
	[OP_LEAVE] = op_leave,
	[OP_LINGER] = op_linger,
	[OP_SEEN] = op_seen,
	[OP_ACCOUNT] = op_account,
	[OP_ACCEPT] = op_accept,
	[OP_ADDRESS] = op_address,
	[OP_SECURE] = op_secure,
	[OP_ALONE] = op_alone,
	[OP_WISH] = op_wish,
	[OP_MONITOR_ADD] = op_monitor_add,
	[OP_MONITOR_DEL] = op_monitor_del,
	[OP_MONITOR_CLEAR] = op_monitor_clear,
	[OP_SASL] = op_sasl,
	[OP_SASL_TEXT] = op_sasl_text,
	[OP_SASL_STEP] = op_sasl_step,
	[OP_BATCH] = op_batch,
	[OP_BATCH_TEXT] = op_batch_text,
	[OP_BATCH_LINE] = op_batch_line,
	[OP_BATCH_STATE] = op_batch_state,
	[OP_ROOM_LOAD] = op_room_load,
	[OP_ROOM_REGISTER] = op_room_register,
	[OP_ROOM_UNREGISTER] = op_room_unregister,
	[OP_ROOM_ACCESS] = op_room_access,
	[OP_ROOM_FOUNDER] = op_room_founder,
	[OP_ROOM_SURE] = op_room_sure,
	[OP_ROOM_EVICT] = op_room_evict,
	[OP_ACCOUNT_GONE] = op_account_gone,
	[OP_RANKED] = op_ranked,
	[OP_HOST] = op_host,
	[OP_XLINE_ADD] = op_xline_add,
	[OP_XLINE_DEL] = op_xline_del,
	[OP_XLINE_LOAD] = op_xline_load,
	[OP_USER_METADATA] = op_user_metadata,
	[OP_ROOM_METADATA] = op_room_metadata,
	[OP_METADATA_LOAD] = op_metadata_load,
	[OP_METADATA_FLAGS] = op_metadata_flags,
	[OP_METADATA_DONE] = op_metadata_done,
	[OP_METADATA_ERASE] = op_metadata_erase,
	[OP_SUBSCRIBE] = op_subscribe,
};

/* Those that change of room a what is to last. */
static const char changes_room[OP_MAX] = {
	[OP_ROOM_MODES] = 1,
	[OP_ROOM_KEY] = 1,
	[OP_ROOM_LIMIT] = 1,
	[OP_ROOM_THROTTLE] = 1,
	[OP_ROOM_FORWARD] = 1,
	[OP_ROOM_RENAME] = 1,
	[OP_BAN_ADD] = 1,
	[OP_BAN_DEL] = 1,
	[OP_TOPIC] = 1,
	[OP_ROOM_REGISTER] = 1,
	[OP_ROOM_METADATA] = 1,
};

/* While the number is odd, the store does not look (store/snapshot.c): what a
 * command does to a room is seen whole or not at all. */
static void
change_begin(const struct op *ops, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (changes_room[ops[i].kind])
			atomic_fetch_or(&rooms[ops[i].a].change, 1);
	FAULT("op-change-begun");
}

static void
change_end(const struct op *ops, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (changes_room[ops[i].kind] &&
		    (atomic_load(&rooms[ops[i].a].change) & 1))
			atomic_fetch_add(&rooms[ops[i].a].change, 1);
	FAULT("op-change-ended");
}

void
op_apply_all(struct op *ops, uint32_t n)
{
	uint32_t i;

	if (n > OPS_MAX)
		n = OPS_MAX;
	for (i = 0; i < n; i++)
		if (ops[i].kind == OP_NONE || ops[i].kind >= OP_MAX)
			panic("op of kind %u", ops[i].kind);
	change_begin(ops, n);
	for (i = 0; i < n; i++) {
		poison("op", ops[i].text, strlen(ops[i].text));
		apply[ops[i].kind](&ops[i]);
		FAULT("op-applied");
	}
	change_end(ops, n);
}
