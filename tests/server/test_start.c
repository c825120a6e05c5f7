/* SPDX-License-Identifier: ISC */
/*
 * The server's own life: its options, configurations of garbage, how fast it
 * starts and ends, a second start, what a dead instance left, reload, socket
 * activation, and what it tells the service manager.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

static struct server sv;

/* Runs mootd to its end; returns its exit code. */
static int
run(const char *const *args, long ms)
{
	int status = server_reap(server_spawn(&sv, args), ms);

	ck_assert_msg(status != -1, "mootd does not end: %s", sv.log);
	ck_assert_msg(WIFEXITED(status), "mootd: status 0x%x",
	    (unsigned)status);
	return WEXITSTATUS(status);
}

/* SIGTERM, and gone in time; the directory stays. */
static void
end(void)
{
	pid_signal(sv.pid, SIGTERM);
	ck_assert_int_eq(server_reap(sv.pid, harness_ms(2000)), 0);
	sv.pid = 0;
}

/* ---- Options ---- */

START_TEST(test_options)
{
	const char *version[] = { "-V", NULL }, *usage[] = { "-?", NULL };
	const char *help[] = { "--help", NULL };
	const char *test[] = { "-t", "-c", sv.config, NULL };
	const char *missing[] = { "-t", "-c", "/nonexistent/mootd.conf", NULL };

	server_init(&sv);
	ck_assert_int_eq(run(version, 2000), 0);
	ck_assert(server_log_has(&sv, "mootd "));
	ck_assert_int_eq(run(help, 2000), 0);
	ck_assert(server_log_has(&sv, "usage: mootd "));
	ck_assert_int_eq(run(usage, 2000), 1);
	server_write(&sv);
	ck_assert_int_eq(run(test, 2000), 0);
	ck_assert_int_eq(run(missing, 2000), 1);
	ck_assert(server_log_has(&sv, "/nonexistent/mootd.conf"));
	ck_assert_int_eq(server_objects(&sv, NULL), 0);
	server_clean(&sv);
}
END_TEST

/* ---- Configuration ---- */

static void
config_write(const char *text, size_t len)
{
	FILE *f = fopen(sv.config, "w");

	ck_assert(f != NULL);
	fwrite(text, 1, len, f);
	fclose(f);
}

/* For a server that is not running: its next log begins afresh. */
static void
config_put(const char *text, size_t len)
{
	config_write(text, len);
	unlink(sv.log);
}

START_TEST(test_config_bad)
{
	static const struct {
		const char *text;
		int line;
	} row[] = {
		{ "nonsense", 1 },
		{ "# fine\n\nname irc.test\nnonsense 1\n", 4 },
		{ "name\n", 1 },
		{ "name two words\n", 1 },
		{ "name bad name!\n", 1 },
		{ "listen\n", 1 },
		{ "listen nowhere\n", 1 },
		{ "listen 127.0.0.1\n", 1 },
		{ "listen 127.0.0.1:99999\n", 1 },
		{ "listen 127.0.0.1:-1\n", 1 },
		{ "listen 300.0.0.1:6667\n", 1 },
		{ "listen [::1:6667\n", 1 },
		{ "workers none\n", 1 },
		{ "workers -1\n", 1 },
		{ "workers 0\n", 1 },
		{ "workers 99999999999999999999\n", 1 },
		{ "workers 2x\n", 1 },
		{ "ipc-prefix 0\n", 1 },
		{ "ipc-prefix 128\n", 1 },
		{ "ipc-prefix 0xff\n", 1 },
		{ "max-clients many\n", 1 },
		{ "max-clients\n", 1 },
		{ "flood\n", 1 },
		{ "flood 10\n", 1 },
		{ "flood on\n", 1 },
		{ "flood -1 5\n", 1 },
		{ "flood 1 2 3\n", 1 },
		{ "ping-timeout soon\n", 1 },
		{ "registration-timeout -5\n", 1 },
		{ "sendq 12Q\n", 1 },
		{ "motd /nonexistent/motd\n", 1 },
		{ "motd /\n", 1 },
		{ "operator boss\n", 1 },
		{ "operator boss plain\n", 1 },
		{ "user no-such-user-here\n", 1 },
		{ "log-level loud\n", 1 },
		{ "name irc.test\nname irc.test \x01\x02\x7f\n", 2 },
		{ "\xff\xfe\xfd\n", 1 },
	};
	const char *test[] = { "-t", "-c", sv.config, NULL };
	const char *start[] = { "-f", "-c", sv.config, NULL };
	char want[160];
	size_t i;

	server_init(&sv);
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		snprintf(want, sizeof(want), "%s:%d: ", sv.config,
		    row[i].line);
		config_put(row[i].text, strlen(row[i].text));
		ck_assert_msg(run(test, 2000) == 1, "-t accepts: %s",
		    row[i].text);
		ck_assert_msg(server_log_has(&sv, want), "-t does not name "
		    "%s for: %s", want, row[i].text);
		config_put(row[i].text, strlen(row[i].text));
		ck_assert_msg(run(start, 2000) == 1, "-f starts with: %s",
		    row[i].text);
		ck_assert_msg(server_log_has(&sv, want), "-f does not name "
		    "%s for: %s", want, row[i].text);
	}
	ck_assert_int_eq(server_objects(&sv, NULL), 0);
	server_clean(&sv);
}
END_TEST

START_TEST(test_config_garbage)
{
	const char *test[] = { "-t", "-c", sv.config, NULL };
	const char *directory[] = { "-t", "-c", sv.dir, NULL };
	char *text = malloc(1 << 20);
	unsigned seed = 7;
	int i, k;

	server_init(&sv);
	for (k = 0; k < 20; k++) {
		for (i = 0; i < 4096; i++)
			text[i] = (char)rand_r(&seed);
		config_put(text, 4096);
		ck_assert_int_eq(run(test, 2000), 1);
		ck_assert(server_log_has(&sv, sv.config));
	}
	memset(text, 'x', 1 << 20); /* one line of a mebibyte */
	config_put(text, 1 << 20);
	ck_assert_int_eq(run(test, 2000), 1);
	memset(text, '\n', 1 << 19);
	config_put(text, 1 << 20);
	ck_assert_int_eq(run(test, 2000), 1);
	memset(text, 0, 4096);
	config_put(text, 4096);
	ck_assert_int_eq(run(test, 2000), 1);
	ck_assert_int_eq(run(directory, 2000), 1);
	ck_assert(server_log_has(&sv, sv.dir));
	free(text);
	server_clean(&sv);
}
END_TEST

/* What is right in odd clothes: comments, blanks, CR LF, no last newline. */
START_TEST(test_config_odd)
{
	const char *test[] = { "-t", "-c", sv.config, NULL };
	static const char text[] = "# comment\n\n   \t\n  name   irc.test  \n"
	    "listen 127.0.0.1:0\nlisten [::1]:0\nworkers auto\n"
	    "\tflood off # behind\nmax-clients 5";

	server_init(&sv);
	config_put(text, sizeof(text) - 1);
	if (run(test, 2000) != 0) {
		char *log = server_log(&sv);
		ck_abort_msg("refused: %s", log);
	}
	config_put("", 0); /* nothing but defaults */
	ck_assert_int_eq(run(test, 2000), 0);
	server_clean(&sv);
}
END_TEST

START_TEST(test_listen_taken)
{
	const char *start[] = { "-f", "-c", sv.config, NULL };
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	server_init(&sv);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	getsockname(fd, (struct sockaddr *)&in, &len);
	server_set(&sv, "listen", "127.0.0.1:%d", ntohs(in.sin_port));
	server_write(&sv);
	ck_assert_int_eq(run(start, 2000), 1);
	ck_assert_int_eq(server_objects(&sv, NULL), 0);
	close(fd);
	server_clean(&sv);
}
END_TEST

/* ---- Start and end ---- */

START_TEST(test_start_stop)
{
	struct client *c, *d, *e;
	pid_t pid[8], master;

	server_init(&sv);
	server_set(&sv, "workers", "3");
	server_add(&sv, "listen [::1]:0");
	server_start(&sv);
	printf("start: listening after %ld us (target 100000)\n",
	    sv.start_us);
	ck_assert_int_lt(sv.start_us, harness_ms(500) * 1000);
	ck_assert_int_eq(sv.nport, 2);
	wait_for(server_workers(&sv, pid, 8) == 3, 2000);
	ck_assert(pid[1] > 0 && pid[2] > 0 && pid[3] > 0);
	ck_assert_int_gt(server_objects(&sv, "shm"), 0);
	ck_assert_int_ge(server_objects(&sv, "msg"), 3);
	c = client_register(&sv, "goodbye");
	d = client_connect(&sv); /* not registered */
	e = client_register(&sv, "leaving");
	client_write(e, "PRIVMSG goodbye :half a li", 26);
	client_ask(d, "CAP LS", "CAP *");
	master = sv.pid;
	ck_assert_int_eq(pid_signal(master, SIGTERM), 0);
	client_expect(c, "ERROR :*");
	client_eof(c);
	client_expect(d, "ERROR :*");
	client_eof(d);
	server_stop(&sv); /* again SIGTERM, to one that is on its way */
}
END_TEST

/* A client that does not read does not hold up the end. */
START_TEST(test_stop_deaf)
{
	struct client *deaf;
	int small = 2048, i;

	server_init(&sv);
	server_start(&sv);
	deaf = client_register(&sv, "deaf");
	setsockopt(deaf->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	for (i = 0; i < 200; i++)
		client_offer(deaf, "HELP\r\nMOTD\r\nINFO\r\n", 18);
	end();
	ck_assert_int_eq(server_objects(&sv, NULL), 0);
	server_clean(&sv);
}
END_TEST

/* The second one on the same instance is sent away with 2, the first does not
 * notice. */
START_TEST(test_second_start)
{
	struct client *c;

	server_init(&sv);
	server_start(&sv);
	c = client_register(&sv, "first");
	ck_assert_int_eq(run(NULL, 2000), 2);
	client_sync(c);
	client_sync(client_register(&sv, "second"));
	server_stop(&sv);
}
END_TEST

static void
works(void)
{
	struct client *a, *b;

	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #works", "366 *");
	client_ask(b, "JOIN #works", "353 bob = #works :*");
	client_send(a, "PRIVMSG #works :works");
	client_expect(b, ":ann!* PRIVMSG #works *works");
	client_send(b, "PRIVMSG ann :works");
	client_expect(a, ":bob!* PRIVMSG ann *works");
	client_quit_all();
}

/* All its processes are killed; the next start finds the remains. */
START_TEST(test_leftovers)
{
	struct client *a, *b;
	int i;

	server_init(&sv);
	server_start(&sv);
	for (i = 0; i < 3; i++) {
		client_apart(&sv, &a, "ann", &b, "bob", NULL);
		client_ask(a, "JOIN #old", "366 *");
		client_send(a, "TOPIC #old :old");
		client_sync(a);
		server_kill(&sv);
		ck_assert_int_gt(server_objects(&sv, NULL), 0);
		client_eof(a);
		client_quit_all();
		server_start(&sv);
		a = client_register(&sv, "ann");
		client_send(a, "LUSERS");
		client_expect(a, "255 ann :I have 1 clients *");
		client_quit_all();
		works();
	}
	server_stop(&sv);
}
END_TEST

/* Only the master is killed: its workers must not hold on to the instance,
 * or the next start must get rid of them. */
START_TEST(test_master_killed)
{
	pid_t pid[8];
	int i;

	server_init(&sv);
	server_start(&sv);
	wait_for(server_workers(&sv, pid, 8) == 2, 2000);
	pid_signal(sv.pid, SIGKILL);
	server_reap(sv.pid, 2000);
	sv.pid = 0;
	server_start(&sv);
	for (i = 0; i < 8; i++)
		if (pid[i] > 0)
			wait_for(!pid_alive(pid[i]), 4000);
	works();
	server_stop(&sv);
}
END_TEST

/* ---- Foreign segments ---- */

static int
segment_key(void)
{
	unsigned key[4];
	int id[4];

	server_start(&sv);
	ck_assert_int_eq(server_object_list(&sv, "shm", id, key, 4), 1);
	end();
	return (int)key[0];
}

/* Whether the server has ended; *STATUS is -1 if not. */
static int
has_ended(int *status)
{
	if (waitpid(sv.pid, status, WNOHANG) != sv.pid)
		*status = -1;
	return *status != -1;
}

/* Something else has the key: too small, random, or the first bytes of ours
 * and then nothing; attached (1) or not (0).  It must not be touched as long
 * as somebody uses it.  The server may refuse, saying so. */
START_TEST(test_foreign_segment)
{
	static const size_t sizes[] = { 1, 4096, 1 << 20 };
	struct shmid_ds ds;
	unsigned seed = 3;
	size_t i, k;
	int key, id, status;
	char *p;

	server_init(&sv);
	key = segment_key();
	for (i = 0; i < 3; i++) {
		id = shmget(key, sizes[i], IPC_CREAT | IPC_EXCL | 0600);
		ck_assert_int_ne(id, -1);
		p = shmat(id, NULL, 0);
		for (k = 0; k < sizes[i]; k++)
			p[k] = (char)rand_r(&seed);
		if (_i == 0)
			shmdt(p);
		unlink(sv.log);
		sv.pid = server_spawn(&sv, NULL);
		wait_for(has_ended(&status) ||
		    server_log_has(&sv, "listening on"), 4000);
		if (status != -1) {
			sv.pid = 0;
			ck_assert_msg(WIFEXITED(status) &&
			    (WEXITSTATUS(status) == 2 ||
			    WEXITSTATUS(status) == 1), "status 0x%x",
			    (unsigned)status);
			ck_assert(server_log_has(&sv, "segment") ||
			    server_log_has(&sv, "shared memory"));
		} else
			end();
		if (_i == 1) {
			ck_assert_msg(shmctl(id, IPC_STAT, &ds) == 0,
			    "a segment in use was removed");
			shmdt(p);
		}
		shmctl(id, IPC_RMID, NULL);
	}
	server_clean(&sv);
}
END_TEST

/* What a killed server of another version left: its header says another
 * layout, its size is another.  It is removed like any leftover. */
START_TEST(test_other_layout)
{
	unsigned key[4];
	int id[4], i, k;
	char *p;

	server_init(&sv);
	for (i = 0; i < 6; i++) {
		server_start(&sv);
		client_sync(client_register(&sv, "layout"));
		ck_assert_int_eq(server_object_list(&sv, "shm", id, key, 4),
		    1);
		server_kill(&sv);
		client_quit_all();
		p = shmat(id[0], NULL, 0);
		/* behind the magic: layout, then more and more of the rest */
		for (k = 8; k < 12; k++)
			p[k] ^= 0x55;
		memset(p + 4096, 0xa5, (size_t)i * 100000);
		shmdt(p);
	}
	server_start(&sv);
	works();
	server_stop(&sv);
}
END_TEST

/* ---- Reload ---- */

static void
motd_put(const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/motd", sv.dir);
	f = fopen(path, "w");
	fputs(text, f);
	fclose(f);
}

static int
motd_is(struct client *c, const char *text)
{
	client_send(c, "MOTD");
	client_block(c, "376 *");
	return client_block_count(c, text) == 1;
}

START_TEST(test_reload)
{
	struct client *a, *b;

	server_init(&sv);
	server_start(&sv);
	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #reload", "366 *");
	client_ask(b, "JOIN #reload", "366 *");
	motd_put("A new day.\n");
	server_set(&sv, "max-rooms-per-user", "3");
	server_write(&sv);
	pid_signal(sv.pid, SIGHUP);
	wait_for(motd_is(a, "372 * :*A new day.") &&
	    motd_is(b, "372 * :*A new day."), 5000);
	client_send(a, "PRIVMSG #reload :still here");
	client_expect(b, ":ann!* PRIVMSG #reload *still here");
	client_send(a, "JOIN #r2,#r3,#r4");
	client_expect(a, "405 ann #r4 :*");
	/* garbage: the old settings stay, and the log says where */
	motd_put("Not this one.\n");
	config_write("name irc.test\nnonsense\n", 23);
	pid_signal(sv.pid, SIGHUP);
	wait_for(server_log_has(&sv, "mootd.conf:2"), 3000);
	ck_assert(motd_is(a, "372 * :*A new day."));
	client_send(b, "PRIVMSG ann :and here");
	client_expect(a, ":bob!* PRIVMSG ann *and here");
	/* what cannot be changed is said and not done */
	server_set(&sv, "workers", "5");
	server_set(&sv, "name", "other.test");
	server_write(&sv);
	pid_signal(sv.pid, SIGHUP);
	wait_for(motd_is(a, "372 * :*Not this one.") &&
	    motd_is(b, "372 * :*Not this one."), 5000);
	ck_assert(server_log_has(&sv, "workers"));
	client_ask(a, "VERSION", "351 ann * irc.test :*");
	client_sync(b);
	server_stop(&sv);
}
END_TEST

/* Many at once, under talk: nothing is lost. */
START_TEST(test_reload_storm)
{
	struct client *a, *b;
	int i;

	server_init(&sv);
	server_start(&sv);
	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	for (i = 0; i < 200; i++) {
		if (i % 10 == 0)
			pid_signal(sv.pid, SIGHUP);
		client_send(a, "PRIVMSG bob :%d", i);
		client_expect(b, ":ann!* PRIVMSG bob *%d", i);
	}
	client_sync(a);
	server_stop(&sv);
}
END_TEST

/* ---- The service manager ---- */

START_TEST(test_socket_activation)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof(in);
	struct client *c;

	server_init(&sv);
	sv.listen_fd = socket(AF_INET, SOCK_STREAM, 0);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(sv.listen_fd, (struct sockaddr *)&in,
	    sizeof(in)), 0);
	ck_assert_int_eq(listen(sv.listen_fd, 64), 0);
	getsockname(sv.listen_fd, (struct sockaddr *)&in, &len);
	server_set(&sv, "listen", "127.0.0.1:1"); /* is not used */
	server_start(&sv);
	sv.port[0] = ntohs(in.sin_port);
	close(sv.listen_fd);
	c = client_register(&sv, "activated");
	client_sync(c);
	works();
	server_stop(&sv);
}
END_TEST

static int notify_fd;
static char notify_text[65536];

/* Reads what has come; whether TEXT is in it all. */
static int
notify_has(const char *text)
{
	size_t len = strlen(notify_text);
	ssize_t n;

	while ((n = recv(notify_fd, notify_text + len,
	    sizeof(notify_text) - len - 2, MSG_DONTWAIT)) > 0) {
		len += (size_t)n;
		notify_text[len++] = '\n';
		notify_text[len] = '\0';
	}
	return strstr(notify_text, text) != NULL;
}

static int
notify_count(const char *text)
{
	const char *p = notify_text;
	int n = 0;

	notify_has(text);
	while ((p = strstr(p, text)) != NULL) {
		n++;
		p++;
	}
	return n;
}

static void
notify_setup(char *env, size_t size)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	snprintf(un.sun_path, sizeof(un.sun_path), "%s/notify", sv.dir);
	snprintf(env, size, "NOTIFY_SOCKET=%s", un.sun_path);
	notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(notify_fd, (struct sockaddr *)&un, sizeof(un)),
	    0);
	notify_text[0] = '\0';
}

START_TEST(test_notify)
{
	struct client *c;
	char env[128];

	server_init(&sv);
	notify_setup(env, sizeof(env));
	sv.env[0] = env;
	sv.env[1] = "WATCHDOG_USEC=1000000";
	server_start(&sv);
	wait_for(notify_has("READY=1"), 3000);
	wait_for(notify_has("STATUS="), 3000);
	c = client_register(&sv, "status");
	wait_for(notify_has("STATUS=1 client"), 3000);
	wait_for(notify_count("WATCHDOG=1") >= 3, 3000);
	server_worker_kill(&sv, 1);
	wait_for(notify_has("1 restart"), 3000);
	client_sync(c);
	notify_text[0] = '\0';
	pid_signal(sv.pid, SIGHUP);
	wait_for(notify_has("RELOADING=1"), 3000);
	wait_for(notify_has("MONOTONIC_USEC="), 3000);
	wait_for(notify_has("READY=1"), 3000);
	/* a reload that fails ends as well */
	notify_text[0] = '\0';
	config_put("nonsense\n", 9);
	pid_signal(sv.pid, SIGHUP);
	wait_for(notify_has("RELOADING=1"), 3000);
	wait_for(notify_has("READY=1"), 3000);
	client_sync(c);
	pid_signal(sv.pid, SIGTERM);
	wait_for(notify_has("STOPPING=1"), 3000);
	server_stop(&sv);
}
END_TEST

/* The watchdog is not fed while the master is stuck, and again after. */
START_TEST(test_watchdog)
{
	char env[128];
	long until;
	int n;

	server_init(&sv);
	notify_setup(env, sizeof(env));
	sv.env[0] = env;
	sv.env[1] = "WATCHDOG_USEC=400000";
	server_start(&sv);
	wait_for(notify_count("WATCHDOG=1") >= 3, 3000);
	/* in time: less than the limit apart */
	n = notify_count("WATCHDOG=1");
	until = clock_ms() + 2000;
	wait_for(clock_ms() >= until, 5000);
	ck_assert_msg(notify_count("WATCHDOG=1") - n >= 5, "fed %d times in "
	    "2 s, the limit being 0.4 s", notify_count("WATCHDOG=1") - n);
	pid_signal(sv.pid, SIGSTOP);
	n = notify_count("WATCHDOG=1");
	until = clock_ms() + 500;
	wait_for(clock_ms() >= until, 2000);
	ck_assert_int_le(notify_count("WATCHDOG=1") - n, 1);
	pid_signal(sv.pid, SIGCONT);
	n = notify_count("WATCHDOG=1");
	wait_for(notify_count("WATCHDOG=1") > n, 3000);
	server_stop(&sv);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("start");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "start", NULL, NULL, 60);

	tcase_add_test(tc, test_options);
	tcase_add_test(tc, test_config_bad);
	tcase_add_test(tc, test_config_garbage);
	tcase_add_test(tc, test_config_odd);
	tcase_add_test(tc, test_listen_taken);
	tcase_add_test(tc, test_start_stop);
	tcase_add_test(tc, test_stop_deaf);
	tcase_add_test(tc, test_second_start);
	tcase_add_test(tc, test_leftovers);
	tcase_add_test(tc, test_master_killed);
	tcase_add_loop_test(tc, test_foreign_segment, 0, 2);
	tcase_add_test(tc, test_other_layout);
	tcase_add_test(tc, test_reload);
	tcase_add_test(tc, test_reload_storm);
	tcase_add_test(tc, test_socket_activation);
	tcase_add_test(tc, test_notify);
	tcase_add_test(tc, test_watchdog);
	return harness_run(suites);
}
