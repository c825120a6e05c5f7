/* SPDX-License-Identifier: ISC */
/*
 * moot send: says something, and knows what became of it.
 *
 * The first message is a probe: nothing more is said before its fate is
 * known.  A room that does not let us speak from outside is entered then, and
 * the probe said again; a person who is not here is waited for, if that is
 * wanted.  All else is said as fast as the server takes it, and the first
 * refusal ends it: what a script was to say is said in order, or not at all
 * from some line on.
 *
 * Who enters a room that does not exist makes it, and says things to nobody.
 * So where the server knew no such room, it is left again unless others are
 * there or it is registered.
 *
 * Text may come from anywhere, so nothing in it can become a command, CTCP or
 * a line of its own: controls but those of formatting become U+FFFD, as does
 * what is no UTF-8.
 */

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/line/terminal.h"
#include "client/loop.h"
#include "client/session/listing.h"
#include "client/session/own.h"
#include "client/session/room.h"
#include "irc/capability.h"
#include "irc/utf8.h"
#include "send.h"

#define REPLACEMENT "\xef\xbf\xbd"

enum send_state {
	SEND_PROBE,    /* nothing was accepted yet */
	SEND_ENTERING, /* the room, to say the probe again */
	SEND_MISSING,  /* the person, who is waited for */
	SEND_FLOW,
	SEND_LOOKING,  /* all was accepted; is the person here? */
};

static void send_look_again(struct loop_timer *t);

static struct loop_timer send_timer = { 0, send_look_again, NULL };

static struct {
	struct script *script; /* once we were online */
	enum send_state state;
	int typed;          /* lines come from standard input */
	char *text;         /* what is left of the arguments, or all input */
	size_t len, size;
	char *probe;        /* to be said again */
	int tried;          /* to enter the room */
	unsigned int under_way;
	int unknown;        /* there was no such room */
	int kept;           /* for who is not here */
	int said, refused;
	enum session_status worst;
} sending;

/* ---- text ---- */

/* What formats text, and the tab, may stay. */
static int
send_is_good(const char *s, int n)
{
	static const char format[] = "\t\002\003\004\017\021\026\035\036\037";
	unsigned char c = *s;

	return n > 1 || (n == 1 && c != 0x7f &&
	    (c >= ' ' || strchr(format, c) != NULL));
}

/* A copy of LEN bytes at S that can be said, for the caller to free. */
static char *
send_clean(const char *s, size_t len)
{
	char *text = malloc(3 * len + 1), *p = text;
	uint32_t cp;
	int n;

	if (text == NULL)
		return NULL;
	for (; len > 0; s += n, len -= n) {
		n = utf8_decode(&cp, s, len);
		if (send_is_good(s, n) || (*s == '\n' && n == 1)) {
			memcpy(p, s, n);
			p += n;
			continue;
		}
		if (*s != '\r') {
			memcpy(p, REPLACEMENT, strlen(REPLACEMENT));
			p += strlen(REPLACEMENT);
		}
		n = n > 0 ? n : 1;
	}
	*p = '\0';
	return text;
}

/* ---- what is to be said ---- */

static int
send_add(struct script *x, const char *s, char end)
{
	size_t len = strlen(s), size = sending.size > 0 ? sending.size : 1024;
	char *text;

	while (size < sending.len + len + 2)
		size *= 2;
	if (x->multiline && sending.len + len > SEND_MOST) {
		script_complain(x, "more than %d bytes for one message",
		    SEND_MOST);
		return -1;
	}
	text = sending.text;
	if (size != sending.size)
		text = realloc(text, size);
	if (text == NULL) {
		script_complain(x, "out of memory");
		return -1;
	}
	sending.text = text;
	sending.size = size;
	memcpy(sending.text + sending.len, s, len);
	sending.len += len;
	sending.text[sending.len++] = end;
	sending.text[sending.len] = '\0';
	return 0;
}

int
send_begin(struct script *x)
{
	int i;

	if (!script_is_target(x, x->argv[0]))
		return -1;
	if (x->reply != NULL && (*x->reply == '\0' ||
	    strpbrk(x->reply, " \r\n") != NULL)) {
		script_complain(x, "not a msgid: %s", x->reply);
		return -1;
	}
	sending.typed = x->argc == 1;
	for (i = 1; i < x->argc; i++)
		if (send_add(x, x->argv[i], ' ') == -1)
			return -1;
	if (sending.len > 0)
		sending.text[sending.len - 1] = '\n';
	return 0;
}

/* Says the LEN bytes at S, unless there is nothing in them. */
static void
send_say(struct script *x, const char *s, size_t len)
{
	char *text = send_clean(s, len);

	if (text == NULL || text[strspn(text, "\n")] == '\0') {
		free(text);
		return;
	}
	sending.said = 1;
	if (own_say(x->session, x->notice ? "NOTICE" : "PRIVMSG",
	    x->argv[0], NULL, x->reply, text) == 0) {
		sending.refused = 1;
		sending.worst = STATUS_LINE_REFUSED;
	}
	if (sending.state == SEND_PROBE && sending.probe == NULL)
		sending.probe = text;
	else
		free(text);
}

/* The next line of the arguments. */
static int
send_next(struct script *x)
{
	char *end;
	size_t len;

	end = sending.len > 0 ? memchr(sending.text, '\n', sending.len) : NULL;
	if (end == NULL)
		return 0;
	len = end - sending.text;
	send_say(x, sending.text, len);
	sending.len -= len + 1;
	memmove(sending.text, end + 1, sending.len + 1);
	return 1;
}

/* ---- standard input ---- */

static void
send_read(struct loop_watch *w, short revents)
{
	(void)w;
	(void)revents;
	terminal_read();
}

static struct loop_watch send_input = { STDIN_FILENO, 0, send_read, NULL };

/* Whether something more may be said now. */
static int
send_may(const struct script *x)
{
	if (!x->online || sending.refused)
		return 0;
	if (sending.state == SEND_PROBE)
		return sending.under_way == 0 && sending.probe == NULL;
	return sending.state == SEND_FLOW &&
	    outbox_has_room(&x->session->outbox);
}

/* All of it is one message: collects it, and says it at the end. */
static void
send_collect(struct script *x)
{
	const char *line;
	int continued;

	while ((line = terminal_line(&continued)) != NULL) {
		if (continued)
			sending.len--; /* without the end of a line */
		if (send_add(x, line, '\n') == -1) {
			script_end(x, STATUS_USAGE);
			return;
		}
	}
}

static void
send_take(struct script *x)
{
	const char *line;
	int continued;

	if (x->multiline)
		send_collect(x);
	else
		while (send_may(x) &&
		    (line = terminal_line(&continued)) != NULL)
			send_say(x, line, strlen(line));
}

/* Whether there is nothing left to be said. */
static int
send_is_over(void)
{
	return sending.refused || (sending.len == 0 &&
	    (!sending.typed || terminal_ended()));
}

static void
send_finish(struct script *x)
{
	if (!sending.said)
		script_complain(x, "nothing to say");
	if (sending.worst != STATUS_OK)
		script_end(x, sending.worst);
	else if (!sending.said)
		script_end(x, STATUS_USAGE);
	else
		script_end(x, sending.kept ? STATUS_KEPT : STATUS_OK);
}

static int
send_to_room(const struct script *x)
{
	return session_is_room(x->session, x->argv[0]);
}

static void
send_look(struct script *x)
{
	if (!listing_watch(x->session, x->argv[0]))
		send_timer.due = connection_now() + SEND_ASK;
}

/* Without MONITOR one has to ask again and again. */
static void
send_look_again(struct loop_timer *t)
{
	struct script *x = sending.script;

	(void)t;
	if (x->online && sending.state == SEND_MISSING)
		send_look(x);
}

/* All that was to be said was. */
static void
send_accepted(struct script *x)
{
	if (!x->wait || sending.worst != STATUS_OK || !sending.said ||
	    send_to_room(x)) {
		send_finish(x);
		return;
	}
	sending.state = SEND_LOOKING;
	send_look(x);
}

void
send_turn(struct script *x)
{
	if (sending.typed && x->online)
		send_take(x);
	if (x->ending)
		return;
	if (x->multiline && send_may(x) && sending.len > 0 &&
	    (!sending.typed || terminal_ended())) {
		send_say(x, sending.text, sending.len - 1);
		sending.len = 0;
	}
	while (!x->multiline && send_may(x) && send_next(x))
		;
	send_input.events = sending.typed && !terminal_ended() &&
	    (send_may(x) || (x->multiline && x->online)) ? POLLIN : 0;
	if (sending.typed && !terminal_ended() && sending.under_way == 0)
		script_begin_time(x); /* it is not the server that is late */
	if ((x->online || sending.refused) && sending.under_way == 0 &&
	    send_is_over() &&
	    (sending.state == SEND_PROBE || sending.state == SEND_FLOW))
		send_accepted(x);
}

void
send_online(struct script *x)
{
	if (sending.script == NULL) {
		sending.script = x;
		loop_add_timer(&send_timer);
		if (sending.typed)
			loop_add_watch(&send_input);
		x->session->once = 0; /* to know what became of it */
	}
	if (sending.state == SEND_MISSING || sending.state == SEND_LOOKING)
		send_look(x);
}

/* ---- what becomes of it ---- */

/* What a refusal is, by its numeric or code. */
static const struct send_refusal {
	const char *code;
	enum session_status status;
	int room, person; /* one may enter it; one may wait */
} send_refusals[] = {
	{ "", STATUS_LINE_REFUSED, 1, 1 }, /* it did not say */
	{ "401", STATUS_NOBODY, 0, 1 },
	{ "403", STATUS_NOBODY, 1, 0 },
	{ "404", STATUS_LINE_REFUSED, 1, 0 },
	{ "442", STATUS_LINE_REFUSED, 1, 0 },
	{ "MAILBOX_FULL", STATUS_LINE_REFUSED, 0, 1 },
	{ "TEMPORARILY_UNAVAILABLE", STATUS_LINE_REFUSED, 0, 1 },
};

static void
send_again(struct script *x)
{
	char *text = sending.probe;

	sending.state = SEND_PROBE;
	sending.probe = NULL;
	send_say(x, text, strlen(text));
	free(text);
}

static void
send_wait(struct script *x)
{
	sending.state = SEND_MISSING;
	script_complain(x, "%s is not here; waiting", x->argv[0]);
	send_look(x);
}

/* Whether the person is here now. */
static void
send_presence(struct script *x, int here)
{
	if (sending.state == SEND_MISSING && here && sending.probe != NULL)
		send_again(x);
	else if (sending.state == SEND_LOOKING && !here && sending.kept)
		send_wait(x);
	else if (sending.state == SEND_LOOKING ||
	    (sending.state == SEND_MISSING && here)) {
		sending.kept = 0;
		send_finish(x);
	}
}

/* Whether something can be done about it. */
static int
send_overcome(struct script *x, const struct send_refusal *r)
{
	if (send_to_room(x) && r->room && !sending.tried) {
		sending.tried = 1;
		sending.unknown = r->status == STATUS_NOBODY;
		sending.state = SEND_ENTERING;
		script_join(x, x->argv[0]);
		return 1;
	}
	if (!send_to_room(x) && r->person && x->wait) {
		send_wait(x);
		return 1;
	}
	return 0;
}

static void
send_refused(struct script *x, const struct news *n)
{
	const char *code = n->code != NULL ? n->code : "";
	enum session_status status = STATUS_LINE_REFUSED;
	size_t i, last = sizeof(send_refusals) / sizeof(send_refusals[0]);

	for (i = 0; i < last; i++)
		if (strcmp(send_refusals[i].code, code) == 0)
			break;
	if (i < last && sending.probe != NULL &&
	    send_overcome(x, &send_refusals[i]))
		return;
	if (i < last)
		status = send_refusals[i].status;
	script_complain(x, "%s: %s", x->argv[0], n->text != NULL &&
	    n->kind == NEWS_FAILED ? n->text : "the server does not take it");
	sending.refused = 1;
	if (sending.worst == STATUS_OK)
		sending.worst = status;
}

static void
send_unsure(struct script *x)
{
	script_complain(x, "%s: the message may not have arrived",
	    x->argv[0]);
	sending.refused = 1;
	sending.worst = STATUS_LINE_LOST;
}

/* A server does not answer a NOTICE, with an error neither; but it would have
 * sent one back that it has taken. */
static int
send_is_swallowed(const struct script *x, const struct news *n)
{
	const uint64_t caps = CAP(ECHO_MESSAGE) | CAP(LABELED_RESPONSE) |
	    CAP(MESSAGE_TAGS);

	return x->notice && n->kind == NEWS_ACCEPTED && n->msgid == NULL &&
	    (x->session->caps & caps) == caps;
}

/* The fate of one line. */
static void
send_fate(struct script *x, const struct news *n)
{
	if (sending.under_way > 0)
		sending.under_way--;
	if (sending.state == SEND_ENTERING || sending.state == SEND_MISSING)
		return; /* a further part of the probe */
	if (n->kind == NEWS_FAILED || send_is_swallowed(x, n))
		send_refused(x, n);
	else if (n->kind == NEWS_UNSURE)
		send_unsure(x);
	else if (sending.state == SEND_PROBE && sending.under_way == 0) {
		free(sending.probe);
		sending.probe = NULL;
		sending.state = SEND_FLOW;
	}
}

/* Not here, but it is kept: that is a success of a kind, and all of one if
 * somebody has waited until it was told. */
static void
send_kept(struct script *x, const struct news *n)
{
	sending.kept = 1;
	script_complain(x, "%s", n->text != NULL ? n->text : "kept");
}

static void
send_not_entered(enum session_status status)
{
	sending.refused = 1;
	sending.state = SEND_FLOW;
	sending.worst = status;
}

/* We are in the room now; but is it one? */
static void
send_in_room(struct script *x, const struct news *n)
{
	struct room *r = room_find(x->session->rooms, n->room);
	char line[SESSION_LINE];

	if (sending.unknown && n->kind == NEWS_JOIN) {
		snprintf(line, sizeof(line), "MODE %.300s", n->room);
		own_line(x->session, line);
	} else if (sending.unknown && r != NULL && r->nmembers < 2 &&
	    strchr(r->modes, 'r') == NULL) {
		script_complain(x, "%s: there is no such room", x->argv[0]);
		send_not_entered(STATUS_NOBODY);
	} else
		send_again(x);
}

/* We are in the room now, or it was refused. */
static int
send_entered(struct script *x, const struct news *n)
{
	const char *room = isupport_room(&x->session->isupport, x->argv[0]);

	if (sending.state != SEND_ENTERING || !script_same(x, n->room, room))
		return 0;
	if ((n->kind == NEWS_JOIN && (n->flags & NEWS_OWN)) ||
	    (n->kind == NEWS_REPLY && n->about != NULL &&
	    strcmp(n->about, "324") == 0))
		send_in_room(x, n);
	else if (n->kind == NEWS_ERROR) {
		script_complain(x, "%s", n->text);
		send_not_entered(STATUS_LINE_REFUSED);
	}
	return 1;
}

static int
send_own(struct script *x, const struct news *n)
{
	if (n->flags & NEWS_PENDING)
		sending.under_way++;
	else
		script_print(x, n);
	return 1;
}

int
send_tell(struct script *x, const struct news *n)
{
	switch (n->kind) {
	case NEWS_ACCEPTED:
	case NEWS_FAILED:
	case NEWS_UNSURE:
		send_fate(x, n);
		return 1;
	case NEWS_HERE:
	case NEWS_GONE:
		if (script_same(x, n->nick, x->argv[0]))
			send_presence(x, n->kind == NEWS_HERE);
		return 1;
	case NEWS_END:
		send_presence(x, 0);
		return 1;
	case NEWS_REPLY:
		if (n->about == NULL || strcmp(n->about, "KEPT") != 0)
			return send_entered(x, n);
		send_kept(x, n);
		return 1;
	case NEWS_MESSAGE:
	case NEWS_NOTICE:
		if ((n->flags & NEWS_OWN) && n->serial != 0 &&
		    (x->json || (n->flags & NEWS_PENDING)))
			return send_own(x, n);
		return 1;
	default:
		return send_entered(x, n);
	}
}

/* All was accepted and we have said goodbye; but that it was only kept is told
 * behind the message. */
void
send_ends(struct script *x, const struct news *n)
{
	if (n->kind != NEWS_REPLY || n->about == NULL ||
	    strcmp(n->about, "KEPT") != 0 || x->status != STATUS_OK)
		return;
	send_kept(x, n);
	x->status = STATUS_KEPT;
}

enum session_status
send_late(struct script *x)
{
	script_complain(x, "the time is over");
	return sending.under_way > 0 ? STATUS_LINE_LOST : STATUS_TIMEOUT;
}
