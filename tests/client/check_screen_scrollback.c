/* SPDX-License-Identifier: ISC */

/*
 * The scrollback: the order of what comes in whatever order, what becomes of
 * lines, what was read; against a plain model, and how much memory and time a
 * full one takes, which is printed and not judged.
 */

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check_client.h"
#include "client/screen/find.h"
#include "client/screen/format.h"
#include "client/screen/scrollback.h"
#include "client/screen/wrap.h"

static struct scrollback *b;

static void
setup(void)
{
	b = scrollback_new();
	ck_assert_ptr_nonnull(b);
}

static void
teardown(void)
{
	scrollback_free(b);
	b = NULL;
}

/* A message of alice's; PLAYBACK if TEXT begins with '<'. */
static uint64_t
say(int64_t when, const char *msgid, const char *text)
{
	struct news n = { 0 };

	n.when = when;
	n.msgid = msgid;
	n.nick = "alice";
	n.text = text;
	if (*text == '<')
		n.flags = NEWS_PLAYBACK;
	return scrollback_add(b, &n);
}

static uint64_t
say_own(int64_t when, uint64_t serial, const char *text)
{
	struct news n = { 0 };

	n.flags = NEWS_OWN | NEWS_PENDING;
	n.when = when;
	n.serial = serial;
	n.nick = "me";
	n.text = text;
	return scrollback_add(b, &n);
}

static uint64_t
mention(int64_t when, const char *msgid)
{
	struct news n = { 0 };

	n.flags = NEWS_MENTION;
	n.when = when;
	n.msgid = msgid;
	n.nick = "bob";
	n.text = "me: hello";
	return scrollback_add(b, &n);
}

static struct scrollback_line
line(uint64_t place)
{
	struct scrollback_line l;
	size_t i = scrollback_at(b, place);

	ck_assert_uint_lt(i, scrollback_count(b));
	scrollback_line(b, i, &l);
	ck_assert_uint_eq(l.place, place);
	return l;
}

/* All texts, with blanks between. */
static void
expect(const char *want)
{
	struct scrollback_line l;
	char got[1024] = "";
	size_t i;

	for (i = 0; i < scrollback_count(b); i++) {
		scrollback_line(b, i, &l);
		if (i > 0)
			strcat(got, " ");
		strcat(got, l.news.text == NULL ? "-" : l.news.text);
		ck_assert(i == 0 || l.place > scrollback_place(b, i - 1));
	}
	ck_assert_str_eq(got, want);
}

/* ---- order ---- */

START_TEST(present_goes_to_the_end)
{
	say(1000, "a", "a");
	say(5000, "b", "b");
	say(3000, "c", "c");
	expect("a b c");
	ck_assert_int_eq(line(scrollback_find(b, "c")).news.when, 3000);
}
END_TEST

START_TEST(playback_goes_where_it_belongs)
{
	say(1000, "a", "a");
	say(5000, "b", "b");
	say(3000, "c", "<c");
	say(500, "d", "<d");
	say(9000, "e", "<e");
	say(3000, "f", "<f");
	expect("<d a <c <f b <e");
}
END_TEST

START_TEST(a_page_goes_before_its_edge)
{
	int i;

	say(1000, "a", "<a");
	say(2000, "b", "b");
	for (i = 0; i < 3; i++) {
		scrollback_page(b, 1);
		say(1000, i == 0 ? "c" : i == 1 ? "e" : "g", "<1");
		say(1000, i == 0 ? "d" : i == 1 ? "f" : "h", "<2");
		scrollback_page(b, 0);
	}
	say(1000, "i", "<i");
	expect("<1 <2 <1 <2 <1 <2 <a <i b");
}
END_TEST

START_TEST(msgid_never_twice)
{
	ck_assert_uint_ne(say(1000, "a", "a"), 0);
	ck_assert_uint_eq(say(1000, "a", "<a"), 0);
	ck_assert_uint_eq(say(9000, "a", "a"), 0);
	ck_assert_uint_ne(say(1000, "b", "a"), 0);
	expect("a a");
}
END_TEST

START_TEST(playback_without_msgid_once)
{
	say(1000, NULL, "a");
	say(1000, NULL, "a");
	ck_assert_uint_ne(say(1000, NULL, "<a"), 0);
	ck_assert_uint_eq(say(1000, NULL, "<a"), 0);
	expect("a a <a");
}
END_TEST

START_TEST(news_of_news_is_no_line)
{
	struct news n = { .kind = NEWS_TYPING, .when = 1, .nick = "x" };

	ck_assert_uint_eq(scrollback_add(b, &n), 0);
	n.kind = NEWS_KINDS;
	ck_assert_uint_eq(scrollback_add(b, &n), 0);
	n.kind = NEWS_JOIN;
	ck_assert_uint_ne(scrollback_add(b, &n), 0);
}
END_TEST

START_TEST(strange_times)
{
	say(INT64_MAX, "a", "a");
	say(INT64_MIN, "b", "<b");
	say(0, "c", "<c");
	say(INT64_MAX, "d", "<d");
	say(1000, "e", "e");
	expect("<b <c a <d e");
	ck_assert_int_eq(line(scrollback_find(b, "a")).news.when, INT64_MAX);
	scrollback_read(b, INT64_MAX);
	ck_assert_uint_eq(scrollback_unread(b), 0);
}
END_TEST

/* ---- what is kept ---- */

START_TEST(everything_comes_back)
{
	struct news n = { .kind = NEWS_JOIN, .flags = NEWS_BOT, .when = 1234,
		.msgid = "m", .nick = "alice", .address = "u@h",
		.account = "Alice", .room = "#x", .target = "@#x",
		.about = "y", .reply = "r", .text = "t\nu" };
	struct scrollback_line l = line(scrollback_add(b, &n));

	ck_assert_int_eq(l.news.kind, NEWS_JOIN);
	ck_assert_uint_eq(l.news.flags, NEWS_BOT);
	ck_assert_int_eq(l.news.when, 1234);
	ck_assert_str_eq(l.news.msgid, "m");
	ck_assert_str_eq(l.news.nick, "alice");
	ck_assert_str_eq(l.news.address, "u@h");
	ck_assert_str_eq(l.news.account, "Alice");
	ck_assert_str_eq(l.news.target, "@#x");
	ck_assert_str_eq(l.news.about, "y");
	ck_assert_str_eq(l.news.reply, "r");
	ck_assert_str_eq(l.news.text, "t\nu");
	ck_assert_ptr_null(l.news.room);
	n.msgid = "n";
	n.account = "alice";
	n.address = NULL;
	l = line(scrollback_add(b, &n));
	ck_assert_str_eq(l.news.account, "alice");
	ck_assert_ptr_null(l.news.address);
}
END_TEST

START_TEST(a_huge_text_is_cut)
{
	size_t size = SCROLLBACK_TEXT + 10;
	char *text = malloc(size);
	struct scrollback_line l;

	memset(text, 'a', size);
	memcpy(text + SCROLLBACK_TEXT - 1, "\346\227\245", 4);
	l = line(say(1, "a", text));
	ck_assert_uint_eq(strlen(l.news.text), SCROLLBACK_TEXT - 1);
	free(text);
}
END_TEST

START_TEST(ceiling)
{
	char msgid[8], text[8];
	uint64_t first = 0;
	int i;

	scrollback_limit(b, 3);
	for (i = 0; i < 5; i++) {
		snprintf(msgid, sizeof(msgid), "m%d", i);
		snprintf(text, sizeof(text), "%d", i);
		say(1000 + i, msgid, text);
		if (i == 0) {
			first = scrollback_find(b, "m0");
			scrollback_begins(b);
		}
	}
	expect("2 3 4");
	ck_assert(!scrollback_has_begun(b));
	ck_assert_uint_eq(scrollback_find(b, "m0"), 0);
	/* What is gone is where the next one is. */
	ck_assert_uint_eq(scrollback_at(b, first), 0);
	ck_assert_uint_eq(say(900, "x", "<x"), 0);
	scrollback_hold(b, 1);
	ck_assert(!scrollback_full(b));
	say(900, "x", "<x");
	ck_assert(scrollback_full(b));
	expect("<x 2 3 4");
	/* A page of which a part had no room does not reach the beginning. */
	scrollback_page(b, 1);
	say(700, "y", "<y");
	say(800, "z", "<z");
	scrollback_page(b, 0);
	scrollback_begins(b);
	ck_assert(!scrollback_has_begun(b));
	scrollback_hold(b, 0);
	expect("2 3 4");
	scrollback_page(b, 1);
	scrollback_begins(b);
	ck_assert(scrollback_has_begun(b));
	scrollback_limit(b, 1);
	expect("4");
}
END_TEST

START_TEST(ceiling_in_bytes)
{
	char *text = calloc(1, 4001);
	int i;

	memset(text, 'x', 4000);
	scrollback_limit(b, 100);
	for (i = 0; i < 100; i++)
		say(1000 + i, NULL, text);
	ck_assert_uint_le(scrollback_count(b), 100 * SCROLLBACK_MEAN / 4000);
	ck_assert_uint_ge(scrollback_count(b), 6);
	free(text);
}
END_TEST

/* ---- the fate of own lines ---- */

START_TEST(accepted)
{
	uint64_t place = say_own(1000, 7, "a");

	say(2000, "b", "b");
	ck_assert_int_eq(line(place).state, SCROLLBACK_PENDING);
	ck_assert_uint_eq(line(place).news.serial, 7);
	ck_assert_uint_eq(scrollback_accept(b, 8, "x", 0), 0);
	ck_assert_uint_eq(scrollback_accept(b, 7, "m", 1500), place);
	ck_assert_int_eq(line(place).state, SCROLLBACK_DONE);
	ck_assert_uint_eq(line(place).news.flags, NEWS_OWN);
	ck_assert_int_eq(line(place).news.when, 1500);
	ck_assert_uint_eq(scrollback_find(b, "m"), place);
	ck_assert_uint_eq(scrollback_accept(b, 7, "n", 0), 0);
	expect("a b");
}
END_TEST

START_TEST(accepted_after_history_had_it)
{
	say_own(1000, 7, "a");
	say(2000, "m", "<a");
	ck_assert_uint_eq(scrollback_accept(b, 7, "m", 0),
	    scrollback_find(b, "m"));
	expect("<a");
}
END_TEST

/* The echo is told as a message with its serial. */
START_TEST(accepted_by_its_echo)
{
	struct news n = { .flags = NEWS_OWN, .when = 1200, .serial = 7,
		.msgid = "m", .nick = "me", .text = "a" };
	uint64_t place = say_own(1000, 7, "a");

	ck_assert_uint_eq(scrollback_add(b, &n), 0);
	ck_assert_uint_eq(scrollback_find(b, "m"), place);
	expect("a");
}
END_TEST

START_TEST(a_clock_that_is_ahead)
{
	say(1000, "a", "a");
	say_own(3600000, 7, "mine");
	scrollback_accept(b, 7, "m", 2000);
	say(3000, "c", "c");
	say(2500, "d", "<d");
	expect("a mine <d c");
}
END_TEST

START_TEST(failed)
{
	uint64_t place = say_own(1000, 7, "a");

	ck_assert_uint_eq(scrollback_fail(b, 7, SCROLLBACK_FAILED,
	    "Cannot send"), place);
	ck_assert_int_eq(line(place).state, SCROLLBACK_FAILED);
	ck_assert_str_eq(line(place).why, "Cannot send");
	ck_assert_uint_eq(line(place).news.flags, NEWS_OWN);
	ck_assert_uint_eq(scrollback_retry(b, place, 9), place);
	ck_assert_int_eq(line(place).state, SCROLLBACK_PENDING);
	ck_assert_ptr_null(line(place).why);
	ck_assert_uint_eq(scrollback_fail(b, 7, SCROLLBACK_FAILED, ""), 0);
	scrollback_fail(b, 9, SCROLLBACK_UNSURE, NULL);
	ck_assert_int_eq(line(place).state, SCROLLBACK_UNSURE);
	ck_assert_uint_eq(scrollback_accept(b, 9, "m", 0), place);
	ck_assert_uint_eq(scrollback_retry(b, place, 10), 0);
}
END_TEST

/* ---- redaction and reactions ---- */

START_TEST(redacted)
{
	uint64_t place = mention(INT64_C(1) << 42, "m");

	ck_assert_uint_eq(scrollback_mentions(b), 1);
	scrollback_react(b, "m", "bob", 0, "+1");
	ck_assert_uint_eq(scrollback_redact(b, "m", "op", "spam"), place);
	ck_assert_ptr_null(line(place).news.text);
	ck_assert_str_eq(line(place).redacted, "op");
	ck_assert_str_eq(line(place).why, "spam");
	ck_assert_uint_eq(line(place).reactions, 0);
	ck_assert_uint_eq(scrollback_mentions(b), 0);
	ck_assert_uint_eq(scrollback_unread(b), 0);
	ck_assert_uint_eq(scrollback_react(b, "m", "bob", 0, "+1"), 0);
	ck_assert_uint_eq(scrollback_redact(b, "x", NULL, NULL), 0);
	ck_assert_uint_eq(scrollback_redact(b, "m", NULL, NULL), place);
	ck_assert_str_eq(line(place).redacted, "");
}
END_TEST

START_TEST(reactions)
{
	uint64_t place = say(1000, "m", "a");
	struct scrollback_line l;

	ck_assert_uint_eq(scrollback_react(b, "x", "bob", 0, "+1"), 0);
	ck_assert_uint_eq(scrollback_react(b, "m", "bob", 0, "+1"), place);
	ck_assert_uint_eq(scrollback_react(b, "m", "BOB", 0, "+1"), 0);
	ck_assert_uint_eq(scrollback_react(b, "m", "me", 1, "+1"), place);
	ck_assert_uint_eq(scrollback_react(b, "m", "carol", 0, "\360\237\216"
	    "\211"), place);
	ck_assert_uint_eq(scrollback_react(b, "m", "bob", 0, ""), 0);
	l = line(place);
	ck_assert_uint_eq(l.reactions, 2);
	ck_assert_str_eq(l.reaction[0].what, "+1");
	ck_assert_uint_eq(l.reaction[0].count, 2);
	ck_assert_str_eq(l.reaction[0].name[1], "me");
	ck_assert(l.reaction[0].own && !l.reaction[1].own);
	scrollback_unreact(b, "m", "me", 1, "+1");
	ck_assert(!line(place).reaction[0].own);
	scrollback_unreact(b, "m", "bob", 0, "+1");
	ck_assert_uint_eq(line(place).reactions, 1);
	ck_assert_uint_eq(scrollback_unreact(b, "m", "dave", 0, "x"), 0);
}
END_TEST

START_TEST(reactions_without_end)
{
	uint64_t place = say(1000, "m", "a");
	char who[16], what[SCROLLBACK_REACTION * 3];
	int i;

	memset(what, 'x', sizeof(what) - 1);
	what[sizeof(what) - 1] = '\0';
	for (i = 0; i < 1000; i++) {
		snprintf(who, sizeof(who), "n%d", i);
		scrollback_react(b, "m", who, 0, "+1");
	}
	for (i = 0; i < 100; i++) {
		what[0] = (char)('!' + i % 90);
		scrollback_react(b, "m", "bob", 0, what);
	}
	ck_assert_uint_eq(line(place).reactions, SCROLLBACK_REACTIONS);
	ck_assert_uint_eq(line(place).reaction[0].count, 1000);
	ck_assert_uint_eq(line(place).reaction[0].names,
	    SCROLLBACK_REACTORS);
	ck_assert_uint_eq(strlen(line(place).reaction[1].what),
	    SCROLLBACK_REACTION);
}
END_TEST

/* ---- what was read ---- */

START_TEST(unread)
{
	int64_t now = (int64_t)time(NULL) * 1000;

	say(now - 9000, "a", "<a");
	ck_assert_uint_eq(scrollback_unread(b), 0);
	scrollback_read(b, now - 10000);
	ck_assert_uint_eq(scrollback_unread(b), 1);
	mention(now - 8000, "b");
	say_own(now - 7000, 1, "c");
	say(now - 6000, "d", "d");
	ck_assert_uint_eq(scrollback_unread(b), 3);
	ck_assert_uint_eq(scrollback_mentions(b), 1);
	ck_assert_uint_eq(scrollback_first_unread(b),
	    scrollback_find(b, "a"));
	scrollback_read(b, now - 8000);
	ck_assert_uint_eq(scrollback_unread(b), 1);
	ck_assert_uint_eq(scrollback_mentions(b), 0);
	ck_assert_uint_eq(scrollback_first_unread(b),
	    scrollback_find(b, "d"));
	scrollback_read(b, now - 9000);
	ck_assert_int_eq(scrollback_marker(b), now - 8000);
	scrollback_read(b, now);
	ck_assert_uint_eq(scrollback_first_unread(b), 0);
	/* The last is read, though its place is later than its time. */
	say(now + 3600000, "e", "e");
	say(now + 1000, "f", "f");
	scrollback_read(b, now + 1000);
	ck_assert_uint_eq(scrollback_unread(b), 0);
}
END_TEST

START_TEST(days)
{
	setenv("TZ", "UTC", 1);
	tzset();
	say(INT64_C(86400000) * 10 - 1, "a", "a");
	say(INT64_C(86400000) * 10, "b", "b");
	say(INT64_C(86400000) * 10 + 5, "c", "c");
	say(INT64_C(86400000) * 375 + 5, "d", "d");
	ck_assert(scrollback_new_day(b, 0));
	ck_assert(scrollback_new_day(b, 1));
	ck_assert(!scrollback_new_day(b, 2));
	ck_assert(scrollback_new_day(b, 3));
}
END_TEST

/* ---- looking for something ---- */

START_TEST(mentions)
{
	say(1000, "a", "a");
	mention(2000, "b");
	say(3000, "c", "c");
	mention(4000, "d");
	scrollback_redact(b, "d", NULL, NULL);
	mention(5000, "e");
	ck_assert_uint_eq(scrollback_next_mention(b, SIZE_MAX, 1), 1);
	ck_assert_uint_eq(scrollback_next_mention(b, 1, 1), 4);
	ck_assert_uint_eq(scrollback_next_mention(b, 4, 1), SIZE_MAX);
	ck_assert_uint_eq(scrollback_next_mention(b, 5, -1), 4);
	ck_assert_uint_eq(scrollback_next_mention(b, 4, -1), 1);
	ck_assert_uint_eq(scrollback_next_mention(b, 1, -1), SIZE_MAX);
}
END_TEST

START_TEST(search)
{
	struct find f;

	say(1000, "a", "The \002Mo\002ot");
	say(2000, "b", "other");
	say(3000, "c", "moot again");
	find_set(&f, "MOOT");
	ck_assert_uint_eq(scrollback_search(b, 3, -1, &f), 2);
	ck_assert_uint_eq(scrollback_search(b, 2, -1, &f), 0);
	ck_assert_uint_eq(scrollback_search(b, 0, -1, &f), SIZE_MAX);
	ck_assert_uint_eq(scrollback_search(b, SIZE_MAX, 1, &f), 0);
	find_set(&f, "ALI");
	ck_assert_uint_eq(scrollback_search(b, 2, -1, &f), 1);
	find_set(&f, "");
	ck_assert_uint_eq(scrollback_search(b, 3, -1, &f), SIZE_MAX);
	find_set(&f, "other");
	scrollback_redact(b, "b", NULL, NULL);
	ck_assert_uint_eq(scrollback_search(b, 3, -1, &f), SIZE_MAX);
}
END_TEST

static const struct {
	const char *text;
	int columns;
	const char *want;
} quotes[] = {
	{ "hello", 40, "alice: hello" },
	{ "hello", 12, "alice: hello" },
	{ "hello!", 12, "alice: hell\342\200\246" },
	{ "one\ntwo", 40, "alice: one two" },
	{ "\002b\033[2J", 40, "alice: b\357\277\275[2J" },
	{ "\346\227\245\346\234\254", 10, "alice: \346\227\245\342\200\246" },
	{ "", 40, "alice: " },
};

START_TEST(quote_rows)
{
	char buf[64];

	say(1, "m", quotes[_i].text);
	ck_assert(scrollback_quote(b, "m", buf, sizeof(buf),
	    quotes[_i].columns));
	ck_assert_str_eq(buf, quotes[_i].want);
	ck_assert(!scrollback_quote(b, "x", buf, sizeof(buf), 10));
	ck_assert_str_eq(buf, "");
}
END_TEST

/* ---- how far back it goes ---- */

START_TEST(ends)
{
	struct news n = { .kind = NEWS_CLIENT, .when = 500, .text = "hello" };
	int64_t when;

	ck_assert_ptr_null(scrollback_oldest(b, &when));
	ck_assert_int_eq(when, 0);
	ck_assert_ptr_null(scrollback_newest(b, &when));
	scrollback_add(b, &n);
	ck_assert_ptr_null(scrollback_oldest(b, &when));
	ck_assert_int_eq(when, 0);
	say(1000, NULL, "a");
	ck_assert_ptr_null(scrollback_oldest(b, &when));
	ck_assert_int_eq(when, 1000);
	say(2000, "b", "b");
	say_own(3000, 1, "c");
	ck_assert_str_eq(scrollback_newest(b, &when), "b");
	ck_assert_int_eq(when, 2000);
	say(900, "d", "<d");
	ck_assert_str_eq(scrollback_oldest(b, &when), "d");
	scrollback_begins(b);
	ck_assert(scrollback_has_begun(b));
	scrollback_clear(b);
	ck_assert_uint_eq(scrollback_count(b), 0);
	ck_assert(!scrollback_has_begun(b));
}
END_TEST

/* ---- against a model ---- */

enum { MODEL = 400, MODEL_KEPT = 100 };

static struct model {
	int64_t when;
	int unread;
	char msgid[16];
} model[MODEL];
static size_t models;

static void
model_insert(size_t at, int64_t when, const char *msgid)
{
	memmove(&model[at + 1], &model[at],
	    (models - at) * sizeof(*model));
	model[at].when = when;
	model[at].unread = when > 5000;
	snprintf(model[at].msgid, sizeof(model[at].msgid), "%s", msgid);
	models++;
	while (models > MODEL_KEPT)
		memmove(model, model + 1, --models * sizeof(*model));
}

static void
model_check(void)
{
	struct scrollback_line l;
	size_t i, count = 0;

	ck_assert_uint_eq(scrollback_count(b), models);
	for (i = 0; i < models; i++) {
		scrollback_line(b, i, &l);
		ck_assert_str_eq(l.news.msgid, model[i].msgid);
		ck_assert_int_eq(l.news.when, model[i].when);
		ck_assert_uint_eq(scrollback_at(b, l.place), i);
		ck_assert_uint_eq(scrollback_find(b, l.news.msgid), l.place);
		ck_assert(i == 0 || scrollback_place(b, i - 1) < l.place);
		count += model[i].unread != 0;
	}
	ck_assert_uint_eq(scrollback_unread(b), count);
}

/* The clock only goes on, so that the order is that of time. */
START_TEST(any_order)
{
	int64_t clock = 4000, when;
	char msgid[16];
	size_t at;
	int i;

	models = 0;
	srandom(3);
	scrollback_limit(b, MODEL_KEPT);
	scrollback_read(b, 5000);
	for (i = 0; i < MODEL; i++) {
		snprintf(msgid, sizeof(msgid), "m%d", i);
		if (random() % 2) {
			clock += random() % 10;
			say(clock, msgid, "x");
			model_insert(models, clock, msgid);
		} else {
			when = 1000 + random() % (clock - 1000);
			for (at = models; at > 0 && model[at - 1].when > when;)
				at--;
			say(when, msgid, "<x");
			if (at > 0 || models < MODEL_KEPT)
				model_insert(at, when, msgid);
		}
		if (random() % 10 == 0 && models > 0)
			scrollback_react(b, model[random() % models].msgid,
			    "bob", 0, "+1");
		model_check();
	}
}
END_TEST

/* ---- how much, how long ---- */

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* whoever else runs */
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* About the lengths that people write: most are short, some long. */
static size_t
typical(char *text, size_t size, int i)
{
	static const char words[] = "the quick brown fox jumps over a lazy dog "
	    "while somebody asks whether that was not said here before; "
	    "https://example.org/quite/a/long/address?with=a&query=string "
	    "and then there is more of it, as always on a slow afternoon ";
	size_t len = 8 + (size_t)random() % (i % 10 == 0 ? 200 : 80);

	snprintf(text, size, "%.*s", (int)len, words + i % 8);
	return strlen(text);
}

START_TEST(a_full_one)
{
	struct mallinfo2 before = mallinfo2(), after;
	struct format f = { 0 };
	struct scrollback_line l;
	struct find words;
	char text[512], msgid[40], nick[16];
	size_t i, bytes = 0, rows = 0;
	double t0 = seconds(), t1, t2, t3, t4;

	srandom(4);
	for (i = 0; i < SCROLLBACK_LINES; i++) {
		struct news n = { .when = INT64_C(1790000000000) +
			(int64_t)i * 700, .msgid = msgid, .nick = nick,
			.account = nick, .text = text };

		snprintf(msgid, sizeof(msgid), "%012zx-%08zx", i, i * 7);
		snprintf(nick, sizeof(nick), "person%zu", i % 50);
		bytes += typical(text, sizeof(text), (int)i);
		ck_assert_uint_ne(scrollback_add(b, &n), 0);
	}
	t1 = seconds();
	after = mallinfo2();
	for (i = 0; i < scrollback_count(b); i++) {
		scrollback_line(b, i, &l);
		ck_assert_int_eq(format_plain(&f, l.news.text), 0);
		rows += wrap_height(f.text, f.len, 60, 60);
	}
	t2 = seconds();
	find_set(&words, "not there");
	ck_assert_uint_eq(scrollback_search(b, SIZE_MAX, 1, &words), SIZE_MAX);
	t3 = seconds();
	for (i = 0; i < 1000; i++) {
		snprintf(msgid, sizeof(msgid), "middle%zu", i);
		say(INT64_C(1790000000000) + (random() % 70000000), msgid,
		    "<x");
	}
	t4 = seconds();
	printf("%zu lines of %zu bytes: %.1f MB; added in %.0f ms, %zu rows "
	    "in %.0f ms, searched in %.0f ms, in between %.1f us a line\n",
	    (size_t)SCROLLBACK_LINES, bytes / SCROLLBACK_LINES,
	    (double)(after.uordblks + after.hblkhd - before.uordblks -
	    before.hblkhd) / 1e6, (t1 - t0) * 1e3, rows, (t2 - t1) * 1e3,
	    (t3 - t2) * 1e3, (t4 - t3) * 1e3);
	format_clear(&f);
}
END_TEST

Suite *
check_screen_scrollback(void)
{
	const TTest *const tests[] = { present_goes_to_the_end,
		playback_goes_where_it_belongs, a_page_goes_before_its_edge,
		msgid_never_twice, playback_without_msgid_once,
		news_of_news_is_no_line, strange_times, everything_comes_back,
		a_huge_text_is_cut, ceiling, ceiling_in_bytes, accepted,
		accepted_after_history_had_it, accepted_by_its_echo,
		a_clock_that_is_ahead, failed, redacted, reactions,
		reactions_without_end, unread, days, mentions, search, ends,
		any_order, a_full_one };
	Suite *s = suite_create("screen/scrollback");
	TCase *tc = tcase_create("scrollback");
	int i;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	for (i = 0; i < ROWS(tests); i++)
		tcase_add_test(tc, tests[i]);
	ADD_ROWS(tc, quote_rows, quotes);
	suite_add_tcase(s, tc);
	return s;
}
