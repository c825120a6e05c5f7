/* SPDX-License-Identifier: ISC */

/*
 * A mask, LF, a text.  The match is compared with a slow one that follows the
 * definition; a completed mask matches what it should and completes to itself.
 */

#include "../../irc/mask.h"
#include "../../irc/utf8.h"
#include "fuzz.h"

enum { SLOW_MOST = 256 };

static size_t
char_len(const char *s)
{
	uint32_t cp;
	int n = utf8_decode(&cp, s, strlen(s));

	return n > 0 ? (size_t)n : 1;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* By the definition, with a table of what is known: mask times text. */
static int
slow_match(const char *mask, size_t m, const char *text, size_t t,
    signed char known[SLOW_MOST + 1][SLOW_MOST + 1])
{
	signed char *k = &known[m][t];
	const char *p = mask + m, *s = text + t;
	size_t escape;

	if (*k >= 0)
		return *k;
	if (*p == '\0')
		return *k = *s == '\0';
	if (*p == '*')
		return *k = (signed char)(
		    slow_match(mask, m + 1, text, t, known) ||
		    (*s != '\0' &&
		    slow_match(mask, m, text, t + char_len(s), known)));
	if (*s == '\0')
		return *k = 0;
	if (*p == '?')
		return *k = (signed char)slow_match(mask, m + 1, text,
		    t + char_len(s), known);
	escape = *p == '\\' && (p[1] == '*' || p[1] == '?');
	if (lower(p[escape]) != lower(*s))
		return *k = 0;
	return *k = (signed char)slow_match(mask, m + 1 + escape, text, t + 1,
	    known);
}

static void
check_match(const char *mask, const char *text)
{
	static signed char known[SLOW_MOST + 1][SLOW_MOST + 1];
	int got = mask_match(mask, text);

	MUST(got == 0 || got == 1);
	MUST(mask_match("*", text));
	if (!mask_is_wild(mask))
		MUST(mask_match(mask, mask));
	if (strlen(mask) > SLOW_MOST || strlen(text) > SLOW_MOST)
		return;
	/* Only whole masks and texts are compared byte for character. */
	if (!utf8_valid(mask, strlen(mask)) || !utf8_valid(text, strlen(text)))
		return;
	memset(known, -1, sizeof(known));
	MUST(got == slow_match(mask, 0, text, 0, known));
}

static void
check_complete(const char *src)
{
	size_t need = strlen(src) + 5, size;
	char *whole = malloc(need + 1), *again = malloc(need + 1), *cut;
	int ok;

	MUST(whole != NULL && again != NULL);
	ok = mask_complete(whole, need + 1, src);
	MUST(strlen(whole) <= need);
	if (ok == 0) {
		MUST(strchr(whole, '!') != NULL && strchr(whole, '@') != NULL);
		MUST(strpbrk(whole, " \r\n\t\a") == NULL && whole[0] != ':');
		MUST(mask_complete(again, need + 1, whole) == 0);
		MUST(strcmp(whole, again) == 0);
	}
	size = strlen(whole) / 2 + 1;
	MUST((cut = malloc(size)) != NULL);
	MUST(mask_complete(cut, size, src) == -1);
	MUST(strlen(cut) < size && memcmp(cut, whole, strlen(cut)) == 0);
	free(cut);
	free(again);
	free(whole);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *mask, *text;

	if (size > 4096)
		return 0;
	mask = fuzz_string(data, size);
	text = strchr(mask, '\n');
	if (text != NULL)
		*text++ = '\0';
	else
		text = mask + strlen(mask);
	check_match(mask, text);
	check_match(text, mask);
	check_complete(mask);
	free(mask);
	return 0;
}
