/* SPDX-License-Identifier: ISC */
/*
 * What a worker knows of a session's TLS, which ends elsewhere: version,
 * cipher, and the fingerprint of the client's certificate.
 *
 * It comes in the header that mootd-tls, or a proxy, sends before the first
 * line (gateway.c), and stays what it is for as long as the session.  It is
 * set by an op, the flags last: so who finds them finds the rest.
 */
#include <stdio.h>
#include <string.h>

#include "../irc/mode.h"
#include "command.h"
#include "fault.h"
#include "local.h"
#include "secure.h"

void
secure_begin(struct command *c, const char *version, const char *cipher,
    const uint8_t *fingerprint)
{
	struct op *op = command_op(c, OP_SECURE, c->sid);
	char text[2 * PROXY_FINGERPRINT + 1];

	op->b = SECURE_TLS;
	snprintf(op->text, sizeof(op->text), "%s %s", version, cipher);
	if (fingerprint == NULL)
		return;
	op->b |= SECURE_CERTIFICATE;
	proxy_fingerprint_text(text, fingerprint);
	op_text2(op, text);
}

void
secure_end(struct command *c)
{
	command_op(c, OP_SECURE, c->sid);
}

void
op_secure(struct op *op)
{
	struct session *s = &sessions[op->a];
	struct secure *t = &secures[op->a];
	size_t n = strcspn(op->text, " ");
	char version[sizeof(t->version)];
	uint32_t flags = op->b & (SECURE_TLS | SECURE_CERTIFICATE);

	s->secure = 0;
	if (flags == 0)
		return;
	FAULT("op-secure-none");
	memset(t, 0, sizeof(*t));
	record_copy(version, sizeof(version), op->text);
	version[n < sizeof(version) ? n : sizeof(version) - 1] = '\0';
	record_copy(t->version, sizeof(t->version), version);
	record_copy(t->cipher, sizeof(t->cipher),
	    op->text + n + (op->text[n] != '\0'));
	if ((flags & SECURE_CERTIFICATE) &&
	    proxy_fingerprint(t->fingerprint, op->text2) != 0)
		flags &= ~(uint32_t)SECURE_CERTIFICATE;
	t->gen = s->gen;
	FAULT("op-secure-filled");
	atomic_signal_fence(memory_order_seq_cst);
	s->secure = (uint8_t)flags;
}

const struct secure *
secure_of(uint32_t i)
{
	return (sessions[i].secure & SECURE_TLS) &&
	        secures[i].gen == sessions[i].gen
	    ? &secures[i]
	    : NULL;
}

const uint8_t *
secure_certificate(uint32_t i)
{
	const struct secure *t = secure_of(i);

	return t != NULL && (sessions[i].secure & SECURE_CERTIFICATE)
	    ? t->fingerprint
	    : NULL;
}

const char *
secure_text(uint32_t i, char buf[SECURE_TEXT])
{
	const struct secure *t = secure_of(i);

	buf[0] = '\0';
	if (t != NULL && t->version[0] != '\0')
		snprintf(buf, SECURE_TEXT, " [%s%s%s]", t->version,
		    t->cipher[0] != '\0' ? ", " : "", t->cipher);
	return buf;
}

int
secure_is(const struct session *s)
{
	return (s->secure & SECURE_TLS) || s->kind == LISTEN_LOCAL;
}

/* How many connections U has that are secure, or are not. */
static unsigned
connections(uint32_t u, int secure)
{
	uint32_t i;
	unsigned n = 0;

	for (i = users[u].session; i != 0; i = sessions[i].next)
		n += sessions[i].fd >= 0 && secure_is(&sessions[i]) == secure;
	return n;
}

int
secure_user(uint32_t u)
{
	return connections(u, 0) == 0 && connections(u, 1) > 0;
}

int
secure_never_plain(uint32_t u)
{
	return connections(u, 0) == 0;
}

uint32_t
secure_room(uint32_t u)
{
	uint32_t m;

	for (m = users[u].members; m != 0; m = members[m].user_next)
		if ((rooms[members[m].room].modes & ROOM_SECURE) &&
		    !(members[m].flags & MEMBER_GONE))
			return members[m].room;
	return 0;
}

int
secure_is_here(const struct in6_addr *addr)
{
	static const uint8_t net[13] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
		0xff, 127 };

	return IN6_IS_ADDR_LOOPBACK(addr) || local_is(addr, NULL) ||
	    memcmp(addr->s6_addr, net, sizeof(net)) == 0;
}

int
secure_wrong(uint32_t i)
{
	const struct secure *t = &secures[i];

	if (sessions[i].secure == 0)
		return 0;
	return (sessions[i].secure & ~(SECURE_TLS | SECURE_CERTIFICATE)) ||
	    !(sessions[i].secure & SECURE_TLS) ||
	    t->gen != sessions[i].gen ||
	    memchr(t->version, '\0', sizeof(t->version)) == NULL ||
	    memchr(t->cipher, '\0', sizeof(t->cipher)) == NULL;
}
