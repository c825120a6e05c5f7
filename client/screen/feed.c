/* SPDX-License-Identifier: ISC */
/*
 * The feed: what news mean to the buffers.
 *
 * One table: where news of a kind belong, and what else there is to do with
 * them.  What concerns a person and no room goes to each room that person is
 * in, and to the talk with them; what concerns nobody goes to the session's
 * own buffer, or, if it may be the answer to a command, to where that was
 * given.
 */

#include <errno.h>
#include <string.h>

#include "buffer.h"
#include "canvas.h"
#include "client/session/room.h"
#include "client/session/session.h"
#include "client/setting/setting.h"
#include "feed.h"
#include "lines.h"
#include "notify.h"
#include "scrollback.h"
#include "window.h"

struct feed {
	/* What to do with it in B; most are added to its lines. */
	void (*take)(struct buffer *b, const struct news *n);
	int panes;   /* that show something else afterwards */
	int quiet;   /* it does not make a buffer */
	int apart;   /* not shown in rooms, only in the talk with a person */
};

struct buffer *
feed_buffer(struct session *s, const char *name)
{
	if (name == NULL || *name == '\0')
		return buffer_find(s, "");
	return buffer_know(s, session_is_room(s, name) ? BUFFER_ROOM :
	    BUFFER_PERSON, name);
}

/* ---- telling a person ---- */

static int
feed_is_watched(const struct buffer *b)
{
	return b == window.shown && !window.away && lines_is_following(b) &&
	    window.now - window.typed < FEED_PRESENT;
}

static void
feed_notify(const struct buffer *b, const struct news *n)
{
	const char *command[NOTIFY_WORDS + 1];
	struct notice notice = { n->nick, NULL, n->text };
	int i;

	if (!(n->flags & NEWS_MENTION) || (n->flags & (NEWS_PLAYBACK |
	    NEWS_OWN)) || feed_is_watched(b) || !notify_is_due(window.now))
		return;
	if (setting_on("bell"))
		canvas_bell();
	if (b->kind == BUFFER_ROOM)
		notice.room = b->name;
	/* the arguments of a program can be seen by all on this machine */
	if (n->flags & NEWS_SECURE)
		notice.text = "[encrypted message]";
	for (i = 0; i < NOTIFY_WORDS; i++)
		if ((command[i] = setting_item("notify-command", i)) == NULL)
			break;
	command[i] = NULL;
	if (i > 0 && notify_run(command, &notice) == -1)
		news_error(b->session, "notify-command: %s: %s", command[0],
		    strerror(errno));
}

/* ---- what happens in a buffer ---- */

/* What comes while one looks is read, but for what was unread before: the
 * line before it stays until one goes. */
static void
feed_add(struct buffer *b, const struct news *n)
{
	int watched = b == window.shown && !window.away &&
	    lines_is_following(b) && scrollback_first_unread(b->lines) == 0;

	if (scrollback_add(b->lines, n) == 0)
		return;
	if (watched)
		window_seen(b);
	window.dirty |= DIRTY_SIDE;
	if (b == window.shown)
		window.dirty |= DIRTY_LINES | DIRTY_STATUS;
}

/* What comes with entering a room is in the panes around. */
static void
feed_reply(struct buffer *b, const struct news *n)
{
	if (!(n->flags & NEWS_UNASKED))
		feed_add(b, n);
}

static void
feed_event(struct buffer *b, const struct news *n)
{
	feed_add(b, n);
	if (b != window.shown && !(n->flags & NEWS_PLAYBACK))
		b->events = 1;
}

static void
feed_message(struct buffer *b, const struct news *n)
{
	if (n->nick != NULL)
		buffer_typing(b, n->nick, 0, window.now);
	feed_add(b, n);
	feed_notify(b, n);
}

static void
feed_join(struct buffer *b, const struct news *n)
{
	const struct session *s = b->session;

	feed_event(b, n);
	if ((n->flags & NEWS_OWN) && !(n->flags & NEWS_PLAYBACK)) {
		b->past = BUFFER_PAST_UNKNOWN;
		if (isupport_cmp(&s->isupport, s->target, b->name) == 0)
			window_show(b);
	}
}

static void
feed_part(struct buffer *b, const struct news *n)
{
	if (!(n->flags & NEWS_OWN) || (n->flags & NEWS_PLAYBACK)) {
		feed_event(b, n);
		return;
	}
	window_leave(b);
	buffer_forget(b);
	window.dirty |= DIRTY_ALL;
}

/* The talk with somebody who has another nick is another now, unless there
 * is one already. */
static void
feed_nick(struct buffer *b, const struct news *n)
{
	feed_event(b, n);
	if (b->kind == BUFFER_PERSON && n->about != NULL &&
	    !(n->flags & NEWS_PLAYBACK) &&
	    buffer_find(b->session, n->about) == NULL) {
		buffer_rename(b, n->about);
		if (b == window.shown)
			session_target(b->session, b->name);
	}
}

static void
feed_rename(struct buffer *b, const struct news *n)
{
	feed_event(b, n);
	if (n->about == NULL)
		return;
	buffer_rename(b, n->about);
	if (b == window.shown)
		session_target(b->session, b->name);
}

static void
feed_typing(struct buffer *b, const struct news *n)
{
	if ((n->flags & NEWS_OWN) || n->nick == NULL)
		return;
	buffer_typing(b, n->nick, n->text != NULL &&
	    strcmp(n->text, "active") == 0, window.now);
}

static void
feed_react(struct buffer *b, const struct news *n)
{
	if (n->about != NULL && n->text != NULL && n->nick != NULL)
		scrollback_react(b->lines, n->about, n->nick,
		    !!(n->flags & NEWS_OWN), n->text);
}

static void
feed_unreact(struct buffer *b, const struct news *n)
{
	if (n->about != NULL && n->text != NULL && n->nick != NULL)
		scrollback_unreact(b->lines, n->about, n->nick,
		    !!(n->flags & NEWS_OWN), n->text);
}

static void
feed_redact(struct buffer *b, const struct news *n)
{
	if (n->about != NULL)
		scrollback_redact(b->lines, n->about, n->nick, n->text);
}

/* What we said ourselves was read comes back; the line of what is unread is
 * to stay where it is while one looks at it. */
static void
feed_marker(struct buffer *b, const struct news *n)
{
	if (b != window.shown || n->when > b->sent)
		scrollback_read(b->lines, n->when);
}

static void
feed_accepted(struct buffer *b, const struct news *n)
{
	scrollback_accept(b->lines, n->serial, n->msgid, 0);
}

static void
feed_failed(struct buffer *b, const struct news *n)
{
	scrollback_fail(b->lines, n->serial, SCROLLBACK_FAILED, n->text);
}

static void
feed_unsure(struct buffer *b, const struct news *n)
{
	scrollback_fail(b->lines, n->serial, SCROLLBACK_UNSURE, n->text);
}

/* The end of what was asked for.  What nobody here asked for is the end of
 * what a session fetches by itself. */
static void
feed_history(struct buffer *b, const struct news *n)
{
	if (b->past != BUFFER_PAST_ASKED || n->text == NULL ||
	    strcmp(n->text, "before") != 0)
		return;
	scrollback_page(b->lines, 0);
	b->past = n->flags & NEWS_REFUSED ? BUFFER_PAST_UNKNOWN :
	    BUFFER_PAST_MORE;
	if (!(n->flags & (NEWS_MORE | NEWS_REFUSED)))
		scrollback_begins(b->lines);
}

static void
feed_nothing(struct buffer *b, const struct news *n)
{
	(void)b;
	(void)n;
}

/* ---- the table ---- */

static const struct feed feeds[NEWS_KINDS] = {
	[NEWS_MESSAGE] = { feed_message, 0, 0, 0 },
	[NEWS_NOTICE] = { feed_message, 0, 1, 0 },
	[NEWS_ACTION] = { feed_message, 0, 0, 0 },
	[NEWS_CTCP] = { feed_event, 0, 1, 0 },
	[NEWS_JOIN] = { feed_join, DIRTY_MEMBERS | DIRTY_SIDE, 0, 0 },
	[NEWS_PART] = { feed_part, DIRTY_MEMBERS | DIRTY_SIDE, 1, 0 },
	[NEWS_QUIT] = { feed_event, DIRTY_MEMBERS, 1, 0 },
	[NEWS_KICK] = { feed_event, DIRTY_MEMBERS | DIRTY_SIDE, 1, 0 },
	[NEWS_NICK] = { feed_nick, DIRTY_ALL & ~DIRTY_LAYOUT, 1, 0 },
	[NEWS_MODE] = { feed_event, DIRTY_MEMBERS | DIRTY_STATUS, 1, 0 },
	[NEWS_TOPIC] = { feed_event, DIRTY_TOPIC, 1, 0 },
	[NEWS_INVITE] = { feed_event, 0, 1, 0 },
	[NEWS_AWAY] = { feed_event, DIRTY_MEMBERS, 1, 1 },
	[NEWS_BACK] = { feed_event, DIRTY_MEMBERS, 1, 1 },
	[NEWS_ACCOUNT] = { feed_event, 0, 1, 1 },
	[NEWS_SETNAME] = { feed_event, 0, 1, 1 },
	[NEWS_CHGHOST] = { feed_event, 0, 1, 1 },
	[NEWS_RENAME] = { feed_rename, DIRTY_ALL & ~DIRTY_LAYOUT, 1, 0 },
	[NEWS_WALLOPS] = { feed_message, 0, 1, 0 },
	[NEWS_TYPING] = { feed_typing, DIRTY_STATUS, 1, 0 },
	[NEWS_REACT] = { feed_react, DIRTY_LINES, 1, 0 },
	[NEWS_UNREACT] = { feed_unreact, DIRTY_LINES, 1, 0 },
	[NEWS_REDACT] = { feed_redact, DIRTY_LINES, 1, 0 },
	[NEWS_MARKER] = { feed_marker, DIRTY_SIDE | DIRTY_LINES, 1, 0 },
	[NEWS_MEMBERS] = { feed_nothing, DIRTY_MEMBERS | DIRTY_TOPIC |
	    DIRTY_STATUS, 1, 0 },
	[NEWS_ACCEPTED] = { feed_accepted, DIRTY_LINES | DIRTY_STATUS, 1, 0 },
	[NEWS_FAILED] = { feed_failed, DIRTY_LINES | DIRTY_STATUS, 1, 0 },
	[NEWS_UNSURE] = { feed_unsure, DIRTY_LINES | DIRTY_STATUS, 1, 0 },
	[NEWS_HISTORY] = { feed_history, DIRTY_LINES | DIRTY_STATUS, 1, 0 },
	[NEWS_REPLY] = { feed_reply, DIRTY_TOPIC | DIRTY_STATUS, 1, 0 },
	[NEWS_ERROR] = { feed_event, DIRTY_STATUS, 1, 0 },
	[NEWS_CLIENT] = { feed_add, 0, 1, 0 },
	[NEWS_STATE] = { feed_event, DIRTY_ALL & ~DIRTY_LAYOUT, 1, 0 },
	[NEWS_SEALED] = { feed_message, 0, 0, 0 },
};

/* ---- where they go ---- */

/* To each room that somebody is in, and the talk with them. */
static void
feed_everywhere(struct session *s, const struct news *n)
{
	const struct feed *f = &feeds[n->kind];
	struct buffer *b, *next;
	struct room *r;

	for (b = buffer_first(); b != NULL; b = next) {
		next = b->next;
		if (b->session != s)
			continue;
		r = b->kind == BUFFER_ROOM ? room_find(s->rooms, b->name) :
		    NULL;
		if (b->kind == BUFFER_PERSON ? isupport_cmp(&s->isupport,
		    b->name, n->nick) == 0 : r != NULL && !f->apart &&
		    room_has(r, n->nick))
			f->take(b, n);
	}
}

/* The buffer for what belongs to no room. */
static struct buffer *
feed_home(struct session *s)
{
	struct buffer *b = window.shown;

	if (b != NULL && (s == NULL || (b->session == s && b->commanded != 0 &&
	    window.now - b->commanded < FEED_ANSWER)))
		return b;
	return s == NULL ? buffer_first() : buffer_find(s, "");
}

/* A buffer for what begins with N, which is not read yet. */
static struct buffer *
feed_begin(struct session *s, const struct news *n)
{
	struct buffer *b = feed_buffer(s, n->room);

	if (b != NULL)
		scrollback_read(b->lines, n->when - 1);
	return b;
}

static int
feed_is_of_person(const struct news *n)
{
	return n->nick != NULL && (n->kind == NEWS_QUIT ||
	    n->kind == NEWS_NICK || feeds[n->kind].apart);
}

void
feed_tell(struct session *s, const struct news *n)
{
	const struct feed *f = &feeds[n->kind];
	struct buffer *b = NULL;

	if (f->take == NULL)
		return;
	window.dirty |= f->panes;
	if (n->room == NULL && feed_is_of_person(n)) {
		feed_everywhere(s, n);
		return;
	}
	if (n->room != NULL && s != NULL)
		b = buffer_find(s, n->room);
	if (b == NULL && n->room != NULL && s != NULL && !f->quiet)
		b = feed_begin(s, n);
	if (b == NULL)
		b = feed_home(s);
	if (b != NULL)
		f->take(b, n);
}
