/* SPDX-License-Identifier: ISC */

/* Mode strings: stepping through them, and what 004 and 005 say. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../irc/mode.h"
#include "check_irc.h"

static const struct {
	const char *name;
	const struct mode *table;
	const char *modes;
	char *params[6];
	const char *want; /* "+o(ann)-k": '!' behind an unknown letter */
	int left;         /* parameters not taken */
} steps[] = {
	{ "empty", mode_channel, "", { "x" }, "", 1 },
	{ "signs alone", mode_channel, "+-+", { 0 }, "", 0 },
	{ "flag", mode_channel, "+i", { "x" }, "+i", 1 },
	{ "no sign", mode_channel, "i", { 0 }, "+i", 0 },
	{ "no sign, then minus", mode_channel, "i-n", { 0 }, "+i-n", 0 },
	{ "signs stay", mode_channel, "+im-nt", { 0 }, "+i+m-n-t", 0 },
	{ "the last sign counts", mode_channel, "+-i-+n", { 0 }, "-i+n", 0 },
	{ "member", mode_channel, "+o", { "ann" }, "+o(ann)", 0 },
	{ "members", mode_channel, "+ov-o", { "a", "b", "c" },
	    "+o(a)+v(b)-o(c)", 0 },
	{ "member without", mode_channel, "+oo", { "a" }, "+o(a)+o", 0 },
	{ "list", mode_channel, "+b", { "a!*@*" }, "+b(a!*@*)", 0 },
	{ "list shown", mode_channel, "b", { 0 }, "+b", 0 },
	{ "list, minus", mode_channel, "-b", { "m" }, "-b(m)", 0 },
	{ "key", mode_channel, "+k", { "x" }, "+k(x)", 0 },
	{ "key, minus", mode_channel, "-k", { "x" }, "-k(x)", 0 },
	{ "key, minus, none", mode_channel, "-k", { 0 }, "-k", 0 },
	{ "limit", mode_channel, "+l", { "5" }, "+l(5)", 0 },
	{ "limit, minus", mode_channel, "-l", { "5" }, "-l", 1 },
	{ "limit, then key", mode_channel, "-l+k", { "x" }, "-l+k(x)", 0 },
	{ "unknown", mode_channel, "+y", { "x" }, "+y!", 1 },
	{ "unknown between", mode_channel, "+iyn", { 0 }, "+i+y!+n", 0 },
	{ "case counts", mode_channel, "+O", { "a" }, "+O!", 1 },
	{ "not a letter", mode_channel, "+1 \xff", { 0 },
	    "+1!+ !+\xff!", 0 },
	{ "all at once", mode_channel, "+bklimnrst-ov",
	    { "m", "k", "5", "a", "b" },
	    "+b(m)+k(k)+l(5)+i+m+n+r+s+t-o(a)-v(b)", 0 },
	{ "empty parameter", mode_channel, "+k", { "" }, "+k()", 0 },
	{ "user's", mode_user, "+iw-o", { "x" }, "+i+w-o", 1 },
	{ "user's unknown", mode_user, "+n", { "x" }, "+n!", 1 },
};

START_TEST(test_step)
{
	char **params = (char **)steps[_i].params, got[128] = "";
	struct mode_parser p = { .table = steps[_i].table,
		.modes = steps[_i].modes, .params = params };
	struct mode_change c;
	size_t n = 0;
	int left = 0;

	while (mode_next(&p, &c)) {
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%c%c%s",
		    c.adding ? '+' : '-', c.letter, c.mode ? "" : "!");
		if (c.mode != NULL)
			ck_assert_int_eq(c.mode->letter, c.letter);
		if (c.param != NULL)
			n += (size_t)snprintf(got + n, sizeof(got) - n,
			    "(%s)", c.param);
	}
	while (p.params[left] != NULL)
		left++;
	ck_assert_msg(strcmp(got, steps[_i].want) == 0, "%s: %s",
	    steps[_i].name, got);
	ck_assert_msg(left == steps[_i].left, "%s: %d left", steps[_i].name,
	    left);
	ck_assert_int_eq(mode_next(&p, &c), 0);
}
END_TEST

START_TEST(test_find)
{
	ck_assert_int_eq(mode_find(mode_channel, 'o')->prefix, '@');
	ck_assert_int_eq(mode_find(mode_channel, 'v')->prefix, '+');
	ck_assert_int_eq(mode_find(mode_channel, 'i')->prefix, 0);
	ck_assert_uint_eq(mode_find(mode_channel, 't')->bit, ROOM_TOPIC_LOCK);
	ck_assert_uint_eq(mode_find(mode_user, 'o')->bit, USER_OPERATOR);
	ck_assert_ptr_null(mode_find(mode_user, 'b'));
	ck_assert_ptr_null(mode_find(mode_channel, 'w'));
	ck_assert_ptr_null(mode_find(mode_channel, '\0'));
}
END_TEST

/* No bit twice among a room's modes, a membership's, a user's. */
START_TEST(test_bits)
{
	const struct mode *m;
	uint32_t room = 0, member = 0, user = 0, *set;

	for (m = mode_channel; m->letter != 0; m++) {
		set = m->kind == MODE_MEMBER ? &member : &room;
		ck_assert(m->bit != 0 && (*set & m->bit) == 0);
		ck_assert_int_eq(m->prefix != 0, m->kind == MODE_MEMBER);
		*set |= m->bit;
	}
	for (m = mode_user; m->letter != 0; m++) {
		ck_assert(m->bit != 0 && (user & m->bit) == 0);
		ck_assert_int_eq(m->kind, MODE_FLAG);
		user |= m->bit;
	}
}
END_TEST

static const struct {
	uint32_t member;
	int all;
	const char *want;
} prefixes[] = {
	{ 0, 0, "" },
	{ 0, 1, "" },
	{ MEMBER_OPERATOR, 0, "@" },
	{ MEMBER_OPERATOR, 1, "@" },
	{ MEMBER_VOICE, 0, "+" },
	{ MEMBER_VOICE, 1, "+" },
	{ MEMBER_OPERATOR | MEMBER_VOICE, 0, "@" },
	{ MEMBER_OPERATOR | MEMBER_VOICE, 1, "@+" },
	{ MEMBER_ADMIN | MEMBER_HALFOP, 1, "&%" },
	{ MEMBER_FOUNDER | MEMBER_OPERATOR, 0, "~" },
	{ ~(uint32_t)MEMBER_RANKS, 1, "" },
	{ ~(uint32_t)0, 1, "~&@%+" },
};

START_TEST(test_prefixes)
{
	char buf[8];

	ck_assert_ptr_eq(
	    mode_prefixes(prefixes[_i].member, prefixes[_i].all, buf), buf);
	ck_assert_str_eq(buf, prefixes[_i].want);
}
END_TEST

static const char *
channel_letters(char *buf, int size)
{
	return mode_letters(mode_channel, buf, size);
}

static const char *
user_letters(char *buf, int size)
{
	return mode_letters(mode_user, buf, size);
}

static const struct {
	const char *(*write)(char *, int);
	const char *want;
} texts[] = {
	{ mode_chanmodes, "Ibe,k,fjl,CMNRUcimnrstz" },
	{ mode_prefix, "(qaohv)~&@%+" },
	{ mode_lists, "Ibe" },
	{ mode_letters_param, "Ibefjklqaohv" },
	{ channel_letters, "CIMNRUbcefijklmnrstzqaohv" },
	{ user_letters, "BIRTZiow" },
};

/* In each size from none to enough: cut, never overrun. */
START_TEST(test_text)
{
	const char *want = texts[_i].want, *got;
	int size, full = (int)strlen(want) + 1;
	char *buf;

	ck_assert_str_eq(texts[_i].write(NULL, 0), "");
	for (size = 1; size <= full; size++) {
		ck_assert_ptr_nonnull(buf = malloc((size_t)size));
		got = texts[_i].write(buf, size);
		ck_assert_ptr_eq(got, buf);
		ck_assert_int_eq(strlen(got), size - 1);
		ck_assert_int_eq(strncmp(got, want, (size_t)size - 1), 0);
		free(buf);
	}
}
END_TEST

/* Each rank is above the one before it, and needs one that there is. */
START_TEST(test_ranks)
{
	const struct mode *m;

	ck_assert_int_eq(mode_rank(0), RANK_NONE);
	ck_assert_int_eq(mode_rank(MEMBER_VOICE), RANK_VOICE);
	ck_assert_int_eq(mode_rank(MEMBER_VOICE | MEMBER_HALFOP), RANK_HALFOP);
	ck_assert_int_eq(mode_rank(MEMBER_OPERATOR), RANK_OPERATOR);
	ck_assert_int_eq(mode_rank(MEMBER_ADMIN), RANK_ADMIN);
	ck_assert_int_eq(mode_rank(MEMBER_RANKS), RANK_FOUNDER);
	ck_assert_int_eq(mode_rank(~(uint32_t)MEMBER_RANKS), RANK_NONE);
	ck_assert_uint_eq(mode_from(RANK_NONE), MEMBER_RANKS);
	ck_assert_uint_eq(mode_from(RANK_HALFOP), MEMBER_RANKS & ~MEMBER_VOICE);
	ck_assert_uint_eq(mode_from(RANK_FOUNDER), MEMBER_FOUNDER);
	ck_assert_int_eq(mode_of_prefix('&'), RANK_ADMIN);
	ck_assert_int_eq(mode_of_prefix('#'), RANK_NONE);
	ck_assert_int_eq(mode_of_prefix('\0'), RANK_NONE);
	ck_assert_int_eq(mode_of_word("HalfOp")->letter, 'h');
	ck_assert_ptr_null(mode_of_word("king"));
	ck_assert_ptr_null(mode_of_word(""));
	for (m = mode_channel; m->letter != 0; m++)
		ck_assert(m->needs > RANK_VOICE && m->needs <= RANK_FOUNDER);
}
END_TEST

Suite *
check_mode(void)
{
	Suite *s = suite_create("mode");
	TCase *tc = tcase_create("table");

	ADD_ROWS(tc, test_step, steps);
	tcase_add_test(tc, test_find);
	tcase_add_test(tc, test_bits);
	tcase_add_test(tc, test_ranks);
	ADD_ROWS(tc, test_prefixes, prefixes);
	ADD_ROWS(tc, test_text, texts);
	suite_add_tcase(s, tc);
	return s;
}
