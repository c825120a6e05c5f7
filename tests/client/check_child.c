/* SPDX-License-Identifier: ISC */

/* Child processes: what they are given, how they end, what they leave. */

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../client/bot/child.h"
#include "check_client.h"

enum { WAIT = 10000 };

static char *environment[] = { "PATH=/usr/bin:/bin", "A=b", NULL };

static int
start(struct child *c, const char *script)
{
	char *argv[] = { "sh", "-c", (char *)(uintptr_t)script, NULL };

	return child_start(c, argv, environment);
}

/* All that it prints, until it closes its output. */
static void
read_all(int fd, char *buf, size_t size)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	ssize_t n;

	while (poll(&p, 1, WAIT) == 1 && len + 1 < size &&
	    (n = read(fd, buf + len, size - 1 - len)) > 0)
		len += (size_t)n;
	buf[len] = '\0';
}

static void
wait_for_end(struct child *c)
{
	int i;

	for (i = 0; i < WAIT / 10 && !child_reap(c); i++)
		poll(NULL, 0, 10);
	ck_assert_int_eq(c->pid, 0);
}

static const struct {
	const char *name, *script, *out, *err;
	int status; /* of waitpid(2) */
} rows[] = {
	{ "prints", "echo a; echo b >&2", "a\n", "b\n", 0 },
	{ "fails", "exit 3", "", "", 3 << 8 },
	{ "dies", "kill -9 $$", "", "", SIGKILL },
	{ "its environment", "echo $A; env | grep -v -e ^PWD -e ^SHLVL -e ^_ "
	    "-e ^OLDPWD | sort", "b\nA=b\nPATH=/usr/bin:/bin\n", "", 0 },
	{ "its descriptors", "ls /proc/self/fd | tr -d '\\n'", "0123", "",
	    0 },
	/* the first 28; those of libc itself nobody can give back */
	{ "no signal is ignored", "sed -n 's/^Sig\\(Ign\\|Blk\\):.*"
	    "\\(.......\\)$/\\2/p' /proc/self/status",
	    "0000000\n0000000\n", "", 0 },
	{ "a group of its own", "ps -o pgid= -p $$ | tr -d ' \\n'; "
	    "printf ' %s' $$", NULL, "", 0 },
};

START_TEST(runs)
{
	char out[1024], err[1024];
	struct child c;
	pid_t pid;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	ck_assert_int_ne(fcntl(0, F_DUPFD, 77), -1); /* not close-on-exec */
	ck_assert_int_eq(start(&c, rows[_i].script), 0);
	pid = c.pid;
	child_close(&c.in);
	read_all(c.out, out, sizeof(out));
	read_all(c.err, err, sizeof(err));
	wait_for_end(&c);
	if (rows[_i].out != NULL)
		ck_assert_str_eq(out, rows[_i].out);
	else {
		int group, leader;

		ck_assert_int_eq(sscanf(out, "%d %d", &group, &leader), 2);
		ck_assert_int_eq(group, leader);
		ck_assert_int_eq(group, pid);
	}
	ck_assert_str_eq(err, rows[_i].err);
	ck_assert_int_eq(c.status, rows[_i].status);
	child_clear(&c);
}
END_TEST

START_TEST(standard_input)
{
	struct child c;
	char out[64];

	ck_assert_int_eq(start(&c, "cat"), 0);
	ck_assert_int_eq(write(c.in, "hello", 5), 5);
	child_close(&c.in);
	read_all(c.out, out, sizeof(out));
	ck_assert_str_eq(out, "hello");
	child_clear(&c);
	ck_assert_int_eq(c.out, -1);
}
END_TEST

/* Pipes do not take the places of standard descriptors that are closed. */
START_TEST(standard_descriptors_closed)
{
	struct child c;
	char out[64];

	close(0);
	close(1);
	ck_assert_int_eq(start(&c, "cat; echo x"), 0);
	child_close(&c.in);
	read_all(c.out, out, sizeof(out));
	ck_assert_str_eq(out, "x\n");
	child_clear(&c);
}
END_TEST

static const struct {
	char *argv[3];
	int error;
} failures[] = {
	{ { "/nonexistent/program", NULL }, ENOENT },
	{ { "no-such-program-anywhere", NULL }, ENOENT },
	{ { "/", NULL }, EACCES },
};

START_TEST(cannot_be_run)
{
	struct child c;

	ck_assert_int_eq(child_start(&c, failures[_i].argv, environment), -1);
	ck_assert_int_eq(errno, failures[_i].error);
	ck_assert_int_eq(c.pid, 0);
	ck_assert_int_eq(c.in, -1);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

/* Whether all of the process group are gone, as far as signals can tell. */
static int
group_is_gone(pid_t pid)
{
	int i;

	for (i = 0; i < WAIT / 10; i++) {
		if (kill(-pid, 0) == -1)
			return 1;
		poll(NULL, 0, 10);
	}
	return 0;
}

START_TEST(killed_with_all_it_started)
{
	struct child c;
	char out[64];
	pid_t pid;

	ck_assert_int_eq(start(&c, "sleep 1000 & echo x; wait"), 0);
	pid = c.pid;
	ck_assert_int_eq(child_reap(&c), 0);
	ck_assert_int_eq(read(c.out, out, 0), 0);
	child_kill(&c, SIGKILL);
	wait_for_end(&c);
	ck_assert(WIFSIGNALED(c.status));
	ck_assert(group_is_gone(pid));
	child_clear(&c);
}
END_TEST

/* It forks and exits: what it leaves behind does not keep us waiting. */
START_TEST(leaves_somebody_behind)
{
	struct child c;
	char out[64];
	pid_t pid;

	ck_assert_int_eq(start(&c, "sleep 1000 & echo x"), 0);
	pid = c.pid;
	wait_for_end(&c);
	ck_assert_int_eq(c.status, 0);
	read_all(c.out, out, sizeof(out));
	ck_assert_str_eq(out, "x\n");
	ck_assert(group_is_gone(pid));
	child_clear(&c);
}
END_TEST

START_TEST(cleared_while_it_runs)
{
	struct child c;
	pid_t pid;

	ck_assert_int_eq(start(&c, "trap '' TERM HUP INT; sleep 1000"), 0);
	pid = c.pid;
	child_clear(&c);
	ck_assert(group_is_gone(pid));
	child_clear(&c);
}
END_TEST

START_TEST(words)
{
	char buf[64];

	ck_assert_str_eq(child_why(3 << 8, buf, sizeof(buf)),
	    "exited with 3");
	ck_assert_str_eq(child_why(SIGTERM, buf, sizeof(buf)),
	    "was killed: Terminated");
}
END_TEST

Suite *
check_child(void)
{
	Suite *s = suite_create("child");
	TCase *tc = tcase_create("child");

	tcase_set_timeout(tc, 30);
	ADD_ROWS(tc, runs, rows);
	tcase_add_test(tc, standard_input);
	tcase_add_test(tc, standard_descriptors_closed);
	ADD_ROWS(tc, cannot_be_run, failures);
	tcase_add_test(tc, killed_with_all_it_started);
	tcase_add_test(tc, leaves_somebody_behind);
	tcase_add_test(tc, cleared_while_it_runs);
	tcase_add_test(tc, words);
	suite_add_tcase(s, tc);
	return s;
}
