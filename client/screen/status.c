/* SPDX-License-Identifier: ISC */
/*
 * The status: one row that says how things are: where one is, who one is
 * there, how long the server takes, what is on its way, who is typing, and
 * when there will be another attempt.
 *
 * A table of pieces, the most important ones first; those that there is no
 * room for any more are left out.
 */

#include <stdio.h>
#include <string.h>

#include "buffer.h"
#include "canvas.h"
#include "client/session/room.h"
#include "client/session/sealed.h"
#include "client/session/session.h"
#include "format.h"
#include "lines.h"
#include "theme.h"
#include "window.h"
#include "wrap.h"

enum {
	STATUS_PIECE = 200,
	STATUS_LAG = 1000, /* milliseconds of lag that are worth an alarm */
};

/* Writes a piece, or nothing; 1: it is an alarm. */
typedef int status_piece(char *buf, size_t size, const struct buffer *b);

static int
status_network(char *buf, size_t size, const struct buffer *b)
{
	snprintf(buf, size, "%s", buffer_network(b));
	return 0;
}

static int
status_line(char *buf, size_t size, const struct buffer *b)
{
	const struct session *s = b->session;
	const struct connection *c = &s->connection;
	int64_t wait = c->retry_at - window.now;

	if (s->state == SESSION_ONLINE)
		return 0;
	if (s->state == SESSION_OVER)
		snprintf(buf, size, "over: %s", s->why);
	else if (c->refused)
		snprintf(buf, size, "not trusted: see /trust");
	else if (s->state == SESSION_QUITTING)
		snprintf(buf, size, "leaving");
	else if (s->state == SESSION_REGISTERING)
		snprintf(buf, size, "logging in");
	else if (c->state != CONNECTION_IDLE || wait <= 0)
		snprintf(buf, size, "connecting");
	else
		snprintf(buf, size, "reconnecting in %lld s",
		    (long long)(wait + 999) / 1000);
	return 1;
}

/* Who reads along; on this machine nobody can. */
static int
status_tls(char *buf, size_t size, const struct buffer *b)
{
	const struct connection *c = &b->session->connection;

	if (c->tls && c->state == CONNECTION_OPEN)
		snprintf(buf, size, "TLS");
	else if (!connection_is_private(c))
		snprintf(buf, size, "not encrypted");
	return !c->tls;
}

static int
status_nick(char *buf, size_t size, const struct buffer *b)
{
	snprintf(buf, size, "%s", b->session->nick);
	return 0;
}

static int
status_room(char *buf, size_t size, const struct buffer *b)
{
	const struct room *r;

	if (b->kind == BUFFER_SERVER)
		return 0;
	r = b->kind == BUFFER_ROOM ?
	    room_find(b->session->rooms, b->name) : NULL;
	snprintf(buf, size, "%s%s%s", b->name,
	    r != NULL && *r->modes ? " " : "", r != NULL ? r->modes : "");
	return 0;
}

/* Whether what one says here is encrypted; why it cannot go is said then. */
static int
status_secure(char *buf, size_t size, const struct buffer *b)
{
	enum sealed_policy policy;
	const char *why;

	if (b->kind != BUFFER_PERSON)
		return 0;
	policy = sealed_policy(b->session, b->name, &why);
	if (policy == SEALED_SEAL)
		snprintf(buf, size, "secure");
	else if (policy == SEALED_REFUSE)
		snprintf(buf, size, "nothing is sent");
	return policy == SEALED_REFUSE;
}

static int
status_outbox(char *buf, size_t size, const struct buffer *b)
{
	unsigned int n = b->session->outbox.count;

	if (n > 0)
		snprintf(buf, size, "sending %u", n);
	return 0;
}

static int
status_lag(char *buf, size_t size, const struct buffer *b)
{
	int lag = session_lag(b->session, window.now);

	if (b->session->state != SESSION_ONLINE || lag < 0)
		return 0;
	snprintf(buf, size, "lag %d.%02d s", lag / 1000, lag % 1000 / 10);
	return lag >= STATUS_LAG;
}

static int
status_typing(char *buf, size_t size, const struct buffer *b)
{
	size_t len = 0;
	int i, n = 0;

	for (i = 0; i < BUFFER_TYPERS; i++)
		if (b->typer[i].until > window.now && len < size) {
			len += snprintf(buf + len, size - len, "%s%s",
			    n > 0 ? ", " : "", b->typer[i].nick);
			n++;
		}
	if (n > 0 && len < size)
		snprintf(buf + len, size - len, n > 1 ? " are typing" :
		    " is typing");
	return 0;
}

static int
status_below(char *buf, size_t size, const struct buffer *b)
{
	unsigned long n = lines_below(b);

	if (b->past == BUFFER_PAST_ASKED && !lines_is_following(b))
		snprintf(buf, size, "fetching older lines");
	else if (!lines_is_following(b))
		snprintf(buf, size, "%lu more below", n);
	return 1;
}

static status_piece *const status_pieces[] = {
	status_network,
	status_tls,
	status_nick,
	status_line,
	status_below,
	status_room,
	status_secure,
	status_typing,
	status_outbox,
	status_lag,
};

void
status_draw(const struct layout_rect *r)
{
	struct paint p = theme(THEME_STATUS), alarm = theme(THEME_ALARM);
	static struct format f;
	char raw[STATUS_PIECE];
	int x = r->x + 1, end = r->x + r->columns, is_alarm, width;
	size_t i;

	canvas_blank(r->y, r->x, r->columns, &p);
	if (window.shown == NULL)
		return;
	for (i = 0; i < sizeof(status_pieces) / sizeof(status_pieces[0]);
	    i++) {
		*raw = '\0';
		is_alarm = status_pieces[i](raw, sizeof(raw),
		    window.shown);
		if (*raw == '\0' || format_plain(&f, raw) == -1)
			continue;
		width = end - x;
		if (width <= 0 || (i > 0 && wrap_fit(f.text, f.len, width) <
		    f.len))
			continue;
		x += canvas_put(r->y, x, width, f.text,
		    wrap_fit(f.text, f.len, width), is_alarm ? &alarm : &p);
		x += 2;
	}
}
