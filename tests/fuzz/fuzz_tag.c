/* SPDX-License-Identifier: ISC */

/*
 * The first byte is the size of the output; the rest is raw tags, and also a
 * text to escape.  Escaping and back gives the text; what is relayed holds
 * only well-formed client-only tags, each once, and relays as itself.
 */

#include "../../irc/tag.h"
#include "../../irc/utf8.h"
#include "fuzz.h"

static void
check_escape(const char *text, size_t len, size_t small)
{
	size_t n, m, cut;
	char *there = malloc(2 * len + 1), *back = malloc(len + 1);
	char *out = malloc(small);

	MUST(there != NULL && back != NULL && out != NULL);
	n = tag_escape(there, 2 * len + 1, text, len);
	MUST(n >= len && n <= 2 * len && there[n] == '\0');
	MUST(strpbrk(there, "; \r\n") == NULL);
	m = tag_unescape(back, len + 1, there, n);
	MUST(m == len && memcmp(back, text, len) == 0);

	/* Cut: the beginning of the whole, itself whole. */
	cut = tag_escape(out, small, text, len);
	MUST(cut < small && out[cut] == '\0' && cut == strlen(out));
	MUST(memcmp(out, there, cut) == 0);
	MUST(!utf8_valid(text, len) || utf8_valid(out, cut));
	m = tag_unescape(back, len + 1, out, cut);
	MUST(m <= len && memcmp(back, text, m) == 0);
	m = tag_unescape(out, small, there, n);
	MUST(m < small && memcmp(out, text, m) == 0);
	MUST(!utf8_valid(text, len) || utf8_valid(out, m));

	/* Raw bytes as they come: never longer than they were. */
	m = tag_unescape(back, len + 1, text, len);
	MUST(m <= len && back[m] == '\0');
	free(out);
	free(back);
	free(there);
}

static void
check_walk(const char *tags, size_t len)
{
	const char *p = tags, *from = tags, *k, *v;
	size_t klen, vlen;
	char *key, *value = malloc(len + 1);

	MUST(value != NULL);
	while (tag_next(&p, &k, &klen, &v, &vlen)) {
		MUST(k >= from && klen > 0 && k + klen <= v);
		MUST(v + vlen <= tags + len && p == v + vlen);
		MUST(memchr(k, ';', klen) == NULL);
		MUST(memchr(k, '=', klen) == NULL);
		MUST(memchr(v, ';', vlen) == NULL);
		from = p;
		if (len > 512)
			continue; /* the look-up is a walk of its own */
		key = fuzz_string((const uint8_t *)k, klen);
		MUST(tag_get(tags, key, value, len + 1) >= 0);
		free(key);
	}
	MUST(*p == '\0');
	free(value);
}

static void
check_relay(const char *tags, size_t len, size_t small)
{
	char *out = malloc(len + 1), *again = malloc(len + 1);
	char *cut = malloc(small);
	const char *p = out, *k, *v;
	size_t n, klen, vlen, count = 0;
	struct {
		const char *key;
		size_t len;
	} seen[TAG_CLIENT_MOST];
	size_t i;

	MUST(out != NULL && again != NULL && cut != NULL);
	n = tag_client_only(out, len + 1, tags, "");
	MUST(n <= len && n == strlen(out));
	MUST(utf8_valid(out, n));
	while (tag_next(&p, &k, &klen, &v, &vlen)) {
		MUST(*k == '+' && tag_key_valid(k, klen));
		for (i = 0; i < count; i++)
			MUST(seen[i].len != klen ||
			    memcmp(seen[i].key, k, klen) != 0);
		MUST(count < TAG_CLIENT_MOST);
		seen[count].key = k;
		seen[count++].len = klen;
	}
	MUST(tag_client_only(again, len + 1, out, "") == n);
	MUST(strcmp(out, again) == 0);
	n = tag_client_only(cut, small, tags, "");
	MUST(n < small && n == strlen(cut));
	free(cut);
	free(again);
	free(out);
}

/* A list of refused tags, and also the tags it is held against. */
static void
check_deny(const char *text, size_t len)
{
	char *out = malloc(len + 1);
	const char *p = out, *k, *v;
	size_t klen, vlen;
	int valid = tag_deny_valid(text);

	MUST(out != NULL);
	tag_client_only(out, len + 1, text, text);
	while (tag_next(&p, &k, &klen, &v, &vlen))
		MUST(!tag_denied(text, k, klen));
	MUST(!valid || strpbrk(text, " ;=") == NULL);
	MUST(tag_client_only(out, len + 1, text, "*") == 0);
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s;
	size_t len, small;

	if (size == 0)
		return 0;
	small = (size_t)data[0] + 1;
	s = fuzz_string(data + 1, size - 1);
	len = strlen(s);
	check_escape(s, len, small);
	check_walk(s, len);
	check_relay(s, len, small);
	check_deny(s, len);
	free(s);
	return 0;
}
