/* SPDX-License-Identifier: ISC */

/* Tests of client/screen/words.c: how news read in a buffer. */

#include <stdio.h>
#include <string.h>

#include "check_client.h"
#include "client/screen/words.h"

static const struct {
	const char *name;
	struct news news;
	const char *want; /* "LEAD|text" */
} words[] = {
	{ "message", { .kind = NEWS_MESSAGE, .nick = "bob", .text = "hi" },
	    "bob|hi" },
	{ "notice", { .kind = NEWS_NOTICE, .nick = "bob", .text = "hi" },
	    "bob|(notice) hi" },
	{ "action", { .kind = NEWS_ACTION, .nick = "bob", .text = "waves" },
	    "*|bob waves" },
	{ "join", { .kind = NEWS_JOIN, .nick = "bob", .text = "Robert" },
	    "-->|bob joined" },
	{ "join, logged in", { .kind = NEWS_JOIN, .nick = "bob",
	    .account = "rob" }, "-->|bob joined (account rob)" },
	{ "quit", { .kind = NEWS_QUIT, .nick = "bob" }, "<--|bob quit" },
	{ "quit, why", { .kind = NEWS_QUIT, .nick = "bob", .text = "tired" },
	    "<--|bob quit (tired)" },
	{ "kick", { .kind = NEWS_KICK, .nick = "bob", .about = "al",
	    .text = "spam" }, "<--|bob kicked al out (spam)" },
	{ "invite", { .kind = NEWS_INVITE, .nick = "bob", .about = "al",
	    .room = "#a" }, "--|bob invites al to #a" },
	{ "nick", { .kind = NEWS_NICK, .nick = "bob", .about = "rob" },
	    "--|bob is now known as rob" },
	{ "topic", { .kind = NEWS_TOPIC, .nick = "bob", .text = "new" },
	    "--|bob set the topic: new" },
	{ "no topic", { .kind = NEWS_TOPIC, .nick = "bob", .text = "" },
	    "--|bob removed the topic" },
	{ "log out", { .kind = NEWS_ACCOUNT, .nick = "bob" },
	    "--|bob logged out" },
	{ "log in", { .kind = NEWS_ACCOUNT, .nick = "bob",
	    .account = "rob" }, "--|bob logged in as rob" },
	{ "nobody", { .kind = NEWS_QUIT }, "<--|moot quit" },
	{ "error", { .kind = NEWS_ERROR, .text = "no" }, "!!|no" },
	{ "answer of somebody", { .kind = NEWS_REPLY, .nick = "bob",
	    .text = "is here" }, "bob|is here" },
	{ "no text", { .kind = NEWS_MESSAGE, .nick = "bob" }, "bob|" },
};

START_TEST(words_rows)
{
	struct words w;
	char got[1024];

	words_make(&w, &words[_i].news);
	snprintf(got, sizeof(got), "%s|%s%s%s", w.lead, w.prefix, w.text,
	    w.suffix);
	/* a reason is within its brackets, not behind them */
	ck_assert_msg(strcmp(got, words[_i].want) == 0, "%s: got %s, want %s",
	    words[_i].name, got, words[_i].want);
}
END_TEST

START_TEST(words_long)
{
	static char nick[2000];
	struct news n = { .kind = NEWS_NICK, .nick = nick, .about = nick };
	struct words w;

	memset(nick, 'n', sizeof(nick) - 1);
	words_make(&w, &n);
	ck_assert_uint_lt(strlen(w.prefix), sizeof(w.prefix));
}
END_TEST

Suite *
check_screen_words(void)
{
	Suite *s = suite_create("screen/words");
	TCase *t = tcase_create("words");

	ADD_ROWS(t, words_rows, words);
	tcase_add_test(t, words_long);
	suite_add_tcase(s, t);
	return s;
}
