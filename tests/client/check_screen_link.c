/* SPDX-License-Identifier: ISC */

/* Links: where they begin and end, and what a terminal is given of them. */

#include <stdio.h>
#include <string.h>

#include "check_client.h"
#include "client/screen/link.h"

#define MUENCHEN "m\303\274nchen"

/* WANT: as terminals are given them, with blanks between. */
static const struct {
	const char *name, *text, *want;
} links[] = {
	{ "none", "hello: world // x", "" },
	{ "alone", "https://example.org", "https://example.org" },
	{ "in a sentence", "see http://a.b/c, and so on", "http://a.b/c" },
	{ "at its end", "It is at https://a.b/c.", "https://a.b/c" },
	{ "asked", "https://a.b/c?!", "https://a.b/c" },
	{ "query and fragment", "https://a.b/c?d=e&f=g#h;",
	    "https://a.b/c?d=e&f=g#h" },
	{ "in brackets", "(https://a.b/c)", "https://a.b/c" },
	{ "brackets in it", "https://a.b/c_(d)", "https://a.b/c_(d)" },
	{ "both", "(see https://a.b/c_(d)).", "https://a.b/c_(d)" },
	{ "an open bracket at its end", "https://a.b/c(", "https://a.b/c" },
	{ "in pointed brackets", "<https://a.b/c>", "https://a.b/c" },
	{ "in quotes", "\"https://a.b/c\"", "https://a.b/c" },
	{ "in single quotes", "'https://a.b/c'", "https://a.b/c" },
	{ "in square brackets", "[https://a.b/c]", "https://a.b/c" },
	{ "markdown", "[x](https://a.b/c)", "https://a.b/c" },
	{ "an IPv6 address", "http://[::1]:80/x", "http://[::1]:80/x" },
	{ "a scheme in capitals", "HTTPS://A.B", "HTTPS://A.B" },
	{ "two", "http://a http://b", "http://a http://b" },
	{ "two with nothing between", "http://a,http://b",
	    "http://a,http://b" },
	{ "others", "ircs://a/b gemini://c ftp://d/e irc://f",
	    "ircs://a/b gemini://c ftp://d/e irc://f" },
	{ "mail", "write mailto:a@b.c now", "mailto:a@b.c" },
	{ "mail to nobody", "mailto:", "" },
	{ "mail without a host", "mailto:a@", "" },
	{ "nothing behind it", "http:// x", "" },
	{ "punctuation behind it", "http://...", "" },
	{ "behind a letter", "xhttp://a", "" },
	{ "not one of ours", "javascript:alert(1) file:///etc/passwd", "" },
	{ "a host in German", "https://" MUENCHEN ".de/x",
	    "https://m%C3%BCnchen.de/x" },
	{ "a path in Japanese", "https://a.b/\346\227\245\346\234\254",
	    "https://a.b/%E6%97%A5%E6%9C%AC" },
	{ "a full stop in Japanese", "https://a.b/c\343\200\202",
	    "https://a.b/c" },
	{ "brackets in Japanese", "\357\274\210https://a.b/c\357\274\211",
	    "https://a.b/c" },
	{ "typographic quotes", "\342\200\234https://a.b/c\342\200\235",
	    "https://a.b/c" },
	{ "a replaced control", "https://a.b/\357\277\275]8;;x",
	    "https://a.b/" },
	{ "a line end", "https://a.b/\nc", "https://a.b/" },
	{ "in Arabic", "\330\263 https://a.b/c \330\263", "https://a.b/c" },
	{ "percent", "https://a.b/%20c%", "https://a.b/%20c%" },
	{ "bold behind it", "*https://a.b/c*", "https://a.b/c" },
};

START_TEST(link_rows)
{
	const char *text = links[_i].text;
	char got[LINK_URI * 2] = "", uri[LINK_URI];
	struct link l = { 0, 0 };

	while (link_next(text, strlen(text), l.to, &l)) {
		ck_assert_uint_gt(link_uri(uri, sizeof(uri), text, &l), 0);
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s",
		    *got ? " " : "", uri);
	}
	ck_assert_msg(strcmp(got, links[_i].want) == 0, "%s: %s, not %s",
	    links[_i].name, got, links[_i].want);
}
END_TEST

START_TEST(too_long)
{
	char text[LINK_URI + 64], uri[64];
	struct link l;

	memset(text, 'a', sizeof(text));
	memcpy(text, "https://", 8);
	ck_assert(!link_next(text, sizeof(text), 0, &l));
	ck_assert(link_next(text, LINK_URI, 0, &l));
	ck_assert_uint_eq(link_uri(uri, sizeof(uri), text, &l), 0);
}
END_TEST

Suite *
check_screen_link(void)
{
	Suite *s = suite_create("screen/link");
	TCase *tc = tcase_create("link");

	ADD_ROWS(tc, link_rows, links);
	tcase_add_test(tc, too_long);
	suite_add_tcase(s, tc);
	return s;
}
