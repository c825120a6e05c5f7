/* SPDX-License-Identifier: ISC */
/*
 * Picking: one chooses a message and says what is to become of it.
 *
 * A message is chosen by its place in the scrollback, so it stays chosen
 * while others come.  What is done about it (say.c) names its msgid; where a
 * message has none, or the server does not know how, that is said.
 */

#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "buffer.h"
#include "client/input/emoji.h"
#include "client/session/own.h"
#include "client/session/say.h"
#include "client/session/session.h"
#include "format.h"
#include "hyper.h"
#include "lines.h"
#include "pick.h"
#include "scrollback.h"
#include "window.h"

enum { PICK_REACTION = 64 };

int
pick_is_on(void)
{
	return window.shown != NULL && window.shown->pick != 0;
}

static int
pick_is_message(const struct scrollback_line *l)
{
	return l->news.kind == NEWS_MESSAGE || l->news.kind == NEWS_ACTION ||
	    l->news.kind == NEWS_NOTICE;
}

void
pick_set(uint64_t place)
{
	window.shown->pick = place;
	lines_reach(place);
	window.dirty |= DIRTY_LINES | DIRTY_INPUT;
}

void
pick_step(int step)
{
	const struct buffer *b = window.shown;
	struct scrollback_line l;
	size_t i, count;

	if (b == NULL)
		return;
	count = scrollback_count(b->lines);
	i = b->pick == 0 ? count : scrollback_at(b->lines, b->pick);
	for (;;) {
		if (step < 0 && i == 0) {
			lines_ask_older(window.shown);
			return;
		}
		i += step;
		if (i >= count) {
			pick_end();
			return;
		}
		scrollback_line(b->lines, i, &l);
		if (pick_is_message(&l))
			break;
	}
	pick_set(l.place);
}

void
pick_end(void)
{
	if (window.shown == NULL)
		return;
	window.shown->pick = 0;
	window.dirty |= DIRTY_LINES | DIRTY_INPUT;
}

/* The message that is chosen; 0: none, or it is gone. */
static int
pick_line(struct scrollback_line *l)
{
	const struct buffer *b = window.shown;
	size_t i;

	if (!pick_is_on())
		return 0;
	i = scrollback_at(b->lines, b->pick);
	if (i >= scrollback_count(b->lines))
		return 0;
	scrollback_line(b->lines, i, l);
	return l->place == b->pick;
}

/* The same, if it has an id that a server knows it by. */
static int
pick_known(struct scrollback_line *l)
{
	if (!pick_line(l))
		return 0;
	if (l->news.msgid != NULL)
		return 1;
	news_error(window.shown->session,
	    "the server gave that message no id to name it by");
	pick_end();
	return 0;
}

static void
pick_tell(int failed, const char *what)
{
	if (failed)
		news_error(window.shown->session,
		    "this server does not know how to %s", what);
}

void
pick_reply(int unused)
{
	struct scrollback_line l;

	(void)unused;
	if (!pick_known(&l))
		return;
	window.shown->reply = l.place;
	pick_end();
}

/* A name of an emoji, or the reaction itself. */
static void
pick_react_answer(enum ask_step step, const char *text)
{
	const struct buffer *b = window.shown;
	struct scrollback_line l;
	const char *e;
	size_t len = strlen(text), colon = *text == ':';
	char reaction[PICK_REACTION];

	if (step == ASK_GONE)
		pick_end();
	if (step != ASK_DONE || len == 0 || !pick_known(&l))
		return;
	if (len > 1 && text[len - 1] == ':')
		len--;
	e = emoji_find(text + colon, len - colon);
	snprintf(reaction, sizeof(reaction), "%s", e != NULL ? e : text);
	pick_tell(say_react(b->session, b->name, l.news.msgid,
	    reaction) == -1, "react to messages");
	pick_end();
}

void
pick_react(int unused)
{
	struct scrollback_line l;

	(void)unused;
	if (pick_known(&l))
		ask("reaction (an emoji, or its name): ", pick_react_answer);
}

static void
pick_delete_answer(enum ask_step step, const char *text)
{
	const struct buffer *b = window.shown;
	struct scrollback_line l;

	if (step == ASK_DONE && (*text == 'y' || *text == 'Y') &&
	    pick_known(&l))
		pick_tell(say_redact(b->session, b->name, l.news.msgid,
		    NULL) == -1, "delete messages");
	if (step == ASK_DONE || step == ASK_GONE)
		pick_end();
}

void
pick_delete(int unused)
{
	struct scrollback_line l;

	(void)unused;
	if (pick_known(&l))
		ask("delete it for everybody? (y/n) ", pick_delete_answer);
}

void
pick_copy(int unused)
{
	static struct format f;
	struct scrollback_line l;

	(void)unused;
	if (!pick_line(&l) || l.news.text == NULL ||
	    format_plain(&f, l.news.text) == -1)
		return;
	if (hyper_copy(f.text, f.len) == -1)
		news_error(window.shown->session,
		    "this terminal cannot copy");
	pick_end();
}

/* What failed or may have goes once more, as it was. */
void
pick_again(int unused)
{
	const struct buffer *b = window.shown;
	struct scrollback_line l;
	char text[SCROLLBACK_TEXT];

	(void)unused;
	if (!pick_line(&l) || (l.state != SCROLLBACK_FAILED &&
	    l.state != SCROLLBACK_UNSURE) || l.news.text == NULL)
		return;
	snprintf(text, sizeof(text), "%s", l.news.text);
	own_say(b->session, l.news.kind == NEWS_NOTICE ? "NOTICE" : "PRIVMSG",
	    b->name, l.news.kind == NEWS_ACTION ? "ACTION" : NULL,
	    l.news.reply, text);
	pick_end();
}

void
pick_leave(int unused)
{
	(void)unused;
	pick_end();
}
