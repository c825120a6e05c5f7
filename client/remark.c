/* SPDX-License-Identifier: ISC */
/*
 * Remarks: what is typed about messages, rather than said.
 *
 * Nobody types msgids, so a message is the last of somebody in the current
 * target, as far as it is remembered; a screen, where one can point at
 * messages, calls say.h and history.h itself.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/session/history.h"
#include "client/session/recent.h"
#include "client/session/say.h"
#include "client/session/session.h"
#include "command.h"
#include "remark.h"

enum {
	REMARK_HISTORY = 20, /* messages, if no number is given */
	REMARK_SEARCH = 50,
};

/* The msgid that the first word of *TEXT means; -1, having said so, when it
 * is of no message. */
static int
remark_whose(struct session *s, const char **text, char *msgid, size_t size)
{
	char who[SESSION_TARGET], why[SESSION_TARGET + 64];
	const struct recent_message *m;

	command_word(text, who, sizeof(who));
	if (strncmp(who, "msgid=", 6) == 0 && who[6] != '\0') {
		snprintf(msgid, size, "%s", who + 6);
		return 0;
	}
	m = recent_last(s, s->target, who);
	if (m == NULL) {
		snprintf(why, sizeof(why), "no message of %s is known here",
		    who);
		command_refuse(s, why);
		return -1;
	}
	snprintf(msgid, size, "%s", m->msgid);
	return 0;
}

void
remark_reply(struct session *s, const char *text)
{
	char msgid[SESSION_TARGET];

	if (remark_whose(s, &text, msgid, sizeof(msgid)) == 0)
		say_reply(s, s->target, msgid, text);
}

static void
remark_done(struct session *s, int done, const char *what)
{
	char why[160];

	if (done == 0)
		return;
	snprintf(why, sizeof(why), s->state == SESSION_ONLINE ?
	    "this server does not know %s" : "not connected: no %s", what);
	command_refuse(s, why);
}

void
remark_react(struct session *s, const char *text)
{
	char msgid[SESSION_TARGET];

	if (remark_whose(s, &text, msgid, sizeof(msgid)) == 0)
		remark_done(s, say_react(s, s->target, msgid, text),
		    "reactions");
}

void
remark_unreact(struct session *s, const char *text)
{
	char msgid[SESSION_TARGET];

	if (remark_whose(s, &text, msgid, sizeof(msgid)) == 0)
		remark_done(s, say_unreact(s, s->target, msgid, text),
		    "reactions");
}

/* Without WHO, our own last one. */
void
remark_redact(struct session *s, const char *text)
{
	const char *own = s->nick;
	char msgid[SESSION_TARGET];

	if (remark_whose(s, *text == '\0' ? &own : &text, msgid,
	    sizeof(msgid)) == 0)
		remark_done(s, say_redact(s, s->target, msgid, text),
		    "redaction");
}

void
remark_history(struct session *s, const char *text)
{
	char target[SESSION_TARGET], word[SESSION_TARGET], *end;
	long n = REMARK_HISTORY;

	snprintf(target, sizeof(target), "%s", s->target);
	while (command_word(&text, word, sizeof(word))) {
		n = strtol(word, &end, 10);
		if (*end == '\0' && n > 0)
			break;
		snprintf(target, sizeof(target), "%s", word);
		n = REMARK_HISTORY;
	}
	if (*target == '\0')
		command_refuse(s, COMMAND_NO_TARGET);
	else
		remark_done(s, history_latest(s, target, (unsigned int)n),
		    "history");
}

/* In all rooms, unless one is named. */
void
remark_search(struct session *s, const char *text)
{
	char room[SESSION_TARGET];
	const char *rest = text;

	command_word(&rest, room, sizeof(room));
	if (session_is_room(s, room) && *rest != '\0')
		remark_done(s, history_search(s, room, NULL, rest,
		    REMARK_SEARCH), "searches");
	else
		remark_done(s, history_search(s, NULL, NULL, text,
		    REMARK_SEARCH), "searches");
}

void
remark_mark(struct session *s, const char *text)
{
	char target[SESSION_TARGET];
	struct timespec ts;

	snprintf(target, sizeof(target), "%s", s->target);
	command_word(&text, target, sizeof(target));
	if (*target == '\0')
		snprintf(target, sizeof(target), "%s", s->target);
	clock_gettime(CLOCK_REALTIME, &ts);
	if (*target == '\0')
		command_refuse(s, COMMAND_NO_TARGET);
	else
		remark_done(s, say_read(s, target, (int64_t)ts.tv_sec * 1000 +
		    ts.tv_nsec / 1000000), "read markers");
}
