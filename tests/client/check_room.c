/* SPDX-License-Identifier: ISC */

/* Who is in a room: found by nick, and in order of rank and nick. */

#include <stdio.h>
#include <string.h>

#include "check_client.h"
#include "client/session/room.h"

static struct isupport i;
static struct room *rooms, *r;
static char shown[4096];

static void
setup(void)
{
	isupport_init(&i);
	isupport_take(&i, "PREFIX=(qaohv)~&@%+");
	isupport_take(&i, "CHANMODES=Ibe,k,l,imnt");
	r = room_know(&rooms, &i, "#a", NULL);
	ck_assert_ptr_nonnull(r);
}

static void
teardown(void)
{
	room_clear(&rooms);
}

/* "@alice,bob", and that each of them can be found. */
static const char *
show(void)
{
	size_t at, len = 0;

	*shown = '\0';
	for (at = 0; at < r->nmembers; at++) {
		len += snprintf(shown + len, sizeof(shown) - len, "%s%s%s",
		    at > 0 ? "," : "", r->members[at]->prefixes,
		    r->members[at]->nick);
		ck_assert_ptr_eq(room_member(r, r->members[at]->nick),
		    r->members[at]);
	}
	return shown;
}

/* An order: its letter, and what stands behind it. */
static void
order(const char *line)
{
	char a[64] = "", b[64] = "", *param[4] = { a, b };

	if (*line == '=') {
		room_names(r, line + 1);
		return;
	}
	sscanf(line + 1, "%63s %63s", a, b);
	switch (*line) {
	case '.':
		room_names_end(r);
		break;
	case '+':
		room_enter(r, a, NULL, NULL, NULL);
		break;
	case '-':
		room_leave(r, a);
		break;
	case '>':
		room_nick(r, a, b);
		break;
	case 'm':
		param[0] = b;
		room_mode(r, a, param, *b != '\0');
		break;
	}
}

static const struct {
	const char *name;
	const char *orders[12];
	const char *want;
} members[] = {
	{ "in order", { "=bob @dave +alice ~@carol", "." },
	    "~@carol,@dave,+alice,bob" },
	{ "in several lines", { "=bob", "=alice @eve", "." },
	    "@eve,alice,bob" },
	{ "with addresses", { "=@bob!u@h alice!v@i", "." }, "@bob,alice" },
	{ "twice", { "=bob Bob BOB @bob", "." }, "@bob" },
	{ "an address without a nick", { "=!bob ^al", "." }, "^al" },
	{ "too many prefixes", { "=@@@@@@@@@@@@@@@@@@@@@@bob", "." },
	    "@@@@@@@bob" },
	{ "nothing", { "=", "=   ", "=@ !", "." }, "" },
	{ "they come and go", { "=a b", ".", "+c", "-b", "-x", "+c" },
	    "a,c" },
	{ "and while they are told", { "=c a", "+b", "-a", "=d", "." },
	    "b,c,d" },
	{ "who is not told again is gone", { "=a b c", ".", "=b @d", "." },
	    "@d,b" },
	{ "an end without names", { "=a", ".", "." }, "a" },
	{ "nicks", { "=@a b", ".", ">a c", ">b a", ">x y", ">a A" },
	    "@c,A" },
	{ "a nick that is there", { "=@a b", ".", ">b a" }, "a" },
	{ "its own", { "=@a b", ".", ">a a" }, "@a,b" },
	{ "ranks", { "=a b c", ".", "m+o b", "m+v c", "m+v b", "m-o b",
	    "m+h c" }, "%+c,+b,a" },
	{ "ranks of nobody", { "=a", ".", "m+o x", "m+o", "m-v a" }, "a" },
	{ "while they are told", { "=a b", "m+o b", "=c", "." }, "@b,a,c" },
};

START_TEST(orders)
{
	size_t at;

	for (at = 0; members[_i].orders[at] != NULL; at++)
		order(members[_i].orders[at]);
	ck_assert_str_eq(show(), members[_i].want);
}
END_TEST

static const struct {
	const char *modes[4], *want;
} modes[] = {
	{ { "+nt" }, "+nt" },
	{ { "+nt", "-t" }, "+n" },
	{ { "+n", "-n" }, "" },
	{ { "+nn", "+n" }, "+n" },
	{ { "+b" }, "" },
	{ { "+k" }, "+k" },
	{ { "-" }, "" },
	{ { "n+t-n" }, "+t" },
	{ { "+,+n" }, "+n" },
};

START_TEST(mode)
{
	char param[] = "p", *params[] = { param, NULL };
	int at;

	for (at = 0; modes[_i].modes[at] != NULL; at++)
		room_mode(r, modes[_i].modes[at], params, 1);
	ck_assert_str_eq(r->modes, modes[_i].want);
}
END_TEST

enum { MANY = 10000 };

/* In no time that one could notice: each of these is a line of the server. */
START_TEST(many)
{
	char name[64], other[64];
	int n;

	for (n = 0; n < MANY; n++) {
		snprintf(name, sizeof(name), "%snick%d", n % 7 ? "" : "@",
		    n * 7919 % MANY);
		room_names(r, name);
	}
	room_names_end(r);
	ck_assert_uint_eq(r->nmembers, MANY);
	for (n = 0; n < MANY; n++) {
		snprintf(name, sizeof(name), "nick%d", n);
		snprintf(other, sizeof(other), "other%d", n);
		ck_assert(room_has(r, name));
		if (n % 2)
			room_leave(r, name);
		else
			room_nick(r, name, other);
		room_enter(r, name, NULL, NULL, NULL);
		room_rank(r, name, '@', n % 3 == 0);
	}
	ck_assert_uint_eq(r->nmembers, MANY + MANY / 2);
	for (n = 1; n < (int)r->nmembers; n++) {
		ck_assert_ptr_eq(room_member(r, r->members[n]->nick),
		    r->members[n]);
		ck_assert_int_le(isupport_rank(&i,
		    *r->members[n - 1]->prefixes),
		    isupport_rank(&i, *r->members[n]->prefixes));
	}
}
END_TEST

START_TEST(what_is_known)
{
	room_enter(r, "bob", NULL, "u@h", "acc");
	room_enter(r, "bob", "@", NULL, NULL);
	ck_assert_str_eq(room_member(r, "BOB")->address, "u@h");
	ck_assert_str_eq(room_member(r, "bob")->account, "acc");
	ck_assert_str_eq(room_member(r, "bob")->prefixes, "@");
	room_account(r, "bob", NULL);
	ck_assert_ptr_null(room_member(r, "bob")->account);
	room_away(r, "bob", 1);
	ck_assert_int_eq(room_member(r, "bob")->away, 1);
	room_enter(r, "al", NULL, NULL, NULL);
	room_spoke(r, "al");
	room_spoke(r, "bob");
	room_spoke(r, "nobody");
	ck_assert(room_member(r, "bob")->spoke > room_member(r, "al")->spoke);
	room_leave_all(rooms);
	ck_assert_uint_eq(r->nmembers, 0);
	ck_assert(!room_has(r, "bob"));
}
END_TEST

START_TEST(names_of_rooms)
{
	char longest[ROOM_NAME + 2];

	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	ck_assert_ptr_null(room_know(&rooms, &i, longest, NULL));
	ck_assert_int_eq(room_rename(r, longest), -1);
	ck_assert_ptr_eq(room_find(rooms, "#A"), r);
	ck_assert_int_eq(room_rename(r, "#b"), 0);
	ck_assert_ptr_null(room_find(rooms, "#a"));
	room_set_topic(r, "x");
	room_set_topic(r, NULL);
	ck_assert_ptr_null(r->topic);
	room_forget(&rooms, "#B");
	ck_assert_ptr_null(rooms);
}
END_TEST

Suite *
check_room(void)
{
	Suite *s = suite_create("room");
	TCase *tc = tcase_create("room");

	tcase_add_checked_fixture(tc, setup, teardown);
	ADD_ROWS(tc, orders, members);
	ADD_ROWS(tc, mode, modes);
	tcase_add_test(tc, many);
	tcase_add_test(tc, what_is_known);
	tcase_add_test(tc, names_of_rooms);
	suite_add_tcase(s, tc);
	return s;
}
