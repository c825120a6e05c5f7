/* SPDX-License-Identifier: ISC */
/*
 * The store when things go wrong with it: killed, hung, without a disk, with a
 * full or damaged one.  Chat goes on; who relies on being told what is kept is
 * told when it is not.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

enum { PATIENCE = 10000 /* ms until a state must have come */ };

static struct server sv;
static struct client *ann, *bob;
static char disk[96];          /* the state directory */

/* ---- helping ---- */

static int
store_is(const char *state)
{
	return strncmp(server_status(&sv, "store"), state, strlen(state)) == 0;
}

static pid_t
store_pid(void)
{
	return (pid_t)atoi(server_status(&sv, "store_pid"));
}

static void
prepare(void)
{
	server_init(&sv);
	snprintf(disk, sizeof(disk), "%s/state", sv.dir);
	ck_assert_int_eq(mkdir(disk, 0700), 0);
	server_set(&sv, "store", "on");
	server_set(&sv, "workers", "2");
	server_set(&sv, "flood", "off");
	server_set(&sv, "state-dir", "%s", disk);
}

static void
begin(const char *state)
{
	server_start(&sv);
	wait_for(store_is(state), PATIENCE);
	client_apart(&sv, &ann, "ann", &bob, "bob", "echo-message");
	client_ask(ann, "JOIN #here", "366 *");
	client_ask(bob, "JOIN #here", "366 *");
	client_expect(ann, "JOIN #here");
}

/* Ann says something in the room; bob hears it, and ann its echo. */
static void
talk(const char *text)
{
	char line[300];

	snprintf(line, sizeof(line), "PRIVMSG #here :%s", text);
	client_send(ann, "%s", line);
	snprintf(line, sizeof(line), ":ann!* PRIVMSG #here :%s", text);
	client_expect(bob, "%s", line);
	client_expect(ann, "%s", line);
}

static void
end(void)
{
	server_stop(&sv);
}

/* ---- tests ---- */

START_TEST(test_serving)
{
	prepare();
	begin("serving");
	talk("hello");
	wait_for(atoi(server_status(&sv, "stored")) >= 3, PATIENCE);
	end();
}
END_TEST

START_TEST(test_off)
{
	prepare();
	server_set(&sv, "store", "off");
	begin("off");
	talk("hello");
	client_expect_none(ann, "WARN *");
	end();
}
END_TEST

/* Each time another one goes on; nobody is told, nothing is lost. */
START_TEST(test_killed)
{
	char text[16];
	pid_t pid;
	int i;

	prepare();
	begin("serving");
	for (i = 0; i < 20; i++) {
		wait_for((pid = store_pid()) > 0 && pid_alive(pid), PATIENCE);
		pid_signal(pid, SIGKILL);
		snprintf(text, sizeof(text), "line %d", i);
		talk(text);
	}
	ck_assert_int_ge(atoi(server_status(&sv, "store_restarts")), 20);
	client_expect_none(ann, "WARN *");
	end();
}
END_TEST

/* One that stands still holds back what it should keep, not the room. */
START_TEST(test_hung)
{
	pid_t pid;

	prepare();
	server_set(&sv, "worker-timeout", "2");
	begin("serving");
	pid = store_pid();
	pid_signal(pid, SIGSTOP);
	client_send(ann, "PRIVMSG #here :anybody?");
	client_expect(bob, ":ann!* PRIVMSG #here *anybody?");
	client_send(bob, "PING :still here");
	client_expect(bob, "PONG * :still here");
	client_expect(ann, ":ann!* PRIVMSG #here *anybody?");
	wait_for(!pid_alive(pid), PATIENCE);
	talk("and on");
	end();
}
END_TEST

/* A database that is none. */
START_TEST(test_damaged)
{
	char path[128], junk[8192];
	int fd;

	prepare();
	snprintf(path, sizeof(path), "%s/store.db", disk);
	memset(junk, 'x', sizeof(junk));
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_eq(write(fd, junk, sizeof(junk)), sizeof(junk));
	close(fd);
	begin("failing");
	client_send(ann, "PRIVMSG #here :hello");
	client_expect(ann, "WARN PRIVMSG NOT_KEPT *");
	client_expect(bob, ":ann!* PRIVMSG #here *hello");
	ck_assert_int_eq(unlink(path), 0);
	wait_for(store_is("serving"), PATIENCE);
	talk("now it is kept");
	client_expect_none(ann, "WARN *");
	end();
}
END_TEST

static int
disk_mount(const char *options)
{
	if (mount("moot-test", disk, "tmpfs", 0, options) == 0)
		return 0;
	harness_skip("no right to mount a small disk");
	return -1;
}

static void
disk_unmount(void)
{
	umount2(disk, MNT_DETACH);
}

/* Fills what is left of the disk. */
static void
disk_fill(void)
{
	char path[128], junk[4096] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/junk", disk);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	while (write(fd, junk, sizeof(junk)) > 0)
		;
	close(fd);
}

static void
disk_free(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/junk", disk);
	ck_assert_int_eq(unlink(path), 0);
}

START_TEST(test_full_disk)
{
	char text[16], shown[64];
	int i;

	prepare();
	if (disk_mount("size=2m") != 0)
		return;
	begin("serving");
	talk("before");
	disk_fill();
	for (i = 0; !store_is("failing"); i++) {
		ck_assert_int_lt(i, 10000);
		snprintf(text, sizeof(text), "line %d", i);
		talk(text);
	}
	client_send(ann, "PRIVMSG #here :still talking");
	client_expect(ann, "WARN PRIVMSG NOT_KEPT *");
	client_expect(bob, ":ann!* PRIVMSG #here *still talking");
	snprintf(shown, sizeof(shown), "%s", server_status(&sv, "store"));
	ck_assert_msg(strstr(shown, "full") != NULL, "\"%s\"", shown);
	disk_free();
	wait_for(store_is("serving"), PATIENCE);
	talk("kept again");
	client_expect_none(ann, "WARN *");
	end();
	disk_unmount();
}
END_TEST

START_TEST(test_readonly_disk)
{
	prepare();
	if (disk_mount("size=8m") != 0)
		return;
	ck_assert_int_eq(mount(NULL, disk, NULL, MS_REMOUNT | MS_RDONLY,
	    "size=8m"), 0);
	begin("failing");
	client_send(ann, "PRIVMSG #here :hello");
	client_expect(ann, "WARN PRIVMSG NOT_KEPT *");
	client_expect(bob, ":ann!* PRIVMSG #here *hello");
	ck_assert_int_eq(mount(NULL, disk, NULL, MS_REMOUNT, "size=8m"), 0);
	wait_for(store_is("serving"), PATIENCE);
	talk("kept");
	end();
	disk_unmount();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("store");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "store", NULL, disk_unmount, 60);

	tcase_add_test(tc, test_serving);
	tcase_add_test(tc, test_off);
	tcase_add_test(tc, test_killed);
	tcase_add_test(tc, test_hung);
	tcase_add_test(tc, test_damaged);
	tcase_add_test(tc, test_full_disk);
	tcase_add_test(tc, test_readonly_disk);
	return harness_run(suites);
}
