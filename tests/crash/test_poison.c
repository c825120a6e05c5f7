/* SPDX-License-Identifier: ISC */
/*
 * What is our own fault: commands that crash whoever runs them, wherever that
 * is, and records that do not hold together.  The server is a build with
 * FAULTS=1; records are changed from here, in the segment.  Of each crash
 * there is a trace, the culprit is told or cut, and the witnesses, in the same
 * room at the same and at the other worker, see nothing of it.
 */

#include "../../server/state.c"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

static struct server sv;

/* ann talks; eve is poisonous and at ann's worker, bob is at the other. */
static struct client *ann, *eve, *bob;

static void
start(void)
{
	struct client *other[8];
	char nick[32];
	int home, n;

	server_init(&sv);
	sv.crashes = 1;
	server_set(&sv, "workers", "2");
	server_set(&sv, "worker-timeout", "2");
	server_start(&sv);
	client_apart(&sv, &ann, "ann", &bob, "bob", NULL);
	home = client_worker(ann);
	for (n = 0; n < 8; n++) {
		snprintf(nick, sizeof(nick), "eve%d", n);
		other[n] = eve = client_register(&sv, nick);
		if (client_worker(eve) == home)
			break;
	}
	ck_assert_int_lt(n, 8);
	while (n-- > 0)
		client_close(other[n]);
	client_ask(eve, "JOIN #room", "366 *");
	client_ask(ann, "JOIN #room", "366 *");
	client_ask(bob, "JOIN #room", "366 *");
	client_expect(eve, ":bob!* JOIN *");
	client_expect(ann, ":bob!* JOIN *");
}

/* How many workers have died by now, by the log. */
static int
deaths(void)
{
	char *log = server_log(&sv), *p = log;
	int n = 0;

	while ((p = strstr(p, "died of signal")) != NULL) {
		n++;
		p++;
	}
	free(log);
	return n;
}

/* ann and bob speak, and each line comes once and in order. */
static void
witness(void)
{
	static int said;
	int i;

	for (i = 0; i < 3; i++, said++) {
		client_send(ann, "PRIVMSG #room :line %d", said);
		client_expect_next(bob, ":ann!* PRIVMSG #room *line %d", said);
		client_send(bob, "PRIVMSG #room :reply %d", said);
		client_expect_next(ann, ":bob!* PRIVMSG #room *reply %d",
		    said);
	}
}

static void
worker_kill(int number)
{
	pid_t pid = server_worker_kill(&sv, number);

	wait_for(server_worker_pid(&sv, number) != pid, SERVER_AGAIN);
}

static int
traces_with(const char *want)
{
	DIR *dir = opendir(sv.dir);
	struct dirent *entry;
	char path[512], text[8192];
	int n = 0;
	FILE *f;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, "crash.", 6) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", sv.dir, entry->d_name);
		f = fopen(path, "r");
		ck_assert(f != NULL);
		text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
		fclose(f);
		ck_assert_msg(strstr(text, " crashed: signal ") != NULL,
		    "%s: %s", path, text);
		ck_assert_msg(strstr(text, "poison-") == NULL,
		    "%s says what was said: %s", path, text);
		n += strstr(text, want) != NULL;
	}
	if (dir != NULL)
		closedir(dir);
	return n;
}

/* ---- Poison ---- */

static const struct poison_row {
	const char *line, *told; /* to eve */
	int deaths, timeout;     /* s for it all */
	const char *trace;       /* in two of the files */
	const char *log;
} rows[] = {
	{ "CRASH run segv", "FAIL CRASH INTERNAL_ERROR *", 2, 5,
	    "command CRASH", "CRASH of \"eve" },
	{ "CRASH run abort", "FAIL CRASH INTERNAL_ERROR *", 2, 5,
	    "SIGABRT", "CRASH of eve" },
	{ "CRASH run hang", "FAIL CRASH INTERNAL_ERROR *", 2, 15,
	    "cmd_crash", "because it hung" },
	{ "CRASH lock segv", "FAIL CRASH INTERNAL_ERROR *", 2, 5,
	    "command CRASH", "died inside the lock" },
	{ "@a=b :eve privmsg x :poison-parse-segv",
	    "FAIL PRIVMSG INTERNAL_ERROR *", 2, 5, "with a line of", NULL },
	/* after the commit; nobody hears of what its ops did not do */
	{ "TOPIC #room :poison-op-segv", "FAIL TOPIC INTERNAL_ERROR *", 2, 5,
	    "command TOPIC", "after its commit: given up" },
	{ "AWAY :poison-op-abort", "FAIL AWAY INTERNAL_ERROR *", 2, 5,
	    "a committed step of", "after its commit: given up" },
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

START_TEST(test_line)
{
	const struct poison_row *row = &rows[_i];

	start();
	witness();
	client_send(eve, "%s", row->line);
	client_expect(eve, "%s", row->told);
	ck_assert_int_eq(deaths(), row->deaths);
	witness();
	client_ask(eve, "PING still", "PONG *still");
	ck_assert_int_eq(deaths(), row->deaths);
	ck_assert_msg(traces_with(row->trace) >= 1, "no trace has \"%s\"",
	    row->trace);
	ck_assert_int_eq(traces_with(""), 2);
	if (row->log != NULL && strchr(row->log, '"') == NULL)
		ck_assert_msg(server_log_has(&sv, row->log), "no \"%s\"",
		    row->log);
	server_stop(&sv);
}
END_TEST

/* Two that come one after the other are told one after the other. */
START_TEST(test_again)
{
	start();
	client_send(eve, "CRASH run segv\r\nPING one\r\nCRASH lock abort\r\n"
	    "PING two");
	client_expect(eve, "FAIL CRASH *");
	client_expect_next(eve, "PONG *one");
	client_expect_next(eve, "FAIL CRASH *");
	client_expect_next(eve, "PONG *two");
	ck_assert_int_eq(deaths(), 4);
	witness();
	server_stop(&sv);
}
END_TEST

/* While it is delivered: at its own worker, and as mail at the other one. */
START_TEST(test_fan)
{
	start();
	client_send(eve, "PRIVMSG #room :poison-fan-segv");
	client_expect(eve, "FAIL PRIVMSG INTERNAL_ERROR *");
	/* it was posted before */
	client_expect_next(bob, ":eve* PRIVMSG #room :poison-fan-segv");
	witness();
	ck_assert_int_eq(deaths(), 2);
	server_stop(&sv);
}
END_TEST

START_TEST(test_mail)
{
	start();
	client_send(eve, "PRIVMSG #room :poison-mail-segv");
	client_expect_next(ann, ":eve* PRIVMSG #room :poison-mail-segv");
	wait_for(server_log_has(&sv, "crashed 2 workers: dropped"), 5000);
	client_ask(eve, "PING still", "PONG *still");
	witness();
	ck_assert_int_eq(deaths(), 2);
	ck_assert_int_eq(traces_with("with mail of kind 1"), 2);
	server_stop(&sv);
}
END_TEST

/* Who was kicked is out, even if that could not be told. */
START_TEST(test_kick)
{
	start();
	client_send(eve, "KICK #room %s :poison-%s", _i == 0 ? "ann" : "bob",
	    _i == 0 ? "fan-segv" : "mail-segv");
	if (_i == 0) {
		client_expect(eve, "FAIL KICK INTERNAL_ERROR *");
		client_expect_next(bob, ":eve* KICK #room ann *");
	} else {
		client_expect_next(ann, ":eve* KICK #room bob *");
		wait_for(server_log_has(&sv, "2 workers: dropped"), 5000);
	}
	client_sync(_i == 0 ? ann : bob);
	client_send(eve, "NAMES #room");
	client_block(eve, "366 *");
	ck_assert_int_eq(client_block_count(eve, _i == 0 ? "353 *ann*" :
	    "353 *bob*"), 0);
	client_ask(_i == 0 ? ann : bob, "JOIN #room", "366 *");
	client_expect_next(_i == 0 ? bob : ann, ":*!* JOIN *#room");
	witness();
	ck_assert_int_eq(deaths(), 2);
	server_stop(&sv);
}
END_TEST

/* Who does it again and again is cut. */
START_TEST(test_too_many)
{
	start();
	client_send(eve, "CRASH run segv\r\nCRASH run segv\r\n"
	    "CRASH run segv\r\nPING four");
	client_expect(eve, "FAIL CRASH *");
	client_expect_next(eve, "FAIL CRASH *");
	client_expect_next(eve, "FAIL CRASH *");
	client_expect_next(eve, "ERROR *Too many commands crashed *");
	client_eof(eve);
	client_expect_next(ann, ":eve*!* QUIT *Too many *");
	client_expect_next(bob, ":eve*!* QUIT *Too many *");
	witness();
	server_stop(&sv);
}
END_TEST

/* Not in a command at all: only cutting it helps. */
START_TEST(test_session)
{
	start();
	client_send(eve, "SETNAME :poison-flush-segv\r\nPING flush");
	client_eof(eve);
	client_expect_next(ann, ":eve*!* QUIT *Internal error");
	client_expect_next(bob, ":eve*!* QUIT *Internal error");
	witness();
	ck_assert_int_eq(deaths(), 2);
	ck_assert(server_log_has(&sv, "it crashed workers: cut"));
	server_stop(&sv);
}
END_TEST

/* Only a successor meets it: in what it heals of a session... */
START_TEST(test_heal)
{
	start();
	client_send(eve, "SETNAME :poison-heal-segv\r\nPING set");
	client_expect(eve, "PONG *set");
	worker_kill(client_worker(eve));
	client_eof(eve);
	client_expect_next(ann, ":eve*!* QUIT *Internal error");
	client_expect_next(bob, ":eve*!* QUIT *Internal error");
	witness();
	ck_assert_int_eq(deaths(), 3);
	server_stop(&sv);
}
END_TEST

/* ... and in what all of them need: nothing can be saved then. */
START_TEST(test_registry)
{
	start();
	client_send(eve, "TOPIC #room :poison-registry-segv\r\n"
	    "CRASH lock segv");
	client_eof(eve);
	client_eof(ann);
	client_eof(bob);
	wait_for(server_log_has(&sv, "serving again"), 5000);
	ck_assert(server_log_has(&sv, "it cannot be healed"));
	client_sync(client_register(&sv, "cat"));
	server_stop(&sv);
}
END_TEST

/* Who was killed from outside is not to blame. */
START_TEST(test_innocent)
{
	pid_t pid;
	int i, home;

	start();
	home = client_worker(eve);
	client_send(eve, "CRASH run hang");
	for (i = 0; i < 3; i++) {
		pid = server_worker_again(&sv, home, 0);
		poll(NULL, 0, 100);
		pid_signal(pid, SIGKILL);
		wait_for(server_worker_pid(&sv, home) != pid, 5000);
	}
	ck_assert(!server_log_has(&sv, "workers: dropped"));
	/* it goes on to hang, by itself, twice */
	client_expect(eve, "FAIL CRASH *");
	ck_assert_int_eq(deaths(), 5);
	witness();
	server_stop(&sv);
}
END_TEST

/* ---- Damage ---- */

/* Connections of mootctl that are not quite gone. */
static int
controls(void)
{
	uint32_t i;
	int n = 0;

	for (i = 1; i < state->sessions.high; i++)
		n += sessions[i].state != SESSION_FREE &&
		    (sessions[i].flags & SESSION_CONTROL) != 0;
	return n;
}

static void
segment_open(void)
{
	struct dimensions d = { 0 };
	unsigned key;
	char *base;
	int id;

	ck_assert_int_eq(server_object_list(&sv, "shm", &id, &key, 1), 1);
	base = shmat(id, NULL, 0);
	ck_assert(base != (void *)-1);
	state = (struct state *)(void *)base;
	d.workers = state->nworker + 1;
	d.sessions = state->max_sessions;
	d.users = state->max_users;
	d.rooms = state->max_rooms;
	d.members = state->max_members;
	d.bans = state->max_bans;
	d.metadata = state->max_metadata;
	d.monitors = state->max_monitors;
	d.fds = state->max_fd;
	d.buckets = power_of_two(d.sessions + d.rooms);
	d.chunks = 1;
	state_layout(base, &d);
	d.chunks = workers[state->nworker].chunk_end;
	state_layout(base, &d);
	index_size = (uint32_t)d.buckets;
	/* what is damaged from here on is met by an heir, not by their end */
	wait_for(controls() == 0, 5000);
}

static uint32_t
user_of(const struct client *c)
{
	uint32_t u;

	for (u = MAILBOX_SYSTEM; u < state->users.high; u++)
		if ((users[u].flags & USER_LIVE) &&
		    strcmp(users[u].nick, c->nick) == 0)
			return u;
	ck_abort_msg("no record of %s", c->nick);
}

/* Each damages what belongs to U, of session S; A is another user. */
typedef void damage_fn(uint32_t u, struct session *s, uint32_t a);

#define DAMAGE(name, what)                                                    \
	static void damage_##name(uint32_t u, struct session *s, uint32_t a)  \
	{                                                                     \
		(void)u;                                                      \
		(void)s;                                                      \
		(void)a;                                                      \
		what;                                                         \
	}
DAMAGE(out, s->out_head = 0x7fffffff)
DAMAGE(in, s->in_chunk = 1)
DAMAGE(pend, s->pend = UINT32_MAX)
DAMAGE(sent, s->sent = s->queued + 5)
DAMAGE(queued, s->queued += 100000)
DAMAGE(executed, s->executed = s->received + 1)
DAMAGE(fd, s->fd = sessions[users[a].session].fd)
DAMAGE(far_fd, s->fd = 0x7ffffff0)
DAMAGE(state, s->state = 77)
DAMAGE(worker, s->worker = 60)
DAMAGE(user, s->user = a)
DAMAGE(far_user, s->user = UINT32_MAX)
DAMAGE(session, users[u].session = users[a].session)
DAMAGE(far_session, users[u].session = UINT32_MAX)
DAMAGE(home, users[u].home = 60)
DAMAGE(members, users[u].members = users[a].members)
DAMAGE(nmembers, users[u].nmembers = UINT32_MAX)
DAMAGE(cycle, members[users[u].members].user_next = users[u].members)
DAMAGE(member, members[users[u].members].session = UINT32_MAX)
DAMAGE(mailbox, users[u].mailbox = users[a].mailbox)
DAMAGE(invite, users[u].invite[2] = UINT32_MAX)
DAMAGE(secure, s->secure = 0xff)
DAMAGE(no_secure, s->secure = SECURE_TLS; secures[s - sessions].gen = 0)
DAMAGE(cipher, s->secure = SECURE_TLS;
    secures[s - sessions].gen = s->gen;
    memset(secures[s - sessions].cipher, 'x', sizeof(secures[0].cipher)))
DAMAGE(nick, memset(users[u].nick, 'x', sizeof(users[u].nick)))

static const struct damage_row {
	damage_fn *damage;
	int told;         /* whether others learn that eve is gone */
} damages[] = {
	{ damage_out, 1 }, { damage_in, 1 }, { damage_pend, 1 },
	{ damage_sent, 1 }, { damage_queued, 1 }, { damage_executed, 1 },
	{ damage_fd, 1 }, { damage_far_fd, 1 }, { damage_state, 1 },
	{ damage_worker, 1 }, { damage_user, 1 }, { damage_far_user, 1 },
	{ damage_session, 1 }, { damage_far_session, 1 }, { damage_home, 1 },
	{ damage_members, 1 }, { damage_nmembers, 1 }, { damage_cycle, 1 },
	{ damage_member, 1 }, { damage_mailbox, 1 }, { damage_invite, 1 },
	{ damage_secure, 1 }, { damage_no_secure, 1 }, { damage_cipher, 1 },
	{ damage_nick, 0 },
};
enum { DAMAGES = sizeof(damages) / sizeof(damages[0]) };

/* Only eve is cut; her nick is free, and the room without her. */
START_TEST(test_damage)
{
	struct client *again;
	uint32_t u;
	int home;

	start();
	witness();
	home = client_worker(eve);
	segment_open();
	u = user_of(eve);
	damages[_i].damage(u, &sessions[users[u].session], user_of(ann));
	worker_kill(home);
	client_eof(eve);
	if (damages[_i].told) {
		client_expect_next(ann, ":eve*!* QUIT *Internal error");
		client_expect_next(bob, ":eve*!* QUIT *Internal error");
	}
	witness();
	ck_assert(server_log_has(&sv, "does not validate: "));
	ck_assert_int_eq(deaths(), 1);
	again = client_register(&sv, eve->nick);
	client_ask(again, "JOIN #room", "366 *");
	client_expect_next(ann, ":eve*!* JOIN *");
	client_expect_next(bob, ":eve*!* JOIN *");
	client_send(again, "NAMES #room\r\nLUSERS");
	client_expect(again, "353 * :*ann*");
	client_expect(again, "255 * :I have 3 clients *");
	witness();
	worker_kill(home);
	witness();
	client_quit_all();
	server_stop(&sv);
}
END_TEST

enum { GONE = 30 /* ms without a line: nobody else goes */ };

/* A byte of what is hers, whichever: the others do not notice, but that she
 * may be gone, or have another name. */
START_TEST(test_flip)
{
	static const char *const names[] = { "session", "user", "membership",
		"chunk", "away" };
	struct { char *at; size_t size; } where[5];
	struct session *s;
	unsigned char bits;
	uint32_t u;
	size_t at, k;
	int home;

	start();
	client_write(eve, "PING half", 9);
	client_send(eve, "\r\nPRIVMSG ann :half a");
	client_expect(ann, ":eve* PRIVMSG ann *half a");
	client_write(eve, "PRIVMSG ann :ha", 15);
	client_sync(ann);
	home = client_worker(eve);
	segment_open();
	u = user_of(eve);
	s = &sessions[users[u].session];
	where[0].at = (char *)s;
	where[0].size = sizeof(*s);
	where[1].at = (char *)&users[u];
	where[1].size = sizeof(users[u]);
	where[2].at = (char *)&members[users[u].members];
	where[2].size = sizeof(members[0]);
	where[3].at = (char *)&chunks[s->in_chunk];
	where[3].size = sizeof(chunks[0]);
	where[4].at = (char *)&aways[u];
	where[4].size = sizeof(aways[u]);
	srand((unsigned)(clock_us() + _i));
	k = (size_t)_i % 5;
	at = (size_t)rand() % where[k].size;
	bits = (unsigned char)(1 + rand() % 255);
	where[k].at[at] = (char)((unsigned char)where[k].at[at] ^ bits);
	printf("flip: %s + %zu ^ 0x%02x\n", names[k], at, bits);
	fflush(stdout);
	worker_kill(home);
	client_send(bob, "PRIVMSG #room :after");
	client_expect(ann, ":bob!* PRIVMSG #room *after");
	client_send(ann, "PRIVMSG #room :after");
	client_expect(bob, ":ann!* PRIVMSG #room *after");
	/* her QUIT may come behind that */
	while (client_line(ann, GONE) || client_line(bob, GONE))
		;
	witness();
	ck_assert_int_eq(deaths(), 1);
	client_close(eve);
	client_sync(ann);
	client_sync(bob);
	worker_kill(home);
	client_sync(ann);
	ck_assert_int_eq(deaths(), 2);
	server_stop(&sv);
}
END_TEST

/* What can be made anew is, and nobody is cut. */
DAMAGE(room_cycle, members[users[u].members].room_next = users[u].members)
DAMAGE(room_far, members[users[u].members].room_next = UINT32_MAX)
DAMAGE(room_list, room_lists[members[users[u].members].room *
    (state->nworker + 1) + s->worker].first = UINT32_MAX)
DAMAGE(room_count, rooms[members[users[u].members].room].bans = 7)
DAMAGE(room_chain, rooms[members[users[u].members].room].hash_next =
    members[users[u].members].room)
DAMAGE(nick_cycle, users[u].nick_next = u)
DAMAGE(nick_far, users[u].nick_next = UINT32_MAX)
DAMAGE(nick_index, memset(nick_index, 0xff, index_size * 4))
DAMAGE(address_index, memset(address_index, 0xff, index_size * 4))
#define MONITOR monitor_lists[s - sessions].first
DAMAGE(monitor_cycle, monitors[MONITOR].next = MONITOR)
DAMAGE(monitor_far, monitors[MONITOR].next = UINT32_MAX)
DAMAGE(monitor_own, monitors[MONITOR].session_next = UINT32_MAX)
DAMAGE(monitor_count, monitor_lists[s - sessions].count = 7)
DAMAGE(monitor_head, *monitor_head(monitors[MONITOR].hash, s->worker) = 77777)

static damage_fn *const mended[] = { damage_room_cycle, damage_room_far,
	damage_room_list, damage_room_count, damage_room_chain,
	damage_nick_cycle, damage_nick_far, damage_nick_index,
	damage_address_index, damage_monitor_cycle, damage_monitor_far,
	damage_monitor_own, damage_monitor_count, damage_monitor_head };
enum { MENDED = sizeof(mended) / sizeof(mended[0]) };

START_TEST(test_mended)
{
	uint32_t u;
	int home;

	start();
	witness();
	client_ask(eve, "MONITOR + cat,dog", "731 eve* :cat,dog");
	home = client_worker(eve);
	segment_open();
	u = user_of(eve);
	mended[_i](u, &sessions[users[u].session], user_of(ann));
	worker_kill(home);
	witness();
	ck_assert(server_log_has(&sv, "does not validate: rebuilding"));
	client_ask(eve, "WHOIS ann", "311 *");
	client_ask(eve, "NICK other", "NICK *other");
	client_expect_next(ann, ":eve*!* NICK *other");
	client_expect_next(bob, ":eve*!* NICK *other");
	client_sync(client_register(&sv, "cat"));
	client_expect(eve, "730 other :cat!*");
	witness();
	ck_assert_int_eq(deaths(), 1);
	server_stop(&sv);
}
END_TEST

/* A living worker that runs in a circle notices. */
START_TEST(test_circle)
{
	uint32_t u;

	start();
	witness();
	segment_open();
	u = user_of(eve);
	damage_room_cycle(u, &sessions[users[u].session], 0);
	client_send(bob, "PRIVMSG #room :round and round");
	client_expect(ann, ":bob!* PRIVMSG #room *round and round");
	wait_for(server_log_has(&sv, "does not validate: rebuilding"), 5000);
	client_barrier(bob, ann);
	client_barrier(bob, eve);
	witness();
	ck_assert_int_eq(deaths(), 0);
	server_stop(&sv);
}
END_TEST

/* Without its header the segment is worth nothing: all begins anew, in the
 * same process, at the same port. */
START_TEST(test_header)
{
	struct client *a, *b;
	pid_t master;

	start();
	master = sv.pid;
	segment_open();
	switch (_i) {
	case 0:
		state->segment.magic++;
		break;
	case 1:
		state->nworker = UINT32_MAX;
		break;
	case 2:
		state->sessions.high = UINT32_MAX;
		break;
	case 3:
		memset(state, 0xff, sizeof(*state));
		break;
	default:
		memset(workers, 0, 3 * sizeof(*workers));
	}
	shmdt(state);
	server_worker_kill(&sv, 1);
	client_eof(ann);
	client_eof(bob);
	client_eof(eve);
	wait_for(server_log_has(&sv, "serving again"), 5000);
	ck_assert(server_log_has(&sv,
	    "the segment is damaged: restarting with a new one"));
	ck_assert_int_eq(sv.pid, master);
	client_quit_all();
	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #room", "366 *");
	client_ask(b, "JOIN #room", "366 *");
	client_expect(a, ":bob!* JOIN *");
	server_stop(&sv);
}
END_TEST

/* It is not done for ever. */
START_TEST(test_header_again)
{
	int i, status;

	start();
	for (i = 0; i < 4; i++) {
		segment_open();
		state->segment.magic++;
		shmdt(state);
		server_worker_kill(&sv, 1);
		if (i < 3)
			wait_for(server_workers(&sv, (pid_t[8]) { 0 }, 8) ==
			    2 && server_objects(&sv, "shm") == 1, 5000);
		poll(NULL, 0, 200);
	}
	status = server_reap(sv.pid, 5000);
	ck_assert_int_eq(WEXITSTATUS(status), 2);
	ck_assert_int_eq(server_objects(&sv, NULL), 0);
	sv.pid = 0;
	client_quit_all();
	server_clean(&sv);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("poison");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "poison", NULL, NULL, 60);
	const char *mootd = getenv("MOOTD_FAULTS");

	setenv("MOOTD", mootd != NULL ? mootd : "build/faults/mootd", 1);
	tcase_add_loop_test(tc, test_line, 0, ROWS);
	tcase_add_test(tc, test_again);
	tcase_add_test(tc, test_fan);
	tcase_add_test(tc, test_mail);
	tcase_add_loop_test(tc, test_kick, 0, 2);
	tcase_add_test(tc, test_too_many);
	tcase_add_test(tc, test_session);
	tcase_add_test(tc, test_heal);
	tcase_add_test(tc, test_registry);
	tcase_add_test(tc, test_innocent);
	tcase_add_test(tc, test_circle);
	tcase_add_loop_test(tc, test_damage, 0, DAMAGES);
	tcase_add_loop_test(tc, test_flip, 0, 50);
	tcase_add_loop_test(tc, test_mended, 0, MENDED);
	tcase_add_loop_test(tc, test_header, 0, 5);
	tcase_add_test(tc, test_header_again);
	return harness_run(suites);
}
