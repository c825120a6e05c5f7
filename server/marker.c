/* SPDX-License-Identifier: ISC */
/*
 * How far somebody has read: MARKREAD (draft/read-marker).  Markers are an
 * account's and in the store, which remembers those of who has no account,
 * too, for as long as it can.  The other sessions of the account are told of a
 * new one.
 */
#include <stdio.h>
#include <string.h>

#include "../irc/capability.h"
#include "ask.h"
#include "deliver.h"
#include "handlers.h"
#include "marker.h"
#include "words.h"
#include "worker.h"

enum { TIME_MAX = 40 };

static enum command_result
fail(struct command *c, const char *code, const char *target,
    const char *text)
{
	reply_line(c, ":%s FAIL MARKREAD %s%s%s :%s", config->name, code,
	    target[0] != '\0' ? " " : "", target, text);
	return CMD_DONE;
}

/* The answer: "MARKREAD target time"; NULL when it is none. */
static const char *
answered(struct command *c, struct message *m)
{
	ask_message(c, m);
	return strcmp(m->command, "MARKREAD") == 0 && m->nparam >= 2
	    ? m->param[1]
	    : NULL;
}

static void
reply_marker(struct command *c, const char *target, const char *time)
{
	reply_line(c, ":%s MARKREAD %s %s", config->name, target, time);
}

static void
tell_others(struct command *c, const char *target, const char *time)
{
	struct envelope *e = command_event(c, EVENT_TO_USER);

	event_target_user(e, c->uid);
	event_alt(e, CAP(READ_MARKER), ":%s MARKREAD %s %s", config->name,
	    target, time);
}

enum command_result
cmd_markread(struct command *c)
{
	const char *target = c->m.param[0], *time = c->m.param[1], *now;
	enum command_result r;
	struct message m = { .nparam = 0 };

	if (c->m.nparam < 1 || target[0] == '\0')
		return fail(c, "NEED_MORE_PARAMS", "", "Missing parameters");
	if (!name_is_channel(target) && !name_is_nick(target))
		return fail(c, "INVALID_PARAMS", "*", "This is no target");
	if (time != NULL && (strncmp(time, "timestamp=", 10) != 0 ||
	        strlen(time) > TIME_MAX || strchr(time, ' ') != NULL))
		return fail(c, "INVALID_PARAMS", target, "This is no time");
	if ((r = ask(c, "MARKREAD %s%s%s", target, time != NULL ? " " : "",
	         time != NULL ? time : "")) != CMD_ANSWERED)
		return r;
	if ((now = answered(c, &m)) == NULL) {
		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
		if (m.nparam >= 3 && strcmp(m.param[1], "INVALID_PARAMS") == 0)
			return fail(c, "INVALID_PARAMS", target,
			    m.param[m.nparam - 1]);
		return fail(c, "INTERNAL_ERROR", target,
		    "The read timestamp could not be had");
	}
	reply_marker(c, target, now);
	if (time != NULL)
		tell_others(c, target, now);
	return CMD_DONE;
}

enum command_result
marker_look(struct command *c, const char *room, char *time, size_t size)
{
	enum command_result r;
	struct message m;
	const char *now;

	time[0] = '\0';
	if (!(c->s->caps & CAP(READ_MARKER)) ||
	    (c->s->answer == 0 && !store_accepts()))
		return CMD_DONE;
	if ((r = ask(c, "MARKREAD %s", room)) != CMD_ANSWERED)
		return r;
	if ((now = answered(c, &m)) != NULL &&
	    name_cmp(m.param[0], room) == 0)
		snprintf(time, size, "%s", now);
	return CMD_DONE;
}

void
marker_tell(struct command *c, const char *room, const char *time)
{
	if (time[0] != '\0')
		reply_marker(c, room, time);
}
