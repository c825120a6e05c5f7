/* SPDX-License-Identifier: ISC */

/* What a bot takes for a question, and what is told of it to a program. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../client/bot/question.h"
#include "check_client.h"

static char *targets[] = { "#Room", "carol", NULL };

static const struct question_rules addressed = { .targets = targets };
static const struct question_rules prefixed = { .targets = targets,
	.prefix = "!" };
static const struct question_rules all = { .targets = targets,
	.which = QUESTION_ALL };
static const struct question_rules anybody = { .targets = targets,
	.direct = 1, .actions = 1 };
static const struct question_self self = { .nick = "Bot", .account = "botty",
	.chantypes = "#&", .network = "net" };

static const struct {
	const char *name;
	const struct question_rules *rules;
	struct news n;
	const char *want; /* NULL: it is none */
} rows[] = {
	{ "addressed", &addressed, { .room = "#room",
	    .text = "bot: what?" }, "what?" },
	{ "with a comma", &addressed, { .room = "#room",
	    .text = "BOT,what?" }, "what?" },
	{ "with an at sign", &addressed, { .room = "#room",
	    .text = "@bot what?" }, "what?" },
	{ "a nick that goes on", &addressed, { .room = "#room",
	    .text = "botty: what?" }, NULL },
	{ "talked about", &addressed, { .room = "#room",
	    .text = "bot is nice" }, NULL },
	{ "nothing asked", &addressed, { .room = "#room",
	    .text = "bot: " }, NULL },
	{ "only an at sign", &addressed, { .room = "#room",
	    .text = "@" }, NULL },
	{ "not for us", &addressed, { .room = "#room",
	    .text = "what?" }, NULL },
	{ "no prefix wanted", &addressed, { .room = "#room",
	    .text = "!what" }, NULL },
	{ "a prefix", &prefixed, { .room = "#room", .text = "!what" },
	    "what" },
	{ "a prefix alone", &prefixed, { .room = "#room", .text = "!" },
	    NULL },
	{ "a prefix does not hide the nick", &prefixed, { .room = "#room",
	    .text = "bot: what" }, "what" },
	{ "all", &all, { .room = "#room", .text = "what" }, "what" },
	{ "all, addressed", &all, { .room = "#room", .text = "bot: what" },
	    "what" },
	{ "another room", &all, { .room = "#other", .text = "what" }, NULL },
	{ "direct, from one named", &addressed, { .room = "Carol",
	    .text = "what" }, "what" },
	{ "direct, from others", &addressed, { .room = "dave",
	    .text = "what" }, NULL },
	{ "direct, from anybody", &anybody, { .room = "dave",
	    .text = "what" }, "what" },
	{ "that is no other room", &anybody, { .room = "#other",
	    .text = "bot: what" }, NULL },
	{ "a notice", &all, { .kind = NEWS_NOTICE, .room = "#room",
	    .text = "what" }, NULL },
	{ "a CTCP", &all, { .kind = NEWS_CTCP, .room = "#room",
	    .text = "what" }, NULL },
	{ "an action", &all, { .kind = NEWS_ACTION, .room = "#room",
	    .text = "asks" }, NULL },
	{ "an action, wanted", &anybody, { .kind = NEWS_ACTION,
	    .room = "carol", .text = "asks" }, "asks" },
	{ "a join", &all, { .kind = NEWS_JOIN, .room = "#room" }, NULL },
	{ "our own", &all, { .flags = NEWS_OWN, .room = "#room",
	    .text = "what" }, NULL },
	{ "our own, sent", &all, { .flags = NEWS_OWN | NEWS_PENDING,
	    .room = "#room", .text = "what" }, NULL },
	{ "of our nick", &all, { .nick = "bot", .room = "#room",
	    .text = "what" }, NULL },
	{ "of our account", &all, { .account = "Botty", .room = "#room",
	    .text = "what" }, NULL },
	{ "of another account", &all, { .account = "x", .room = "#room",
	    .text = "what" }, "what" },
	{ "of a bot", &all, { .flags = NEWS_BOT, .room = "#room",
	    .text = "what" }, NULL },
	{ "earlier", &all, { .flags = NEWS_PLAYBACK, .room = "#room",
	    .text = "what" }, NULL },
	{ "of a server", &all, { .nick = "irc.example", .address = "",
	    .room = "#room", .text = "what" }, NULL },
	{ "of nobody", &all, { .nick = "", .room = "#room",
	    .text = "what" }, NULL },
	{ "nowhere", &all, { .text = "what" }, NULL },
	{ "no text", &all, { .room = "#room" }, NULL },
};

/* A row names only what matters to it; "" stands for NULL. */
static struct news
news_of_row(int i)
{
	struct news n = rows[i].n;

	if (n.address == NULL)
		n.address = "u@h";
	else if (*n.address == '\0')
		n.address = NULL;
	if (n.nick == NULL)
		n.nick = "alice";
	else if (*n.nick == '\0')
		n.nick = NULL;
	return n;
}

START_TEST(taken)
{
	struct news n = news_of_row(_i);
	const char *text = NULL;
	int is = question_is(rows[_i].rules, &self, &n, &text);

	ck_assert_msg(is == (rows[_i].want != NULL), "%s: %d", rows[_i].name,
	    is);
	if (is)
		ck_assert_str_eq(text, rows[_i].want);
}
END_TEST

START_TEST(no_account_of_our_own)
{
	struct question_self guest = { .nick = "bot", .chantypes = "#" };
	struct news n = { .nick = "a", .account = "b", .address = "u@h",
		.room = "#room", .text = "what" };

	ck_assert_int_eq(question_is(&all, &guest, &n, NULL), 1);
}
END_TEST

static const struct {
	const char *name, *room, *target, *want;
} places[] = {
	{ "a room", "#room", NULL, "#room" },
	{ "its operators", "#room", "@#room", "@#room" },
	{ "a person", "carol", "Bot", "carol" },
};

START_TEST(where_answers_go)
{
	struct news n = { .nick = "carol", .room = places[_i].room,
		.target = places[_i].target, .text = "a" };
	struct question *q = question_new(&self, &n, n.text);

	ck_assert_str_eq(q->where, places[_i].want);
	question_free(q);
}
END_TEST

START_TEST(environment)
{
	struct news n = { .nick = "al\x1b[1mice", .room = "#r\n",
		.msgid = "m", .when = 1767225600123, .text = "x" };
	struct environment e = { .n = 0 };
	struct question *q = question_new(&self, &n, "\x02" "a\x03" "04b\nc\r");
	char got[512] = "";
	size_t i;

	ck_assert_str_eq(q->text, "ab\nc ");
	question_environment(q, &e);
	for (i = 0; i < e.n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s\n",
		    e.v[i]);
	ck_assert_str_eq(got, "MOOT_NICK=al\xef\xbf\xbd[1mice\n"
	    "MOOT_ROOM=#r \nMOOT_MSGID=m\nMOOT_NETWORK=net\n"
	    "MOOT_TIME=2026-01-01T00:00:00.123Z\nMOOT_SECONDS=1767225600\n");
	ck_assert_ptr_null(e.v[e.n]);
	environment_clear(&e);
	question_free(q);
}
END_TEST

/* Nothing is passed on by chance. */
START_TEST(clean_environment)
{
	struct environment e;
	size_t i;

	setenv("MOOT_PASSWORD", "secret", 1);
	setenv("API_TOKEN", "secret", 1);
	setenv("LD_PRELOAD_", "x", 1);
	setenv("WANTED", "yes", 1);
	setenv("PATH", "/bin", 1);
	environment_init(&e);
	ck_assert_int_eq(environment_keep(&e, "WANTED"), 0);
	ck_assert_int_eq(environment_keep(&e, "NO_SUCH_ONE"), -1);
	for (i = 0; i < e.n; i++) {
		ck_assert_ptr_null(strstr(e.v[i], "secret"));
		ck_assert_int_ne(strncmp(e.v[i], "LD_", 3), 0);
	}
	ck_assert_str_eq(e.v[0], "PATH=/bin");
	ck_assert_str_eq(e.v[e.n - 1], "WANTED=yes");
	/* set twice: once there */
	ck_assert_int_eq(environment_set(&e, "WANTED", "no"), 0);
	ck_assert_str_eq(e.v[e.n - 1], "WANTED=no");
	environment_clear(&e);
}
END_TEST

START_TEST(environment_is_bounded)
{
	struct environment e = { .n = 0 };
	char name[32], *big = malloc(ENVIRONMENT_VALUE * 2);
	int i;

	memset(big, 'x', ENVIRONMENT_VALUE * 2 - 1);
	big[ENVIRONMENT_VALUE * 2 - 1] = '\0';
	ck_assert_int_eq(environment_set(&e, "BIG", big), 0);
	ck_assert_uint_le(strlen(e.v[0]), ENVIRONMENT_VALUE + 4);
	for (i = 1; i < ENVIRONMENT_MOST; i++) {
		snprintf(name, sizeof(name), "V%d", i);
		ck_assert_int_eq(environment_set(&e, name, ""), 0);
	}
	ck_assert_int_eq(environment_set(&e, "MORE", ""), -1);
	ck_assert_int_eq(environment_set(&e, "BIG", ""), 0);
	environment_clear(&e);
	free(big);
}
END_TEST

Suite *
check_question(void)
{
	Suite *s = suite_create("question");
	TCase *tc = tcase_create("question");

	ADD_ROWS(tc, taken, rows);
	tcase_add_test(tc, no_account_of_our_own);
	ADD_ROWS(tc, where_answers_go, places);
	tcase_add_test(tc, environment);
	tcase_add_test(tc, clean_environment);
	tcase_add_test(tc, environment_is_bounded);
	suite_add_tcase(s, tc);
	return s;
}
