/* SPDX-License-Identifier: ISC */

/*
 * The conditions of LIST: what is taken is within its limits and points into
 * the text, and each item by itself is refused or not as it is in the list.
 */

#include "../../irc/elist.h"
#include "fuzz.h"

static const struct elist_room rooms[] = {
	{ "#a", 1, 0, 0, 0 },
	{ "#moot", 5, 60, 1, 10 },
	{ "#\xc3\xa4*?!", 100000, UINT64_MAX, 1, UINT64_MAX },
};

/* Whether everything that takes away, and one of those that add, holds: asked
 * one by one. */
static int
slow_match(const struct elist *e, const struct elist_room *r)
{
	int all = 1, one = e->masks == 0;
	unsigned i;

	for (i = 0; i < e->n; i++) {
		struct elist alone = { .n = 1, .item = { e->item[i] } };
		char c = e->item[i].text[-1];
		if (c == '!' || c == '<' || c == '>')
			all = all && elist_matches(&alone, r);
		else {
			alone.masks = 1;
			one = one || elist_matches(&alone, r);
		}
	}
	return all && one;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *wrong;
	struct elist e;
	char *text;
	unsigned i;

	if (size > 4096)
		return 0;
	/* something before it, that an item can look back at */
	text = malloc(size + 2);
	MUST(text != NULL);
	text[0] = ',';
	if (size > 0)
		memcpy(text + 1, data, size);
	text[size + 1] = '\0';
	wrong = elist_parse(&e, text + 1);
	MUST(e.n <= ELIST_MAX && e.masks <= e.n);
	MUST(wrong == NULL || (wrong > text && wrong < text + size + 1));
	MUST(!e.names || e.masks == e.n);
	for (i = 0; i < e.n; i++)
		MUST(e.item[i].text > text &&
		    e.item[i].text <= text + size + 1);
	for (i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++)
		MUST(elist_matches(&e, &rooms[i]) ==
		    slow_match(&e, &rooms[i]));
	free(text);
	return 0;
}
