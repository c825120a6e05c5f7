/* SPDX-License-Identifier: ISC */
/*
 * What was said, told again: CHATHISTORY by every reference and in every
 * direction, its rights and its bounds, SEARCH, the last lines of a room on
 * JOIN; and all that while the store or a worker is killed: nothing may be
 * lost and nothing told twice.
 */

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness.h"
#include "scram.h"

#define CAPS                                                                  \
	"message-tags server-time batch labeled-response standard-replies "   \
	"draft/chathistory"
#define ALL CAPS " draft/event-playback soju.im/search"

static struct server sv;

static void
start(void)
{
	server_init(&sv);
	server_set(&sv, "store", "on");
	server_set(&sv, "login-delay", "0");
	server_start(&sv);
}

static void
stop(void)
{
	server_stop_quietly(&sv);
}

/* ---- what is asked, and what is told ---- */

enum { TOLD_MAX = 2200 };

/* The messages of one answer. */
static struct told {
	int n;
	char *line[TOLD_MAX];  /* with tags */
	char fail[300];        /* or why there is none */
	char type[64];         /* of the batch, and its parameter */
} told;

static void
told_clear(void)
{
	int i;

	for (i = 0; i < told.n; i++)
		free(told.line[i]);
	memset(&told, 0, sizeof(told));
}

/* Called with each line of an answer. */
static void (*told_line)(struct client *c);

/* Takes the answer of C from its batch. */
static void
told_take(struct client *c)
{
	char batch[32] = "", tag[64];

	told_clear();
	for (;;) {
		ck_assert_msg(client_line(c, harness_ms(20000)),
		    "%s: no end of the history", c->nick);
		if (told_line != NULL)
			told_line(c);
		if (strncmp(c->body, "FAIL ", 5) == 0) {
			snprintf(told.fail, sizeof(told.fail), "%s", c->body);
			if (batch[0] == '\0')
				return;
			continue;
		}
		if (strncmp(c->body, "BATCH +h", 8) == 0) {
			ck_assert_msg(batch[0] == '\0', "a batch in a batch");
			ck_assert_int_eq(sscanf(c->body, "BATCH +%31s %63[^\n]",
			    batch, told.type), 2);
			continue;
		}
		if (strncmp(c->body, "BATCH -h", 8) == 0) {
			ck_assert_str_eq(c->body + 7, batch);
			return;
		}
		if (client_tag(c, "batch", tag, sizeof(tag)) == NULL ||
		    strcmp(tag, batch) != 0)
			continue;
		ck_assert_int_lt(told.n, TOLD_MAX);
		told.line[told.n++] = strdup(c->line);
	}
}

/* Asks, and takes what is told. */
static void
ask(struct client *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void
ask(struct client *c, const char *fmt, ...)
{
	char line[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	client_send(c, "%s", line);
	told_take(c);
}

/* The number at the end of a line: "line 17". */
static int
number(const char *line)
{
	const char *space = strrchr(line, ' ');

	return space != NULL ? atoi(space + 1) : -1;
}

/* What was told are the lines FIRST to LAST. */
#define expect_lines(first, last)                                             \
	expect_lines_at(__FILE__, __LINE__, (first), (last))
static void
expect_lines_at(const char *file, int line, int first, int last)
{
	int i, n = last - first + 1;

	if (told.fail[0] != '\0')
		ck_abort_msg("%s:%d: %s", file, line, told.fail);
	if (told.n != n)
		ck_abort_msg("%s:%d: %d lines instead of %d (%s...)", file,
		    line, told.n, n, told.n > 0 ? told.line[0] : "");
	for (i = 0; i < n; i++)
		if (number(told.line[i]) != first + i)
			ck_abort_msg("%s:%d: not line %d: %s", file, line,
			    first + i, told.line[i]);
}

static void
expect_fail(const char *want)
{
	ck_assert_msg(strncmp(told.fail, want, strlen(want)) == 0,
	    "\"%s\" instead of \"%s\"", told.fail, want);
}

/* The tag KEY of line I, up to its end. */
static char *
tag_of(int i, const char *key, char *buf, size_t size)
{
	char *at = strstr(told.line[i], key);

	ck_assert_msg(at != NULL, "no %s in %s", key, told.line[i]);
	snprintf(buf, size, "%.*s", (int)strcspn(at, "; "), at);
	return buf;
}

static char *
msgid_of(int i, char *buf, size_t size)
{
	return tag_of(i, "msgid=", buf, size);
}

/* "timestamp=..." of line I. */
static char *
time_of(int i, char *buf, size_t size)
{
	char time[64];

	tag_of(i, "time=", time, sizeof(time));
	snprintf(buf, size, "timestamp=%s", time + strlen("time="));
	return buf;
}

/* Says "line FROM" to "line TO" in a room, and waits until it is kept. */
static void
say(struct client *c, const char *room, int from, int to)
{
	int i;

	for (i = from; i <= to; i++) {
		client_send(c, "PRIVMSG %s :line %d", room, i);
		if (i % 200 == 0)
			client_sync(c);
	}
	client_sync(c);
}

static struct client *
member(const char *nick, const char *caps, const char *room)
{
	struct client *c = client_register_with(&sv, nick, caps);

	client_send(c, "JOIN %s", room);
	client_expect(c, "366 * %s *", room);
	return c;
}

/* ---- CHATHISTORY ---- */

START_TEST(test_directions)
{
	struct client *c = member("ann", CAPS, "#dir");
	char three[80], seven[80];

	say(c, "#dir", 0, 9);
	ask(c, "CHATHISTORY LATEST #dir * 100");
	expect_lines(0, 9);
	ck_assert_str_eq(told.type, "chathistory #dir");
	msgid_of(3, three, sizeof(three));
	msgid_of(7, seven, sizeof(seven));
	ask(c, "CHATHISTORY LATEST #dir * 4");
	expect_lines(6, 9);
	ask(c, "chathistory latest #DIR %s 100", seven);
	expect_lines(8, 9);
	ask(c, "CHATHISTORY LATEST #dir %s 2", three);
	expect_lines(8, 9);
	ask(c, "CHATHISTORY BEFORE #dir %s 2", seven);
	expect_lines(5, 6);
	ask(c, "CHATHISTORY AFTER #dir %s 2", three);
	expect_lines(4, 5);
	ask(c, "CHATHISTORY AROUND #dir %s 3", three);
	expect_lines(2, 4);
	ask(c, "CHATHISTORY BETWEEN #dir %s %s 100", three, seven);
	expect_lines(4, 6);
	ask(c, "CHATHISTORY BETWEEN #dir %s %s 2", three, seven);
	expect_lines(4, 5);
	ask(c, "CHATHISTORY BETWEEN #dir %s %s 2", seven, three);
	expect_lines(5, 6);
	ask(c, "CHATHISTORY BETWEEN #dir %s %s 2", seven, seven);
	expect_lines(0, -1);
}
END_TEST

/* Says six lines, each in a millisecond of its own.  0: the clock of the
 * machine was set back meanwhile. */
static int
say_in_time(struct client *c, const char *room)
{
	char before[80], after[80];
	int i;

	for (i = 0; i < 6; i++) {
		long now = clock_ms();
		say(c, room, i, i);
		wait_for(clock_ms() > now + 1, 1000);
	}
	ask(c, "CHATHISTORY LATEST %s * 100", room);
	expect_lines(0, 5);
	for (i = 1; i < 6; i++)
		if (strcmp(time_of(i - 1, before, sizeof(before)),
		        time_of(i, after, sizeof(after))) >= 0)
			return 0;
	return 1;
}

START_TEST(test_times)
{
	struct client *c = client_register_with(&sv, "ann", CAPS);
	char first[80], last[80], room[16];
	int i = 0;

	do {
		snprintf(room, sizeof(room), "#times%d", i);
		client_send(c, "JOIN %s", room);
		client_expect(c, "366 *");
	} while (!say_in_time(c, room) && ++i < 9);
	time_of(1, first, sizeof(first));
	time_of(4, last, sizeof(last));
	ask(c, "CHATHISTORY BEFORE %s %s 100", room, last);
	expect_lines(0, 3);
	ask(c, "CHATHISTORY AFTER %s %s 100", room, first);
	expect_lines(2, 5);
	ask(c, "CHATHISTORY LATEST %s %s 100", room, first);
	expect_lines(2, 5);
	ask(c, "CHATHISTORY BETWEEN %s %s %s 100", room, first, last);
	expect_lines(2, 3);
	ask(c, "CHATHISTORY BETWEEN %s %s %s 1", room, last, first);
	expect_lines(3, 3);
	ask(c, "CHATHISTORY AROUND %s %s 3", room, last);
	expect_lines(3, 5);
	ask(c, "CHATHISTORY AFTER %s timestamp=2001-01-01T00:00:00.000Z "
	    "100", room);
	expect_lines(0, 5);
	ask(c, "CHATHISTORY BEFORE %s timestamp=2001-01-01T00:00:00.000Z "
	    "100", room);
	expect_lines(0, -1);
}
END_TEST

static const struct {
	const char *ask, *want;
} absurd[] = {
	{ "CHATHISTORY", "FAIL CHATHISTORY INVALID_PARAMS * " },
	{ "CHATHISTORY NONE #abs * 1",
	    "FAIL CHATHISTORY INVALID_PARAMS NONE " },
	{ "CHATHISTORY :", "FAIL CHATHISTORY INVALID_PARAMS * " },
	{ "CHATHISTORY LATEST #abs *",
	    "FAIL CHATHISTORY INVALID_PARAMS LATEST :Insuf" },
	{ "CHATHISTORY LATEST #abs * 1 1",
	    "FAIL CHATHISTORY INVALID_PARAMS LATEST :Too" },
	{ "CHATHISTORY LATEST #abs * 0",
	    "FAIL CHATHISTORY INVALID_PARAMS LATEST #abs 0" },
	{ "CHATHISTORY LATEST #abs * -1",
	    "FAIL CHATHISTORY INVALID_PARAMS LATEST #abs -1" },
	{ "CHATHISTORY LATEST #abs * 1x",
	    "FAIL CHATHISTORY INVALID_PARAMS LATEST #abs 1x" },
	{ "CHATHISTORY LATEST #abs * :",
	    "FAIL CHATHISTORY INVALID_PARAMS LATEST #abs *" },
	{ "CHATHISTORY BEFORE #abs * 5",
	    "FAIL CHATHISTORY INVALID_PARAMS BEFORE #abs *" },
	{ "CHATHISTORY BEFORE #abs id=5 5",
	    "FAIL CHATHISTORY INVALID_MSGREFTYPE BEFORE #abs id=5" },
	{ "CHATHISTORY BEFORE #abs timestamp=yesterday 5",
	    "FAIL CHATHISTORY INVALID_PARAMS BEFORE #abs" },
	{ "CHATHISTORY BEFORE #abs timestamp=2026-13-41T25:61:61.000Z 5",
	    "FAIL CHATHISTORY INVALID_PARAMS BEFORE #abs" },
	{ "CHATHISTORY BEFORE #abs msgid=1';DROP 5",
	    "FAIL CHATHISTORY MESSAGE_ERROR BEFORE #abs" },
	{ "CHATHISTORY BEFORE #abs msgid= 5",
	    "FAIL CHATHISTORY MESSAGE_ERROR BEFORE #abs" },
	{ "CHATHISTORY BEFORE #abs msgid=ffffffffffffffffff.1 5",
	    "FAIL CHATHISTORY MESSAGE_ERROR BEFORE #abs" },
	{ "CHATHISTORY LATEST #elsewhere * 5",
	    "FAIL CHATHISTORY INVALID_TARGET LATEST #elsewhere" },
	{ "CHATHISTORY LATEST bob * 5",
	    "FAIL CHATHISTORY INVALID_TARGET LATEST bob" },
	{ "CHATHISTORY LATEST =a=b * 5",
	    "FAIL CHATHISTORY INVALID_TARGET LATEST =a=b" },
	{ "CHATHISTORY TARGETS * * 5",
	    "FAIL CHATHISTORY INVALID_PARAMS TARGETS *" },
	{ "CHATHISTORY TARGETS msgid=1.1 msgid=1.2 5",
	    "FAIL CHATHISTORY INVALID_MSGREFTYPE TARGETS " },
	{ "CHATHISTORY TARGETS timestamp=x timestamp=y 5",
	    "FAIL CHATHISTORY INVALID_PARAMS TARGETS" },
	{ "SEARCH", "461 " },
	{ "SEARCH :", "FAIL SEARCH INVALID_PARAMS text" },
	{ "SEARCH in=#abs", "FAIL SEARCH INVALID_PARAMS text" },
	{ "SEARCH text=x;in=#elsewhere", "FAIL SEARCH INVALID_PARAMS in" },
	{ "SEARCH text=x;in=#abs,#elsewhere", "FAIL SEARCH INVALID_PARAMS in" },
	{ "SEARCH text=x;limit=-4", "FAIL SEARCH INVALID_PARAMS limit" },
	{ "SEARCH text=x;before=never", "FAIL SEARCH INVALID_PARAMS" },
	{ "SEARCH text=x;before=\\s:x\\s", "FAIL SEARCH INVALID_PARAMS" },
	{ "SEARCH text=x;from=a\\sb", "FAIL SEARCH INVALID_PARAMS from" },
};

/* What was said in a room that is gone is not for who makes one of its name,
 * nor in the way of what is said there. */
START_TEST(test_made_again)
{
	struct client *c = member("marc", CAPS, "#again");
	time_t then;

	say(c, "#again", 0, 4);
	client_ask(c, "PART #again", "PART *");
	then = time(NULL);
	wait_for(time(NULL) > then, 3000);
	client_ask(c, "JOIN #again", "366 *");
	say(c, "#again", 5, 6);
	ask(c, "CHATHISTORY LATEST #again * 5");
	expect_lines(5, 6);
	ask(c, "CHATHISTORY AFTER #again timestamp=2020-01-01T00:00:00.000Z 3");
	expect_lines(5, 6);
	ask(c, "CHATHISTORY AROUND #again "
	    "timestamp=2020-01-01T00:00:00.000Z 3");
	expect_lines(5, 6);
	ask(c, "CHATHISTORY BETWEEN #again timestamp=2020-01-01T00:00:00.000Z "
	    "timestamp=2200-01-01T00:00:00.000Z 3");
	expect_lines(5, 6);
	client_quit_all();
}
END_TEST

START_TEST(test_absurd)
{
	struct client *c = member("ann", ALL, "#abs");
	struct client *b = client_register(&sv, "bob");
	size_t i;

	say(c, "#abs", 0, 3);
	client_ask(b, "JOIN #elsewhere", "366 *");
	for (i = 0; i < sizeof(absurd) / sizeof(absurd[0]); i++) {
		client_send(c, "%s", absurd[i].ask);
		client_expect(c, "%s*", absurd[i].want);
	}
	ask(c, "CHATHISTORY LATEST #abs * 4294967297000000000");
	ck_assert_int_eq(told.n, 5); /* and the JOIN */
	ask(c, "CHATHISTORY AROUND #abs %s 1",
	    "timestamp=1970-01-01T00:00:00.000Z");
	ck_assert_int_eq(told.n, 1);
	ask(c, "CHATHISTORY BEFORE #abs %s 1",
	    "timestamp=9999-12-31T23:59:59.999Z");
	expect_lines(3, 3);
}
END_TEST

/* Whoever left or was thrown out is told nothing more. */
START_TEST(test_rights)
{
	struct client *a = member("ann", CAPS, "#rights");
	struct client *b = member("bob", CAPS, "#rights");

	say(a, "#rights", 0, 4);
	ask(b, "CHATHISTORY LATEST #rights * 10");
	expect_lines(0, 4);
	client_send(b, "PART #rights");
	client_expect(b, "PART #rights*");
	ask(b, "CHATHISTORY LATEST #rights * 10");
	expect_fail("FAIL CHATHISTORY INVALID_TARGET LATEST #rights");
	client_ask(b, "JOIN #rights", "366 *");
	client_send(a, "KICK #rights bob");
	client_expect(b, "KICK #rights bob*");
	ask(b, "CHATHISTORY LATEST #rights * 10");
	expect_fail("FAIL CHATHISTORY INVALID_TARGET LATEST #rights");
	ask(b, "CHATHISTORY TARGETS timestamp=2001-01-01T00:00:00.000Z "
	    "timestamp=2101-01-01T00:00:00.000Z 10");
	ck_assert_int_eq(told.n, 0);
	/* nor is what was said to some of the members only */
	client_send(a, "PRIVMSG @#rights :line 5");
	client_sync(a);
	ask(a, "CHATHISTORY LATEST #rights * 10");
	expect_lines(0, 4);
}
END_TEST

START_TEST(test_events)
{
	struct client *a = member("ann", ALL, "#events");
	struct client *b = member("bob", CAPS, "#events");
	static const char *const want[] = { "JOIN #events", "JOIN #events",
		"PRIVMSG #events :line 0", "MODE #events +m",
		"TOPIC #events :new", "NICK ", "PRIVMSG #events :line 1",
		"TAGMSG #events", "KICK #events rob " };
	int i;

	say(a, "#events", 0, 0);
	client_send(a, "MODE #events +m");
	client_send(a, "TOPIC #events :new");
	client_sync(a);
	client_send(b, "NICK rob");
	client_sync(b);
	say(a, "#events", 1, 1);
	client_send(a, "@+typing=active TAGMSG #events\r\n"
	    "@+draft/react=x TAGMSG #events");
	client_send(a, "KICK #events rob :out");
	client_sync(a);
	ask(a, "CHATHISTORY LATEST #events * 100");
	ck_assert_int_eq(told.n, 9);
	for (i = 0; i < 9; i++)
		ck_assert_msg(strstr(told.line[i], want[i]) != NULL,
		    "%d: no %s: %s", i, want[i], told.line[i]);
	ck_assert(strstr(told.line[7], "+draft/react=x") != NULL);
	/* without event-playback: messages only */
	b = member("cat", CAPS, "#events");
	ask(b, "CHATHISTORY LATEST #events * 100");
	expect_lines(0, 1);
}
END_TEST

START_TEST(test_targets)
{
	struct client *a = member("ann", CAPS, "#t1");
	struct client *b = member("bob", CAPS, "#t3");

	say(b, "#t3", 0, 1);
	client_ask(a, "JOIN #t2", "366 *");
	say(a, "#t1", 0, 0);
	harness_tick();
	say(a, "#t2", 0, 0);
	ask(a, "CHATHISTORY TARGETS timestamp=2001-01-01T00:00:00.000Z "
	    "timestamp=2101-01-01T00:00:00.000Z 10");
	ck_assert_str_eq(told.type, "draft/chathistory-targets");
	ck_assert_int_eq(told.n, 2);
	ck_assert(strstr(told.line[0], "CHATHISTORY TARGETS #t1 20") != NULL);
	ck_assert(strstr(told.line[1], "CHATHISTORY TARGETS #t2 20") != NULL);
	ask(a, "CHATHISTORY TARGETS timestamp=2101-01-01T00:00:00.000Z "
	    "timestamp=2001-01-01T00:00:00.000Z 1");
	ck_assert_int_eq(told.n, 1);
	ck_assert(strstr(told.line[0], "CHATHISTORY TARGETS #t2 20") != NULL);
}
END_TEST

/* The batch of a label holds the other one, and the label comes once. */
START_TEST(test_labels)
{
	struct client *c = member("ann", CAPS, "#label");
	char outer[64];

	say(c, "#label", 0, 2);
	client_send(c, "@label=here CHATHISTORY LATEST #label * 2");
	client_expect(c, "@label=here :* BATCH +* labeled-response");
	sscanf(c->body, "BATCH +%63s", outer);
	client_expect_next(c, "@batch=%s;time=* BATCH +h* chathistory #label",
	    outer);
	client_expect_next(c, "@batch=h*;msgid=* PRIVMSG #label *line 1");
	client_expect_next(c, "@batch=h*;msgid=* PRIVMSG #label *line 2");
	client_expect_next(c, "@batch=%s;time=* BATCH -h*", outer);
	client_expect_next(c, "BATCH -%s", outer);
	client_send(c, "@label=not CHATHISTORY LATEST #nowhere * 2");
	client_expect(c, "@* FAIL CHATHISTORY INVALID_TARGET *");
}
END_TEST

/* What has no batch, no tags and no time is told, too. */
START_TEST(test_plain)
{
	struct client *a = member("ann", CAPS, "#plain");
	struct client *b;

	say(a, "#plain", 0, 2);
	b = client_register(&sv, "bob");
	client_send(b, "JOIN #plain");
	client_expect(b, "366 *");
	client_expect_next(b, ":ann!* PRIVMSG #plain *line 0");
	client_sync(b);
	client_send(b, "CHATHISTORY LATEST #plain * 2");
	client_expect_next(b, ":ann!* PRIVMSG #plain *line 1");
	client_expect_next(b, ":ann!* PRIVMSG #plain *line 2");
	client_expect_none(b, "BATCH *");
}
END_TEST

/* ---- SEARCH ---- */

START_TEST(test_search)
{
	struct client *a = member("ann", ALL, "#find");
	struct client *b = member("bob", ALL, "#find2");

	say(a, "#find", 0, 3);
	client_send(a, "PRIVMSG #find :a lovely day 4");
	client_sync(a);
	client_send(b, "PRIVMSG #find2 :a lovely night 5");
	client_sync(b);
	ask(a, "SEARCH text=lovely");
	expect_lines(4, 4);
	ck_assert_str_eq(told.type, "soju.im/search");
	ask(a, "SEARCH text=LINE;limit=2;in=#find");
	expect_lines(2, 3);
	ask(a, "SEARCH text=line;from=bob");
	expect_lines(0, -1);
	ask(a, "SEARCH text=\"day\\slovely\"");
	expect_lines(0, -1);
	ask(a, "SEARCH text=\"lovely\\sday\";from=ann");
	expect_lines(4, 4);
	ask(a, "SEARCH text=lovely;before=2001-01-01T00:00:00.000Z");
	expect_lines(0, -1);
	ask(a, "SEARCH text=lovely;after=2001-01-01T00:00:00.000Z");
	expect_lines(4, 4);
	client_ask(b, "JOIN #find", "366 *");
	ask(b, "SEARCH text=lovely");
	expect_lines(4, 5);
	/* nobody's syntax */
	ask(b, "SEARCH text=lovely\\sOR\\sNEAR(a,b)\\s*\\\\s\"");
	expect_lines(0, -1);
}
END_TEST

/* ---- JOIN ---- */

START_TEST(test_join)
{
	struct client *a = member("ann", CAPS, "#join"), *b;
	int i;

	say(a, "#join", 0, 49);
	/* who can ask is told nothing */
	b = client_register_with(&sv, "bob", CAPS);
	client_send(b, "JOIN #join");
	client_expect(b, "366 *");
	client_expect_none(b, "PRIVMSG *");
	/* who cannot sees the last ones, each once, and then what follows */
	b = client_register_with(&sv, "cat", "server-time");
	client_send(b, "JOIN #join,#other");
	client_expect(b, "366 * #join *");
	for (i = 30; i < 50; i++)
		client_expect_next(b, "@time=* PRIVMSG #join *line %d", i);
	client_expect(b, "366 * #other *");
	say(a, "#join", 50, 50);
	client_expect_next(b, "@time=* PRIVMSG #join *line 50");
}
END_TEST

/* ---- much of it ---- */

/* Back through 2,500 lines, page by page, as clients scroll. */
START_TEST(test_pages)
{
	struct client *c = member("ann", CAPS, "#pages");
	char before[80] = "timestamp=2101-01-01T00:00:00.000Z";
	int next = 2500;

	say(c, "#pages", 0, 2499);
	ask(c, "CHATHISTORY LATEST #pages * 5000");
	expect_lines(1500, 2499);
	while (next > 0) {
		ask(c, "CHATHISTORY BEFORE #pages %s 300", before);
		expect_lines(next < 300 ? 0 : next - 300, next - 1);
		next -= told.n;
		msgid_of(0, before, sizeof(before));
	}
	ask(c, "CHATHISTORY BEFORE #pages %s 300", before);
	expect_lines(0, -1);
}
END_TEST

/* ---- somebody dies ---- */

/* "word word ... line N", SIZE bytes. */
static void
say_long(struct client *c, const char *room, int from, int to, int size)
{
	char text[500];
	int i;

	memset(text, 'x', sizeof(text));
	for (i = from; i <= to; i++) {
		client_send(c, "PRIVMSG %s :%.*s line %d", room, size, text, i);
		if (i % 200 == 0)
			client_sync(c);
	}
	client_sync(c);
}

static struct {
	int lines, kills, worker;
} deaths;

/* A store that dies three times in a row is not waited for. */
static int
deaths_most(void)
{
	return deaths.worker == 0 ? 2 : 3;
}

/* Kills the store, or the worker of the client that is being told, now and
 * then. */
static void
death(struct client *c)
{
	if (++deaths.lines % 2777 != 0 || deaths.kills == deaths_most())
		return;
	deaths.kills++;
	if (deaths.worker == 0) {
		server_store_kill(&sv);
		return;
	}
	server_worker_kill(&sv, deaths.worker);
	(void)c;
}

/* Many long answers, one behind the other; all of them are whole. */
static void
tell_in_spite(struct client *c, const char *room)
{
	int i;

	for (i = 0; i < 12; i++)
		client_send(c, "CHATHISTORY LATEST %s * 1000", room);
	deaths.lines = deaths.kills = 0;
	told_line = death;
	for (i = 0; i < 12; i++) {
		told_take(c);
		expect_lines(0, 999);
	}
	told_line = NULL;
	ck_assert_int_eq(deaths.kills, deaths_most());
	ck_assert_str_eq(told.type + strlen("chathistory "), room);
}

START_TEST(test_store_killed)
{
	struct client *c;

	start();
	c = member("ann", CAPS, "#killed");
	say_long(c, "#killed", 0, 999, 380);
	deaths.worker = 0;
	tell_in_spite(c, "#killed");
	client_quit_all();
	server_stop(&sv);
}
END_TEST

START_TEST(test_worker_killed)
{
	struct client *c;

	start();
	c = member("ann", CAPS, "#killed2");
	say_long(c, "#killed2", 0, 999, 380);
	deaths.worker = client_worker(c);
	tell_in_spite(c, "#killed2");
	client_quit_all();
	server_stop(&sv);
}
END_TEST

/* ---- a crowd ---- */

enum { CROWD = 100 };

static struct {
	int done;
	int lines[CROWD];
	struct client *witness;
	long long asked, worst;
	int pongs;
} crowd;

static void
crowd_line(struct client *c, int index, void *arg)
{
	long long took;

	(void)arg;
	if (c == crowd.witness) {
		if (!client_matches(c, "PONG *"))
			return;
		took = clock_us() - crowd.asked;
		if (took > crowd.worst)
			crowd.worst = took;
		crowd.pongs++;
		crowd.asked = clock_us();
		client_send(c, "PING :%d", crowd.pongs);
	} else if (strncmp(c->body, "PRIVMSG", 7) == 0)
		crowd.lines[index]++;
	else if (strncmp(c->body, "BATCH -h", 8) == 0)
		crowd.done++;
}

static int
crowd_done(void *arg)
{
	(void)arg;
	return crowd.done == CROWD;
}

/* All ask for much at once; somebody else is answered meanwhile. */
START_TEST(test_crowd)
{
	struct client *v[CROWD + 1], *a = member("ann", CAPS, "#crowd");
	char nick[16];
	int i;

	say_long(a, "#crowd", 0, 999, 380);
	for (i = 0; i < CROWD; i++) {
		snprintf(nick, sizeof(nick), "c%d", i);
		v[i] = member(nick, CAPS, "#crowd");
	}
	for (i = 0; i < CROWD; i++)
		client_send(v[i], "CHATHISTORY LATEST #crowd * 1000");
	memset(&crowd, 0, sizeof(crowd));
	crowd.witness = v[CROWD] = client_register(&sv, "witness");
	crowd.asked = clock_us();
	client_send(crowd.witness, "PING :0");
	client_pump(v, CROWD + 1, crowd_line, crowd_done, NULL, 50000);
	for (i = 0; i < CROWD; i++)
		ck_assert_int_eq(crowd.lines[i], 1000);
	printf("history: %d answers to a witness meanwhile, the slowest "
	    "took %lld ms\n", crowd.pongs, crowd.worst / 1000);
	ck_assert_int_gt(crowd.pongs, 10);
	/* much of it is our own reading */
	ck_assert_int_lt(crowd.worst, 1000LL * harness_ms(500));
}
END_TEST

/* A small sendq is not filled by history. */
START_TEST(test_sendq)
{
	struct server small;
	struct client *a, *b;
	int i;

	server_init(&small);
	server_set(&small, "store", "on");
	server_set(&small, "sendq", "16K");
	server_start(&small);
	a = client_register_with(&small, "ann", CAPS);
	b = client_register_with(&small, "bob", CAPS);
	client_ask(a, "JOIN #small", "366 *");
	for (i = 0; i < 1000; i++) {
		client_send(a, "PRIVMSG #small :%0380d line %d", i, i);
		client_sync(a);
	}
	client_ask(b, "JOIN #small", "366 *");
	for (i = 0; i < 10; i++)
		client_send(b, "CHATHISTORY LATEST #small * 1000");
	for (i = 0; i < 10; i++) {
		told_take(b);
		expect_lines(0, 999);
	}
	client_quit_all();
	server_stop(&small);
}
END_TEST

/* ---- accounts: direct messages ---- */

/* Registers an account, and is logged in to it. */
static struct client *
owner(const char *nick, const char *caps)
{
	struct client *c = client_register_with(&sv, nick, caps);

	client_send(c, "REGISTER * * :secret of %s", nick);
	client_expect(c, "900 *");
	return c;
}

static void
leave(struct client *c)
{
	client_send(c, "QUIT");
	client_eof(c);
}

/* Comes back to the account, which has the name it had. */
static struct client *
back(const char *nick, const char *caps)
{
	struct client *c = client_connect(&sv);
	char password[80];

	strcpy(c->nick, nick);
	client_send(c, "CAP REQ :sasl %s", caps);
	client_expect(c, "CAP * ACK *");
	client_send(c, "NICK %s\r\nUSER u 0 * :r\r\nAUTHENTICATE PLAIN", nick);
	client_expect(c, "AUTHENTICATE +");
	snprintf(password, sizeof(password), "secret of %s", nick);
	client_send(c, "AUTHENTICATE %s\r\nCAP END",
	    plain_message(nick, password));
	return c;
}

#define KEEPS CAPS " echo-message draft/message-redaction draft/read-marker"

START_TEST(test_direct)
{
	struct client *a = owner("dora", KEEPS), *b = owner("dick", KEEPS);
	struct client *c = owner("dave", KEEPS);

	client_send(a, "PRIVMSG dick :line 0");
	client_sync(a);
	client_send(b, "PRIVMSG dora :line 1");
	client_sync(b);
	client_send(c, "PRIVMSG dick :line 7");
	client_sync(c);
	ask(a, "CHATHISTORY LATEST dick * 10");
	expect_lines(0, 1);
	ck_assert_str_eq(told.type, "chathistory dick");
	ask(b, "CHATHISTORY LATEST DORA * 10");
	expect_lines(0, 1);
	ask(b, "CHATHISTORY LATEST dave * 10");
	expect_lines(7, 7);
	ask(c, "CHATHISTORY LATEST dora * 10");
	expect_lines(0, -1);
	ask(c, "CHATHISTORY LATEST =dick=dora * 10");
	expect_fail("FAIL CHATHISTORY INVALID_TARGET LATEST =dick=dora");
	ask(b, "CHATHISTORY TARGETS timestamp=2001-01-01T00:00:00.000Z "
	    "timestamp=2101-01-01T00:00:00.000Z 10");
	ck_assert_int_eq(told.n, 2);
	ck_assert(strstr(told.line[0], "TARGETS dora ") != NULL);
	ck_assert(strstr(told.line[1], "TARGETS dave ") != NULL);
	ask(b, "SEARCH text=line;in=dave");
	expect_lines(7, 7);
	ask(c, "SEARCH text=line");
	expect_lines(7, 7);
	/* neither is told what it had live */
	leave(b);
	b = back("dick", KEEPS);
	client_expect_none(b, "PRIVMSG *");
}
END_TEST

/* ---- the absent ---- */

START_TEST(test_kept)
{
	struct client *a = owner("anna", KEEPS), *b = owner("bert", KEEPS);
	struct client *c = client_register(&sv, "guest");
	char msgid[80], time[80], tag[80];

	leave(b);
	client_send(a, "@+x=y PRIVMSG Bert :line 0");
	client_expect(a, "@*;+x=y :anna!* PRIVMSG Bert *line 0");
	client_tag(a, "msgid", msgid, sizeof(msgid));
	client_tag(a, "time", time, sizeof(time));
	client_expect_next(a, "NOTE PRIVMSG KEPT bert :*");
	client_send(a, "NOTICE bert :line 1");
	client_expect(a, "NOTICE bert *line 1");
	client_expect_none(a, "NOTE *");
	client_send(c, "PRIVMSG bert,nobody :line 2");
	client_expect(c, "NOTICE guest :bert is not here*kept*");
	client_expect_next(c, "401 guest nobody *");
	client_send(c, "NOTICE nobody :x");
	client_expect_none(c, "4*");
	client_ask(a, "@+x=y TAGMSG bert", "401 anna bert *");
	b = back("bert", KEEPS);
	client_expect(b, "376 *");
	client_expect_next(b, "BATCH +* moot/kept");
	client_expect_next(b, "@batch=*;+x=y :anna!* PRIVMSG bert *line 0");
	ck_assert_str_eq(client_tag(b, "msgid", tag, sizeof(tag)), msgid);
	ck_assert_str_eq(client_tag(b, "time", tag, sizeof(tag)), time);
	client_expect_next(b, ":anna!* NOTICE bert *line 1");
	client_expect_next(b, ":guest!* PRIVMSG bert *line 2");
	client_expect_next(b, "BATCH -*");
	client_expect_none(b, "PRIVMSG *");
	/* once */
	leave(b);
	b = back("bert", KEEPS);
	client_expect_none(b, "PRIVMSG *");
	ask(b, "CHATHISTORY LATEST anna * 10");
	expect_lines(0, 1);
	/* who is there has it at once */
	client_send(a, "PRIVMSG bert :line 3");
	client_expect(b, "PRIVMSG bert *line 3");
	leave(b);
	b = back("bert", KEEPS);
	client_expect_none(b, "PRIVMSG *");
}
END_TEST

/* A user who stays without a session is absent as well. */
START_TEST(test_kept_lingering)
{
	struct client *a = owner("alma", KEEPS), *b = owner("bela", KEEPS);
	char line[600];

	client_ask(b, "JOIN #linger", "366 *");
	client_reset(b);
	wait_for(server_ctl_find(&sv, "users", "state", "absent", line,
	    sizeof(line)) != NULL, 5000);
	client_send(a, "PRIVMSG bela :line 0");
	client_expect(a, "PRIVMSG bela *line 0");
	client_expect_next(a, "NOTE PRIVMSG KEPT bela *");
	client_send(a, "NOTICE bela :line 1");
	client_sync(a);
	b = back("bela", KEEPS);
	client_expect(b, "JOIN #linger");
	client_expect(b, "BATCH +* moot/kept");
	client_expect_next(b, "PRIVMSG bela *line 0");
	client_expect_next(b, "NOTICE bela *line 1");
	client_expect_next(b, "BATCH -*");
	client_send(a, "PRIVMSG bela :line 2");
	client_expect(b, "PRIVMSG bela *line 2");
	client_expect_none(b, "PRIVMSG *");
}
END_TEST

/* Two sessions of one account: what is kept comes to one of them, the marker
 * and what was taken back to both. */
START_TEST(test_devices)
{
	struct client *a = owner("ada", KEEPS), *b, *c = owner("otto", KEEPS);
	char msgid[80];

	b = back("ada", KEEPS);
	client_expect(b, "376 *");
	client_ask(a, "MARKREAD otto timestamp=2026-01-01T00:00:00.000Z",
	    "MARKREAD otto timestamp=2026-01-01T00:00:00.000Z");
	client_expect(b, "MARKREAD otto timestamp=2026-01-01T00:00:00.000Z");
	client_expect_none(a, "MARKREAD *");
	client_send(a, "PRIVMSG otto :line 0");
	client_expect(a, "PRIVMSG otto *line 0");
	client_tag(a, "msgid", msgid, sizeof(msgid));
	client_expect(b, "PRIVMSG otto *line 0");
	client_send(b, "REDACT otto %s", msgid);
	client_expect(b, "REDACT otto %s", msgid);
	client_expect(a, "REDACT otto %s", msgid);
	client_expect(c, "REDACT otto %s", msgid);
}
END_TEST

/* Many of them, in pages, while the store and the workers die. */
START_TEST(test_kept_killed)
{
	struct client *a, *b;
	int i;

	start();
	a = owner("abel", KEEPS);
	b = owner("bill", KEEPS);
	leave(b);
	for (i = 0; i < 600; i++)
		client_send(a, "PRIVMSG bill :%0300d line %d", i, i);
	for (i = 0; i < 600; i++) {
		client_expect(a, "NOTE PRIVMSG KEPT bill *");
		if (i == 100 || i == 300)
			server_store_kill(&sv);
		if (i == 200 || i == 400)
			server_worker_kill(&sv, client_worker(a));
	}
	b = back("bill", KEEPS);
	for (i = 0; i < 600; i++) {
		client_expect(b, "PRIVMSG bill *");
		ck_assert_int_eq(number(b->line), i);
		if (i == 50)
			server_store_kill(&sv);
		if (i == 150) {
			server_worker_kill(&sv, 1);
			server_worker_kill(&sv, 2);
		}
	}
	client_expect_none(b, "PRIVMSG *");
	leave(b);
	b = back("bill", KEEPS);
	client_expect_none(b, "PRIVMSG *");
	client_quit_all();
	server_stop(&sv);
}
END_TEST

/* One comes and goes while others write to it: all arrives, once. */
START_TEST(test_kept_race)
{
	struct client *a = owner("adam", KEEPS), *b = owner("eve", KEEPS);
	static int seen[2000];
	int said = 0, round, i, heard;

	for (round = 0; round < 15; round++) {
		leave(b);
		for (i = 0; i < 20; i++)
			client_send(a, "PRIVMSG eve :line %d", said++);
		b = back("eve", KEEPS);
		for (i = 0; i < 20; i++)
			client_send(a, "PRIVMSG eve :line %d", said++);
		/* all there is, in whichever way */
		for (heard = 0; heard < 40;) {
			ck_assert_msg(client_line(b, 5000),
			    "round %d: %d of 40", round, heard);
			if (strncmp(b->body, "PRIVMSG ", 8) != 0)
				continue;
			seen[number(b->line)]++;
			heard++;
		}
		client_expect_none(b, "PRIVMSG *");
	}
	for (i = 0; i < said; i++)
		ck_assert_msg(seen[i] == 1, "line %d came %d times", i,
		    seen[i]);
}
END_TEST

/* ---- slow readers ---- */

enum { FLOOD = 26000 };

/* Reads all that was said to C, kills somebody now and then, and looks whether
 * it is whole. */
static void
catch_up(struct client *c, int kills)
{
	int i, batches = 0, late = 0;
	char tag[64];

	for (i = 0; i < FLOOD;) {
		ck_assert_msg(client_line(c, harness_ms(20000)),
		    "%s: line %d is missing", c->nick, i);
		ck_assert(strncmp(c->body, "WARN", 4) != 0);
		if (strncmp(c->body, "BATCH +", 7) == 0) {
			ck_assert(strstr(c->body, " moot/missed") != NULL);
			batches++;
		}
		if (strncmp(c->body, "PRIVMSG ", 8) != 0)
			continue;
		ck_assert_msg(number(c->line) == i, "line %d instead of %d",
		    number(c->line), i);
		late += client_tag(c, "batch", tag, sizeof(tag)) != NULL;
		i++;
		if (kills && (i == FLOOD / 4 || i == FLOOD / 4 * 3))
			server_worker_kill(&sv, 1);
		if (kills && i == FLOOD / 2)
			server_store_kill(&sv);
	}
	printf("history: %d of %d lines came late, in %d batches\n", late,
	    FLOOD, batches);
	fflush(stdout);
	ck_assert_int_gt(batches, 10);
}

static void
slow(int kills)
{
	struct client *a, *b;
	int i;

	server_init(&sv);
	server_set(&sv, "store", "on");
	server_set(&sv, "workers", "1");
	server_set(&sv, "sendq", "64K");
	server_start(&sv);
	a = member("ann", CAPS, "#slow");
	b = member("bob", CAPS, "#slow");
	for (i = 0; i < FLOOD; i++) {
		client_send(a, "PRIVMSG #slow :%0300d line %d", i, i);
		if (i % 500 == 0)
			client_sync(a);
	}
	client_sync(a);
	/* what it says meanwhile waits for its turn */
	client_send(b, "PING :still\r\nPART #slow :slow\r\nJOIN #slow");
	client_sync(a);
	catch_up(b, kills);
	client_expect(b, "PONG * *still");
	client_expect(a, ":bob!* PART #slow *slow");
	client_expect(b, "366 *");
	client_send(a, "PRIVMSG #slow :and on");
	client_expect(b, ":ann!* PRIVMSG #slow *and on");
	client_sync(b);
	client_quit_all();
	server_stop(&sv);
}

START_TEST(test_slow)
{
	slow(0);
}
END_TEST

START_TEST(test_slow_killed)
{
	slow(1);
}
END_TEST

/* ---- REDACT ---- */

START_TEST(test_redact)
{
	struct client *a = owner("rita", KEEPS " draft/event-playback");
	struct client *b = owner("rudi", KEEPS), *c, *d;
	char msgid[80];

	client_ask(a, "JOIN #redact", "366 *");
	client_ask(b, "JOIN #redact", "366 *");
	c = member("ruth", CAPS, "#redact");
	d = member("rolf", KEEPS, "#redact");
	client_send(b, "PRIVMSG #redact :line 0");
	client_expect(b, "PRIVMSG *line 0");
	client_tag(b, "msgid", msgid, sizeof(msgid));
	say(b, "#redact", 1, 1);
	client_send(d, "REDACT #redact %s :mine", msgid);
	client_expect(d, "FAIL REDACT REDACT_FORBIDDEN #redact %s :*", msgid);
	client_send(b, "REDACT #redact %s :spelling", msgid);
	client_expect(b, ":rudi!* REDACT #redact %s *spelling", msgid);
	client_expect(a, ":rudi!* REDACT #redact %s *spelling", msgid);
	client_expect(d, ":rudi!* REDACT #redact %s *spelling", msgid);
	client_expect_none(c, "REDACT *");
	ask(c, "CHATHISTORY LATEST #redact * 10");
	expect_lines(1, 1);
	ask(a, "CHATHISTORY AFTER #redact msgid=%s 10", msgid);
	expect_lines(1, 1);
	ask(a, "CHATHISTORY BEFORE #redact timestamp=2101-01-01T00:00:00.000Z "
	    "2");
	ck_assert(strstr(told.line[0], "REDACT #redact ") != NULL);
	client_send(b, "REDACT #redact %s", msgid);
	client_expect(b, "FAIL REDACT UNKNOWN_MSGID #redact %s :*", msgid);
	/* operators of the room may, wherever it comes from */
	client_send(d, "PRIVMSG #redact :line 2");
	client_expect(d, "PRIVMSG *line 2");
	client_tag(d, "msgid", msgid, sizeof(msgid));
	client_send(a, "REDACT #redact %s", msgid);
	client_expect(d, ":rita!* REDACT #redact %s", msgid);
	/* direct messages; and nonsense */
	client_send(a, "PRIVMSG rudi :line 3");
	client_expect(a, "PRIVMSG *line 3");
	client_tag(a, "msgid", msgid, sizeof(msgid));
	client_send(b, "REDACT rita %s", msgid);
	client_expect(b, "FAIL REDACT REDACT_FORBIDDEN rita *");
	client_send(d, "REDACT rita %s", msgid);
	client_expect(d, "FAIL REDACT INVALID_TARGET rita :*");
	client_send(a, "REDACT rudi %s :oh", msgid);
	client_expect(b, ":rita!* REDACT rudi %s *oh", msgid);
	ask(a, "CHATHISTORY LATEST rudi * 10");
	ck_assert_int_eq(told.n, 1);
	ck_assert(strstr(told.line[0], "REDACT rudi ") != NULL);
	client_ask(a, "REDACT #nowhere 1.1", "FAIL REDACT INVALID_TARGET *");
	client_ask(a, "REDACT #redact :", "FAIL REDACT UNKNOWN_MSGID *");
	client_ask(a, "REDACT #redact :a b", "FAIL REDACT UNKNOWN_MSGID *");
	client_ask(a, "REDACT #redact", "461 *");
}
END_TEST

/* ---- MARKREAD ---- */

START_TEST(test_marker)
{
	struct client *a = owner("mary", KEEPS);
	struct client *g = client_register_with(&sv, "mike", KEEPS);

	client_send(a, "JOIN #mark");
	client_expect(a, "JOIN #mark*");
	client_expect_next(a, "MARKREAD #mark \\*");
	client_expect_next(a, "353 *");
	client_ask(a, "MARKREAD #mark timestamp=2026-01-01T00:00:00.000Z",
	    "MARKREAD #mark timestamp=2026-01-01T00:00:00.000Z");
	client_ask(a, "MARKREAD #mark timestamp=2025-01-01T00:00:00.000Z",
	    "MARKREAD #mark timestamp=2026-01-01T00:00:00.000Z");
	client_ask(a, "MARKREAD mike", "MARKREAD mike \\*");
	client_ask(a, "MARKREAD", "FAIL MARKREAD NEED_MORE_PARAMS :*");
	client_ask(a, "MARKREAD #mark 5", "FAIL MARKREAD INVALID_PARAMS *");
	client_ask(a, "MARKREAD #mark timestamp=5",
	    "FAIL MARKREAD INVALID_PARAMS *");
	client_ask(a, "MARKREAD #mark \\*", "FAIL MARKREAD INVALID_PARAMS *");
	client_ask(a, "MARKREAD :a b", "FAIL MARKREAD INVALID_PARAMS *");
	leave(a);
	a = back("mary", KEEPS);
	client_send(a, "JOIN #mark");
	client_expect(a,
	    "MARKREAD #mark timestamp=2026-01-01T00:00:00.000Z");
	client_expect_next(a, "353 *");
	/* those of guests are theirs, and end with them */
	client_send(g, "JOIN #mark");
	client_expect(g, "MARKREAD #mark \\*");
	client_expect_next(g, "353 *");
	client_ask(g, "MARKREAD #mark timestamp=2026-01-01T00:00:00.000Z",
	    "MARKREAD #mark timestamp=2026-01-01T00:00:00.000Z");
	client_ask(g, "MARKREAD #MARK timestamp=2025-01-01T00:00:00.000Z",
	    "MARKREAD #MARK timestamp=2026-01-01T00:00:00.000Z");
	client_ask(g, "PART #mark", "PART #mark");
	client_send(g, "JOIN #mark");
	client_expect(g,
	    "MARKREAD #mark timestamp=2026-01-01T00:00:00.000Z");
	client_ask(a, "MARKREAD mike", "MARKREAD mike \\*");
	client_close(g);
	g = client_register_with(&sv, "mike", KEEPS);
	client_ask(g, "MARKREAD #mark", "MARKREAD #mark \\*");
}
END_TEST

START_TEST(test_off)
{
	struct server off;
	struct client *c;
	char buf[16];

	server_init(&off);
	server_start(&off);
	c = client_connect(&off);
	client_send(c, "CAP LS 302");
	client_expect(c, "CAP * LS :*");
	ck_assert(strstr(c->body, "chathistory") == NULL);
	ck_assert(strstr(c->body, "playback") == NULL);
	ck_assert(strstr(c->body, "search") == NULL);
	client_send(c, "CAP REQ draft/chathistory");
	client_expect(c, "CAP * NAK *");
	c = client_register(&off, "ann");
	ck_assert(client_isupport(c, "CHATHISTORY", buf, sizeof(buf)) == NULL);
	ck_assert(client_isupport(c, "MSGREFTYPES", buf, sizeof(buf)) == NULL);
	client_ask(c, "JOIN #off", "366 *");
	client_ask(c, "CHATHISTORY LATEST #off * 5",
	    "FAIL CHATHISTORY TEMPORARILY_UNAVAILABLE :*keeps nothing*");
	client_ask(c, "SEARCH text=x",
	    "FAIL SEARCH TEMPORARILY_UNAVAILABLE :*keeps nothing*");
	client_quit_all();
	server_stop(&off);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("history");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "history", start, stop, 60);

	tcase_add_test(tc, test_directions);
	tcase_add_test(tc, test_times);
	tcase_add_test(tc, test_made_again);
	tcase_add_test(tc, test_absurd);
	tcase_add_test(tc, test_rights);
	tcase_add_test(tc, test_events);
	tcase_add_test(tc, test_targets);
	tcase_add_test(tc, test_labels);
	tcase_add_test(tc, test_plain);
	tcase_add_test(tc, test_search);
	tcase_add_test(tc, test_join);
	tcase_add_test(tc, test_pages);
	tcase_add_test(tc, test_direct);
	tcase_add_test(tc, test_kept);
	tcase_add_test(tc, test_kept_lingering);
	tcase_add_test(tc, test_kept_race);
	tcase_add_test(tc, test_devices);
	tcase_add_test(tc, test_redact);
	tcase_add_test(tc, test_marker);
	tcase_add_test(tc, test_crowd);
	tc = harness_case(s, "deaths", NULL, NULL, 60);
	tcase_add_test(tc, test_store_killed);
	tcase_add_test(tc, test_worker_killed);
	tcase_add_test(tc, test_kept_killed);
	tcase_add_test(tc, test_slow);
	tcase_add_test(tc, test_slow_killed);
	tc = harness_case(s, "no store", NULL, NULL, 60);
	tcase_add_test(tc, test_off);
	tcase_add_test(tc, test_sendq);
	return harness_run(suites);
}
