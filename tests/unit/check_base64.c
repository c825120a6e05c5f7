/* SPDX-License-Identifier: ISC */

/* base64 and pins: byte by byte, and what is none. */

#include <string.h>

#include "../../irc/base64.h"
#include "../../irc/pin.h"
#include "check_irc.h"

static const struct {
	const char *name, *bytes, *want, *url;
} written[] = {
	{ "nothing", "", "", "" },
	{ "one", "f", "Zg==", "Zg" },
	{ "two", "fo", "Zm8=", "Zm8" },
	{ "three", "foo", "Zm9v", "Zm9v" },
	{ "four", "foob", "Zm9vYg==", "Zm9vYg" },
	{ "six", "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	{ "bytes above 127", "\377\376\375\374", "//79/A==", "__79_A" },
};

START_TEST(test_write)
{
	const char *bytes = written[_i].bytes, *want = written[_i].want;
	size_t len = strlen(bytes), need = strlen(want) + 1;
	char buf[64], back[64];

	ck_assert_int_eq(base64_write(buf, need, bytes, len), 0);
	ck_assert_str_eq(buf, want);
	ck_assert_int_eq(base64_write(buf, need - 1, bytes, len), -1);
	ck_assert_int_eq(base64_read(back, sizeof(back), want, need - 1),
	    (long)len);
	ck_assert_mem_eq(back, bytes, len);
	ck_assert_int_eq(base64_write_url(buf, sizeof(buf), bytes, len), 0);
	ck_assert_str_eq(buf, written[_i].url);
	ck_assert_int_eq(base64_read(back, sizeof(back), buf, strlen(buf)),
	    (long)len);
	ck_assert_mem_eq(back, bytes, len);
	if (len > 0)
		ck_assert_int_eq(base64_read(back, len - 1, want, need - 1),
		    -1);
}
END_TEST

static const struct {
	const char *name, *text;
} not_base64[] = {
	{ "one character", "Z" },
	{ "five", "Zm9vY" },
	{ "a space", "Zm 9v" },
	{ "bits that mean nothing", "Zh==" },
	{ "padding of one too few", "Zg=" },
	{ "padding of one too many", "Zm8==" },
	{ "only padding", "==" },
	{ "padding inside", "Zg==Zg==" },
	{ "a line end", "Zm9v\n" },
};

START_TEST(test_not)
{
	char buf[64];

	ck_assert_int_eq(base64_read(buf, sizeof(buf), not_base64[_i].text,
	    strlen(not_base64[_i].text)), -1);
}
END_TEST

#define ZEROS "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const struct {
	const char *name, *text;
	int want;
} pins[] = {
	{ "usual", "sha256/" ZEROS "=", 0 },
	{ "no padding", "sha256/" ZEROS, 0 },
	{ "alone", ZEROS "=", 0 },
	{ "for a URL", ZEROS, 0 },
	{ "short", "sha256/AAAA", -1 },
	{ "long", "sha256/" ZEROS "AAAA", -1 },
	{ "empty", "", -1 },
	{ "of another kind", "sha1/" ZEROS, -1 },
	{ "no digest", "sha256/", -1 },
};

START_TEST(test_pin)
{
	unsigned char pin[PIN_BYTES];
	char text[PIN_TEXT];

	ck_assert_int_eq(pin_read(pin, pins[_i].text), pins[_i].want);
	if (pins[_i].want == 0) {
		pin_write(text, pin);
		ck_assert_str_eq(text, "sha256/" ZEROS "=");
	}
}
END_TEST

Suite *
check_base64(void)
{
	Suite *suite = suite_create("base64");
	TCase *tc = tcase_create("base64");

	ADD_ROWS(tc, test_write, written);
	ADD_ROWS(tc, test_not, not_base64);
	ADD_ROWS(tc, test_pin, pins);
	suite_add_tcase(suite, tc);
	return suite;
}
