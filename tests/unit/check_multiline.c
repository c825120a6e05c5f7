/* SPDX-License-Identifier: ISC */

/* Messages of several lines: their plans, and how they are shown. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../irc/multiline.h"
#include "../../irc/utf8.h"
#include "check_irc.h"

static const struct {
	const char *name, *plan, *text;
	int valid;
	const char *want; /* lines, each ended by a bar, + before a rest */
} plans[] = {
	{ "one", "5", "hello", 1, "hello|" },
	{ "two", "5.3", "hello you", 1, "hello|you|" },
	{ "goes on", "6.+3", "hello you", 1, "hello |+you|" },
	{ "all kinds", "1.0.1.+2", "a  bcd", 1, "a||b|+cd|" },
	{ "blank first", "0.1", " a", 1, "|a|" },
	{ "blank last", "1.0", "a ", 1, "a||" },
	{ "only blank", "0.0", " ", 1, "||" },
	{ "blank goes on", "1.+0", "a", 1, "a|+|" },
	{ "empty", "", "", 0, "" },
	{ "no plan", "", "a", 0, "" },
	{ "too little text", "5.3", "hello yo", 0, "hello|" },
	{ "too much text", "5", "hello you", 0, "hello|" },
	{ "no space between", "5.3", "hello-you", 0, "" },
	{ "no number", "a", "a", 0, "" },
	{ "no number after +", "+", "a", 0, "" },
	{ "ends in a dot", "1.", "a", 0, "" },
	{ "two dots", "1..1", "a b", 0, "a|" },
	{ "inside a character", "1.+1", "\xc3\xa9", 0, "" },
	{ "a large number", "99999", "a", 0, "" },
	{ "a huge number", "99999999999999999999999", "a", 0, "" },
};

START_TEST(test_plan)
{
	const char *plan = plans[_i].plan, *text = plans[_i].text;
	size_t left = strlen(text), n = 0;
	struct multiline_line l;
	char have[64] = "";

	ck_assert_msg(multiline_plan_valid(plan, text, left) ==
	    plans[_i].valid, "%s", plans[_i].name);
	while (multiline_line(&plan, &text, &left, &l) == 1)
		n += (size_t)snprintf(have + n, sizeof(have) - n, "%s%.*s|",
		    l.concat ? "+" : "", (int)l.len, l.text);
	ck_assert_msg(strcmp(have, plans[_i].want) == 0, "%s: %s",
	    plans[_i].name, have);
}
END_TEST

START_TEST(test_plan_lines)
{
	char plan[4 * MULTILINE_LINES] = "0", text[2 * MULTILINE_LINES];
	int i;

	memset(text, ' ', sizeof(text));
	for (i = 1; i < MULTILINE_LINES; i++)
		strcat(plan, ".0");
	ck_assert(multiline_plan_valid(plan, text, MULTILINE_LINES - 1));
	ck_assert(multiline_is_blank(plan, text, MULTILINE_LINES - 1));
	strcat(plan, ".0");
	ck_assert(!multiline_plan_valid(plan, text, MULTILINE_LINES));
	ck_assert(!multiline_is_blank("0.1", " a", 2));
}
END_TEST

static const struct {
	const char *name;
	unsigned nlines;
	size_t ntext, len;
	int concat;
	enum multiline_error error;
	const char *plan;
	size_t after;
} adds[] = {
	{ "first", 0, 0, 5, 0, MULTILINE_OK, "5", 5 },
	{ "first goes on", 0, 0, 5, 1, MULTILINE_OK, "5", 5 },
	{ "second", 1, 5, 7, 0, MULTILINE_OK, ".7", 13 },
	{ "goes on", 2, 13, 9, 1, MULTILINE_OK, ".+9", 22 },
	{ "blank", 1, 5, 0, 0, MULTILINE_OK, ".0", 6 },
	{ "blank goes on", 1, 5, 0, 1, MULTILINE_EMPTY, "", 0 },
	{ "last", 31, 31, 1, 0, MULTILINE_OK, ".1", 33 },
	{ "too many", 32, 32, 1, 0, MULTILINE_TOO_MANY, "", 0 },
	{ "as long as may be", 10, 3996, 99, 0, MULTILINE_OK, ".99", 4096 },
	{ "too long", 10, 3996, 100, 0, MULTILINE_TOO_LONG, "", 0 },
	{ "not if it goes on", 10, 3996, 100, 1, MULTILINE_OK, ".+100", 4096 },
	{ "a blank too much", 10, 4096, 0, 0, MULTILINE_TOO_LONG, "", 0 },
};

START_TEST(test_add)
{
	struct multiline_more m;
	enum multiline_error e = multiline_add(&m, adds[_i].nlines,
	    adds[_i].ntext, adds[_i].len, adds[_i].concat);

	ck_assert_msg(e == adds[_i].error, "%s: %d", adds[_i].name, (int)e);
	if (e != MULTILINE_OK)
		return;
	ck_assert_str_eq(m.plan, adds[_i].plan);
	ck_assert_uint_eq(m.nplan, strlen(m.plan));
	ck_assert_uint_eq(m.ntext, adds[_i].after);
}
END_TEST

static const struct {
	const char *tags, *rest, *plan;
} taken[] = {
	{ "", "", "" },
	{ "+a=b;c", "+a=b;c", "" },
	{ "moot/lines=1.2", "", "1.2" },
	{ "moot/lines=1.2;+a=b", "+a=b", "1.2" },
	{ "bot;moot/lines=1.2;+a/b=c", "bot;+a/b=c", "1.2" },
	{ "bot;moot/lines=1.2", "bot", "1.2" },
	{ "+moot/lines=1;moot/linesx=2", "+moot/lines=1;moot/linesx=2", "" },
};

START_TEST(test_take)
{
	char rest[64], plan[MULTILINE_PLAN + 1];
	size_t n;

	n = multiline_take_plan(rest, sizeof(rest), taken[_i].tags,
	    strlen(taken[_i].tags), plan);
	ck_assert_str_eq(rest, taken[_i].rest);
	ck_assert_str_eq(plan, taken[_i].plan);
	ck_assert_uint_eq(n, strlen(rest));
}
END_TEST

static const struct {
	const char *name, *ref, *line, *plan;
	const char *want; /* "tags text|" of each */
} shows[] = {
	{ "batch", "r", ":n!u@h PRIVMSG #c :hello how is everyone?",
	    "5.7.+9", "first :n!u@h BATCH +r draft/multiline #c|"
	    "batch=r :n!u@h PRIVMSG #c :hello|"
	    "batch=r :n!u@h PRIVMSG #c :how is |"
	    "batch=r;draft/multiline-concat :n!u@h PRIVMSG #c :everyone?|"
	    " :irc BATCH -r|" },
	{ "fallback", NULL, ":n!u@h PRIVMSG #c :hello how is everyone?",
	    "5.7.+9", "first :n!u@h PRIVMSG #c :hello|"
	    "more :n!u@h PRIVMSG #c :how is |"
	    "more :n!u@h PRIVMSG #c :everyone?|" },
	{ "blank lines", "r", ":n!u@h PRIVMSG #c :  a ", "0.0.1.0",
	    "first :n!u@h BATCH +r draft/multiline #c|"
	    "batch=r :n!u@h PRIVMSG #c :|batch=r :n!u@h PRIVMSG #c :|"
	    "batch=r :n!u@h PRIVMSG #c :a|batch=r :n!u@h PRIVMSG #c :|"
	    " :irc BATCH -r|" },
	{ "blank lines in fallback", NULL, ":n!u@h PRIVMSG #c :  a ",
	    "0.0.1.0", "first :n!u@h PRIVMSG #c :a|" },
	{ "a colon in the text", NULL, ":n!u@h PRIVMSG #c ::) x :y", "2.4",
	    "first :n!u@h PRIVMSG #c ::)|more :n!u@h PRIVMSG #c :x :y|" },
	{ "the plan is wrong", NULL, ":n!u@h PRIVMSG #c :a b", "7",
	    "first :n!u@h PRIVMSG #c :a b|" },
	{ "half of the plan is wrong", NULL, ":n!u@h PRIVMSG #c :a b c",
	    "1.9", "first :n!u@h PRIVMSG #c :a|more :n!u@h PRIVMSG #c :b c|" },
	{ "no plan", "r", ":n!u@h PRIVMSG #c :a", "",
	    "first :n!u@h BATCH +r draft/multiline #c|"
	    "batch=r :n!u@h PRIVMSG #c :a| :irc BATCH -r|" },
	{ "no message", NULL, "x", "", "" },
	{ "no message in a batch", "r", "", "",
	    "first  BATCH +r draft/multiline| :irc BATCH -r|" },
};

static void
show(struct multiline *m, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	while (multiline_next(m))
		n += (size_t)snprintf(buf + n, size - n, "%.*s %.*s|",
		    (int)m->nout_tags, m->out_tags, (int)m->nout, m->out);
}

START_TEST(test_show)
{
	static struct multiline m;
	char have[1024];

	memset(&m, 0, sizeof(m));
	m.server = "irc";
	m.line = shows[_i].line;
	m.nline = strlen(m.line);
	m.plan = shows[_i].plan;
	m.ref = shows[_i].ref;
	m.tags = "first";
	m.ntags = 5;
	m.more = "more";
	m.nmore = 4;
	show(&m, have, sizeof(have));
	ck_assert_msg(strcmp(have, shows[_i].want) == 0, "%s: %s",
	    shows[_i].name, have);
}
END_TEST

/* What does not fit behind the source goes on in another line. */
START_TEST(test_long)
{
	static struct multiline m;
	char line[700], whole[700], plan[8];
	size_t head, n = 0, i;
	int lines = 0, on = 0;

	head = (size_t)snprintf(line, sizeof(line), ":nick!user@%060d "
	    "PRIVMSG #room :x", 0) - 1;
	for (i = head + 1; i + 3 <= head + 500; i += 3)
		memcpy(line + i, "\xe2\x82\xac", 3);
	memset(&m, 0, sizeof(m));
	m.server = "irc";
	m.line = line;
	m.nline = i;
	m.plan = plan;
	snprintf(plan, sizeof(plan), "%zu", i - head);
	m.ref = "r";
	m.tags = m.more = "";
	while (multiline_next(&m)) {
		ck_assert_uint_le(m.nout, MESSAGE_LINE - 2);
		if (m.place != MULTILINE_INNER)
			continue;
		ck_assert(utf8_valid(m.out, m.nout));
		memcpy(whole + n, m.out + head, m.nout - head);
		n += m.nout - head;
		lines++;
		on += memmem(m.out_tags, m.nout_tags, "concat", 6) != NULL;
	}
	ck_assert_int_eq(lines, 2);
	ck_assert_int_eq(on, 1);
	ck_assert_uint_eq(n, i - head);
	ck_assert_mem_eq(whole, line + head, n);
}
END_TEST

Suite *
check_multiline(void)
{
	Suite *s = suite_create("multiline");
	TCase *tc = tcase_create("table");

	ADD_ROWS(tc, test_plan, plans);
	tcase_add_test(tc, test_plan_lines);
	ADD_ROWS(tc, test_add, adds);
	ADD_ROWS(tc, test_take, taken);
	ADD_ROWS(tc, test_show, shows);
	tcase_add_test(tc, test_long);
	suite_add_tcase(s, tc);
	return s;
}
