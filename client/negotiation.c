/* SPDX-License-Identifier: ISC */
/*
 * Negotiation: which capabilities we have on this server.
 *
 * The session sends CAP LS when it registers; from then on everything here
 * is an answer to what the server says.  Only what is offered and of use is
 * asked for, and registration ends whether it is granted or not.
 */

#include <stdio.h>
#include <string.h>

#include "irc/capability.h"
#include "irc/name.h"
#include "negotiation.h"
#include "session.h"

/* What we ask for, if it is offered. */
#define NEGOTIATION_CAPS \
	(CAP(MESSAGE_TAGS) | CAP(SERVER_TIME) | CAP(ECHO_MESSAGE) | \
	CAP(BATCH) | CAP(MULTI_PREFIX) | CAP(AWAY_NOTIFY) | \
	CAP(EXTENDED_JOIN) | CAP(CAP_NOTIFY) | CAP(SETNAME) | CAP(CHGHOST) | \
	CAP(INVITE_NOTIFY) | CAP(ACCOUNT_NOTIFY))

static void
negotiation_request(struct session *s)
{
	uint64_t wanted = s->offered & NEGOTIATION_CAPS & ~s->caps;
	char list[400];
	size_t len = 0;
	int i;

	/* Labels tell what became of a line, in batches where need be. */
	if ((s->offered & CAP(BATCH)) && (s->offered & CAP(MESSAGE_TAGS)))
		wanted |= s->offered & CAP(LABELED_RESPONSE) & ~s->caps;
	for (i = 0; capability_name(i) != NULL; i++)
		if (wanted & UINT64_C(1) << i)
			len += snprintf(list + len, sizeof(list) - len, "%s%s",
			    len > 0 ? " " : "", capability_name(i));
	if (len > 0)
		session_write(s, "CAP REQ :%s", list);
	else if (s->state == SESSION_REGISTERING)
		session_write(s, "CAP END");
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
		bit = capability_bit(list, name < len ? name : len);
		if (add)
			s->offered |= bit;
		else {
			s->offered &= ~bit;
			s->caps &= ~bit;
		}
	}
}

static void
negotiation_ls(struct session *s, struct event_line *e)
{
	negotiation_each(s, e->m.param[e->m.nparam - 1], 1);
	if (strcmp(e->m.param[2], "*") != 0 || e->m.nparam < 4)
		negotiation_request(s);
}

static void
negotiation_ack(struct session *s, struct event_line *e)
{
	uint64_t caps = s->caps;

	if (capability_request(&caps, s->offered, e->m.param[2]) == 0)
		s->caps = caps;
	if (s->state == SESSION_REGISTERING)
		session_write(s, "CAP END");
}

static void
negotiation_nak(struct session *s, struct event_line *e)
{
	(void)e;
	if (s->state == SESSION_REGISTERING)
		session_write(s, "CAP END");
}

static void
negotiation_new(struct session *s, struct event_line *e)
{
	negotiation_each(s, e->m.param[2], 1);
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
