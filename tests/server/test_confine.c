/* SPDX-License-Identifier: ISC */
/*
 * What the processes of a running server have given up, as proc(5) shows it.
 * What that means for each call is tested in tests/unit/check_ipc_confine.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "harness.h"

enum { CHANGE = 10000, WORKERS = 2 };

static struct server sv;

/* The number that /proc/PID/status has for FIELD ("Seccomp:"); -1. */
static int
status_of(pid_t pid, const char *field)
{
	char path[64], line[256];
	int n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if ((f = fopen(path, "r")) == NULL)
		return -1;
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, field, strlen(field)) == 0)
			n = atoi(line + strlen(field));
	fclose(f);
	return n;
}

static int
filtered(pid_t pid)
{
	return status_of(pid, "Seccomp:") == 2;
}

/* Whether all workers are filtered, or none of them. */
static int
workers_filtered(int wanted)
{
	pid_t pid[WORKERS + 1];
	int w;

	if (server_workers(&sv, pid, WORKERS + 1) != WORKERS)
		return 0;
	for (w = 1; w <= WORKERS; w++)
		if (filtered(pid[w]) != wanted)
			return 0;
	return 1;
}

static void
begin(const char *confine)
{
	server_init(&sv);
	if (confine != NULL)
		server_set(&sv, "confine", "%s", confine);
	server_start(&sv);
}

/* Whether there is anything to test. */
static int
can_confine(void)
{
	if (!server_log_has(&sv, "not confined"))
		return 1;
	harness_skip("this build or kernel confines nobody");
	server_stop(&sv);
	return 0;
}

/* The master keeps its system calls, but has no new privileges. */
START_TEST(test_usual)
{
	begin(NULL);
	if (!can_confine())
		return;
	ck_assert(server_log_has(&sv, "confined: system calls"));
	wait_for(workers_filtered(1), CHANGE);
	ck_assert(!filtered(sv.pid));
	ck_assert_int_eq(status_of(sv.pid, "NoNewPrivs:"), 1);
	ck_assert_int_eq(
	    status_of(server_worker_pid(&sv, 1), "NoNewPrivs:"), 1);
	server_stop(&sv);
}
END_TEST

/* So is the store, which goes on being able to do its work. */
START_TEST(test_store)
{
	char *text;
	int status;

	server_init_store(&sv);
	server_start(&sv);
	if (!can_confine())
		return;
	client_login(&sv, "ann", "batch");
	ck_assert(filtered(server_store_pid(&sv)));
	text = server_ctl(&sv, "account list", &status);
	ck_assert_int_eq(status, 0);
	ck_assert_msg(strstr(text, "ann") != NULL, "%s", text);
	free(text);
	client_quit_all();
	server_stop(&sv);
}
END_TEST

/* A successor is confined as the dead one was. */
START_TEST(test_successor)
{
	begin("on");
	if (!can_confine())
		return;
	client_register(&sv, "ann");
	server_worker_kill(&sv, 1);
	wait_for(workers_filtered(1), CHANGE);
	client_quit_all();
	server_stop(&sv);
}
END_TEST

START_TEST(test_reload)
{
	begin("off");
	wait_for(workers_filtered(0), CHANGE);
	ck_assert(server_log_has(&sv, "confine off"));
	server_set(&sv, "confine", "on");
	server_write(&sv);
	free(server_ctl(&sv, "reload", NULL));
	wait_for(server_log_has(&sv, "reloaded"), CHANGE);
	if (!can_confine())
		return;
	wait_for(workers_filtered(1), CHANGE);
	server_stop(&sv);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("confine");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "confine", NULL, NULL, 60);

	tcase_add_test(tc, test_usual);
	tcase_add_test(tc, test_store);
	tcase_add_test(tc, test_successor);
	tcase_add_test(tc, test_reload);
	return harness_run(suites);
}
