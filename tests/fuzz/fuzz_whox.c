/* SPDX-License-Identifier: ISC */

/*
 * The second parameter of WHO.  Each field that comes out was asked for behind
 * the '%', each flag before it, and a token is digits.
 */

#include "../../irc/whox.h"
#include "fuzz.h"

static const char letters[] = "tcuihsnfdlaor";

static int
has(const char *from, const char *end, char letter)
{
	return memchr(from, letter, (size_t)(end - from)) != NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *percent, *end;
	struct whox x;
	char *text;
	int i;

	if (size > 4096)
		return 0;
	text = fuzz_string(data, size);
	whox_parse(&x, text);
	percent = text + strcspn(text, "%");
	end = percent + strcspn(percent, ",");
	MUST(x.wanted == (*percent == '%'));
	MUST(x.operators == has(text, percent, 'o'));
	for (i = 0; letters[i] != '\0'; i++) {
		MUST(((x.fields >> i & 1) != 0) ==
		    (x.wanted && has(percent, end, letters[i])));
		MUST(!(x.matched >> i & 1) || has(text, percent, letters[i]));
	}
	MUST(x.fields >> i == 0 && x.matched >> i == 0);
	MUST(strlen(x.token) >= 1 && strlen(x.token) <= 3);
	MUST(x.token[strspn(x.token, "0123456789")] == '\0');
	free(text);
	return 0;
}
