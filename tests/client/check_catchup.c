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

Suite *
check_catchup(void)
{
	Suite *suite = suite_create("catchup");
	TCase *tc = tcase_create("catchup");

	tcase_add_checked_fixture(tc, setup, teardown);
	ADD_ROWS(tc, seen, rows);
	ADD_ROWS(tc, lost, held);
	tcase_add_test(tc, last);
	tcase_add_test(tc, bounded);
	suite_add_tcase(suite, tc);
	return suite;
}
