/* SPDX-License-Identifier: ISC */
/*
 * Bans from the whole server: comparing with them, and acting on it.
 *
 * The records are in the segment, in places that stay; who changes one does
 * so under the lock and then raises a serial.  Each worker has a list of its
 * own of those that are valid, made anew when the serial has changed, so that
 * to compare takes no lock: of an address, when somebody connects, with
 * numbers that lie side by side; of a mask, when somebody registers; of an
 * account, when somebody logs in.  A record that makes no sense is no ban.
 *
 * Who is here already is looked at by its home: a ban has the serial by which
 * it came, and a worker notes, in the segment, up to which it has looked.
 *
 * What the store keeps comes with the first registration after a start, which
 * waits for it, and so do those behind it.  If the store cannot be asked they
 * are let in, and looked at when it can.  A ban that is lifted meanwhile may be
 * in an answer that is on its way: it stays in the segment, as one that is
 * over, until all have come.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../irc/mask.h"
#include "ask.h"
#include "cloak.h"
#include "fault.h"
#include "log.h"
#include "peer.h"
#include "session.h"
#include "worker.h"
#include "xline.h"

enum {
	LOOK = 512,            /* sessions looked at in a turn */
	LIFTED = 1,            /* when a ban ended that must not be loaded */
};

/* ---- our own list ---- */

struct net {
	uint64_t addr[2], mask[2];
	uint32_t x;
};

static struct {
	uint64_t serial;
	uint64_t newest;       /* the highest serial in it */
	uint32_t nnet, nother;
	struct net net[XLINES_MAX];
	uint32_t other[XLINES_MAX]; /* masks and accounts */
} list;

static int
is_sound(const struct xline *x)
{
	return x->kind >= XMASK_ADDRESS && x->kind <= XMASK_ACCOUNT &&
	    x->bits <= 128 && x->mask[XMASK_TEXT] == '\0' &&
	    x->reason[XLINE_REASON] == '\0' &&
	    x->setter[sizeof(x->setter) - 1] == '\0';
}

int
xline_is_valid(uint32_t i)
{
	const struct xline *x = &xlines[i];

	return atomic_load(&x->live) && is_sound(x) &&
	    (x->expires == 0 || x->expires > wall_ms / 1000);
}

static void
list_net(struct net *n, uint32_t i)
{
	uint8_t mask[16] = { 0 };
	unsigned b;

	for (b = 0; b < xlines[i].bits; b++)
		mask[b / 8] |= (uint8_t)(0x80 >> b % 8);
	memcpy(n->addr, &xlines[i].addr, 16);
	memcpy(n->mask, mask, 16);
	n->x = i;
}

static void
list_update(void)
{
	uint64_t serial = atomic_load(&state->xline_serial);
	uint32_t i;

	if (list.serial == serial)
		return;
	list.nnet = list.nother = 0;
	list.newest = 0;
	for (i = 1; i < state->xlines_high && i < XLINES_MAX; i++) {
		if (!xline_is_valid(i))
			continue;
		if (xlines[i].serial > list.newest)
			list.newest = xlines[i].serial;
		if (xlines[i].kind == XMASK_ADDRESS)
			list_net(&list.net[list.nnet++], i);
		else
			list.other[list.nother++] = i;
	}
	list.serial = serial;
}

/* ---- comparing ---- */

/* From serial AFTER on. */
static uint32_t
find_address(const struct in6_addr *addr, uint64_t after)
{
	uint64_t a[2];
	uint32_t i;

	list_update();
	memcpy(a, addr, sizeof(a));
	for (i = 0; i < list.nnet; i++) {
		const struct net *n = &list.net[i];
		if ((((a[0] ^ n->addr[0]) & n->mask[0]) |
		        ((a[1] ^ n->addr[1]) & n->mask[1])) == 0 &&
		    xlines[n->x].serial > after && xline_is_valid(n->x))
			return n->x;
	}
	return 0;
}

uint32_t
xline_of_address(const struct in6_addr *addr)
{
	return find_address(addr, 0);
}

static int
is_account(const struct xline *x, const char *account)
{
	return account[0] != '\0' &&
	    name_cmp(x->mask + strlen("account:"), account) == 0;
}

/* By what others see of it, or would see without its account, or by where it
 * really is. */
static int
is_masked(const struct xline *x, uint32_t u, const struct in6_addr *addr)
{
	const char *hidden = cloak_hidden(u, addr);

	/* in this order: the text of the one is that of the other */
	return mask_match(x->mask, source_of(u)) ||
	    (hidden != NULL && mask_match(x->mask, hidden)) ||
	    mask_match(x->mask, cloak_source(u, addr));
}

/* The ban that came after serial AFTER and holds for U or for ACCOUNT. */
static uint32_t
find_user(uint32_t u, const struct in6_addr *addr, const char *account,
    uint64_t after)
{
	uint32_t i;

	list_update();
	for (i = 0; i < list.nother; i++) {
		const struct xline *x = &xlines[list.other[i]];
		if (x->serial <= after || !xline_is_valid(list.other[i]))
			continue;
		if (x->kind == XMASK_ACCOUNT ? is_account(x, account)
		    : u != 0 && is_masked(x, u, addr))
			return list.other[i];
	}
	return 0;
}

/* ---- acting ---- */

const char *
xline_text(uint32_t i)
{
	static char text[XLINE_REASON + 100];
	const struct xline *x = &xlines[i];
	time_t t = (time_t)x->expires;
	char until[48] = "";
	struct tm tm;

	if (x->expires != 0 && gmtime_r(&t, &tm) != NULL)
		strftime(until, sizeof(until), " until %Y-%m-%d %H:%M UTC",
		    &tm);
	snprintf(text, sizeof(text), "You are banned from this server%s%s%.*s",
	    until, x->reason[0] != '\0' ? ": " : "", XLINE_REASON, x->reason);
	return text;
}

static void
cut_one(uint32_t s, const char *reason)
{
	sessions[s].flags |= SESSION_BANNED;
	FAULT("xline-flag");
	session_close(s, reason);
}

/* What it is told with 465 is the reason: device_leave().  Of a ban that is
 * for more than one connection, no session of its user may stay. */
static void
cut(uint32_t s, uint32_t x)
{
	struct user *u = &users[sessions[s].user];
	char reason[AWAY_MAX + 1];
	uint32_t i;

	snprintf(reason, sizeof(reason), "%s", xline_text(x));
	log_info("banned: %s, by %s", log_safe(source_of(sessions[s].user)),
	    log_safe(xlines[x].mask));
	if (xlines[x].kind == XMASK_ADDRESS) {
		cut_one(s, reason);
		return;
	}
	atomic_fetch_or(&u->flags, USER_ENDS);
	FAULT("xline-ends");
	for (i = u->session; i != 0; i = sessions[i].next)
		cut_one(i, reason);
}

int
xline_refuse(struct command *c)
{
	uint32_t x = find_address(&c->s->addr, 0);

	if (x == 0)
		x = find_user(c->uid, &c->s->addr, c->u->account, 0);
	if (x != 0)
		cut(c->sid, x);
	return x != 0;
}

int
xline_refuse_address(struct command *c, const struct in6_addr *addr)
{
	uint32_t x = find_address(addr, 0);

	if (x != 0)
		cut(c->sid, x);
	return x != 0;
}

int
xline_refuse_account(struct command *c, const char *account)
{
	uint32_t x = find_user(0, NULL, account, 0);

	if (x != 0)
		cut(c->sid, x);
	return x != 0;
}

static void
look_at(uint32_t i, uint64_t after)
{
	const struct session *s = &sessions[i];
	const struct user *u = &users[s->user];
	uint32_t x = 0;

	if (s->worker != my_id ||
	    (s->state != SESSION_LIVE && s->state != SESSION_ABSENT) ||
	    (s->flags & SESSION_CONTROL))
		return;
	if (s->fd >= 0)
		x = find_address(&s->addr, after);
	if (x == 0)
		x = find_user((u->flags & USER_REGISTERED) ? s->user : 0,
		    &s->addr, u->account, after);
	if (x != 0)
		cut(i, x);
}

void
xline_arrived(uint32_t i)
{
	look_at(i, 0);
}

int
xline_look(void)
{
	static uint64_t until;
	static uint32_t next;
	uint32_t end;

	if (next == 0) {
		until = atomic_load(&state->xline_serial);
		if (until == me->xline_seen)
			return 0;
		list_update();
		next = list.newest > me->xline_seen ? 1 : state->sessions.high;
	}
	end = next + LOOK;
	for (; next < end && next < state->sessions.high; next++)
		look_at(next, me->xline_seen);
	if (next < state->sessions.high)
		return 1;
	next = 0;
	me->xline_seen = until;
	return until != atomic_load(&state->xline_serial);
}

/* ---- changing ---- */

uint32_t
xline_find(const char *mask)
{
	uint32_t i;

	for (i = 1; i < state->xlines_high && i < XLINES_MAX; i++)
		if (atomic_load(&xlines[i].live) && is_sound(&xlines[i]) &&
		    name_cmp(xlines[i].mask, mask) == 0)
			return i;
	return 0;
}

/* A place that nobody needs; 0: there is none.  While bans are being loaded one
 * that was lifted has its place: it may yet come, from before. */
static uint32_t
find_place(void)
{
	int loaded = xline_is_loaded();
	uint32_t i;

	for (i = 1; i < state->xlines_high && i < XLINES_MAX; i++)
		if (loaded ? !xline_is_valid(i) : !atomic_load(&xlines[i].live))
			return i;
	return i < XLINES_MAX ? i : 0;
}

int
xline_is_full(const char *mask)
{
	return xline_find(mask) == 0 && find_place() == 0;
}

/* All workers have another list, and look at their sessions. */
static void
changed(void)
{
	FAULT("op-xline-valid");
	atomic_fetch_add(&state->xline_serial, 1);
	FAULT("op-xline-serial");
	peer_call(peer_workers());
}

static void
set(const struct xmask *m, const char *reason, const char *setter,
    uint64_t created, uint64_t expires, int kept)
{
	uint32_t i = xline_find(m->text);
	struct xline *x;

	if (i == 0 && (i = find_place()) == 0)
		return;
	x = &xlines[i];
	atomic_store(&x->live, 0);
	x->kind = (uint32_t)m->kind;
	x->bits = m->bits;
	memcpy(&x->addr, m->addr, sizeof(x->addr));
	snprintf(x->mask, sizeof(x->mask), "%s", m->text);
	snprintf(x->reason, sizeof(x->reason), "%s", reason);
	snprintf(x->setter, sizeof(x->setter), "%s", setter);
	x->created = created;
	x->expires = expires;
	x->kept = (uint32_t)kept;
	/* the one it has when changed() has raised it */
	x->serial = atomic_load(&state->xline_serial) + 1;
	FAULT("op-xline-filled");
	atomic_store(&x->live, 1);
	if (i >= state->xlines_high)
		state->xlines_high = i + 1;
}

/* text "mask reason", text2 setter, b kept, c created, x expires */
void
op_xline_add(struct op *op)
{
	char *reason = op->text + strcspn(op->text, " "), mask[XMASK_TEXT + 1];
	struct xmask m;

	snprintf(mask, sizeof(mask), "%.*s", (int)(reason - op->text),
	    op->text);
	reason += *reason == ' ';
	if (xmask_parse(&m, mask) != 0)
		return;
	set(&m, reason, op->text2, op->c, op->x, (int)op->b);
	changed();
}

void
op_xline_del(struct op *op)
{
	uint32_t i = xline_find(op->text);
	struct xmask m;

	if (!xline_is_loaded() && xmask_parse(&m, op->text) == 0)
		set(&m, "", "", 0, LIFTED, 0);
	else if (i != 0)
		atomic_store(&xlines[i].live, 0);
	else
		return;
	changed();
}

/* XLINE mask created expires setter :reason; times are ms */
static void
load_line(char *line, size_t len)
{
	struct message m;
	struct xmask x;

	message_parse(&m, line, len);
	if (m.command == NULL || strcmp(m.command, "XLINE") != 0 ||
	    m.nparam < 5 || xmask_parse(&x, m.param[0]) != 0 ||
	    xline_find(x.text) != 0)
		return;
	set(&x, m.param[4], m.param[3], strtoull(m.param[1], NULL, 10) / 1000,
	    strtoull(m.param[2], NULL, 10) / 1000, 1);
}

/* chunk a; b: it is the last part */
void
op_xline_load(struct op *op)
{
	char line[ASK_MAX + 1];
	const char *text;
	size_t n, len;

	if (op->a == 0 || op->a >= state->dimensions.chunks)
		return;
	text = chunk_bytes(op->a);
	n = strnlen(text, ASK_MAX);
	for (; n > 0; text += len + 1, n -= len + 1) {
		len = strcspn(text, "\n");
		memcpy(line, text, len);
		line[len] = '\0';
		load_line(line, len);
		if (len == n)
			break;
	}
	if (op->b)
		state->xlines_loaded = 1;
	changed();
}

/* ---- loading ---- */

int
xline_is_loaded(void)
{
	return state->xlines_loaded || !store_accepts();
}

enum command_result
xline_load(struct command *c)
{
	enum command_result r;
	uint64_t next = 0;
	struct message m;
	int last = 0;

	if (c->s->answer == 0 && xline_is_loaded())
		return CMD_DONE;
	r = ask(c, "XLINE LIST %llu", (unsigned long long)c->cursor);
	if (r != CMD_ANSWERED || state->xlines_loaded)
		return r == CMD_ANSWERED ? CMD_DONE : r;
	while (ask_message(c, &m)) {
		if (strcmp(m.command, "MORE") == 0 && m.nparam > 0)
			next = strtoull(m.param[0], NULL, 10);
		last |= strcmp(m.command, "END") == 0;
	}
	if (!last && next == 0) {
		log_warn("bans could not be read: whoever comes is let in");
		return CMD_DONE; /* the next one asks again */
	}
	command_op(c, OP_XLINE_LOAD, c->s->answer)->b = (uint32_t)last;
	c->step &= ~(uint32_t)STEP_ASKED;
	c->cursor = next;
	return CMD_MORE;
}
