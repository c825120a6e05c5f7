/* SPDX-License-Identifier: ISC */
/*
 * The session: from the first attempt to connect to the exit status.
 *
 * It registers, keeps its place (nick, rooms, capabilities), has what is in
 * the outbox sent no faster than the server takes it (own.c), measures the
 * lag, notices when the line is dead, begins again when it is lost, and then
 * has what was missed asked for (catchup.c).  main.c calls it from the poll
 * loop, command.c asks things of it, event.c tells it what the server said.
 *
 * What it promises: a line that was typed is sent, in order, once there is a
 * connection, and its writer is told what became of it.
 */

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "catchup.h"
#include "client/news.h"
#include "client/tls/tls.h"
#include "event.h"
#include "irc/capability.h"
#include "irc/message.h"
#include "irc/name.h"
#include "irc/phrase.h"
#include "irc/utf8.h"
#include "negotiation.h"
#include "own.h"
#include "room.h"
#include "sasl.h"
#include "sealed.h"
#include "session.h"

#define PING_TOKEN "moot-"

enum {
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
	s->lag = -1;
	s->catches_up = 1;
	s->sts_seconds = -1;
	s->active = connection_now();
	return connection_init(&s->connection, where);
}

void
session_clear(struct session *s)
{
	connection_clear(&s->connection);
	sasl_clear(s);
	outbox_clear(&s->outbox);
	catchup_clear(s);
	sealed_clear(s);
	event_clear(s);
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
	catchup_lost(s);
	own_give_up(s);
}

/* The end of a session that quit: what became of its lines decides. */
static void
session_finish(struct session *s)
{
	unsigned long waiting = s->outbox.count;

	if (s->unsure + waiting > 0)
		session_end(s, STATUS_LINE_LOST, s->draft == NULL ?
		    "lines not sent, or that may not have arrived: %lu" :
		    "lines not sent, kept for the next time, or that may not "
		    "have arrived: %lu", s->unsure + waiting);
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
	char line[SESSION_LINE + 1024]; /* with tags */

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

/* "PRIVMSG target :text" with tags or without: what is said, not done. */
static int
session_queue_said(struct session *s, char *line)
{
	struct message m;

	if (message_parse(&m, line, strlen(line)) != MESSAGE_OK ||
	    m.source != NULL || m.tags != NULL || m.nparam != 2 ||
	    (name_cmp(m.command, "PRIVMSG") != 0 &&
	    name_cmp(m.command, "NOTICE") != 0) || *m.param[1] == '\001')
		return 0;
	session_say(s, m.command, m.param[0], NULL, m.param[1]);
	return 1;
}

void
session_queue(struct session *s, const char *fmt, ...)
{
	char line[SESSION_QUEUE], copy[SESSION_QUEUE];
	const char *rest = line;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	line[strcspn(line, "\r\n")] = '\0';
	if (*rest == '@')
		rest += strcspn(rest, " ");
	if (strlen(rest) > MESSAGE_LINE - 2) {
		news_error(s, "not sent, longer than 510 bytes: %s", line);
		s->refused++;
		return;
	}
	if (strncasecmp(line, "AWAY", 4) == 0)
		s->away = line[4] == ' ';
	memcpy(copy, line, sizeof(copy));
	if (!session_queue_said(s, copy))
		own_line(s, line);
}

void
session_say(struct session *s, const char *command, const char *target,
    const char *ctcp, const char *text)
{
	own_say(s, command, target, ctcp, NULL, text);
}

/* Its answer tells of all that went before it.  The first of several under
 * way is the one that is timed. */
static void
session_ping(struct session *s, int64_t now)
{
	if (s->pinging && s->ping == s->outbox.order)
		return;
	s->ping = s->outbox.order;
	if (!s->pinging) {
		s->timed = s->ping;
		s->pinged = now;
	}
	s->pinging = 1;
	session_write(s, "PING :" PING_TOKEN "%llu",
	    (unsigned long long)s->ping);
}

/* Asks how far the server has got, when something depends on it. */
static void
session_ask(struct session *s, int64_t now)
{
	const struct outbox *o = &s->outbox;

	if (o->under_way > 0 && (!(s->caps & CAP(LABELED_RESPONSE)) ||
	    now - s->sent >= SESSION_SYNC))
		session_ping(s, now);
	if (s->draining && o->count == o->under_way)
		session_ping(s, now);
	if (s->shown && !s->pinging && now - s->pinged >= SESSION_LAG)
		session_ping(s, now);
}

static void
session_goodbye(struct session *s, const char *why)
{
	session_keep_sts(s);
	session_write(s, *why != '\0' ? "QUIT :%s" : "QUIT", why);
	s->state = SESSION_QUITTING;
	s->deadline = connection_now() + SESSION_QUIT;
}

/* With everything confirmed and nothing to come, it is time to go. */
void
session_pong(struct session *s, const char *token)
{
	size_t skip = strlen(PING_TOKEN);
	unsigned long long order;

	if (strncmp(token, PING_TOKEN, skip) != 0)
		return;
	order = strtoull(token + skip, NULL, 10);
	own_confirmed(s, order);
	if (order == s->timed && s->pinging)
		s->lag = connection_now() - s->pinged;
	if (order == s->ping)
		s->pinging = 0;
	if (s->draining && s->state == SESSION_ONLINE &&
	    s->outbox.count == 0)
		session_goodbye(s, s->farewell);
}

/* Half of what the line takes is in it, which does not matter here. */
void
session_clock(struct session *s, int64_t when)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	if (when != 0)
		s->skew = when - ((int64_t)t.tv_sec * 1000 +
		    t.tv_nsec / 1000000);
}

int
session_lag(const struct session *s, int64_t now)
{
	if (s->state != SESSION_ONLINE)
		return -1;
	if (s->pinging && now - s->pinged > s->lag)
		return now - s->pinged;
	return s->lag;
}

/* ---- registration ---- */

static void
session_pass(struct session *s)
{
	if (s->in_clear || connection_is_private(&s->connection))
		session_write(s, "PASS :%s", s->password);
	else
		news_error(s, "the password is not sent, as others could read "
		    "it; see ircs:// and password-in-clear");
}

static void
session_register(struct session *s, int64_t now)
{
	s->state = SESSION_REGISTERING;
	s->deadline = now + SESSION_REGISTER;
	s->variant = s->shortened = 0;
	s->pinging = 0;
	s->welcoming = 1;
	isupport_init(&s->isupport);
	snprintf(s->nick, sizeof(s->nick), "%s", s->wanted);
	negotiation_begin(s);
	if (s->password != NULL)
		session_pass(s);
	session_write(s, "NICK %s", s->nick);
	session_write(s, "USER %s 0 * :%.*s", s->user, NAME_REAL,
	    s->realname != NULL ? s->realname : s->wanted);
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

static void
session_tell_welcome(struct session *s, const char *server)
{
	struct tls_info info;

	if (s->connection.tls && tls_tell(s->connection.secure, &info))
		news_state(s, "connected to %s as %s, by %s", server, s->nick,
		    info.version);
	else
		news_state(s, "connected to %s as %s", server, s->nick);
}

void
session_welcome(struct session *s, const char *nick, const char *server)
{
	if (s->state != SESSION_REGISTERING)
		return;
	sasl_missing(s);
	if (s->state == SESSION_OVER)
		return;
	s->state = SESSION_ONLINE;
	if (*nick != '\0')
		snprintf(s->nick, sizeof(s->nick), "%s", nick);
	*s->address = '\0';
	connection_settled(&s->connection);
	session_tell_welcome(s, server);
	session_join_some(s, 1);
	session_join_some(s, 0);
	s->pinged = connection_now() - SESSION_LAG;
	s->to_catch_up = 1;
}

/* ---- the connection comes and goes ---- */

/* What belongs to the connection is over with it. */
static void
session_drop(struct session *s)
{
	s->state = SESSION_OFFLINE;
	catchup_lost(s);
	event_lost(s);
	sealed_lost(s);
	own_lost(s);
}

/* We do not talk to this server: it ends, or waits for the person to say. */
static void
session_refuse(struct session *s)
{
	struct connection *c = &s->connection;
	char name[CONNECTION_HOST + CONNECTION_PORT + 8];

	connection_name(c, name, sizeof(name));
	if (s->once || !s->typed) {
		session_end(s, STATUS_UNTRUSTED, "%s is not trusted, and "
		    "nothing was sent to it: %s; see moot trust", name,
		    c->why);
		return;
	}
	c->retry_at = INT64_MAX;
	news_error(s, "%s is not trusted, and nothing was sent to it: %s", name,
	    c->why);
	news_client(s, "ask whoever runs it whether that is its key; /trust "
	    "accepts it and connects, /disconnect leaves");
}

/* The expiry is counted from the last time that we were there. */
static void
session_lost(struct session *s, int64_t now)
{
	struct connection *c = &s->connection;
	char name[CONNECTION_HOST + CONNECTION_PORT + 8];
	enum session_state before = s->state;
	int64_t wait;

	s->pinging = 0;
	s->lag = -1;
	s->is_idle = 0;
	if (before == SESSION_OVER)
		return;
	if (before == SESSION_QUITTING) {
		session_finish(s);
		return;
	}
	session_keep_sts(s);
	s->sts_seconds = -1;
	session_drop(s);
	if (s->draining && s->typed) {
		session_finish(s);
		return;
	}
	if (c->refused) {
		session_refuse(s);
		return;
	}
	if (s->once) {
		session_end(s, STATUS_UNREACHABLE, "%s %s: %s",
		    before == SESSION_OFFLINE ? "cannot reach" : "lost",
		    connection_name(c, name, sizeof(name)), c->why);
		return;
	}
	wait = connection_retry(c, now);
	news_state(s, "%s %s: %s; trying again in %lld.%lld s",
	    before == SESSION_OFFLINE ? "cannot reach" : "lost",
	    connection_name(c, name, sizeof(name)), c->why,
	    (long long)wait / 1000,
	    (long long)wait % 1000 / 100);
}

static void
session_close(struct session *s, const char *why, int64_t now)
{
	connection_abort(&s->connection, why);
	session_lost(s, now);
}

/* A server met for the first time: by what it is known from now on. */
static void
session_tell_first(struct session *s)
{
	char phrase[PHRASE_SIZE], pin[PIN_TEXT];
	struct tls_info info;

	if (!s->connection.tls || !tls_tell(s->connection.secure, &info) ||
	    info.verdict != JUDGE_FIRST || info.resumed)
		return;
	phrase_write(phrase, info.pin);
	pin_write(pin, info.pin);
	news_client(s, "%s: %s: \"%s\" (%s); compare it with what whoever "
	    "runs it says", s->connection.host, judge_words(info.verdict),
	    phrase, pin);
	if (info.kept_errno != 0)
		news_error(s, "that could not be kept: %s",
		    strerror(info.kept_errno));
}

static void
session_news(struct session *s, enum connection_news news, int64_t now)
{
	if (news == CONNECTION_UP) {
		session_tell_first(s);
		session_register(s, now);
	}
	if (news == CONNECTION_DOWN)
		session_lost(s, now);
}

/* ---- trust ---- */

void
session_upgrade(struct session *s, const char *port)
{
	struct connection *c = &s->connection;

	news_state(s, "%s is to be talked to with TLS: going to port %s",
	    c->host, port);
	connection_abort(c, "it is to be talked to with TLS");
	connection_upgrade(c, port);
	session_drop(s);
	c->retry_at = 0;
}

void
session_keep_sts(struct session *s)
{
	const struct connection *c = &s->connection;
	struct known k = { .kind = KNOWN_STS };

	if (s->sts_seconds < 0)
		return;
	k.until = (int64_t)time(NULL) + s->sts_seconds;
	snprintf(k.host, sizeof(k.host), "%s", c->host);
	if (uri_port(k.port, c->port, strlen(c->port)) == -1)
		return;
	if (known_keep(&k) == -1)
		news_error(s, "that %s wants TLS only could not be kept: %s",
		    c->host, strerror(errno));
}

int
session_trust(struct session *s, char *why, size_t size)
{
	struct connection *c = &s->connection;
	struct known k = { .kind = KNOWN_PIN };
	struct tls_info info;

	snprintf(why, size, "there is no server that waits for it");
	if (!c->refused || !tls_tell(c->secure, &info) ||
	    judge_accepts(info.verdict))
		return -1;
	snprintf(why, size, "the setting \"pin\" says which key it is to be");
	if (info.verdict == JUDGE_NOT_PIN)
		return -1;
	memcpy(k.pin, info.pin, PIN_BYTES);
	snprintf(k.host, sizeof(k.host), "%s", c->host);
	snprintf(k.port, sizeof(k.port), "%.5s", c->port);
	if (known_keep(&k) == -1) {
		snprintf(why, size, "%s: %s", known_file(), strerror(errno));
		return -1;
	}
	c->refused = 0;
	c->retry_at = 0;
	return 0;
}

void
session_step(struct session *s, short revents, int64_t now)
{
	enum connection_news news;
	char *line;
	size_t len;

	do {
		news = connection_step(&s->connection, revents, now);
		while (s->state != SESSION_OVER &&
		    (line = connection_line(&s->connection, &len)) != NULL)
			event_handle(s, line, len);
		if (s->state != SESSION_OVER)
			session_news(s, news, now);
	} while ((revents & POLLIN) && s->state != SESSION_OVER &&
	    connection_is_pending(&s->connection));
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

/* Away, if nobody does anything here, and nobody said so before. */
static void
session_check_idle(struct session *s, int64_t now)
{
	if (s->away_after == 0 || s->away || s->is_idle ||
	    now - s->active < s->away_after)
		return;
	s->is_idle = 1;
	session_write(s, "AWAY :idle");
}

void
session_active(struct session *s, int64_t now)
{
	s->active = now;
	if (s->is_idle && s->state == SESSION_ONLINE)
		session_write(s, "AWAY");
	s->is_idle = 0;
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
	catchup_tick(s, now);
	if (s->state != SESSION_ONLINE)
		return;
	sealed_tick(s, now);
	own_pump(s, now);
	session_ask(s, now);
	session_check_idle(s, now);
	session_check_line(s, now);
}

/* Coarse on purpose: nothing here needs to be on time to the second, but
 * what is due next should not be late by more. */
static void
session_sooner(int64_t *due, int64_t other)
{
	if (other < *due)
		*due = other;
}

/* When something is due while we are online. */
static int64_t
session_due(const struct session *s)
{
	int64_t due = catchup_due(s);

	session_sooner(&due, sealed_due(s));
	if (s->pinging)
		session_sooner(&due, session_later(s->pinged,
		    s->connection.heard) + SESSION_DEAD);
	else {
		session_sooner(&due, s->connection.heard + SESSION_IDLE);
		if (s->outbox.under_way > 0)
			session_sooner(&due, s->sent + SESSION_SYNC);
		if (s->shown)
			session_sooner(&due, s->pinged + SESSION_LAG);
	}
	if (s->away_after != 0 && !s->away && !s->is_idle)
		session_sooner(&due, s->active + s->away_after);
	return due;
}

int
session_timeout(const struct session *s, int64_t now)
{
	int64_t due;

	if (s->state == SESSION_OFFLINE)
		due = s->connection.retry_at;
	else if (s->state != SESSION_ONLINE)
		due = s->deadline;
	else
		due = session_due(s);
	if (due - now >= INT_MAX)
		return INT_MAX; /* it waits for a person */
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
