/* SPDX-License-Identifier: ISC */
/*
 * Operators at work, and a worker that is killed in the middle of each thing
 * they do: bans are made and lifted once, who is cut is told once, what was
 * done is on the record once, and a host changes once.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness.h"

enum { PATIENCE = 10000 };

/* crypt(3) of "sesame" */
#define HASH "$1$moot$OqDwgtpRpN27gn0Ai0TTy."

/* Points that are passed once or more, see server/fault.h. */
static const char *const points[] = {
	"op-xline-filled:1", "op-xline-filled:3", "op-xline-valid:1",
	"op-xline-valid:4", "op-xline-serial:1", "op-xline-serial:5",
	"xline-ends:1", "xline-flag:1", "xline-ends:2", "xline-flag:2",
	"close-reason:1", "op-host-copied:1", "op-host-copied:2",
	"kill-ends:1", "answer-copied:2", "answer-set:1", "answer-set:5",
	"answer-heard:9", "answer-used:1", "answer-used:6", "answer-used:10",
	"answer-used:12", "finish-asked:8", "finish-ops-done:25",
	"commit-done:30", "finish-delivered:33", "finish-executed:36",
	"step-run:38",
};

enum { POINTS = sizeof(points) / sizeof(points[0]) };

static struct server sv;
static int died;               /* before the server began again */

static void
begin(const char *point)
{
	server_init_store(&sv);
	server_set(&sv, "linger", "0");
	server_set(&sv, "workers", "1");
	server_set(&sv, "flood", "off");
	server_set(&sv, "cloak", "on");
	server_set(&sv, "operator", "boss %s", HASH);
	server_fault(&sv, point);
	server_start(&sv);
}

static void
again(void)
{
	client_quit_all();
	died = server_log_has(&sv, "died of signal");
	server_restart(&sv, 0);
}

static void
cut(struct client *c)
{
	client_expect(c, "465 *");
	client_expect_next(c, "ERROR *");
	client_eof(c);
}

static void
moderate(void)
{
	struct client *ann = client_register(&sv, "ann");
	struct client *bob = client_register(&sv, "bob");
	struct client *cat = client_register_with(&sv, "cat", "chghost");
	struct client *dan = client_register(&sv, "dan"), *eve;

	eve = client_login(&sv, "eve", "chghost");
	client_send(cat, "NS REGISTER secret");
	client_expect(cat, "900 *");
	client_expect(cat, ":cat!*.ip CHGHOST cat cat.account");
	client_expect_next(cat, "396 *");
	client_expect_none(cat, "CHGHOST *");
	client_send(ann, "OPER boss sesame");
	client_expect(ann, "381 *");
	client_expect(ann, "MODE ann *+o");
	client_ask(dan, "JOIN #x", "366 *");
	client_ask(ann, "SAMODE #x +m", "MODE #x +m");
	client_expect(dan, ":ann!* MODE #x +m");
	client_expect_none(dan, "MODE #x *");
	client_ask(ann, "KLINE bob!*@* :be good", "NOTICE * :Banned*");
	cut(bob);
	client_ask(ann, "DLINE 10.0.0.0/8", "NOTICE * :Banned*");
	client_ask(ann, "UNDLINE 10.0.0.0/8", "NOTICE * :No longer*");
	client_ask(ann, "KLINE 1d account:eve", "NOTICE * :Banned*");
	cut(eve);
	client_send(ann, "KILL dan :out");
	client_expect(dan, "ERROR *");
	client_eof(dan);
	client_sync(ann);
}

/* How often the record has TEXT. */
static int
recorded(const char *text)
{
	char *all, *p;
	int status, n = 0;

	/* an answer that is cut off by the death of its worker */
	do
		all = server_ctl(&sv, "--json audit", &status);
	while (status == 2);
	for (p = all; (p = strstr(p, text)) != NULL; p++)
		n++;
	free(all);
	return n;
}

START_TEST(test_killed)
{
	static const struct {
		const char *text;
		int times;
	} row[] = {
		{ "\"what\":\"OPER\"", 1 }, { "\"what\":\"SAMODE\"", 1 },
		{ "\"what\":\"XLINE-ADD\"", 3 },
		{ "\"what\":\"XLINE-DEL\"", 1 }, { "\"what\":\"KILL\"", 1 },
	};
	struct client *c;
	size_t i;

	begin(points[_i]);
	moderate();
	again();
	c = client_connect(&sv);
	client_send(c, "NICK bob\r\nUSER bob 0 * :Bob");
	client_expect(c, "465 * :*: be good");
	client_eof(c);
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		ck_assert_msg(recorded(row[i].text) == row[i].times,
		    "%s: %d times", row[i].text, recorded(row[i].text));
	c = client_register(&sv, "ann");
	client_send(c, "OPER boss sesame");
	client_expect(c, "381 *");
	client_send(c, "STATS k");
	client_block(c, "219 *");
	ck_assert_int_eq(client_block_count(c, "216 *"), 2);
	client_send(c, "STATS d");
	client_block(c, "219 *");
	ck_assert_int_eq(client_block_count(c, "225 *"), 0);
	ck_assert_msg(died || server_log_has(&sv, "died of signal"),
	    "%s was never passed", points[_i]);
	client_quit_all();
	server_stop(&sv);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("moderation");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "moderation", NULL, NULL, 60);
	const char *mootd = getenv("MOOTD_FAULTS");

	setenv("MOOTD", mootd != NULL ? mootd : "build/faults/mootd", 1);
	tcase_add_loop_test(tc, test_killed, 0, POINTS);
	return harness_run(suites);
}
