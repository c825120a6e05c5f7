/* SPDX-License-Identifier: ISC */

/* Catching up: what was seen is not news, and the rest is. */

#include <stdio.h>
#include <string.h>

#include "../../client/session/catchup.h"
#include "../../client/session/session.h"
#include "check_client.h"

static struct session s;

static void
setup(void)
{
	ck_assert_int_eq(session_init(&s, "127.0.0.1:1", "me"), 0);
}

static void
teardown(void)
{
	session_clear(&s);
}

static int
is_new(const char *room, const char *msgid, unsigned int flags)
{
	struct news n = { .kind = NEWS_MESSAGE, .flags = flags, .when = 1,
		.nick = "x", .room = room, .msgid = msgid, .text = "hi" };

	return catchup_is_new(&s, &n);
}

/* After "a" in #r. */
static const struct {
	const char *name, *room, *msgid;
	unsigned int flags;
	int want;
} rows[] = {
	{ "another", "#r", "b", 0, 1 },
	{ "the same", "#r", "a", 0, 0 },
	{ "in another case of the room", "#R", "a", 0, 0 },
	{ "in case of its own", "#r", "A", 0, 1 },
	{ "elsewhere", "#s", "a", 0, 1 },
	{ "played back", "#r", "a", NEWS_PLAYBACK, 0 },
	{ "another, played back", "#r", "b", NEWS_PLAYBACK, 1 },
	{ "without a msgid", "#r", NULL, 0, 1 },
	{ "of no room", NULL, "a", 0, 1 },
	{ "an empty one", "#r", "", 0, 1 },
};

START_TEST(seen)
{
	ck_assert_int_eq(is_new("#r", "a", 0), 1);
	ck_assert_int_eq(is_new(rows[_i].room, rows[_i].msgid,
	    rows[_i].flags), rows[_i].want);
}
END_TEST

START_TEST(last)
{
	ck_assert_ptr_null(catchup_last(&s, "#r"));
	is_new("#r", "a", 0);
	is_new("#r", "b", 0);
	is_new("#s", "c", 0);
	ck_assert_str_eq(catchup_last(&s, "#R"), "b");
	catchup_lost(&s);
	ck_assert_str_eq(catchup_last(&s, "#r"), "b");
}
END_TEST

/* Only so much is remembered, of a room and of rooms. */
START_TEST(bounded)
{
	char text[32];
	int i;

	for (i = 0; i < CATCHUP_IDS + 1; i++) {
		snprintf(text, sizeof(text), "id%d", i);
		ck_assert_int_eq(is_new("#r", text, 0), 1);
	}
	ck_assert_int_eq(is_new("#r", "id1", 0), 0);
	ck_assert_int_eq(is_new("#r", "id0", 0), 1);
	for (i = 0; i < CATCHUP_PLACES; i++) {
		snprintf(text, sizeof(text), "#r%d", i);
		ck_assert_int_eq(is_new(text, "x", 0), 1);
	}
	ck_assert_ptr_null(catchup_last(&s, "#r"));
	ck_assert_str_eq(catchup_last(&s, "#r1"), "x");
}
END_TEST

static char told[64];

static void
note_told(struct session *of, const struct news *n)
{
	(void)of;
	if (n->msgid != NULL)
		strcat(told, n->msgid);
}

/* What is held for what comes before it, when the line is lost again: not told
 * before that, nor twice; but after a while, or at the end, come what may. */
static const struct {
	const char *name;
	int ends;
	int64_t later;
	const char *want;
} held[] = {
	{ "the line is lost", 0, 0, "" },
	{ "for a while", 0, CATCHUP_WAIT - 1000, "" },
	{ "for longer", 0, CATCHUP_WAIT + 1000, "c" },
	{ "for good", 1, 0, "c" },
};

START_TEST(lost)
{
	static const struct view view = { .tell = note_told };

	news_view(&view);
	*told = '\0';
	s.catches_up = 1;
	is_new("#r", "a", 0);
	catchup_lost(&s);
	catchup_joined(&s, "#r");
	ck_assert_int_eq(is_new("#r", "c", 0), 0);
	s.state = SESSION_OFFLINE;
	catchup_lost(&s);
	if (held[_i].ends)
		session_end(&s, STATUS_UNREACHABLE, "over");
	catchup_tick(&s, connection_now() + held[_i].later);
	ck_assert_str_eq(told, held[_i].want);
	ck_assert_int_eq(is_new("#r", "c", NEWS_PLAYBACK), 0);
}
END_TEST

static char errors[256];

static void
note_error(struct session *of, const struct news *n)
{
	(void)of;
	if (n->kind == NEWS_ERROR)
		snprintf(errors, sizeof(errors), "%s", n->text);
	if (n->kind == NEWS_MESSAGE)
		strcat(told, n->msgid);
}

static void
hear(const char *text)
{
	char line[256];

	snprintf(line, sizeof(line), "%s", text);
	event_handle(&s, line, strlen(line));
}

/* Whether it asks for TEXT by NOW. */
static int
asks(const char *text, int64_t now)
{
	int found;

	s.connection.outlen = 0;
	catchup_tick(&s, now);
	s.connection.out[s.connection.outlen] = '\0';
	found = strstr(s.connection.out, text) != NULL;
	ck_assert_int_eq(found, s.connection.outlen > 0);
	return found;
}

/* The line is back, and who was in #r up to "a" is there again. */
static void
is_back(void)
{
	static const struct view view = { .tell = note_error };
	char token[] = "CHATHISTORY=50";

	news_view(&view);
	*told = *errors = '\0';
	s.caps = CAP(MESSAGE_TAGS) | CAP(BATCH) | CAP(CHATHISTORY);
	is_new("#r", "a", 0);
	catchup_lost(&s);
	s.state = SESSION_ONLINE;
	s.connection.state = CONNECTION_OPEN;
	isupport_take(&s.isupport, token);
	s.to_catch_up = 1;
	catchup_joined(&s, "#r");
}

/* Refused REFUSALS times; what was missed is not given up for that. */
static const struct {
	const char *name;
	int refusals;
	const char *told, *error;
} refusals[] = {
	{ "never", 0, "b", "" },
	{ "once", 1, "b", "" },
	{ "as often as it asks again", CATCHUP_TRIES, "b", "" },
	{ "for ever", CATCHUP_TRIES + 1, "",
	    "#r: what was missed is not known" },
};

START_TEST(refused)
{
	int64_t now = connection_now();
	int i;

	is_back();
	for (i = 0; i < refusals[_i].refusals; i++) {
		ck_assert(asks("CHATHISTORY AFTER #r msgid=a 50", now));
		ck_assert_str_eq(errors, "");
		hear(":x FAIL CHATHISTORY MESSAGE_ERROR AFTER #r :not now");
		if (i < CATCHUP_TRIES)
			*errors = '\0'; /* the refusal itself is shown */
		ck_assert(!asks("CHATHISTORY", connection_now()));
		now = connection_now() + (CATCHUP_AGAIN << i) + 1000;
	}
	ck_assert_str_eq(errors, refusals[_i].error);
	ck_assert_int_eq(asks("CHATHISTORY AFTER #r msgid=a 50", now),
	    *refusals[_i].told != '\0');
	if (*refusals[_i].told != '\0') {
		hear("BATCH +1 chathistory #r");
		hear("@batch=1;msgid=b :x!y@z PRIVMSG #r :hi");
		hear("BATCH -1");
	}
	ck_assert_str_eq(told, refusals[_i].told);
}
END_TEST

/* Who has written meanwhile is asked for again as well. */
START_TEST(targets)
{
	int64_t now = connection_now();
	int i;

	strcpy(s.logged_in, "me");
	is_back();
	for (i = 0; i <= CATCHUP_TRIES; i++) {
		ck_assert(asks("CHATHISTORY TARGETS timestamp=", now));
		hear(":x FAIL CHATHISTORY MESSAGE_ERROR TARGETS * :not now");
		hear("BATCH +1 chathistory #r");
		hear("BATCH -1");
		ck_assert(!asks("CHATHISTORY", connection_now()));
		now = connection_now() + (CATCHUP_AGAIN << i) + 1000;
	}
	ck_assert(!asks("CHATHISTORY TARGETS", now));
}
END_TEST

Suite *
check_catchup(void)
{
	Suite *suite = suite_create("catchup");
	TCase *tc = tcase_create("catchup");

	tcase_add_checked_fixture(tc, setup, teardown);
	ADD_ROWS(tc, seen, rows);
	ADD_ROWS(tc, lost, held);
	ADD_ROWS(tc, refused, refusals);
	tcase_add_test(tc, targets);
	tcase_add_test(tc, last);
	tcase_add_test(tc, bounded);
	suite_add_tcase(suite, tc);
	return suite;
}
