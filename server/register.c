/* SPDX-License-Identifier: ISC */
/*
 * Who one is: capability negotiation, password, nick and user name, the
 * welcome, and what a user says of itself later (nick, real name, user
 * modes).  Fields of the own session that come out the same when a step is
 * run again (capabilities, flags) are written right here; all else are ops.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../irc/capability.h"
#include "../irc/look.h"
#include "../irc/mode.h"
#include "../irc/multiline.h"
#include "../irc/utf8.h"
#include "account.h"
#include "ask.h"
#include "away.h"
#include "channel.h"
#include "deliver.h"
#include "device.h"
#include "handlers.h"
#include "local.h"
#include "metadata.h"
#include "monitor.h"
#include "registry.h"
#include "sasl.h"
#include "secure.h"
#include "session.h"
#include "version.h"
#include "words.h"
#include "worker.h"
#include "xline.h"

/* What this server offers, and what it does while it has a memory. */
static const uint64_t offered = CAP(MESSAGE_TAGS) | CAP(SERVER_TIME) |
    CAP(ECHO_MESSAGE) | CAP(LABELED_RESPONSE) | CAP(BATCH) |
    CAP(MULTI_PREFIX) | CAP(USERHOST_IN_NAMES) | CAP(AWAY_NOTIFY) |
    CAP(EXTENDED_JOIN) | CAP(CAP_NOTIFY) | CAP(SETNAME) | CAP(CHGHOST) |
    CAP(INVITE_NOTIFY) | CAP(ACCOUNT_TAG) | CAP(ACCOUNT_NOTIFY) |
    CAP(STANDARD_REPLIES) | CAP(EXTENDED_ISUPPORT) |
    CAP(NO_IMPLICIT_NAMES) | CAP(NO_NAMES) | CAP(PRE_AWAY) | CAP(MULTILINE) |
    CAP(METADATA) | CAP(OPER_TAG) | CAP(EXTENDED_MONITOR) |
    CAP(DRAFT_EXTENDED_MONITOR) | CAP(CHANNEL_RENAME);
static const uint64_t offered_with_store =
    CAP(SASL) | CAP(ACCOUNT_REGISTRATION) | CAP(CHATHISTORY) |
    CAP(EVENT_PLAYBACK) | CAP(MESSAGE_REDACTION) | CAP(READ_MARKER) |
    CAP(SEARCH);

enum {
	CAP_VERSION = 302,     /* of capability negotiation */
	CAP_ONE_LINE = 300,    /* bytes that fit one answer with any name */
};

/* ---- registration ---- */

/*
 * The steps of NICK, USER and CAP END, each of which may be what completes a
 * registration.  In each, the ops of the step before are done.
 */
enum {
	STEP_TRY = 1,  /* whether all is there, and the nick can be had */
	STEP_WELCOME,
	STEP_HANDED,   /* the session may be one of an older user by now */
	STEP_BANS,     /* before STEP_TRY: bans are fetched from the store */
	STEP_TAKE,     /* the nick */
	STEP_FETCH,    /* what the account says of itself is fetched */
	STEP_LOCAL,    /* before STEP_TRY: a user of this machine is signed
	                * in */
};

static void
welcome(struct command *c)
{
	char created[64], umodes[64], cmodes[64], pmodes[64];
	time_t t = (time_t)(state->started / 1000);
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(created, sizeof(created), "%Y-%m-%d at %H:%M:%S UTC", &tm);
	reply(c, RPL_WELCOME, config->network, source_of(c->uid));
	reply(c, RPL_YOURHOST, config->name, "moot-" MOOT_VERSION);
	reply(c, RPL_CREATED, created);
	reply(c, RPL_MYINFO, config->name, "moot-" MOOT_VERSION,
	    mode_letters(mode_user, umodes, sizeof(umodes)),
	    mode_letters(mode_channel, cmodes, sizeof(cmodes)),
	    mode_letters_param(pmodes, sizeof(pmodes)));
	reply_isupport(c);
	reply_lusers(c);
	metadata_welcome(c);
	reply_motd(c);
}

/* The nick that the user will have: another client may have it still. */
static const char *
wanted_nick(const struct command *c)
{
	return c->u->flags & USER_WISH ? aways[c->uid].text : c->u->nick;
}

/* Whether NICK mixes scripts that look alike.  Whose account looks the same
 * deceives nobody. */
static int
is_mixed(const struct command *c, const char *nick)
{
	return look_mixes(nick) && !look_same(nick, c->u->account);
}

/* It cannot be had: NICK has to be sent again. */
static enum command_result
deny_nick(struct command *c, int wrong)
{
	if (wrong)
		reply(c, ERR_ERRONEUSNICKNAME, wanted_nick(c));
	else
		reply(c, ERR_NICKNAMEINUSE, wanted_nick(c));
	if (c->u->flags & USER_WISH)
		command_op(c, OP_WISH, c->uid);
	else
		command_op(c, OP_NICK, c->uid);
	return CMD_DONE;
}

/* It is the device of a user who is here: it goes there, and then on. */
static enum command_result
hand_over(struct command *c)
{
	me->txn.after = SESSION_HANDED;
	c->step = STEP_HANDED;
	return CMD_MORE;
}

/* The nick is the user's, if it is anybody's: takes it, and registers. */
static enum command_result
take_nick(struct command *c)
{
	const char *nick = wanted_nick(c);
	uint32_t other = registry_find_look(nick, c->uid);
	enum command_result r;

	if (device_is_other(c))
		return hand_over(c);
	if (other != 0) {
		if (!look_same(nick, c->u->account))
			return deny_nick(c, 0);
		if (device_may_come(other))
			return CMD_WAIT;
		if ((r = account_take(c, nick)) != CMD_DONE)
			return r;
	}
	if (c->u->flags & USER_WISH) {
		if (!deliver_names_settled())
			return CMD_WAIT;
		op_text(command_op(c, OP_NICK, c->uid), nick);
	}
	sasl_abort(c);
	command_op(c, OP_REGISTER, c->uid);
	monitor_online(c, nick);
	away_begin(c);
	c->step = STEP_WELCOME;
	return CMD_MORE;
}

/* Whether it has said all that is needed. */
static int
is_complete(const struct command *c)
{
	return !(c->u->flags & USER_REGISTERED) &&
	    wanted_nick(c)[0] != '\0' && c->u->user[0] != '\0' &&
	    !(c->s->flags & SESSION_CAP);
}

static enum command_result
try_register(struct command *c)
{
	enum command_result r;

	if (!is_complete(c))
		return CMD_DONE;
	if (config->password[0] != '\0' && !(c->s->flags & SESSION_PASS)) {
		reply(c, ERR_PASSWDMISMATCH);
		session_close(c->sid, "Bad password");
		return CMD_DONE;
	}
	if (xline_refuse(c))
		return CMD_DONE;
	if (device_is_other(c))
		return hand_over(c);
	if ((r = account_may_have(c, wanted_nick(c))) == CMD_ANSWERED)
		return deny_nick(c, 0);
	if (r == CMD_DONE && is_mixed(c, wanted_nick(c)))
		return deny_nick(c, 1);
	if (r != CMD_DONE || !(c->u->flags & USER_UNFETCHED))
		return r == CMD_DONE ? take_nick(c) : r;
	c->step = STEP_FETCH;
	c->cursor = 0;
	return CMD_MORE;
}

/* Before anybody can see it. */
static enum command_result
fetch(struct command *c)
{
	enum command_result r = metadata_settle(c);

	if (r != CMD_DONE)
		return r;
	c->step = STEP_TAKE;
	c->cursor = 0;
	return CMD_MORE;
}

/* The server has just been started: whom it keeps out is not known yet. */
static enum command_result
fetch_bans(struct command *c)
{
	enum command_result r = xline_load(c);

	if (r != CMD_DONE)
		return r;
	c->step = STEP_LOCAL;
	c->cursor = 0;
	return CMD_MORE;
}

static enum command_result
sign_in(struct command *c)
{
	enum command_result r = CMD_DONE;

	if (is_complete(c) && ((c->step & STEP_ASKED) || local_waits(c)))
		r = local_sign_in(c);
	if (r != CMD_DONE)
		return r;
	c->step = STEP_TRY;
	c->cursor = 0;
	return CMD_MORE;
}

/* The steps behind the first one. */
static enum command_result
go_on(struct command *c)
{
	switch (c->step & ~(uint32_t)STEP_ASKED) {
	case STEP_BANS:
		return fetch_bans(c);
	case STEP_LOCAL:
		return sign_in(c);
	case STEP_TRY:
		return try_register(c);
	case STEP_HANDED:
		if (!(c->u->flags & USER_REGISTERED))
			return try_register(c);
		/* it was nobody's to look at on the way */
		if (xline_refuse(c))
			return CMD_DONE;
		away_arrive(c);
		welcome(c);
		return CMD_DONE;
	case STEP_WELCOME:
		/* with the nick it has now */
		if (!xline_refuse(c))
			welcome(c);
		return CMD_DONE;
	case STEP_FETCH:
		return fetch(c);
	default: /* of account_take() */
		return take_nick(c);
	}
}

static enum command_result
then_register(struct command *c)
{
	if (c->u->flags & USER_REGISTERED)
		return CMD_DONE;
	c->step = !xline_is_loaded() ? STEP_BANS
	    : c->s->kind == LISTEN_LOCAL ? STEP_LOCAL
	                                 : STEP_TRY;
	return CMD_MORE;
}

enum command_result
cmd_pass(struct command *c)
{
	if (strcmp(c->m.param[0], config->password) == 0)
		c->s->flags |= SESSION_PASS;
	else
		c->s->flags &= ~(uint32_t)SESSION_PASS;
	return CMD_DONE;
}

/* Another nick for one who is registered; it is valid. */
static enum command_result
change_nick(struct command *c, const char *nick)
{
	uint32_t other = registry_find_look(nick, c->uid);
	struct envelope *e;
	struct op *op;
	enum command_result r;

	if (other != 0) {
		if (!look_same(nick, c->u->account)) {
			reply(c, ERR_NICKNAMEINUSE, nick);
			return CMD_DONE;
		}
		if ((r = account_take(c, nick)) != CMD_DONE)
			return r;
	}
	if (strcmp(nick, c->u->nick) == 0)
		return CMD_DONE;
	if (name_cmp(nick, c->u->nick) != 0 &&
	    (r = account_may_have(c, nick)) != CMD_DONE) {
		if (r != CMD_ANSWERED)
			return r;
		reply(c, ERR_NICKNAMEINUSE, nick);
		return CMD_DONE;
	}
	if (is_mixed(c, nick)) {
		reply(c, ERR_ERRONEUSNICKNAME, nick);
		return CMD_DONE;
	}
	if (!deliver_names_settled())
		return CMD_WAIT;
	e = command_event(c, EVENT_TO_ROOMS);
	event_text_line(e, 0, "NICK", nick, NULL);
	event_rooms_of(e, c->uid);
	event_monitored(e, MONITORED_RENAME);
	reply_event(c);
	op = command_op(c, OP_NICK, c->uid);
	op_text(op, nick);
	op->x = wall_ms;
	return CMD_DONE;
}

/*
 * Before the registration a nick is had at once, unless somebody else has it:
 * then who may still log in waits for it, and gets it if it turns out to be
 * the owner.
 */
static enum command_result
first_nick(struct command *c, const char *nick)
{
	uint32_t other = registry_find_look(nick, c->uid);

	if (other == 0) {
		if (strcmp(nick, c->u->nick) != 0) {
			if (!deliver_names_settled())
				return CMD_WAIT;
			op_text(command_op(c, OP_NICK, c->uid), nick);
		}
		if (c->u->flags & USER_WISH)
			command_op(c, OP_WISH, c->uid);
		c->s->flags &= ~(uint32_t)SESSION_DENIED;
		return then_register(c);
	}
	c->s->flags |= SESSION_DENIED;
	if (!look_same(nick, c->u->account) &&
	    !((c->s->flags & SESSION_CAP) && store_accepts()) &&
	    !local_waits(c)) {
		reply(c, ERR_NICKNAMEINUSE, nick);
		return CMD_DONE;
	}
	op_text(command_op(c, OP_WISH, c->uid), nick);
	return then_register(c);
}

enum command_result
cmd_nick(struct command *c)
{
	const char *nick = c->m.param[0];
	uint32_t r;
	int banned;

	if (c->step == STEP_WELCOME || c->step == STEP_HANDED ||
	    (c->step > 0 && !(c->u->flags & USER_REGISTERED)))
		return go_on(c);
	if (nick == NULL || nick[0] == '\0') {
		reply(c, ERR_NONICKNAMEGIVEN);
		return CMD_DONE;
	}
	if (!name_is_nick(nick)) {
		reply(c, ERR_ERRONEUSNICKNAME,
		    strchr(nick, ' ') != NULL || nick[0] == ':' ? "*" : nick);
		return CMD_DONE;
	}
	if (account_looks_service(nick)) {
		reply(c, ERR_NICKNAMEINUSE, nick);
		return CMD_DONE;
	}
	if (c->step == 0 && (r = channel_keeps_nick(c, &banned)) != 0) {
		if (banned)
			reply(c, ERR_BANNICKCHANGE, nick, rooms[r].name);
		else
			reply(c, ERR_NONICKCHANGE, rooms[r].name);
		return CMD_DONE;
	}
	return c->u->flags & USER_REGISTERED ? change_nick(c, nick)
	                                     : first_nick(c, nick);
}

enum command_result
cmd_user(struct command *c)
{
	char user[NAME_USER + 1];
	const char *real = c->m.param[3];

	if (c->step > 0)
		return go_on(c);
	if (c->u->user[0] != '\0') {
		reply(c, ERR_ALREADYREGISTERED);
		return CMD_DONE;
	}
	if (c->m.param[0][0] == '\0' || real[0] == '\0') {
		reply(c, ERR_NEEDMOREPARAMS, "USER");
		return CMD_DONE;
	}
	name_clean_user(user, sizeof(user), c->m.param[0]);
	op_text(command_op(c, OP_USER, c->uid), user);
	c->m.param[3][utf8_cut(real, strlen(real), NAME_REAL)] = '\0';
	op_text(command_op(c, OP_REAL, c->uid), real);
	return then_register(c);
}

enum command_result
cmd_quit(struct command *c)
{
	char reason[AWAY_MAX + 1];

	if (c->m.nparam > 0)
		c->m.param[0][utf8_cut(c->m.param[0], strlen(c->m.param[0]),
		    AWAY_MAX - 8)] = '\0';
	snprintf(reason, sizeof(reason), "Quit: %s",
	    c->m.nparam > 0 ? c->m.param[0] : "");
	session_close(c->sid, reason);
	return CMD_DONE;
}

enum command_result
cmd_ping(struct command *c)
{
	if (c->m.nparam == 0) {
		reply(c, ERR_NEEDMOREPARAMS, "PING");
		return CMD_DONE;
	}
	if (c->m.param[0][0] == '\0') {
		reply(c, ERR_NOORIGIN);
		return CMD_DONE;
	}
	reply_line(c, ":%s PONG %s :%s", config->name, config->name,
	    c->m.param[0]);
	return CMD_DONE;
}

enum command_result
cmd_pong(struct command *c)
{
	c->s->flags &= ~(uint32_t)SESSION_PINGED;
	return CMD_DONE;
}

/* ---- CAP: capability-negotiation, version 302 ---- */

static const char *
cap_nick(const struct command *c)
{
	return c->u->nick[0] != '\0' ? c->u->nick : "*";
}

static uint64_t
cap_offered(void)
{
	uint64_t caps = offered;

	if (store_accepts())
		caps |= offered_with_store;
	if ((config->registration & REGISTRATION_POLICY) ==
	    REGISTRATION_CLOSED)
		caps &= ~CAP(ACCOUNT_REGISTRATION);
	if (config->metadata_keys == 0)
		caps &= ~CAP(METADATA);
	return caps;
}

/*
 * Strict transport security, for the client of S: where TLS is, or how long
 * there is nothing else; NULL for nothing.  What stays on this machine needs
 * none.  It can be seen, but not requested: it is no part of cap_offered().
 */
static const char *
sts_value(const struct session *s)
{
	const struct config_sts *sts = &config->sts;
	static char value[48];

	if (!sts->on || secure_is_here(&s->addr) ||
	    (sts->duration == 0 && s->secure == 0))
		return NULL;
	if (s->secure != 0)
		snprintf(value, sizeof(value), "duration=%u%s", sts->duration,
		    sts->preload ? ",preload" : "");
	else
		snprintf(value, sizeof(value), "port=%u", sts->port);
	return value;
}

/* What CAP LS 302 says to S of a capability beside its name, NULL for
 * nothing. */
static const char *
cap_value(const struct session *s, uint64_t cap)
{
	static char limits[48];

	if (cap == CAP(STS))
		return sts_value(s);
	if (cap == CAP(SASL))
		return sasl_mechanisms();
	if (cap == CAP(METADATA))
		return metadata_limits();
	if (cap == CAP(ACCOUNT_REGISTRATION))
		return account_keys();
	if (cap == CAP(MULTILINE)) {
		snprintf(limits, sizeof(limits), "max-bytes=%d,max-lines=%d",
		    MULTILINE_BYTES, MULTILINE_LINES);
		return limits;
	}
	return NULL;
}

/* "name" or, with VALUES, "name=value" of capability I, for S. */
static size_t
cap_text(const struct session *s, int i, int values, char *buf, size_t size)
{
	const char *value = values ? cap_value(s, UINT64_C(1) << i) : NULL;

	return (size_t)snprintf(buf, size, "%s%s%s", capability_name(i),
	    value != NULL ? "=" : "", value != NULL ? value : "");
}

/* The lines of an answer of CAP; AGAIN, "* ", marks all but the last one. */
struct cap_lines {
	struct command *c;
	const char *sub, *again;
	struct words w;
};

static void
cap_begin(struct cap_lines *l, struct command *c, const char *sub,
    const char *again)
{
	l->c = c;
	l->sub = sub;
	l->again = again;
	/* CAP takes as much as the three digits of a numeric */
	words_begin(&l->w, c, strlen(sub) + strlen(" * :"));
}

static void
cap_line(struct cap_lines *l, const char *again)
{
	reply_line(l->c, ":%s CAP %s %s %s:%s", config->name,
	    cap_nick(l->c), l->sub, again, l->w.text);
	words_clear(&l->w);
}

static void
cap_word(struct cap_lines *l, const char *word, size_t n)
{
	if (words_add(&l->w, word, n))
		return;
	cap_line(l, l->again);
	words_add(&l->w, word, n);
}

/* Lists the capabilities of SET over as many lines as they need. */
static void
cap_list(struct command *c, const char *sub, uint64_t set, int values)
{
	struct cap_lines l;
	char text[128];
	int i;

	cap_begin(&l, c, sub, "* ");
	for (i = 0; i < CAPABILITY_COUNT; i++)
		if (set & UINT64_C(1) << i)
			cap_word(&l, text,
			    cap_text(c->s, i, values, text, sizeof(text)));
	cap_line(&l, "");
}

/*
 * To who has not said 302: one line, and what has room there.  The ratified
 * ones come first, for a client as old as that knows no draft; they can be had
 * all the same.
 */
static void
cap_list_old(struct command *c, const char *sub, uint64_t set)
{
	struct cap_lines l;
	int i, draft;

	cap_begin(&l, c, sub, "");
	for (draft = 0; draft < 2; draft++)
		for (i = 0; i < CAPABILITY_COUNT; i++) {
			const char *name = capability_name(i);
			if ((set & UINT64_C(1) << i) &&
			    (strchr(name, '/') != NULL) == draft)
				words_add(&l.w, name, strlen(name));
		}
	cap_line(&l, "");
}

/* What is offered now of that which comes and goes. */
static uint64_t
cap_varying(void)
{
	return cap_offered() & offered_with_store;
}

/* What the client of S was last told of that. */
static uint64_t
cap_known(const struct session *s)
{
	uint64_t set = s->flags & SESSION_TOLD ? offered_with_store : 0;

	return s->flags & SESSION_TOLD_OPEN
	    ? set
	    : set & ~CAP(ACCOUNT_REGISTRATION);
}

/* The client of S knows what is offered now. */
static void
cap_told(struct session *s)
{
	s->flags &= ~(uint32_t)(SESSION_TOLD | SESSION_TOLD_OPEN);
	if (cap_offered() & CAP(ACCOUNT_REGISTRATION))
		s->flags |= SESSION_TOLD_OPEN;
	if (store_accepts())
		s->flags |= SESSION_TOLD;
}

/* CAP NEW or DEL of SET to session I. */
static void
cap_change(uint32_t i, const char *sub, uint64_t set, int values)
{
	const char *nick = users[sessions[i].user].nick;
	char line[1024], text[128];
	size_t n;
	int k;

	if (set == 0)
		return;
	n = (size_t)snprintf(line, sizeof(line), ":%s CAP %s %s :",
	    config->name, nick[0] != '\0' ? nick : "*", sub);
	for (k = 0; k < CAPABILITY_COUNT; k++)
		if (set & UINT64_C(1) << k) {
			cap_text(&sessions[i], k, values, text, sizeof(text));
			n += (size_t)snprintf(line + n, sizeof(line) - n,
			    "%s ", text);
		}
	memcpy(line + n - 1, "\r\n", 2);
	session_append(i, line, n + 1);
}

/*
 * What SESSION_TOLD says has changed, with the store or by a reload: CAP NEW
 * and DEL.  If the worker dies between the line and the flag it is told twice,
 * which changes nothing.
 */
void
cap_tell(uint32_t i)
{
	struct session *s = &sessions[i];
	uint64_t was = cap_known(s), now = cap_varying();

	if (!session_is_client(s) || !(s->caps & CAP(CAP_NOTIFY)) ||
	    was == now)
		return;
	cap_change(i, "DEL", was & ~now, 0);
	cap_change(i, "NEW", now & ~was,
	    (s->flags & SESSION_CAP302) != 0);
	s->caps &= ~(was & ~now);
	cap_told(s);
}

static uint64_t
hash_add(uint64_t h, const void *data, size_t n)
{
	const unsigned char *p = data;

	while (n-- > 0)
		h = (h ^ *p++) * UINT64_C(1099511628211);
	return h;
}

/* The values that a reload can change, for me->caps: hashes, never 0. */
static void
cap_hashes(uint64_t hash[2])
{
	const uint64_t h = UINT64_C(14695981039346656037);
	const char *sasl = sasl_mechanisms();

	hash[0] = hash_add(h, sasl, strlen(sasl)) | 1;
	hash[1] = hash_add(h, &config->sts, sizeof(config->sts)) | 1;
}

/* Session I hears what STS is now.  It is never taken back, but by a duration
 * of nothing, which those who are secure are told. */
static void
sts_tell(uint32_t i)
{
	const struct session *s = &sessions[i];
	const char *nick = users[s->user].nick;
	char line[256];
	int n;

	if (sts_value(s) != NULL) {
		cap_change(i, "NEW", CAP(STS), 1);
		return;
	}
	if (config->sts.on || s->secure == 0 || secure_is_here(&s->addr))
		return;
	n = snprintf(line, sizeof(line), ":%s CAP %s NEW :sts=duration=0\r\n",
	    config->name, nick[0] != '\0' ? nick : "*");
	session_append(i, line, (size_t)n);
}

/*
 * After a reload or an upgrade: those who know values hear the new ones.  If
 * the worker dies meanwhile some hear it twice, which changes nothing.
 */
void
cap_look(void)
{
	const uint64_t *was = me->caps;
	uint64_t now[2];
	uint32_t i;

	cap_hashes(now);
	for (i = 1; was[0] != 0 && memcmp(was, now, sizeof(now)) != 0 &&
	     i < state->sessions.high; i++) {
		const struct session *s = &sessions[i];

		if (s->worker != my_id || !session_is_client(s) ||
		    !(s->flags & SESSION_CAP302))
			continue;
		if (was[0] != now[0] && (cap_known(s) & CAP(SASL)))
			cap_change(i, "NEW", CAP(SASL), 1);
		if (was[1] != now[1])
			sts_tell(i);
	}
	memcpy(me->caps, now, sizeof(now));
}

static void
cap_negotiates(struct command *c)
{
	if (!(c->u->flags & USER_REGISTERED))
		c->s->flags |= SESSION_CAP;
}

static enum command_result
cap_ls(struct command *c)
{
	unsigned long version = c->m.nparam > 1
	    ? strtoul(c->m.param[1], NULL, 10)
	    : 0;

	cap_negotiates(c);
	cap_told(c->s);
	if (version < CAP_VERSION) {
		cap_list_old(c, "LS", cap_offered());
		return CMD_DONE;
	}
	c->s->flags |= SESSION_CAP302;
	c->s->caps |= CAP(CAP_NOTIFY);
	cap_list(c, "LS",
	    cap_offered() | (sts_value(c->s) != NULL ? CAP(STS) : 0), 1);
	return CMD_DONE;
}

static enum command_result
cap_show(struct command *c)
{
	if (c->s->flags & SESSION_CAP302)
		cap_list(c, "LIST", c->s->caps, 0);
	else
		cap_list_old(c, "LIST", c->s->caps);
	return CMD_DONE;
}

/* The client's words as they came, but over several lines if need be: the
 * server's part of a line may be longer than the client's. */
static void
cap_verdict(struct command *c, const char *sub, const char *list)
{
	struct cap_lines l;
	size_t n;

	if (strlen(list) < CAP_ONE_LINE) {
		reply_line(c, ":%s CAP %s %s :%s", config->name, cap_nick(c),
		    sub, list);
		return;
	}
	cap_begin(&l, c, sub, "");
	for (list += strspn(list, " "); *list != '\0';
	     list += n, list += strspn(list, " ")) {
		n = strcspn(list, " ");
		cap_word(&l, list, n);
	}
	cap_line(&l, "");
}

static enum command_result
cap_req(struct command *c)
{
	const char *list = c->m.nparam > 1 ? c->m.param[1] : "";
	uint64_t caps = c->s->caps;
	int ok = capability_request(&caps, cap_offered(), list) == 0;

	cap_negotiates(c);
	/* a 302 client has cap-notify for good */
	if (c->s->flags & SESSION_CAP302)
		caps |= CAP(CAP_NOTIFY);
	if (ok && (caps & ~c->s->caps & CAP(CAP_NOTIFY)))
		cap_told(c->s);
	/* who takes either back has subscribed to nothing */
	if (ok && (c->s->caps & ~caps & (CAP(METADATA) | CAP(BATCH))))
		c->s->flags &= ~(uint32_t)SESSION_SUBSCRIBED;
	if (ok)
		c->s->caps = caps;
	cap_verdict(c, ok ? "ACK" : "NAK", list);
	return CMD_DONE;
}

static enum command_result
cap_end(struct command *c)
{
	c->s->flags &= ~(uint32_t)SESSION_CAP;
	return then_register(c);
}

enum command_result
cmd_cap(struct command *c)
{
	static const struct {
		const char *name;
		command_fn *run;
	} subs[] = { { "LS", cap_ls }, { "LIST", cap_show },
		{ "REQ", cap_req }, { "END", cap_end } };
	size_t i;

	if (c->step > 0)
		return go_on(c);
	for (i = 0; i < sizeof(subs) / sizeof(subs[0]); i++)
		if (name_cmp(subs[i].name, c->m.param[0]) == 0)
			return subs[i].run(c);
	reply(c, ERR_INVALIDCAPCMD,
	    c->m.param[0][0] != '\0' && strchr(c->m.param[0], ' ') == NULL
	        ? c->m.param[0]
	        : "*");
	return CMD_DONE;
}

/* ---- later ---- */

enum command_result
cmd_setname(struct command *c)
{
	char *real = c->m.param[0];
	struct envelope *e;

	if (real[0] == '\0' || strlen(real) > NAME_REAL) {
		reply_line(c,
		    ":%s FAIL SETNAME INVALID_REALNAME :Realname is not valid",
		    config->name);
		return CMD_DONE;
	}
	e = command_event(c, EVENT_TO_ROOMS);
	event_alt(e, CAP(SETNAME), ":%s SETNAME :%s", source_of(c->uid), real);
	event_rooms_of(e, c->uid);
	event_monitored(e, MONITORED_NEWS);
	reply_event(c);
	op_text(command_op(c, OP_REAL, c->uid), real);
	return CMD_DONE;
}

uint32_t
user_modes(uint32_t u)
{
	return users[u].modes | (secure_user(u) ? USER_SECURE : 0);
}

const char *
user_modes_text(uint32_t modes, char *buf)
{
	const struct mode *m;
	char *p = buf;

	*p++ = '+';
	for (m = mode_user; m->letter != 0; m++)
		if (modes & m->bit)
			*p++ = m->letter;
	*p = '\0';
	return buf;
}

/* "+i-w" out of what changed between two sets; "" when nothing did. */
static void
user_modes_changed(uint32_t before, uint32_t after, char *buf)
{
	const struct mode *m;
	int adding;
	char sign;

	for (adding = 1; adding >= 0; adding--) {
		sign = adding ? '+' : '-';
		for (m = mode_user; m->letter != 0; m++) {
			if (!((before ^ after) & m->bit) ||
			    ((after & m->bit) != 0) != adding)
				continue;
			if (sign != 0)
				*buf++ = sign;
			sign = 0;
			*buf++ = m->letter;
		}
	}
	*buf = '\0';
}

enum command_result
cmd_user_mode(struct command *c)
{
	struct mode_parser p = { .table = mode_user, .modes = c->m.param[1],
		.params = &c->m.param[2] };
	struct mode_change ch;
	uint32_t modes = c->u->modes, u;
	char text[40];
	int unknown = 0;

	u = registry_find_nick(c->m.param[0]);
	if (u == 0 || !(users[u].flags & USER_REGISTERED)) {
		reply(c, ERR_NOSUCHNICK, word_or_star(c->m.param[0]));
		return CMD_DONE;
	}
	if (u != c->uid) {
		reply(c, ERR_USERSDONTMATCH);
		return CMD_DONE;
	}
	if (c->m.nparam < 2) {
		reply(c, RPL_UMODEIS, user_modes_text(user_modes(u), text));
		return CMD_DONE;
	}
	while (mode_next(&p, &ch))
		if (ch.mode == NULL)
			unknown = 1;
		else if (!ch.adding)
			modes &= ~ch.mode->bit;
		else if (!(ch.mode->bit & (USER_OPERATOR | USER_SECURE)))
			modes |= ch.mode->bit; /* +o is OPER's business */
	if (unknown)
		reply(c, ERR_UMODEUNKNOWNFLAG);
	if (modes == c->u->modes)
		return CMD_DONE;
	user_modes_changed(c->u->modes, modes, text);
	command_op(c, OP_USER_MODES, c->uid)->b = modes;
	/* for its own sessions alone */
	event_line(command_event(c, EVENT_TO_ROOMS), ":%s MODE %s :%s",
	    source_of(c->uid), c->u->nick, text);
	reply_event(c);
	return CMD_DONE;
}
