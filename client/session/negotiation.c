/* SPDX-License-Identifier: ISC */
/*
 * Negotiation: which capabilities we have on this server.
 *
 * The session has us ask when it registers; from then on everything here is
 * an answer to what the server says.  Only what is offered and of use is asked
 * for, in as many lines as it takes.  Requests are answered in their order, so
 * it is known what was refused even where the answer is cut; then its parts
 * are asked for one by one, and only what is refused alone is done without.
 * Registration ends when all are answered, after the login if there is one.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/trust/sts.h"
#include "irc/capability.h"
#include "irc/name.h"
#include "negotiation.h"
#include "sasl.h"
#include "session.h"

enum { NEGOTIATION_LINE = 400 }; /* bytes of names in a request */

/* What we ask for, if it is offered. */
#define NEGOTIATION_CAPS \
	(CAP(MESSAGE_TAGS) | CAP(SERVER_TIME) | CAP(ECHO_MESSAGE) | \
	CAP(BATCH) | CAP(MULTI_PREFIX) | CAP(AWAY_NOTIFY) | \
	CAP(EXTENDED_JOIN) | CAP(CAP_NOTIFY) | CAP(SETNAME) | CAP(CHGHOST) | \
	CAP(INVITE_NOTIFY) | CAP(ACCOUNT_NOTIFY) | CAP(ACCOUNT_TAG) | \
	CAP(USERHOST_IN_NAMES) | CAP(ACCOUNT_REGISTRATION) | \
	CAP(MESSAGE_REDACTION) | CAP(READ_MARKER) | CAP(EXTENDED_ISUPPORT) | \
	CAP(PRE_AWAY) | CAP(SEARCH) | CAP(STANDARD_REPLIES) | \
	CAP(CHANNEL_RENAME) | CAP(EXTENDED_MONITOR))

/* What is of use only in batches, and with tags. */
#define NEGOTIATION_BATCHED \
	(CAP(LABELED_RESPONSE) | CAP(MULTILINE) | CAP(CHATHISTORY) | \
	CAP(EVENT_PLAYBACK))

static uint64_t
negotiation_wanted(const struct session *s)
{
	uint64_t caps = NEGOTIATION_CAPS;

	if ((s->offered & CAP(BATCH)) && (s->offered & CAP(MESSAGE_TAGS)))
		caps |= NEGOTIATION_BATCHED;
	/* Who does not ask for history is to be told it by the server. */
	if (!s->catches_up)
		caps &= ~(CAP(CHATHISTORY) | CAP(EVENT_PLAYBACK));
	if (s->account != NULL || (s->connection.tls &&
	    s->connection.certificate != NULL))
		caps |= CAP(SASL);
	return s->offered & caps & ~s->caps;
}

static void
negotiation_send(struct session *s, const char *list, uint64_t bits)
{
	if (s->nasked >= CAPABILITY_COUNT)
		return;
	s->asked[s->nasked++] = bits;
	session_write(s, "CAP REQ :%s", list);
}

/* Asks for BITS in lines of up to MOST bytes. */
static void
negotiation_ask(struct session *s, uint64_t bits, size_t most)
{
	char list[NEGOTIATION_LINE + 64];
	uint64_t some = 0;
	size_t len = 0;
	int i;

	for (i = 0; capability_name(i) != NULL; i++) {
		if (!(bits & UINT64_C(1) << i))
			continue;
		if (len > 0 && len + 1 + strlen(capability_name(i)) > most) {
			negotiation_send(s, list, some);
			some = len = 0;
		}
		len += snprintf(list + len, sizeof(list) - len, "%s%s",
		    len > 0 ? " " : "", capability_name(i));
		some |= UINT64_C(1) << i;
	}
	if (len > 0)
		negotiation_send(s, list, some);
}

void
negotiation_begin(struct session *s)
{
	s->caps = s->offered = 0;
	s->nasked = 0;
	s->multiline_bytes = s->multiline_lines = 0;
	*s->mechanisms = '\0';
	s->sts_seconds = -1;
	s->login = LOGIN_NONE;
	sasl_clear(s);
	*s->logged_in = '\0';
	session_write(s, "CAP LS 302");
}

void
negotiation_end(struct session *s)
{
	if (s->state != SESSION_REGISTERING)
		return;
	if (s->unattended && (s->caps & CAP(PRE_AWAY)))
		session_write(s, "AWAY *");
	session_write(s, "CAP END");
}

/* All requests are answered: logs in, or goes on. */
static void
negotiation_settle(struct session *s)
{
	if (s->nasked > 0 || s->login == LOGIN_UNDER_WAY)
		return;
	if (s->caps & CAP(SASL)) {
		if (sasl_begin(s, s->mechanisms))
			return;
	} else if (s->state == SESSION_REGISTERING)
		sasl_missing(s);
	if (s->state != SESSION_OVER)
		negotiation_end(s);
}

static void
negotiation_request(struct session *s)
{
	negotiation_ask(s, negotiation_wanted(s), NEGOTIATION_LINE);
	negotiation_settle(s);
}

/* "max-bytes=4096,max-lines=32"; a limit that is not told is none of ours. */
static void
negotiation_multiline(struct session *s, const char *value)
{
	const char *bytes = strstr(value, "max-bytes=");
	const char *lines = strstr(value, "max-lines=");

	s->multiline_bytes = bytes == NULL ? 0 :
	    strtoul(bytes + strlen("max-bytes="), NULL, 10);
	s->multiline_lines = lines == NULL ? SIZE_MAX :
	    strtoul(lines + strlen("max-lines="), NULL, 10);
}

static void
negotiation_value(struct session *s, uint64_t bit, const char *value,
    size_t len)
{
	char copy[sizeof(s->mechanisms)];

	snprintf(copy, sizeof(copy), "%.*s", (int)len, value);
	if (bit == CAP(MULTILINE))
		negotiation_multiline(s, copy);
	else if (bit == CAP(SASL))
		memcpy(s->mechanisms, copy, sizeof(copy));
}

/* The server is to be spoken to with TLS only.  Without it, the port of TLS
 * counts, and we go there at once; with it, for how long.  On this machine it
 * makes no difference. */
static void
negotiation_sts(struct session *s, const char *value, size_t len)
{
	struct connection *c = &s->connection;
	char copy[NEGOTIATION_LINE];
	struct sts sts;

	snprintf(copy, sizeof(copy), "%.*s", (int)len, value);
	sts_read(&sts, copy);
	if (connection_is_local(c))
		return;
	if (!c->tls && *sts.port != '\0')
		session_upgrade(s, sts.port);
	else if (c->tls && sts.duration >= 0) {
		s->sts_seconds = sts.duration;
		session_keep_sts(s);
	}
}

static void
negotiation_each(struct session *s, const char *list, int add)
{
	size_t len, name;
	uint64_t bit;

	for (; *list != '\0'; list += len) {
		list += strspn(list, " ");
		len = strcspn(list, " ");
		name = strcspn(list, " =");
		bit = capability_bit(list, name);
		if (add && name == 3 && name < len &&
		    strncmp(list, "sts", 3) == 0)
			negotiation_sts(s, list + 4, len - 4);
		if (add) {
			s->offered |= bit;
			if (name < len)
				negotiation_value(s, bit, list + name + 1,
				    len - name - 1);
		} else {
			s->offered &= ~bit;
			s->caps &= ~bit;
		}
	}
}

static void
negotiation_ls(struct session *s, struct event_line *e)
{
	negotiation_each(s, e->m.param[e->m.nparam - 1], 1);
	if (s->connection.state != CONNECTION_OPEN)
		return; /* it goes elsewhere */
	if (strcmp(e->m.param[2], "*") != 0 || e->m.nparam < 4)
		negotiation_request(s);
}

/* What the oldest request was for. */
static uint64_t
negotiation_answered(struct session *s)
{
	uint64_t bits = s->nasked > 0 ? s->asked[0] : 0;

	if (s->nasked > 0)
		memmove(s->asked, s->asked + 1,
		    --s->nasked * sizeof(s->asked[0]));
	return bits;
}

static void
negotiation_ack(struct session *s, struct event_line *e)
{
	uint64_t caps = s->caps;

	if (capability_request(&caps, s->offered, e->m.param[2]) == 0)
		s->caps = caps;
	negotiation_answered(s);
	negotiation_settle(s);
}

static void
negotiation_nak(struct session *s, struct event_line *e)
{
	uint64_t bits = negotiation_answered(s);

	(void)e;
	if ((bits & (bits - 1)) != 0)
		negotiation_ask(s, bits, 0);
	else
		s->offered &= ~bits;
	negotiation_settle(s);
}

static void
negotiation_new(struct session *s, struct event_line *e)
{
	negotiation_each(s, e->m.param[2], 1);
	if (s->connection.state == CONNECTION_OPEN)
		negotiation_request(s);
}

static void
negotiation_del(struct session *s, struct event_line *e)
{
	negotiation_each(s, e->m.param[2], 0);
}

void
negotiation_cap(struct session *s, struct event_line *e)
{
	static const struct {
		const char *name;
		void (*handle)(struct session *, struct event_line *);
	} caps[] = {
		{ "LS", negotiation_ls },
		{ "ACK", negotiation_ack },
		{ "NAK", negotiation_nak },
		{ "NEW", negotiation_new },
		{ "DEL", negotiation_del },
	};
	size_t i;

	for (i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
		if (name_cmp(caps[i].name, e->m.param[1]) == 0 &&
		    e->m.nparam >= 3)
			caps[i].handle(s, e);
}
