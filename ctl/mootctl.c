/* SPDX-License-Identifier: ISC */
/*
 * mootctl: the administrator's program.
 *
 * One table says which commands there are, what they take and how their
 * answer is shown; the server does the work (server/control.c).  A worker
 * that is replaced cuts the connection: questions are then asked again, of
 * another worker.  Orders are not, but for those that do no harm twice.
 *
 * An order has been carried out when mootctl ends with 0: a stop is waited
 * for until the master is gone, a reload until the server has counted it.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "../server/version.h"
#include "answer.h"
#include "order.h"
#include "show.h"

enum {
	TRIES = 5,            /* of a question that was cut off */
	TRY_PAUSE = 100,      /* ms between them */
	RELOAD_WAIT = 5000,   /* ms */
	STOP_WAIT = 10000,
	POLL_PAUSE = 20,
};

typedef int order_fn(const struct options *o);

enum order_flag {
	ORDER_AGAIN = 1,  /* may be asked again */
	ORDER_MERGE = 2,  /* its rows are one record */
	ORDER_OWN = 4,    /* makes its own question of the arguments */
};

struct order {
	const char *name, *params;
	int min, max;     /* parameters */
	int flags;
	order_fn *run;
	const struct column *columns;
	const char *help;
};

/* ---- time and processes ---- */

static long long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
pause_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* When PID was started, in ticks; 0 when it is gone.  What has ended and
 * waits for its parent only is gone as well. */
static unsigned long long
process_started(long long pid)
{
	char path[48], buf[512], *p;
	unsigned long long ticks;
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%lld/stat", pid);
	if ((f = fopen(path, "re")) == NULL)
		return 0;
	n = fread(buf, 1, sizeof(buf) - 1, f);
	fclose(f);
	buf[n] = '\0';
	/* the name in parentheses may hold anything: begin behind it */
	if ((p = strrchr(buf, ')')) == NULL || p[1] != ' ' ||
	    strchr("ZX", p[2]) != NULL)
		return 0;
	if (sscanf(p + 3,
		" %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
		"%*s %*s %*s %*s %llu",
		&ticks) != 1)
		return 0;
	return ticks;
}

/* ---- trouble ---- */

int
order_complain(enum answer_result result, const struct answer *a)
{
	static const int status[] = {
		[ANSWER_OK] = EXIT_OK,
		[ANSWER_NO] = EXIT_NO,
		[ANSWER_UNREACHABLE] = EXIT_UNREACHABLE,
		[ANSWER_DENIED] = EXIT_DENIED,
		[ANSWER_CUT] = EXIT_UNREACHABLE,
	};

	if (result != ANSWER_OK) {
		fputs("mootctl: ", stderr);
		show_text(stderr, a->error);
		fputc('\n', stderr);
	}
	return status[result];
}

/* Asks, and again if that does no harm. */
enum answer_result
order_ask(struct answer *a, const struct options *o, const char *question,
    int again)
{
	enum answer_result result;
	int tries = 1;

	for (;;) {
		result = answer_get(a, o->socket, question);
		if (result != ANSWER_CUT || !again || tries++ == TRIES)
			return result;
		answer_free(a);
		pause_ms(TRY_PAUSE);
	}
}

/* The number NAME in the answer A, -1 when there is none. */
long long
order_number(const struct answer *a, const char *name)
{
	struct row row = { .nfield = 0 };
	long long n = -1;
	size_t at = 0;

	while (n < 0 && answer_row(a, &at, &row))
		n = row_number(&row, name);
	row_free(&row);
	return n;
}

/* Copies the text that answer A has under NAME, "" for none. */
static void
text_in(const struct answer *a, const char *name, char *buf, size_t size)
{
	struct row row = { .nfield = 0 };
	const struct field *f = NULL;
	size_t at = 0;

	buf[0] = '\0';
	while (f == NULL && answer_row(a, &at, &row))
		if ((f = row_field(&row, name, strlen(name))) != NULL)
			snprintf(buf, size, "%s", f->value);
	row_free(&row);
}

/* ---- questions ---- */

static int question_add(struct options *o, const char *space, const char *word);
static void fail_usage(const char *fmt, ...)
    __attribute__((noreturn, format(printf, 1, 2)));

static int
run_show(const struct options *o)
{
	int merge = (o->order->flags & ORDER_MERGE) != 0;
	struct answer a;
	enum answer_result result;

	result = order_ask(&a, o, o->question, o->order->flags & ORDER_AGAIN);
	if (result == ANSWER_OK) {
		if (o->json)
			show_json(&a, merge);
		else if (merge)
			show_record(&a, o->order->columns);
		else
			show_table(&a, o->order->columns);
	}
	answer_free(&a);
	return order_complain(result, &a);
}

static const struct column status_lines[] = {
	{ "name", "{name}", 0 },
	{ "network", "{network}", 0 },
	{ "version", "{version}", 0 },
	{ "master", "pid {pid}", 0 },
	{ "running", "{uptime:s}, since {started:d}", 0 },
	{ "workers", "{workers}, {restarts} restarts", 0 },
	{ "reloads", "{reloads}", 0 },
	{ "masters", "{takeovers} taken over, {upgrades} upgrades", 0 },
	{ "rebalanced", "{rebalances} times, {moved} users", 0 },
	{ "clients", "{clients} of {max_clients}", 0 },
	{ "users", "{registered} registered, {most_registered} at most", 0 },
	{ "operators", "{operators}", 0 },
	{ "rooms", "{rooms}, {memberships} memberships", 0 },
	{ "metadata", "{metadata} keys of {max_metadata}", 0 },
	{ "connections", "{accepted} accepted, {refused} refused", 0 },
	{ "refused", "{refused_rate} too often, {refused_address} too many of "
	    "an address, {refused_unregistered} too many unregistered, "
	    "{refused_memory} out of buffers, {refused_full} full", 0 },
	{ "unregistered", "{unregistered} of {max_unregistered}, {timed_out} "
	    "timed out, {crowded_out} made room", 0 },
	{ "addresses", "{counted_addresses} with connections counted", 0 },
	{ "delayed", "{delayed} commands", 0 },
	{ "logins", "{logins_failed} failed", 0 },
	{ "cut", "{cut_sendq} over sendq, {cut_memory} for want of buffers",
	    0 },
	{ "commands", "{lines}", 0 },
	{ "messages", "{messages}, {deliveries} deliveries", 0 },
	{ "mailboxes", "{posted} posted, {taken} taken, {waits} waits", 0 },
	{ "healed", "{healed}", 0 },
	{ "store", "{store}, {stored} kept in {commits} commits, {questions} "
	    "questions", 0 },
	{ "database", "{store_size:b}, {store_messages} messages", 0 },
	{ "oldest message", "{store_oldest:d}", 0 },
	{ "last backup", "{store_backup:d}", 0 },
	{ "tls", "{tls}, {tls_clients} clients, {tls_helpers} processes, "
	    "{tls_restarts} restarts", 0 },
	{ "handshakes", "{tls_handshakes}, {tls_resumed} resumed, "
	    "{tls_failed} failed, {tls_timed_out} timed out", 0 },
	{ "certificate", "{tls_certificate}, until {tls_expires:d}"
	    "{tls_expiry}", 0 },
	{ "pin", "{tls_pin}", 0 },
	{ "pin in words", "{tls_words}", 0 },
	{ "traffic", "{bytes_in:b} in, {bytes_out:b} out", 0 },
	{ "buffers", "{buffers_used:b} of {buffers_total:b}", 0 },
	{ "ipc-prefix", "{ipc_prefix}", 0 },
	{ "shared memory", "key {shm_key}, id {shm_id}, {shm_size:b}", 0 },
	{ NULL, NULL, 0 },
};

static const struct column worker_columns[] = {
	{ "WORKER", "{worker}", 1 },
	{ "PID", "{pid}", 1 },
	{ "STATE", "{state}", 0 },
	{ "CLIENTS", "{clients}", 1 },
	{ "RESTARTS", "{restarts}", 1 },
	{ "BEAT/MS", "{heartbeat}", 1 },
	{ "MESSAGES", "{messages}", 1 },
	{ "DELIVERIES", "{deliveries}", 1 },
	{ "POSTED", "{posted}", 1 },
	{ "TAKEN", "{taken}", 1 },
	{ "WAITS", "{waits}", 1 },
	{ "HEALED", "{healed}", 1 },
	{ "IN", "{bytes_in:b}", 1 },
	{ "OUT", "{bytes_out:b}", 1 },
	{ "MAIL", "{mailbox_messages}", 1 },
	{ NULL, NULL, 0 },
};

static const struct column user_columns[] = {
	{ "ID", "{id}", 1 },
	{ "NICK", "{nick}", 0 },
	{ "USER", "{user}", 0 },
	{ "ADDRESS", "{address}", 0 },
	{ "WORKER", "{worker}", 1 },
	{ "STATE", "{state}", 0 },
	{ "OPER", "{oper:y}", 0 },
	{ "SECURE", "{secure:y}", 0 },
	{ "SIGNON", "{signon:d}", 0 },
	{ "IDLE", "{idle:s}", 1 },
	{ "ROOMS", "{rooms}", 1 },
	{ "SENDQ", "{sendq}", 1 },
	{ "RECVQ", "{recvq}", 1 },
	{ "AWAY", "{away}", 0 },
	{ NULL, NULL, 0 },
};

static const struct column room_columns[] = {
	{ "ID", "{id}", 1 },
	{ "NAME", "{name}", 0 },
	{ "MEMBERS", "{members}", 1 },
	{ "MODES", "{modes}", 0 },
	{ "FOUNDER", "{founder}", 0 },
	{ "CREATED", "{created:d}", 0 },
	{ "TOPIC", "{topic}", 0 },
	{ NULL, NULL, 0 },
};

static const struct column registered_columns[] = {
	{ "NAME", "{name}", 0 },
	{ "FOUNDER", "{founder}", 0 },
	{ "MODES", "{modes}", 0 },
	{ "CREATED", "{created:d}", 0 },
	{ "AGE/S", "{age}", 1 },
	{ "COUNT", "{count}", 1 },
	{ "TOPIC", "{topic}", 0 },
	{ NULL, NULL, 0 },
};

static const struct column member_columns[] = {
	{ "NICK", "{nick}", 0 },
	{ "PREFIXES", "{prefixes}", 0 },
	{ "WORKER", "{worker}", 1 },
	{ NULL, NULL, 0 },
};

static const struct column queue_columns[] = {
	{ "KEY", "{key}", 0 },
	{ "MSQID", "{msqid}", 1 },
	{ "ID", "{id}", 1 },
	{ "NAME", "{name}", 0 },
	{ "BYTES", "{bytes}", 1 },
	{ "MESSAGES", "{messages}", 1 },
	{ NULL, NULL, 0 },
};

static const struct column kick_lines[] = {
	{ "disconnected", "{nick}", 0 },
	{ NULL, NULL, 0 },
};

static const struct column ban_lines[] = {
	{ "banned", "{banned}", 0 },
	{ "no longer banned", "{unbanned}", 0 },
	{ "warning", "{warning}", 0 },
	{ NULL, NULL, 0 },
};

static const struct column ban_columns[] = {
	{ "BAN", "{ban}", 0 },
	{ "LEFT", "{left}", 0 },
	{ "CREATED", "{created:d}", 0 },
	{ "BY", "{by}", 0 },
	{ "KEPT", "{kept}", 0 },
	{ "REASON", "{reason}", 0 },
	{ NULL, NULL, 0 },
};

static const struct column announce_lines[] = {
	{ "users", "{users}", 0 },
	{ NULL, NULL, 0 },
};

static const struct column audit_columns[] = {
	{ "TIME", "{time:d}", 0 },
	{ "OPERATOR", "{operator}", 0 },
	{ "NICK", "{nick}", 0 },
	{ "ADDRESS", "{address}", 0 },
	{ "WHAT", "{what}", 0 },
	{ "WHOM", "{whom}", 0 },
	{ "TEXT", "{text}", 0 },
	{ NULL, NULL, 0 },
};

static const struct column version_lines[] = {
	{ "server", "{program} {version}", 0 },
	{ "name", "{name}", 0 },
	{ "master", "pid {pid}", 0 },
	{ NULL, NULL, 0 },
};

/* ---- accounts ---- */

static const struct column account_columns[] = {
	{ "ACCOUNT", "{account}", 0 },
	{ "STATE", "{state}", 0 },
	{ "CREATED", "{created:d}", 0 },
	{ "SEEN", "{seen:d}", 0 },
	{ "FLAGS", "{flags}", 0 },
	{ "EMAIL", "{email}", 0 },
	{ "REASON", "{reason}", 0 },
	{ NULL, NULL, 0 },
};

static const struct column invite_columns[] = {
	{ "ID", "{id}", 1 },
	{ "CREATED", "{created:d}", 0 },
	{ "EXPIRES", "{expires:d}", 0 },
	{ "NOTE", "{note}", 0 },
	{ NULL, NULL, 0 },
};

static const struct column cert_columns[] = {
	{ "CERTIFICATE", "{certificate}", 0 },
	{ "ADDED", "{added:d}", 0 },
	{ NULL, NULL, 0 },
};

static const struct column cert_lines[] = {
	{ "account", "{account}", 0 },
	{ "certificate", "{certificate}", 0 },
	{ NULL, NULL, 0 },
};

static const struct column account_lines[] = {
	{ "account", "{account}", 0 },
	{ "no longer registered", "{unregistered}", 0 },
	{ "founder changed", "{inherited}", 0 },
	{ NULL, NULL, 0 },
};

static const struct column invite_lines[] = {
	{ "invitation", "{token}", 0 },
	{ "expires", "{expires:d}", 0 },
	{ "join by", "moot '{uri}'", 0 },
	{ NULL, NULL, 0 },
};

static const struct column uninvite_lines[] = {
	{ "invitation", "{id}", 0 },
	{ NULL, NULL, 0 },
};

/* What `account' can do, and how the answer is shown. */
static const struct account_order {
	const char *name;
	int min;             /* arguments behind it */
	int password;        /* is read */
	int record;          /* of one: as lines, not as a table */
	const struct column *columns;
} account_orders[] = {
	{ "list", 0, 0, 0, account_columns },
	{ "show", 1, 0, 0, account_columns },
	{ "add", 1, 1, 1, account_lines },
	{ "passwd", 1, 1, 1, account_lines },
	{ "suspend", 1, 0, 1, account_lines },
	{ "unsuspend", 1, 0, 1, account_lines },
	{ "remove", 1, 0, 1, account_lines },
	{ "cert", 1, 0, 1, cert_lines },
	{ "uncert", 1, 0, 1, cert_lines },
	{ "certs", 1, 0, 0, cert_columns },
	{ "invite", 0, 0, 1, invite_lines },
	{ "invites", 0, 0, 0, invite_columns },
	{ "uninvite", 1, 0, 1, uninvite_lines },
	{ NULL, 0, 0, 0, NULL },
};

/* One line of standard input, at a terminal without showing it; 0 or -1. */
static int
line_read(const char *prompt, char *buf, size_t size)
{
	struct termios old, quiet;
	int terminal = tcgetattr(STDIN_FILENO, &old) == 0;
	char *got;

	if (terminal) {
		fputs(prompt, stderr);
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	got = fgets(buf, (int)size, stdin);
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
		fputc('\n', stderr);
	}
	if (got == NULL)
		return -1;
	buf[strcspn(buf, "\r\n")] = '\0';
	return buf[0] != '\0' ? 0 : -1;
}

/* Adds the new password to the question; at a terminal it is asked twice.
 * Returns 0, or -1 and has said why. */
static int
password_add(struct options *o)
{
	char password[ANSWER_LINE], again[ANSWER_LINE];

	if (line_read("Password: ", password, sizeof(password)) != 0) {
		fputs("mootctl: no password\n", stderr);
		return -1;
	}
	if (isatty(STDIN_FILENO) &&
	    (line_read("Again: ", again, sizeof(again)) != 0 ||
	        strcmp(password, again) != 0)) {
		fputs("mootctl: the two are not the same\n", stderr);
		return -1;
	}
	if (question_add(o, " ", password) != 0) {
		fputs("mootctl: the password is too long\n", stderr);
		return -1;
	}
	return 0;
}

static int
run_account(const struct options *given)
{
	const char *what = given->question + strlen("account ");
	const struct account_order *k;
	struct options o = *given;
	struct order order = *o.order;
	size_t n = strcspn(what, " ");

	for (k = account_orders; k->name != NULL; k++)
		if (strlen(k->name) == n && memcmp(k->name, what, n) == 0)
			break;
	if (k->name == NULL)
		fail_usage("account: no such order: %.*s", (int)n, what);
	if (k->min > 0 && what[n] == '\0')
		fail_usage("account %s: missing argument", k->name);
	if (k->password && password_add(&o) != 0)
		return EXIT_USAGE;
	order.columns = k->columns;
	order.flags = k->record ? ORDER_MERGE : ORDER_AGAIN;
	o.order = &order;
	return run_show(&o);
}

/* All of the arguments are one text, whatever it begins with. */
static int
run_text(const struct options *given)
{
	struct options o = *given;
	int i, bad = question_add(&o, "", o.order->name);

	for (i = 0; o.argument[i] != NULL && bad == 0; i++) {
		if (strpbrk(o.argument[i], "\r\n") != NULL)
			fail_usage("a line break in an argument");
		bad = question_add(&o, i == 0 ? " :" : " ", o.argument[i]);
	}
	if (bad != 0)
		fail_usage("%s: too long", o.order->name);
	return run_show(&o);
}

/* ---- orders that are watched ---- */

/* Waits until the server says it has reloaded more often than BEFORE times.
 * Workers are replaced meanwhile, so any trouble in asking may pass. */
static long long
await_reload(const struct options *o, long long before)
{
	long long until = now_ms() + RELOAD_WAIT, count = -1;
	struct answer a;

	while (count <= before && now_ms() < until) {
		pause_ms(POLL_PAUSE);
		if (answer_get(&a, o->socket, "STATUS") == ANSWER_OK)
			count = order_number(&a, "reloads");
		answer_free(&a);
	}
	return count > before ? count : -1;
}

static int
run_reload(const struct options *o)
{
	enum answer_result result;
	struct answer a;
	long long pid, count;

	result = order_ask(&a, o, "RELOAD", 1);
	pid = order_number(&a, "pid");
	count = order_number(&a, "reloads");
	answer_free(&a);
	if (result != ANSWER_OK)
		return order_complain(result, &a);
	if ((count = await_reload(o, count)) < 0) {
		fprintf(stderr, "mootctl: not reloaded within %d seconds; "
		    "the old settings may still hold, see the log\n",
		    RELOAD_WAIT / 1000);
		return EXIT_NO;
	}
	if (o->json)
		printf("{\"pid\":%lld,\"reloads\":%lld}\n", pid, count);
	else
		printf("reloaded\n");
	return EXIT_OK;
}

/* An order of which the server counts how often it was done, under DONE, and
 * how often not, under REFUSED. */
struct counted {
	const char *question, *done, *refused;
	const char *did; /* the word for it */
};

/* Waits until one of the two counts has grown; the status is in A then. */
static int
await_counted(const struct options *o, const struct counted *k,
    long long done, long long refused, struct answer *a)
{
	long long until = now_ms() + RELOAD_WAIT;

	while (now_ms() < until) {
		pause_ms(POLL_PAUSE);
		if (answer_get(a, o->socket, "STATUS") == ANSWER_OK) {
			if (order_number(a, k->done) > done)
				return EXIT_OK;
			if (order_number(a, k->refused) > refused)
				return EXIT_NO;
		}
		answer_free(a);
	}
	return -1;
}

/* Gives the order and waits; BEFORE and AFTER are the answers to it and the
 * status after it.  What failed has been said, and nothing is to be freed, if
 * it does not return EXIT_OK. */
static int
run_counted(const struct options *o, const struct counted *k,
    struct answer *before, struct answer *after)
{
	enum answer_result result;
	char why[256] = "";
	int r;

	result = order_ask(before, o, k->question, 1);
	if (result != ANSWER_OK) {
		answer_free(before);
		return order_complain(result, before);
	}
	r = await_counted(o, k, order_number(before, k->done),
	    order_number(before, k->refused), after);
	if (r == EXIT_OK)
		return r;
	answer_free(before);
	if (r < 0) {
		fprintf(stderr, "mootctl: not %s within %d seconds; see the "
		    "log\n", k->did, RELOAD_WAIT / 1000);
		return EXIT_NO;
	}
	if (strcmp(k->refused, "refusals") == 0)
		text_in(after, "refusal", why, sizeof(why));
	fprintf(stderr, "mootctl: not %s: %s\n", k->did,
	    why[0] != '\0' ? why : "see the log");
	answer_free(after);
	return r;
}

static int
run_upgrade(const struct options *o)
{
	static const struct counted k = { "UPGRADE", "upgrades", "refusals",
		"upgraded" };
	struct answer before, after;
	int r = run_counted(o, &k, &before, &after);

	if (r != EXIT_OK)
		return r;
	if (o->json)
		printf("{\"pid\":%lld,\"upgrades\":%lld}\n",
		    order_number(&after, "pid"),
		    order_number(&after, "upgrades"));
	else
		printf("upgraded\n");
	answer_free(&before);
	answer_free(&after);
	return r;
}

static int
run_rebalance(const struct options *o)
{
	static const struct counted k = { "REBALANCE", "rebalances",
		"rebalances_failed", "rebalanced" };
	struct answer before, after;
	int r = run_counted(o, &k, &before, &after);
	long long moved;

	if (r != EXIT_OK)
		return r;
	moved = order_number(&after, "moved") - order_number(&before, "moved");
	if (o->json)
		printf("{\"moved\":%lld}\n", moved);
	else
		printf("moved %lld users\n", moved);
	answer_free(&before);
	answer_free(&after);
	return r;
}

/* Whether the master and whoever answered us are gone, in time. */
static int
await_end(const struct answer *a, long long pid)
{
	unsigned long long started = process_started(pid), now;
	long long until = now_ms() + STOP_WAIT;
	int gone = 0, hung_up = 0;

	while (now_ms() < until) {
		if (!hung_up)
			hung_up = answer_hangup(a, POLL_PAUSE);
		else
			pause_ms(POLL_PAUSE);
		now = process_started(pid);
		gone = now == 0 || now != started;
		if (gone && hung_up)
			return 1;
	}
	return 0;
}

static int
run_stop(const struct options *o)
{
	enum answer_result result;
	struct answer a;
	long long pid;
	int ended = 0;

	result = order_ask(&a, o, "STOP", 1);
	pid = order_number(&a, "pid");
	/* the end may come before the last line */
	if (result == ANSWER_OK || (result == ANSWER_CUT && pid > 0)) {
		result = ANSWER_OK;
		ended = await_end(&a, pid);
	}
	answer_free(&a);
	if (result != ANSWER_OK)
		return order_complain(result, &a);
	if (!ended) {
		fprintf(stderr, "mootctl: pid %lld has not ended within %d "
		    "seconds\n", pid, STOP_WAIT / 1000);
		return EXIT_NO;
	}
	if (o->json)
		printf("{\"pid\":%lld}\n", pid);
	else
		printf("stopped\n");
	return EXIT_OK;
}

/* ---- commands ---- */

static order_fn run_help;

static const struct order orders[] = {
	{ "status", "", 0, 0, ORDER_AGAIN | ORDER_MERGE, run_show,
	    status_lines, "the server as a whole" },
	{ "workers", "", 0, 0, ORDER_AGAIN, run_show, worker_columns,
	    "each worker process" },
	{ "users", "", 0, 0, ORDER_AGAIN, run_show, user_columns,
	    "who is connected" },
	{ "rooms", "", 0, 0, ORDER_AGAIN, run_show, room_columns,
	    "each room" },
	{ "registered", "", 0, 0, ORDER_AGAIN, run_show, registered_columns,
	    "each room that lasts" },
	{ "members", "ROOM", 1, 1, ORDER_AGAIN, run_show, member_columns,
	    "who is in a room" },
	{ "queues", "", 0, 0, ORDER_AGAIN, run_show, queue_columns,
	    "each mailbox, and what waits in it" },
	{ "kick", "NICK [REASON ...]", 1, 99, ORDER_MERGE, run_show,
	    kick_lines, "disconnect a user" },
	{ "ban", "[force] [DURATION] WHOM [REASON ...]", 1, 99, ORDER_MERGE |
	    ORDER_OWN | ORDER_AGAIN, run_text, ban_lines,
	    "keep out of the server" },
	{ "unban", "WHOM", 1, 1, ORDER_MERGE | ORDER_OWN, run_text,
	    ban_lines, "let in again" },
	{ "bans", "", 0, 0, ORDER_AGAIN, run_show, ban_columns,
	    "who is kept out" },
	{ "announce", "TEXT ...", 1, 99, ORDER_MERGE | ORDER_OWN,
	    run_text, announce_lines, "tell everybody" },
	{ "audit", "[ROWS]", 0, 1, ORDER_AGAIN, run_show, audit_columns,
	    "what operators and the administrator did" },
	{ "account", "WHAT [NAME [TEXT ...]]", 1, 99, 0, run_account, NULL,
	    "add, list, show, passwd, suspend, unsuspend, remove,\n"
	    "                          cert, uncert, certs, invite" },
	{ "history", "export|erase NAME", 2, 2, ORDER_OWN, store_history, NULL,
	    "what is kept of a room or an account, as JSON" },
	{ "backup", "FILE", 1, 1, ORDER_OWN, store_backup, NULL,
	    "copy the database, while it is in use" },
	{ "restore", "FILE [CONFIG]", 1, 2, ORDER_OWN, store_restore, NULL,
	    "put such a copy in its place" },
	{ "rebalance", "", 0, 0, 0, run_rebalance, NULL,
	    "give each worker its share of the users" },
	{ "reload", "", 0, 0, 0, run_reload, NULL,
	    "read the configuration again" },
	{ "upgrade", "", 0, 0, 0, run_upgrade, NULL,
	    "execute another binary, unnoticed" },
	{ "stop", "", 0, 0, 0, run_stop, NULL, "end the server" },
	{ "version", "", 0, 0, ORDER_AGAIN | ORDER_MERGE, run_show,
	    version_lines, "which server answers" },
	{ "help", "", 0, 0, ORDER_AGAIN, run_help, NULL, "this list" },
	{ NULL, NULL, 0, 0, 0, NULL, NULL, NULL },
};

static const char usage[] =
    "usage: mootctl [-s SOCKET] [--json] COMMAND [ARGUMENT ...]\n"
    "       mootctl -h | -V\n";

static void
put_order(const struct order *r)
{
	char left[64];

	snprintf(left, sizeof(left), "%s %s", r->name, r->params);
	if (strlen(left) < 24)
		printf("  %-24s%s\n", left, r->help);
	else
		printf("  %s\n%26s%s\n", left, "", r->help);
}

static void
put_help(void)
{
	const struct order *r;

	printf("%s\nCommands:\n", usage);
	for (r = orders; r->name != NULL; r++)
		put_order(r);
	printf("\nOptions:\n"
	    "  -s SOCKET               the control socket of the server\n"
	    "  --json                  one JSON object a line\n"
	    "  -h, --help              this help\n"
	    "  -V, --version           version\n"
	    "\nWithout -s it is $MOOT_CONTROL, else /run/moot/control for "
	    "root and\n$XDG_RUNTIME_DIR/moot/control for others.  More in "
	    "mootctl(8).\n");
}

/* Ours, which needs no server; for programs the server's. */
static int
run_help(const struct options *o)
{
	if (o->json)
		return run_show(o);
	put_help();
	return EXIT_OK;
}

/* ---- the command line ---- */

static void
fail_usage(const char *fmt, ...)
{
	va_list ap;

	fputs("mootctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n%s", usage);
	exit(EXIT_USAGE);
}

static int
output_end(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "mootctl: standard output: %s\n", strerror(errno));
	return status == EXIT_OK ? EXIT_USAGE : status;
}

static const char *
default_socket(void)
{
	static char path[512];
	const char *p;

	if ((p = getenv("MOOT_CONTROL")) != NULL && *p != '\0')
		return p;
	p = getenv("XDG_RUNTIME_DIR");
	if (geteuid() == 0 || p == NULL || *p != '/')
		return "/run/moot/control";
	snprintf(path, sizeof(path), "%s/moot/control", p);
	return path;
}

/* Takes the options in front of the command; returns where that is. */
static int
options_parse(struct options *o, int argc, char **argv)
{
	const char *p;
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		p = argv[i];
		if (strcmp(p, "--") == 0)
			return i + 1;
		if (strcmp(p, "--json") == 0) {
			o->json = 1;
		} else if (strcmp(p, "-h") == 0 || strcmp(p, "--help") == 0) {
			put_help();
			exit(output_end(EXIT_OK));
		} else if (strcmp(p, "-V") == 0 ||
		    strcmp(p, "--version") == 0) {
			printf("mootctl " MOOT_VERSION "\n");
			exit(output_end(EXIT_OK));
		} else if (strncmp(p, "-s", 2) == 0) {
			if (p[2] == '\0' && i + 1 == argc)
				fail_usage("%s needs a socket", p);
			o->socket = p[2] != '\0' ? p + 2 : argv[++i];
		} else
			fail_usage("unknown option: %s", p);
	}
	return i;
}

/* Takes the options out from behind the command, up to "--"; returns how many
 * arguments are left. */
static int
arguments_clean(struct options *o, int argc, char **argv)
{
	int i, n = 0, end = 0;

	for (i = 0; i < argc; i++)
		if (!end && strcmp(argv[i], "--json") == 0)
			o->json = 1;
		else if (!end && strcmp(argv[i], "--help") == 0) {
			put_order(o->order);
			exit(output_end(EXIT_OK));
		} else if (!end && strcmp(argv[i], "--") == 0)
			end = 1;
		else
			argv[n++] = argv[i];
	return n;
}

/* Appends WORD to the question; returns 0, or -1 when there is no room. */
static int
question_add(struct options *o, const char *space, const char *word)
{
	size_t at = strlen(o->question), size = sizeof(o->question) - at;
	int n = snprintf(o->question + at, size, "%s%s", space, word);

	return n >= 0 && (size_t)n < size ? 0 : -1;
}

/* "command first :all others, as one", as message_parse() splits it. */
static void
question_make(struct options *o, int argc, char **argv)
{
	int i, bad = question_add(o, "", o->order->name);

	for (i = 0; i < argc && bad == 0; i++) {
		if (strpbrk(argv[i], "\r\n") != NULL)
			fail_usage("a line break in an argument");
		if (i == 0 && (argv[i][0] == '\0' || argv[i][0] == ':' ||
		        strchr(argv[i], ' ') != NULL))
			fail_usage("not a name: \"%s\"", argv[i]);
		bad = question_add(o, i == 1 ? " :" : " ", argv[i]);
	}
	if (bad != 0)
		fail_usage("%s: too long", o->order->name);
}

static const struct order *
order_find(const char *name)
{
	const struct order *r;

	for (r = orders; r->name != NULL; r++)
		if (strcmp(r->name, name) == 0)
			return r;
	return NULL;
}

int
main(int argc, char **argv)
{
	struct options o = { .socket = NULL };
	int i, n;

	i = options_parse(&o, argc, argv);
	if (i >= argc)
		fail_usage("no command");
	if ((o.order = order_find(argv[i])) == NULL)
		fail_usage("unknown command: %s", argv[i]);
	n = arguments_clean(&o, argc - i - 1, argv + i + 1);
	if (n < o.order->min)
		fail_usage("missing argument: %s", o.order->params);
	if (n > o.order->max)
		fail_usage("too many arguments for %s", o.order->name);
	o.argument = argv + i + 1;
	o.argument[n] = NULL;
	if (!(o.order->flags & ORDER_OWN))
		question_make(&o, n, o.argument);
	if (o.socket == NULL)
		o.socket = default_socket();
	return output_end(o.order->run(&o));
}
