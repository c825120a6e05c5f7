/* SPDX-License-Identifier: ISC */

/* Completion: what Tab makes of a word, and the next Tab. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../client/input/complete.h"
#include "../../client/input/edit.h"
#include "check_client.h"

static const struct {
	enum complete_kind kind;
	const char *word;
	int64_t rank;
} offers[] = {
	{ COMPLETE_NICK, "alice", 3 }, { COMPLETE_NICK, "Albert", 9 },
	{ COMPLETE_NICK, "bob", 0 }, { COMPLETE_NICK, "Bo[t]", 1 },
	{ COMPLETE_NICK, "bob", 5 }, { COMPLETE_NICK, "\303\244rger", 0 },
	{ COMPLETE_NICK, "\346\274\242\345\255\227", 0 },
	{ COMPLETE_ROOM, "#moot", 0 }, { COMPLETE_ROOM, "#more", 0 },
	{ COMPLETE_COMMAND, "kick", 0 }, { COMPLETE_COMMAND, "join", 0 },
	{ COMPLETE_COMMAND, "msg", 0 }, { COMPLETE_COMMAND, "me", 0 },
	{ COMPLETE_SETTING, "paste", 0 }, { COMPLETE_SETTING, "palette", 0 },
	{ COMPLETE_SERVER, "irc.example", 0 },
};

static void
offer(struct complete *c, struct session *session, enum complete_kind kind,
    const char *about, const char *word)
{
	int i;

	ck_assert_ptr_null(session);
	ck_assert_ptr_nonnull(word);
	for (i = 0; i < ROWS(offers); i++)
		if (offers[i].kind == kind)
			complete_offer(c, offers[i].word, offers[i].rank);
	if (kind == COMPLETE_VALUE && strcmp(about, "paste") == 0) {
		complete_offer(c, "ask", 0);
		complete_offer(c, "send", 0);
	}
}

static const char *
usage(const char *command)
{
	static const char *const usages[][2] = {
		{ "msg", "TARGET TEXT" }, { "kick", "[ROOM] NICK [REASON]" },
		{ "join", "ROOM[,ROOM] [KEY[,KEY]]" }, { "me", "TEXT" },
		{ "set", "[[NETWORK.]SETTING [VALUE]]" },
		{ "help", "[COMMAND]" },
		{ "rooms", "" }, { "server", "SERVER" },
	};
	int i;

	for (i = 0; i < ROWS(usages); i++)
		if (strcmp(usages[i][0], command) == 0)
			return usages[i][1];
	return NULL;
}

static const struct complete_source source = {
	.offer = offer, .usage = usage, .after_nick = ": ",
};

/* '\t' is Tab, '<' Shift-Tab; '|' in WANT is the cursor, and the number that
 * of the candidates of the last one. */
static const struct {
	const char *name, *typed, *want;
	size_t count;
} rows[] = {
	{ "who spoke last", "al\t", "Albert: |", 2 },
	{ "then who spoke before", "al\t\t", "alice: |", 2 },
	{ "round and round", "al\t\t\t", "Albert: |", 2 },
	{ "backwards", "al<", "alice: |", 2 },
	{ "on and back", "al\t\t<", "Albert: |", 2 },
	{ "in either case", "AL\t\t", "alice: |", 2 },
	{ "within a line", "hi al\t", "hi Albert |", 2 },
	{ "a blank is there", "hi al x\033[D\033[D\t", "hi Albert| x", 2 },
	{ "the middle of a word", "alx\033[D\t", "Albert: |x", 2 },
	{ "offered twice", "bob\t", "bob: |", 1 },
	{ "nobody", "zz\t", "zz|", 0 },
	{ "after something was typed", "al\tbo\t", "Albert: Bo[t] |", 2 },
	{ "a second line", "a\nal\t", "a\nAlbert |", 2 },
	{ "not ASCII", "\303\244\t", "\303\244rger: |", 1 },
	{ "wide", "\346\274\242\t", "\346\274\242\345\255\227: |", 1 },
	{ "a room", "see #mo\t", "see #moot |", 2 },
	{ "nothing typed: everybody", "\t", "Albert: |", 8 },
	{ "a command", "/k\t", "/kick |", 1 },
	{ "commands", "/m\t\t", "/msg |", 2 },
	{ "a command in capitals", "/KI\t", "/kick |", 1 },
	{ "a slash that is said", "//al\t", "//al|", 0 },
	{ "a slash later", "x /k\t", "x /k|", 0 },
	{ "a target", "/msg #\t", "/msg #moot |", 2 },
	{ "a target, a nick", "/msg a\t", "/msg Albert |", 2 },
	{ "a text", "/msg bob al\t", "/msg bob Albert |", 2 },
	{ "a text goes on", "/msg bob x y al\t", "/msg bob x y Albert |", 2 },
	{ "what may be missing", "/kick al\t", "/kick Albert |", 2 },
	{ "or not", "/kick #\t", "/kick #moot |", 2 },
	{ "a nick or a text", "/kick #moot #\t", "/kick #moot #moot |", 2 },
	{ "a room only", "/join a\t", "/join a|", 0 },
	{ "an unknown command", "/foo al\t", "/foo Albert |", 2 },
	{ "a command's name", "/help j\t", "/help join |", 1 },
	{ "no argument", "/rooms a\t", "/rooms a|", 0 },
	{ "a setting", "/set pa\t\t", "/set paste |", 2 },
	{ "its value", "/set paste \t", "/set paste ask |", 2 },
	{ "of another", "/set palette a\t", "/set palette a|", 0 },
	{ "a server", "/server irc\t", "/server irc.example |", 1 },
	{ "an emoji", "x :tad\t", "x \360\237\216\211|", 1 },
	{ "a whole name", ":smile:\t", "\360\237\230\204|", 1 },
	{ "no such name", ":smil:\t", ":smil:|", 0 },
	{ "many", ":smile\t\t", "\360\237\230\270|", 3 },
	{ "a colon alone", ":\t", ":|", 0 },
	{ "undone", "al\t\037", "al|", 2 },
};

START_TEST(completed)
{
	struct complete *c = complete_new();
	struct edit *e = edit_new(1);
	struct key_reader r = { .len = 0 };
	const char *p;
	char got[256];
	struct key k;
	size_t n = 0;

	for (p = rows[_i].typed; *p != '\0'; p++)
		if (*p == '\t' || *p == '<')
			n = complete_step(c, e, &source, NULL,
			    *p == '<' ? -1 : 1);
		else if (key_take(&r, *p == '\n' ? '\012' : *p, &k))
			edit_key(e, &k);
	snprintf(got, sizeof(got), "%.*s|%s", (int)edit_cursor(e),
	    edit_text(e), edit_text(e) + edit_cursor(e));
	ck_assert_msg(strcmp(got, rows[_i].want) == 0 && n == rows[_i].count,
	    "%s: got \"%s\", %zu", rows[_i].name, got, n);
	complete_free(c);
	edit_free(e);
}
END_TEST

static void
offer_many(struct complete *c, struct session *session,
    enum complete_kind kind, const char *about, const char *word)
{
	char nick[32];
	int i;

	(void)session;
	(void)about;
	(void)word;
	for (i = 0; i < 20000 && kind == COMPLETE_NICK; i++) {
		snprintf(nick, sizeof(nick), "n%d", i);
		complete_offer(c, nick, i == 15000 || i == 3 ? i : 0);
	}
}

static int
equal_exactly(const struct session *session, const char *a, const char *b,
    size_t len)
{
	(void)session;
	return memcmp(a, b, len) == 0;
}

/* Those who spoke are not among those left out. */
START_TEST(many)
{
	static const struct complete_source s = { .offer = offer_many };
	static const struct complete_source exactly = {
		.offer = offer, .equal = equal_exactly };
	struct complete *c = complete_new();
	struct edit *e = edit_new(0);

	edit_set(e, "n");
	ck_assert_uint_eq(complete_step(c, e, &s, NULL, 1), COMPLETE_MOST);
	ck_assert_str_eq(edit_text(e), "n15000 ");
	ck_assert_uint_eq(complete_step(c, e, &s, NULL, 1), COMPLETE_MOST);
	ck_assert_str_eq(complete_candidate(c, complete_taken(c)), "n3");
	edit_set(e, "al");
	ck_assert(!complete_is_on(c, e));
	ck_assert_uint_eq(complete_step(c, e, &exactly, NULL, 1), 1);
	ck_assert(complete_is_on(c, e));
	ck_assert_uint_eq(complete_count(c), 1);
	ck_assert_str_eq(edit_text(e), "alice ");
	complete_free(c);
	edit_free(e);
}
END_TEST

START_TEST(shown)
{
	struct complete *c = complete_new();
	struct edit *e = edit_new(0);

	edit_set(e, ":smile_c");
	complete_step(c, e, &source, NULL, 1);
	ck_assert_str_eq(complete_candidate(c, 0),
	    ":smile_cat: \360\237\230\270");
	complete_free(c);
	edit_free(e);
}
END_TEST

Suite *
check_complete(void)
{
	Suite *s = suite_create("complete");
	TCase *tc = tcase_create("complete");

	ADD_ROWS(tc, completed, rows);
	tcase_add_test(tc, many);
	tcase_add_test(tc, shown);
	suite_add_tcase(s, tc);
	return s;
}
