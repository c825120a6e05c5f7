/* SPDX-License-Identifier: ISC */

/* Phrases: which bits they say, that each word is one of its own. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../../irc/phrase.h"
#include "check_irc.h"

static const struct {
	const char *name, *digest, *want;
} phrases[] = {
	{ "zeros", "\0\0\0\0\0\0\0\0\0\0",
	    "acid acid acid acid acid acid acid acid" },
	{ "ones", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	    "zoo zoo zoo zoo zoo zoo zoo zoo" },
	{ "ten bits a word", "\x00\x40\x20\x0c\x04\x01\x40\x60\x1c\x08",
	    "acorn acre acrobat actor adder admiral adobe adult" },
	{ "the last bit", "\0\0\0\0\0\0\0\0\0\x01",
	    "acid acid acid acid acid acid acid acorn" },
};

START_TEST(test_phrase)
{
	unsigned char digest[PHRASE_DIGEST] = { 0 };
	char buf[PHRASE_SIZE];

	memcpy(digest, phrases[_i].digest, 10);
	phrase_write(buf, digest);
	ck_assert_str_eq(buf, phrases[_i].want);
}
END_TEST

static int
compare(const void *a, const void *b)
{
	return strncmp(a, b, 4);
}

/* Every word there is, by the ten bits that say it: none begins like
 * another, none is too long for the buffer. */
START_TEST(test_words)
{
	static char words[1024][PHRASE_SIZE];
	unsigned char digest[PHRASE_DIGEST] = { 0 };
	size_t len;
	int i, k;

	for (i = 0; i < 1024; i++) {
		digest[0] = (unsigned char)(i >> 2);
		digest[1] = (unsigned char)((i & 3) << 6);
		phrase_write(words[i], digest);
		*strchr(words[i], ' ') = '\0';
		len = strlen(words[i]);
		ck_assert(len >= 3 && len <= 8);
		for (k = 0; k < (int)len; k++)
			ck_assert(islower((unsigned char)words[i][k]));
	}
	qsort(words, 1024, sizeof(words[0]), compare);
	for (i = 1; i < 1024; i++)
		ck_assert_int_ne(strncmp(words[i - 1], words[i], 4), 0);
}
END_TEST

/* What lies beyond the said bits changes nothing: a program compares it. */
START_TEST(test_rest)
{
	unsigned char one[PHRASE_DIGEST] = { 0 }, other[PHRASE_DIGEST] = { 0 };
	char a[PHRASE_SIZE], b[PHRASE_SIZE];

	memset(other + 10, 0xff, sizeof(other) - 10);
	phrase_write(a, one);
	phrase_write(b, other);
	ck_assert_str_eq(a, b);
}
END_TEST

Suite *
check_phrase(void)
{
	Suite *suite = suite_create("phrase");
	TCase *tc = tcase_create("phrase");

	ADD_ROWS(tc, test_phrase, phrases);
	tcase_add_test(tc, test_words);
	tcase_add_test(tc, test_rest);
	suite_add_tcase(suite, tc);
	return suite;
}
