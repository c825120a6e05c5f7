/* SPDX-License-Identifier: ISC */
/*
 * The ledger: what was acknowledged is in the store, once, whatever happens.
 *
 * Clients with echo-message say numbered lines in rooms; a line that comes back
 * is acknowledged.  Meanwhile the store, a worker or the master is killed, and
 * now and then the power fails: all processes are killed at once, and the
 * database is put back to what had been synced to the disk (power.c).  In the
 * end the database is read.
 *
 *	ledger [-t SECONDS] [-n CLIENTS] [-i MS] [-p MS] [-s SEED] [-x POWER.so]
 *
 * -i: how often something is killed; -p: how often the power fails.
 */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "unchecked.h"

enum { CLIENTS = 100, ROOMS = 5, LINES = 200000, AHEAD = 40, WORKERS = 3 };

static struct {
	int seconds, clients;
	long kill, power;
	unsigned seed;
	const char *preload;
} options = { 10, 20, 100, 2000, 1, NULL };

static struct server sv;
static struct speaker {
	struct client *c;
	int said;              /* the last number; */
	int heard;             /* the last that came back; */
	char acknowledged[LINES]; /* all that did */
} speakers[CLIENTS];

static struct {
	long acknowledged, store, workers, masters, failures;
	long lost, twice, rows;
} figures;

/* It can be tried again. */
static void
failed(const char *where, const char *why)
{
	printf("%s%s\nseed %u\n", where, why, options.seed);
}

static unsigned
any(unsigned n)
{
	return (unsigned)rand_r(&options.seed) % n;
}

/* ---- talking ---- */

static void
come(int i)
{
	struct speaker *s = &speakers[i];
	char nick[16], line[64];

	snprintf(nick, sizeof(nick), "s%d", i);
	s->c = client_register_with(&sv, nick, "echo-message message-tags");
	snprintf(line, sizeof(line), "JOIN #r%d", i % ROOMS);
	client_ask(s->c, line, "366 *");
	s->heard = s->said;
}

static void
say(int i)
{
	struct speaker *s = &speakers[i];

	while (s->said - s->heard < AHEAD && s->said + 1 < LINES)
		client_send(s->c, "PRIVMSG #r%d :%d %d", i % ROOMS, i,
		    ++s->said);
}

static void
hear(int i)
{
	struct speaker *s = &speakers[i];
	const char *text;
	int who, n;

	client_fill(s->c);
	while (client_line_now(s->c)) {
		if (strncmp(s->c->body, "PRIVMSG #r", 10) != 0 ||
		    (text = strchr(s->c->body, ':')) == NULL ||
		    sscanf(text, ":%d %d", &who, &n) != 2 || who != i)
			continue;
		ck_assert_msg(n == s->heard + 1, "%s: %d after %d", s->c->nick,
		    n, s->heard);
		s->heard = n;
		s->acknowledged[n] = 1;
		figures.acknowledged++;
	}
	ck_assert_msg(!s->c->eof, "%s was disconnected", s->c->nick);
}

/* ---- what happens ---- */

static void
kill_one(void)
{
	pid_t pid[WORKERS + 1], store;
	unsigned what = any(10);

	if (what < 6) {
		if ((store = server_store_pid(&sv)) == 0)
			return;
		pid_signal(store, SIGKILL);
		figures.store++;
	} else if (what < 9) {
		if (server_workers(&sv, pid, WORKERS + 1) != WORKERS)
			return;
		pid_signal(pid[1 + any(WORKERS)], SIGKILL);
		figures.workers++;
	} else {
		pid_signal(sv.pid, SIGKILL);
		ck_assert_int_ne(server_reap(sv.pid, 5000), -1);
		server_start(&sv);
		figures.masters++;
	}
}

static void
put_back(const char *name)
{
	char file[160], synced[176];

	snprintf(file, sizeof(file), "%s/%s", sv.dir, name);
	snprintf(synced, sizeof(synced), "%s.synced", file);
	unlink(file);
	if (access(synced, F_OK) == 0)
		ck_assert_int_eq(link(synced, file), 0);
	/* the next sync must not write into what is the database now */
	unlink(synced);
}

static void
copy_away(const char *name)
{
	char command[512];

	snprintf(command, sizeof(command),
	    "cd '%s' && test ! -e %s || cp %s %s.synced", sv.dir, name, name,
	    name);
	ck_assert_int_eq(system(command), 0);
}

static void
power_fails(void)
{
	char shm[160];
	int i;

	server_kill(&sv);
	if (options.preload != NULL) {
		put_back("store.db");
		put_back("store.db-wal");
		copy_away("store.db");
		copy_away("store.db-wal");
	}
	snprintf(shm, sizeof(shm), "%s/store.db-shm", sv.dir);
	unlink(shm);
	for (i = 0; i < options.clients; i++)
		client_close(speakers[i].c);
	server_start(&sv);
	for (i = 0; i < options.clients; i++)
		come(i);
	figures.failures++;
}

/* ---- the account ---- */

static void
count_rows(sqlite3 *sql)
{
	static int times[CLIENTS][LINES];
	sqlite3_stmt *q;
	const char *line, *text;
	int i, n;

	ck_assert_int_eq(sqlite3_prepare_v2(sql, "SELECT line FROM message "
	    "WHERE line LIKE '%PRIVMSG #r%'", -1, &q, NULL), SQLITE_OK);
	while (sqlite3_step(q) == SQLITE_ROW) {
		line = (const char *)sqlite3_column_text(q, 0);
		if ((text = strstr(line, " :")) == NULL ||
		    sscanf(text, " :%d %d", &i, &n) != 2 || i < 0 ||
		    i >= CLIENTS || n < 0 || n >= LINES)
			continue;
		figures.rows++;
		times[i][n]++;
	}
	sqlite3_finalize(q);
	for (i = 0; i < options.clients; i++)
		for (n = 1; n <= speakers[i].said; n++) {
			figures.twice += times[i][n] > 1;
			if (speakers[i].acknowledged[n] && times[i][n] == 0 &&
			    figures.lost++ < 10)
				printf("lost: %d of s%d\n", n, i);
		}
}

static void
account(void)
{
	char path[160];
	sqlite3 *sql;

	snprintf(path, sizeof(path), "%s/store.db", sv.dir);
	ck_assert_int_eq(sqlite3_open_v2(path, &sql, SQLITE_OPEN_READWRITE,
	    NULL), SQLITE_OK);
	count_rows(sql);
	sqlite3_close(sql);
}

static int
all_heard(void)
{
	int i;

	for (i = 0; i < options.clients; i++) {
		hear(i);
		if (speakers[i].heard < speakers[i].said)
			return 0;
	}
	return 1;
}

static void
run(void)
{
	long end = clock_ms() + options.seconds * 1000L;
	long next_kill = clock_ms() + options.kill;
	long next_power = clock_ms() + options.power;
	int i;

	while (clock_ms() < end) {
		for (i = 0; i < options.clients; i++) {
			say(i);
			hear(i);
		}
		harness_tick();
		if (options.kill != 0 && clock_ms() >= next_kill) {
			kill_one();
			next_kill = clock_ms() + options.kill;
		}
		if (options.power != 0 && clock_ms() >= next_power) {
			power_fails();
			next_power = clock_ms() + options.power;
		}
	}
	wait_for(all_heard(), 20000);
}

int
main(int argc, char **argv)
{
	int opt, i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	unchecked_failed = failed;
	options.seed = (unsigned)(clock_us() / 1000000);
	while ((opt = getopt(argc, argv, "t:n:i:p:s:x:")) != -1)
		if (opt == 't')
			options.seconds = atoi(optarg);
		else if (opt == 'n')
			options.clients = atoi(optarg);
		else if (opt == 'i')
			options.kill = atol(optarg);
		else if (opt == 'p')
			options.power = atol(optarg);
		else if (opt == 's')
			options.seed = (unsigned)atol(optarg);
		else if (opt == 'x')
			options.preload = optarg;
		else
			return 2;
	if (options.clients < 1 || options.clients > CLIENTS)
		return 2;
	printf("ledger: seed %u\n", options.seed);
	if (options.preload != NULL)
		setenv("LD_PRELOAD", options.preload, 1);
	server_init(&sv);
	server_set(&sv, "store", "on");
	if (options.preload != NULL) /* it makes system calls of its own */
		server_set(&sv, "confine", "off");
	server_set(&sv, "flood", "off");
	server_set(&sv, "history-on-join", "0");
	server_set(&sv, "workers", "%d", WORKERS);
	server_set(&sv, "state-dir", "%s", sv.dir);
	server_start(&sv);
	for (i = 0; i < options.clients; i++)
		come(i);
	run();
	pid_signal(sv.pid, SIGTERM);
	ck_assert_int_ne(server_reap(sv.pid, 5000), -1);
	sv.pid = 0;
	account();
	server_clean(&sv);
	printf("ledger: %ld lines acknowledged, %ld in the store; %ld kills of "
	       "the store, %ld of a worker, %ld of the master, %ld power "
	       "failures; %ld lost, %ld twice\n", figures.acknowledged,
	    figures.rows, figures.store, figures.workers, figures.masters,
	    figures.failures, figures.lost, figures.twice);
	return figures.lost + figures.twice > 0;
}
