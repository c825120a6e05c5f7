/* SPDX-License-Identifier: ISC */
/*
 * Saying something: PRIVMSG, NOTICE, TAGMSG, WALLOPS.  The hot path of the
 * server.  It takes no lock: a sender's own membership keeps its room's
 * record alive, and only its home changes it.  Each target is a step.
 */
#include <stdio.h>
#include <string.h>

#include "../irc/capability.h"
#include "../irc/mask.h"
#include "../irc/mode.h"
#include "../irc/tag.h"
#include "absent.h"
#include "account.h"
#include "audit.h"
#include "batch.h"
#include "channel.h"
#include "consent.h"
#include "deliver.h"
#include "handlers.h"
#include "list.h"
#include "oper.h"
#include "registry.h"
#include "words.h"
#include "worker.h"

/* What the three have in common. */
struct saying {
	const char *word;
	int quiet;     /* is never answered by an error (NOTICE) */
	int tags_only; /* no text; only for those with message-tags */
};

static const struct saying privmsg = { "PRIVMSG", 0, 0 },
			   notice = { "NOTICE", 1, 0 },
			   tagmsg = { "TAGMSG", 0, 1 };

uint32_t
own_member(const struct command *c, const char *name)
{
	uint32_t hash = name_hash(name), m;

	for (m = c->u->members; m != 0; m = members[m].user_next)
		if (rooms[members[m].room].hash == hash &&
		    name_cmp(rooms[members[m].room].name, name) == 0)
			return m;
	return 0;
}

/* Whether a member is banned; asked again only when the bans changed. */
static int
member_banned(struct command *c, uint32_t m)
{
	struct room *r = &rooms[members[m].room];
	uint32_t serial = r->ban_serial;

	if (serial == 0)
		return 0;
	if (members[m].ban_serial != serial) {
		registry_lock();
		if (channel_ban(members[m].room, c->uid, 1) != 0)
			atomic_fetch_or(&members[m].flags, MEMBER_BANNED);
		else
			atomic_fetch_and(&members[m].flags, ~MEMBER_BANNED);
		members[m].ban_serial = serial;
		registry_unlock();
	}
	return (members[m].flags & MEMBER_BANNED) != 0;
}

/* Each says why something may not be said in a room, as the end of the error;
 * NULL: it may. */
static const char *
room_refuses(const struct command *c, uint32_t r)
{
	uint32_t modes = rooms[r].modes;

	return modes & ROOM_MODERATED ? " (+m)"
	    : (modes & ROOM_ACCOUNTS_SAY) && c->u->account[0] == '\0' ? " (+M)"
	                                                              : NULL;
}

static const char *
member_refused(struct command *c, uint32_t m)
{
	uint32_t flags = members[m].flags;
	const char *why;

	if (flags & MEMBER_GONE)
		return "";
	if (flags & MEMBER_RANKS)
		return NULL;
	why = room_refuses(c, members[m].room);
	return why == NULL && member_banned(c, m) ? " (+b)" : why;
}

static const char *
stranger_refused(struct command *c, uint32_t r)
{
	const char *why = room_refuses(c, r);

	if (rooms[r].modes & ROOM_NO_EXTERNAL)
		return " (+n)";
	registry_lock();
	if (why == NULL && channel_ban(r, c->uid, 1) != 0)
		why = " (+b)";
	registry_unlock();
	return why;
}

/* Whether what C says is CTCP, but for ACTION. */
static int
is_ctcp(const struct command *c)
{
	static const char action[] = "\001ACTION ";
	const char *text = c->batch != NULL ? c->batch->text : c->m.param[1];
	size_t n = c->batch != NULL ? c->batch->ntext : strlen(text);

	return n > 0 && text[0] == '\001' && (n < sizeof(action) - 1 ||
	    memcmp(text, action, sizeof(action) - 1) != 0);
}

/* What is said, by whomever: CTCP, colours. */
static const char *
text_refused(const struct command *c, uint32_t modes)
{
	const char *text = c->batch != NULL ? c->batch->text : c->m.param[1];
	size_t n = c->batch != NULL ? c->batch->ntext : strlen(text);

	if ((modes & ROOM_NO_CTCP) && is_ctcp(c))
		return " (+C)";
	return (modes & ROOM_NO_COLOUR) && (memchr(text, '\003', n) != NULL ||
	           memchr(text, '\004', n) != NULL)
	    ? " (+c)"
	    : NULL;
}

/* The bits of which a member has to have one to hear what C says to R and
 * STATUS, M being its membership there: 0 for all. */
static uint32_t
hearers(uint32_t m, uint32_t r, char status)
{
	enum rank rank = status != 0 ? mode_of_prefix(status) : RANK_NONE;

	if ((rooms[r].modes & ROOM_OP_MODERATED) && rank < RANK_HALFOP &&
	    (m == 0 || !(members[m].flags & MEMBER_RANKS)))
		rank = RANK_HALFOP;
	return rank != RANK_NONE ? mode_from(rank) : 0;
}

/* Whose account a direct message is for, for the store, which may come to it
 * when the user has left: as the line of those who have all capabilities. */
static void
say_whose(struct envelope *e)
{
	const char *account;

	if (e->kind != EVENT_TO_USER || e->nalt > 0)
		return;
	account = users[e->target].account;
	e->alt_caps = UINT64_MAX;
	envelope_add(e, &e->nalt, account, strlen(account));
}

/* Tags of the moment, which are no part of any history. */
static const char *const passing[] = { "+typing", "+draft/typing" };

static int
is_passing(const char *tags)
{
	const char *key, *value;
	size_t n, k, i;

	while (tag_next(&tags, &key, &n, &value, &k)) {
		for (i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
			if (strlen(passing[i]) == n &&
			    memcmp(passing[i], key, n) == 0)
				break;
		if (i == sizeof(passing) / sizeof(passing[0]))
			return 0;
	}
	return 1;
}

size_t
message_tags(const struct command *c, char *tags, size_t size)
{
	tags[0] = '\0';
	return c->m.tags == NULL ? 0 : tag_client_only(tags, size, c->m.tags,
	    config->client_tag_deny);
}

/* A TAGMSG of which nothing is left because its tags are not wanted here. */
static int
is_denied(const struct command *c)
{
	char tags[MESSAGE_TAGS_CLIENT + 1];

	return c->m.tags != NULL && config->client_tag_deny[0] != '\0' &&
	    message_tags(c, tags, sizeof(tags)) == 0 &&
	    tag_client_only(tags, sizeof(tags), c->m.tags, "") > 0;
}

const char *
message_word(const struct command *c)
{
	return c->batch != NULL ? privmsg.word : c->row->name;
}

void
message_fill(const struct command *c, struct envelope *e, const char *word,
    const char *target)
{
	char tags[MESSAGE_TAGS_CLIENT + 1];
	size_t n;

	if (c->batch != NULL) {
		batch_fill(c->batch, e, target);
		return;
	}
	n = message_tags(c, tags, sizeof(tags));
	e->flags |= ENVELOPE_MESSAGE;
	if (n > 0)
		event_tags(e, tags, n);
	if (strcmp(word, "TAGMSG") != 0) {
		event_text_line(e, 0, word, target, c->m.param[1]);
		return;
	}
	if (is_passing(tags))
		e->flags |= ENVELOPE_PASSING;
	e->caps = e->alt_caps = CAP(MESSAGE_TAGS);
	event_text_line(e, 1, word, target, NULL);
}

/* Fills the event with the tags and the line, and echoes it. */
static void
say(struct command *c, const struct saying *how, const char *target)
{
	struct envelope *e = c->event;

	message_fill(c, e, how->word, target);
	say_whose(e);
	if (c->s->caps & CAP(ECHO_MESSAGE))
		reply_event(c);
	worker_count(COUNT_MESSAGES, 1);
}

static void
say_to_room(struct command *c, const struct saying *how, const char *name,
    char status)
{
	uint32_t m = own_member(c, name), r;
	char target[NAME_CHANNEL + 2] = { status, '\0' };
	const char *why;

	r = m != 0 ? members[m].room : registry_find_room(name);
	if (r == 0) {
		if (!how->quiet)
			reply(c, ERR_NOSUCHCHANNEL, word_or_star(name));
		return;
	}
	why = m != 0 ? member_refused(c, m) : stranger_refused(c, r);
	if (why == NULL && !how->tags_only &&
	    (rooms[r].modes & (ROOM_NO_CTCP | ROOM_NO_COLOUR)))
		why = text_refused(c, rooms[r].modes);
	if (why != NULL) {
		if (!how->quiet)
			reply(c, ERR_CANNOTSENDTOCHAN, rooms[r].name, why);
		return;
	}
	command_event(c, EVENT_TO_ROOM);
	event_target_room(c->event, r);
	c->event->extra = hearers(m, r, status);
	memcpy(target + (status != 0), rooms[r].name,
	    strlen(rooms[r].name) + 1);
	say(c, how, target);
}

/* Who is meant by NICK: who has it, else whose account it is; 0 for none. */
static uint32_t
find_user(const char *nick)
{
	uint32_t u = registry_find_nick(nick);

	if (u == 0) {
		registry_lock();
		u = registry_find_account(nick, 0);
		registry_unlock();
	}
	return u != 0 && (users[u].flags & USER_REGISTERED) ? u : 0;
}

static enum command_result
say_to_user(struct command *c, const struct saying *how, const char *nick)
{
	uint32_t u = find_user(nick);

	if (u != 0 && !consent_given(c, u)) {
		if (!how->quiet && !how->tags_only)
			reply(c, ERR_ACCOUNTSONLY, users[u].nick);
		return CMD_DONE;
	}
	if (u != 0 && (users[u].modes & USER_NO_CTCP) && !how->tags_only &&
	    is_ctcp(c)) {
		if (!how->quiet)
			reply(c, ERR_CANNOTSENDTOUSER, users[u].nick);
		return CMD_DONE;
	}
	/* an answer may come when somebody without an account has the nick */
	if (c->s->answer != 0 ||
	    ((u == 0 || absent_is(u)) && !how->tags_only))
		return absent_say(c, how->quiet,
		    u != 0 && users[u].account[0] != '\0' ? users[u].account
		                                          : nick);
	if (u == 0) {
		reply(c, ERR_NOSUCHNICK, word_or_star(nick));
		return CMD_DONE;
	}
	consent_by_writing(c, u);
	/* what waits for it already comes first */
	if (users[u].home == my_id && users[u].mailbox >= 0 &&
	    mailmap_test(&mailmaps[my_id], u))
		worker_drain_user(u);
	command_event(c, EVENT_TO_USER);
	event_target_user(c->event, u);
	say(c, how, users[u].nick);
	if (u == c->uid)
		reply_delivery(c); /* a fan-out leaves the source out */
	if (!how->quiet && !how->tags_only && (users[u].flags & USER_AWAY))
		reply(c, RPL_AWAY, users[u].nick, aways[u].text);
	return CMD_DONE;
}

static enum command_result
say_to(struct command *c, const struct saying *how, const char *target)
{
	char status = 0;

	if (mode_of_prefix(target[0]) != RANK_NONE &&
	    name_looks_channel(target + 1))
		status = *target++;
	if (!name_looks_channel(target))
		return say_to_user(c, how, target);
	say_to_room(c, how, target, status);
	return CMD_DONE;
}

/* Whether item N of LIST, TARGET, was in it before: once is enough. */
static int
is_again(const char *list, unsigned n, const char *target)
{
	char item[MESSAGE_LINE];

	while (n-- > 0)
		if (list_item(list, n, item, sizeof(item)) &&
		    name_cmp(item, target) == 0)
			return 1;
	return 0;
}

enum command_result
message_say(struct command *c, const char *target)
{
	c->u->spoke = wall_ms;
	return say_to(c, &privmsg, target);
}

static enum command_result
say_all(struct command *c, const struct saying *how)
{
	unsigned item = c->step & ~(uint32_t)STEP_ASKED;
	char target[MESSAGE_LINE], next[8];
	enum command_result r;

	if (batch_takes(c))
		return batch_line(c);
	if (c->m.nparam < 1 || c->m.param[0][0] == '\0') {
		if (!how->quiet)
			reply(c, ERR_NORECIPIENT, how->word);
		return CMD_DONE;
	}
	if (!how->tags_only &&
	    (c->m.nparam < 2 || c->m.param[1][0] == '\0')) {
		if (!how->quiet)
			reply(c, ERR_NOTEXTTOSEND);
		return CMD_DONE;
	}
	if (account_is_service(c->m.param[0]))
		return how->quiet || how->tags_only
		    ? CMD_DONE
		    : service_message(c, c->m.param[1]);
	if (how->tags_only && is_denied(c))
		return CMD_DONE;
	c->u->spoke = wall_ms;
	if (!list_item(c->m.param[0], item, target, sizeof(target))) {
		if (!how->quiet)
			reply(c, ERR_NORECIPIENT, how->word);
		return CMD_DONE;
	}
	if (item >= TARGETS_MAX) {
		if (!how->quiet)
			reply(c, ERR_TOOMANYTARGETS, target);
		return CMD_DONE;
	}
	if (!is_again(c->m.param[0], item, target) &&
	    (r = say_to(c, how, target)) != CMD_DONE)
		return r;
	if (strchr(c->m.param[0], ',') == NULL ||
	    !list_item(c->m.param[0], item + 1, next, sizeof(next)))
		return CMD_DONE;
	c->step = item + 1;
	return CMD_MORE;
}

enum command_result
cmd_privmsg(struct command *c)
{
	return say_all(c, &privmsg);
}

enum command_result
cmd_notice(struct command *c)
{
	return say_all(c, &notice);
}

enum command_result
cmd_tagmsg(struct command *c)
{
	/* who does not know tags does not know the command either */
	if (!(c->s->caps & CAP(MESSAGE_TAGS))) {
		reply(c, ERR_UNKNOWNCOMMAND, "TAGMSG");
		return CMD_DONE;
	}
	return say_all(c, &tagmsg);
}

static enum command_result
wallops(struct command *c)
{
	struct envelope *e = command_event(c, EVENT_TO_MODE);

	e->extra = USER_WALLOPS;
	event_line(e, ":%s WALLOPS :%s", source_of(c->uid), c->m.param[0]);
	if (c->u->modes & USER_WALLOPS)
		reply_event(c);
	return CMD_DONE;
}

enum command_result
cmd_wallops(struct command *c)
{
	if (c->step == 0 && !oper_allowed(c, PRIV_WALLOPS))
		return CMD_DONE;
	return audit(c, PRIV_WALLOPS, "WALLOPS", "*", c->m.param[0], wallops);
}
