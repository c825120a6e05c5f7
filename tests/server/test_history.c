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

#include "harness.h"

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

/* Takes the answer of C from its batch. */
static void
told_take(struct client *c)
{
	char batch[32] = "", tag[64];

	told_clear();
	for (;;) {
		ck_assert_msg(client_line(c, harness_ms(20000)),
		    "%s: no end of the history", c->nick);
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

START_TEST(test_times)
{
	struct client *c = member("ann", CAPS, "#times");
	char first[80], last[80];
	int i;

	/* each in a millisecond of its own */
	for (i = 0; i < 6; i++) {
		long now = clock_ms();
		say(c, "#times", i, i);
		wait_for(clock_ms() > now + 1, 1000);
	}
	ask(c, "CHATHISTORY LATEST #times * 100");
	expect_lines(0, 5);
	time_of(1, first, sizeof(first));
	time_of(4, last, sizeof(last));
	ask(c, "CHATHISTORY BEFORE #times %s 100", last);
	expect_lines(0, 3);
	ask(c, "CHATHISTORY AFTER #times %s 100", first);
	expect_lines(2, 5);
	ask(c, "CHATHISTORY LATEST #times %s 100", first);
	expect_lines(2, 5);
	ask(c, "CHATHISTORY BETWEEN #times %s %s 100", first, last);
	expect_lines(2, 3);
	ask(c, "CHATHISTORY BETWEEN #times %s %s 1", last, first);
	expect_lines(3, 3);
	ask(c, "CHATHISTORY AROUND #times %s 3", last);
	expect_lines(3, 5);
	ask(c, "CHATHISTORY AFTER #times timestamp=2001-01-01T00:00:00.000Z "
	    "100");
	expect_lines(0, 5);
	ask(c, "CHATHISTORY BEFORE #times timestamp=2001-01-01T00:00:00.000Z "
	    "100");
	expect_lines(0, -1);
}
END_TEST

static const struct {
	const char *ask, *want;
} absurd[] = {
	{ "CHATHISTORY", "461 " },
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
	client_send(a, "@+typing=active TAGMSG #events");
	client_send(a, "KICK #events rob :out");
	client_sync(a);
	ask(a, "CHATHISTORY LATEST #events * 100");
	ck_assert_int_eq(told.n, 9);
	for (i = 0; i < 9; i++)
		ck_assert_msg(strstr(told.line[i], want[i]) != NULL,
		    "%d: no %s: %s", i, want[i], told.line[i]);
	ck_assert(strstr(told.line[7], "+typing=active") != NULL);
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
	tcase_add_test(tc, test_absurd);
	tcase_add_test(tc, test_rights);
	tcase_add_test(tc, test_events);
	tcase_add_test(tc, test_targets);
	tcase_add_test(tc, test_labels);
	tcase_add_test(tc, test_plain);
	tcase_add_test(tc, test_search);
	tcase_add_test(tc, test_join);
	tcase_add_test(tc, test_pages);
	tc = harness_case(s, "no store", NULL, NULL, 60);
	tcase_add_test(tc, test_off);
	return harness_run(suites);
}
