/* SPDX-License-Identifier: ISC */

/*
 * Numerics: that they can be used as a pair, and what a few become.  The
 * compiler checks the arguments here as it does in the server.
 */

#include <stdarg.h>
#include <stdio.h>

#include "../../irc/numeric.h"
#include "check_irc.h"

static char line[512];

static void reply(const char *, int, const char *, ...)
    __attribute__((format(printf, 3, 4)));

static void
reply(const char *client, int number, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(line, sizeof(line), ":s %03d %s ", number, client);

	va_start(ap, fmt);
	vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
	va_end(ap);
}

START_TEST(test_numeric)
{
	reply("n", RPL_WELCOME, "Moot", "n");
	ck_assert_str_eq(line, ":s 001 n :Welcome to the Moot Network, n");
	reply("n", RPL_ISUPPORT, "A B=1");
	ck_assert_str_eq(line, ":s 005 n A B=1 :are supported by this server");
	reply("n", RPL_LOCALUSERS, 1u, 2u, 1u, 2u);
	ck_assert_str_eq(line, ":s 265 n 1 2 :Current local users 1, max 2");
	reply("n", RPL_WHOREPLY, "#a", "u", "h", "s", "n", "H@", 0, "N N");
	ck_assert_str_eq(line, ":s 352 n #a u h s n H@ :0 N N");
	reply("n", RPL_NAMREPLY, '=', "#a", "@n +m");
	ck_assert_str_eq(line, ":s 353 n = #a :@n +m");
	reply("n", RPL_ENDOFNAMES, "#a");
	ck_assert_str_eq(line, ":s 366 n #a :End of /NAMES list.");
	reply("n", RPL_BANLIST, "#a", "*!*@h", "m", 7LL);
	ck_assert_str_eq(line, ":s 367 n #a *!*@h m 7");
	reply("n", RPL_TOPICWHOTIME, "#a", "m", 7LL);
	ck_assert_str_eq(line, ":s 333 n #a m 7");
	reply("*", ERR_NEEDMOREPARAMS, "JOIN");
	ck_assert_str_eq(line, ":s 461 * JOIN :Not enough parameters");
	reply("*", ERR_NOTREGISTERED);
	ck_assert_str_eq(line, ":s 451 * :You have not registered");
	reply("n", ERR_UNKNOWNMODE, 'z');
	ck_assert_str_eq(line, ":s 472 n z :is unknown mode char to me");
	reply("n", ERR_INVALIDMODEPARAM, "#a", 'l', "x", "Not a number");
	ck_assert_str_eq(line, ":s 696 n #a l x :Not a number");
}
END_TEST

Suite *
check_numeric(void)
{
	Suite *s = suite_create("numeric");
	TCase *tc = tcase_create("text");

	tcase_add_test(tc, test_numeric);
	suite_add_tcase(s, tc);
	return s;
}
