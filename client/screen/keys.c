/* SPDX-License-Identifier: ISC */
/*
 * Keys: from the bytes of the terminal to what is done.
 *
 * A key goes to the question that is asked, if there is one, else to what it
 * is bound to (binding.c), else to the text being typed (edit.c).  What is
 * typed belongs to the buffer that is shown and stays there when another one
 * is; Enter sends it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "binding.h"
#include "buffer.h"
#include "client/command.h"
#include "client/input/complete.h"
#include "client/input/edit.h"
#include "client/input/key.h"
#include "client/input/recall.h"
#include "client/loop.h"
#include "client/session/room.h"
#include "client/session/say.h"
#include "client/session/sealed.h"
#include "client/session/session.h"
#include "client/setting/setting.h"
#include "feed.h"
#include "keys.h"
#include "lines.h"
#include "pick.h"
#include "scrollback.h"
#include "window.h"

enum { KEYS_WHEEL = 3 }; /* rows a notch */

static struct key_reader keys_reader;
static int keys_end;
static char *keys_pasted; /* asked about */

/* ---- sending ---- */

/* A command may have chosen whom to talk to. */
static void
keys_follow(struct session *s)
{
	struct buffer *b;

	if (*s->target == '\0')
		return;
	b = feed_buffer(s, s->target);
	if (b != NULL && b != window.shown)
		window_show(b);
}

/* A command made an end of talking here; a room that we are in is closed once
 * we are out of it. */
static void
keys_close(struct buffer *b)
{
	const struct session *s = b->session;
	const struct room *r = room_find(s->rooms, b->name);

	if (b != window.shown || b->kind == BUFFER_SERVER ||
	    *s->target != '\0' || (r != NULL && r->joined))
		return;
	window_leave(b);
	buffer_forget(b);
	window.dirty |= DIRTY_ALL;
}

static int
keys_is_command(const char *text)
{
	return text[0] == '/' && text[1] != '/';
}

/* An answer names the message it answers. */
static int
keys_reply(struct buffer *b, const char *text)
{
	struct scrollback_line l;
	size_t i = scrollback_at(b->lines, b->reply);

	if (b->reply == 0 || i >= scrollback_count(b->lines))
		return 0;
	scrollback_line(b->lines, i, &l);
	b->reply = 0;
	if (l.news.msgid == NULL)
		return 0;
	say_reply(b->session, b->name, l.news.msgid,
	    text + (*text == '/'));
	return 1;
}

static void
keys_send(struct buffer *b, char *text)
{
	struct session *s = b->session;

	if (!keys_is_command(text) && !outbox_has_room(&s->outbox)) {
		news_error(s, "too many lines are waiting for the server");
		edit_set(b->edit, text);
		return;
	}
	lines_end();
	window_seen(b);
	if (keys_is_command(text)) {
		b->commanded = window.now;
		command_line(s, text, 0);
		keys_follow(s);
		keys_close(b);
	} else {
		if (!keys_reply(b, text))
			command_line(s, text, 0);
		if (b->kind != BUFFER_SERVER)
			say_typing(s, b->name, SAY_SENT);
	}
	window.dirty |= DIRTY_ALL;
}

static int
keys_lines(const char *text)
{
	int n = 1;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void
keys_paste_answer(enum ask_step step, const char *answer)
{
	char *text = keys_pasted;

	if (step != ASK_DONE && step != ASK_GONE)
		return;
	keys_pasted = NULL;
	if (text == NULL)
		return;
	if (step == ASK_DONE && (*answer == 'y' || *answer == 'Y'))
		keys_send(window.shown, text);
	else if (window.shown->edit != NULL)
		edit_set(window.shown->edit, text);
	free(text);
}

/* Many lines that would be as many messages are not sent unasked. */
static int
keys_ask(const struct buffer *b, char *text)
{
	char prompt[ASK_PROMPT];
	int n = keys_lines(text);

	if (n < KEYS_PASTE_ASK || keys_is_command(text) ||
	    b->session->multiline_lines > 0 || !setting_is("paste", "ask"))
		return 0;
	snprintf(prompt, sizeof(prompt),
	    "send these %d lines as %d messages? (y/n) ", n, n);
	keys_pasted = text;
	ask(prompt, keys_paste_answer);
	return 1;
}

static void
keys_enter(struct buffer *b)
{
	char *text;

	if (edit_length(b->edit) == 0)
		return;
	text = edit_take(b->edit);
	if (text == NULL)
		return;
	recall_add(b->session->target, text,
	    sealed_hides(b->session, text));
	window_keep(b);
	window.dirty |= DIRTY_LAYOUT;
	if (keys_ask(b, text))
		return;
	keys_send(b, text);
	free(text);
}

/* Each of its lines as if it were typed. */
static void
keys_enter_lines(struct buffer *b)
{
	char *text = edit_take(b->edit), *rest = text, *line;

	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0' && window.shown != NULL)
			keys_send(window.shown, line);
	free(text);
}

/* The end of a paste: many lines wait for Enter, or do not. */
static void
keys_paste(struct buffer *b)
{
	if (strchr(edit_text(b->edit), '\n') == NULL)
		return;
	if (setting_is("paste", "send"))
		keys_enter(b);
	else if (setting_is("paste", "lines"))
		keys_enter_lines(b);
}

/* ---- typing ---- */

static void
keys_typing(const struct buffer *b)
{
	const char *text = edit_text(b->edit);

	if (b->kind == BUFFER_SERVER ||
	    !setting_on_in(b->session->network, "typing"))
		return;
	if (*text == '\0')
		say_typing(b->session, b->name, SAY_DONE);
	else if (!keys_is_command(text))
		say_typing(b->session, b->name, SAY_ACTIVE);
}

static void
keys_complete(struct buffer *b, int step)
{
	static struct complete *c;

	if (c == NULL)
		c = complete_new();
	if (c != NULL)
		complete_step(c, b->edit, complete_session(), b->session,
		    step);
}

static void
keys_edit(struct buffer *b, const struct key *k)
{
	unsigned int version = edit_version(b->edit);
	int pasting = edit_is_pasting(b->edit);

	switch (edit_key(b->edit, k)) {
	case EDIT_ENTER:
		keys_enter(b);
		return;
	case EDIT_COMPLETE:
		keys_complete(b, 1);
		break;
	case EDIT_COMPLETE_BACK:
		keys_complete(b, -1);
		break;
	case EDIT_END:
		keys_end = 1;
		return;
	default:
		break;
	}
	if (!edit_is_pasting(b->edit))
		window.dirty |= DIRTY_INPUT;
	if (edit_version(b->edit) != version)
		keys_typing(b);
	if (pasting && !edit_is_pasting(b->edit))
		keys_paste(b);
}

/* ---- the mouse ---- */

static void
keys_click(const struct key *k)
{
	enum layout_pane pane = layout_at(&window.layout, k->row, k->column);
	int y;

	if (pane == PANE_COUNT)
		return;
	y = k->row - window.layout.pane[pane].y;
	if (pane == PANE_SIDE)
		window_show(side_at(y));
	else if (pane == PANE_LINES && lines_at(y) != 0)
		pick_set(lines_at(y));
}

/* What comes from the terminal and is no key on a keyboard; 1: it was. */
static int
keys_report(const struct key *k)
{
	switch (k->code) {
	case KEYCODE_FOCUS_IN:
		window.away = 0;
		window.dirty |= DIRTY_SIDE;
		break;
	case KEYCODE_FOCUS_OUT:
		window.away = 1;
		break;
	case KEYCODE_PRESS:
		keys_click(k);
		break;
	case KEYCODE_WHEEL_UP:
		lines_scroll(-KEYS_WHEEL);
		break;
	case KEYCODE_WHEEL_DOWN:
		lines_scroll(KEYS_WHEEL);
		break;
	case KEYCODE_RELEASE:
	case KEYCODE_DRAG:
		break;
	default:
		return 0;
	}
	return 1;
}

/* ---- a key ---- */

static const struct binding *
keys_bound(const struct key *k)
{
	const struct binding *b = NULL;
	char name[KEY_NAME];

	if (k->mods & KEYMOD_PASTED)
		return NULL;
	key_spell(k, name);
	if (pick_is_on()) {
		b = binding_find(BINDING_PICK, name);
		if (b == NULL)
			b = binding_find(BINDING_PLAIN, name);
		if (b == NULL)
			pick_end();
		return b;
	}
	/* while ^R searches they are of the search */
	if (window.shown != NULL && window.shown->edit != NULL &&
	    edit_prompt(window.shown->edit) != NULL)
		return NULL;
	return binding_find(BINDING_PLAIN, name);
}

static void
keys_press(const struct key *k)
{
	const struct binding *b;
	struct session *s;
	size_t i;

	if (keys_report(k))
		return;
	window.typed = window.now;
	for (i = 0; (s = loop_session(i)) != NULL; i++)
		session_active(s, window.now);
	if (ask_is_on()) {
		ask_key(k);
		return;
	}
	b = keys_bound(k);
	if (b != NULL)
		b->act(b->argument);
	else if (window.shown != NULL && window.shown->edit != NULL)
		keys_edit(window.shown, k);
}

void
keys_take(const char *bytes, size_t len)
{
	struct key k;
	size_t i;

	for (i = 0; i < len; i++)
		if (key_take(&keys_reader, bytes[i], &k))
			keys_press(&k);
}

int
keys_timeout(void)
{
	return key_timeout(&keys_reader);
}

void
keys_expire(void)
{
	struct key k;

	if (key_expire(&keys_reader, &k))
		keys_press(&k);
}

int
keys_ended(void)
{
	return keys_end;
}
