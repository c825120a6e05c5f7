/* SPDX-License-Identifier: ISC */

/* Extended bans: the form in which they are kept, and whom they match. */

#include <stdio.h>
#include <string.h>

#include "../../irc/extban.h"
#include "check_irc.h"

static const struct {
	const char *src, *want; /* NULL: it is none */
} completes[] = {
	{ "ann", "ann!*@*" },
	{ "10.0.0.1", "*!*@10.0.0.1" },
	{ "2001:db8::1", "*!*@2001:db8::1" },
	{ "b:ann", "*!*@b:ann" }, /* no letter of ours: a host */
	{ "a:bob", "a:bob" },
	{ "account:bob", "a:bob" },
	{ "ACCOUNT:Bob", "a:Bob" },
	{ "A:bob", "*!*@A:bob" },
	{ "a:", NULL },
	{ "a:two words", NULL },
	{ "m:bar!*@*", "m:bar!*@*" },
	{ "m:bar", "m:bar!*@*" },
	{ "mute:account:bob", "m:a:bob" },
	{ "m:", NULL },
	{ "m:m:bar", NULL },
	{ "m:U:", "m:U:*!*@*" },
	{ "U:", "U:*!*@*" },
	{ "U:ann", "U:ann!*@*" },
	{ "r:*spam?here*", "r:*spam?here*" },
	{ "c:#room", "c:#room" },
	{ "channel:@#room", "c:@#room" },
	{ "c:room", NULL },
	{ "c:@@#room", NULL },
	{ "c:#a,b", NULL },
	{ "", "*!*@*" },
};

START_TEST(test_complete)
{
	const char *want = completes[_i].want;
	char buf[64], cut[64], again[64];
	int ok = extban_complete(buf, sizeof(buf), completes[_i].src);

	ck_assert_msg((ok == 0) == (want != NULL), "%s", completes[_i].src);
	if (want == NULL)
		return;
	ck_assert_str_eq(buf, want);
	ck_assert_int_eq(extban_complete(again, sizeof(again), buf), 0);
	ck_assert_str_eq(again, want);
	if (strlen(want) >= 8)
		ck_assert_int_eq(extban_complete(cut, strlen(want),
		    completes[_i].src), -1);
}
END_TEST

/* Bob is in #in, as operator in #op. */
static int
in_room(const struct extban_whom *whom, const char *name, char prefix)
{
	ck_assert_uint_eq(whom->user, 7);
	if (strcmp(name, "#op") == 0)
		return prefix == 0 || prefix == '@';
	return strcmp(name, "#in") == 0 && prefix == 0;
}

static const struct {
	const char *mask;
	int guest, member, mute; /* who matches: without an account, with */
} matches[] = {
	{ "bob!*@*", 1, 1, 0 },
	{ "ann!*@*", 0, 0, 0 },
	{ "m:BOB!*@*", 1, 1, 1 },
	{ "a:robert", 0, 1, 0 },
	{ "a:ROB*", 0, 1, 0 },
	{ "a:bob", 0, 0, 0 },
	{ "a:*", 0, 1, 0 },
	{ "m:a:robert", 0, 1, 1 },
	{ "U:*!*@*", 1, 0, 0 },
	{ "U:ann!*@*", 0, 0, 0 },
	{ "m:U:*!*@*", 1, 0, 1 },
	{ "r:Bob?the*", 1, 1, 0 },
	{ "r:builder", 0, 0, 0 },
	{ "c:#in", 1, 1, 0 },
	{ "c:@#in", 0, 0, 0 },
	{ "c:@#op", 1, 1, 0 },
	{ "c:#out", 0, 0, 0 },
};

START_TEST(test_match)
{
	struct extban_whom whom = { .source = "bob!b@host", .account = "",
		.real = "Bob the builder", .in_room = in_room, .user = 7 };
	struct extban x;

	extban_parse(&x, matches[_i].mask);
	ck_assert_int_eq(x.mute, matches[_i].mute);
	ck_assert_int_eq(extban_match(&x, &whom), matches[_i].guest);
	whom.account = "robert";
	ck_assert_int_eq(extban_match(&x, &whom), matches[_i].member);
}
END_TEST

START_TEST(test_letters)
{
	char buf[8];

	ck_assert_str_eq(extban_letters(buf, sizeof(buf)), "Uacmr");
	ck_assert_str_eq(extban_letters(buf, 3), "Ua");
	ck_assert_str_eq(extban_letters(NULL, 0), "");
}
END_TEST

Suite *
check_extban(void)
{
	Suite *s = suite_create("extban");
	TCase *tc = tcase_create("masks");

	ADD_ROWS(tc, test_complete, completes);
	ADD_ROWS(tc, test_match, matches);
	tcase_add_test(tc, test_letters);
	suite_add_tcase(s, tc);
	return s;
}
