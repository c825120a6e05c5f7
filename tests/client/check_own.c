/* SPDX-License-Identifier: ISC */

/*
 * Own lines: what goes out and what is told, of a session whose connection is
 * only a buffer.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../client/session/catchup.h"
#include "../../client/session/draft.h"
#include "../../client/session/event.h"
#include "../../client/news.h"
#include "../../client/session/own.h"
#include "../../client/session/session.h"
#include "check_client.h"
#include "irc/capability.h"

#define LABELS (CAP(MESSAGE_TAGS) | CAP(BATCH) | CAP(LABELED_RESPONSE))
#define ECHO (LABELS | CAP(ECHO_MESSAGE))
#define LINES (ECHO | CAP(MULTILINE))

static struct session s;
static char told[8192];

static const char *const kinds[NEWS_KINDS] = {
	[NEWS_MESSAGE] = "message", [NEWS_NOTICE] = "notice",
	[NEWS_ACTION] = "action", [NEWS_CTCP] = "ctcp",
	[NEWS_ACCEPTED] = "accepted", [NEWS_FAILED] = "failed",
	[NEWS_UNSURE] = "unsure", [NEWS_ERROR] = "error",
};

/* "message 1 pending hello|": only what can be about own lines. */
static void
tell(struct session *from, const struct news *n)
{
	size_t len = strlen(told);

	(void)from;
	if (kinds[n->kind] == NULL)
		return;
	snprintf(told + len, sizeof(told) - len, "%s%s %d%s %s%s%s",
	    len > 0 ? "|" : "", kinds[n->kind], (int)n->serial,
	    n->flags & NEWS_PENDING ? " pending" : "",
	    n->kind == NEWS_FAILED || n->kind == NEWS_UNSURE ? n->about :
	    n->kind == NEWS_ACCEPTED ? (n->msgid != NULL ? n->msgid : "-") :
	    n->text, n->kind == NEWS_FAILED ? ": " : "",
	    n->kind == NEWS_FAILED ? n->text : "");
}

static const struct view view = { .tell = tell };

static void
begin(uint64_t caps)
{
	static int used;

	if (used)
		session_clear(&s);
	used = 1;
	*told = '\0';
	news_view(&view);
	ck_assert_int_eq(session_init(&s, "127.0.0.1:1", "me"), 0);
	s.state = SESSION_ONLINE;
	s.connection.state = CONNECTION_OPEN;
	s.caps = caps;
	s.catches_up = 1;
	if (caps & CAP(MULTILINE)) {
		s.multiline_bytes = 4096;
		s.multiline_lines = 4;
	}
}

/* What has gone out since the last call, with '|' for the ends of lines. */
static const char *
out(void)
{
	static char text[65536];
	size_t i, n = 0;

	own_pump(&s, connection_now());
	for (i = 0; i < s.connection.outlen && n + 1 < sizeof(text); i++)
		if (s.connection.out[i] == '\n')
			text[n++] = '|';
		else if (s.connection.out[i] != '\r')
			text[n++] = s.connection.out[i];
	text[n] = '\0';
	s.connection.outlen = 0;
	return text;
}

static void
hear(const char *line)
{
	static char buf[8192];

	snprintf(buf, sizeof(buf), "%s", line);
	event_handle(&s, buf, strlen(buf));
}

static void
say(const char *text)
{
	own_say(&s, "PRIVMSG", "#a", NULL, NULL, text);
}

/* ---- forms ---- */

static const struct {
	const char *name;
	uint64_t caps;
	const char *ctcp, *reply, *text, *want;
} forms[] = {
	{ "plain", 0, NULL, NULL, "hi", "PRIVMSG #a :hi|" },
	{ "label", LABELS, NULL, NULL, "hi", "@label=1 PRIVMSG #a :hi|" },
	{ "answer", ECHO, NULL, "x;y", "hi",
	    "@label=1;+draft/reply=x\\:y PRIVMSG #a :hi|" },
	{ "answer without tags", 0, NULL, "x", "hi", "PRIVMSG #a :hi|" },
	{ "action", 0, "ACTION", NULL, "waves",
	    "PRIVMSG #a :\001ACTION waves\001|" },
	{ "request", 0, "VERSION", NULL, "", "PRIVMSG #a :\001VERSION\001|" },
	{ "lines, one by one", ECHO, NULL, NULL, "a\n\nb\n",
	    "@label=1 PRIVMSG #a :a|@label=2 PRIVMSG #a :b|" },
	{ "the answer is the first of several", ECHO, NULL, "x", "a\nb",
	    "@label=1;+draft/reply=x PRIVMSG #a :a|@label=2 PRIVMSG #a :b|" },
	{ "lines as one", LINES, NULL, NULL, "a\n\nb",
	    "@label=1 BATCH +m1 draft/multiline #a|@batch=m1 PRIVMSG #a :a|"
	    "@batch=m1 PRIVMSG #a :|@batch=m1 PRIVMSG #a :b|BATCH -m1|" },
	{ "an answer of several lines", LINES, NULL, "x", "a\nb",
	    "@label=1;+draft/reply=x BATCH +m1 draft/multiline #a|"
	    "@batch=m1 PRIVMSG #a :a|@batch=m1 PRIVMSG #a :b|BATCH -m1|" },
	{ "too many lines for one", LINES, NULL, NULL, "1\n2\n3\n4\n5",
	    "@label=1 BATCH +m1 draft/multiline #a|@batch=m1 PRIVMSG #a :1|"
	    "@batch=m1 PRIVMSG #a :2|@batch=m1 PRIVMSG #a :3|"
	    "@batch=m1 PRIVMSG #a :4|BATCH -m1|@label=2 PRIVMSG #a :5|" },
	{ "one line", LINES, NULL, NULL, "a", "@label=1 PRIVMSG #a :a|" },
	{ "its end", LINES, NULL, NULL, "a\n", "@label=1 PRIVMSG #a :a|" },
	{ "lines that are acted", LINES, "ACTION", NULL, "a\nb",
	    "@label=1 PRIVMSG #a :\001ACTION a\001|"
	    "@label=2 PRIVMSG #a :\001ACTION b\001|" },
	{ "nothing", LINES, NULL, NULL, "", "" },
	{ "blank lines only", LINES, NULL, NULL, "\n\n\n", "" },
};

START_TEST(form)
{
	begin(forms[_i].caps);
	own_say(&s, "PRIVMSG", "#a", forms[_i].ctcp, forms[_i].reply,
	    forms[_i].text);
	ck_assert_str_eq(out(), forms[_i].want);
}
END_TEST

/* A long line goes as one message, whose parts only go on. */
START_TEST(long_line)
{
	char text[1001], joined[1001] = "";
	const char *p;
	int i, parts = 0;

	for (i = 0; i < 1000; i++)
		text[i] = i % 7 == 6 ? ' ' : 'a' + i % 26;
	text[1000] = '\0';
	begin(LINES);
	say(text);
	for (p = out(); (p = strstr(p, "PRIVMSG #a :")) != NULL; parts++) {
		p += strlen("PRIVMSG #a :");
		strncat(joined, p, strcspn(p, "|"));
		p += strcspn(p, "|") + 1;
		ck_assert(parts > 1 || strncmp(p,
		    "@batch=m1;draft/multiline-concat ", 33) == 0);
	}
	ck_assert_int_eq(parts, 3);
	ck_assert_str_eq(joined, text);
}
END_TEST

/* Said while there was no server, of which it is not known what it knows. */
START_TEST(lines_that_waited)
{
	begin(0);
	s.state = SESSION_OFFLINE;
	say("a\nb");
	say("c");
	s.state = SESSION_ONLINE;
	ck_assert_str_eq(out(),
	    "PRIVMSG #a :a|PRIVMSG #a :b|PRIVMSG #a :c|");
	ck_assert_str_eq(told, "message 1 pending a\nb|message 2 pending c|"
	    "message 1 pending a|message 3 pending b");
	begin(LINES);
	s.state = SESSION_OFFLINE;
	say("a\nb");
	s.state = SESSION_ONLINE;
	ck_assert_str_eq(out(), "@label=1 BATCH +m1 draft/multiline #a|"
	    "@batch=m1 PRIVMSG #a :a|@batch=m1 PRIVMSG #a :b|BATCH -m1|");
}
END_TEST

/* What a server says, so often as it takes to fill the buffer, is none of a
 * lost line's. */
START_TEST(no_room_in_the_buffer)
{
	begin(0);
	s.connection.outlen = sizeof(s.connection.out) - 100;
	say("hi");
	own_pump(&s, connection_now());
	ck_assert_uint_eq(s.outbox.under_way, 0);
	s.connection.outlen = 0;
	ck_assert_str_eq(out(), "PRIVMSG #a :hi|");
}
END_TEST

static const struct {
	const char *name, *line, *want;
} done[] = {
	{ "command", "JOIN #a", "@label=1 JOIN #a|" },
	{ "with tags", "@+a=b TAGMSG #a", "@label=1;+a=b TAGMSG #a|" },
	{ "a message after all", "PRIVMSG #a :hi", "@label=1 PRIVMSG #a :hi|" },
	{ "a request", "PRIVMSG x :\001VERSION\001",
	    "@label=1 PRIVMSG x :\001VERSION\001|" },
};

START_TEST(queued)
{
	begin(ECHO);
	session_queue(&s, "%s", done[_i].line);
	ck_assert_str_eq(out(), done[_i].want);
}
END_TEST

/* ---- fates: "hi" is said, then the server says ANSWER ---- */

static const struct {
	const char *name;
	uint64_t caps;
	const char *answer[3];
	const char *want;
} fates[] = {
	{ "sent back", ECHO,
	    { "@label=1;msgid=x :me!u@h PRIVMSG #a :hi" },
	    "|message 1 hi|accepted 1 x" },
	{ "sent back, changed", ECHO,
	    { "@label=1 :me!u@h PRIVMSG #a :ha" },
	    "|message 1 ha|accepted 1 -" },
	{ "acknowledged", LABELS, { "@label=1 :f ACK" },
	    "|message 1 hi|accepted 1 -" },
	{ "in a batch", ECHO, { "@label=1 :f BATCH +1 labeled-response",
	    "@batch=1;msgid=x :me!u@h PRIVMSG #a :hi", ":f BATCH -1" },
	    "|message 1 hi|accepted 1 x" },
	{ "refused", ECHO, { "@label=1 :f 404 me #a :no" },
	    "|failed 1 hi: no" },
	{ "refused in a batch", ECHO, { "@label=1 :f BATCH +1 labeled-response",
	    "@batch=1 :f 404 me #a :no", ":f BATCH -1" }, "|failed 1 hi: no" },
	{ "refused by FAIL", ECHO, { "@label=1 :f FAIL PRIVMSG X #a :no" },
	    "|failed 1 hi: no" },
	{ "refused once", ECHO, { "@label=1 :f 404 me #a :no",
	    "@label=1 :f 404 me #a :no" }, "|failed 1 hi: no|error 0 #a: no" },
	{ "another label", ECHO, { "@label=7 :f 404 me #a :no" },
	    "|error 0 #a: no" },
	{ "no label of ours", ECHO, { "@label=1x :f ACK", "@label= :f ACK",
	    "@label=18446744073709551617 :f ACK" }, "" },
	{ "said on another device", ECHO, { ":me!u@h PRIVMSG #a :hi" },
	    "|message 0 hi" },
	{ "without labels: sent back", CAP(ECHO_MESSAGE),
	    { "@msgid=x :me!u@h PRIVMSG #a :hi" },
	    "|message 1 hi|accepted 1 x" },
	{ "without labels: sent back, changed", CAP(ECHO_MESSAGE),
	    { ":me!u@h PRIVMSG #a :ha" }, "|message 1 ha|accepted 1 -" },
	{ "without labels: another room", CAP(ECHO_MESSAGE),
	    { ":me!u@h PRIVMSG #b :hi" }, "|message 0 hi" },
	{ "without labels: refused", CAP(ECHO_MESSAGE),
	    { ":f 404 me #a :no" }, "|failed 1 hi: no" },
	{ "without labels: refused in an odd way", 0,
	    { ":f 442 me #a :no", ":f PONG f :moot-1" }, "|failed 1 hi: no" },
	{ "without labels: something else refused", 0,
	    { ":f 404 me #b :no" }, "|error 0 #b: no" },
	{ "without labels: lost on its way", CAP(ECHO_MESSAGE),
	    { ":f PONG f :moot-1" }, "|unsure 1 hi" },
	{ "without anything", 0, { ":f PONG f :moot-1" },
	    "|message 1 hi|accepted 1 -" },
	{ "without anything: refused", 0, { ":f 401 me #a :no",
	    ":f PONG f :moot-1" }, "|failed 1 hi: no" },
	{ "an earlier PING", 0, { ":f PONG f :moot-0" }, "" },
	{ "a PING that we sent to nobody", 0, { ":f PONG f :moot-99" },
	    "|message 1 hi|accepted 1 -" },
};

START_TEST(fate)
{
	char want[256];
	int i;

	begin(fates[_i].caps);
	say("hi");
	out();
	for (i = 0; i < 3 && fates[_i].answer[i] != NULL; i++)
		hear(fates[_i].answer[i]);
	snprintf(want, sizeof(want), "message 1 pending hi%s", fates[_i].want);
	ck_assert_str_eq(told, want);
}
END_TEST

/* Servers do things in their order: the oldest is the one that is meant. */
START_TEST(same_text_twice)
{
	begin(CAP(ECHO_MESSAGE));
	say("hi");
	say("hi");
	out();
	*told = '\0';
	hear(":f 404 me #a :no");
	hear(":me!u@h PRIVMSG #a :hi");
	ck_assert_str_eq(told, "failed 1 hi: no|message 2 hi|accepted 2 -");
}
END_TEST

/* Without labels: what only a command can be refused for is no message's. */
START_TEST(refused_command)
{
	begin(0);
	say("hi");
	session_queue(&s, "TOPIC #a :x");
	out();
	*told = '\0';
	hear(":f 482 me #a :no");
	hear(":f PONG f :moot-2");
	ck_assert_str_eq(told,
	    "error 0 #a: no|message 1 hi|accepted 1 -");
}
END_TEST

/* What we did not say cannot have been refused: it is no line of a person's. */
START_TEST(refused_on_its_own)
{
	begin(ECHO);
	hear("@label=h1 :f FAIL CHATHISTORY INVALID_TARGET AFTER #a :no");
	ck_assert_uint_eq(s.refused, 0);
	say("hi");
	out();
	hear("@label=1 :f 404 me #a :no");
	ck_assert_uint_eq(s.refused, 1);
	session_queue(&s, "TOPIC #a :x");
	out();
	hear("@label=2 :f 482 me #a :no");
	ck_assert_uint_eq(s.refused, 2);
}
END_TEST

/* ---- lost ---- */

static void
lose(void)
{
	own_lost(&s);
	*told = '\0';
}

START_TEST(lost_without_history)
{
	begin(ECHO);
	say("hi");
	out();
	say("not sent");
	*told = '\0';
	own_lost(&s);
	ck_assert_str_eq(told, "unsure 1 hi");
	*told = '\0';
	ck_assert_str_eq(out(), "@label=2 PRIVMSG #a :not sent|");
}
END_TEST

static struct news
found(const char *text)
{
	struct news n = { .kind = NEWS_MESSAGE, .nick = "me", .room = "#a",
		.flags = NEWS_OWN | NEWS_PLAYBACK, .msgid = "x" };

	n.text = text;
	n.when = INT64_MAX;
	return n;
}

START_TEST(lost_with_history)
{
	struct news n = found("two"), other = found("other");

	begin(ECHO | CAP(CHATHISTORY));
	say("one");
	say("two");
	out();
	say("three");
	lose();
	ck_assert_str_eq(told, "");
	ck_assert_str_eq(out(), "");
	ck_assert_int_eq(own_found(&s, &other), 0);
	ck_assert_int_eq(own_found(&s, &n), 1);
	ck_assert_int_eq(own_found(&s, &n), 0);
	ck_assert_str_eq(told, "message 2 two|accepted 2 x");
	ck_assert_str_eq(out(), "");
	own_searched(&s, "#b", 1);
	ck_assert_str_eq(out(), "");
	own_searched(&s, "#A", 1);
	ck_assert_str_eq(out(),
	    "@label=1 PRIVMSG #a :one|@label=3 PRIVMSG #a :three|");
}
END_TEST

START_TEST(lost_and_never_known)
{
	begin(ECHO | CAP(CHATHISTORY));
	say("one");
	out();
	lose();
	own_searched(&s, NULL, 0);
	ck_assert_str_eq(told, "unsure 1 one");
	ck_assert_str_eq(out(), "");
	ck_assert_uint_eq(s.unsure, 1);
}
END_TEST

static const struct {
	const char *name;
	struct news n;
	int want;
} others[] = {
	{ "it", { .kind = NEWS_MESSAGE, .flags = NEWS_OWN }, 1 },
	{ "by the account", { .kind = NEWS_MESSAGE, .account = "acc" }, 1 },
	{ "somebody else's", { .kind = NEWS_MESSAGE, .account = "other" }, 0 },
	{ "nobody's", { .kind = NEWS_MESSAGE }, 0 },
	{ "a notice", { .kind = NEWS_NOTICE, .flags = NEWS_OWN }, 0 },
	{ "to others there", { .kind = NEWS_MESSAGE, .flags = NEWS_OWN,
	    .target = "@#a" }, 0 },
	{ "said before", { .kind = NEWS_MESSAGE, .flags = NEWS_OWN,
	    .when = 1 }, 0 },
	{ "no message", { .kind = NEWS_TOPIC, .flags = NEWS_OWN }, 0 },
};

START_TEST(found_or_not)
{
	struct news n = others[_i].n;

	begin(ECHO | CAP(CHATHISTORY));
	snprintf(s.logged_in, sizeof(s.logged_in), "acc");
	say("hi");
	out();
	lose();
	n.room = "#a";
	n.nick = "x";
	n.text = "hi";
	if (n.when == 0)
		n.when = INT64_MAX;
	ck_assert_int_eq(own_found(&s, &n), others[_i].want);
}
END_TEST

/* Without an account there is only the nick that we had, which our own ghost
 * may still have. */
START_TEST(found_under_the_old_nick)
{
	struct news n = found("hi");

	begin(ECHO | CAP(CHATHISTORY));
	say("hi");
	out();
	lose();
	snprintf(s.nick, sizeof(s.nick), "me_");
	n.flags = NEWS_PLAYBACK;
	n.nick = "you";
	ck_assert_int_eq(own_found(&s, &n), 0);
	n.nick = "Me";
	ck_assert_int_eq(own_found(&s, &n), 1);
}
END_TEST

/* A page that is not full need not be the last, and what is on the next one
 * must not be said twice. */
START_TEST(looked_for_to_the_end)
{
	begin(ECHO | CAP(CHATHISTORY));
	hear("@msgid=m0 :bob!u@h PRIVMSG #a :x");
	say("hi");
	out();
	catchup_lost(&s);
	event_lost(&s);
	own_lost(&s);
	s.to_catch_up = 1;
	hear(":me!u@h JOIN #a");
	catchup_tick(&s, connection_now());
	ck_assert_str_eq(out(),
	    "@label=h1 CHATHISTORY AFTER #a msgid=m0 100|");
	hear("@label=h1 :f BATCH +1 chathistory #a");
	hear("@batch=1;msgid=m1 :bob!u@h PRIVMSG #a :y");
	hear(":f BATCH -1");
	ck_assert_str_eq(out(),
	    "@label=h2 CHATHISTORY AFTER #a msgid=m1 100|");
	hear("@label=h2 :f BATCH +2 chathistory #a");
	hear(":f BATCH -2");
	ck_assert_str_eq(out(), "@label=1 PRIVMSG #a :hi|");
}
END_TEST

/* What is in no journal is gone with us, and said to be. */
START_TEST(given_up_for_good)
{
	char dir[] = "/tmp/moot-own.XXXXXX", path[64];
	struct outbox_item item;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	begin(ECHO);
	s.draft = draft_open(dir, "x");
	ck_assert_int_eq(draft_unsent(s.draft, &item), 0);
	say("kept");
	own_say(&s, "PRIVMSG", "NickServ", NULL, NULL, "identify me");
	*told = '\0';
	own_give_up(&s);
	ck_assert_str_eq(told, "failed 2 identify me: not sent");
	draft_close(s.draft);
	s.draft = NULL;
	snprintf(path, sizeof(path), "%s/x.1", dir);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

START_TEST(given_up)
{
	begin(ECHO | CAP(CHATHISTORY));
	say("one");
	out();
	lose();
	say("two");
	session_queue(&s, "JOIN #b");
	*told = '\0';
	own_give_up(&s);
	ck_assert_str_eq(told, "unsure 1 one|failed 2 two: not sent");
}
END_TEST

Suite *
check_own(void)
{
	Suite *suite = suite_create("own");
	TCase *tc = tcase_create("own");

	ADD_ROWS(tc, form, forms);
	tcase_add_test(tc, long_line);
	tcase_add_test(tc, lines_that_waited);
	tcase_add_test(tc, no_room_in_the_buffer);
	ADD_ROWS(tc, queued, done);
	ADD_ROWS(tc, fate, fates);
	tcase_add_test(tc, same_text_twice);
	tcase_add_test(tc, refused_command);
	tcase_add_test(tc, refused_on_its_own);
	tcase_add_test(tc, lost_without_history);
	tcase_add_test(tc, lost_with_history);
	tcase_add_test(tc, lost_and_never_known);
	ADD_ROWS(tc, found_or_not, others);
	tcase_add_test(tc, found_under_the_old_nick);
	tcase_add_test(tc, looked_for_to_the_end);
	tcase_add_test(tc, given_up);
	tcase_add_test(tc, given_up_for_good);
	suite_add_tcase(suite, tc);
	return suite;
}
