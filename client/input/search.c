/* SPDX-License-Identifier: ISC */
/*
 * The incremental search of the history.
 *
 * Each character typed narrows it, from the line that is shown backwards;
 * what does not match any more is left on the screen, and said not to.  Keys
 * that are none of its own end it, and then do what they always do.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grapheme.h"
#include "irc/utf8.h"
#include "recall.h"
#include "search.h"
#include "text.h"

/* Says how it stands. */
static void
search_say(struct search *q, int found)
{
	snprintf(q->prompt, sizeof(q->prompt), "(%s) %s: ",
	    found ? "search" : "not found", q->words);
}

static void
search_show(struct search *q)
{
	const char *line = recall_line(q->at), *words;

	free(q->match);
	q->match = line == NULL ? NULL : text_clean(line, strlen(line), 1);
	q->cursor = 0;
	if (q->match == NULL)
		return;
	words = strcasestr(q->match, q->words);
	if (words != NULL)
		q->cursor = (size_t)(words - q->match);
}

/* From AT on, in the direction of STEP; nothing is searched for nothing. */
static void
search_from(struct search *q, unsigned int at, int step)
{
	unsigned int found = *q->words == '\0' ? recall_end() :
	    recall_find(at, step, q->words);

	if (found != recall_end()) {
		q->at = found;
		search_show(q);
	}
	search_say(q, found != recall_end() || *q->words == '\0');
}

void
search_begin(struct search *q)
{
	search_end(q);
	q->on = 1;
	q->at = recall_end();
	search_say(q, 1);
}

void
search_end(struct search *q)
{
	free(q->match);
	memset(q, 0, sizeof(*q));
}

/* ---- keys ---- */

static enum search_result
search_older(struct search *q)
{
	search_from(q, q->at, -1);
	return SEARCH_MORE;
}

static enum search_result
search_newer(struct search *q)
{
	search_from(q, q->at, 1);
	return SEARCH_MORE;
}

static enum search_result
search_backspace(struct search *q)
{
	size_t len = strlen(q->words);

	q->words[grapheme_before(q->words, len, len)] = '\0';
	search_from(q, recall_end(), -1);
	return SEARCH_MORE;
}

static enum search_result
search_take(struct search *q)
{
	(void)q;
	return SEARCH_TAKEN;
}

static enum search_result
search_cancel(struct search *q)
{
	(void)q;
	return SEARCH_OVER;
}

static const struct {
	uint32_t code;
	unsigned int mods;
	enum search_result (*press)(struct search *q);
} search_keys[] = {
	{ 'r', KEYMOD_CTRL, search_older },
	{ 's', KEYMOD_CTRL, search_newer },
	{ 'h', KEYMOD_CTRL, search_backspace },
	{ KEYCODE_BACKSPACE, 0, search_backspace },
	{ KEYCODE_ENTER, 0, search_take },
	{ KEYCODE_ESCAPE, 0, search_take },
	{ 'g', KEYMOD_CTRL, search_cancel },
};

/* One more character; the line that is shown may still have them all. */
static enum search_result
search_type(struct search *q, uint32_t code)
{
	size_t len = strlen(q->words);
	char bytes[4], *clean;
	size_t n = (size_t)utf8_encode(bytes, code);

	clean = text_clean(bytes, n, 0);
	if (clean != NULL && len + n < SEARCH_WORDS) {
		memcpy(q->words + len, clean, strlen(clean) + 1);
		search_from(q, q->at == recall_end() ? q->at : q->at + 1, -1);
	}
	free(clean);
	return SEARCH_MORE;
}

enum search_result
search_key(struct search *q, const struct key *k)
{
	size_t i;

	if (k->code < KEYCODE_ENTER && (k->mods & ~KEYMOD_PASTED) == 0)
		return search_type(q, k->code);
	for (i = 0; i < sizeof(search_keys) / sizeof(search_keys[0]); i++)
		if (search_keys[i].code == k->code &&
		    search_keys[i].mods == k->mods)
			return search_keys[i].press(q);
	/* A paste is what is searched for, but for its line ends. */
	if ((k->mods & KEYMOD_PASTED) || k->code == KEYCODE_PASTE ||
	    k->code == KEYCODE_PASTE_END)
		return SEARCH_MORE;
	return SEARCH_LEFT;
}
