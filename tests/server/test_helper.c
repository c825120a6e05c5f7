/* SPDX-License-Identifier: ISC */
/*
 * A mootd-tls that somebody else has taken over: what it writes into the page
 * it shares with the master leads that neither to signal a process that is no
 * helper, nor to say what it would not.
 *
 * This program is that mootd-tls as well, a copy of it beside a copy of mootd;
 * what it then writes, STOLEN says.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/shm.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../ipc/segment.h"
#include "../../tls/page.h"
#include "harness.h"

#define FORGED "it\nMAINPID=1\nfatal: forged \x1b[2J"

static struct server sv;
static char fake[64], env[128];
static int told = -1;          /* what the service manager is told */

/* ---- the other program ---- */

/* Fills SIZE bytes to the last. */
static void
fill(char *text, size_t size)
{
	size_t i, n = strlen(FORGED);

	for (i = 0; i < size; i++)
		text[i] = FORGED[i % n];
}

static void
write_pid(struct tls_page *page, struct tls_place *place, pid_t pid)
{
	int i;

	for (i = 0; i < TLS_PLACES; i++) {
		page->place[i].digest = place->digest;
		page->place[i].pid = pid;
	}
}

static void
write_texts(struct tls_page *page, struct tls_place *place)
{
	struct tls_certificate *c = &place->certificate;

	place->pid = getpid();
	c->expires = INT64_MIN;
	fill(c->pin, sizeof(c->pin));
	fill(c->phrase, sizeof(c->phrase));
	fill(c->subject, sizeof(c->subject));
	fill(c->trouble, sizeof(c->trouble));
	fill(page->trouble, sizeof(page->trouble));
}

/* Ends when the server does. */
static int
fake_main(int argc, char **argv, const char *what)
{
	int opt, fd = -1, life = -1, number = 0;
	struct tls_page *page;
	struct tls_place *place;

	opterr = 0;
	while ((opt = getopt(argc, argv,
	            "C:D:a:c:d:e:f:i:j:k:l:m:n:p:st:x:")) != -1)
		if (opt == 'm')
			fd = atoi(optarg);
		else if (opt == 'e')
			life = atoi(optarg);
		else if (opt == 'p')
			number = atoi(optarg);
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	if (page == MAP_FAILED)
		return 1;
	place = &page->place[number];
	if (strncmp(what, "pid ", 4) == 0)
		write_pid(page, place, (pid_t)atoi(what + 4));
	else
		write_texts(page, place);
	place->ready = strcmp(what, "failing") != 0;
	signal(SIGHUP, SIG_IGN);
	fprintf(stderr, "the other program: %s\n", what);
	poll(&(struct pollfd) { .fd = life, .events = POLLIN }, 1, -1);
	return 0;
}

/* ---- */

/* A server whose mootd-tls does WHAT, and has done it. */
static void
start(const char *what)
{
	char done[96];

	server_init(&sv);
	server_program(&sv, "/proc/self/exe", "mootd-tls");
	server_program(&sv, NULL, "mootd");
	snprintf(fake, sizeof(fake), "STOLEN=%s", what);
	sv.env[0] = fake;
	if (told >= 0)
		sv.env[1] = env;
	server_set(&sv, "tls-workers", "1");
	server_add(&sv, "listen-tls 127.0.0.1:0");
	server_start(&sv);
	snprintf(done, sizeof(done), "the other program: %s", what);
	wait_for(server_log_has(&sv, done), SERVER_AGAIN);
}

/* It names another process in all places: that is not told to read its
 * configuration, to leave, and is not killed because it does not answer. */
START_TEST(test_pid)
{
	char what[32];
	pid_t victim;

	if ((victim = fork()) == 0) {
		pause();
		_exit(0);
	}
	snprintf(what, sizeof(what), "pid %d", (int)victim);
	start(what);
	free(server_ctl(&sv, "reload", NULL));
	wait_for(server_log_has(&sv, "reloaded"), SERVER_AGAIN);
	ck_assert_int_eq(waitpid(victim, NULL, WNOHANG), 0);
	server_stop(&sv);
	ck_assert_int_eq(waitpid(victim, NULL, WNOHANG), 0);
	pid_signal(victim, SIGKILL);
	waitpid(victim, NULL, 0);
}
END_TEST

static void
listen_notify(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	snprintf(un.sun_path, sizeof(un.sun_path), "/tmp/notify.%d",
	    (int)getpid());
	unlink(un.sun_path);
	told = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(told, (struct sockaddr *)&un, sizeof(un)), 0);
	snprintf(env, sizeof(env), "NOTIFY_SOCKET=%s", un.sun_path);
}

/* Whether the service manager has been told something with TEXT in it, which
 * is one line. */
static int
is_told(const char *text)
{
	char buf[2048];
	ssize_t n;
	int found = 0;

	while ((n = recv(told, buf, sizeof(buf) - 1, 0)) > 0) {
		buf[n] = '\0';
		ck_assert_msg(strstr(buf, "\nMAINPID") == NULL, "%s", buf);
		found |= strstr(buf, text) != NULL;
	}
	return found;
}

/* What it says of its trouble is a part of the status. */
START_TEST(test_trouble)
{
	listen_notify();
	start("failing");
	wait_for(is_told("no TLS: it"), SERVER_AGAIN);
	ck_assert_ptr_nonnull(strstr(server_status(&sv, "tls"), "failing: it"));
	server_stop(&sv);
	unlink(strchr(env, '=') + 1);
}
END_TEST

/* No line of the log, and nothing at the administrator's terminal. */
START_TEST(test_certificate)
{
	char *text;

	start("serving");
	wait_for(server_log_has(&sv, "master: certificate "), SERVER_AGAIN);
	ck_assert(!server_log_has(&sv, "\nfatal: forged"));
	ck_assert(!server_log_has(&sv, "\x1b"));
	text = server_ctl(&sv, "status", NULL);
	ck_assert_msg(strstr(text, "serving") != NULL, "%s", text);
	ck_assert_ptr_null(strchr(text, '\x1b'));
	free(text);
	server_stop(&sv);
}
END_TEST

/* The same of the segment: an order for the master is not another's. */
START_TEST(test_owner)
{
	struct segment *segment;
	struct client *c;
	pid_t victim, owner;
	char *text;

	if ((victim = fork()) == 0) {
		pause();
		_exit(0);
	}
	server_init(&sv);
	server_add(&sv, "operator boss " SESAME);
	server_start(&sv);
	c = client_register(&sv, "ann");
	client_ask(c, "OPER boss sesame", "381 *");
	segment = shmat(shmget((key_t)((unsigned)sv.prefix << 24), 0, 0600),
	    NULL, 0);
	ck_assert(segment != (void *)-1);
	owner = segment->owner;
	segment->owner = victim;
	client_ask(c, "REHASH", "382 *");
	client_sync(c);
	ck_assert_int_eq(waitpid(victim, NULL, WNOHANG), 0);
	text = server_ctl(&sv, "reload", NULL);
	ck_assert_msg(strstr(text, "cannot signal") != NULL, "%s", text);
	free(text);
	ck_assert_int_eq(waitpid(victim, NULL, WNOHANG), 0);
	ck_assert(!server_log_has(&sv, "SIGSYS"));
	segment->owner = owner;
	client_ask(c, "REHASH", "382 *");
	wait_for(server_log_has(&sv, "reloaded"), SERVER_AGAIN);
	shmdt(segment);
	client_quit_all();
	server_stop(&sv);
	pid_signal(victim, SIGKILL);
	waitpid(victim, NULL, 0);
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *suite = suite_create("helper");
	Suite *suites[] = { suite, NULL };
	const char *what = getenv("STOLEN");
	TCase *tc;

	if (what != NULL)
		return fake_main(argc, argv, what);
	tc = harness_case(suite, "helper", NULL, NULL, 60);
	tcase_add_test(tc, test_pid);
	tcase_add_test(tc, test_trouble);
	tcase_add_test(tc, test_certificate);
	tcase_add_test(tc, test_owner);
	return harness_run(suites);
}
