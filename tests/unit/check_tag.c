/* SPDX-License-Identifier: ISC */

/* Message tags: walking, escaping, and what a server relays. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../irc/message.h"
#include "../../irc/tag.h"
#include "check_irc.h"

static const struct {
	const char *name, *tags, *want; /* "key(value)" one after the other */
} walks[] = {
	{ "none", NULL, "" },
	{ "empty", "", "" },
	{ "key", "a", "a()" },
	{ "key and value", "a=b", "a(b)" },
	{ "empty value", "a=", "a()" },
	{ "several", "a=b;c;d=e", "a(b)c()d(e)" },
	{ "twice", "a=1;a=2", "a(1)a(2)" },
	{ "equals in a value", "a=b=c", "a(b=c)" },
	{ "escapes stay", "a=\\:b", "a(\\:b)" },
	{ "semicolons", ";;a;;b;", "a()b()" },
	{ "semicolons alone", ";;;", "" },
	{ "no key", "=b", "" },
	{ "no key, then one", "=b;=;c=d", "c(d)" },
	{ "client only", "+x/y=z", "+x/y(z)" },
};

START_TEST(test_walk)
{
	const char *p = walks[_i].tags, *k, *v;
	size_t klen, vlen, n = 0;
	char got[128] = "";

	while (tag_next(&p, &k, &klen, &v, &vlen))
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%.*s(%.*s)",
		    (int)klen, k, (int)vlen, v);
	ck_assert_msg(strcmp(got, walks[_i].want) == 0, "%s: %s",
	    walks[_i].name, got);
	ck_assert(!tag_next(&p, &k, &klen, &v, &vlen));
}
END_TEST

static const struct {
	const char *name, *tags, *key;
	size_t size;
	long want;
	const char *value;
} gets[] = {
	{ "none", NULL, "a", 16, -1, "?" },
	{ "absent", "a=b", "c", 16, -1, "?" },
	{ "prefix of a key", "abc=1", "ab", 16, -1, "?" },
	{ "key is a prefix", "ab=1", "abc", 16, -1, "?" },
	{ "case counts", "A=b", "a", 16, -1, "?" },
	{ "value is not a key", "a=b", "b", 16, -1, "?" },
	{ "present", "a=b", "a", 16, 1, "b" },
	{ "no value", "a", "a", 16, 0, "" },
	{ "empty value", "a=", "a", 16, 0, "" },
	{ "the last", "a=1;b=2;a=3", "a", 16, 1, "3" },
	{ "the last, though empty", "a=1;a", "a", 16, 0, "" },
	{ "unescaped", "a=x\\:\\s\\\\\\r\\ny", "a", 16, 7, "x; \\\r\ny" },
	{ "just fits", "a=1234", "a", 5, 4, "1234" },
	{ "cut", "a=1234", "a", 4, 3, "123" },
	{ "cut to nothing", "a=1234", "a", 1, 0, "" },
	{ "no room at all", "a=1234", "a", 0, 0, "?" },
};

START_TEST(test_get)
{
	char buf[16] = "?";
	long n = tag_get(gets[_i].tags, gets[_i].key, buf, gets[_i].size);

	ck_assert_msg(n == gets[_i].want, "%s: %ld", gets[_i].name, n);
	ck_assert_msg(strcmp(buf, gets[_i].value) == 0, "%s: %s",
	    gets[_i].name, buf);
}
END_TEST

static const struct {
	const char *name, *raw;
	size_t size;
	const char *want;
} unescapes[] = {
	{ "plain", "abc", 32, "abc" },
	{ "empty", "", 32, "" },
	{ "semicolon", "a\\:b", 32, "a;b" },
	{ "space", "a\\sb", 32, "a b" },
	{ "backslash", "a\\\\b", 32, "a\\b" },
	{ "CR", "a\\rb", 32, "a\rb" },
	{ "LF", "a\\nb", 32, "a\nb" },
	{ "others lose it", "\\a\\b\\1\\;\\=", 32, "ab1;=" },
	{ "backslash, then a letter", "\\\\s\\\\n", 32, "\\s\\n" },
	{ "three of them", "\\\\\\s", 32, "\\ " },
	{ "lone at the end", "abc\\", 32, "abc" },
	{ "lone alone", "\\", 32, "" },
	{ "three at the end", "\\\\\\", 32, "\\" },
	{ "UTF-8", "\xc3\xa9\\s\xe2\x82\xac", 32, "\xc3\xa9 \xe2\x82\xac" },
	{ "UTF-8 behind one", "\\\xc3\xa9", 32, "\xc3\xa9" },
	{ "invalid UTF-8", "\xff\\s\xc3", 32, "\xff \xc3" },
	{ "cut at an escape", "ab\\sc", 3, "ab" },
	{ "cut behind an escape", "ab\\sc", 4, "ab " },
	{ "cut in UTF-8, two", "a\xc3\xa9", 3, "a" },
	{ "cut behind UTF-8, two", "a\xc3\xa9", 4, "a\xc3\xa9" },
	{ "cut in UTF-8, four", "a\xf0\x9f\x98\x80", 5, "a" },
	{ "cut to nothing", "a", 1, "" },
};

START_TEST(test_unescape)
{
	size_t size = unescapes[_i].size, n;
	char *buf = malloc(size);

	ck_assert_ptr_nonnull(buf);
	n = tag_unescape(buf, size, unescapes[_i].raw,
	    strlen(unescapes[_i].raw));
	ck_assert_msg(strcmp(buf, unescapes[_i].want) == 0, "%s: %s",
	    unescapes[_i].name, buf);
	ck_assert_uint_eq(n, strlen(buf));
	free(buf);
}
END_TEST

static const struct {
	const char *name, *plain;
	size_t size;
	const char *want;
} escaped[] = {
	{ "plain", "abc", 32, "abc" },
	{ "empty", "", 32, "" },
	{ "all five", "; \\\r\n", 32, "\\:\\s\\\\\\r\\n" },
	{ "letters stay", ":srn=", 32, ":srn=" },
	{ "UTF-8", "\xc3\xa9 \xe2\x82\xac", 32, "\xc3\xa9\\s\xe2\x82\xac" },
	{ "just fits", "a b", 5, "a\\sb" },
	{ "cut behind an escape", "a b", 4, "a\\s" },
	{ "never inside one", "a b", 3, "a" },
	{ "nor inside UTF-8", "a\xe2\x82\xac", 4, "a" },
	{ "cut to nothing", "abc", 1, "" },
};

START_TEST(test_escape)
{
	size_t size = escaped[_i].size, n;
	char *buf = malloc(size);

	ck_assert_ptr_nonnull(buf);
	n = tag_escape(buf, size, escaped[_i].plain,
	    strlen(escaped[_i].plain));
	ck_assert_msg(strcmp(buf, escaped[_i].want) == 0, "%s: %s",
	    escaped[_i].name, buf);
	ck_assert_uint_eq(n, strlen(buf));
	free(buf);
}
END_TEST

START_TEST(test_no_room)
{
	char c = '?';

	ck_assert_uint_eq(tag_escape(&c, 0, "abc", 3), 0);
	ck_assert_uint_eq(tag_unescape(&c, 0, "abc", 3), 0);
	ck_assert_uint_eq(tag_client_only(&c, 0, "+a", ""), 0);
	ck_assert_int_eq(c, '?');
}
END_TEST

/* Every byte but NUL comes back. */
START_TEST(test_round_trip)
{
	char all[255], there[511], back[256];
	size_t i, n;

	for (i = 0; i < 255; i++)
		all[i] = (char)(i + 1);
	n = tag_escape(there, sizeof(there), all, 255);
	ck_assert_uint_eq(n, 260);
	ck_assert_ptr_null(strpbrk(there, "; \r\n"));
	ck_assert_uint_eq(tag_unescape(back, sizeof(back), there, n), 255);
	ck_assert_mem_eq(all, back, 255);
}
END_TEST

static const struct {
	const char *name, *tags;
	size_t size;
	const char *want;
} relays[] = {
	{ "none", NULL, 64, "" },
	{ "empty", "", 64, "" },
	{ "none of the client's", "a=b;time=x;label=1", 64, "" },
	{ "one", "+a=b", 64, "+a=b" },
	{ "one among others", "a=b;+c=d;e", 64, "+c=d" },
	{ "no value", "+c", 64, "+c" },
	{ "empty value", "+c=", 64, "+c" },
	{ "value stays escaped", "+c=\\:\\s", 64, "+c=\\:\\s" },
	{ "vendor", "+draft/reply=1;+typing=active", 64,
	    "+draft/reply=1;+typing=active" },
	{ "last of two", "+a=1;+b=2;+a=3", 64, "+a=3;+b=2" },
	{ "not the same key", "+a=1;+ab=2;+A=3", 64, "+a=1;+ab=2;+A=3" },
	{ "plus alone", "+=x;+", 64, "" },
	{ "bad key", "+a_b=1;+a/b/c=2;+/a=3;+a/=4;+ok", 64, "+ok" },
	{ "invalid UTF-8", "+a=\xff;+b=\xc3\xa9;+c=\xed\xa0\x80", 64,
	    "+b=\xc3\xa9" },
	{ "just fits", "+a=1;+b=2", 10, "+a=1;+b=2" },
	{ "left out whole", "+a=1;+b=2", 9, "+a=1" },
	{ "a shorter one still fits", "+a=123456;+b", 4, "+b" },
	{ "none fits", "+a=1", 1, "" },
};

START_TEST(test_relay)
{
	size_t size = relays[_i].size, n;
	char *buf = malloc(size);

	ck_assert_ptr_nonnull(buf);
	n = tag_client_only(buf, size, relays[_i].tags, "");
	ck_assert_msg(strcmp(buf, relays[_i].want) == 0, "%s: %s",
	    relays[_i].name, buf);
	ck_assert_uint_eq(n, strlen(buf));
	free(buf);
}
END_TEST

static const struct {
	const char *deny, *want;
	int valid;
} denials[] = {
	{ "", "+a=1;+draft/react=x;+typing=active", 1 },
	{ "typing", "+a=1;+draft/react=x", 1 },
	{ "draft/react,typing", "+a=1", 1 },
	{ "*", "", 1 },
	{ "*,-typing", "+typing=active", 1 },
	{ "-draft/react,*", "+draft/react=x", 1 },
	{ "typin,typingg,yping", "+a=1;+draft/react=x;+typing=active", 1 },
	{ "-typing", "+a=1;+draft/react=x;+typing=active", 1 },
	{ "+typing", "+a=1;+draft/react=x;+typing=active", 0 },
	{ "a,", "+draft/react=x;+typing=active", 0 },
	{ ",a", "+draft/react=x;+typing=active", 0 },
	{ "a b", "+a=1;+draft/react=x;+typing=active", 0 },
	{ "-", "+a=1;+draft/react=x;+typing=active", 0 },
	{ "-*", "+a=1;+draft/react=x;+typing=active", 0 },
};

START_TEST(test_deny)
{
	char buf[64];

	ck_assert_msg(tag_deny_valid(denials[_i].deny) == denials[_i].valid,
	    "%s", denials[_i].deny);
	tag_client_only(buf, sizeof(buf),
	    "+a=1;x=2;+draft/react=x;+typing=active", denials[_i].deny);
	ck_assert_msg(strcmp(buf, denials[_i].want) == 0, "%s: %s",
	    denials[_i].deny, buf);
}
END_TEST

/* As many different names as a client may send: the first 64 stay. */
START_TEST(test_relay_many)
{
	char tags[MESSAGE_TAGS_CLIENT + 1], out[MESSAGE_TAGS_CLIENT + 1];
	const char *p = out, *k, *v;
	size_t klen, vlen, n = 0;
	int i, count = 0;

	for (i = 0; n + 7 < sizeof(tags); i++)
		n += (size_t)snprintf(tags + n, sizeof(tags) - n, "+a%d;", i);
	ck_assert_int_gt(i, 600);
	tag_client_only(out, sizeof(out), tags, "");
	while (tag_next(&p, &k, &klen, &v, &vlen))
		count++;
	ck_assert_int_eq(count, TAG_CLIENT_MOST);
	ck_assert_int_eq(strncmp(out, "+a0;+a1;", 8), 0);
}
END_TEST

static const struct {
	const char *key;
	int want;
} keys[] = {
	{ "a", 1 },
	{ "time", 1 },
	{ "A-9", 1 },
	{ "+a", 1 },
	{ "vendor.example/key", 1 },
	{ "+vendor.example/key-1", 1 },
	{ "", 0 },
	{ "+", 0 },
	{ "++a", 0 },
	{ "a+", 0 },
	{ "/a", 0 },
	{ "+/a", 0 },
	{ "a/", 0 },
	{ "a/b/c", 0 },
	{ "a.b", 0 },
	{ "a/b.c", 0 },
	{ "a_b", 0 },
	{ "a b", 0 },
	{ "a_b/c", 0 },
	{ "\xc3\xa9", 0 },
};

START_TEST(test_key)
{
	int got = tag_key_valid(keys[_i].key, strlen(keys[_i].key));

	ck_assert_msg(got == keys[_i].want, "'%s': %d", keys[_i].key, got);
}
END_TEST

Suite *
check_tag(void)
{
	Suite *s = suite_create("tag");
	TCase *tc = tcase_create("table");

	ADD_ROWS(tc, test_walk, walks);
	ADD_ROWS(tc, test_get, gets);
	ADD_ROWS(tc, test_unescape, unescapes);
	ADD_ROWS(tc, test_escape, escaped);
	tcase_add_test(tc, test_no_room);
	tcase_add_test(tc, test_round_trip);
	ADD_ROWS(tc, test_relay, relays);
	ADD_ROWS(tc, test_deny, denials);
	tcase_add_test(tc, test_relay_many);
	ADD_ROWS(tc, test_key, keys);
	suite_add_tcase(s, tc);
	return s;
}
