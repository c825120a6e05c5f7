/* SPDX-License-Identifier: ISC */

/*
 * Lines and messages.  Each line is parsed in memory of exactly its size, so
 * that a sanitizer sees a step outside, and shown as one string:
 * "@tags :source COMMAND <param> <param>".
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../irc/message.h"
#include "check_irc.h"

static char *
show(const struct message *m, char *buf, size_t size)
{
	int i;
	size_t n = 0;

	buf[0] = '\0';
	if (m->tags != NULL)
		n += (size_t)snprintf(buf + n, size - n, "@%s ", m->tags);
	if (m->source != NULL)
		n += (size_t)snprintf(buf + n, size - n, ":%s ", m->source);
	if (m->command != NULL)
		n += (size_t)snprintf(buf + n, size - n, "%s", m->command);
	for (i = 0; i < m->nparam; i++)
		n += (size_t)snprintf(buf + n, size - n, " <%s>", m->param[i]);
	ck_assert_msg(n < size, "cannot show it");
	return buf;
}

/* LINE of LEN bytes, copied to exactly LEN + 1, is for the caller to free. */
static char *
copy_line(const char *line, size_t len)
{
	char *copy = malloc(len + 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, line, len);
	copy[len] = 'X';
	return copy;
}

static const struct {
	const char *name, *line;
	size_t len; /* 0: strlen(line) */
	enum message_error want;
	const char *shown;
} lines[] = {
	{ "command alone", "PING", 0, MESSAGE_OK, "PING" },
	{ "command as sent", "pInG", 0, MESSAGE_OK, "pInG" },
	{ "one letter", "x", 0, MESSAGE_OK, "x" },
	{ "numeric", ":s 001 n :Hi", 0, MESSAGE_OK, ":s 001 <n> <Hi>" },
	{ "middle", "JOIN #a key", 0, MESSAGE_OK, "JOIN <#a> <key>" },
	{ "last", "PRIVMSG a :b c", 0, MESSAGE_OK, "PRIVMSG <a> <b c>" },
	{ "last keeps spaces", "P a : b  c ", 0, MESSAGE_OK, "P <a> < b  c >" },
	{ "last is empty", "TOPIC #a :", 0, MESSAGE_OK, "TOPIC <#a> <>" },
	{ "last is a colon", "P ::", 0, MESSAGE_OK, "P <:>" },
	{ "last alone", "QUIT :bye", 0, MESSAGE_OK, "QUIT <bye>" },
	{ "colon inside a middle", "P a:b ::)", 0, MESSAGE_OK, "P <a:b> <:)>" },
	{ "two spaces", "P  a   b", 0, MESSAGE_OK, "P <a> <b>" },
	{ "two spaces, last", "P  a   :b", 0, MESSAGE_OK, "P <a> <b>" },
	{ "spaces at the end", "P a  ", 0, MESSAGE_OK, "P <a>" },
	{ "space after command", "P ", 0, MESSAGE_OK, "P" },
	{ "spaces first", "  P a", 0, MESSAGE_OK, "P <a>" },
	{ "a tab is no space", "P a\tb", 0, MESSAGE_OK, "P <a\tb>" },
	{ "invalid UTF-8", "P \xff\xc0 :\xed\xa0\x80", 0, MESSAGE_OK,
	    "P <\xff\xc0> <\xed\xa0\x80>" },
	{ "source", ":a!b@c P x", 0, MESSAGE_OK, ":a!b@c P <x>" },
	{ "source, spaces", ":a   P", 0, MESSAGE_OK, ":a P" },
	{ "empty source", ": P x", 0, MESSAGE_OK, "P <x>" },
	{ "tags", "@a=b;c P x", 0, MESSAGE_OK, "@a=b;c P <x>" },
	{ "tags, spaces", "@a   P", 0, MESSAGE_OK, "@a P" },
	{ "tags and source", "@a :b P :c", 0, MESSAGE_OK, "@a :b P <c>" },
	{ "empty tags", "@ P", 0, MESSAGE_OK, "P" },
	{ "empty tags and source", "@ : P", 0, MESSAGE_OK, "P" },
	{ "second tags", "@a @b P", 0, MESSAGE_BAD, "@a " },
	{ "tags behind a source", ":a @b P", 0, MESSAGE_BAD, ":a " },
	{ "at in a parameter", "P @a", 0, MESSAGE_OK, "P <@a>" },
	{ "14", "P 1 2 3 4 5 6 7 8 9 a b c d e", 0, MESSAGE_OK,
	    "P <1> <2> <3> <4> <5> <6> <7> <8> <9> <a> <b> <c> <d> <e>" },
	{ "15", "P 1 2 3 4 5 6 7 8 9 a b c d e f", 0, MESSAGE_OK,
	    "P <1> <2> <3> <4> <5> <6> <7> <8> <9> <a> <b> <c> <d> <e> <f>" },
	{ "15th with colon", "P 1 2 3 4 5 6 7 8 9 a b c d e :f g", 0,
	    MESSAGE_OK, "P <1> <2> <3> <4> <5> <6> <7> <8> <9> <a> <b> <c> <d> "
	    "<e> <f g>" },
	{ "16", "P 1 2 3 4 5 6 7 8 9 a b c d e f g", 0, MESSAGE_OK,
	    "P <1> <2> <3> <4> <5> <6> <7> <8> <9> <a> <b> <c> <d> <e> "
	    "<f g>" },
	{ "20", "P 1 2 3 4 5 6 7 8 9 a b c d e f g h i  :j", 0, MESSAGE_OK,
	    "P <1> <2> <3> <4> <5> <6> <7> <8> <9> <a> <b> <c> <d> <e> "
	    "<f g h i  :j>" },
	{ "nothing", "", 0, MESSAGE_EMPTY, "" },
	{ "a space", " ", 0, MESSAGE_EMPTY, "" },
	{ "spaces", "     ", 0, MESSAGE_EMPTY, "" },
	{ "NUL", "P a\0b", 5, MESSAGE_NUL, "" },
	{ "NUL first", "\0P", 2, MESSAGE_NUL, "" },
	{ "NUL last", "P\0", 2, MESSAGE_NUL, "" },
	{ "CR", "P a\rb", 0, MESSAGE_NUL, "" },
	{ "CR last", "P\r", 0, MESSAGE_NUL, "" },
	{ "CR in tags", "@a\r P", 0, MESSAGE_NUL, "" },
	{ "tags alone", "@a", 0, MESSAGE_BAD, "@a " },
	{ "tags and space", "@a ", 0, MESSAGE_BAD, "@a " },
	{ "at alone", "@", 0, MESSAGE_BAD, "" },
	{ "source alone", ":a", 0, MESSAGE_BAD, ":a " },
	{ "source and space", ":a ", 0, MESSAGE_BAD, ":a " },
	{ "colon alone", ":", 0, MESSAGE_BAD, "" },
	{ "tags and source alone", "@a :b", 0, MESSAGE_BAD, "@a :b " },
	{ "two sources", ":a :b P", 0, MESSAGE_BAD, ":a " },
};

START_TEST(test_parse)
{
	char shown[1024];
	struct message m;
	size_t len = lines[_i].len;
	char *line;
	enum message_error e;

	if (len == 0)
		len = strlen(lines[_i].line);
	line = copy_line(lines[_i].line, len);
	memset(&m, 0xee, sizeof(m));
	e = message_parse(&m, line, len);
	ck_assert_msg(e == lines[_i].want, "%s: %d", lines[_i].name, e);
	show(&m, shown, sizeof(shown));
	ck_assert_msg(strcmp(shown, lines[_i].shown) == 0, "%s: %s",
	    lines[_i].name, shown);
	ck_assert_msg(m.param[m.nparam] == NULL, "%s", lines[_i].name);
	free(line);
}
END_TEST

static const struct {
	const char *name;
	size_t tags; /* bytes between '@' and the space; 0: neither */
	size_t rest;
	enum message_error want;
	int command; /* whether it was split all the same */
} lengths[] = {
	{ "510", 0, 510, MESSAGE_OK, 1 },
	{ "511", 0, 511, MESSAGE_TOO_LONG, 1 },
	{ "much", 0, 65536, MESSAGE_TOO_LONG, 1 },
	{ "4094 of tags", 4094, 10, MESSAGE_OK, 1 },
	{ "4095 of tags", 4095, 10, MESSAGE_TOO_LONG, 1 },
	{ "8190 of tags", 8190, 10, MESSAGE_TOO_LONG, 1 },
	{ "most of both", 4094, 510, MESSAGE_OK, 1 },
	{ "most of tags, over in the rest", 4094, 511, MESSAGE_TOO_LONG, 1 },
	{ "4094 of tags alone", 4094, 0, MESSAGE_BAD, 0 },
	{ "4095 of tags alone", 4095, 0, MESSAGE_TOO_LONG, 0 },
};

START_TEST(test_length)
{
	size_t tags = lengths[_i].tags, rest = lengths[_i].rest;
	size_t head = tags > 0 ? tags + 2 : 0, len = head + rest;
	char *line = malloc(len + 1);
	struct message m;
	enum message_error e;

	ck_assert_ptr_nonnull(line);
	memset(line, 't', len);
	if (tags > 0) {
		line[0] = '@';
		line[head - 1] = ' ';
	}
	if (rest > 1)
		line[head + 1] = ' ';
	e = message_parse(&m, line, len);
	ck_assert_msg(e == lengths[_i].want, "%s: %d", lengths[_i].name, e);
	ck_assert_msg((m.command != NULL) == lengths[_i].command, "%s",
	    lengths[_i].name);
	if (m.command != NULL)
		ck_assert_uint_eq(strlen(m.param[0]), rest - 2);
	if (tags > 0)
		ck_assert_uint_eq(strlen(m.tags), tags);
	free(line);
}
END_TEST

/* From 0 to 20 parameters, each of one byte. */
START_TEST(test_count)
{
	char line[64] = "P";
	struct message m;
	int i, want = _i < MESSAGE_PARAMS ? _i : MESSAGE_PARAMS;

	for (i = 0; i < _i; i++)
		strcat(line, " a");
	ck_assert_int_eq(message_parse(&m, line, strlen(line)), MESSAGE_OK);
	ck_assert_int_eq(m.nparam, want);
	for (i = 0; i < want; i++)
		ck_assert_int_eq(m.param[i][0], 'a');
	ck_assert_ptr_null(m.param[want]);
}
END_TEST

static const struct {
	const char *name, *buf;
	size_t len;
	long want;
	size_t next;
} ends[] = {
	{ "nothing", "", 0, -1, 99 },
	{ "no end", "PING", 4, -1, 99 },
	{ "CR only", "PING\r", 5, -1, 99 },
	{ "LF", "PING\n", 5, 4, 5 },
	{ "CR LF", "PING\r\n", 6, 4, 6 },
	{ "CR CR LF", "PING\r\r\n", 7, 4, 7 },
	{ "CR inside", "PI\rNG\r\n", 7, 5, 7 },
	{ "LF alone", "\n", 1, 0, 1 },
	{ "CR LF alone", "\r\n", 2, 0, 2 },
	{ "CRs alone", "\r\r\r\n", 4, 0, 4 },
	{ "the first of two", "a\r\nb\r\n", 6, 1, 3 },
	{ "LF beyond the end", "PING\n", 4, -1, 99 },
	{ "a NUL inside", "a\0b\n", 4, 3, 4 },
	{ "LF CR", "a\n\r", 3, 1, 2 },
};

START_TEST(test_line)
{
	char *buf = copy_line(ends[_i].buf, ends[_i].len);
	size_t next = 99;
	long n = message_line(buf, ends[_i].len, &next);

	ck_assert_msg(n == ends[_i].want, "%s: %ld", ends[_i].name, n);
	ck_assert_msg(next == ends[_i].next, "%s: %zu", ends[_i].name, next);
	free(buf);
}
END_TEST

Suite *
check_message(void)
{
	Suite *s = suite_create("message");
	TCase *tc = tcase_create("table");

	ADD_ROWS(tc, test_parse, lines);
	ADD_ROWS(tc, test_length, lengths);
	tcase_add_loop_test(tc, test_count, 0, 21);
	ADD_ROWS(tc, test_line, ends);
	suite_add_tcase(s, tc);
	return s;
}
