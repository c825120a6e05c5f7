/* SPDX-License-Identifier: ISC */

/*
 * Any bytes.  A text is valid if it is characters to its end; encoding what
 * was decoded gives the same bytes; a cut splits no character, whatever stands
 * around it, and takes no more than it must; what was mended is valid.
 */

#include "../../irc/utf8.h"
#include "fuzz.h"

static int
encode(char *s, uint32_t cp)
{
	int i, n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;

	for (i = n - 1; i > 0; i--, cp >>= 6)
		s[i] = (char)(0x80 | (cp & 0x3f));
	s[0] = (char)(n == 1 ? cp : (0xff00u >> n) | cp);
	return n;
}

/* Marks where characters (or single invalid bytes) begin; all valid? */
static int
mark(const char *s, size_t len, char *begins)
{
	size_t i;
	int n, valid = 1, width;
	uint32_t cp;
	char back[4];

	memset(begins, 0, len + 1);
	for (i = 0; i < len; i += (size_t)n) {
		begins[i] = 1;
		if ((n = utf8_decode(&cp, s + i, len - i)) < 0) {
			valid = 0;
			n = 1;
			continue;
		}
		MUST(n >= 1 && n <= 4 && (size_t)n <= len - i);
		MUST(cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff));
		MUST(encode(back, cp) == n && memcmp(back, s + i, n) == 0);
		width = utf8_width(cp);
		MUST(width >= 0 && width <= 2);
	}
	begins[len] = 1;
	return valid;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = malloc(size > 0 ? size : 1), *begins = malloc(size + 1);
	size_t max, n;
	int valid;

	MUST(s != NULL && begins != NULL);
	if (size > 0)
		memcpy(s, data, size);
	valid = mark(s, size, begins);
	MUST(utf8_valid(s, size) == valid);
	for (max = 0; max <= size + 1 && max < 256; max++) {
		n = utf8_cut(s, size, max);
		MUST(n <= max && n <= size);
		MUST(begins[n]);
		MUST(n + 3 >= (max < size ? max : size));
		if (max <= size && begins[max])
			MUST(n == max);
		MUST(!valid || utf8_valid(s, n));
	}
	memcpy(begins, s, size);
	utf8_mend(s, size);
	MUST(utf8_valid(s, size));
	MUST(!valid || memcmp(begins, s, size) == 0);
	free(begins);
	free(s);
	return 0;
}
