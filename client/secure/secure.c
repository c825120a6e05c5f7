/* SPDX-License-Identifier: ISC */
/*
 * Secured conversations: sealing what we say, opening what we are told.
 *
 * What decides is the contact's state in the keyring.  The next chain key is
 * on the disk before a message is sealed by the one before it, so a crash may
 * lose a number but never use a key twice; what opening a message changes is
 * saved once a turn, as the worst that its loss can do is to open it again.
 *
 * Texts that went or came are remembered for as long as moot runs, by the
 * number of the message and the msgid under which it came first: it comes
 * again as an echo or from history, when its key is gone.  Under another msgid
 * it is a repetition, and told as such.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/session/say.h"
#include "client/session/session.h"
#include "exchange.h"
#include "irc/capability.h"
#include "irc/name.h"
#include "irc/phrase.h"
#include "secure.h"

enum {
	SECURE_MOST = SEALED_TEXT + SECURE_LETTER + SECURE_PAD,
	SECURE_AD = ENVELOPE_ID + 4 + 2 * KEYRING_NAME,
	SECURE_SAID = 1024, /* bytes of what moot says itself */
};

/* ---- life ---- */

struct secure *
secure_open(const char *path)
{
	struct secure *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	snprintf(c->path, sizeof(c->path), "%s", path);
	c->ring = keyring_open(path, c->broken);
	if (c->ring != NULL)
		*c->broken = '\0';
	return c;
}

static void
secure_forget_memo(struct secure_memo *m)
{
	if (m->text != NULL)
		crypto_wipe(m->text, strlen(m->text));
	free(m->text);
	m->text = NULL;
}

void
secure_close(struct secure *c)
{
	size_t i;

	if (c == NULL)
		return;
	if (c->dirty)
		keyring_save(c->ring);
	exchange_clear(c);
	keyring_close(c->ring);
	for (i = 0; i < SECURE_MEMOS; i++)
		secure_forget_memo(&c->memos[i]);
	crypto_wipe(c, sizeof(*c));
	free(c);
}

int
secure_save(struct session *s)
{
	if (keyring_save(s->secure->ring) == 0) {
		s->secure->dirty = 0;
		return 0;
	}
	secure_say(s, NEWS_ERROR, NULL, "the keys cannot be saved: %s: %s",
	    s->secure->path, strerror(errno));
	return -1;
}

/* ---- words ---- */

void
secure_say(struct session *s, enum news_kind kind, const char *nick,
    const char *fmt, ...)
{
	struct news n = { .kind = kind, .room = nick };
	char text[SECURE_SAID];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	n.text = text;
	news_tell(s, &n);
}

const char *
secure_phrase(char *phrase, const uint8_t key[CRYPTO_KEY])
{
	static const char label[] = "moot-secure identity";
	struct crypto_bytes a = { label, sizeof(label) - 1 };
	struct crypto_bytes b = { key, CRYPTO_KEY };
	uint8_t digest[CRYPTO_HASH];

	if (crypto_hash(digest, a, b) == -1)
		*phrase = '\0';
	else
		phrase_write(phrase, digest);
	return phrase;
}

/* ---- who is who ---- */

void
secure_name(char name[KEYRING_NAME], const char *account, const char *nick)
{
	if (account != NULL && *account != '\0')
		snprintf(name, KEYRING_NAME, "%.*s", KEYRING_NAME - 1,
		    account);
	else
		snprintf(name, KEYRING_NAME, "~%.*s", KEYRING_NAME - 2, nick);
}

/* Where the server does not tell others our account, we have none. */
void
secure_own_name(const struct session *s, char name[KEYRING_NAME])
{
	secure_name(name, s->caps & CAP(ACCOUNT_TAG) ? s->logged_in : "",
	    s->nick);
}

/* A name goes before a nick, which anybody can take; and one with whom we do
 * not talk in plain text before others. */
struct contact *
secure_contact(const struct session *s, const char *target)
{
	const struct keyring *r = s->secure->ring;
	char guest[KEYRING_NAME], name[KEYRING_NAME];
	struct contact *c[3];
	int i;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(target, "!@%"),
	    target);
	snprintf(guest, sizeof(guest), "~%.*s", KEYRING_NAME - 2, name);
	c[0] = keyring_find(r, name);
	c[1] = keyring_find_nick(r, name);
	c[2] = keyring_find(r, guest);
	for (i = 0; i < 3; i++)
		if (c[i] != NULL && c[i]->state != CONTACT_OFF)
			return c[i];
	return c[1] != NULL ? c[1] : c[0] != NULL ? c[0] : c[2];
}

/* Whether E comes from who has agreed on A, as far as the server says. */
static int
secure_is_from(const struct event_line *e, const struct agreement *a,
    const struct contact *c)
{
	char name[KEYRING_NAME];
	int i;

	secure_name(name, e->account, e->nick);
	if (name_cmp(name, a->theirs) == 0)
		return 1;
	for (i = 0; i < KEYRING_NICKS && *e->account == '\0'; i++)
		if (name_cmp(c->nicks[i], e->nick) == 0)
			return 1;
	return 0;
}

/* C has that NICK.  One that is forgotten for it is told: who talks to it
 * would believe that nobody else can read that. */
static int
secure_called(struct session *s, struct contact *c, const char *nick)
{
	char old[KEYRING_NAME];
	int result;

	memcpy(old, c->nicks[KEYRING_NICKS - 2], sizeof(old));
	result = contact_is_called(s->secure->ring, c, nick);
	if (*old != '\0' && c->state != CONTACT_OFF &&
	    secure_contact(s, old) == NULL)
		secure_say(s, NEWS_ERROR, old, "%s is not known as %s any "
		    "more: what you say to %s goes in plain text", c->name,
		    old, old);
	return result;
}

void
secure_nick(struct session *s, const char *old, const char *new)
{
	struct contact *c;

	if (s->secure->ring == NULL || keyring_hold(s->secure->ring) == -1)
		return;
	c = keyring_find_nick(s->secure->ring, old);
	exchange_nick(s, old, new);
	if (c != NULL && secure_called(s, c, new) == 0)
		s->secure->dirty = 1;
}

/* ---- may it be said? ---- */

/* What stands against each state but CONTACT_OFF; NULL: nothing. */
static const char *const secure_states[CONTACT_STATES] = {
	[CONTACT_CHANGED] = "the key of %s is another one than before; see "
	    "/secure verify %s",
	[CONTACT_ENDED] = "%s has ended the secure conversation; /secure %s "
	    "agrees anew",
};

/* We are who we were when A was agreed on. */
static int
secure_is_us(const struct session *s, const struct agreement *a)
{
	char name[KEYRING_NAME];

	secure_own_name(s, name);
	return name_cmp(name, a->ours) == 0 || (*name == '~' &&
	    *a->ours == '~');
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
/* NULL: it may be sealed. */
static const char *
secure_hindrance(struct session *s, struct contact *c, const char *target)
{
	static char why[SECURE_SAID];
	struct agreement *a = contact_current(c);

	if (secure_states[c->state] != NULL) {
		snprintf(why, sizeof(why), secure_states[c->state], target,
		    target);
		return why;
	}
	if (s->secure->ring->lock == -1)
		return "another moot of yours is running, and has the keys";
	if (a == NULL)
		return "there are no keys any more; /secure agrees anew";
	if (s->state != SESSION_ONLINE)
		return NULL;
	if (!secure_is_us(s, a)) {
		snprintf(why, sizeof(why), "it is secured for %s, who you are "
		    "not now", a->ours);
		return why;
	}
	return say_can_tag(s, SEALED_TAG) ? NULL : "this server does not "
	    "carry encrypted messages";
}
#pragma GCC diagnostic pop

static enum sealed_policy
secure_policy_one(struct session *s, const char *target, const char **why)
{
	struct contact *c = secure_contact(s, target);

	if (exchange_is_with(s, target) &&
	    (c == NULL || c->state == CONTACT_OFF)) {
		*why = "keys are still being agreed on";
		return SEALED_REFUSE;
	}
	if (c == NULL || c->state == CONTACT_OFF)
		return SEALED_PLAIN;
	*why = secure_hindrance(s, c, target);
	if (*why == NULL) {
		*why = "";
		return SEALED_SEAL;
	}
	return SEALED_REFUSE;
}

/* One line to several people is sealed for none of them. */
static enum sealed_policy
secure_policy_list(struct session *s, const char *target, const char **why)
{
	char one[SESSION_TARGET];
	size_t len;

	for (; *target != '\0'; target += len + (target[len] == ',')) {
		len = strcspn(target, ",");
		snprintf(one, sizeof(one), "%.*s", (int)len, target);
		if (session_is_room(s, one) ||
		    secure_policy_one(s, one, why) == SEALED_PLAIN)
			continue;
		*why = "one of them is secured: say it to each";
		return SEALED_REFUSE;
	}
	return SEALED_PLAIN;
}

enum sealed_policy
secure_policy(struct session *s, const char *target, const char **why)
{
	*why = "";
	if (session_is_room(s, target) && strchr(target, ',') == NULL)
		return SEALED_PLAIN;
	if (s->secure->ring != NULL)
		keyring_hold(s->secure->ring);
	if (s->secure->ring == NULL || s->secure->ring->broken) {
		*why = "it is not known whether this is a secure "
		    "conversation, as the keys cannot be read";
		return SEALED_REFUSE;
	}
	if (strchr(target, ',') != NULL)
		return secure_policy_list(s, target, why);
	return secure_policy_one(s, target, why);
}

/* ---- memos ---- */

static struct secure_memo *
secure_recall(struct secure *c, const struct envelope *v, int own)
{
	struct secure_memo *m = c->memos;

	for (; m < c->memos + SECURE_MEMOS; m++)
		if (m->text != NULL && m->own == own &&
		    m->counter == v->counter &&
		    memcmp(m->id, v->id, ENVELOPE_ID) == 0)
			return m;
	return NULL;
}

static void
secure_remember(struct secure *c, const struct envelope *v, int own,
    const char *msgid, const char *text)
{
	struct secure_memo *m = &c->memos[c->nmemos++ % SECURE_MEMOS];

	secure_forget_memo(m);
	memcpy(m->id, v->id, ENVELOPE_ID);
	m->counter = v->counter;
	m->own = own;
	snprintf(m->msgid, sizeof(m->msgid), "%s", msgid);
	m->text = strdup(text);
}

/* ---- out ---- */

/* What is authenticated besides the text. */
static struct crypto_bytes
secure_ad(uint8_t ad[SECURE_AD], const struct envelope *v, const char *from,
    const char *to)
{
	const char *const names[] = { from, to };
	struct crypto_bytes b = { ad, ENVELOPE_ID + 4 };
	char folded[KEYRING_NAME];
	int i;

	memcpy(ad, v->id, ENVELOPE_ID);
	for (i = 0; i < 4; i++)
		ad[ENVELOPE_ID + i] = (uint8_t)(v->counter >> (24 - 8 * i));
	for (i = 0; i < 2; i++) {
		name_fold(folded, names[i], sizeof(folded));
		ad[b.len++] = (uint8_t)strlen(folded);
		memcpy(ad + b.len, folded, strlen(folded));
		b.len += strlen(folded);
	}
	return b;
}

/* LETTER, length, TEXT, zeros. */
static struct crypto_bytes
secure_pad(uint8_t buf[SECURE_MOST], char letter, const char *text)
{
	struct crypto_bytes b = { buf, 0 };
	size_t len = strlen(text);

	memset(buf, 0, SECURE_MOST);
	buf[0] = (uint8_t)letter;
	buf[1] = (uint8_t)(len >> 8);
	buf[2] = (uint8_t)len;
	memcpy(buf + SECURE_LETTER, text, len);
	b.len = (SECURE_LETTER + len + SECURE_PAD - 1) / SECURE_PAD *
	    SECURE_PAD;
	return b;
}

/* The number is used up on the disk first. */
static int
secure_make(struct session *s, struct agreement *a, char letter,
    const char *text, struct envelope *v)
{
	uint8_t key[CRYPTO_KEY], ad[SECURE_AD], plain[SECURE_MOST];
	struct crypto_bytes b;
	int result;

	memset(v, 0, sizeof(*v));
	v->kind = ENVELOPE_MESSAGE;
	memcpy(v->id, a->id, sizeof(v->id));
	if (strlen(text) > SEALED_TEXT ||
	    ratchet_next(&a->ratchet, key, &v->counter) == -1 ||
	    secure_save(s) == -1)
		return -1;
	b = secure_pad(plain, letter, text);
	v->len = b.len + RATCHET_MORE;
	result = ratchet_seal(v->data, key, secure_ad(ad, v, a->ours,
	    a->theirs), b);
	crypto_wipe(plain, sizeof(plain));
	return result;
}

void
secure_write(struct session *s, const char *nick, const struct envelope *v)
{
	char value[ENVELOPE_TEXT], line[SEALED_WIRE + SESSION_LINE];

	envelope_format(value, v);
	snprintf(line, sizeof(line), "@" SEALED_TAG "=%s TAGMSG %s", value,
	    nick);
	connection_write(&s->connection, line);
}

int
secure_control(struct session *s, struct agreement *a, const char *nick,
    char letter)
{
	struct envelope v;

	if (secure_make(s, a, letter, "", &v) == -1)
		return -1;
	secure_write(s, nick, &v);
	return 0;
}

/* By which an own message is known when it comes back. */
static void
secure_id(char id[SEALED_ID], const struct envelope *v)
{
	envelope_encode(id, SEALED_ID, v->id, ENVELOPE_ID);
	snprintf(id + strlen(id), SEALED_ID - strlen(id), ".%lu",
	    (unsigned long)v->counter);
}

int
secure_seal(struct session *s, const char *target, const char *text,
    struct sealed *sealed, const char **why)
{
	struct contact *c = secure_contact(s, target);
	struct agreement *a = c == NULL ? NULL : contact_current(c);
	struct envelope v;

	*why = "it could not be encrypted";
	if (a == NULL || secure_make(s, a, 't', text, &v) == -1)
		return -1;
	envelope_format(sealed->value, &v);
	secure_id(sealed->id, &v);
	secure_remember(s->secure, &v, 1, "", text);
	return 0;
}

/* ---- in ---- */

static const char *
secure_error(long error)
{
	return error == RATCHET_USED ? "it has come before, and its key is "
	    "deleted" : error == RATCHET_AHEAD ? "too many messages before it "
	    "are missing" : "it was changed on its way";
}

/* Opens V by A: its letter, and the text in s->secure->text; or 0, and WHY. */
static char
secure_unseal(struct session *s, struct agreement *a,
    const struct envelope *v, const char **why)
{
	uint8_t ad[SECURE_AD], plain[ENVELOPE_DATA];
	struct crypto_bytes sealed = { v->data, v->len };
	char *text = s->secure->text;
	size_t len;
	long n;

	n = ratchet_open(&a->ratchet, v->counter, secure_ad(ad, v, a->theirs,
	    a->ours), sealed, plain);
	if (n < 0) {
		*why = secure_error(n);
		return 0;
	}
	s->secure->dirty = 1;
	*why = "it is not of a kind that this moot knows";
	len = n < SECURE_LETTER ? 0 : (size_t)plain[1] << 8 | plain[2];
	if (n < SECURE_LETTER || len > SEALED_TEXT ||
	    len + SECURE_LETTER > (size_t)n)
		return 0;
	memcpy(text, plain + SECURE_LETTER, len);
	text[len] = '\0';
	while (strlen(text) < len)
		text[strlen(text)] = ' ';
	n = plain[0];
	crypto_wipe(plain, sizeof(plain));
	return (char)n;
}

/* The agreement by which V can be opened; NULL: WHY. */
static struct agreement *
secure_find(struct session *s, const struct event_line *e,
    const struct envelope *v, struct contact **c, const char **why)
{
	struct agreement *a;

	if (s->secure->ring == NULL ||
	    keyring_hold(s->secure->ring) == -1) {
		*why = "the keys are those of another moot of yours, or "
		    "cannot be read";
		return NULL;
	}
	a = keyring_agreement(s->secure->ring, v->id, c);
	if (a == NULL)
		*why = "its key is not here: it is for another device, or "
		    "both of you have to agree anew, see /secure";
	else if (!secure_is_from(e, a, *c)) {
		*why = "it is not from who has its key";
		a = NULL;
	}
	return a;
}

/* One of ours: what was remembered, or what an earlier moot has left. */
static const char *
secure_own(struct session *s, const struct envelope *v)
{
	const struct outbox_line *l;
	char id[SEALED_ID];

	secure_id(id, v);
	for (l = s->outbox.first; l != NULL; l = l->next)
		if (l->sealed != NULL && strcmp(l->sealed, id) == 0)
			break;
	if (l == NULL)
		return NULL;
	snprintf(s->secure->text, sizeof(s->secure->text),
	    l->ctcp != NULL ? "\001%s %s\001" : "%s%s",
	    l->ctcp != NULL ? l->ctcp : "", l->text);
	return s->secure->text;
}

/* What was remembered of it, unless it is repeated. */
static const char *
secure_again(struct secure_memo *m, const struct event_line *e,
    const char **why)
{
	if (*m->msgid == '\0' && m->own)
		snprintf(m->msgid, sizeof(m->msgid), "%s", e->msgid);
	if (*e->msgid != '\0' && strcmp(m->msgid, e->msgid) == 0)
		return m->text;
	*why = "it has come before";
	return NULL;
}

/* What a server holds back, or sends in another order, shows by the numbers;
 * history comes in any order.  NEXT is the one that was due. */
static void
secure_tell_order(struct session *s, const struct event_line *e,
    uint32_t counter, uint32_t next)
{
	if (e->past || (e->flags & NEWS_PLAYBACK) || counter == next)
		return;
	if (counter < next)
		secure_say(s, NEWS_CLIENT, e->nick, "%s has said this before "
		    "what came last:", e->nick);
	else
		secure_say(s, NEWS_CLIENT, e->nick, "messages of %s before "
		    "this one that have not come: %lu", e->nick,
		    (unsigned long)(counter - next));
}

/* Whether an own message, as far as known, has come to whom it was for. */
static int
secure_is_for(const struct session *s, const struct event_line *e,
    const struct envelope *v)
{
	struct contact *c;

	return s->secure->ring == NULL ||
	    keyring_agreement(s->secure->ring, v->id, &c) == NULL ||
	    secure_contact(s, e->m.param[0]) == c;
}

/* The text of a message; NULL: WHY. */
static const char *
secure_read(struct session *s, struct event_line *e,
    const struct envelope *v, const char **why)
{
	struct secure_memo *m = secure_recall(s->secure, v, e->own);
	struct agreement *a;
	struct contact *c;
	uint32_t next;

	*why = "it was said to somebody else";
	if (e->own && !secure_is_for(s, e, v))
		return NULL;
	if (m != NULL)
		return secure_again(m, e, why);
	*why = "it was said before, or on another device of yours";
	if (e->own)
		return secure_own(s, v);
	a = secure_find(s, e, v, &c, why);
	if (a == NULL)
		return NULL;
	if (contact_pin(c, a->key) == NULL && (a->confirmed || c->npins > 0)) {
		*why = "its key is another one than before; see /secure verify";
		return NULL;
	}
	next = a->ratchet.in.next;
	if (secure_unseal(s, a, v, why) != 't')
		return NULL;
	if (a->confirmed)
		secure_tell_order(s, e, v->counter, next);
	else
		secure_adopt(s, c, a, e->nick);
	c->warned = 0;
	if (!e->past)
		secure_called(s, c, e->nick);
	secure_remember(s->secure, v, 0, e->msgid, s->secure->text);
	return s->secure->text;
}

int
secure_take(struct session *s, struct event_line *e, const char *value)
{
	const char *why = "it was changed on its way", *text = NULL;
	struct envelope v;

	if (envelope_parse(&v, value) == 0 && v.kind == ENVELOPE_MESSAGE)
		text = secure_read(s, e, &v, &why);
	if (text == NULL) {
		sealed_tell(s, e, why);
		return 1;
	}
	if (text != s->secure->text)
		snprintf(s->secure->text, sizeof(s->secure->text), "%s", text);
	/* an action is a text, but nobody is asked anything under cover */
	if (*s->secure->text == '\001' &&
	    strncmp(s->secure->text, "\001ACTION ", 8) != 0)
		*s->secure->text = ' ';
	e->m.param[1] = s->secure->text;
	e->flags |= NEWS_SECURE;
	return 0;
}

/* What is not sealed, of somebody who could. */
void
secure_plain(struct session *s, const struct event_line *e)
{
	char name[KEYRING_NAME];
	struct contact *c;

	if (s->secure->ring == NULL || e->own || e->past ||
	    (e->flags & NEWS_PLAYBACK) ||
	    session_is_room(s, e->m.param[0]))
		return;
	secure_name(name, e->account, e->nick);
	c = keyring_find(s->secure->ring, name);
	if (c == NULL)
		c = keyring_find_nick(s->secure->ring, e->nick);
	if (c == NULL || c->state == CONTACT_OFF || c->warned)
		return;
	c->warned = 1;
	secure_say(s, NEWS_ERROR, e->nick, "what %s says now is not encrypted",
	    e->nick);
}

/* ---- what moots tell each other ---- */

void
secure_adopt(struct session *s, struct contact *c, struct agreement *a,
    const char *nick)
{
	const struct pin *p = contact_pin(c, a->key);
	int first = c->npins == 0;

	a->confirmed = 1;
	exchange_ready(s, a->id);
	if (secure_called(s, c, nick) == -1)
		secure_say(s, NEWS_ERROR, nick, "%s is %s now; what you say to "
		    "that nick is still encrypted for another", nick, c->name);
	if (p == NULL && !first) {
		c->state = CONTACT_CHANGED;
		memcpy(c->candidate, a->key, CRYPTO_KEY);
		secure_save(s);
		secure_say(s, NEWS_ERROR, nick, "the key of %s (%s) is another "
		    "one than before: a new device, or somebody in between. "
		    "Nothing is sent until you have compared the phrases: "
		    "/secure verify %s", nick, c->name, nick);
		return;
	}
	if (first)
		contact_add_pin(c, a->key);
	c->state = CONTACT_SECURED;
	c->warned = 0;
	secure_save(s);
	secure_say(s, NEWS_CLIENT, nick, "the conversation with %s (%s) is "
	    "encrypted from now on, and only this device of yours can read "
	    "it%s%s%s", nick, c->name, p != NULL && p->verified ?
	    "; the key is verified" : "; compare the phrases by voice: "
	    "/secure verify ", p != NULL && p->verified ? "" : nick, "");
}

static void
secure_take_control(struct session *s, struct event_line *e,
    const struct envelope *v)
{
	const char *why;
	struct contact *c;
	struct agreement *a;
	char letter;

	a = e->own ? NULL : secure_find(s, e, v, &c, &why);
	if (a == NULL)
		return;
	letter = secure_unseal(s, a, v, &why);
	if (letter == 'r' && !a->confirmed)
		secure_adopt(s, c, a, e->nick);
	else if (letter == 'e' && a == contact_current(c) &&
	    c->state == CONTACT_SECURED) {
		c->state = CONTACT_ENDED;
		secure_say(s, NEWS_ERROR, e->nick, "%s has ended the secure "
		    "conversation: nothing is sent until /secure %s agrees "
		    "anew, or /secure off %s goes back to plain text",
		    e->nick, e->nick, e->nick);
	} else if (letter == 't')
		/* a server would hide what was said, else */
		sealed_tell(s, e, "it was changed on its way");
}

void
secure_tagmsg(struct session *s, struct event_line *e, const char *value)
{
	struct envelope v;

	if (s->secure->ring == NULL || envelope_parse(&v, value) == -1)
		return;
	if (v.kind == ENVELOPE_MESSAGE)
		secure_take_control(s, e, &v);
	else
		exchange_take(s, e, &v);
}

/* ---- time ---- */

void
secure_tick(struct session *s, int64_t now)
{
	exchange_tick(s, now);
	if (s->secure->dirty) {
		s->secure->dirty = 0; /* once, if it fails */
		secure_save(s);
	}
}

int64_t
secure_due(const struct session *s)
{
	return exchange_due(s);
}
