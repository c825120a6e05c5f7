/* SPDX-License-Identifier: ISC */

/* JSON: what is written for whatever comes, and a name for all news. */

#include <stdio.h>
#include <string.h>

#include "../../client/script/json.h"
#include "../../client/news.h"
#include "check_client.h"

static struct json j;

static const struct {
	const char *name, *input, *want;
} texts[] = {
	{ "nothing", "", "" },
	{ "plain", "hello", "hello" },
	{ "what has a letter", "\"\\\b\f\n\r\t/", "\\\"\\\\\\b\\f\\n\\r\\t/" },
	{ "controls", "\001\033[2J\177", "\\u0001\\u001b[2J\\u007f" },
	{ "UTF-8", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
	    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
	{ "C1", "\xc2\x9b" "5m", "\\u009b5m" },
	{ "overrides of direction", "\xe2\x80\xae\xe2\x81\xa6",
	    "\\u202e\\u2066" },
	{ "ends of lines for JavaScript", "\xe2\x80\xa8\xe2\x80\xa9",
	    "\\u2028\\u2029" },
	{ "Latin-1", "a\xe4z", "a\xef\xbf\xbdz" },
	{ "cut short", "a\xe2\x82", "a\xef\xbf\xbd\xef\xbf\xbd" },
	{ "overlong", "\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "a surrogate", "\xed\xa0\x80",
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "beyond Unicode", "\xf4\x90\x80\x80",
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "bad between good", "\"\xff\"\xfe",
	    "\\\"\xef\xbf\xbd\\\"\xef\xbf\xbd" },
};

START_TEST(text)
{
	char want[256];

	snprintf(want, sizeof(want), "{\"k\":\"%s\"}", texts[_i].want);
	json_begin(&j);
	json_string(&j, "k", texts[_i].input);
	ck_assert_msg(strcmp(json_end(&j), want) == 0, "%s: got %s, want %s",
	    texts[_i].name, j.text, want);
	json_clear(&j);
}
END_TEST

static const struct {
	int64_t when;
	const char *want;
} times[] = {
	{ 0, "1970-01-01T00:00:00.000Z" },
	{ 1, "1970-01-01T00:00:00.001Z" },
	{ INT64_C(951782400123), "2000-02-29T00:00:00.123Z" },
	{ INT64_C(253402300799999), "9999-12-31T23:59:59.999Z" },
	{ INT64_C(253402300800000), "1970-01-01T00:00:00.000Z" },
	{ INT64_MAX, "1970-01-01T00:00:00.000Z" },
	{ -5, "1970-01-01T00:00:00.000Z" },
};

START_TEST(time_of)
{
	char buf[JSON_TIME];

	json_format_time(buf, times[_i].when);
	ck_assert_str_eq(buf, times[_i].want);
}
END_TEST

START_TEST(members)
{
	json_begin(&j);
	ck_assert_str_eq(json_end(&j), "{}");
	json_begin(&j);
	json_string(&j, "none", NULL);
	json_flag(&j, "off", 0);
	json_number(&j, "n", INT64_MIN);
	json_flag(&j, "on", 1);
	json_string(&j, "s", "");
	json_time(&j, "t", 0);
	ck_assert_str_eq(json_end(&j), "{\"n\":-9223372036854775808,"
	    "\"on\":true,\"s\":\"\",\"t\":\"1970-01-01T00:00:00.000Z\"}");
	json_clear(&j);
}
END_TEST

START_TEST(long_text)
{
	static char big[100001];

	memset(big, '\n', sizeof(big) - 1);
	json_begin(&j);
	json_string(&j, "k", big);
	ck_assert_uint_eq(strlen(json_end(&j)), 2 * (sizeof(big) - 1) + 8);
	json_begin(&j);
	json_string(&j, "k", "short");
	ck_assert_str_eq(json_end(&j), "{\"k\":\"short\"}");
	json_clear(&j);
}
END_TEST

START_TEST(every_kind_has_a_name)
{
	int kind, other;

	for (kind = 0; kind < NEWS_KINDS; kind++) {
		ck_assert_msg(json_type(kind) != NULL, "kind %d", kind);
		for (other = 0; other < kind; other++)
			ck_assert_str_ne(json_type(kind), json_type(other));
	}
	ck_assert_ptr_null(json_type(NEWS_KINDS));
	ck_assert_ptr_null(json_type(-1));
}
END_TEST

#define HEAD(type) "{\"type\":\"" type "\",\"time\":" \
	"\"2000-02-29T00:00:00.123Z\""

static const struct {
	struct news n;
	const char *network, *want;
} news[] = {
	{ { .kind = NEWS_MESSAGE, .flags = NEWS_MENTION | NEWS_BOT,
	    .msgid = "7.1", .nick = "ann", .address = "a@h", .account = "ann",
	    .room = "#r", .target = "#r", .reply = "7.0", .text = "a\nb" },
	    "Net", HEAD("message") ",\"network\":\"Net\",\"room\":\"#r\","
	    "\"nick\":\"ann\",\"address\":\"a@h\",\"account\":\"ann\","
	    "\"text\":\"a\\nb\",\"msgid\":\"7.1\",\"reply\":\"7.0\","
	    "\"mention\":true,\"bot\":true}" },
	{ { .kind = NEWS_NOTICE, .room = "#r", .target = "@#r", .text = "x",
	    .flags = NEWS_OWN | NEWS_PENDING | NEWS_PLAYBACK, .serial = 3 },
	    NULL, HEAD("notice") ",\"room\":\"#r\",\"target\":\"@#r\","
	    "\"text\":\"x\",\"serial\":3,\"own\":true,\"playback\":true,"
	    "\"pending\":true}" },
	{ { .kind = NEWS_KICK, .room = "#r", .about = "bob", .nick = "ann" },
	    NULL, HEAD("kick") ",\"room\":\"#r\",\"nick\":\"ann\","
	    "\"whom\":\"bob\"}" },
	{ { .kind = NEWS_NICK, .nick = "ann", .about = "anne" }, NULL,
	    HEAD("nick") ",\"nick\":\"ann\",\"new\":\"anne\"}" },
	{ { .kind = NEWS_REACT, .nick = "ann", .about = "7.1", .text = "+1" },
	    NULL, HEAD("react") ",\"nick\":\"ann\",\"about\":\"7.1\","
	    "\"text\":\"+1\"}" },
	{ { .kind = NEWS_HISTORY, .room = "#r", .about = "12",
	    .flags = NEWS_MORE }, NULL, HEAD("history") ",\"room\":\"#r\","
	    "\"count\":12,\"more\":true}" },
	{ { .kind = NEWS_QUIT, .nick = "\xff", .text = "" }, NULL,
	    HEAD("quit") ",\"nick\":\"\xef\xbf\xbd\",\"text\":\"\"}" },
	{ { .kind = NEWS_MESSAGE, .flags = NEWS_SECURE, .room = "ann",
	    .nick = "ann", .text = "x" }, NULL, HEAD("message") ","
	    "\"room\":\"ann\",\"nick\":\"ann\",\"text\":\"x\","
	    "\"secure\":true}" },
	{ { .kind = NEWS_SEALED, .room = "ann", .nick = "ann", .text = "why" },
	    NULL, HEAD("sealed") ",\"room\":\"ann\",\"nick\":\"ann\","
	    "\"text\":\"why\"}" },
	{ { .kind = NEWS_ACCOUNT, .nick = "a" }, NULL,
	    HEAD("account") ",\"nick\":\"a\"}" },
};

START_TEST(objects)
{
	struct news n = news[_i].n;

	n.when = INT64_C(951782400123);
	ck_assert_str_eq(json_news(&j, news[_i].network, &n), news[_i].want);
	json_clear(&j);
}
END_TEST

Suite *
check_json(void)
{
	Suite *s = suite_create("json");
	TCase *t = tcase_create("json");

	ADD_ROWS(t, text, texts);
	ADD_ROWS(t, time_of, times);
	tcase_add_test(t, members);
	tcase_add_test(t, long_text);
	tcase_add_test(t, every_kind_has_a_name);
	ADD_ROWS(t, objects, news);
	suite_add_tcase(s, t);
	return s;
}
