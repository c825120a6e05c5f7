/* SPDX-License-Identifier: ISC */

/* JSON objects of a program: what is meant, and what is refused. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../client/bot/order.h"
#include "check_client.h"

static const struct {
	const char *name, *input, *want; /* "type|text|room|reply", or NULL */
} rows[] = {
	{ "text", "{\"text\":\"a\"}", "0|a|-|-" },
	{ "all", "{\"text\":\"a\",\"room\":\"#r\",\"reply\":\"id\","
	    "\"type\":\"notice\"}", "1|a|#r|id" },
	{ "an action", "{\"type\":\"action\",\"text\":\"a\"}", "2|a|-|-" },
	{ "blanks", " { \"text\" : \"a\" , \"room\" : \"#r\" } \r",
	    "0|a|#r|-" },
	{ "null is none", "{\"text\":\"a\",\"room\":null,\"reply\":null,"
	    "\"type\":null}", "0|a|-|-" },
	{ "others are passed over", "{\"a\":1,\"b\":[1,2,{\"text\":\"x\"}],"
	    "\"c\":{},\"d\":[],\"e\":true,\"f\":-1.5e3,\"g\":false,"
	    "\"text\":\"a\"}", "0|a|-|-" },
	{ "escapes", "{\"text\":\"\\\"\\\\\\/\\n\\t\\u00e4\\u20ac\"}",
	    "0|\"\\/\n\t\xc3\xa4\xe2\x82\xac|-|-" },
	{ "a pair", "{\"text\":\"\\ud83d\\ude00\"}",
	    "0|\xf0\x9f\x98\x80|-|-" },
	{ "half a pair", "{\"text\":\"\\ud83dx\"}", "0|\xef\xbf\xbdx|-|-" },
	{ "the other half", "{\"text\":\"\\ude00\"}", "0|\xef\xbf\xbd|-|-" },
	{ "the last one counts", "{\"text\":\"a\",\"text\":\"b\"}",
	    "0|b|-|-" },
	{ "no text", "{\"room\":\"#r\"}", NULL },
	{ "empty", "{}", NULL },
	{ "NUL", "{\"text\":\"a\\u0000b\"}", NULL },
	{ "a number for text", "{\"text\":1}", NULL },
	{ "another type", "{\"text\":\"a\",\"type\":\"quit\"}", NULL },
	{ "plain text", "hello", NULL },
	{ "nothing", "", NULL },
	{ "an array", "[\"text\"]", NULL },
	{ "two objects", "{\"text\":\"a\"}{\"text\":\"b\"}", NULL },
	{ "no end", "{\"text\":\"a\"", NULL },
	{ "no end of text", "{\"text\":\"a", NULL },
	{ "a backslash at the end", "{\"text\":\"a\\", NULL },
	{ "half an escape", "{\"text\":\"\\u00\"}", NULL },
	{ "an escape that is none", "{\"text\":\"\\x\"}", NULL },
	{ "a control", "{\"text\":\"a\tb\"}", NULL },
	{ "a comma too many", "{\"text\":\"a\",}", NULL },
	{ "no comma", "{\"text\":\"a\" \"room\":\"b\"}", NULL },
	{ "no colon", "{\"text\" \"a\"}", NULL },
	{ "no value", "{\"text\":}", NULL },
	{ "a word that is none", "{\"a\":nil,\"text\":\"a\"}", NULL },
	{ "no value of another", "{\"a\":,\"text\":\"a\"}", NULL },
	{ "an array without end", "{\"a\":[1,", NULL },
	{ "a wrong end", "{\"a\":[1}", NULL },
	{ "too deep", "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]],"
	    "\"text\":\"a\"}", NULL },
};

static const char *
or_none(const char *s)
{
	return s == NULL ? "-" : s;
}

START_TEST(parsed)
{
	char *line = strdup(rows[_i].input), got[256];
	const char *error;
	struct order o;

	error = order_parse(&o, line);
	if (rows[_i].want == NULL)
		ck_assert_msg(error != NULL, "%s: taken", rows[_i].name);
	else {
		ck_assert_msg(error == NULL, "%s: %s", rows[_i].name, error);
		snprintf(got, sizeof(got), "%d|%s|%s|%s", o.type, o.text,
		    or_none(o.room), or_none(o.reply));
		ck_assert_str_eq(got, rows[_i].want);
	}
	free(line);
}
END_TEST

/* No beginning of an object is read past its end: for the sanitizers. */
START_TEST(cut_short)
{
	size_t len = strlen(rows[_i].input), i;
	struct order o;
	char *line;

	for (i = 0; i < len; i++) {
		line = strndup(rows[_i].input, i);
		order_parse(&o, line);
		free(line);
	}
}
END_TEST

Suite *
check_order(void)
{
	Suite *s = suite_create("order");
	TCase *tc = tcase_create("order");

	ADD_ROWS(tc, parsed, rows);
	ADD_ROWS(tc, cut_short, rows);
	suite_add_tcase(s, tc);
	return s;
}
