/* SPDX-License-Identifier: ISC */
/*
 * What is said, to the letter: which lines of an answer have the label, what
 * is not UTF-8, which tags get through and which are kept, who is told that a
 * bot speaks.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define CAPS "message-tags batch labeled-response"
#define PAST CAPS " server-time draft/chathistory draft/event-playback"

static struct server sv;

static void
start(void)
{
	server_init(&sv);
	server_set(&sv, "store", "on");
	server_start(&sv);
}

static void
start_deny(void)
{
	server_init(&sv);
	server_set(&sv, "client-tag-deny", "*,-typing,-draft/reply");
	server_set(&sv, "flood", "off");
	server_set(&sv, "sendq", "16K");
	server_start(&sv);
}

static void
stop(void)
{
	server_stop_quietly(&sv);
}

static int
has_tag(struct client *c, const char *key)
{
	char value[512];

	return client_tag(c, key, value, sizeof(value)) != NULL;
}

/* ---- Labels ---- */

/* Each line, and the pattern of the whole line that must come next. */
START_TEST(test_label_rows)
{
	static const struct {
		const char *send, *want;
	} row[] = {
		{ "PING x", "PONG * *x" },
		{ "@label=a PING x", "@label=a :* PONG * *x" },
		{ "@label=a PONG x", "@label=a :* ACK" },
		{ "@label=a NOTICE nobody :x", "@label=a :* ACK" },
		{ "@label=a NOTICE #nowhere :x", "@label=a :* ACK" },
		{ "@label=a PRIVMSG #nowhere :x", "@label=a :* 403 *" },
		{ "@label=a PRIVMSG bob,BOB :x", "@label=a :* ACK" },
		{ "@label=a PRIVMSG bob,nobody :x", "@label=a :* 401 *" },
		{ "@label=a NICK", "@label=a :* 431 *" },
		{ "@label=a NOTHING", "@label=a :* 421 ann NOTHING *" },
		{ "@label=a USER a 0 * :a", "@label=a :* 462 *" },
		{ "@label=a JOIN", "@label=a :* 461 *" },
		{ "@label=a CAP LIST", "@label=a :* CAP ann LIST *" },
		{ "@label=a CAP REQ nothing", "@label=a :* CAP ann NAK *" },
		{ "@label=\\:\\s\\\\ PING x", "@label=\\:\\s\\\\ :* PONG *" },
		{ "@label=a;label=b PING x", "@label=b :* PONG *" },
		{ "@label= PING x", ":* PONG *" },
		{ "@label PING x", ":* PONG *" },
		{ "@label=a;+x=y TAGMSG bob", "@label=a :* ACK" },
		{ "@label=a TAGMSG nobody", "@label=a :* 401 *" },
		{ "@label=a PRIVMSG bob :\xff", "@label=a :* FAIL PRIVMSG "
		    "INVALID_UTF8 *" },
		{ "@label=a AWAY :x", "@label=a :* 306 *" },
		{ "@label=a WHOIS nobody,nobody", "@label=a :* BATCH +* "
		    "labeled-response" },
	};
	struct client *a = client_register_with(&sv, "ann", CAPS);
	size_t i;

	client_register(&sv, "bob");
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		client_send(a, "%s", row[i].send);
		client_expect_next(a, "%s", row[i].want);
	}
}
END_TEST

START_TEST(test_label_size)
{
	struct client *a = client_register_with(&sv, "ann", CAPS);
	char label[80], line[700];

	memset(label, 'x', sizeof(label));
	label[64] = '\0';
	client_send(a, "@label=%s PING y", label);
	client_expect_next(a, "@label=%s :* PONG *", label);
	label[64] = 'x';
	label[65] = '\0';
	client_send(a, "@label=%s PING y", label);
	client_expect_next(a, ":* PONG *");
	/* too long a line says who asked, unless it is the tags */
	memset(line, 'y', sizeof(line));
	line[600] = '\0';
	client_send(a, "@label=z PRIVMSG ann :%s", line);
	client_expect_next(a, "@label=z :* 417 *");
}
END_TEST

/* Without one of the two capabilities there are no labels. */
START_TEST(test_label_caps)
{
	struct client *a = client_register_with(&sv, "ann",
	    "labeled-response");
	struct client *b = client_register_with(&sv, "bob", "batch");

	client_send(a, "@label=a PING x");
	client_expect_next(a, ":* PONG *");
	client_send(b, "@label=a PING x");
	client_expect_next(b, ":* PONG *");
	/* and before registration with both */
	a = client_connect(&sv);
	client_send(a, "CAP REQ :batch labeled-response");
	client_expect(a, "CAP * ACK *");
	client_send(a, "@label=1 PRIVMSG bob :x");
	client_expect_next(a, "@label=1 :* 451 *");
	client_send(a, "@label=2 NICK cat");
	client_expect_next(a, "@label=2 :* ACK");
	client_send(a, "@label=3 USER c 0 * :c");
	client_expect_next(a, "@label=3 :* ACK");
	client_send(a, "@label=4 CAP END");
	client_expect_next(a, "@label=4 :* BATCH +* labeled-response");
	client_expect_next(a, "@batch=* 001 cat *");
	client_expect(a, ":* BATCH -*");
}
END_TEST

/* To oneself: the echo has the label, what arrives has not. */
START_TEST(test_label_self)
{
	struct client *a = client_register_with(&sv, "ann",
	    "batch labeled-response echo-message");
	struct client *b = client_register_with(&sv, "bob",
	    "batch labeled-response");

	client_send(a, "@label=s PRIVMSG ann :hi");
	client_expect_next(a, "@label=s :ann!* PRIVMSG ann :hi");
	client_expect_next(a, ":ann!* PRIVMSG ann :hi");
	client_send(b, "@label=s NOTICE bob :hi");
	client_expect_next(b, "@label=s :* ACK");
	client_expect_next(b, ":bob!* NOTICE bob :hi");
}
END_TEST

START_TEST(test_label_rooms)
{
	struct client *a = client_register_with(&sv, "ann",
	    CAPS " echo-message");
	char ref[64];
	int n;

	client_send(a, "@label=j JOIN #one,#two");
	client_expect_next(a, "@label=j :* BATCH +* labeled-response");
	snprintf(ref, sizeof(ref), "%s", strchr(a->body, '+') + 1);
	ref[strcspn(ref, " ")] = '\0';
	for (n = 0; client_line(a, 5000) && !client_matches(a, "BATCH -*");
	     n += client_matches(a, "JOIN *"))
		ck_assert_msg(strstr(a->line, ref) == a->line +
		    strlen("@batch="), "%s", a->line);
	ck_assert_int_eq(n, 2);
	client_send(a, "@label=p PRIVMSG #one,#two :both");
	client_expect_next(a, "@label=p :* BATCH +* labeled-response");
	client_expect_next(a, "@batch=* PRIVMSG #one :both");
	client_expect_next(a, "@batch=* PRIVMSG #two :both");
	client_expect_next(a, ":* BATCH -*");
}
END_TEST

/*
 * Whatever the command, and however many lines its answer has: the label is on
 * one of them, and what has it not is in a batch.  The marks are PINGs.
 */
START_TEST(test_label_all)
{
	static const char *const all[] = { "ADMIN", "AUTHENTICATE PLAIN",
		"AUTHENTICATE *", "AWAY :x", "AWAY", "BATCH +1 x y",
		"BATCH -1", "CAP LS 302", "CAP LIST", "CAP X",
		"CHATHISTORY LATEST #all * 10", "CHATHISTORY LATEST bob * 10",
		"CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z "
		"timestamp=2040-01-01T00:00:00.000Z 10", "CHATHISTORY X",
		"CHANSERV HELP", "CS HELP", "HELP", "HELP WHO", "INFO",
		"INVITE", "INVITE bob #all", "ISON ann bob", "JOIN #x,#y",
		"JOIN #all", "JOIN 0", "JOIN #all", "KICK #all bob :x",
		"KICK #all nobody", "KILL bob x", "LIST", "LIST >9999",
		"LUSERS", "MARKREAD #all", "MODE #all", "MODE #all b",
		"MODE #all +bm a!*@*", "MODE #all +X", "MODE ann",
		"MODE ann +i", "MODE ann +i", "MODE bob", "MOTD", "NAMES #all",
		"NAMES", "NICK ann", "NICK anna", "NICK bob", "NICK ann",
		"NICKSERV HELP", "NS X", "NOTICE #all :x", "NOTICE x :y",
		"OPER a b", "PASS x", "PART #all :bye", "PART #all",
		"PRIVMSG NickServ :HELP", "PRIVMSG x,y,bob :z", "PRIVMSG",
		"PRIVMSG bob", "PING x", "PONG x", "REGISTER a * x",
		"REDACT #all 1.2", "REHASH", "SEARCH text=x", "SEARCH x",
		"SETNAME :x", "STATS u", "STATS m", "TAGMSG bob", "TIME",
		"TOPIC #x", "TOPIC #x :y", "USER a 0 * :b", "USERHOST bob",
		"VERIFY a b", "VERSION", "WALLOPS x", "WHO #x", "WHO bob",
		"WHO", "WHOIS bob", "WHOIS x,y", "WHOWAS x", "XYZZY" };
	struct client *a = client_register_with(&sv, "ann", PAST
	    " echo-message setname account-notify away-notify");
	struct client *b = client_register(&sv, "bob");
	size_t i, labels;
	char value[80];

	client_ask(a, "JOIN #all", "366 *");
	client_ask(b, "JOIN #all", "366 *");
	client_ask(a, "JOIN #x", "366 *");
	client_sync(a);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		client_send(a, "@label=%zu %s\r\nPING ztok%zu", i, all[i], i);
		for (labels = 0;;) {
			ck_assert(client_line(a, 5000));
			if (strstr(a->body, "ztok") != NULL)
				break;
			if (client_tag(a, "label", value, sizeof(value))) {
				ck_assert_uint_eq(strtoul(value, NULL, 10), i);
				labels++;
			} else
				ck_assert_msg(has_tag(a, "batch") ||
				    client_matches(a, "BATCH -*"),
				    "%s: %s", all[i], a->line);
		}
		ck_assert_msg(labels == 1, "%s: %zu labels", all[i], labels);
	}
}
END_TEST

/* ---- Bytes ---- */

START_TEST(test_utf8)
{
	struct client *a = client_register(&sv, "ann");
	struct client *b = client_register(&sv, "bob");
	char value[64];

	ck_assert(client_isupport(a, "UTF8ONLY", value, sizeof(value)));
	client_ask(a, "JOIN #room", "366 *");
	client_ask(b, "JOIN #room", "366 *");
	client_sync(a);
	client_ask(a, "PRIVMSG #room :caf\xe9", "FAIL PRIVMSG INVALID_UTF8 *");
	client_ask(a, "NOTICE bob :\xc0\x80", "FAIL NOTICE INVALID_UTF8 *");
	client_ask(a, "TOPIC #room :\xed\xa0\x80",
	    "FAIL TOPIC INVALID_UTF8 *");
	client_ask(a, "PING \xff", "FAIL PING INVALID_UTF8 *");
	client_ask(a, "@+x=\xff PRIVMSG bob :x", "FAIL PRIVMSG INVALID_UTF8 *");
	client_ask(a, "PR\xcfVMSG bob :x", "FAIL \\* INVALID_UTF8 *");
	client_expect_none(b, "*");
	client_send(a, "PRIVMSG #room :caf\xc3\xa9");
	client_expect_next(b, ":ann!* PRIVMSG #room :caf\xc3\xa9");
	/* what is cut is cut between characters */
	memset(value, 'x', sizeof(value));
	client_send(a, "PING :\xf0\x9f\x98\x83%s", "\xf0\x9f\x98\x83");
	client_expect(a, "PONG *");
	a = client_connect(&sv);
	client_ask(a, "USER u 0 * :\xe9", "FAIL USER INVALID_UTF8 *");
}
END_TEST

/* ---- Tags ---- */

/* Typing is for the moment; a reaction is a part of what was said. */
START_TEST(test_kept)
{
	struct client *a = client_register_with(&sv, "ann", PAST);
	struct client *b = client_register_with(&sv, "bob", "message-tags");

	client_ask(a, "JOIN #kept", "366 *");
	client_ask(b, "JOIN #kept", "366 *");
	client_send(a, "@+typing=active TAGMSG #kept");
	client_expect(b, "@*+typing=active * TAGMSG #kept");
	client_send(a, "@+typing=done;+draft/reply=x TAGMSG #kept");
	client_expect(b, "@*+typing=done;+draft/reply=x * TAGMSG #kept");
	client_send(a, "@+draft/react=:);+draft/reply=x TAGMSG #kept");
	client_expect(b, "@*+draft/react=:);+draft/reply=x * TAGMSG #kept");
	client_send(a, "@+typing=done PRIVMSG #kept :said");
	client_expect(b, "PRIVMSG #kept :said");
	client_send(a, "CHATHISTORY LATEST #kept * 10");
	client_block(a, "BATCH -*");
	ck_assert_int_eq(client_block_count(a, "TAGMSG *"), 2);
	client_block_has(a, "@*+draft/react=:);* TAGMSG #kept");
	client_block_has(a, "@*+typing=done * PRIVMSG #kept *said");
}
END_TEST

START_TEST(test_deny)
{
	struct client *a = client_register_with(&sv, "ann",
	    CAPS " echo-message");
	struct client *b = client_register_with(&sv, "bob", "message-tags");
	char value[256];

	ck_assert(client_isupport(a, "CLIENTTAGDENY", value, sizeof(value)));
	ck_assert_str_eq(value, "*,-typing,-draft/reply");
	client_send(a, "@+x=1;+draft/reply=7;+typing=done PRIVMSG bob :hi");
	client_expect(b, "PRIVMSG bob *hi");
	ck_assert_msg(!has_tag(b, "+x") && has_tag(b, "+draft/reply") &&
	    has_tag(b, "+typing"), "%s", b->line);
	client_sync(a);
	client_send(a, "@+x=1;label=d TAGMSG bob");
	client_expect_next(a, "@label=d :* ACK");
	client_send(a, "@+typing=done TAGMSG bob");
	client_expect_next(b, "@*+typing=done :ann!* TAGMSG bob");
}
END_TEST

/* Who does not read misses how others typed, and is not cut for it. */
START_TEST(test_typing_slow)
{
	enum { TIMES = 4000 };
	struct client *a = client_register_with(&sv, "ann", "message-tags");
	struct client *b = client_register_with(&sv, "bob", "message-tags");
	char tags[4000];
	int i, n = 0;

	memset(tags, 'v', sizeof(tags));
	memcpy(tags, "+typing=", 8);
	tags[sizeof(tags) - 1] = '\0';
	for (i = 0; i < TIMES; i++) {
		client_send(a, "@%s TAGMSG bob", tags);
		if (i % 100 == 0)
			client_sync(a);
	}
	client_sync(a);
	client_send(b, "PING there");
	while (client_line(b, 5000) && !client_matches(b, "PONG *there"))
		n += client_matches(b, "TAGMSG *");
	ck_assert_msg(client_matches(b, "PONG *there"), "%s", b->line);
	ck_assert_int_gt(n, 0);
	ck_assert_int_lt(n, TIMES);
	client_send(a, "PRIVMSG bob :still here");
	client_expect(b, "PRIVMSG bob *still here");
}
END_TEST

START_TEST(test_bot)
{
	struct client *a = client_register_with(&sv, "ann", PAST
	    " echo-message");
	struct client *b = client_register(&sv, "bob");
	struct client *r2 = client_register_with(&sv, "robot", "batch");

	client_ask(r2, "MODE robot +B", "MODE robot *+B");
	client_ask(a, "JOIN #bots", "366 *");
	client_ask(b, "JOIN #bots", "366 *");
	client_ask(r2, "JOIN #bots", "366 *");
	client_expect(a, "@*bot :robot!* JOIN *#bots");
	client_send(r2, "@+x=y PRIVMSG #bots :beep");
	client_expect(a, "@*bot;+x=y :robot!* PRIVMSG #bots :beep");
	client_expect(b, ":robot!* JOIN #bots");
	client_sync(r2);
	client_send(r2, "NOTICE ann :boop");
	client_expect(a, "@*bot :robot!* NOTICE ann :boop");
	client_send(a, "CHATHISTORY LATEST #bots * 10");
	client_expect(a, "@batch=*bot;+x=y :robot!* PRIVMSG #bots :beep");
	client_send(a, "@bot PRIVMSG #bots :me too");
	client_expect(a, "PRIVMSG #bots :me too");
	ck_assert_msg(!has_tag(a, "bot"), "%s", a->line);
}
END_TEST

START_TEST(test_targets)
{
	struct client *a = client_register_with(&sv, "ann", "echo-message");
	struct client *b = client_register(&sv, "bob");

	client_send(a, "PRIVMSG bob,Bob,BOB :once");
	client_expect_next(b, "PRIVMSG bob :once");
	client_expect_next(a, "PRIVMSG bob :once");
	client_expect_none(b, "PRIVMSG *");
	client_expect_none(a, "PRIVMSG *");
	client_send(a, "NOTICE 1,2,3,4,5,6,7,8,9,bob,ann :ten");
	client_expect_next(b, "NOTICE bob :ten");
	client_expect_next(a, "NOTICE bob :ten");
	client_expect_none(a, "*");
	client_send(a, "PRIVMSG bob,x,y,z,1,2,3,4,5,6,eleven,7 :hi");
	client_expect(a, "407 ann eleven *");
	client_expect_none(a, "4*");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("speech");
	Suite *suites[] = { s, NULL };
	TCase *tc;

	tc = harness_case(s, "speech", start, stop, 60);
	tcase_add_test(tc, test_label_rows);
	tcase_add_test(tc, test_label_size);
	tcase_add_test(tc, test_label_caps);
	tcase_add_test(tc, test_label_self);
	tcase_add_test(tc, test_label_rooms);
	tcase_add_test(tc, test_label_all);
	tcase_add_test(tc, test_utf8);
	tcase_add_test(tc, test_kept);
	tcase_add_test(tc, test_bot);
	tcase_add_test(tc, test_targets);
	tc = harness_case(s, "deny", start_deny, stop, 60);
	tcase_add_test(tc, test_deny);
	tcase_add_test(tc, test_typing_slow);
	return harness_run(suites);
}
