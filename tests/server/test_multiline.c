/* SPDX-License-Identifier: ISC */
/*
 * Messages of several lines, draft/multiline: said, echoed, told to those who
 * know them and to those who do not, refused, kept and told again; and that
 * nobody has half of one, whoever is killed meanwhile.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define BASE "message-tags batch server-time"
#define CAPS BASE " labeled-response echo-message draft/multiline"
#define PAST CAPS " draft/chathistory draft/message-redaction"

static struct server sv;

static void
start(void)
{
	server_init(&sv);
	server_set(&sv, "store", "on");
	server_set(&sv, "login-delay", "0");
	server_set(&sv, "linger", "600");
	server_set(&sv, "flood", "off");
	server_start(&sv);
}

static void
stop(void)
{
	server_stop_quietly(&sv);
}

static void
join(struct client *c, const char *room)
{
	char line[80];

	snprintf(line, sizeof(line), "JOIN %s", room);
	client_ask(c, line, "366 *");
}

/* "hello", "how is " and "everyone?", which goes on, to TARGET. */
static void
say(struct client *c, const char *tags, const char *target)
{
	client_send(c, "%sBATCH +1 draft/multiline %s\r\n"
	    "@batch=1 PRIVMSG %s hello\r\n"
	    "@batch=1 PRIVMSG %s :how is \r\n"
	    "@batch=1;draft/multiline-concat PRIVMSG %s :everyone?\r\n"
	    "BATCH -1", tags, target, target, target, target);
}

/* The lines of it, as who knows batches has them from NICK; SKIP before. */
static void
expect(struct client *c, const char *nick, const char *target)
{
	char ref[64], value[128];

	client_expect(c, ":%s!* BATCH +* draft/multiline %s", nick, target);
	snprintf(ref, sizeof(ref), "%s", strchr(c->body, '+') + 1);
	ref[strcspn(ref, " ")] = '\0';
	ck_assert(client_tag(c, "msgid", value, sizeof(value)) != NULL);
	ck_assert(client_tag(c, "time", value, sizeof(value)) != NULL);
	client_expect_next(c, "@batch=%s :%s!* PRIVMSG %s :hello", ref, nick,
	    target);
	client_expect_next(c, "@batch=%s :%s!* PRIVMSG %s :how is ", ref,
	    nick, target);
	client_expect_next(c, "@batch=%s;draft/multiline-concat :%s!* PRIVMSG "
	    "%s :everyone?", ref, nick, target);
	client_expect_next(c, ":irc.test BATCH -%s", ref);
}

/* The same as who does not. */
static void
expect_alone(struct client *c, const char *nick, const char *target)
{
	char value[128];

	client_expect(c, ":%s!* PRIVMSG %s :hello", nick, target);
	client_expect_next(c, ":%s!* PRIVMSG %s :how is ", nick, target);
	ck_assert(client_tag(c, "msgid", value, sizeof(value)) == NULL);
	client_expect_next(c, ":%s!* PRIVMSG %s :everyone?", nick, target);
	ck_assert(strstr(c->line, "concat") == NULL);
}

/* ---- Saying ---- */

START_TEST(test_room)
{
	struct client *a = client_register_with(&sv, "ann", CAPS);
	struct client *b = client_register_with(&sv, "bob", CAPS);
	struct client *c = client_register_with(&sv, "cat", BASE);
	struct client *d = client_register(&sv, "dan");
	char id[64], other[64];

	join(a, "#room");
	join(b, "#room");
	join(c, "#room");
	join(d, "#room");
	client_sync(a);
	say(a, "@label=xyz;+x=y ", "#room");
	client_expect_next(a, "@label=xyz;*+x=y :ann!* BATCH +* "
	    "draft/multiline #room");
	client_tag(a, "msgid", id, sizeof(id));
	client_expect_next(a, "@batch=* :ann!* PRIVMSG #room :hello");
	client_expect_next(a, "@batch=* PRIVMSG #room :how is ");
	client_expect_next(a, "@batch=*;draft/multiline-concat * PRIVMSG *");
	client_expect_next(a, ":irc.test BATCH -*");
	expect(b, "ann", "#room");
	client_expect(c, "@time=*;msgid=*;+x=y :ann!* PRIVMSG #room :hello");
	ck_assert(client_tag(c, "msgid", other, sizeof(other)) != NULL);
	ck_assert_str_eq(id, other);
	client_expect_next(c, "@time=*Z;+x=y :ann!* PRIVMSG #room :how is ");
	client_expect_next(c, "@time=*Z;+x=y :ann!* PRIVMSG #room :everyone?");
	expect_alone(d, "ann", "#room");
}
END_TEST

START_TEST(test_direct)
{
	struct client *a, *b;

	client_apart(&sv, &a, "ann", &b, "bob", CAPS);
	client_sync(a);
	say(a, "@label=1 ", "bob");
	client_expect_next(a, "@label=1;* BATCH +* draft/multiline bob");
	expect(b, "ann", "bob");
	/* the answer is more than the message: a batch in a batch */
	client_ask(b, "AWAY :gone", "306 *");
	client_sync(a);
	say(a, "@label=2 ", "bob");
	client_expect_next(a, "@label=2 * BATCH +* labeled-response");
	client_expect_next(a, "@batch=l*;time=* BATCH +m* draft/multiline bob");
	client_expect_next(a, "@batch=m* PRIVMSG bob :hello");
	client_expect(a, ":irc.test BATCH -m*");
	client_expect_next(a, "@batch=l*301 ann bob :gone");
	client_expect_next(a, ":irc.test BATCH -l*");
	/* to oneself */
	say(a, "", "ann");
	expect(a, "ann", "ann");
	expect(a, "ann", "ann");
}
END_TEST

START_TEST(test_quiet)
{
	struct client *a = client_register_with(&sv, "ann",
	    "batch labeled-response draft/multiline");
	struct client *b = client_register(&sv, "bob");

	say(a, "@label=q ", "bob");
	client_expect_next(a, "@label=q :* ACK");
	expect_alone(b, "ann", "bob");
	say(a, "@label=r ", "nobody");
	client_expect_next(a, "@label=r :* 401 *");
	/* one that was left meanwhile */
	join(a, "#left");
	client_ask(b, "JOIN #left", "366 *");
	client_sync(a);
	client_send(a, "@label=s BATCH +2 draft/multiline #left\r\n"
	    "@batch=2 PRIVMSG #left :x\r\nPART #left\r\nBATCH -2");
	client_expect_next(a, "PART #left");
	client_expect_next(a, "@label=s :* 404 ann #left *");
	client_expect(b, "PART #left");
	client_expect_none(b, "PRIVMSG *");
}
END_TEST

START_TEST(test_blank)
{
	struct client *a = client_register_with(&sv, "ann", CAPS);
	struct client *b = client_register_with(&sv, "bob", CAPS);
	struct client *c = client_register_with(&sv, "cat", BASE);

	join(a, "#blank");
	join(b, "#blank");
	join(c, "#blank");
	client_send(a, "BATCH +b draft/multiline #BLANK\r\n"
	    "@batch=b PRIVMSG #blank :\r\n@batch=b PRIVMSG #blank :x\r\n"
	    "@batch=b PRIVMSG #blank :\r\nBATCH -b");
	client_expect(b, "BATCH +* draft/multiline #blank");
	client_expect_next(b, "@batch=* PRIVMSG #blank :");
	client_expect_next(b, "@batch=* PRIVMSG #blank :x");
	client_expect_next(b, "@batch=* PRIVMSG #blank :");
	client_expect_next(b, "BATCH -*");
	client_expect(c, "@*msgid=* PRIVMSG #blank :x");
	client_expect_none(c, "PRIVMSG *");
}
END_TEST

/* A line that does not fit with its source is told in two. */
START_TEST(test_long)
{
	struct client *a = client_register_with(&sv, "ann", CAPS);
	struct client *b = client_register_with(&sv, "bob", CAPS);
	char text[500];
	size_t n;

	memset(text, 'x', sizeof(text));
	text[480] = '\0';
	client_send(a, "BATCH +b draft/multiline bob\r\n"
	    "@batch=b PRIVMSG bob :%s\r\nBATCH -b", text);
	client_expect(b, "BATCH +* draft/multiline bob");
	client_expect_next(b, "@batch=m* PRIVMSG bob :x*");
	n = strlen(strchr(b->body, ':') + 1);
	client_expect_next(b, "@*;draft/multiline-concat * PRIVMSG bob :x*");
	n += strlen(strchr(b->body, ':') + 1);
	ck_assert_uint_eq(n, 480);
	client_expect_next(b, "BATCH -*");
}
END_TEST

/* ---- Refused ---- */

/* What is sent, and the FAIL there is for it, which is the only line. */
START_TEST(test_refused)
{
	static const struct {
		const char *send, *want;
	} row[] = {
		{ "BATCH +1 draft/multiline #r\r\n@batch=2 PRIVMSG #r :hi\r\n"
		    "@batch=1 PRIVMSG #r :hi\r\nBATCH -1",
		    "MULTILINE_INVALID :*" },
		{ "BATCH +1 draft/multiline #r\r\n@batch=1 PRIVMSG #r :hi\r\n"
		    "@batch=1;draft/multiline-concat PRIVMSG #r :\r\n"
		    "BATCH -1", "MULTILINE_INVALID :*" },
		{ "BATCH +1 draft/multiline #r\r\n@batch=1 PRIVMSG #s :hi\r\n"
		    "@batch=1 PRIVMSG #r :hi\r\nBATCH -1",
		    "MULTILINE_INVALID_TARGET #r #s :*" },
		{ "BATCH +1 draft/multiline #r\r\n@batch=1 NOTICE #r :hi\r\n"
		    "BATCH -1", "MULTILINE_INVALID :*" },
		{ "BATCH +1 draft/multiline #r\r\n@batch=1 TAGMSG #r\r\n"
		    "BATCH -1", "MULTILINE_INVALID :*" },
		{ "BATCH +1 draft/multiline #r\r\nBATCH -1",
		    "MULTILINE_INVALID :*" },
		{ "BATCH +1 draft/multiline #r\r\n@batch=1 PRIVMSG #r :\r\n"
		    "@batch=1 PRIVMSG #r :\r\nBATCH -1",
		    "MULTILINE_INVALID :*" },
		{ "BATCH +1 draft/multiline #r\r\n@batch=1 PRIVMSG #r\r\n"
		    "BATCH -1", "MULTILINE_INVALID :*" },
		{ "BATCH +1 draft/multiline #r\r\n@batch=1 PRIVMSG #r :a\r\n"
		    "@batch=1 PRIVMSG #r :\001VERSION\001\r\nBATCH -1",
		    "MULTILINE_INVALID :*" },
		/* nor where a line may have to be cut */
		{ "BATCH +1 draft/multiline #r\r\n"
		    "@batch=1 PRIVMSG #r :a\001VERSION\001\r\nBATCH -1",
		    "MULTILINE_INVALID :*" },
		{ "BATCH -1", "MULTILINE_INVALID :*" },
		{ "BATCH 1", "MULTILINE_INVALID :*" },
		{ "BATCH +", "MULTILINE_INVALID :*" },
		{ "BATCH +1", "MULTILINE_INVALID :*" },
		{ "BATCH +1 netjoin #r", "MULTILINE_INVALID :*" },
		{ "BATCH +1 draft/multiline", "MULTILINE_INVALID :*" },
		{ "BATCH +1 draft/multiline #r,bob", "MULTILINE_INVALID :*" },
		{ "BATCH +1 draft/multiline NickServ",
		    "MULTILINE_INVALID :*" },
		{ "BATCH +a_b draft/multiline #r", "MULTILINE_INVALID :*" },
		{ "@batch=9 PRIVMSG #r :hi", "MULTILINE_INVALID :*" },
		{ "BATCH +1 draft/multiline #r\r\nBATCH +2 draft/multiline #r"
		    "\r\n@batch=1 PRIVMSG #r :hi\r\nBATCH -1",
		    "MULTILINE_INVALID :*" },
	};
	struct client *a = client_register_with(&sv, "ann", CAPS);
	struct client *b = client_register_with(&sv, "bob", CAPS);
	size_t i;

	join(a, "#r");
	join(b, "#r");
	client_sync(a);
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		client_send(a, "%s", row[i].send);
		client_expect_next(a, "FAIL BATCH %s", row[i].want);
		client_expect_none(a, "*");
	}
	client_send(a, "@label=l BATCH +1 draft/multiline #r\r\n"
	    "@batch=1 NOTICE #r :hi\r\nBATCH -1");
	client_expect_next(a, "@label=l;* FAIL BATCH MULTILINE_INVALID *");
	client_expect_none(b, "PRIVMSG *");
	/* what else is said while one is open is just said */
	client_send(a, "BATCH +1 draft/multiline #r\r\nPRIVMSG #r :between\r\n"
	    "@batch=1 PRIVMSG #r :in\r\nBATCH -1");
	client_expect_next(b, "PRIVMSG #r :between");
	client_expect_next(b, "BATCH +*");
	client_expect_next(b, "PRIVMSG #r :in");
	/* without the capability there is no such command */
	b = client_register_with(&sv, "cat", BASE);
	client_ask(b, "BATCH +1 draft/multiline #r", "421 cat BATCH *");
	join(b, "#r");
	client_send(b, "@batch=1 PRIVMSG #r :no batch");
	client_expect(a, "PRIVMSG #r :no batch");
}
END_TEST

START_TEST(test_limits)
{
	struct client *a = client_register_with(&sv, "ann", CAPS);
	struct client *b = client_register_with(&sv, "bob", CAPS);
	char text[512], tags[2200], raw[8] = "\xff";
	int i;

	client_sync(a);
	client_send(a, "BATCH +1 draft/multiline bob");
	for (i = 0; i < 33; i++)
		client_send(a, "@batch=1 PRIVMSG bob hi");
	client_expect_next(a, "FAIL BATCH MULTILINE_MAX_LINES 32 *");
	client_send(a, "BATCH -1");
	memset(text, 'x', sizeof(text));
	text[400] = '\0';
	client_send(a, "BATCH +2 draft/multiline bob");
	for (i = 0; i < 11; i++)
		client_send(a, "@batch=2 PRIVMSG bob %s", text);
	client_expect_next(a, "FAIL BATCH MULTILINE_MAX_BYTES 4096 *");
	client_send(a, "BATCH -2");
	client_expect_none(b, "PRIVMSG *");
	/* just as much as there may be: 10 of 400, and 9 between them */
	client_send(a, "BATCH +3 draft/multiline bob");
	for (i = 0; i < 10; i++)
		client_send(a, "@batch=3 PRIVMSG bob %s", text);
	text[4096 - 4009 - 1] = '\0';
	client_send(a, "@batch=3 PRIVMSG bob %s", text);
	client_send(a, "@batch=3;draft/multiline-concat PRIVMSG bob ");
	client_send(a, "BATCH -3");
	client_expect_next(a, "FAIL BATCH MULTILINE_INVALID *");
	client_send(a, "BATCH +3 draft/multiline bob");
	text[4096 - 4009 - 1] = 'x';
	for (i = 0; i < 10; i++)
		client_send(a, "@batch=3 PRIVMSG bob %s", text);
	text[4096 - 4009 - 1] = '\0';
	client_send(a, "@batch=3 PRIVMSG bob %s", text);
	client_send(a, "BATCH -3");
	client_expect(b, "BATCH +* draft/multiline bob");
	for (i = 0; i < 11; i++)
		client_expect_next(b, "@batch=* PRIVMSG bob :x*");
	client_expect_next(b, "BATCH -*");
	client_expect(a, "BATCH -*");
	/* its tags */
	memset(tags, 'v', sizeof(tags));
	memcpy(tags, "+k=", 3);
	tags[2049] = '\0';
	client_send(a, "@%s BATCH +4 draft/multiline bob", tags);
	client_expect_next(a, "FAIL BATCH MULTILINE_INVALID *");
	tags[2048] = '\0';
	say(a, "", "bob");
	client_expect(b, "BATCH -*");
	client_expect(a, "BATCH -*");
	snprintf(tags + 2048, sizeof(tags) - 2048, " ");
	tags[0] = '+';
	client_send(a, "@%sBATCH +4 draft/multiline bob\r\n"
	    "@batch=4 PRIVMSG bob :x\r\nBATCH -4", tags);
	client_expect(b, "@*+k=v* BATCH +* draft/multiline bob");
	client_expect(a, "BATCH -*");
	/* a line that is refused whole may have been one of it */
	client_send(a, "BATCH +5 draft/multiline bob\r\n"
	    "@batch=5 PRIVMSG bob :%s\r\n@batch=5 PRIVMSG bob :x\r\nBATCH -5",
	    raw);
	client_expect_next(a, "FAIL PRIVMSG INVALID_UTF8 *");
	client_expect_next(a, "FAIL BATCH MULTILINE_INVALID *");
	client_expect_none(a, "*");
}
END_TEST

/* ---- Kept ---- */

START_TEST(test_history)
{
	struct client *a = client_register_with(&sv, "ann", PAST);
	struct client *b = client_register_with(&sv, "bob",
	    BASE " draft/chathistory soju.im/search");
	char id[64], line[200];

	join(a, "#past");
	join(b, "#past");
	say(a, "@+x=y ", "#past");
	client_expect(a, "@*msgid=* BATCH +* draft/multiline #past");
	client_tag(a, "msgid", id, sizeof(id));
	client_expect(a, "BATCH -*");
	client_send(a, "PRIVMSG #past :next");
	client_expect(a, "PRIVMSG #past :next");
	/* one message of one msgid, in a batch of its own in that of all */
	client_send(a, "CHATHISTORY LATEST #past * 2");
	client_expect(a, "BATCH +h* chathistory #past");
	client_expect_next(a, "@batch=h*;time=*;msgid=%s;+x=y :ann!* BATCH +m* "
	    "draft/multiline #past", id);
	client_expect_next(a, "@batch=m* :ann!* PRIVMSG #past :hello");
	client_expect_next(a, "@batch=m* :ann!* PRIVMSG #past :how is ");
	client_expect_next(a, "@batch=m*;draft/multiline-concat * PRIVMSG "
	    "#past :everyone?");
	client_expect_next(a, ":irc.test BATCH -m*");
	client_expect_next(a, "@batch=h* PRIVMSG #past *next");
	client_expect_next(a, "BATCH -h*");
	/* for who does not know it: lines */
	client_expect(b, "PRIVMSG #past :next");
	client_send(b, "CHATHISTORY BEFORE #past msgid=%s 5", id);
	client_expect(b, "BATCH -h*");
	client_send(b, "CHATHISTORY LATEST #past * 2");
	client_expect(b, "@batch=h*;time=*;msgid=%s;+x=y :ann!* PRIVMSG #past "
	    ":hello", id);
	client_expect_next(b, "@batch=h*;time=*Z;+x=y :ann!* PRIVMSG #past "
	    ":how is ");
	client_expect_next(b, "@batch=h*;time=*Z;+x=y :ann!* PRIVMSG #past "
	    ":everyone?");
	client_expect(b, "BATCH -h*");
	/* found by words of any of its lines, whole */
	client_send(b, "SEARCH in=#past;text=hello\\severyone");
	client_expect(b, "BATCH +* soju.im/search");
	client_expect_next(b, "@*msgid=%s* PRIVMSG #past :hello", id);
	client_expect(b, "PRIVMSG #past :everyone?");
	client_expect(b, "BATCH -*");
	/* and taken back, whole */
	snprintf(line, sizeof(line), "REDACT #past %s", id);
	client_ask(a, line, "REDACT #past *");
	client_send(a, "CHATHISTORY LATEST #past * 9");
	client_block(a, "BATCH -h*");
	ck_assert_int_eq(client_block_count(a, "PRIVMSG *"), 1);
}
END_TEST

/* Logs in to the account NICK, made if need be. */
static struct client *
log_in(const char *nick, int make)
{
	struct client *c = client_register_with(&sv, make ? nick : "tmp",
	    CAPS);

	if (make)
		client_ask(c, "NS REGISTER correct-horse", "900 *");
	else {
		client_send(c, "NS IDENTIFY %s correct-horse", nick);
		client_expect(c, "900 *");
	}
	return c;
}

START_TEST(test_absent)
{
	struct client *a = client_register_with(&sv, "ann",
	    CAPS " standard-replies");
	struct client *b = log_in("abby", 1);

	client_send(b, "QUIT");
	client_eof(b);
	client_close(b);
	client_sync(a);
	say(a, "@label=k ", "abby");
	client_expect_next(a, "@label=k * BATCH +l* labeled-response");
	client_expect_next(a, "@batch=l* BATCH +m* draft/multiline abby");
	client_expect(a, "NOTE BATCH KEPT abby *");
	client_expect(a, "BATCH -l*");
	b = log_in("abby", 0);
	client_expect(b, "BATCH +h* moot/kept");
	client_expect_next(b, "@batch=h*;time=*;msgid=* BATCH +m* "
	    "draft/multiline *");
	client_expect_next(b, "@batch=m* :ann!* PRIVMSG * :hello");
	client_expect(b, "@batch=m*;draft/multiline-concat *everyone?");
	client_expect_next(b, "BATCH -m*");
	client_expect_next(b, "BATCH -h*");
}
END_TEST

/* 32 lines of 4096 bytes in all, with 2048 of tags, to TARGET. */
static void
say_most(struct client *c, const char *target)
{
	char tags[2049], text[512];
	int i;

	memset(tags, 'v', sizeof(tags));
	memcpy(tags, "+k=", 3);
	tags[2048] = '\0';
	client_send(c, "@%s BATCH +1 draft/multiline %s", tags, target);
	memset(text, 'x', sizeof(text));
	text[127] = '\0';
	for (i = 0; i < 31; i++)
		client_send(c, "@batch=1 PRIVMSG %s :%s", target, text);
	text[127] = 'x';
	text[128] = '\0';
	client_send(c, "@batch=1 PRIVMSG %s :%s\r\nBATCH -1", target, text);
}

/* The lines of that, behind the one that opens the batch. */
static void
expect_most(struct client *c)
{
	int i;

	client_expect(c, "@*+k=vv* BATCH +m* draft/multiline *");
	for (i = 0; i < 32; i++)
		client_expect_next(c, "@batch=m* PRIVMSG * :xxx*");
	client_expect_next(c, "BATCH -m*");
}

/* As much as there can be goes every way there is. */
START_TEST(test_most)
{
	struct client *a = client_register_with(&sv, "ann",
	    PAST " standard-replies");
	struct client *b = log_in("bess", 1), *c;

	join(a, "#most");
	say_most(a, "#most");
	expect_most(a);
	client_send(a, "CHATHISTORY LATEST #most * 5");
	expect_most(a);
	client_expect_next(a, "BATCH -h*");
	say_most(a, "bess");
	expect_most(b);
	expect_most(a);
	/* the other device of its author */
	c = client_connect(&sv);
	client_send(c, "CAP REQ :" CAPS " sasl");
	client_expect(c, "CAP * ACK *");
	client_ask(c, "AUTHENTICATE PLAIN", "AUTHENTICATE +");
	/* bess, correct-horse */
	client_ask(c, "AUTHENTICATE AGJlc3MAY29ycmVjdC1ob3JzZQ==", "903 *");
	client_send(c, "NICK bess\r\nUSER b 0 * :b\r\nCAP END");
	client_expect(c, "376 *");
	say_most(b, "ann");
	expect_most(c);
	expect_most(a);
	client_send(c, "QUIT");
	client_eof(c);
	client_close(c);
	client_send(b, "QUIT");
	client_eof(b);
	client_close(b);
	client_sync(a);
	say_most(a, "bess");
	expect_most(a);
	client_expect(a, "NOTE BATCH KEPT bess *");
	b = log_in("bess", 0);
	expect_most(b);
}
END_TEST

/* ---- Whoever dies ---- */

static void
kill_worker_of(struct client *c)
{
	int w = client_worker(c);

	sv.crashes = 1;
	server_worker_again(&sv, w, server_worker_kill(&sv, w));
}

START_TEST(test_killed)
{
	struct client *a, *b;

	client_apart(&sv, &a, "ann", &b, "bob", CAPS);
	client_send(a, "@label=d BATCH +1 draft/multiline bob\r\n"
	    "@batch=1 PRIVMSG bob hello");
	client_sync(a);
	kill_worker_of(a);
	client_send(a, "@batch=1 PRIVMSG bob :how is ");
	client_sync(a);
	kill_worker_of(a);
	kill_worker_of(b);
	client_send(a, "@batch=1;draft/multiline-concat PRIVMSG bob "
	    ":everyone?\r\nBATCH -1");
	client_expect(a, "@label=d;* BATCH +* draft/multiline bob");
	client_expect(a, "BATCH -*");
	expect(b, "ann", "bob");
	client_expect_none(b, "PRIVMSG *");
}
END_TEST

/* A batch is still open after an upgrade. */
START_TEST(test_upgraded)
{
	struct client *a, *b;
	int status;

	client_apart(&sv, &a, "ann", &b, "bob", CAPS);
	client_send(a, "@label=u BATCH +1 draft/multiline bob\r\n"
	    "@batch=1 PRIVMSG bob hello");
	client_sync(a);
	free(server_ctl(&sv, "upgrade", &status));
	ck_assert_int_eq(status, 0);
	client_send(a, "@batch=1 PRIVMSG bob :how is ");
	client_sync(a);
	free(server_ctl(&sv, "rebalance", &status));
	ck_assert_int_eq(status, 0);
	client_send(a, "@batch=1;draft/multiline-concat PRIVMSG bob "
	    ":everyone?\r\nBATCH -1");
	client_expect(a, "@label=u;* BATCH +* draft/multiline bob");
	expect(b, "ann", "bob");
}
END_TEST

/* Both workers are killed all the time; each message comes once and whole. */
START_TEST(test_disturbed)
{
	enum { MESSAGES = 60 };
	struct client *a, *b;
	int i, k;

	client_apart(&sv, &a, "ann", &b, "bob", CAPS);
	for (i = 0; i < MESSAGES; i++) {
		client_send(a, "BATCH +1 draft/multiline bob");
		for (k = 0; k < 5; k++)
			client_send(a, "@batch=1 PRIVMSG bob :%d %d", i, k);
		client_send(a, "BATCH -1");
		if (i % 12 == 3)
			kill_worker_of(a);
		else if (i % 12 == 9)
			kill_worker_of(b);
	}
	for (i = 0; i < MESSAGES; i++) {
		client_expect_next(b, ":ann!* BATCH +m* draft/multiline bob");
		for (k = 0; k < 5; k++)
			client_expect_next(b, "@batch=m* PRIVMSG bob :%d %d",
			    i, k);
		client_expect_next(b, ":irc.test BATCH -m*");
	}
	client_expect_none(b, "PRIVMSG *");
}
END_TEST

/* Batches without an end hold nobody up: their clients' chunks come back. */
START_TEST(test_endless)
{
	struct client *v[40], *a = client_register_with(&sv, "ann", CAPS);
	int i;

	for (i = 0; i < 40; i++) {
		char nick[16];

		snprintf(nick, sizeof(nick), "end%d", i);
		v[i] = client_register_with(&sv, nick, CAPS);
		client_send(v[i], "BATCH +1 draft/multiline ann\r\n"
		    "@batch=1 PRIVMSG ann :never said");
		client_sync(v[i]);
	}
	for (i = 0; i < 40; i++)
		client_close(v[i]);
	say(a, "", "ann");
	expect(a, "ann", "ann");
	client_expect_none(a, "never said");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("multiline");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "multiline", start, stop, 60);

	tcase_add_test(tc, test_room);
	tcase_add_test(tc, test_direct);
	tcase_add_test(tc, test_quiet);
	tcase_add_test(tc, test_blank);
	tcase_add_test(tc, test_long);
	tcase_add_test(tc, test_refused);
	tcase_add_test(tc, test_limits);
	tcase_add_test(tc, test_history);
	tcase_add_test(tc, test_absent);
	tcase_add_test(tc, test_most);
	tcase_add_test(tc, test_endless);
	tcase_add_test(tc, test_killed);
	tcase_add_test(tc, test_upgraded);
	tcase_add_test(tc, test_disturbed);
	return harness_run(suites);
}
