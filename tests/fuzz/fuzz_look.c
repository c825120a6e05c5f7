/* SPDX-License-Identifier: ISC */

/*
 * Two nicks, LF between.  What one looks like looks like itself, is no longer,
 * and is the same for both or differs, whoever asks and however.
 */

#include "../../irc/look.h"
#include "../../irc/name.h"
#include "../../irc/utf8.h"
#include "fuzz.h"

static char *
look(const char *nick)
{
	size_t len = strlen(nick);
	char *buf = malloc(len + 1), *again = malloc(len + 1);

	MUST(buf != NULL && again != NULL);
	look_of(buf, len + 1, nick);
	MUST(strlen(buf) <= len);
	look_of(again, len + 1, buf);
	MUST(strcmp(buf, again) == 0);
	MUST(look_same(nick, buf) && look_same(buf, nick));
	MUST(look_hash(nick) == look_hash(buf));
	if (utf8_valid(nick, len))
		MUST(utf8_valid(buf, strlen(buf)));
	free(again);
	return buf;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *a = fuzz_string(data, size), *b = strchr(a, '\n'), *la, *lb;

	if (b != NULL)
		*b++ = '\0';
	else
		b = a;
	la = look(a);
	lb = look(b);
	MUST(look_same(a, b) == (strcmp(la, lb) == 0));
	MUST(look_same(a, b) == look_same(b, a));
	MUST(!look_same(a, b) || look_hash(a) == look_hash(b));
	MUST(name_cmp(a, b) != 0 || look_same(a, b));
	look_mixes(a);
	free(lb);
	free(la);
	free(a);
	return 0;
}
