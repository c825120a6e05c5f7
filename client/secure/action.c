/* SPDX-License-Identifier: ISC */
/*
 * /secure: what a person can do about secured conversations.  A table of the
 * words that may follow; any other word is who to agree with.
 */

#include <stdio.h>
#include <string.h>

#include "action.h"
#include "client/command.h"
#include "client/session/say.h"
#include "client/session/session.h"
#include "exchange.h"
#include "irc/name.h"
#include "irc/phrase.h"
#include "secure.h"

/* ---- how things are ---- */

static const char *const action_states[CONTACT_STATES] = {
	[CONTACT_OFF] = "in plain text",
	[CONTACT_SECURED] = "encrypted",
	[CONTACT_CHANGED] = "stopped, as the key is another one than before",
	[CONTACT_ENDED] = "ended by the other side",
};

/* The key that matters: what came last, or what we talk by; NULL: none. */
static const uint8_t *
action_key(struct contact *c)
{
	struct agreement *a = contact_current(c);

	if (c->state == CONTACT_CHANGED)
		return c->candidate;
	if (a != NULL)
		return a->key;
	return c->npins > 0 ? c->pins[0].key : NULL;
}

static void
action_show(struct session *s, struct contact *c)
{
	const uint8_t *key = action_key(c);
	const struct pin *p = key == NULL ? NULL : contact_pin(c, key);

	secure_say(s, NEWS_CLIENT, *c->nicks[0] != '\0' ? c->nicks[0] : NULL,
	    "%s%s%s: %s, %s", c->name, *c->nicks[0] != '\0' ? ", last seen as "
	    : "", c->nicks[0], action_states[c->state], p != NULL &&
	    p->verified ? "the key is verified" : "the key is not verified");
}

/* ---- what can be done ---- */

/* Whom the rest of the line names, else the current target; NULL, having said
 * so. */
static struct contact *
action_contact(struct session *s, const char **text, char *nick, size_t size)
{
	struct contact *c;

	if (!command_word(text, nick, size))
		snprintf(nick, size, "%s", s->target);
	c = *nick == '\0' ? NULL : secure_contact(s, nick);
	if (c == NULL)
		secure_say(s, NEWS_ERROR, *nick != '\0' ? nick : NULL,
		    "there are no keys of %s", *nick != '\0' ? nick :
		    "nobody: name somebody");
	s->refused += c == NULL;
	return c;
}

/* Ends it with whom TEXT names, and tells them; NULL: there is nobody. */
static struct contact *
action_end(struct session *s, const char *text, char *nick, size_t size)
{
	struct contact *c = action_contact(s, &text, nick, size);
	struct agreement *a = c == NULL ? NULL : contact_current(c);

	if (c == NULL)
		return NULL;
	exchange_stop(s, nick);
	if (a != NULL && c->state == CONTACT_SECURED &&
	    say_can_tag(s, SEALED_TAG))
		secure_control(s, a, nick, 'e');
	c->state = CONTACT_OFF;
	return c;
}

static void
action_off(struct session *s, const char *text)
{
	char nick[SESSION_TARGET];

	if (action_end(s, text, nick, sizeof(nick)) != NULL &&
	    secure_save(s) == 0)
		secure_say(s, NEWS_CLIENT, nick, "what you say to %s goes in "
		    "plain text from now on", nick);
}

static void
action_forget(struct session *s, const char *text)
{
	char nick[SESSION_TARGET];
	struct contact *c = action_end(s, text, nick, sizeof(nick));

	if (c == NULL)
		return;
	keyring_forget(s->secure->ring, c);
	if (secure_save(s) == 0)
		secure_say(s, NEWS_CLIENT, nick, "the keys of %s are "
		    "forgotten; what you say goes in plain text", nick);
}

static void
action_list(struct session *s, const char *text)
{
	struct contact *c;

	(void)text;
	if (s->secure->ring->contacts == NULL)
		secure_say(s, NEWS_CLIENT, NULL, "no keys of anybody are "
		    "known");
	for (c = s->secure->ring->contacts; c != NULL; c = c->next)
		action_show(s, c);
}

static void
action_show_phrases(struct session *s, const char *nick, const uint8_t *ours,
    const uint8_t *theirs)
{
	char phrase[PHRASE_SIZE];

	secure_say(s, NEWS_CLIENT, nick, "your phrase: %s",
	    secure_phrase(phrase, ours));
	secure_say(s, NEWS_CLIENT, nick, "the phrase of %s: %s", nick,
	    secure_phrase(phrase, theirs));
	secure_say(s, NEWS_CLIENT, nick, "read them to each other, not here; "
	    "if both see the same two: /secure verify %s yes", nick);
}

static void
action_accept(struct session *s, struct contact *c, const char *nick,
    const uint8_t *key)
{
	struct pin *p;

	if (contact_add_pin(c, key) == -1) {
		secure_say(s, NEWS_ERROR, nick, "%s has too many keys; "
		    "/secure forget %s forgets all", nick, nick);
		return;
	}
	p = contact_pin(c, key);
	p->verified = 1;
	if (c->state == CONTACT_CHANGED)
		c->state = CONTACT_SECURED;
	if (secure_save(s) == 0)
		action_show(s, c);
}

static void
action_verify(struct session *s, const char *text)
{
	char nick[SESSION_TARGET], yes[8] = "", name[KEYRING_NAME];
	struct contact *c = action_contact(s, &text, nick, sizeof(nick));
	const uint8_t *key = c == NULL ? NULL : action_key(c);
	const struct identity *i;
	struct agreement *a;
	int made = 0;

	if (key == NULL)
		return;
	command_word(&text, yes, sizeof(yes));
	if (strcmp(yes, "yes") == 0) {
		/* another one may have come since */
		if (memcmp(c->shown, key, CRYPTO_KEY) == 0)
			action_accept(s, c, nick, key);
		else
			secure_say(s, NEWS_ERROR, nick, "compare its phrase "
			    "first: /secure verify %s", nick);
		return;
	}
	action_show(s, c);
	a = c->agreements;
	snprintf(name, sizeof(name), "%s", a != NULL ? a->ours : c->name);
	i = a != NULL ? keyring_identity(s->secure->ring, name, &made) : NULL;
	if (i == NULL)
		return;
	action_show_phrases(s, nick, i->public, key);
	memcpy(c->shown, key, CRYPTO_KEY);
}

/* ---- beginning ---- */

static void
action_begin(struct session *s, const char *nick)
{
	if (s->state != SESSION_ONLINE)
		command_refuse(s, "not connected: keys are agreed on with "
		    "somebody who is there");
	else if (!say_can_tag(s, SEALED_TAG))
		command_refuse(s, "this server does not carry encrypted "
		    "messages: it has no message-tags, or denies the tag "
		    SEALED_TAG);
	else if (session_is_room(s, nick))
		command_refuse(s, "only the talk with one person can be "
		    "encrypted");
	else if (session_is_me(s, nick))
		command_refuse(s, "that is you");
	else
		exchange_begin(s, nick);
}

static const struct {
	const char *word;
	void (*handle)(struct session *s, const char *text);
} actions[] = {
	{ "off", action_off },
	{ "verify", action_verify },
	{ "forget", action_forget },
	{ "list", action_list },
};

void
action_secure(struct session *s, const char *text)
{
	char word[SESSION_TARGET];
	size_t i;

	if (s->secure->ring == NULL || s->secure->ring->broken) {
		secure_say(s, NEWS_ERROR, NULL, "the keys cannot be read: %s",
		    s->secure->broken);
		return;
	}
	if (keyring_hold(s->secure->ring) == -1) {
		command_refuse(s, "another moot of yours is running, and has "
		    "the keys");
		return;
	}
	if (!command_word(&text, word, sizeof(word)))
		snprintf(word, sizeof(word), "%s", *s->target != '\0' ?
		    s->target : "list");
	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (name_cmp(actions[i].word, word) == 0) {
			actions[i].handle(s, text);
			return;
		}
	action_begin(s, word);
}
