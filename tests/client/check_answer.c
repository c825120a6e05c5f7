/* SPDX-License-Identifier: ISC */

/* What a program prints is made fit to be said, whatever it is. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../client/bot/answer.h"
#include "../../irc/utf8.h"
#include "check_client.h"

/* ---- lines ---- */

enum { LIMIT = 8 };

static const struct {
	const char *name, *input, *want; /* "[line][line](rest)" */
} lines[] = {
	{ "nothing", "", "" },
	{ "a line", "a\n", "[a]" },
	{ "two", "a\nb\n", "[a][b]" },
	{ "empty ones", "\n\na\n", "[][][a]" },
	{ "no newline", "a", "(a)" },
	{ "a line, then none", "a\nb", "[a](b)" },
	{ "CR LF", "a\r\nb\r\n", "[a][b]" },
	{ "a bare CR is a space", "a\rQUIT\n", "[a QUIT]" },
	{ "as long as may be", "12345678\n", "[12345678]" },
	{ "too long", "123456789\nx\n", "[12345678 [cut]][x]" },
	{ "far too long", "1234567890123456789012345678901\nx\n",
	    "[12345678 [cut]][x]" },
	{ "too long, no newline", "123456789", "(12345678 [cut])" },
	{ "cut at a character", "1234567\xc3\xa4\n", "[1234567 [cut]]" },
	{ "cut after one", "123456\xc3\xa4x\n", "[123456\xc3\xa4 [cut]]" },
	{ "controls", "\x01\x1b[1m\x07\x7f\n", "[[1m]" },
	{ "a C1 control", "a\xc2\x9b" "b\n", "[ab]" },
	{ "formatting stays", "\x02" "b\x02\n", "[\x02" "b\x02]" },
	{ "not UTF-8", "\xff" "a\xc3\n", "[?a?]" },
	{ "blanks at the end", "a \t \n", "[a]" },
};

static void
read_in_pieces(const char *input, size_t piece, char *got, size_t size)
{
	size_t left = strlen(input), len, n = 0;
	struct answer_reader r;
	const char *p;
	char *line;

	*got = '\0';
	ck_assert_int_eq(answer_open(&r, LIMIT), 0);
	for (; left > 0; left -= len, input += len) {
		len = piece < left ? piece : left;
		p = input;
		for (size_t rest = len; rest > 0;)
			if ((line = answer_next(&r, &p, &rest)) != NULL)
				n += (size_t)snprintf(got + n, size - n,
				    "[%s]", line);
		ck_assert_ptr_eq(p, input + len);
	}
	if ((line = answer_rest(&r)) != NULL)
		snprintf(got + n, size - n, "(%s)", line);
	answer_close(&r);
}

START_TEST(whole_and_in_pieces)
{
	char got[256];
	size_t piece;

	for (piece = 1; piece <= strlen(lines[_i].input) + 1; piece++) {
		read_in_pieces(lines[_i].input, piece, got, sizeof(got));
		ck_assert_msg(strcmp(got, lines[_i].want) == 0,
		    "%s, %zu at once: got %s, want %s", lines[_i].name, piece,
		    got, lines[_i].want);
	}
}
END_TEST

START_TEST(nul)
{
	char text[] = "a\0QUIT\0b";

	answer_clean(text, sizeof(text));
	ck_assert_str_eq(text, "aQUITb");
}
END_TEST

/* Any bytes become UTF-8 without what could end a line. */
START_TEST(any_bytes)
{
	unsigned int seed = (unsigned int)_i;
	char text[64];
	size_t i;

	for (i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)(rand_r(&seed) >> 8);
	answer_clean(text, sizeof(text) - 1);
	ck_assert(utf8_valid(text, strlen(text)));
	ck_assert_ptr_null(strpbrk(text, "\r\n\x01"));
}
END_TEST

/* ---- texts ---- */

static const struct {
	const char *name;
	const char *lines[6];
	const char *want;
} texts[] = {
	{ "one", { "a" }, "a" },
	{ "two", { "a", "b" }, "a\nb" },
	{ "empty ones are left out", { "", "a", "", "b" }, "a\nb" },
	{ "as many as may be", { "a", "b", "c" }, "a\nb\nc" },
	{ "too many", { "a", "b", "c", "d", "e" }, "a\nb\nc [cut]" },
	{ "too long", { "12345678901" }, "1234567890 [cut]" },
	{ "too long together", { "12345", "123456" }, "12345\n1234 [cut]" },
	{ "no room for a second", { "123456789", "a" }, "123456789 [cut]" },
	{ "cut at a character", { "123456789\xc3\xa4" },
	    "123456789 [cut]" },
	{ "nothing after the mark", { "12345678901", "a" },
	    "1234567890 [cut]" },
};

START_TEST(text_of_lines)
{
	struct answer_text t = { .limit = 10, .most = 3 };
	int i;

	for (i = 0; i < 6 && texts[_i].lines[i] != NULL; i++)
		answer_add(&t, texts[_i].lines[i]);
	ck_assert_str_eq(t.text, texts[_i].want);
	answer_text_clear(&t);
	ck_assert_ptr_null(t.text);
}
END_TEST

Suite *
check_answer(void)
{
	Suite *s = suite_create("answer");
	TCase *tc = tcase_create("answer");

	ADD_ROWS(tc, whole_and_in_pieces, lines);
	tcase_add_test(tc, nul);
	tcase_add_loop_test(tc, any_bytes, 0, 200);
	ADD_ROWS(tc, text_of_lines, texts);
	suite_add_tcase(s, tc);
	return s;
}
