/* SPDX-License-Identifier: ISC */
/*
 * A worker that makes a system call it may not make: it dies of it, the log
 * says which call, and nobody notices, as with any crash.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness.h"

enum { DEATH = 10000 };

static struct server sv;

static const struct {
	const char *fault;
	const char *confine;
	const char *log;       /* NULL: nobody dies */
} rows[] = {
	/* in the middle of a step, and when all is committed */
	{ "!op-applied:2:1", "on", ", system call " },
	{ "!commit-done:3:1", "on", " socket," },
	{ "!op-applied:2:1", "off", NULL },
	{ "!op-applied:2:1", "log", NULL },
};

static int
is_confined(void)
{
	return server_log_has(&sv, "confined: system calls");
}

START_TEST(test_violation)
{
	struct client *ann, *bob;

	server_init(&sv);
	server_set(&sv, "workers", "1");
	server_set(&sv, "confine", "%s", rows[_i].confine);
	server_fault(&sv, rows[_i].fault);
	server_start(&sv);
	ann = client_register(&sv, "ann");
	bob = client_register(&sv, "bob");
	client_ask(ann, "JOIN #x", "366 *");
	client_ask(bob, "JOIN #x", "366 *");
	client_expect(ann, ":bob!* JOIN *");
	client_send(ann, "TOPIC #x :one\r\nTOPIC #x :two\r\nTOPIC #x :three");
	client_expect_next(bob, "TOPIC #x *one");
	client_expect_next(bob, "TOPIC #x *two");
	client_expect_next(bob, "TOPIC #x *three");
	client_barrier(ann, bob);
	if (rows[_i].log == NULL)
		ck_assert(!server_log_has(&sv, "died of signal"));
	else if (!is_confined())
		harness_skip("system calls are not confined here");
	else {
		wait_for(server_log_has(&sv, "died of signal 31"), DEATH);
		ck_assert(server_log_has(&sv, "signal 31 SIGSYS"));
		ck_assert(server_log_has(&sv, rows[_i].log));
		ck_assert(server_log_has(&sv, "/crash."));
	}
	client_quit_all();
	server_stop(&sv);
}
END_TEST

/* The store likewise: what was said is kept. */
START_TEST(test_store)
{
	struct client *ann, *bob;

	server_init_store(&sv);
	server_fault(&sv, "!store-taken:1:63");
	server_start(&sv);
	ann = client_login(&sv, "ann", "batch draft/chathistory");
	bob = client_register(&sv, "bob");
	client_ask(ann, "JOIN #x", "366 *");
	client_ask(bob, "JOIN #x", "366 *");
	client_send(bob, "PRIVMSG #x :kept");
	client_expect(ann, "PRIVMSG #x *kept");
	client_send(ann, "CHATHISTORY LATEST #x * 10");
	client_expect(ann, "PRIVMSG #x *kept");
	if (!is_confined())
		harness_skip("system calls are not confined here");
	else {
		wait_for(server_log_has(&sv, "store died of signal 31"), DEATH);
		ck_assert(server_log_has(&sv, "socket is not allowed"));
	}
	client_quit_all();
	server_stop(&sv);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("violation");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "violation", NULL, NULL, 60);
	const char *mootd = getenv("MOOTD_FAULTS");

	setenv("MOOTD", mootd != NULL ? mootd : "build/faults/mootd", 1);
	tcase_add_loop_test(tc, test_violation, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tc, test_store);
	return harness_run(suites);
}
