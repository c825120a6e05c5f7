/* SPDX-License-Identifier: ISC */

/*
 * What a LIST asks for: "#a*,!*b,>5,C<60", commas between.
 *
 * One table says which prefix means what; the last row, a mask, fits all.
 * Masks add up, everything else takes away.  "C<60" is "made less than 60
 * minutes ago", as modern-irc has it and most servers do.
 */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "elist.h"
#include "mask.h"

typedef int elist_fn(const struct elist_item *x, const struct elist_room *r);

struct elist_kind {
	const char *prefix;
	elist_fn *holds;
	enum { NUMBER, NOT_MASK, MASK } wants;
};

static int
is_other(const struct elist_item *x, const struct elist_room *r)
{
	return !mask_match(x->text, r->name);
}

static int
is_named(const struct elist_item *x, const struct elist_room *r)
{
	return mask_match(x->text, r->name);
}

static int
has_more(const struct elist_item *x, const struct elist_room *r)
{
	return r->members > x->value;
}

static int
has_fewer(const struct elist_item *x, const struct elist_room *r)
{
	return r->members < x->value;
}

static int
is_older(const struct elist_item *x, const struct elist_room *r)
{
	return r->age >= x->value;
}

static int
is_newer(const struct elist_item *x, const struct elist_room *r)
{
	return r->age < x->value;
}

static int
topic_is_older(const struct elist_item *x, const struct elist_room *r)
{
	return r->has_topic && r->topic_age >= x->value;
}

static int
topic_is_newer(const struct elist_item *x, const struct elist_room *r)
{
	return r->has_topic && r->topic_age < x->value;
}

static const struct elist_kind kinds[] = {
	{ "!", is_other, NOT_MASK },
	{ ">", has_more, NUMBER },
	{ "<", has_fewer, NUMBER },
	{ "C>", is_older, NUMBER },
	{ "C<", is_newer, NUMBER },
	{ "T>", topic_is_older, NUMBER },
	{ "T<", topic_is_newer, NUMBER },
	{ "", is_named, MASK },
};

/* Returns -1 when a number is missing, or is none. */
static int
item_parse(struct elist_item *x, const char *text)
{
	const struct elist_kind *k = kinds;
	size_t n;

	while (strncasecmp(text, k->prefix, strlen(k->prefix)) != 0)
		k++;
	x->kind = k;
	x->text = text + strlen(k->prefix);
	x->value = 0;
	if (k->wants != NUMBER)
		return 0;
	n = strspn(x->text, "0123456789");
	if (n == 0 || n > 18 || x->text[n] != '\0')
		return -1;
	x->value = strtoull(x->text, NULL, 10);
	return 0;
}

const char *
elist_parse(struct elist *e, char *list)
{
	struct elist_item *x;
	const char *text;

	e->n = e->masks = 0;
	e->names = 1;
	while ((text = strsep(&list, ",")) != NULL) {
		if (*text == '\0')
			continue;
		x = &e->item[e->n];
		if (e->n == ELIST_MAX || item_parse(x, text) != 0)
			return text;
		e->n++;
		e->masks += x->kind->wants == MASK;
		if (x->kind->wants != MASK || mask_is_wild(text))
			e->names = 0;
	}
	if (e->n == 0)
		e->names = 0;
	return NULL;
}

int
elist_matches(const struct elist *e, const struct elist_room *r)
{
	int named = e->masks == 0;
	unsigned i;

	for (i = 0; i < e->n; i++) {
		const struct elist_item *x = &e->item[i];
		if (x->kind->wants != MASK && !x->kind->holds(x, r))
			return 0;
		named = named ||
		    (x->kind->wants == MASK && x->kind->holds(x, r));
	}
	return named;
}
