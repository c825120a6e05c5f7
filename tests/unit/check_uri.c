/* SPDX-License-Identifier: ISC */

/* URIs of servers and invitations. */

#include <string.h>

#include "../../irc/uri.h"
#include "check_irc.h"

#define PIN "_wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* WANT: as uri_write() has it; NULL: malformed. */
static const struct {
	const char *name, *text, *want;
} uris[] = {
	{ "host", "ircs://chat.example.org", "ircs://chat.example.org:6697/" },
	{ "plain", "irc://host", "irc://host:6667/" },
	{ "capitals", "IRCS://Host/", "ircs://Host:6697/" },
	{ "port", "ircs://host:7000", "ircs://host:7000/" },
	{ "zeros", "ircs://host:07000", "ircs://host:7000/" },
	{ "address", "ircs://192.0.2.1:1/", "ircs://192.0.2.1:1/" },
	{ "v6", "ircs://[2001:db8::1]:7000/", "ircs://[2001:db8::1]:7000/" },
	{ "v6 alone", "ircs://[::1]", "ircs://[::1]:6697/" },
	{ "room", "ircs://host/moot", "ircs://host:6697/%23moot" },
	{ "room with its sign", "ircs://host/#moot",
	    "ircs://host:6697/%23moot" },
	{ "room, escaped", "ircs://host/%23moot", "ircs://host:6697/%23moot" },
	{ "invitation", "ircs://host:1/?pin=" PIN "&token=ab12",
	    "ircs://host:1/?pin=" PIN "&token=ab12" },
	{ "in another order", "ircs://host:1?token=ab12&pin=sha256/" PIN,
	    "ircs://host:1/?pin=" PIN "&token=ab12" },
	{ "a token alone", "ircs://host/?token=x",
	    "ircs://host:6697/?token=x" },
	{ "what is not known", "ircs://host/?a=b&pin=" PIN "&c",
	    "ircs://host:6697/?pin=" PIN },
	{ "an empty query", "ircs://host/?", "ircs://host:6697/" },
	{ "a longer word", "ircs://host/?pins=x", "ircs://host:6697/" },

	{ "empty", "", NULL },
	{ "no scheme", "host", NULL },
	{ "another scheme", "https://host", NULL },
	{ "no host", "ircs://", NULL },
	{ "no host, a port", "ircs://:6697", NULL },
	{ "a user", "ircs://ann@host", NULL },
	{ "port 0", "ircs://host:0", NULL },
	{ "a high port", "ircs://host:65536", NULL },
	{ "no port", "ircs://host:", NULL },
	{ "a word as port", "ircs://host:ircs", NULL },
	{ "v6 without its end", "ircs://[::1", NULL },
	{ "no v6 in brackets", "ircs://[host]", NULL },
	{ "v6 with more", "ircs://[::1]x", NULL },
	{ "empty v6", "ircs://[]:1", NULL },
	{ "a space", "ircs://ho st", NULL },
	{ "a space in the room", "ircs://host/a%20b", NULL },
	{ "a line end in the room", "ircs://host/a%0d%0aQUIT", NULL },
	{ "a comma in the room", "ircs://host/a,b", NULL },
	{ "a NUL", "ircs://host/a%00", NULL },
	{ "half an escape", "ircs://host/a%2", NULL },
	{ "no escape", "ircs://host/a%zz", NULL },
	{ "a pin that is none", "ircs://host/?pin=abc", NULL },
	{ "an empty pin", "ircs://host/?pin=", NULL },
	{ "an empty token", "ircs://host/?token=", NULL },
	{ "a line end in the token", "ircs://host/?token=a%0aQUIT", NULL },
	{ "a token with a colon", "ircs://host/?token=:x", NULL },
};

START_TEST(test_uri)
{
	char buf[URI_MOST], again[URI_MOST];
	struct uri u;

	if (uris[_i].want == NULL) {
		ck_assert_int_eq(uri_read(&u, uris[_i].text), -1);
		return;
	}
	ck_assert_int_eq(uri_read(&u, uris[_i].text), 0);
	ck_assert_int_eq(uri_write(buf, sizeof(buf), &u), 0);
	ck_assert_str_eq(buf, uris[_i].want);
	ck_assert_int_eq(uri_read(&u, buf), 0);
	ck_assert_int_eq(uri_write(again, sizeof(again), &u), 0);
	ck_assert_str_eq(again, buf);
	ck_assert_int_eq(uri_write(buf, strlen(again), &u), -1);
	ck_assert_int_eq(uri_write(buf, 0, &u), -1);
}
END_TEST

START_TEST(test_long)
{
	char text[2 * URI_MOST] = "ircs://";
	struct uri u;

	memset(text + 7, 'a', URI_HOST - 1);
	ck_assert_int_eq(uri_read(&u, text), 0);
	memset(text + 7, 'a', URI_HOST);
	ck_assert_int_eq(uri_read(&u, text), -1);
	strcpy(text, "ircs://host/");
	memset(text + 12, 'a', URI_ROOM);
	ck_assert_int_eq(uri_read(&u, text), -1);
	strcpy(text, "ircs://host/?");
	memset(text + 13, 'a', URI_MOST);
	ck_assert_int_eq(uri_read(&u, text), -1);
}
END_TEST

Suite *
check_uri(void)
{
	Suite *suite = suite_create("uri");
	TCase *tc = tcase_create("uri");

	ADD_ROWS(tc, test_uri, uris);
	tcase_add_test(tc, test_long);
	suite_add_tcase(suite, tc);
	return suite;
}
