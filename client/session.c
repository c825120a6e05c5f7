/* SPDX-License-Identifier: ISC */
/*
 * The session: from the first attempt to connect to the exit status.
 *
 * It registers, keeps its place (nick, rooms, capabilities), sends what is
 * in the outbox no faster than the server takes it, notices when the line
 * is dead, and begins again when it is lost.  main.c calls it from the poll
 * loop, command.c asks things of it, event.c tells it what the server said.
 *
 * What it promises: a line that was typed is sent, in order, once there is a
 * connection, or its writer is told.  Lines under way when a connection is
 * lost are not sent again, since they may have arrived; they are shown.
 */

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "irc/capability.h"
#include "irc/message.h"
#include "irc/name.h"
#include "irc/utf8.h"
#include "news.h"
#include "room.h"
#include "session.h"

#define PING_TOKEN "moot-"

enum {
	/* What our source may come to: "!~user@host". */
	ADDRESS_MOST = 3 + NAME_USER + NAME_HOST,
	NICK_SAFE = 9,      /* every server takes nicks this long */
	NICK_VARIANTS = 10, /* nick_, nick1 .. nick9, then random ones */
	NICK_TRIES = 20,    /* before giving up */
};

/* ---- life ---- */

static void
session_default_nick(char *nick, size_t size)
{
	const char *name = getenv("LOGNAME");

	if (name == NULL || *name == '\0')
		name = getenv("USER");
	snprintf(nick, size, "%s",
	    name != NULL && name_is_nick(name) ? name : "guest");
}

/* Servers other than ours take other nicks, so only what would break the
 * line is refused here. */
static int
session_is_nick(const char *nick)
{
	return *nick != '\0' && strlen(nick) < SESSION_NICK - 2 &&
	    strpbrk(nick, " ,*?!@:#\r\n\t") == NULL;
}

int
session_init(struct session *s, const char *where, const char *nick)
{
	memset(s, 0, sizeof(*s));
	if (nick == NULL)
		session_default_nick(s->wanted, sizeof(s->wanted));
	else if (!session_is_nick(nick))
		return -2;
	else
		snprintf(s->wanted, sizeof(s->wanted), "%s", nick);
	name_clean_user(s->user, sizeof(s->user), s->wanted);
	snprintf(s->nick, sizeof(s->nick), "%s", s->wanted);
	isupport_init(&s->isupport);
	return connection_init(&s->connection, where);
}

void
session_clear(struct session *s)
{
	connection_close(&s->connection, "");
	outbox_clear(&s->outbox);
	room_clear(&s->rooms);
}

void
session_end(struct session *s, enum session_status status, const char *fmt,
    ...)
{
	va_list ap;

	if (s->state == SESSION_OVER)
		return;
	s->state = SESSION_OVER;
	s->status = status;
	va_start(ap, fmt);
	vsnprintf(s->why, sizeof(s->why), fmt, ap);
	va_end(ap);
}

/* The end of a session that quit: what became of its lines decides. */
static void
session_finish(struct session *s)
{
	uint64_t waiting = s->outbox.end - s->outbox.first;

	if (s->unsure + waiting > 0)
		session_end(s, STATUS_LINE_LOST,
		    "lines not sent, or that may not have arrived: %lu",
		    (unsigned long)(s->unsure + waiting));
	else if (s->refused > 0 && !s->typed)
		session_end(s, STATUS_LINE_REFUSED,
		    "lines or commands that were refused: %lu", s->refused);
	else
		session_end(s, STATUS_OK, "%s", "");
}

/* ---- sending ---- */

static void __attribute__((format(printf, 2, 0)))
session_vwrite(struct session *s, const char *fmt, va_list ap)
{
	char line[SESSION_LINE + 64];

	vsnprintf(line, sizeof(line), fmt, ap);
	connection_write(&s->connection, line);
}

/* A full buffer is not an error here: the dead line is noticed by PING. */
void
session_write(struct session *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	session_vwrite(s, fmt, ap);
	va_end(ap);
}

static void
session_not_queued(struct session *s, const char *line, const char *why)
{
	news_error(s, "not sent, %s: %s", why, line);
	s->refused++;
}

void
session_queue(struct session *s, const char *fmt, ...)
{
	char line[SESSION_LINE * 2];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	line[strcspn(line, "\r\n")] = '\0';
	if (len > MESSAGE_LINE - 2)
		session_not_queued(s, line, "longer than 510 bytes");
	else if (outbox_add(&s->outbox, line) == -1)
		session_not_queued(s, line, "too many lines are waiting");
}

static size_t
session_more(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Bytes of text that fit a line to TARGET after the server has put our full
 * address before it: ":nick!user@host PRIVMSG target :text".  The line may
 * wait, and our nick and address be others when it goes, so there must be
 * room for long ones. */
static size_t
session_room_for(const struct session *s, const char *command,
    const char *target, const char *ctcp)
{
	size_t used;

	used = 1 + session_more(strlen(s->nick), NAME_NICK);
	used += session_more(1 + strlen(s->address), ADDRESS_MOST);
	used += 1 + strlen(command) + 1 + strlen(target) + 2;
	if (ctcp != NULL)
		used += strlen(ctcp) + 3;
	return used + 32 > MESSAGE_LINE - 2 ? 32 : MESSAGE_LINE - 2 - used;
}

/* Where to cut TEXT: after a space if one is near, else between characters,
 * else (it is not UTF-8) anywhere. */
static size_t
session_cut(const char *text, size_t len, size_t most)
{
	size_t cut, near;

	if (len <= most)
		return len;
	cut = utf8_cut(text, len, most);
	if (cut == 0)
		cut = most;
	for (near = cut; near > cut - cut / 4; near--)
		if (text[near - 1] == ' ')
			return near;
	return cut;
}

void
session_say(struct session *s, const char *command, const char *target,
    const char *ctcp, const char *text)
{
	size_t most = session_room_for(s, command, target, ctcp);
	size_t len = strlen(text), cut;

	for (; len > 0; text += cut, len -= cut) {
		cut = session_cut(text, len, most);
		if (ctcp == NULL)
			session_queue(s, "%s %s :%.*s", command, target,
			    (int)cut, text);
		else
			session_queue(s, "%s %s :\001%s %.*s\001", command,
			    target, ctcp, (int)cut, text);
	}
}

static void
session_ping(struct session *s, int64_t now)
{
	if (s->pinging && s->ping == s->outbox.next)
		return;
	s->pinging = 1;
	s->ping = s->outbox.next;
	s->pinged = now;
	session_write(s, "PING :" PING_TOKEN "%llu",
	    (unsigned long long)s->ping);
}

static int
session_is_join(const char *line)
{
	return strncmp(line, "JOIN ", 5) == 0;
}

/* A server that does not send our own messages back: we do, to ourselves. */
static void
session_echo(struct session *s, const char *line)
{
	char echo[SESSION_LINE * 2];
	int len;

	if ((s->caps & CAP(ECHO_MESSAGE)) ||
	    (strncmp(line, "PRIVMSG ", 8) != 0 &&
	    strncmp(line, "NOTICE ", 7) != 0))
		return;
	len = snprintf(echo, sizeof(echo), ":%s!%s %s", s->nick,
	    *s->address ? s->address : "user@host", line);
	event_handle(s, echo, len);
}

/* Once asked for, a room is asked for again at every connection. */
static void
session_note_join(struct session *s, const char *line)
{
	char name[SESSION_TARGET];
	struct room *r;

	if (!session_is_join(line))
		return;
	line += strlen("JOIN ");
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, " "), line);
	r = room_find(s->rooms, name);
	if (r != NULL)
		r->wanted = 1;
}

static void
session_pump(struct session *s, int64_t now)
{
	const char *line;
	uint64_t serial;

	while ((line = outbox_next(&s->outbox, &serial)) != NULL) {
		if (s->caps & CAP(LABELED_RESPONSE))
			session_write(s, "@label=%llu %s",
			    (unsigned long long)serial, line);
		else
			session_write(s, "%s", line);
		s->sent = now;
		session_note_join(s, line);
		session_echo(s, line);
	}
}

/* Asks how far the server has got, when something depends on it. */
static void
session_ask(struct session *s, int64_t now)
{
	const struct outbox *o = &s->outbox;
	int waits = o->next != o->end;

	if (o->first != o->next) {
		if ((waits && !(s->caps & CAP(LABELED_RESPONSE))) ||
		    now - s->sent >= SESSION_SYNC)
			session_ping(s, now);
	}
	if (s->draining && !waits)
		session_ping(s, now);
}

/* ---- confirmation ---- */

static void
session_confirm(struct session *s, uint64_t serial)
{
	if (serial > s->outbox.first)
		outbox_confirm(&s->outbox, serial);
}

void
session_label(struct session *s, const char *label)
{
	char *end;
	unsigned long long serial;

	serial = strtoull(label, &end, 10);
	if (end != label && *end == '\0' && serial < s->outbox.next)
		session_confirm(s, serial + 1);
}

static void
session_goodbye(struct session *s, const char *why)
{
	session_write(s, *why != '\0' ? "QUIT :%s" : "QUIT", why);
	s->state = SESSION_QUITTING;
	s->deadline = connection_now() + SESSION_QUIT;
}

/* With everything confirmed and nothing to come, it is time to go. */
void
session_pong(struct session *s, const char *token)
{
	size_t skip = strlen(PING_TOKEN);
	unsigned long long serial;

	if (strncmp(token, PING_TOKEN, skip) != 0)
		return;
	serial = strtoull(token + skip, NULL, 10);
	session_confirm(s, serial);
	if (serial == s->ping)
		s->pinging = 0;
	if (s->draining && s->state == SESSION_ONLINE &&
	    serial == s->outbox.end)
		session_goodbye(s, s->farewell);
}

/* ---- registration ---- */

static void
session_register(struct session *s, int64_t now)
{
	s->state = SESSION_REGISTERING;
	s->deadline = now + SESSION_REGISTER;
	s->variant = s->shortened = 0;
	s->caps = s->offered = 0;
	s->pinging = 0;
	s->welcoming = 1;
	isupport_init(&s->isupport);
	snprintf(s->nick, sizeof(s->nick), "%s", s->wanted);
	session_write(s, "CAP LS 302");
	if (s->password != NULL)
		session_write(s, "PASS :%s", s->password);
	session_write(s, "NICK %s", s->nick);
	session_write(s, "USER %s 0 * :%s", s->user, s->wanted);
}

/* "nick" in use: nick_, nick1 .. nick9, then numbers out of the clock. */
static void
session_make_variant(struct session *s)
{
	char suffix[16], base[SESSION_NICK];
	size_t len, most = s->shortened ? NICK_SAFE : NAME_NICK;

	if (s->variant == 0)
		snprintf(suffix, sizeof(suffix), "%s", "_");
	else if (s->variant < NICK_VARIANTS)
		snprintf(suffix, sizeof(suffix), "%u", s->variant);
	else
		snprintf(suffix, sizeof(suffix), "%lld",
		    (long long)(connection_now() % 10000));
	s->variant++;
	snprintf(base, sizeof(base), "%s", s->wanted);
	len = utf8_cut(base, strlen(base), most - strlen(suffix));
	snprintf(s->nick, sizeof(s->nick), "%.*s%s", (int)len, base, suffix);
}

/* Cuts `wanted` to what every server takes; -1 when that is no help. */
static int
session_shorten(struct session *s)
{
	size_t len;

	if (s->shortened || strlen(s->wanted) <= NICK_SAFE)
		return -1;
	s->shortened = 1;
	len = utf8_cut(s->wanted, strlen(s->wanted), NICK_SAFE);
	snprintf(s->nick, sizeof(s->nick), "%.*s", (int)len, s->wanted);
	return 0;
}

/* Before we are let in there must be another one; later it is the person's
 * to choose. */
void
session_nick_refused(struct session *s, const char *why, int invalid)
{
	char old[SESSION_NICK];

	if (s->state != SESSION_REGISTERING)
		return;
	snprintf(old, sizeof(old), "%s", s->nick);
	if (s->variant >= NICK_TRIES || (invalid && session_shorten(s) == -1)) {
		session_end(s, STATUS_REFUSED, "nick %s: %s", old, why);
		return;
	}
	if (!invalid)
		session_make_variant(s);
	news_client(s, "the nick %s cannot be had (%s), trying %s", old, why,
	    s->nick);
	session_write(s, "NICK %s", s->nick);
}

void
session_nick_changed(struct session *s, const char *nick)
{
	snprintf(s->nick, sizeof(s->nick), "%s", nick);
	if (session_is_nick(nick))
		snprintf(s->wanted, sizeof(s->wanted), "%s", nick);
}

/* Rooms with a key come first, so that names and keys stay in step. */
static void
session_join_some(struct session *s, int keyed)
{
	char names[400] = "", keys[400] = "";
	struct room *r;
	size_t n = 0, k = 0;

	for (r = s->rooms; r != NULL; r = r->next) {
		if (!r->wanted || (r->key != NULL) != keyed)
			continue;
		if (n + strlen(r->name) + k + (keyed ? strlen(r->key) : 0) +
		    2 > sizeof(names) && n > 0) {
			session_write(s, "JOIN %s %s", names, keys);
			n = k = 0;
		}
		n += snprintf(names + n, sizeof(names) - n, "%s%s",
		    n > 0 ? "," : "", r->name);
		if (keyed)
			k += snprintf(keys + k, sizeof(keys) - k, "%s%s",
			    k > 0 ? "," : "", r->key);
	}
	if (n > 0)
		session_write(s, keyed ? "JOIN %s %s" : "JOIN %s", names, keys);
}

void
session_welcome(struct session *s, const char *nick, const char *server)
{
	if (s->state != SESSION_REGISTERING)
		return;
	s->state = SESSION_ONLINE;
	snprintf(s->nick, sizeof(s->nick), "%s", nick);
	*s->address = '\0';
	connection_settled(&s->connection);
	news_state(s, "connected to %s as %s", server, s->nick);
	session_join_some(s, 1);
	session_join_some(s, 0);
}

/* ---- the connection comes and goes ---- */

static void
session_show_unsure(struct session *s)
{
	char *line;

	while ((line = outbox_take_unsure(&s->outbox)) != NULL) {
		if (!session_is_join(line)) {
			news_error(s, "may not have arrived: %s", line);
			s->unsure++;
		}
		free(line);
	}
}

static void
session_lost(struct session *s, int64_t now)
{
	struct connection *c = &s->connection;
	enum session_state before = s->state;
	int64_t wait;

	s->pinging = 0;
	if (before == SESSION_OVER)
		return;
	if (before == SESSION_QUITTING) {
		session_finish(s);
		return;
	}
	s->state = SESSION_OFFLINE;
	room_leave_all(s->rooms);
	session_show_unsure(s);
	if (s->draining && s->typed) {
		session_finish(s);
		return;
	}
	if (s->once) {
		session_end(s, STATUS_UNREACHABLE, "%s %s port %s: %s",
		    before == SESSION_OFFLINE ? "cannot reach" : "lost",
		    c->host, c->port, c->why);
		return;
	}
	wait = connection_retry(c, now);
	news_state(s, "%s %s port %s: %s; trying again in %lld.%lld s",
	    before == SESSION_OFFLINE ? "cannot reach" : "lost", c->host,
	    c->port, c->why, (long long)wait / 1000,
	    (long long)wait % 1000 / 100);
}

static void
session_close(struct session *s, const char *why, int64_t now)
{
	connection_close(&s->connection, why);
	session_lost(s, now);
}

static void
session_news(struct session *s, enum connection_news news, int64_t now)
{
	if (news == CONNECTION_UP)
		session_register(s, now);
	else if (news == CONNECTION_DOWN)
		session_lost(s, now);
}

void
session_step(struct session *s, short revents, int64_t now)
{
	enum connection_news news;
	char *line;
	size_t len;

	news = connection_step(&s->connection, revents, now);
	while (s->state != SESSION_OVER &&
	    (line = connection_line(&s->connection, &len)) != NULL)
		event_handle(s, line, len);
	if (s->state != SESSION_OVER)
		session_news(s, news, now);
	if (revents & POLLOUT)
		session_news(s, connection_flush(&s->connection), now);
}

/* ---- time ---- */

static int64_t
session_later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void
session_check_line(struct session *s, int64_t now)
{
	int64_t heard = s->connection.heard;

	if (s->pinging && now - session_later(s->pinged, heard) >=
	    SESSION_DEAD)
		session_close(s, "the server has stopped answering", now);
	else if (!s->pinging && now - heard >= SESSION_IDLE)
		session_ping(s, now);
}

void
session_tick(struct session *s, int64_t now)
{
	struct connection *c = &s->connection;

	if (s->state == SESSION_OFFLINE && c->state == CONNECTION_IDLE &&
	    now >= c->retry_at)
		session_news(s, connection_start(c, now), now);
	if (s->state == SESSION_REGISTERING && now >= s->deadline)
		session_close(s, "the server does not let us in", now);
	if (s->state == SESSION_QUITTING && now >= s->deadline)
		session_finish(s);
	if (s->state == SESSION_ONLINE) {
		session_pump(s, now);
		session_ask(s, now);
		session_check_line(s, now);
	}
}

/* Coarse on purpose: nothing here needs to be on time to the second, but
 * what is due next should not be late by more. */
int
session_timeout(const struct session *s, int64_t now)
{
	int64_t due;

	if (s->state == SESSION_OFFLINE)
		due = s->connection.retry_at;
	else if (s->state != SESSION_ONLINE)
		due = s->deadline;
	else if (s->pinging)
		due = session_later(s->pinged, s->connection.heard) +
		    SESSION_DEAD;
	else
		due = s->connection.heard + SESSION_IDLE;
	if (s->state == SESSION_ONLINE && s->outbox.first != s->outbox.next &&
	    !s->pinging && s->sent + SESSION_SYNC < due)
		due = s->sent + SESSION_SYNC;
	return due <= now ? 0 : (int)(due - now) + 1;
}

/* ---- leaving ---- */

void
session_quit(struct session *s, const char *why)
{
	s->draining = 1;
	snprintf(s->farewell, sizeof(s->farewell), "%s", why);
	if (s->typed && s->state != SESSION_ONLINE)
		session_finish(s);
}

void
session_hurry(struct session *s, const char *why)
{
	if (s->state != SESSION_ONLINE) {
		session_finish(s);
		return;
	}
	session_goodbye(s, why);
}

/* ---- odds and ends ---- */

int
session_is_me(const struct session *s, const char *nick)
{
	return isupport_cmp(&s->isupport, s->nick, nick) == 0;
}

/* "@#room" is the operators of #room. */
int
session_is_room(const struct session *s, const char *name)
{
	return isupport_is_room(&s->isupport, name);
}

/* A bucket: each answer moves the time at which all are free further away. */
int
session_may_answer(struct session *s)
{
	int64_t now = connection_now();

	if (s->ctcp < now)
		s->ctcp = now;
	if (s->ctcp - now > SESSION_CTCP * (SESSION_CTCP_BURST - 1))
		return 0;
	s->ctcp += SESSION_CTCP;
	return 1;
}

void
session_target(struct session *s, const char *target)
{
	snprintf(s->target, sizeof(s->target), "%s", target);
}
