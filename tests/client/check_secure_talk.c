/* SPDX-License-Identifier: ISC */

/*
 * People who talk by /secure over a server that is a table here: it can
 * change, repeat, hold back and lie as it likes.  What they are told, and what
 * was on the wire, is all that counts.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../client/news.h"
#include "../../client/secure/secure.h"
#include "../../client/session/draft.h"
#include "../../client/session/event.h"
#include "../../client/session/own.h"
#include "../../client/session/sealed.h"
#include "../../client/session/session.h"
#include "check_client.h"
#include "irc/capability.h"
#include "irc/message.h"
#include "irc/tag.h"

enum { ALICE, BOB, BOB2, EVE, PEOPLE, WIRE = 64 };

static struct person {
	const char *nick, *account;
	int here;
	struct session s;
	char path[128];
	char told[16384];
} people[PEOPLE] = {
	[ALICE] = { .nick = "alice", .account = "alice" },
	[BOB] = { .nick = "rob", .account = "bob" },
	[BOB2] = { .nick = "rob", .account = "bob" },
	[EVE] = { .nick = "eve", .account = "eve" },
};

/* What has come to the server. */
static struct posted {
	int from;
	char label[32], target[64];
	char tags[4200], rest[600]; /* of others, and the line */
} wire[WIRE];
static size_t nwire, ndelivered;
static unsigned int msgid;
static char dir[64];

static const char *const kinds[NEWS_KINDS] = {
	[NEWS_MESSAGE] = "message", [NEWS_NOTICE] = "notice",
	[NEWS_ACTION] = "action", [NEWS_ACCEPTED] = "accepted",
	[NEWS_FAILED] = "failed", [NEWS_ERROR] = "error",
	[NEWS_CLIENT] = "client", [NEWS_SEALED] = "sealed",
	[NEWS_UNSURE] = "unsure",
};

/* "message secure hello|"; what is pending is told again. */
static void
tell(struct session *s, const struct news *n)
{
	struct person *p = people;
	size_t len;

	while (&p->s != s)
		p++;
	if (kinds[n->kind] == NULL || (n->flags & NEWS_PENDING))
		return;
	len = strlen(p->told);
	snprintf(p->told + len, sizeof(p->told) - len, "%s%s %s|",
	    kinds[n->kind], n->flags & NEWS_SECURE ? " secure" : "",
	    n->text != NULL ? n->text : "");
}

static const struct view view = { .tell = tell };

static void
enter(int i)
{
	struct person *p = &people[i];
	struct session *s = &p->s;

	ck_assert_int_eq(session_init(s, "127.0.0.1:1", p->nick), 0);
	s->state = SESSION_ONLINE;
	s->connection.state = CONNECTION_OPEN;
	s->caps = CAP(MESSAGE_TAGS) | CAP(ECHO_MESSAGE) | CAP(BATCH) |
	    CAP(LABELED_RESPONSE) | CAP(ACCOUNT_TAG) | CAP(CHATHISTORY);
	snprintf(s->logged_in, sizeof(s->logged_in), "%s", p->account);
	snprintf(p->path, sizeof(p->path), "%s/%d", dir, i);
	s->secure = secure_open(p->path);
	ck_assert_ptr_nonnull(s->secure);
	p->here = 1;
}

static void
depart(int i)
{
	session_clear(&people[i].s);
	people[i].here = 0;
}

static void
setup(void)
{
	news_view(&view);
	snprintf(dir, sizeof(dir), "/tmp/moot-talk.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	enter(ALICE);
	enter(BOB);
}

static void
wipe(int i)
{
	char lock[160];

	snprintf(lock, sizeof(lock), "%s.lock", people[i].path);
	unlink(people[i].path);
	unlink(lock);
}

static void
teardown(void)
{
	int i;

	for (i = 0; i < PEOPLE; i++) {
		if (people[i].here)
			depart(i);
		wipe(i);
	}
	rmdir(dir);
}

/* ---- the server ---- */

static void
take_line(int from, char *line)
{
	struct posted *x = &wire[nwire];
	char value[SEALED_WIRE], *rest = line;
	const char *tags = NULL;

	if (*line == '@') {
		rest = strchr(line, ' ');
		*rest++ = '\0';
		tags = line + 1;
	}
	if (strncmp(rest, "TAGMSG ", 7) != 0 &&
	    strncmp(rest, "PRIVMSG ", 8) != 0 &&
	    strncmp(rest, "NOTICE ", 7) != 0)
		return;
	ck_assert_uint_lt(nwire, WIRE);
	memset(x, 0, sizeof(*x));
	x->from = from;
	if (tags != NULL)
		tag_get(tags, "label", x->label, sizeof(x->label));
	if (tags != NULL && tag_get(tags, SEALED_TAG, value,
	    sizeof(value)) > 0)
		snprintf(x->tags, sizeof(x->tags), ";" SEALED_TAG "=%s",
		    value);
	snprintf(x->rest, sizeof(x->rest), "%s", rest);
	rest = strchr(rest, ' ') + 1;
	snprintf(x->target, sizeof(x->target), "%.*s",
	    (int)strcspn(rest, " "), rest);
	nwire++;
}

/* All that they have to say by now is on the wire. */
static void
collect(void)
{
	struct session *s;
	char *line, *end;
	int i;

	for (i = 0; i < PEOPLE; i++) {
		if (!people[i].here)
			continue;
		s = &people[i].s;
		own_pump(s, connection_now());
		s->connection.out[s->connection.outlen] = '\0';
		for (line = s->connection.out; (end = strstr(line, "\r\n")) !=
		    NULL; line = end + 2) {
			*end = '\0';
			take_line(i, line);
		}
		s->connection.outlen = 0;
		sealed_tick(s, connection_now());
	}
}

/* X comes to I, as message ID of who has ACCOUNT; BEFORE are other tags. */
static void
give(int i, const struct posted *x, unsigned int id, const char *account,
    const char *before)
{
	static char line[8192];
	const struct person *from = &people[x->from];

	if (!people[i].here)
		return;
	snprintf(line, sizeof(line), "@%smsgid=m%u;account=%s%s%s%s "
	    ":%s!u@h %s", before, id, account,
	    x->from == i && *x->label != '\0' ? ";label=" : "",
	    x->from == i ? x->label : "", x->tags, from->nick, x->rest);
	event_handle(&people[i].s, line, strlen(line));
}

static unsigned int
deliver(const struct posted *x)
{
	const char *account = people[x->from].account;
	int i;

	msgid++;
	for (i = 0; i < PEOPLE; i++)
		if (strcmp(people[i].nick, x->target) == 0 ||
		    strcmp(people[i].account, account) == 0)
			give(i, x, msgid, account, "");
	return msgid;
}

/* All goes on until nobody has anything to say. */
static void
flow(void)
{
	for (collect(); ndelivered < nwire; collect())
		deliver(&wire[ndelivered++]);
}

/* What is on the wire next, and stays there. */
static struct posted *
held(void)
{
	collect();
	ck_assert_uint_gt(nwire, ndelivered);
	return &wire[ndelivered++];
}

/* ---- people ---- */

static void
command(int i, const char *text)
{
	sealed_command(&people[i].s, text);
}

static void
say(int i, const char *to, const char *text)
{
	own_say(&people[i].s, "PRIVMSG", to, NULL, NULL, text);
}

/* What I was told since it was asked last has WORDS, or not. */
static void
told(int i, const char *words)
{
	ck_assert_msg(strstr(people[i].told, words) != NULL,
	    "not told \"%s\" but \"%s\"", words, people[i].told);
	*people[i].told = '\0';
}

static void
told_nothing(int i, const char *words)
{
	ck_assert_msg(strstr(people[i].told, words) == NULL, "told \"%s\"",
	    people[i].told);
	*people[i].told = '\0';
}

static void
agree(void)
{
	command(ALICE, "rob");
	flow();
	told(ALICE, "is encrypted from now on");
	told(BOB, "is encrypted from now on");
}

/* Nothing that was ever on the wire has it. */
static void
secret(const char *text)
{
	size_t i;

	for (i = 0; i < nwire; i++)
		ck_assert_ptr_null(strstr(wire[i].rest, text));
}

static uint32_t
counter(const struct posted *x)
{
	struct envelope v;

	ck_assert_int_eq(envelope_parse(&v, strchr(x->tags, '=') + 1), 0);
	ck_assert_int_eq(v.kind, ENVELOPE_MESSAGE);
	return v.counter;
}

/* ---- talking ---- */

START_TEST(they_talk)
{
	agree();
	say(ALICE, "rob", "hello");
	flow();
	told(ALICE, "message secure hello|accepted");
	told(BOB, "message secure hello|");
	own_say(&people[BOB].s, "NOTICE", "alice", NULL, NULL, "two\nlines");
	own_say(&people[BOB].s, "PRIVMSG", "alice", "ACTION", NULL, "waves");
	flow();
	told(ALICE, "notice secure two\nlines|action secure waves|");
	ck_assert_ptr_nonnull(strstr(wire[nwire - 1].rest, SEALED_FALLBACK));
	secret("hello");
	secret("lines");
	secret("waves");
}
END_TEST

/* As long as what is typed may be. */
START_TEST(a_long_text_is_several)
{
	static char text[16384];
	size_t before;

	agree();
	before = nwire;
	memset(text, 'x', sizeof(text) - 1);
	say(ALICE, "rob", text);
	flow();
	ck_assert_uint_eq(nwire - before, 9);
	told(BOB, "message secure xxx");
	secret("xxx");
}
END_TEST

/* Each character of the tag: it is told, and the genuine one is read yet. */
START_TEST(what_is_changed_is_told)
{
	struct posted *x, changed;
	size_t i;

	agree();
	say(ALICE, "rob", "hello");
	x = held();
	for (i = strlen(";" SEALED_TAG "="); i < strlen(x->tags); i++) {
		changed = *x;
		changed.tags[i] = changed.tags[i] == 'A' ? 'B' : 'A';
		give(BOB, &changed, ++msgid, "alice", "");
		told(BOB, "sealed");
	}
	for (i = strlen(x->tags) - 1; i > 0; i--) {
		changed = *x;
		changed.tags[i] = '\0';
		give(BOB, &changed, ++msgid, "alice", "");
		told_nothing(BOB, "hello");
	}
	deliver(x);
	told(BOB, "message secure hello");
}
END_TEST

START_TEST(what_is_repeated_is_told)
{
	struct posted *x;
	unsigned int id;

	agree();
	say(ALICE, "rob", "hello");
	x = held();
	id = deliver(x);
	told(BOB, "message secure hello");
	give(BOB, x, id + 1, "alice", "");
	told(BOB, "sealed it has come before");
	give(BOB, x, id, "alice", "");
	told_nothing(BOB, "hello");
	depart(BOB);
	enter(BOB);
	give(BOB, x, id + 2, "alice", "");
	told(BOB, "sealed it has come before, and its key is deleted");
}
END_TEST

/* It is read in any order, and told that it is another one. */
START_TEST(another_order_is_told)
{
	struct posted *x[3];
	int i;

	agree();
	for (i = 0; i < 3; i++) {
		say(ALICE, "rob", i == 0 ? "one" : i == 1 ? "two" : "three");
		x[i] = held();
	}
	deliver(x[2]);
	told(BOB, "that have not come: 2|message secure three");
	depart(BOB);
	enter(BOB);
	deliver(x[0]);
	told(BOB, "has said this before what came last:|message secure one");
	deliver(x[1]);
	told(BOB, "has said this before what came last:|message secure two");
	say(ALICE, "rob", "four");
	flow();
	told_nothing(BOB, "client");
}
END_TEST

/* What another has said is not passed off as said by EVE. */
START_TEST(who_says_it_is_known)
{
	struct posted *x;

	agree();
	say(ALICE, "rob", "hello");
	x = held();
	give(BOB, x, ++msgid, "eve", "");
	told(BOB, "sealed it is not from who has its key");
	x->from = EVE;
	give(BOB, x, ++msgid, "eve", "");
	told(BOB, "sealed it is not from who has its key");
}
END_TEST

/* Nor is what one has said shown as said to EVE. */
START_TEST(to_whom_it_was_said_is_known)
{
	struct posted *x, other;

	agree();
	say(ALICE, "rob", "hello");
	x = held();
	other = *x;
	*other.label = '\0';
	snprintf(other.rest, sizeof(other.rest), "PRIVMSG eve :x");
	give(ALICE, &other, ++msgid, "alice", "");
	told(ALICE, "sealed it was said to somebody else");
	deliver(x);
	told(ALICE, "message secure hello|accepted");
	told(BOB, "message secure hello");
}
END_TEST

START_TEST(plain_text_is_told)
{
	struct posted x = { .from = ALICE, .rest = "PRIVMSG rob :in plain" };

	agree();
	give(BOB, &x, ++msgid, "alice", "");
	told(BOB, "is not encrypted|message in plain|");
	give(BOB, &x, ++msgid, "alice", "");
	told_nothing(BOB, "not encrypted");
}
END_TEST

/* Also from who shows no address. */
START_TEST(plain_text_of_a_bare_nick_is_told)
{
	char line[] = "@account=alice :alice PRIVMSG rob :in plain";

	agree();
	event_handle(&people[BOB].s, line, strlen(line));
	told(BOB, "is not encrypted|message in plain|");
}
END_TEST

/* A server that makes a message of another kind of it hides it, else. */
START_TEST(a_hidden_text_is_told)
{
	struct posted *x, hidden;

	agree();
	say(ALICE, "rob", "hello");
	x = held();
	hidden = *x;
	snprintf(hidden.rest, sizeof(hidden.rest), "TAGMSG rob");
	give(BOB, &hidden, ++msgid, "alice", "");
	told(BOB, "sealed it was changed on its way");
}
END_TEST

/* A keyring and a message of an earlier moot: neither changes its form. */
static const char recorded_ring[] = "moot-secure 1\n"
    "identity bob AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA\n"
    "contact Alice 1\n"
    "pin BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU 0\n"
    "agreement AAECAwQFBgcICQoLDA0ODw bob Alice "
    "BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU 1 "
    "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc 3 "
    "BgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgY 4\n"
    "end\n";

static void
write_ring(int i, const char *text)
{
	FILE *f;

	depart(i);
	f = fopen(people[i].path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
	enter(i);
}

START_TEST(reads_what_was_recorded)
{
	struct posted x = { .from = ALICE, .rest = "PRIVMSG rob :x",
		.tags = ";" SEALED_TAG "="
		"AQQAAQIDBAUGBwgJCgsMDQ4PAAAABL-SbpRIYmZVXFlDlu9NLHoE"
		"8_UbU9fM0vZB7npLpBY29hNajg7cgdncU5WX1anQHxGNcdEA8_At"
		"N5f1mOgAKTkufKFdDgkPo_3ql0KnoGVabakvEMT2J3717Pfp" };

	write_ring(BOB, recorded_ring);
	give(BOB, &x, ++msgid, "alice", "");
	told(BOB, "message secure recorded");
}
END_TEST

/* ---- own lines ---- */

START_TEST(sent_again_by_another_key)
{
	struct posted *x, *y;

	agree();
	say(ALICE, "rob", "hello");
	x = held();
	own_lost(&people[ALICE].s);
	own_searched(&people[ALICE].s, "rob", 1);
	y = held();
	ck_assert_uint_eq(counter(x) + 1, counter(y));
	ck_assert_str_ne(x->tags, y->tags);
	deliver(y);
	told(ALICE, "message secure hello|accepted");
	told(BOB, "message secure hello|");
}
END_TEST

/* It is known in history, also by a moot that began after. */
static const int restarts[] = { 0, 1 };

START_TEST(known_in_history)
{
	struct session *s = &people[ALICE].s;
	struct outbox_item item = { .command = "PRIVMSG", .target = "rob",
		.text = "hello", .secured = 1 };
	char sealed[SEALED_ID], begin[] = "BATCH +h chathistory rob",
	    end[] = "BATCH -h";
	struct posted *x;

	agree();
	say(ALICE, "rob", "hello");
	x = held();
	ck_assert_ptr_nonnull(s->outbox.first->sealed);
	snprintf(sealed, sizeof(sealed), "%s", s->outbox.first->sealed);
	item.sent = s->outbox.first->sent;
	item.sealed = sealed;
	if (_i) {
		depart(ALICE);
		enter(ALICE);
		outbox_add(&s->outbox, &item, NULL);
	} else
		own_lost(s);
	event_handle(s, begin, strlen(begin));
	give(ALICE, x, ++msgid, "alice", "batch=h;"
	    "time=2099-01-01T00:00:00.000Z;");
	event_handle(s, end, strlen(end));
	told(ALICE, "message secure hello|accepted");
	ck_assert_ptr_null(s->outbox.first);
}
END_TEST

START_TEST(goes_on_after_a_restart)
{
	struct posted *x;
	uint32_t first;

	agree();
	say(ALICE, "rob", "one");
	x = held();
	first = counter(x);
	deliver(x);
	depart(ALICE);
	enter(ALICE);
	say(ALICE, "rob", "two");
	x = held();
	ck_assert_uint_eq(counter(x), first + 1);
	deliver(x);
	told(BOB, "secure one|message secure two|");
}
END_TEST

/* The keys cannot be saved: then nothing goes. */
START_TEST(nothing_goes_unsaved)
{
	struct keyring *r = people[ALICE].s.secure->ring;
	size_t before;

	agree();
	before = nwire;
	snprintf(r->path, sizeof(r->path), "%s/none/none", dir);
	say(ALICE, "rob", "hello");
	flow();
	told(ALICE, "failed");
	ck_assert_uint_eq(nwire, before);
}
END_TEST

/* ---- what must not go in plain ---- */

START_TEST(ended_is_not_plain)
{
	agree();
	say(ALICE, "rob", "hello");
	command(BOB, "off alice");
	flow();
	told(ALICE, "has ended the secure conversation");
	say(ALICE, "rob", "plain-text");
	flow();
	told(ALICE, "not sent");
	secret("plain-text");
	command(ALICE, "off rob");
	say(ALICE, "rob", "plain-text");
	flow();
	told(BOB, "message plain-text");
}
END_TEST

/* Queued to go encrypted, and then that is over. */
START_TEST(queued_is_not_plain)
{
	struct session *s = &people[ALICE].s;

	agree();
	s->state = SESSION_OFFLINE;
	say(ALICE, "rob", "plain-text");
	command(ALICE, "off rob");
	s->state = SESSION_ONLINE;
	flow();
	told(ALICE, "failed the conversation is not secured any more");
	secret("plain-text");
}
END_TEST

static void
no_tags(struct session *s)
{
	s->caps &= ~CAP(MESSAGE_TAGS);
}

static void
denied(struct session *s)
{
	char token[] = "CLIENTTAGDENY=*";

	isupport_take(&s->isupport, token);
}

static void
logged_out(struct session *s)
{
	*s->logged_in = '\0';
}

static void
unreadable(struct session *s)
{
	s->secure->ring->broken = 1;
}

static void
changed(struct session *s)
{
	s->secure->ring->contacts->state = CONTACT_CHANGED;
}

static const struct {
	void (*change)(struct session *s);
	const char *told;
} hindrances[] = {
	{ no_tags, "does not carry encrypted messages" },
	{ denied, "does not carry encrypted messages" },
	{ logged_out, "it is secured for alice, who you are not now" },
	{ unreadable, "the keys cannot be read" },
	{ changed, "is another one than before" },
};

START_TEST(hindered_is_not_plain)
{
	struct session *s = &people[ALICE].s;
	static const char *const ways[] = { "rob", "bob", "BOB", "bob@host" };
	size_t i;

	agree();
	hindrances[_i].change(s);
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		say(ALICE, ways[i], "plain-text");
		told(ALICE, hindrances[_i].told);
	}
	say(ALICE, "eve,rob", "plain-text");
	session_queue(s, "@+x=y PRIVMSG rob :plain-text");
	session_queue(s, "NOTICE rob :plain-text");
	session_queue(s, "PRIVMSG eve,rob :plain-text");
	flow();
	secret("plain-text");
	say(ALICE, "#room", "for all");
	flow();
	ck_assert_ptr_nonnull(strstr(wire[nwire - 1].rest, "for all"));
}
END_TEST

/* Another moot of the same person has the keys. */
START_TEST(another_moot_has_the_keys)
{
	agree();
	enter(EVE);
	secure_close(people[EVE].s.secure);
	people[EVE].s.secure = secure_open(people[ALICE].path);
	say(EVE, "rob", "plain-text");
	told(EVE, "another moot of yours is running");
	command(EVE, "rob");
	told(EVE, "another moot of yours is running");
	collect();
	secret("plain-text");
}
END_TEST

/* ---- keys ---- */

START_TEST(another_key_stops)
{
	struct posted *x;

	agree();
	depart(ALICE);
	wipe(ALICE);
	enter(ALICE);
	command(ALICE, "rob");
	flow();
	told(BOB, "the key of alice (alice) is another one than before");
	say(BOB, "alice", "plain-text");
	told(BOB, "not sent");
	say(ALICE, "rob", "who am I");
	x = held();
	deliver(x);
	told(BOB, "sealed its key is another one than before");
	command(BOB, "verify alice");
	told(BOB, "your phrase: ");
	command(BOB, "verify alice yes");
	told(BOB, "the key is verified");
	say(BOB, "alice", "fine");
	flow();
	told(ALICE, "message secure fine");
	secret("plain-text");
}
END_TEST

/* A key that nobody has seen is not taken for the one that was compared. */
START_TEST(what_was_compared_is_pinned)
{
	agree();
	command(BOB, "verify alice yes");
	told(BOB, "compare its phrase first");
	depart(ALICE);
	wipe(ALICE);
	enter(ALICE);
	command(ALICE, "rob");
	flow();
	command(BOB, "verify alice");
	told(BOB, "your phrase: ");
	depart(ALICE);
	wipe(ALICE);
	enter(ALICE);
	command(ALICE, "rob");
	flow();
	command(BOB, "verify alice yes");
	told(BOB, "compare its phrase first");
	say(BOB, "alice", "plain-text");
	told(BOB, "not sent");
	command(BOB, "verify alice");
	command(BOB, "verify alice yes");
	told(BOB, "the key is verified");
	secret("plain-text");
}
END_TEST

START_TEST(a_known_key_does_not)
{
	agree();
	command(BOB, "verify alice");
	command(BOB, "verify alice yes");
	depart(ALICE);
	enter(ALICE);
	command(ALICE, "rob");
	flow();
	told(BOB, "the key is verified");
	say(BOB, "alice", "hello");
	flow();
	told(ALICE, "message secure hello");
}
END_TEST

/* The server tells each another name of the other. */
START_TEST(names_must_be_the_same)
{
	command(ALICE, "rob");
	collect();
	give(BOB, &wire[ndelivered++], ++msgid, "mallory", "");
	collect();
	give(ALICE, &wire[ndelivered++], ++msgid, "bob", "");
	told(ALICE, "are not told the same accounts");
	flow();
	ck_assert_ptr_null(people[ALICE].s.secure->ring->contacts);
	ck_assert_ptr_null(people[BOB].s.secure->ring->contacts);
}
END_TEST

/* Strangers cannot take all the room that there is. */
START_TEST(there_is_room_for_whom_one_asks)
{
	struct keyring *r = people[BOB].s.secure->ring;
	char name[32];
	int i;

	for (i = 0; i < KEYRING_CONTACTS - KEYRING_ASKED; i++) {
		snprintf(name, sizeof(name), "~stranger%d", i);
		ck_assert_ptr_nonnull(keyring_know(r, name));
	}
	command(ALICE, "rob");
	flow();
	told(BOB, "too many contacts");
	sealed_tick(&people[ALICE].s, sealed_due(&people[ALICE].s));
	told(ALICE, "has not said the last word");
	command(BOB, "alice");
	flow();
	told(BOB, "is encrypted from now on");
	command(ALICE, "rob");
	flow();
	told(BOB, "is encrypted from now on");
}
END_TEST

START_TEST(both_begin_at_once)
{
	command(ALICE, "rob");
	command(BOB, "alice");
	flow();
	told(ALICE, "is encrypted from now on");
	told(BOB, "is encrypted from now on");
	say(ALICE, "rob", "one");
	say(BOB, "alice", "two");
	flow();
	told(ALICE, "secure two");
	told(BOB, "secure one");
}
END_TEST

/* A message of the handshake that is changed does no harm. */
START_TEST(a_changed_answer_is_told)
{
	struct posted *x, other;

	command(ALICE, "rob");
	deliver(held());
	x = held();
	other = *x;
	other.tags[120] = other.tags[120] == 'A' ? 'B' : 'A';
	give(ALICE, &other, ++msgid, "bob", "");
	told(ALICE, "was changed on its way");
	deliver(x);
	flow();
	told(ALICE, "is encrypted from now on");
}
END_TEST

START_TEST(of_two_devices_one_agrees)
{
	enter(BOB2);
	agree();
	told(BOB2, "with another device of yours");
	say(ALICE, "rob", "hello");
	flow();
	told(BOB, "message secure hello");
	told(BOB2, "sealed its key is not here");
	say(BOB, "alice", "hello");
	flow();
	told(BOB2, "sealed it was said before, or on another device");
	told(ALICE, "message secure hello");
}
END_TEST

/* Somebody else has the nick, and agrees: what is said to it is still for
 * who was there first. */
START_TEST(a_nick_is_not_stolen)
{
	agree();
	depart(BOB);
	people[EVE].nick = "rob";
	enter(EVE);
	command(EVE, "alice");
	flow();
	told(ALICE, "what you say to that nick is still encrypted");
	say(ALICE, "rob", "for bob");
	flow();
	told_nothing(EVE, "for bob");
	secret("for bob");
	people[EVE].nick = "eve";
}
END_TEST

/* It is not lost with a new nick, either. */
START_TEST(a_new_nick_is_followed)
{
	char line[] = ":rob!u@h NICK bobby";

	agree();
	event_handle(&people[ALICE].s, line, strlen(line));
	people[BOB].nick = "bobby";
	say(ALICE, "bobby", "hello");
	flow();
	told(BOB, "message secure hello");
	people[BOB].nick = "rob";
	secret("hello");
}
END_TEST

/* What a server calls people cannot spoil the file. */
static const char *const names[] = {
	"a\\sb", "a\\s0\\npin", "\\s",
};

START_TEST(a_name_spoils_no_file)
{
	struct session *s = &people[BOB].s;
	char nick[] = ":alice!u@h NICK :a b c d e f g", line[4400];
	char login[] = ":x 900 rob rob!u@h :bo b";
	struct posted *x;

	agree();
	event_handle(s, nick, strlen(nick));
	command(ALICE, "rob");
	x = held();
	snprintf(line, sizeof(line), "@account=%s%s :eve!u@h TAGMSG rob",
	    names[_i], x->tags);
	event_handle(s, line, strlen(line));
	event_handle(s, login, strlen(login));
	snprintf(line, sizeof(line), "@account=alice%s :alice!u@h TAGMSG rob",
	    x->tags);
	event_handle(s, line, strlen(line));
	collect();
	ck_assert_int_eq(secure_save(s), 0);
	depart(BOB);
	enter(BOB);
	ck_assert_str_eq(s->secure->broken, "");
	ck_assert_ptr_nonnull(keyring_find_nick(s->secure->ring, "alice"));
}
END_TEST

/* Whoever has the nick now may take others as often as they like. */
START_TEST(a_nick_is_not_renamed_away)
{
	char line[64];
	int i;

	agree();
	for (i = 0; i < 3 * KEYRING_NICKS; i++) {
		snprintf(line, sizeof(line), ":%s%d!u@h NICK rob%d",
		    i == 0 ? "rob!" : "rob", i, i + 1);
		event_handle(&people[ALICE].s, line, strlen(line));
	}
	told(ALICE, "is not known as rob2 any more: what you say to rob2 goes "
	    "in plain text");
	depart(ALICE);
	enter(ALICE);
	say(ALICE, "rob", "plain-text");
	flow();
	secret("plain-text");
	told(BOB, "message secure plain-text");
}
END_TEST

/* History begins nothing, and ends nothing that it did not. */
START_TEST(the_past_agrees_on_nothing)
{
	char begin[] = "BATCH +h chathistory alice", end[] = "BATCH -h";
	struct posted *x;

	command(ALICE, "rob");
	x = held();
	event_handle(&people[BOB].s, begin, strlen(begin));
	give(BOB, x, ++msgid, "alice", "batch=h;");
	event_handle(&people[BOB].s, end, strlen(end));
	collect();
	ck_assert_uint_eq(nwire, ndelivered);
}
END_TEST

START_TEST(no_answer_is_told)
{
	struct session *s = &people[ALICE].s;

	command(ALICE, "nobody");
	say(ALICE, "nobody", "too early");
	told(ALICE, "not sent, keys are still being agreed on");
	sealed_tick(s, sealed_due(s));
	told(ALICE, "no answer from nobody");
	say(ALICE, "nobody", "plain now");
	flow();
	ck_assert_ptr_nonnull(strstr(wire[nwire - 1].rest, "plain now"));
	secret("too early");
}
END_TEST

/* What was under way when the line was lost is over, and said so. */
START_TEST(a_lost_line_is_told)
{
	command(ALICE, "rob");
	sealed_lost(&people[ALICE].s);
	told(ALICE, "no answer from rob");
	flow();
	agree();
}
END_TEST

START_TEST(a_program_declines)
{
	secure_close(people[BOB].s.secure);
	people[BOB].s.secure = NULL;
	command(ALICE, "rob");
	flow();
	told(ALICE, "a program reads for rob");
}
END_TEST

Suite *
check_secure_talk(void)
{
	Suite *s = suite_create("secure talk");
	TCase *t = tcase_create("talk");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, they_talk);
	tcase_add_test(t, a_long_text_is_several);
	tcase_add_test(t, what_is_changed_is_told);
	tcase_add_test(t, what_is_repeated_is_told);
	tcase_add_test(t, another_order_is_told);
	tcase_add_test(t, who_says_it_is_known);
	tcase_add_test(t, to_whom_it_was_said_is_known);
	tcase_add_test(t, plain_text_is_told);
	tcase_add_test(t, plain_text_of_a_bare_nick_is_told);
	tcase_add_test(t, a_hidden_text_is_told);
	tcase_add_test(t, reads_what_was_recorded);
	tcase_add_test(t, sent_again_by_another_key);
	ADD_ROWS(t, known_in_history, restarts);
	tcase_add_test(t, goes_on_after_a_restart);
	tcase_add_test(t, nothing_goes_unsaved);
	tcase_add_test(t, ended_is_not_plain);
	tcase_add_test(t, queued_is_not_plain);
	ADD_ROWS(t, hindered_is_not_plain, hindrances);
	tcase_add_test(t, another_moot_has_the_keys);
	tcase_add_test(t, another_key_stops);
	tcase_add_test(t, what_was_compared_is_pinned);
	tcase_add_test(t, a_known_key_does_not);
	tcase_add_test(t, names_must_be_the_same);
	tcase_add_test(t, there_is_room_for_whom_one_asks);
	tcase_add_test(t, both_begin_at_once);
	tcase_add_test(t, a_changed_answer_is_told);
	tcase_add_test(t, of_two_devices_one_agrees);
	tcase_add_test(t, a_nick_is_not_stolen);
	tcase_add_test(t, a_new_nick_is_followed);
	ADD_ROWS(t, a_name_spoils_no_file, names);
	tcase_add_test(t, a_nick_is_not_renamed_away);
	tcase_add_test(t, the_past_agrees_on_nothing);
	tcase_add_test(t, no_answer_is_told);
	tcase_add_test(t, a_lost_line_is_told);
	tcase_add_test(t, a_program_declines);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	return s;
}
