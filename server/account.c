/* SPDX-License-Identifier: ISC */
/*
 * Accounts: REGISTER and VERIFY (draft/account-registration), and what being
 * logged in means here.
 *
 * The store knows who has an account; the segment knows who is logged in
 * (users[].account).  Each question goes to the store and is answered in a
 * later run of the handler, so nobody waits for a password to be hashed.
 *
 * The nick that is an account's name is its owner's.  It is asked for when a
 * registration is completed and when a nick is changed; who logs in and finds
 * it used by another has that one cut.  While there is no store, nobody can
 * tell whose a nick is, and people may have what is free.
 *
 * An answer that was given before an account was suspended or removed must not
 * log in afterwards: the steps that use it compare a count of such events, and
 * hold the lock under which the administrator's order goes over the users.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ipc/mailbox.h"
#include "../irc/capability.h"
#include "../irc/look.h"
#include "account.h"
#include "ask.h"
#include "deliver.h"
#include "handlers.h"
#include "local.h"
#include "oper.h"
#include "owned.h"
#include "registry.h"
#include "session.h"
#include "words.h"
#include "worker.h"
#include "xline.h"

enum {
	STEP_FIRST,
	STEP_KILLED = STEP_RECLAIM + 1, /* the cursor says who was cut */
};

const char *
account_policy(void)
{
	static const char *const policy[] = {
		[REGISTRATION_OPEN] = "policy=open",
		[REGISTRATION_CLOSED] = "policy=closed",
		[REGISTRATION_INVITE] = "policy=invite",
	};

	return policy[config->registration & REGISTRATION_POLICY];
}

const char *
account_keys(void)
{
	static const char *const keys[] = {
		[0] = "before-connect,custom-account-name",
		[REGISTRATION_EMAIL] = "before-connect,custom-account-name,"
		                       "email-required",
		[REGISTRATION_LATE] = "custom-account-name",
		[REGISTRATION_EMAIL | REGISTRATION_LATE] =
		    "custom-account-name,email-required",
	};

	return keys[config->registration & ~REGISTRATION_POLICY];
}

/* ---- answers ---- */

static void
count_failure(const struct message *m)
{
	if (strcmp(m->command, "FAIL") == 0 && m->nparam > 1 &&
	    (strcmp(m->param[1], "BAD_CREDENTIALS") == 0 ||
		strcmp(m->param[1], "RATE_LIMITED") == 0))
		worker_count(COUNT_LOGINS_FAILED, 1);
}

int
account_verdict(struct command *c, struct message *m)
{
	static struct message none = { .command = "FAIL", .nparam = 4,
		.param = { "*", "TEMPORARILY_UNAVAILABLE", "*",
		    "The server's memory gave no answer" } };

	while (ask_message(c, m)) {
		if (strcmp(m->command, "DELAY") != 0 || m->nparam < 1) {
			count_failure(m);
			return 1;
		}
		if (now_ms < c->s->heard + strtoull(m->param[0], NULL, 10))
			return 0;
	}
	*m = none;
	return 1;
}

void
account_asks(struct command *c)
{
	if (!(c->step & STEP_ASKED))
		c->cursor = state->revoked;
}

int
account_stale(struct command *c)
{
	if (c->cursor == state->revoked)
		return 0;
	c->step &= ~(uint32_t)STEP_ASKED;
	return 1;
}

/* ---- logging in ---- */

static const char *
or_star(const char *text)
{
	return text[0] != '\0' ? text : "*";
}

uint32_t
account_user_flags(const char *flags)
{
	static const char word[] = "always-on";
	size_t n;

	for (; *flags != '\0'; flags += n + (flags[n] == ',')) {
		n = strcspn(flags, ",");
		if (n == strlen(word) && strncmp(flags, word, n) == 0)
			return USER_ALWAYS_ON;
	}
	return 0;
}

void
account_login(struct command *c, const char *account, const char *flags)
{
	struct envelope *e;
	struct op *op;

	if (account[0] != '\0')
		reply(c, RPL_LOGGEDIN, or_star(c->u->nick),
		    or_star(c->u->user), c->u->host, account, account);
	else
		reply(c, RPL_LOGGEDOUT, or_star(c->u->nick),
		    or_star(c->u->user), c->u->host);
	if (account[0] != '\0')
		xline_refuse_account(c, account);
	op = command_op(c, OP_ACCOUNT, c->uid);
	op->b = account_user_flags(flags);
	op->c = c->u->account[0] != '\0' &&
	    name_cmp(c->u->account, account) != 0;
	op_text(op, account);
	if (!(c->u->flags & USER_REGISTERED))
		return;
	e = command_event(c, EVENT_TO_ROOMS);
	event_account(e, account);
	event_alt(e, CAP(ACCOUNT_NOTIFY), ":%s ACCOUNT %s",
	    source_of(c->uid), or_star(account));
	event_rooms_of(e, c->uid);
	event_monitored(e, MONITORED_NEWS);
	reply_event(c);
}

void
account_kill(struct command *c, uint32_t u, const char *reason)
{
	struct envelope *e = command_event(c, EVENT_KILL);

	e->source = e->source_gen = 0;
	event_target_user(e, u);
	event_line(e, "%s", reason);
}

uint32_t
account_next(const char *account, uint32_t u)
{
	if (u < MAILBOX_SYSTEM)
		u = MAILBOX_SYSTEM;
	for (; u < state->users.high; u++)
		if ((users[u].flags & USER_LIVE) &&
		    users[u].account[0] != '\0' &&
		    name_cmp(users[u].account, account) == 0)
			return u;
	return 0;
}

enum command_result
account_cut(struct command *c, const char *account, const char *reason)
{
	uint32_t u = account_next(account, (uint32_t)c->cursor);

	if (u == c->uid)
		u = account_next(account, u + 1);
	if (u == 0)
		return CMD_DONE;
	account_kill(c, u, reason);
	c->cursor = u + 1;
	return CMD_MORE;
}

/* Who was cut, so that it is not cut again: the slot may be another's soon. */
static uint64_t
who_is(uint32_t u)
{
	return (uint64_t)users[u].gen << 32 | u;
}

/* Whether U, who has a nick that looks like NICK, has it of right: another one,
 * and an account of that look. */
static int
has_of_right(uint32_t u, const char *nick)
{
	return name_cmp(users[u].nick, nick) != 0 &&
	    look_same(users[u].account, nick);
}

/*
 * Nobody but C's user has NICK, or one that looks like it: CMD_DONE.  Else
 * whoever has it is cut, and then the end of that is waited for.
 */
enum command_result
account_take(struct command *c, const char *nick)
{
	uint32_t u = registry_find_look(nick, c->uid);

	if (u == 0 || has_of_right(u, nick))
		return CMD_DONE;
	if (c->step == STEP_KILLED && c->cursor == who_is(u))
		return CMD_WAIT;
	account_kill(c, u, users[u].account[0] != '\0' &&
	        name_cmp(users[u].account, c->u->account) == 0
	    ? "Ghost: its owner is back"
	    : "This nick belongs to an account");
	c->cursor = who_is(u);
	c->step = STEP_KILLED;
	return CMD_MORE;
}

enum command_result
account_reclaim(struct command *c)
{
	/* before its registration it takes what it wants as the last step */
	if (!(c->u->flags & USER_REGISTERED) || c->u->account[0] == '\0')
		return CMD_DONE;
	return account_take(c, c->u->account);
}

enum command_result
account_may_have(struct command *c, const char *nick)
{
	enum command_result r;
	struct message m;

	if (look_same(nick, c->u->account))
		return CMD_DONE;
	if (c->s->answer == 0 && (!store_accepts() || !owned_maybe(nick)))
		return CMD_DONE;
	if ((r = ask(c, "OWNER %s", nick)) != CMD_ANSWERED)
		return r;
	account_verdict(c, &m);
	return strcmp(m.command, "OWNER") == 0 ? CMD_ANSWERED : CMD_DONE;
}

/* ---- REGISTER, VERIFY ---- */

static enum command_result
fail(struct command *c, const char *code, const char *account,
    const char *text)
{
	reply_line(c, ":%s FAIL %s %s %s :%s", config->name, c->row->name,
	    code, word_or_star(account), text);
	c->failed = 1;
	return CMD_DONE;
}

const char *
account_refuses_email(const char *email)
{
	return (config->registration & REGISTRATION_EMAIL) &&
	        strchr(email, '@') == NULL
	    ? "An account needs an address of mail here"
	    : NULL;
}

/* Why NAME cannot be registered now by C's user; NULL when it can. */
static const char *
refuse_register(struct command *c, const char *name, const char **code)
{
	uint32_t other = registry_find_look(name, c->uid);

	*code = "ALREADY_AUTHENTICATED";
	if (c->u->account[0] != '\0')
		return "You are logged in already";
	*code = "COMPLETE_CONNECTION_REQUIRED";
	if ((config->registration & REGISTRATION_LATE) &&
	    !(c->u->flags & USER_REGISTERED))
		return "Connect first, then register";
	if (config->password[0] != '\0' &&
	    !(c->u->flags & USER_REGISTERED) && !(c->s->flags & SESSION_PASS))
		return "The server's password comes first";
	*code = "NEED_NICK";
	if (name[0] == '\0' && !(c->s->flags & SESSION_DENIED))
		return "You have no nick";
	*code = "USERNAME_EXISTS";
	if (name[0] == '\0' || (other != 0 && other != c->uid))
		return "Somebody else has that nick";
	*code = "BAD_ACCOUNT_NAME";
	if (!name_is_nick(name) || account_looks_service(name))
		return "An account is named as a nick is";
	if (local_keeps(c, name))
		return "That is the name of a user of the server's machine";
	if (look_mixes(name))
		return "It mixes letters that look alike";
	*code = "INVALID_EMAIL";
	return account_refuses_email(c->m.param[1]);
}

/* Passes the store's answer on; logs in if it says so. */
static enum command_result
registered(struct command *c)
{
	struct message m;

	if (!account_verdict(c, &m))
		return CMD_WAIT;
	if (m.nparam >= 3 && strcmp(m.command, c->row->name) == 0) {
		reply_line(c, ":%s %s %s %s :%s", config->name, m.command,
		    m.param[0], m.param[1], m.param[2]);
		if (strcmp(m.param[0], "SUCCESS") != 0)
			return CMD_DONE;
		account_login(c, m.param[1], "");
		c->step = STEP_RECLAIM;
		return CMD_MORE;
	}
	if (m.nparam < 4)
		return fail(c, "TEMPORARILY_UNAVAILABLE", "*",
		    "The server's memory is not understood");
	return fail(c, m.param[1], m.param[2], m.param[3]);
}

enum command_result
cmd_register(struct command *c)
{
	const char *name = c->m.param[0], *why, *code;
	enum command_result r;

	if (c->step >= STEP_RECLAIM && !(c->step & STEP_ASKED))
		return account_reclaim(c);
	if (strcmp(name, "*") == 0)
		name = c->u->nick;
	if (!(c->step & STEP_ASKED) &&
	    (why = refuse_register(c, name, &code)) != NULL)
		return fail(c, code, c->m.param[0], why);
	c->context = account_policy();
	c->as_user = !oper_may(c->uid, PRIV_ALL);
	if ((r = ask(c, "REGISTER %s %s :%s", name,
	         word_or_star(c->m.param[1]), c->m.param[2])) != CMD_ANSWERED)
		return r;
	return registered(c);
}

enum command_result
cmd_verify(struct command *c)
{
	enum command_result r;

	if (c->step >= STEP_RECLAIM && !(c->step & STEP_ASKED))
		return account_reclaim(c);
	if (c->u->account[0] != '\0')
		return fail(c, "ALREADY_AUTHENTICATED", c->m.param[0],
		    "You are logged in already");
	if ((r = ask(c, "VERIFY %s :%s", word_or_star(c->m.param[0]),
	         c->m.param[1])) != CMD_ANSWERED)
		return r;
	return registered(c);
}
