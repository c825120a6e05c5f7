/* SPDX-License-Identifier: ISC */
/*
 * Completion: what a word may be, and which of that it is made now.
 *
 * A step looks for candidates only when something was typed since the last
 * one; else it replaces what it put in by the next candidate.  Which kinds of
 * candidates there are follows from the usage of the command, the same text
 * that /help shows, so there is no second table of arguments.
 */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "complete.h"
#include "edit.h"
#include "emoji.h"

enum {
	COMPLETE_ARGUMENTS = 8, /* words of a usage looked at */
};

#define BIT(kind) (1u << (kind))

/* What follows a candidate. */
enum complete_behind { BEHIND_NOTHING, BEHIND_BLANK, BEHIND_NICK };

struct candidate {
	char *word, *shown; /* put in; listed, NULL: the same */
	int64_t rank;
	enum complete_behind behind;
};

struct complete {
	struct candidate *found[COMPLETE_MOST];
	size_t count, taken;
	const struct edit *edit;
	unsigned int version;
	size_t from, to; /* what the next candidate takes the place of */

	/* while candidates are collected */
	char word[COMPLETE_WORD];
	size_t len;
	enum complete_behind behind;
	const struct complete_source *source;
	struct session *session;
};

/* What the words of a usage stand for; others are text. */
static const struct {
	const char *name;
	unsigned int kinds;
} complete_usages[] = {
	{ "NICK", BIT(COMPLETE_NICK) },
	{ "MASK", BIT(COMPLETE_NICK) | BIT(COMPLETE_ROOM) },
	{ "ROOM", BIT(COMPLETE_ROOM) },
	{ "TARGET", BIT(COMPLETE_NICK) | BIT(COMPLETE_ROOM) },
	{ "COMMAND", BIT(COMPLETE_COMMAND) },
	{ "SETTING", BIT(COMPLETE_SETTING) },
	{ "VALUE", BIT(COMPLETE_VALUE) },
	{ "SERVER", BIT(COMPLETE_SERVER) },
	{ "NETWORK", BIT(COMPLETE_SERVER) },
	{ "NAME", BIT(COMPLETE_SERVER) },
};

#define COMPLETE_TEXT (BIT(COMPLETE_NICK) | BIT(COMPLETE_ROOM))

struct complete *
complete_new(void)
{
	return calloc(1, sizeof(struct complete));
}

static void
candidate_free(struct candidate *a)
{
	if (a == NULL)
		return;
	free(a->word);
	free(a->shown);
	free(a);
}

static void
complete_forget(struct complete *c)
{
	while (c->count > 0)
		candidate_free(c->found[--c->count]);
	c->edit = NULL;
}

void
complete_free(struct complete *c)
{
	if (c == NULL)
		return;
	complete_forget(c);
	free(c);
}

/* ---- candidates ---- */

static int
complete_equal(const struct complete *c, const char *a, const char *b,
    size_t len)
{
	if (c->source != NULL && c->source->equal != NULL)
		return c->source->equal(c->session, a, b, len);
	return strncasecmp(a, b, len) == 0;
}

/* Where there is room for one more of this RANK, perhaps in the place of the
 * lowest; NULL: nowhere. */
static struct candidate **
complete_slot(struct complete *c, int64_t rank)
{
	struct candidate **lowest = &c->found[0];
	size_t i;

	if (c->count < COMPLETE_MOST)
		return &c->found[c->count++];
	for (i = 1; i < c->count; i++)
		if (c->found[i]->rank < (*lowest)->rank)
			lowest = &c->found[i];
	if (rank <= (*lowest)->rank)
		return NULL;
	candidate_free(*lowest);
	return lowest;
}

static void
complete_add(struct complete *c, const char *word, const char *shown,
    int64_t rank)
{
	struct candidate *a, **slot;

	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return;
	a->word = strdup(word);
	a->shown = shown == NULL ? NULL : strdup(shown);
	a->rank = rank;
	a->behind = c->behind;
	slot = a->word == NULL ? NULL : complete_slot(c, rank);
	if (slot == NULL)
		candidate_free(a);
	else
		*slot = a;
}

void
complete_offer(struct complete *c, const char *word, int64_t rank)
{
	size_t len = strlen(word), i;

	if (len < c->len || len == 0 || len >= COMPLETE_WORD ||
	    !complete_equal(c, word, c->word, c->len))
		return;
	for (i = 0; i < c->count; i++)
		if (strlen(c->found[i]->word) == len &&
		    complete_equal(c, c->found[i]->word, word, len))
			return;
	complete_add(c, word, NULL, rank);
}

static int
candidate_compare(const void *a, const void *b)
{
	const struct candidate *x = *(struct candidate *const *)a;
	const struct candidate *y = *(struct candidate *const *)b;
	int order;

	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	order = strcasecmp(x->shown != NULL ? x->shown : x->word,
	    y->shown != NULL ? y->shown : y->word);
	return order != 0 ? order : strcmp(x->word, y->word);
}

/* ":smi" is the beginning of a name, ":smile:" all of one. */
static void
complete_emoji(struct complete *c)
{
	const char *name = c->word + 1;
	size_t len = c->len - 1, count, i;
	const struct emoji *e;
	char shown[COMPLETE_WORD];
	int whole = len > 1 && name[len - 1] == ':';

	c->behind = BEHIND_NOTHING;
	e = emoji_range(name, len - (size_t)whole, &count);
	for (i = 0; i < count && (i == 0 || !whole); i++) {
		if (whole && e[i].name[len - 1] != '\0')
			return;
		snprintf(shown, sizeof(shown), ":%s: %s", e[i].name, e[i].text);
		complete_add(c, e[i].text, shown, 0);
	}
}

/* ---- what is asked for ---- */

static void
complete_ask(struct complete *c, unsigned int kinds, const char *about)
{
	const struct complete_source *s = c->source;
	int kind;

	for (kind = 0; kind < COMPLETE_KINDS && s->offer != NULL; kind++)
		if (kinds & BIT(kind))
			s->offer(c, c->session, kind, about, c->word);
}

/* "[NETWORK.]SETTING" and "ROOM[,ROOM]": the last name counts. */
static unsigned int
usage_kinds(const char *word, size_t word_len)
{
	const char *end = word + word_len, *name;
	size_t i, len;

	while (end > word && !isupper((unsigned char)end[-1]))
		end--;
	for (name = end; name > word && isupper((unsigned char)name[-1]);)
		name--;
	len = (size_t)(end - name);
	for (i = 0; i < sizeof(complete_usages) / sizeof(complete_usages[0]);
	    i++)
		if (strlen(complete_usages[i].name) == len &&
		    strncmp(complete_usages[i].name, name, len) == 0)
			return complete_usages[i].kinds;
	return COMPLETE_TEXT;
}

/* What the argument of this INDEX may be by the usage "[ROOM] NICK [TEXT]":
 * those in brackets may be missing before it, and the last word may go on. */
static unsigned int
usage_argument(const char *usage, size_t index)
{
	unsigned int kinds = 0, last = 0;
	size_t i, least = 0;

	for (i = 0; *usage != '\0' && i < COMPLETE_ARGUMENTS; i++) {
		last = usage_kinds(usage, strcspn(usage, " "));
		if (least <= index && index <= i)
			kinds |= last;
		least += *usage != '[';
		usage += strcspn(usage, " ");
		usage += strspn(usage, " ");
	}
	if (kinds == 0 && last == COMPLETE_TEXT)
		return last;
	return kinds;
}

/* In "/command a b wo": how many words are before the one at FROM, and the
 * last of them. */
static size_t
complete_count_words(const char *text, size_t from, char *last, size_t size)
{
	size_t i = 0, n = 0, len;

	*last = '\0';
	while (i < from) {
		i += strspn(text + i, " ");
		len = strcspn(text + i, " ");
		if (i >= from || len == 0)
			break;
		snprintf(last, size, "%.*s", (int)len, text + i);
		i += len;
		n++;
	}
	return n;
}

static void
complete_argument(struct complete *c, const char *text, size_t from)
{
	char command[COMPLETE_WORD], last[COMPLETE_WORD];
	size_t words = complete_count_words(text, from, last, sizeof(last));
	const char *usage = NULL;

	snprintf(command, sizeof(command), "%.*s",
	    (int)strcspn(text + 1, " "), text + 1);
	if (c->source->usage != NULL)
		usage = c->source->usage(command);
	c->behind = BEHIND_BLANK;
	complete_ask(c, usage == NULL ? COMPLETE_TEXT :
	    usage_argument(usage, words - 1), last);
}

/* Collects what the word may be. */
static void
complete_collect(struct complete *c, const char *text)
{
	int command = *text == '/' && text[1] != '/';

	if (*c->word == ':' && c->len > 1) {
		complete_emoji(c);
		if (c->count > 0)
			return;
	}
	if (command && c->from > 0) {
		complete_argument(c, text, c->from);
	} else if (command) {
		memmove(c->word, c->word + 1, c->len--);
		c->from++;
		c->behind = BEHIND_BLANK;
		complete_ask(c, BIT(COMPLETE_COMMAND), "");
	} else {
		c->behind = c->from == 0 ? BEHIND_NICK : BEHIND_BLANK;
		complete_ask(c, BIT(COMPLETE_NICK), "");
		c->behind = BEHIND_BLANK;
		complete_ask(c, BIT(COMPLETE_ROOM), "");
	}
}

/* Looks for the word before the cursor, and for what it may be. */
static void
complete_begin(struct complete *c, const struct edit *e)
{
	const char *text = edit_text(e);

	complete_forget(c);
	c->from = c->to = edit_cursor(e);
	while (c->from > 0 && text[c->from - 1] != ' ' &&
	    text[c->from - 1] != '\n')
		c->from--;
	c->len = c->to - c->from;
	if (c->len >= COMPLETE_WORD)
		return;
	memcpy(c->word, text + c->from, c->len);
	c->word[c->len] = '\0';
	complete_collect(c, text);
	qsort(c->found, c->count, sizeof(c->found[0]), candidate_compare);
}

/* ---- steps ---- */

static void
complete_take(struct complete *c, struct edit *e)
{
	const struct candidate *a = c->found[c->taken];
	char text[COMPLETE_WORD + 32];
	const char *behind = a->behind == BEHIND_NOTHING ? "" : " ";
	size_t len;

	if (a->behind == BEHIND_NICK && c->source->after_nick != NULL)
		behind = c->source->after_nick;
	snprintf(text, sizeof(text), "%s%s", a->word, behind);
	/* A blank that is there already is enough. */
	len = strlen(text);
	if (text[len - 1] == ' ' && edit_text(e)[c->to] == ' ')
		text[len - 1] = '\0';
	if (edit_replace(e, c->from, c->to, text) == -1)
		return;
	c->to = edit_cursor(e);
	c->edit = e;
	c->version = edit_version(e);
}

size_t
complete_step(struct complete *c, struct edit *e,
    const struct complete_source *source, struct session *session, int step)
{
	size_t behind = step > 0 ? 1 : c->count - 1;

	c->source = source;
	c->session = session;
	if (complete_is_on(c, e)) {
		c->taken = (c->taken + behind) % c->count;
	} else {
		complete_begin(c, e);
		c->taken = step > 0 || c->count == 0 ? 0 : c->count - 1;
	}
	if (c->count > 0)
		complete_take(c, e);
	return c->count;
}

size_t
complete_count(const struct complete *c)
{
	return c->count;
}

const char *
complete_candidate(const struct complete *c, size_t i)
{
	const struct candidate *a = c->found[i];

	return a->shown != NULL ? a->shown : a->word;
}

size_t
complete_taken(const struct complete *c)
{
	return c->taken;
}

int
complete_is_on(const struct complete *c, const struct edit *e)
{
	return c->count > 0 && c->edit == e && c->version == edit_version(e);
}
