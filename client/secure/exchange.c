/* SPDX-License-Identifier: ISC */
/*
 * Agreeing on keys: offer, answer, proof, ready.
 *
 * An exchange is under way until its last message or for EXCHANGE_WAIT, and
 * only in memory: what is not complete when moot ends never was.  It becomes
 * an agreement in the keyring, on the disk before anything is sent by it: with
 * who was asked when the proof has come, with who asks when it goes.  What is
 * of the past is no part of an exchange, so that history cannot begin one.
 *
 * Whoever sends what does not fit is told of and changes nothing: an exchange
 * goes on with a copy until a message proves genuine.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/session/connection.h"
#include "client/session/say.h"
#include "client/session/session.h"
#include "exchange.h"
#include "irc/name.h"
#include "noise.h"
#include "secure.h"

#define EXCHANGE_PROLOGUE "moot-secure-1"

enum exchange_stage {
	EXCHANGE_OFFERED,  /* by us: the answer is to come */
	EXCHANGE_ANSWERED, /* by us: the proof is to come */
	EXCHANGE_PROVED,   /* by us: the other side is to be ready */
};

enum exchange_refusal {
	REFUSAL_PROGRAM = 1,
	REFUSAL_NAMES = 2,
};

struct exchange {
	char nick[SESSION_NICK * 2];
	uint8_t id[ENVELOPE_ID];
	enum exchange_stage stage;
	struct noise noise;
	int64_t deadline;
	struct exchange *next;
};

/* ---- those under way ---- */

static struct exchange **
exchange_slot(const struct session *s, const uint8_t *id, size_t len)
{
	struct exchange **at = &s->secure->exchanges;

	while (*at != NULL && memcmp((*at)->id, id, len) != 0)
		at = &(*at)->next;
	return at;
}

static void
exchange_free(struct exchange **at)
{
	struct exchange *x = *at;

	*at = x->next;
	noise_wipe(&x->noise);
	free(x);
}

static struct exchange **
exchange_with(const struct session *s, const char *nick)
{
	struct exchange **at = &s->secure->exchanges;

	while (*at != NULL && name_cmp((*at)->nick, nick) != 0)
		at = &(*at)->next;
	return at;
}

int
exchange_is_with(const struct session *s, const char *nick)
{
	const struct exchange *x = *exchange_with(s, nick);

	return x != NULL && x->stage != EXCHANGE_ANSWERED;
}

void
exchange_stop(struct session *s, const char *nick)
{
	struct exchange **at;

	while (*(at = exchange_with(s, nick)) != NULL)
		exchange_free(at);
}

void
exchange_clear(struct secure *c)
{
	while (c->exchanges != NULL)
		exchange_free(&c->exchanges);
}

void
exchange_nick(struct session *s, const char *old, const char *new)
{
	struct exchange *x = *exchange_with(s, old);

	if (x != NULL)
		snprintf(x->nick, sizeof(x->nick), "%s", new);
}

/* With our identity for now; NULL: it cannot begin, and WHY. */
static struct exchange *
exchange_new(struct session *s, int initiator, const char *nick,
    const char **why)
{
	static const struct crypto_bytes prologue = { EXCHANGE_PROLOGUE,
		sizeof(EXCHANGE_PROLOGUE) - 1 };
	const struct identity *i;
	struct exchange *x, *other;
	char name[KEYRING_NAME];
	int made = 0, n = 0;

	secure_own_name(s, name);
	for (other = s->secure->exchanges; other != NULL; other = other->next)
		n++;
	*why = "too many agreements are under way";
	if (n >= EXCHANGES)
		return NULL;
	*why = "too many identities are on this network, or yours is no name";
	i = keyring_identity(s->secure->ring, name, &made);
	if (i == NULL)
		return NULL;
	*why = "the key cannot be kept";
	if (made && secure_save(s) == -1)
		return NULL;
	*why = "no memory";
	x = calloc(1, sizeof(*x));
	if (x == NULL || noise_begin(&x->noise, initiator, i->private,
	    prologue) == -1) {
		free(x);
		return NULL;
	}
	snprintf(x->nick, sizeof(x->nick), "%s", nick);
	x->deadline = connection_now() + EXCHANGE_WAIT;
	x->next = s->secure->exchanges;
	s->secure->exchanges = x;
	return x;
}

/* ---- names ---- */

/* "ours\0theirs", which both sides must mean. */
static size_t
exchange_names(const struct session *s, const char *theirs, char *buf,
    size_t size)
{
	char ours[KEYRING_NAME], other[KEYRING_NAME];
	size_t len;

	secure_own_name(s, ours);
	snprintf(other, sizeof(other), "%s", theirs);
	name_fold(buf, ours, size);
	len = strlen(buf) + 1;
	name_fold(buf + len, other, size - len);
	return len + strlen(buf + len);
}

/* Whether the payload means us by "theirs" and who E is from by "ours". */
static int
exchange_names_fit(const struct session *s, const char *theirs,
    const uint8_t *payload, size_t len)
{
	char want[2 * KEYRING_NAME], ours[KEYRING_NAME];
	size_t n;

	secure_own_name(s, ours);
	name_fold(want, theirs, KEYRING_NAME);
	n = strlen(want) + 1;
	name_fold(want + n, ours, KEYRING_NAME);
	n += strlen(want + n);
	return n == len && memcmp(want, payload, len) == 0;
}

/* ---- sending ---- */

/* The next message, with the names unless THEIRS is NULL. */
static int
exchange_make(struct session *s, struct exchange *x, struct envelope *v,
    enum envelope_kind kind, const char *theirs)
{
	char names[2 * KEYRING_NAME];
	struct crypto_bytes payload = { names, 0 };
	long len;

	if (theirs != NULL)
		payload.len = exchange_names(s, theirs, names, sizeof(names));
	memset(v, 0, sizeof(*v));
	v->kind = kind;
	len = noise_write(&x->noise, payload, v->data);
	if (len == -1)
		return -1;
	memcpy(v->id, x->id, sizeof(v->id));
	v->len = (size_t)len;
	return 0;
}

static int
exchange_write(struct session *s, struct exchange *x,
    enum envelope_kind kind, const char *theirs)
{
	struct envelope v;

	if (exchange_make(s, x, &v, kind, theirs) == -1)
		return -1;
	secure_write(s, x->nick, &v);
	return 0;
}

static void
exchange_refuse(struct session *s, const struct event_line *e,
    const uint8_t *id, enum exchange_refusal why)
{
	struct envelope v = { .kind = ENVELOPE_REFUSAL, .len = 1 };

	memcpy(v.id, id, sizeof(v.id));
	v.data[0] = (uint8_t)why;
	secure_write(s, e->nick, &v);
}

void
exchange_begin(struct session *s, const char *nick)
{
	struct exchange *x;
	const char *why;

	exchange_stop(s, nick);
	x = exchange_new(s, 1, nick, &why);
	if (x == NULL) {
		secure_say(s, NEWS_ERROR, nick, "%s", why);
		return;
	}
	if (crypto_random(x->id, ENVELOPE_HALF) == -1 ||
	    exchange_write(s, x, ENVELOPE_OFFER, NULL) == -1) {
		exchange_stop(s, nick);
		return;
	}
	secure_say(s, NEWS_CLIENT, nick, "asking the moot of %s for keys",
	    nick);
}

/* ---- the messages of the handshake ---- */

/* Both have begun at once: the smaller number goes on. */
static int
exchange_yields(struct session *s, const char *nick, const uint8_t *id)
{
	struct exchange *x = *exchange_with(s, nick);

	if (x == NULL || x->stage == EXCHANGE_ANSWERED)
		return 1;
	return x->stage == EXCHANGE_OFFERED &&
	    memcmp(id, x->id, ENVELOPE_HALF) < 0;
}

/* Nobody is asked: answering is no more than having a key.  But it takes of
 * the purse of CTCP, so nobody can make us flood. */
static void
exchange_offer(struct session *s, const struct event_line *e,
    const struct envelope *v, const char *theirs)
{
	struct crypto_bytes message = { v->data, v->len };
	uint8_t payload[ENVELOPE_DATA];
	struct exchange *x;
	const char *why;

	if (!session_may_answer(s) || !exchange_yields(s, e->nick, v->id))
		return;
	exchange_stop(s, e->nick);
	x = exchange_new(s, 0, e->nick, &why);
	if (x == NULL) {
		secure_say(s, NEWS_ERROR, e->nick, "%s wants to agree on "
		    "keys: %s", e->nick, why);
		return;
	}
	x->stage = EXCHANGE_ANSWERED;
	memcpy(x->id, v->id, ENVELOPE_HALF);
	if (crypto_random(x->id + ENVELOPE_HALF, ENVELOPE_HALF) == -1 ||
	    noise_read(&x->noise, message, payload) == -1 ||
	    exchange_write(s, x, ENVELOPE_ANSWER, theirs) == -1)
		exchange_stop(s, e->nick);
}

/* Whether there is room for THEIRS: whoever asks us may not take all. */
static int
exchange_has_room(const struct session *s, const struct exchange *x,
    const char *theirs)
{
	const struct keyring *r = s->secure->ring;

	return x->noise.initiator || keyring_find(r, theirs) != NULL ||
	    r->ncontacts < KEYRING_CONTACTS - KEYRING_ASKED;
}

/* What X came to, as an agreement with THEIRS of the keyring. */
static struct agreement *
exchange_keep(struct session *s, struct exchange *x, const char *theirs,
    struct contact **c)
{
	struct agreement *a = calloc(1, sizeof(*a));
	uint8_t *out, *in;

	*c = a == NULL || !exchange_has_room(s, x, theirs) ? NULL :
	    keyring_know(s->secure->ring, theirs);
	if (*c == NULL) {
		secure_say(s, NEWS_ERROR, x->nick, "the keys of %s cannot be "
		    "kept: too many contacts; see /secure list", x->nick);
		free(a);
		return NULL;
	}
	out = a->ratchet.out.key;
	in = a->ratchet.in.key;
	if (noise_split(&x->noise, x->noise.initiator ? out : in,
	    x->noise.initiator ? in : out) == -1) {
		free(a);
		return NULL;
	}
	memcpy(a->id, x->id, sizeof(a->id));
	memcpy(a->key, x->noise.rs, sizeof(a->key));
	secure_own_name(s, a->ours);
	snprintf(a->theirs, sizeof(a->theirs), "%s", theirs);
	contact_add(*c, a);
	return a;
}

/* Reads a message with names, into a copy: X goes on only if it is genuine. */
static int
exchange_read(struct session *s, struct exchange *x,
    const struct event_line *e, const struct envelope *v, const char *theirs)
{
	struct crypto_bytes message = { v->data, v->len };
	uint8_t payload[ENVELOPE_DATA];
	struct noise copy = x->noise;
	long len = noise_read(&copy, message, payload);

	if (len == -1) {
		secure_say(s, NEWS_ERROR, e->nick, "no agreement with %s: a "
		    "message of it was changed on its way", e->nick);
		noise_wipe(&copy);
		return -1;
	}
	if (!exchange_names_fit(s, theirs, payload, (size_t)len)) {
		secure_say(s, NEWS_ERROR, e->nick, "no agreement with %s: the "
		    "two sides are not told the same accounts", e->nick);
		exchange_refuse(s, e, v->id, REFUSAL_NAMES);
		noise_wipe(&copy);
		return -1;
	}
	x->noise = copy;
	noise_wipe(&copy);
	return 0;
}

/* Another device of theirs may have answered before: then it is too late. */
static void
exchange_answer(struct session *s, const struct event_line *e,
    const struct envelope *v, const char *theirs)
{
	struct exchange **at = exchange_slot(s, v->id, ENVELOPE_HALF);
	struct exchange *x = *at;
	struct envelope proof;
	struct contact *c;

	if (x == NULL || x->stage != EXCHANGE_OFFERED ||
	    name_cmp(x->nick, e->nick) != 0 ||
	    exchange_read(s, x, e, v, theirs) == -1)
		return;
	memcpy(x->id, v->id, sizeof(x->id));
	x->stage = EXCHANGE_PROVED;
	if (exchange_make(s, x, &proof, ENVELOPE_PROOF, theirs) == -1 ||
	    exchange_keep(s, x, theirs, &c) == NULL || secure_save(s) == -1)
		exchange_free(at);
	else
		secure_write(s, x->nick, &proof);
}

static void
exchange_proof(struct session *s, const struct event_line *e,
    const struct envelope *v, const char *theirs)
{
	struct exchange **at = exchange_slot(s, v->id, ENVELOPE_HALF);
	struct exchange *x = *at;
	struct agreement *a;
	struct contact *c;

	if (x == NULL || x->stage != EXCHANGE_ANSWERED ||
	    name_cmp(x->nick, e->nick) != 0)
		return;
	if (memcmp(x->id, v->id, ENVELOPE_ID) != 0) {
		secure_say(s, NEWS_CLIENT, e->nick, "%s has agreed on keys "
		    "with another device of yours: what is encrypted can be "
		    "read only there", e->nick);
		exchange_free(at);
		return;
	}
	if (exchange_read(s, x, e, v, theirs) == -1)
		return;
	a = exchange_keep(s, x, theirs, &c);
	exchange_free(at);
	if (a == NULL)
		return;
	a->confirmed = 1;
	if (secure_control(s, a, e->nick, 'r') == 0)
		secure_adopt(s, c, a, e->nick);
}

void
exchange_ready(struct session *s, const uint8_t id[ENVELOPE_ID])
{
	struct exchange **at = exchange_slot(s, id, ENVELOPE_ID);

	if (*at != NULL)
		exchange_free(at);
}

static void
exchange_refused(struct session *s, const struct event_line *e,
    const struct envelope *v, const char *theirs)
{
	const struct exchange *x = *exchange_slot(s, v->id, ENVELOPE_HALF);

	(void)theirs;
	if (x == NULL || name_cmp(x->nick, e->nick) != 0 || v->len != 1)
		return;
	if (v->data[0] == REFUSAL_PROGRAM)
		secure_say(s, NEWS_ERROR, e->nick, "a program reads for %s, "
		    "and has no keys", e->nick);
	else if (v->data[0] == REFUSAL_NAMES)
		secure_say(s, NEWS_ERROR, e->nick, "%s does not agree: the "
		    "two sides are not told the same accounts", e->nick);
}

static void (*const exchange_messages[])(struct session *s,
    const struct event_line *e, const struct envelope *v,
    const char *theirs) = {
	[ENVELOPE_OFFER] = exchange_offer,
	[ENVELOPE_ANSWER] = exchange_answer,
	[ENVELOPE_PROOF] = exchange_proof,
	[ENVELOPE_MESSAGE] = NULL,
	[ENVELOPE_REFUSAL] = exchange_refused,
};

void
exchange_take(struct session *s, const struct event_line *e,
    const struct envelope *v)
{
	char theirs[KEYRING_NAME];

	if (e->own || e->past || (e->flags & NEWS_PLAYBACK) ||
	    keyring_hold(s->secure->ring) == -1)
		return;
	secure_name(theirs, e->account, e->nick);
	if (!keyring_is_name(theirs))
		return;
	if (exchange_messages[v->kind] != NULL)
		exchange_messages[v->kind](s, e, v, theirs);
}

void
exchange_decline(struct session *s, const struct event_line *e,
    const char *value)
{
	struct envelope v;

	if (!e->own && !e->past && (e->flags & NEWS_PLAYBACK) == 0 &&
	    envelope_parse(&v, value) == 0 && v.kind == ENVELOPE_OFFER)
		exchange_refuse(s, e, v.id, REFUSAL_PROGRAM);
}

/* ---- time ---- */

static void
exchange_give_up(struct session *s, struct exchange **at)
{
	struct exchange *x = *at;

	if (x->stage == EXCHANGE_OFFERED)
		secure_say(s, NEWS_ERROR, x->nick, "no answer from %s: it "
		    "takes a moot at a terminal, which is online", x->nick);
	else if (x->stage == EXCHANGE_PROVED)
		secure_say(s, NEWS_ERROR, x->nick, "no agreement with %s: its "
		    "moot has not said the last word; try /secure %s again",
		    x->nick, x->nick);
	exchange_free(at);
}

void
exchange_tick(struct session *s, int64_t now)
{
	struct exchange **at = &s->secure->exchanges;

	while (*at != NULL)
		if (now >= (*at)->deadline)
			exchange_give_up(s, at);
		else
			at = &(*at)->next;
}

void
exchange_lost(struct session *s)
{
	exchange_tick(s, INT64_MAX);
}

int64_t
exchange_due(const struct session *s)
{
	const struct exchange *x;
	int64_t due = INT64_MAX;

	for (x = s->secure->exchanges; x != NULL; x = x->next)
		if (x->deadline < due)
			due = x->deadline;
	return due;
}
