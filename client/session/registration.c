/* SPDX-License-Identifier: ISC */
/*
 * Makes an account: connects, registers the connection, then the account, and
 * quits.  first.c calls it while it asks its questions, so it may wait, but
 * never longer than REGISTRATION_WAIT.
 *
 * With draft/account-registration the server's answer is exact.  Otherwise
 * NickServ is told; a server that logs us in has said it (900), and any other
 * answer is for the user to judge.  An invitation is what VERIFY wants, where
 * the server answers that there is something to verify.  A password goes to
 * nobody by a connection that others can read.
 */

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "connection.h"
#include "irc/message.h"
#include "irc/name.h"
#include "registration.h"

#define REGISTRATION_CAP "draft/account-registration"

struct registration {
	struct connection connection;
	const char *nick, *password, *token;
	char *why;
	size_t size;
	int offered; /* REGISTRATION_CAP */
	int asked;   /* for the account */
	int over;
	enum registration_result result;
};

static void __attribute__((format(printf, 2, 3)))
registration_write(struct registration *r, const char *fmt, ...)
{
	char line[MESSAGE_LINE + 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	connection_write(&r->connection, line);
}

static void
registration_end(struct registration *r, enum registration_result result,
    const char *why)
{
	if (r->over)
		return;
	r->over = 1;
	r->result = result;
	snprintf(r->why, r->size, "%s", why);
}

/* ---- what the server says; the last parameter is always there ---- */

static void
registration_cap(struct registration *r, struct message *m)
{
	const char *last = m->param[m->nparam - 1];

	if (m->nparam < 3)
		return;
	if (strcmp(m->param[1], "LS") != 0) { /* ACK, NAK */
		if (!r->asked)
			registration_write(r, "CAP END");
		return;
	}
	if (strstr(last, REGISTRATION_CAP) != NULL)
		r->offered = 1;
	if (m->nparam > 3)
		return; /* there is more */
	registration_write(r, r->offered ? "CAP REQ :" REGISTRATION_CAP :
	    "CAP END");
}

static void
registration_welcome(struct registration *r, struct message *m)
{
	(void)m;
	r->asked = 1;
	if (r->offered)
		registration_write(r, "REGISTER * * :%s", r->password);
	else
		registration_write(r, "PRIVMSG NickServ :REGISTER %s",
		    r->password);
}

static void
registration_ping(struct registration *r, struct message *m)
{
	registration_write(r, "PONG :%s", m->param[m->nparam - 1]);
}

/* To REGISTER or VERIFY. */
static void
registration_answer(struct registration *r, struct message *m)
{
	if (r->token != NULL && strcmp(m->param[0],
	    "VERIFICATION_REQUIRED") == 0) {
		registration_write(r, "VERIFY %s :%s",
		    m->nparam > 1 ? m->param[1] : r->nick, r->token);
		return;
	}
	registration_end(r, strcmp(m->param[0], "SUCCESS") == 0 ?
	    REGISTRATION_DONE : REGISTRATION_ANSWERED,
	    m->param[m->nparam - 1]);
}

static void
registration_fail(struct registration *r, struct message *m)
{
	if (m->nparam > 2 && (name_cmp(m->param[0], "REGISTER") == 0 ||
	    name_cmp(m->param[0], "VERIFY") == 0))
		registration_end(r, REGISTRATION_REFUSED,
		    m->param[m->nparam - 1]);
}

static void
registration_notice(struct registration *r, struct message *m)
{
	if (r->asked && m->source != NULL &&
	    strncasecmp(m->source, "NickServ", 8) == 0)
		registration_end(r, REGISTRATION_ANSWERED,
		    m->param[m->nparam - 1]);
}

static void
registration_logged_in(struct registration *r, struct message *m)
{
	if (r->asked)
		registration_end(r, REGISTRATION_DONE,
		    m->param[m->nparam - 1]);
}

static void
registration_nick(struct registration *r, struct message *m)
{
	registration_end(r, REGISTRATION_NICK, m->param[m->nparam - 1]);
}

static void
registration_nobody(struct registration *r, struct message *m)
{
	(void)m;
	if (r->asked)
		registration_end(r, REGISTRATION_REFUSED,
		    "this server has no accounts");
}

static void
registration_error(struct registration *r, struct message *m)
{
	registration_end(r, REGISTRATION_FAILED, m->param[m->nparam - 1]);
}

static const struct {
	const char *command;
	void (*handle)(struct registration *, struct message *);
} registration_lines[] = {
	{ "001", registration_welcome },
	{ "401", registration_nobody },
	{ "421", registration_nobody },
	{ "432", registration_nick },
	{ "433", registration_nick },
	{ "464", registration_error },
	{ "465", registration_error },
	{ "900", registration_logged_in },
	{ "CAP", registration_cap },
	{ "ERROR", registration_error },
	{ "FAIL", registration_fail },
	{ "NOTICE", registration_notice },
	{ "PING", registration_ping },
	{ "REGISTER", registration_answer },
	{ "VERIFY", registration_answer },
};

static void
registration_handle(struct registration *r, char *line, size_t len)
{
	struct message m = { 0 };
	size_t i;

	if (message_parse(&m, line, len) != MESSAGE_OK || m.nparam == 0)
		return;
	for (i = 0; i < sizeof(registration_lines) /
	    sizeof(registration_lines[0]); i++)
		if (name_cmp(registration_lines[i].command, m.command) == 0)
			registration_lines[i].handle(r, &m);
}

/* ---- the conversation ---- */

static void
registration_read(struct registration *r)
{
	char *line;
	size_t len;

	do {
		while ((line = connection_line(&r->connection, &len)) != NULL)
			registration_handle(r, line, len);
	} while (connection_is_pending(&r->connection) &&
	    connection_step(&r->connection, POLLIN, connection_now()) ==
	    CONNECTION_SAME);
}

static void
registration_begin(struct registration *r)
{
	registration_write(r, "CAP LS 302");
	registration_write(r, "NICK %s", r->nick);
	registration_write(r, "USER %.12s 0 * :%s", r->nick, r->nick);
}

/* Waits for the socket until END at most, and deals with what came. */
static void
registration_turn(struct registration *r, int64_t end)
{
	struct connection *c = &r->connection;
	struct pollfd p = { .fd = c->fd, .events = connection_events(c, 1) };
	enum connection_news news;

	poll(&p, 1, (int)(end - connection_now()));
	news = connection_step(c, p.revents, connection_now());
	if (news == CONNECTION_UP)
		registration_begin(r);
	registration_read(r);
	if (news == CONNECTION_DOWN ||
	    connection_flush(c) == CONNECTION_DOWN)
		registration_end(r, REGISTRATION_FAILED, c->why);
}

/* What has the answer must not be lost with the connection: QUIT is sent, but
 * not waited for. */
static void
registration_converse(struct registration *r, int64_t end)
{
	struct connection *c = &r->connection;
	enum connection_news news = connection_start(c, connection_now());

	if (news == CONNECTION_DOWN)
		registration_end(r, REGISTRATION_FAILED, c->why);
	if (news == CONNECTION_UP)
		registration_begin(r);
	while (!r->over && connection_now() < end)
		registration_turn(r, end);
	registration_end(r, REGISTRATION_FAILED, "the server does not answer");
	if (c->state == CONNECTION_OPEN) {
		registration_write(r, "QUIT");
		connection_flush(c);
	}
	connection_close(c, "");
}

enum registration_result
registration_make(const struct registration_wish *w, struct tls_info *info,
    char *why, size_t size)
{
	static struct registration r;
	struct connection *c = &r.connection;

	memset(&r, 0, sizeof(r));
	r.nick = w->nick;
	r.password = w->password;
	r.token = w->token;
	r.why = why;
	r.size = size;
	if (connection_init(c, w->where) == -1)
		registration_end(&r, REGISTRATION_FAILED, "not an address");
	else if (!connection_is_private(c))
		registration_end(&r, REGISTRATION_FAILED,
		    "others could read the password: see ircs://");
	else {
		c->trust = TRUST_FIRST;
		registration_converse(&r,
		    connection_now() + REGISTRATION_WAIT);
	}
	if (info != NULL)
		tls_tell(c->secure, info);
	connection_clear(c);
	explicit_bzero(c, sizeof(*c));
	return r.result;
}

int
registration_answers(const char *where, int ms)
{
	static struct connection c;
	int64_t end = connection_now() + ms;
	enum connection_news news;
	struct pollfd p;

	if (connection_init(&c, where) == -1)
		return 0;
	news = connection_start(&c, connection_now());
	while (news == CONNECTION_SAME && connection_now() < end) {
		p.fd = c.fd;
		p.events = connection_events(&c, 1);
		poll(&p, 1, (int)(end - connection_now()));
		news = connection_step(&c, p.revents, connection_now());
	}
	connection_clear(&c);
	return news == CONNECTION_UP;
}
