/* SPDX-License-Identifier: ISC */
/*
 * Banning from the whole server: KLINE, DLINE, UNKLINE, UNDLINE, STATS k and
 * d, and the same for mootctl: BAN, UNBAN, BANS.
 *
 * A ban goes to the store first, which puts it on the record in the same
 * transaction, and then into the segment, where it holds at once (xline.c).
 * Without a store, or while that is out of order, it is in the segment alone,
 * and that is said.
 *
 * What would hit the one who says it, everybody, or this machine itself has to
 * be said with FORCE: a server that nobody can reach any more is not helped by
 * the news that it was asked for.  mootctl comes in by another door, to which
 * no ban applies.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../irc/mask.h"
#include "ask.h"
#include "audit.h"
#include "cloak.h"
#include "control.h"
#include "control_row.h"
#include "handlers.h"
#include "oper.h"
#include "registry.h"
#include "words.h"
#include "worker.h"
#include "xline.h"

enum { SHOWN = 64 /* bans shown in a step */ };

/* A ban as it is asked for, or why it cannot be. */
struct wish {
	int force;             /* whoever it is for */
	int64_t seconds;       /* 0: for ever */
	struct xmask mask;
	char reason[MESSAGE_LINE];
	int kept;              /* by the store */
	char wrong[240];
};

static int wrong(struct wish *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Returns -1. */
static int
wrong(struct wish *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->wrong, sizeof(w->wrong), fmt, ap);
	va_end(ap);
	return -1;
}

/* ---- what is asked for ---- */

static int
wish_mask(struct wish *w, const char *text)
{
	if (xmask_parse(&w->mask, text) == 0)
		return 0;
	return wrong(w, "%.130s is no address (10.0.0.0/8), mask "
	    "(nick!user@host) or account (account:NAME)", text);
}

/* [FORCE] [DURATION] MASK [REASON...]: 0 or -1. */
static int
wish_parse(struct wish *w, char *const *param, int n)
{
	size_t len = 0;
	int i = 0;

	memset(w, 0, sizeof(*w));
	if (i < n && strcasecmp(param[i], "FORCE") == 0) {
		w->force = 1;
		i++;
	}
	if (i < n && (w->seconds = xmask_duration(param[i])) > 0)
		i++;
	else
		w->seconds = 0;
	if (i == n)
		return wrong(w, "It is not said whom to ban");
	if (wish_mask(w, param[i]) != 0)
		return -1;
	while (++i < n && len < sizeof(w->reason))
		len += (size_t)snprintf(w->reason + len,
		    sizeof(w->reason) - len, "%s%s", len > 0 ? " " : "",
		    param[i]);
	if (len > XLINE_REASON)
		return wrong(w, "The reason is longer than %d bytes",
		    XLINE_REASON);
	return 0;
}

/* Whether C's user is one of those it is for. */
static int
is_own(const struct command *c, const struct xmask *x)
{
	if (c->s->flags & SESSION_CONTROL)
		return 0;
	switch (x->kind) {
	case XMASK_ADDRESS:
		return xmask_same_net(x->addr, c->s->addr.s6_addr, x->bits);
	case XMASK_ACCOUNT:
		return name_cmp(xmask_account(x), c->u->account) == 0;
	default:
		return mask_match(x->text, source_of(c->uid)) ||
		    mask_match(x->text, cloak_source(c->uid, &c->s->addr));
	}
}

/* Whether some of it is in 127.0.0.0/8, or it has ::1. */
static int
is_loopback(const struct xmask *x)
{
	static const uint8_t four[16] = { [10] = 0xff, [11] = 0xff,
		[12] = 127 }, six[16] = { [15] = 1 };

	return xmask_same_net(x->addr, four, x->bits < 104 ? x->bits : 104) ||
	    xmask_same_net(x->addr, six, x->bits);
}

/* Whom it would hit that is hardly meant; NULL for nobody. */
static const char *
wish_danger(const struct command *c, const struct wish *w)
{
	const struct xmask *x = &w->mask;

	if (xmask_is_all(x))
		return "everybody";
	if (x->kind == XMASK_ADDRESS && is_loopback(x))
		return "all who come from this machine";
	return is_own(c, x) ? "you" : NULL;
}

/* ---- the store ---- */

/* What it said, if it was asked: 0, also when it is in trouble, which is as
 * good as having none; -1 when it refuses. */
static int
stored(struct command *c, struct wish *w)
{
	struct message m;

	if (!ask_message(c, &m))
		return 0;
	w->kept = strcmp(m.command, "FAIL") != 0;
	if (w->kept || m.nparam < 4 ||
	    strcmp(m.param[1], "TEMPORARILY_UNAVAILABLE") == 0)
		return 0;
	return wrong(w, "%.200s", m.param[3]);
}

static int
has_store(const struct command *c)
{
	return c->s->answer != 0 || store_accepts();
}

/* When it ends, in s since the epoch: counted from the first try, which is in
 * the cursor, so that what is asked again is the same. */
static uint64_t
wish_end(const struct command *c, const struct wish *w)
{
	return w->seconds != 0 ? c->cursor + (uint64_t)w->seconds : 0;
}

/* Does it: CMD_ANSWERED, done; CMD_DONE, w->wrong says why not; else to be
 * returned. */
static enum command_result
ban(struct command *c, struct wish *w)
{
	const char *whom = w->force ? NULL : wish_danger(c, w);
	enum command_result r;
	struct op *op;

	if (whom != NULL) {
		wrong(w, "That would ban %s: say FORCE first if you mean it",
		    whom);
		return CMD_DONE;
	}
	if (xline_is_full(w->mask.text)) {
		wrong(w, "There are %d bans, and no more can be",
		    XLINES_MAX - 1);
		return CMD_DONE;
	}
	if (c->cursor == 0)
		c->cursor = wall_ms / 1000;
	if (has_store(c)) {
		r = ask(c, "XLINE ADD %s %llu :%s", w->mask.text,
		    (unsigned long long)wish_end(c, w), w->reason);
		if (r != CMD_ANSWERED)
			return r;
	}
	if (stored(c, w) != 0)
		return CMD_DONE;
	audit_log(c, c->row->name, w->mask.text, w->reason);
	op = command_op(c, OP_XLINE_ADD, 0);
	snprintf(op->text, sizeof(op->text), "%s %.*s", w->mask.text,
	    XLINE_REASON, w->reason);
	op_text2(op, audit_name(c));
	op->b = (uint32_t)w->kept;
	op->c = (uint32_t)(wall_ms / 1000);
	op->x = wish_end(c, w);
	return CMD_ANSWERED;
}

/* The same of lifting it. */
static enum command_result
unban(struct command *c, struct wish *w)
{
	int known = xline_find(w->mask.text) != 0;
	enum command_result r;

	if (has_store(c)) {
		r = ask(c, "XLINE DEL %s", w->mask.text);
		if (r != CMD_ANSWERED)
			return r;
	}
	if (stored(c, w) != 0 && !known)
		return CMD_DONE;
	if (!w->kept && !known) {
		wrong(w, "There is no such ban");
		return CMD_DONE;
	}
	audit_log(c, c->row->name, w->mask.text, "");
	op_text(command_op(c, OP_XLINE_DEL, 0), w->mask.text);
	return CMD_ANSWERED;
}

/* Whether the store will not know of it, though it should. */
static int
is_lost(const struct wish *w)
{
	return !w->kept;
}

/* ---- KLINE, DLINE, UNKLINE, UNDLINE ---- */

static enum command_result
say(struct command *c, const char *text, const char *about)
{
	reply_line(c, ":%s NOTICE %s :%s%s", config->name, c->u->nick, text,
	    about);
	return CMD_DONE;
}

static int
may_ban(struct command *c)
{
	return (c->step & STEP_ASKED) || oper_allowed(c, PRIV_BAN);
}

/* KLINE and DLINE differ only by whom they are for. */
static enum command_result
line_add(struct command *c, int for_nets)
{
	enum command_result r;
	struct wish w;

	if (!may_ban(c))
		return CMD_DONE;
	if (wish_parse(&w, c->m.param, c->m.nparam) != 0)
		return say(c, w.wrong, "");
	if ((w.mask.kind == XMASK_ADDRESS) != for_nets)
		return say(c, for_nets ? "That is no address, use KLINE: "
		                        : "That is an address, use DLINE: ",
		    w.mask.text);
	if ((r = ban(c, &w)) == CMD_DONE)
		return say(c, w.wrong, "");
	if (r != CMD_ANSWERED)
		return r;
	if (is_lost(&w))
		say(c, "The store has it not: it ends with the server: ",
		    w.mask.text);
	return say(c, "Banned: ", w.mask.text);
}

enum command_result
cmd_kline(struct command *c)
{
	return line_add(c, 0);
}

enum command_result
cmd_dline(struct command *c)
{
	return line_add(c, 1);
}

enum command_result
cmd_unkline(struct command *c)
{
	enum command_result r;
	struct wish w = { .kept = 0 };

	if (!may_ban(c))
		return CMD_DONE;
	if (wish_mask(&w, c->m.param[0]) != 0)
		return say(c, w.wrong, "");
	if ((r = unban(c, &w)) == CMD_DONE)
		return say(c, w.wrong, "");
	if (r != CMD_ANSWERED)
		return r;
	if (is_lost(&w) && state->store.state != STORE_OFF)
		say(c, "If the store has it, it is back at the next start: ",
		    w.mask.text);
	return say(c, "No longer banned: ", w.mask.text);
}

/* ---- STATS ---- */

static const char *
time_left(const struct xline *x)
{
	static char text[32];
	uint64_t now = wall_ms / 1000;

	return xmask_duration_text(text,
	    x->expires == 0 ? 0
	    : x->expires > now ? (int64_t)(x->expires - now)
	                       : 1);
}

static void
stats_show(struct command *c, const struct xline *x, int for_nets)
{
	const char *setter = x->setter[0] != '\0' ? x->setter : "*";

	if (for_nets)
		reply(c, RPL_STATSDLINE, x->mask, time_left(x), setter,
		    x->reason);
	else
		reply(c, RPL_STATSKLINE, x->mask, time_left(x), setter,
		    x->reason);
}

enum command_result
kline_stats(struct command *c, int for_nets)
{
	uint32_t i = c->cursor > 0 ? (uint32_t)c->cursor : 1, n = 0;

	for (; i < state->xlines_high && i < XLINES_MAX; i++) {
		if (!xline_is_valid(i) ||
		    (xlines[i].kind == XMASK_ADDRESS) != for_nets)
			continue;
		if (n++ == SHOWN) {
			c->step = 1;
			c->cursor = i;
			return CMD_MORE;
		}
		stats_show(c, &xlines[i], for_nets);
	}
	return CMD_DONE;
}

/* ---- mootctl ---- */

/* mootctl sends all of it as one text: that is cut behind whom it is for. */
static int
control_words(char *text, char *word[4])
{
	int n = 0;

	do
		word[n++] = strsep(&text, " ");
	while (text != NULL && n < 3 &&
	    (strcasecmp(word[n - 1], "FORCE") == 0 ||
	        xmask_duration(word[n - 1]) > 0));
	if (text != NULL)
		word[n++] = text;
	return n;
}

static enum command_result
control_done(struct command *c, const struct wish *w, const char *field)
{
	row_begin();
	row_text(field, w->mask.text);
	if (is_lost(w))
		row_text("warning", "the store was not told");
	row_end(c);
	return rows_ok(c);
}

enum command_result
control_ban(struct command *c)
{
	enum command_result r;
	struct wish w;
	char *word[4];
	int n = control_words(c->m.param[0], word);

	if (wish_parse(&w, word, n) != 0)
		return rows_refuse(c, w.wrong, NULL);
	if ((r = ban(c, &w)) == CMD_DONE)
		return rows_refuse(c, w.wrong, NULL);
	return r == CMD_ANSWERED ? control_done(c, &w, "banned") : r;
}

enum command_result
control_unban(struct command *c)
{
	struct wish w = { .kept = 0 };
	enum command_result r;

	if (wish_mask(&w, c->m.param[0]) != 0)
		return rows_refuse(c, w.wrong, NULL);
	if ((r = unban(c, &w)) == CMD_DONE)
		return rows_refuse(c, w.wrong, NULL);
	return r == CMD_ANSWERED ? control_done(c, &w, "unbanned") : r;
}

enum command_result
control_bans(struct command *c)
{
	uint32_t step = c->step & ~(uint32_t)STEP_ASKED;
	uint32_t i = step == 0 ? 1 : (uint32_t)c->cursor, n = 0;
	enum command_result r;
	const struct xline *x;

	/* nobody has come since the start */
	if (c->s->answer != 0 || (step == 0 && !xline_is_loaded())) {
		if ((r = xline_load(c)) != CMD_DONE)
			return r;
		c->step = c->cursor = 1;
		return CMD_MORE;
	}
	for (; i < state->xlines_high && i < XLINES_MAX; i++) {
		if (!xline_is_valid(i))
			continue;
		if (n++ == SHOWN) {
			c->step = 1;
			c->cursor = i;
			return CMD_MORE;
		}
		x = &xlines[i];
		row_begin();
		row_text("ban", x->mask);
		row_number("created", (long long)x->created);
		if (x->expires != 0)
			row_number("expires", (long long)x->expires);
		row_text("left", time_left(x));
		row_text("by", x->setter);
		row_text("kept", x->kept ? "yes" : "no");
		row_text("reason", x->reason);
		row_end(c);
	}
	return rows_ok(c);
}
