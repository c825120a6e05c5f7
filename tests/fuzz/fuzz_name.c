/* SPDX-License-Identifier: ISC */

/*
 * Two names, LF between.  Comparing is an order that folding and hashing agree
 * with; a valid name can be put into a line without harm.
 */

#include "../../irc/name.h"
#include "../../irc/utf8.h"
#include "fuzz.h"

static void
check_pair(const char *a, const char *b)
{
	size_t alen = strlen(a), blen = strlen(b);
	char *fa = malloc(alen + 1), *fb = malloc(blen + 1);
	int cmp = name_cmp(a, b), raw;

	MUST(fa != NULL && fb != NULL);
	name_fold(fa, a, alen + 1);
	name_fold(fb, b, blen + 1);
	raw = strcmp(fa, fb);
	MUST(cmp == (raw > 0) - (raw < 0));
	MUST(name_cmp(b, a) == -cmp);
	MUST(name_cmp(a, fa) == 0 && name_hash(a) == name_hash(fa));
	MUST(cmp != 0 || name_hash(a) == name_hash(b));
	MUST(cmp != 0 || name_is_nick(a) == name_is_nick(b));
	MUST(cmp != 0 || name_is_channel(a) == name_is_channel(b));
	free(fb);
	free(fa);
}

static void
check_name(const char *s)
{
	size_t len = strlen(s), size;
	char *buf;
	int nick = name_is_nick(s), channel = name_is_channel(s);

	MUST(!nick || !channel);
	MUST(!channel || name_looks_channel(s));
	if (nick)
		MUST(len > 0 && len <= NAME_NICK && s[0] != ':' &&
		    !strpbrk(s, " ,!@*?.:#&+$%~\r\n\a"));
	if (channel)
		MUST(len > 0 && len <= NAME_CHANNEL &&
		    !strpbrk(s, " ,\r\n\a"));
	if (nick || channel)
		MUST(utf8_valid(s, len));
	for (size = 1; size < 16; size++) {
		MUST((buf = malloc(size)) != NULL);
		name_clean_user(buf, size, s);
		MUST(strlen(buf) < size && strlen(buf) <= NAME_USER);
		MUST(size == 1 || buf[0] != '\0');
		MUST(strpbrk(buf, "@!:* \r\n") == NULL);
		name_fold(buf, s, size);
		MUST(strlen(buf) < size);
		MUST(!utf8_valid(s, len) || utf8_valid(buf, strlen(buf)));
		free(buf);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *a = fuzz_string(data, size), *b = strchr(a, '\n');

	if (b != NULL)
		*b++ = '\0';
	else
		b = a;
	check_pair(a, b);
	check_name(a);
	check_name(b);
	free(a);
	return 0;
}
