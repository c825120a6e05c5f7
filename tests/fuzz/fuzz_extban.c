/* SPDX-License-Identifier: ISC */

/*
 * An entry of a list, LF, a source.  What is completed completes to itself,
 * is taken apart into parts of it, has neither blank nor control in what a
 * numeric sends between others, and is matched without harm.
 */

#include "../../irc/extban.h"
#include "fuzz.h"

static int
in_room(const struct extban_whom *whom, const char *name, char prefix)
{
	(void)whom;
	MUST(name[0] == '#' && prefix != '#');
	return 1;
}

static void
check_match(const char *mask, const char *text)
{
	struct extban_whom whom = { .source = text, .account = text,
		.real = text, .in_room = in_room };
	struct extban x;
	int got;

	extban_parse(&x, mask);
	MUST(x.mask >= mask && x.mask <= mask + strlen(mask));
	MUST(x.mute == 0 || mask[0] == 'm');
	MUST(x.type == 0 || x.mask[-1] == ':');
	got = extban_match(&x, &whom);
	MUST(got == 0 || got == 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *src, *text, *again, *dst;
	size_t need = size + 16, n;

	if (size > 4096)
		return 0;
	src = fuzz_string(data, size);
	text = strchr(src, '\n');
	if (text != NULL)
		*text++ = '\0';
	else
		text = src + strlen(src);
	dst = malloc(need);
	again = malloc(need);
	MUST(dst != NULL && again != NULL);
	if (extban_complete(dst, need, src) == 0) {
		n = strlen(dst);
		MUST(n > 0 && n < need && strpbrk(dst, " \r\n") == NULL);
		MUST(extban_complete(again, need, dst) == 0);
		MUST(strcmp(dst, again) == 0);
		if (n >= 8)
			MUST(extban_complete(again, n, src) == -1);
		check_match(dst, text);
	}
	free(again);
	free(dst);
	free(src);
	return 0;
}
