/* SPDX-License-Identifier: ISC */
#ifndef TESTS_SERVER_HARNESS_H
#define TESTS_SERVER_HARNESS_H

#include <check.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * The real mootd in a private directory, and clients that talk to it.  All
 * functions end the test (ck_abort_msg) when what they promise does not come
 * true in time, unless their contract says otherwise.  Times are in
 * milliseconds and are stretched when the server carries a sanitizer.
 */

enum {
	HARNESS_WAIT = 5000, /* how long an answer may take, at most */
	SERVER_AGAIN = 20000, /* and a successor, who may have to pause first */
	SERVER_PORTS = 4,
	SERVER_SETTINGS = 48,
	CLIENT_LINE = 8191 + 512, /* longest line a server may send */
	CLIENT_RECENT = 12,
};

/* ---- Time ---- */

long clock_ms(void);
long long clock_us(void);
/* MS, or four times that under a sanitizer. */
long harness_ms(long ms);
/* Lets 2 ms pass; only for wait_for. */
void harness_tick(void);

/* Waits until COND holds; the test fails when it does not within MS. */
#define wait_for(cond, ms)                                                    \
	do {                                                                  \
		long wait_end_ = clock_ms() + harness_ms(ms);                 \
		while (!(cond)) {                                             \
			ck_assert_msg(clock_ms() < wait_end_,                 \
			    "waited %ld ms for: %s", (long)(ms), #cond);      \
			harness_tick();                                       \
		}                                                             \
	} while (0)

/* ---- The run ---- */

/*
 * Runs the suites (NULL-terminated), prints libcheck's summary, what was
 * skipped and what servers left behind.  Returns main()'s exit status.
 */
int harness_run(Suite **suites);
/* Counts and prints a test that cannot run here; the caller returns. */
void harness_skip(const char *why);
/* Adds a test case whose tests share the server of START/STOP. */
TCase *harness_case(Suite *suite, const char *name, void (*start)(void),
    void (*stop)(void), int seconds);

/*
 * The fixtures of a file whose tests share SV, to be named before they run:
 * with one worker, or with two, of which *APART tells; SETUP (may be NULL)
 * adds its settings.
 */
struct server;
void harness_share(struct server *sv, int *apart,
    void (*setup)(struct server *sv));
void harness_start_one(void);
void harness_start_two(void);
void harness_stop(void);

/* ---- Server ---- */

/* crypt(3) of "sesame", for operators. */
#define SESAME "$6$mootsalt$7gVDl/95DrLM//rRX4trnLTnLvmywENx27OPhSRQlS.CnhDg" \
	"/BcpuNeN.mSi.AQoynSSHxr3RQiyF5MiAuLRg/"

struct server {
	pid_t pid;         /* the master; 0 when not running */
	int prefix;        /* top byte of its System V keys */
	int port[SERVER_PORTS];
	int nport;
	char dir[64];
	char config[96];
	char log[96];
	char control[96];
	char local[96];    /* its Unix socket, if it has one; "" */
	char *setting[SERVER_SETTINGS]; /* lines of the configuration */
	int nsetting;
	int crashes;       /* its log may tell of crashes */
	long nofile;       /* RLIMIT_NOFILE of the server; 0: as ours */
	int listen_fd;     /* passed as LISTEN_FDS=1; -1: none */
	/* how client_connect() does it; NULL: by TCP, or see server_local() */
	struct client *(*connect)(struct server *sv);
	const char *env[4];/* "NAME=VALUE" more, NULL-terminated */
	long start_us;     /* how long the start took */
};

/* A directory, a free prefix and the default settings; starts nothing. */
void server_init(struct server *sv);
/* The same for one with a store, in a directory "state" beside the rest, that
 * does not delay logins. */
void server_init_store(struct server *sv);
/* Has it listen at a Unix socket, by which client_connect() comes from now on.
 * MOOT_TEST_LOCAL in the environment does it for all servers. */
void server_local(struct server *sv);
/* Replaces the setting KEY (VALUE NULL: removes it). */
void server_set(struct server *sv, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds a line, for what may be repeated. */
void server_add(struct server *sv, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Writes the configuration file from the settings. */
void server_write(struct server *sv);
/* Puts the program FROM (0: that of this build) into its directory as NAME.
 * "mootd" is what it executes from then on, with the helpers beside it. */
void server_program(struct server *sv, const char *from, const char *name);
/* Writes the configuration, starts mootd -f and waits until it listens. */
void server_start(struct server *sv);
/* Starts mootd, does not wait.  ARGS as for execv after argv[0], or NULL for
 * "-f -c CONFIG".  Returns the pid. */
pid_t server_spawn(struct server *sv, const char *const *args);
/* Waits for PID to end; returns its status as waitpid gives it, and -1 when
 * it still runs after MS. */
int server_reap(pid_t pid, long ms);
/* SIGTERM; checks that it ends in time with status 0, that its log is clean
 * and that nothing of System V is left.  Removes the directory. */
void server_stop(struct server *sv);
/* The same for unchecked fixtures: trouble is counted, not asserted. */
void server_stop_quietly(struct server *sv);
/* kill -9 of master and workers, without any clean-up. */
void server_kill(struct server *sv);
/* Ends it, in an orderly way or KILLED with all it has in System V, and starts
 * it again. */
void server_restart(struct server *sv, int killed);
/* To be called before the start: when worker 1, or the store, passes the fault
 * point POINT, "NAME:N" of server/fault.h, for the Nth time, it dies there,
 * once. */
void server_fault(struct server *sv, const char *point);
/* Removes what a server left in System V and on disk. */
void server_clean(struct server *sv);
/* kill(2), of one process: the test fails when PID is not one, as that of a
 * worker that is just being replaced is not.  No test calls kill(2). */
int pid_signal(pid_t pid, int sig);
/* Whether PID, or the master, runs (a zombie does not). */
int pid_alive(pid_t pid);
int server_alive(const struct server *sv);
/* Whether a sanitizer is in it. */
int server_sanitized(const struct server *sv);
/* The whole log; the caller frees. */
char *server_log(const struct server *sv);
int server_log_has(const struct server *sv, const char *text);
/* How many System V objects carry the prefix; KIND "msg", "shm" or "sem", NULL
 * for all. */
int server_objects(const struct server *sv, const char *kind);
/* Ids and keys of its objects of KIND; returns how many (at most MAX). */
int server_object_list(const struct server *sv, const char *kind, int *id,
    unsigned *key, int max);

/* Removes them all. */
void server_objects_remove(const struct server *sv);

/* ---- Workers ---- */

/* How many descriptors the master has, and so all that share its table; -1
 * when it is not there. */
int server_descriptors(const struct server *sv);
/* Worker pids in pid[number]; 0 where there is none.  Returns how many run. */
int server_workers(const struct server *sv, pid_t *pid, int max);
/* 0 where there is none now: for a signal, the next but one. */
pid_t server_worker_pid(const struct server *sv, int number);
pid_t server_store_pid(const struct server *sv);
/* Waits for worker NUMBER, for mootd-store, of another pid than OLD (0: any);
 * returns it. */
pid_t server_worker_again(const struct server *sv, int number, pid_t old);
pid_t server_store_again(const struct server *sv, pid_t old);
/* kill -9 of worker NUMBER, of mootd-store, as soon as there is one.  Returns
 * its pid. */
pid_t server_worker_kill(const struct server *sv, int number);
pid_t server_store_kill(const struct server *sv);
/* Runs mootctl with ARGS (words), returns its output, which the caller frees;
 * *STATUS (may be NULL) gets its exit code. */
char *server_ctl(const struct server *sv, const char *args, int *status);
/* The value of KEY in one line of JSON, as text; returns BUF or NULL. */
char *json_get(const char *line, const char *key, char *buf, size_t size);
/* Like server_ctl "WHAT --json", the line in which KEY is VALUE (NULL: in which
 * it is); returns BUF or NULL. */
char *server_ctl_find(const struct server *sv, const char *what,
    const char *key, const char *value, char *buf, size_t size);
/* What `mootctl status' says of FIELD, "" for nothing; static. */
const char *server_status(const struct server *sv, const char *field);

/* ---- Clients ---- */

struct client;
/* How one speaks that does not do so in the clear; as send(2) and recv(2) that
 * do not wait, but sending returns 0 when nothing can be sent now. */
struct client_io {
	ssize_t (*send)(struct client *c, const void *data, size_t len);
	ssize_t (*recv)(struct client *c, void *buf, size_t size);
	void (*end)(struct client *c);
};

struct client {
	struct server *sv;
	int fd;
	const struct client_io *io; /* NULL: the socket as it is */
	void *io_data;
	int eof;
	int mute;          /* does not answer PING */
	char nick[64];
	char *in;          /* read, not yet looked at: in[pos..len) */
	size_t pos, len, size;
	char *line;        /* the last line, whole, without its end */
	char *source;      /* into line, without ':'; "" when there is none */
	char *body;        /* into line: command and parameters */
	char *recent[CLIENT_RECENT];
	unsigned nrecent;
	char *block;       /* lines of client_block, each ended by '\n' */
	char *isupport;    /* " TOKEN TOKEN ..." of the 005 lines */
	unsigned long serial;
};

struct client *client_connect(struct server *sv);
/* By its Unix socket, or that of somebody else there. */
struct client *client_connect_local(struct server *sv);
/* From another loopback address, or to another port (0: the first). */
struct client *client_connect_from(struct server *sv, const char *address,
    int port);
/* Tells whose connection C is, as whoever ends TLS does: an IPv4 ADDRESS over
 * TLS (CLIENT_TLS, CLIENT_CIPHER).  CERTIFICATE, if not 0, is what each byte
 * of its certificate's fingerprint is. */
#define CLIENT_TLS "TLSv1.3"
#define CLIENT_CIPHER "TLS_AES_256_GCM_SHA384"
void client_pass_on(struct client *c, const char *address, int certificate);
/* One that comes over TLS, from 192.0.2.1 by way of FROM. */
struct client *client_connect_passed(struct server *sv, const char *from,
    int certificate);
/* Ends what it negotiates and registers as NICK. */
void client_go_on_as(struct client *c, const char *nick);
/* "a5a5...", the same fingerprint as text; one of four static buffers. */
const char *client_fingerprint(int certificate);
/* A client on FD, which is connected. */
struct client *client_on(struct server *sv, int fd);
/* Waits until C is registered, up to the end of the MOTD. */
void client_welcome(struct client *c);
/* Connects, registers, waits for the end of the MOTD. */
struct client *client_register(struct server *sv, const char *nick);
/* The same with capabilities ("message-tags batch"), which must be had. */
struct client *client_register_with(struct server *sv, const char *nick,
    const char *caps);
/* The same with another user and real name: "USER" and "Real USER". */
struct client *client_register_as(struct server *sv, const char *nick,
    const char *user, const char *caps);
/* Registered with the nick and capabilities, and logged in to the account of
 * that name, which is made if there is none; its password is "secret". */
struct client *client_login(struct server *sv, const char *nick,
    const char *caps);
/* The same on the new connection C, which is returned. */
struct client *client_login_at(struct client *c, const char *nick,
    const char *caps);
/* N clients "PREFIX1".."PREFIXn" into V. */
void client_register_many(struct server *sv, struct client **v, int n,
    const char *prefix);
/* Sends the line and CR LF. */
void client_send(struct client *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Sends bytes as they are; waits for room. */
void client_write(struct client *c, const void *data, size_t len);
/* Sends what fits now; returns the bytes taken, 0 when none fit, -1 when the
 * connection is gone. */
ssize_t client_offer(struct client *c, const void *data, size_t len);
/* Reads what is there, without waiting. */
void client_fill(struct client *c);
/* The next line, in c->line; 0 when none comes within MS or the stream ends. */
int client_line(struct client *c, long ms);
/* The next line that is already here; never waits. */
int client_line_now(struct client *c);
/*
 * Whether c->line matches: '*' stands for any text, "\*" for a star.  A
 * pattern that begins with '@' is held against the whole line, with ':'
 * against source and body, else against the body: "433 * bob :*".
 */
int client_matches(const struct client *c, const char *pattern);
/* Waits for a line that matches; skips others.  Returns the line. */
#define client_expect(c, ...)                                                 \
	client_expect_at(__FILE__, __LINE__, (c), __VA_ARGS__)
const char *client_expect_at(const char *file, int line, struct client *c,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The very next line (PING apart) must match. */
#define client_expect_next(c, ...)                                            \
	client_expect_next_at(__FILE__, __LINE__, (c), __VA_ARGS__)
const char *client_expect_next_at(const char *file, int line,
    struct client *c, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Sends SEND and expects PATTERN. */
#define client_ask(c, send, pattern)                                          \
	client_ask_at(__FILE__, __LINE__, (c), (send), (pattern))
const char *client_ask_at(const char *file, int line, struct client *c,
    const char *send, const char *pattern);
/* Tells ChanServ the ORDER and waits for that ANSWER. */
void client_chanserv(struct client *c, const char *order, const char *answer);
/* No line that matches comes before the answer to a PING. */
#define client_expect_none(c, ...)                                            \
	client_expect_none_at(__FILE__, __LINE__, (c), __VA_ARGS__)
void client_expect_none_at(const char *file, int line, struct client *c,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Everything FROM has sent so far is done and what it caused for TO has come:
 * FROM's PING, then a NOTICE to TO.  What TO gets meanwhile is its block. */
void client_barrier(struct client *from, struct client *to);
/* PING and its PONG; lines before it are dropped. */
void client_sync(struct client *c);
/* Gathers the lines up to and with the one that matches. */
#define client_block(c, ...)                                                  \
	client_block_at(__FILE__, __LINE__, (c), __VA_ARGS__)
void client_block_at(const char *file, int line, struct client *c,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* How many lines of the block match. */
int client_block_count(struct client *c, const char *pattern);
/* One of the lines of the block must match. */
#define client_block_has(c, pattern)                                          \
	client_block_has_at(__FILE__, __LINE__, (c), (pattern))
void client_block_has_at(const char *file, int line, struct client *c,
    const char *pattern);
/* The server closes the connection; lines before are dropped (the last one
 * stays in c->line). */
#define client_eof(c) client_eof_at(__FILE__, __LINE__, (c))
void client_eof_at(const char *file, int line, struct client *c);
/* The value of a tag of the last line, unescaped not; returns BUF or NULL. */
char *client_tag(const struct client *c, const char *key, char *buf,
    size_t size);
/* The value of an ISUPPORT token ("" without value); NULL when absent. */
char *client_isupport(const struct client *c, const char *token, char *buf,
    size_t size);
/* Its local port. */
int client_port(const struct client *c);
/* Closes at once (RESET: with a RST) and frees. */
void client_close(struct client *c);
void client_reset(struct client *c);
/* QUIT of all clients that are still open, waiting for each end. */
void client_quit_all(void);
/* Reads from N clients for as long as DONE(arg) is 0, calling LINE for each
 * line; fails after MS. */
void client_pump(struct client **v, int n,
    void (*line)(struct client *c, int index, void *arg),
    int (*done)(void *arg), void *arg, long ms);

/* The number of the worker that serves the client, found by its nick; -1 when
 * unknown.  The list asks once for all. */
int client_worker(const struct client *c);
void client_worker_list(struct client **v, int n, int *worker);
/* Two clients, on different workers if APART. */
void client_pair(struct server *sv, int apart, struct client **a,
    const char *anick, struct client **b, const char *bnick, const char *caps);
/* The same, both in ROOM, of which the first is operator. */
void client_pair_in(struct server *sv, int apart, struct client **a,
    const char *anick, struct client **b, const char *bnick, const char *room,
    const char *caps);
/* Two clients on different workers. */
void client_apart(struct server *sv, struct client **a, const char *anick,
    struct client **b, const char *bnick, const char *caps);

#endif
