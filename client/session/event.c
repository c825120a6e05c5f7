/* SPDX-License-Identifier: ISC */
/*
 * Events: what a line from the server means to us, and how it is told.
 *
 * One table: a command or numeric, who deals with it, how many parameters it
 * needs, and, for those that are merely shown, in which words.  A line that
 * is in no row is shown as it is, and numerics of 400 and above as errors.
 * The session and its rooms are told what changes them, unless the line is of
 * the past; what is told of may hold anything, and whoever shows it makes it
 * harmless, so no handler needs to think of that.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "catchup.h"
#include "client/news.h"
#include "event.h"
#include "history.h"
#include "irc/message.h"
#include "irc/name.h"
#include "irc/tag.h"
#include "irc/utf8.h"
#include "listing.h"
#include "negotiation.h"
#include "own.h"
#include "presence.h"
#include "recent.h"
#include "reply.h"
#include "room.h"
#include "sasl.h"
#include "say.h"
#include "session.h"
#include "speech.h"

enum {
	EVENT_WELCOME = 1, /* hidden while it is part of a welcome */
	EVENT_MOTD = 2,    /* so, but shown to a person the first time */
	EVENT_HIDDEN = 4,  /* never shown */
};

struct event {
	const char *command;
	void (*handle)(struct session *, struct event_line *);
	int params;       /* fewer: the line is ignored */
	const char *form; /* "%2 is %3": parameters by number, %> the rest */
	int flags;
};

/* ---- times ---- */

/* Days since 1970-01-01: the years begin in March, so that leap days come
 * last. */
static long long
event_days(int year, int month, int day)
{
	long long y = month > 2 ? year : year - 1;
	int m = (month + 9) % 12;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 +
	    day - 1 - 719468;
}

int64_t
event_time(const char *text)
{
	int y, mo, d, h, mi, sec, ms = 0;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%3d", &y, &mo, &d, &h, &mi,
	    &sec, &ms) < 6 || y < 1970 || mo < 1 || mo > 12 || d < 1 ||
	    d > 31 || h < 0 || mi < 0 || sec < 0 || ms < 0)
		return 0;
	return ((event_days(y, mo, d) * 86400LL) + h * 3600 + mi * 60 + sec) *
	    1000 + ms;
}

/* ---- telling ---- */

const char *
event_or_null(const char *s)
{
	return *s == '\0' ? NULL : s;
}

struct news
event_news(const struct event_line *e, enum news_kind kind)
{
	struct news n = { .kind = kind };

	n.flags = e->flags;
	n.when = e->when;
	n.msgid = event_or_null(e->msgid);
	n.nick = e->nick;
	n.address = event_or_null(e->address);
	n.account = event_or_null(e->account);
	n.reply = event_or_null(e->reply);
	return n;
}

void
event_tell(struct session *s, const struct event_line *e,
    enum news_kind kind, const char *room, const char *text)
{
	struct news n = event_news(e, kind);

	n.room = room;
	n.text = text;
	news_tell(s, &n);
}

const char *
event_param(const struct event_line *e, int i)
{
	return e->m.nparam > i && *e->m.param[i] != '\0' ? e->m.param[i] :
	    NULL;
}

void
event_rest(char *buf, size_t size, const struct message *m, int at)
{
	size_t len = 0;

	*buf = '\0';
	for (; at < m->nparam && len < size; at++)
		len += snprintf(buf + len, size - len, "%s%s",
		    len > 0 ? " " : "", m->param[at]);
}

/* ---- the table ---- */

static const struct event events[] = {
	{ "PRIVMSG", speech_privmsg, 2, NULL, 0 },
	{ "NOTICE", speech_notice, 2, NULL, 0 },
	{ "JOIN", presence_join, 1, NULL, 0 },
	{ "PART", presence_part, 1, NULL, 0 },
	{ "QUIT", presence_quit, 0, NULL, 0 },
	{ "KICK", presence_kick, 2, NULL, 0 },
	{ "NICK", presence_nick, 1, NULL, 0 },
	{ "MODE", presence_mode, 2, NULL, 0 },
	{ "TOPIC", presence_topic, 2, NULL, 0 },
	{ "INVITE", presence_invite, 2, NULL, 0 },
	{ "AWAY", presence_away, 0, NULL, 0 },
	{ "ACCOUNT", presence_account, 1, NULL, 0 },
	{ "SETNAME", presence_setname, 1, NULL, 0 },
	{ "CHGHOST", presence_chghost, 2, NULL, 0 },
	{ "RENAME", presence_rename, 2, NULL, 0 },
	{ "WALLOPS", presence_wallops, 1, NULL, 0 },
	{ "PING", reply_ping, 1, NULL, 0 },
	{ "PONG", reply_pong, 1, NULL, 0 },
	{ "ERROR", reply_error, 1, NULL, 0 },
	{ "CAP", negotiation_cap, 2, NULL, 0 },
	{ "AUTHENTICATE", sasl_authenticate, 1, NULL, 0 },
	{ "CHATHISTORY", catchup_target, 2, NULL, 0 },
	{ "FAIL", reply_standard_reply, 1, NULL, 0 },
	{ "WARN", reply_standard_reply, 1, NULL, 0 },
	{ "NOTE", reply_standard_reply, 1, NULL, 0 },
	{ "ACK", NULL, 0, NULL, EVENT_HIDDEN },
	{ "BATCH", batch_command, 1, NULL, 0 },
	{ "TAGMSG", speech_tagmsg, 1, NULL, 0 },
	{ "REDACT", speech_redact, 2, NULL, 0 },
	{ "MARKREAD", presence_markread, 2, NULL, 0 },

	{ "001", reply_welcome, 1, NULL, 0 },
	{ "002", NULL, 2, "%>", EVENT_WELCOME },
	{ "003", NULL, 2, "%>", EVENT_WELCOME },
	{ "004", NULL, 2, "%>", EVENT_WELCOME },
	{ "005", reply_isupport, 1, NULL, 0 },
	{ "221", NULL, 2, "your modes are %2", EVENT_WELCOME },
	{ "251", NULL, 2, "%>", EVENT_WELCOME },
	{ "252", NULL, 2, "%>", EVENT_WELCOME },
	{ "253", NULL, 2, "%>", EVENT_WELCOME },
	{ "254", NULL, 2, "%>", EVENT_WELCOME },
	{ "255", NULL, 2, "%>", EVENT_WELCOME },
	{ "265", NULL, 2, "%>", EVENT_WELCOME },
	{ "266", NULL, 2, "%>", EVENT_WELCOME },
	{ "250", NULL, 2, "%>", EVENT_WELCOME },
	{ "375", NULL, 2, NULL, EVENT_HIDDEN },
	{ "372", reply_motd, 2, NULL, EVENT_MOTD },
	{ "376", reply_welcome_end, 1, NULL, 0 },
	{ "422", reply_welcome_end, 1, NULL, 0 },

	{ "301", NULL, 3, "%2 is away: %3", 0 },
	{ "305", NULL, 2, "you are no longer marked as away", 0 },
	{ "306", NULL, 2, "you are marked as away", 0 },
	{ "311", NULL, 6, "%2 is %3@%4, %6", 0 },
	{ "312", NULL, 4, "%2 is on %3, %4", 0 },
	{ "317", NULL, 3, "%2 has been idle for %3 seconds", 0 },
	{ "318", NULL, 0, NULL, EVENT_HIDDEN },
	{ "319", NULL, 3, "%2 is in %3", 0 },
	{ "330", NULL, 3, "%2 is logged in as %3", 0 },
	{ "314", NULL, 6, "%2 was %3@%4, %6", 0 },
	{ "369", NULL, 0, NULL, EVENT_HIDDEN },
	{ "321", NULL, 0, NULL, EVENT_HIDDEN },
	{ "322", listing_room, 3, "%2 has %3 people: %4", 0 },
	{ "323", listing_end, 0, NULL, 0 },
	{ "324", presence_modes_are, 3, "modes of %2: %>", 0 },
	{ "329", NULL, 0, NULL, EVENT_HIDDEN },
	{ "331", presence_no_topic, 2, "%2 has no topic", 0 },
	{ "332", presence_topic_is, 3, "topic of %2: %3", 0 },
	{ "333", NULL, 0, NULL, EVENT_HIDDEN },
	{ "341", NULL, 3, "%2 was invited to %3", 0 },
	{ "352", reply_who, 8, NULL, 0 },
	{ "315", listing_end, 0, NULL, 0 },
	{ "354", listing_whox, 9, NULL, 0 },
	{ "303", listing_ison, 2, "here is %2", 0 },
	{ "730", listing_here, 2, "%2 is here", 0 },
	{ "731", listing_gone, 2, "%2 is not here", 0 },
	{ "353", presence_names, 4, NULL, 0 },
	{ "366", presence_names_end, 2, NULL, 0 },
	{ "900", sasl_logged_in, 3, NULL, 0 },
	{ "901", sasl_logged_out, 0, NULL, 0 },
	{ "902", sasl_failed, 1, NULL, 0 },
	{ "903", sasl_success, 0, NULL, 0 },
	{ "904", sasl_failed, 1, NULL, 0 },
	{ "905", sasl_failed, 1, NULL, 0 },
	{ "906", sasl_failed, 1, NULL, 0 },
	{ "907", sasl_failed, 1, NULL, 0 },
	{ "908", NULL, 0, NULL, EVENT_HIDDEN },
	{ "396", NULL, 2, "you are seen as %2", EVENT_WELCOME },

	{ "730", NULL, 2, "here now: %2", 0 },
	{ "731", NULL, 2, "not here: %2", 0 },
	{ "732", NULL, 2, "watched: %2", 0 },
	{ "733", NULL, 0, NULL, EVENT_HIDDEN },

	{ "403", reply_room_refused, 2, NULL, 0 },
	{ "405", reply_room_refused, 2, NULL, 0 },
	{ "471", reply_room_refused, 2, NULL, 0 },
	{ "473", reply_room_refused, 2, NULL, 0 },
	{ "474", reply_room_refused, 2, NULL, 0 },
	{ "475", reply_room_refused, 2, NULL, 0 },
	{ "476", reply_room_refused, 2, NULL, 0 },
	{ "477", reply_room_refused, 2, NULL, 0 },
	{ "479", reply_room_refused, 2, NULL, 0 },
	{ "489", reply_room_refused, 2, NULL, 0 },
	{ "432", reply_nick_refused, 2, NULL, 0 },
	{ "433", reply_nick_refused, 2, NULL, 0 },
	{ "436", reply_nick_refused, 2, NULL, 0 },
	{ "437", reply_nick_refused, 2, NULL, 0 },
	{ "464", reply_refused, 1, NULL, 0 },
	{ "465", reply_refused, 1, NULL, 0 },
};

static const struct event *
event_find(const char *command)
{
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (name_cmp(events[i].command, command) == 0)
			return &events[i];
	return NULL;
}

/* Puts the parameters into a row's words. */
static void
event_form(char *buf, size_t size, const char *form, const struct message *m)
{
	size_t len = 0;
	int last = 0;

	*buf = '\0';
	for (; *form != '\0' && len + 1 < size; form++) {
		if (*form != '%')
			len += snprintf(buf + len, size - len, "%c", *form);
		else if (*++form == '>') {
			event_rest(buf + len, size - len, m,
			    last > 0 ? last : 1);
			len += strlen(buf + len);
		} else {
			last = *form - '0';
			len += snprintf(buf + len, size - len, "%s",
			    last <= m->nparam ? m->param[last - 1] : "");
		}
	}
}

static int
event_is_hidden(const struct session *s, int flags)
{
	if (flags & EVENT_HIDDEN)
		return 1;
	if (!s->welcoming)
		return 0;
	return (flags & EVENT_WELCOME) ||
	    ((flags & EVENT_MOTD) && (s->welcomed || !s->shown));
}

static void
event_show_unknown(struct session *s, const struct event_line *e)
{
	const char *c = e->m.command;
	char text[EVENT_TEXT], named[EVENT_TEXT * 2];
	int numeric = strspn(c, "0123456789") == 3 && c[3] == '\0';

	if (numeric && *c >= '4' && *c <= '5') {
		reply_refusal(s, e);
		return;
	}
	event_rest(text, sizeof(text), &e->m, numeric);
	snprintf(named, sizeof(named), "%s %s", c, text);
	reply_tell(s, e, NULL, numeric ? NULL : e->nick,
	    numeric ? text : named);
}

static void
event_show(struct session *s, const struct event *row,
    const struct event_line *e)
{
	char text[EVENT_TEXT];

	if (row->form == NULL)
		return;
	event_form(text, sizeof(text), row->form, &e->m);
	reply_tell(s, e, NULL, NULL, text);
}

/* ---- a line ---- */

/* One tag of the line, cut to SIZE; "" when there is none, or it is longer
 * than an honest one, of which a part would be another one. */
static void
event_tag(const struct event_line *e, const char *key, char *buf, size_t size)
{
	*buf = '\0';
	if (e->m.tags != NULL &&
	    tag_get(e->m.tags, key, buf, size) >= (long)size - 1)
		*buf = '\0';
}

static void
event_tags(struct event_line *e)
{
	char when[32], bot[8];

	if (e->m.tags == NULL)
		return;
	event_tag(e, "time", when, sizeof(when));
	e->when = event_time(when);
	event_tag(e, "label", e->label, sizeof(e->label));
	e->answers = *e->label != '\0';
	event_tag(e, "batch", e->batch, sizeof(e->batch));
	event_tag(e, "msgid", e->msgid, sizeof(e->msgid));
	event_tag(e, "account", e->account, sizeof(e->account));
	event_tag(e, "+draft/reply", e->reply, sizeof(e->reply));
	if (*e->reply == '\0')
		event_tag(e, "+reply", e->reply, sizeof(e->reply));
	if (tag_get(e->m.tags, "bot", bot, sizeof(bot)) >= 0 ||
	    tag_get(e->m.tags, "inspircd.org/bot", bot, sizeof(bot)) >= 0)
		e->flags |= NEWS_BOT;
}

/* A server's tags may be longer than message_parse() takes from a client, so
 * they are cut off first; a line that is too long is cut, not dropped. */
static int
event_parse(struct event_line *e, char *line, size_t len)
{
	char *rest = line, *tags = NULL, *p;

	for (p = line; p < line + len; p++)
		if (*p == '\0' || *p == '\r' || *p == '\n')
			*p = ' ';
	line[len] = '\0';
	if (*line == '@') {
		tags = line + 1;
		rest = line + strcspn(line, " ");
		if (*rest == ' ')
			*rest++ = '\0';
		rest += strspn(rest, " ");
	}
	len = strlen(rest);
	if (len > MESSAGE_LINE - 2)
		len = utf8_cut(rest, len, MESSAGE_LINE - 2);
	rest[len] = '\0';
	if (message_parse(&e->m, rest, len) != MESSAGE_OK)
		return -1;
	e->m.tags = tags;
	return 0;
}

static void
event_source(struct session *s, struct event_line *e)
{
	const char *source = e->m.source, *bang;

	if (source == NULL)
		source = s->connection.host;
	bang = strchr(source, '!');
	snprintf(e->nick, sizeof(e->nick), "%.*s",
	    bang != NULL ? (int)(bang - source) : (int)strlen(source), source);
	e->address = bang != NULL ? bang + 1 : "";
	e->own = session_is_me(s, e->nick);
	if (e->own && bang != NULL)
		snprintf(s->address, sizeof(s->address), "%s", bang + 1);
	if (e->own)
		e->flags |= NEWS_OWN;
}

static void
event_dispatch(struct session *s, struct event_line *e)
{
	const struct event *row = event_find(e->m.command);

	if (row == NULL)
		event_show_unknown(s, e);
	else if (e->m.nparam >= row->params &&
	    !event_is_hidden(s, row->flags)) {
		if (row->handle != NULL)
			row->handle(s, e);
		if (row->form != NULL)
			event_show(s, row, e);
	}
}

void
event_handle(struct session *s, char *line, size_t len)
{
	struct event_line e;

	memset(&e, 0, sizeof(e));
	if (event_parse(&e, line, len) == -1)
		return;
	event_tags(&e);
	event_source(s, &e);
	if (!batch_take(s, &e))
		event_dispatch(s, &e);
	if (e.answers) {
		own_answered(s, e.label);
		history_answered(s, e.label);
	}
}

void
event_lost(struct session *s)
{
	room_leave_all(s->rooms);
	batch_clear(s);
	history_lost(s);
	*s->typing = '\0';
}

void
event_clear(struct session *s)
{
	batch_clear(s);
	history_clear(s);
	recent_clear(s);
	say_clear(s);
}

/* Those of a line that is not kept. */
void
event_copy_source(struct event_line *to, const struct event_line *from,
    char **address)
{
	snprintf(to->nick, sizeof(to->nick), "%s", from->nick);
	to->own = from->own;
	to->flags |= from->flags;
	free(*address);
	*address = strdup(from->address);
}
