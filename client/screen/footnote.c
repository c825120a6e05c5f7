/* SPDX-License-Identifier: ISC */
/*
 * Footnotes: what came to a line after it was said.
 *
 * Few lines have one, so none is part of a line itself.  Whatever a server or
 * a room full of people can add without end has a limit here: the sorts of
 * reactions, the names under them, and the length of both.
 */

#include <stdlib.h>
#include <string.h>

#include "footnote.h"
#include "irc/name.h"
#include "irc/utf8.h"
#include "scrollback.h"

enum { FOOTNOTE_OVERHEAD = 32 }; /* bytes of memory for each string */

struct footnote *
footnote_new(void)
{
	struct footnote *f = calloc(1, sizeof(*f));

	if (f != NULL)
		f->bytes = sizeof(*f);
	return f;
}

void
footnote_free(struct footnote *f)
{
	if (f == NULL)
		return;
	footnote_calm(f);
	free(f->why);
	free(f->redacted);
	free(f);
}

/* A copy of S, cut; NULL without memory or S. */
static char *
footnote_keep(struct footnote *f, const char *s)
{
	size_t len;
	char *copy;

	if (s == NULL)
		return NULL;
	len = utf8_cut(s, strlen(s), SCROLLBACK_REACTION * 4);
	copy = strndup(s, len);
	if (copy != NULL)
		f->bytes += len + FOOTNOTE_OVERHEAD;
	return copy;
}

static void
footnote_drop(struct footnote *f, char *s)
{
	if (s != NULL)
		f->bytes -= strlen(s) + FOOTNOTE_OVERHEAD;
	free(s);
}

void
footnote_set_why(struct footnote *f, const char *why)
{
	char *old = f->why;

	f->why = footnote_keep(f, why);
	footnote_drop(f, old);
}

void
footnote_set_redacted(struct footnote *f, const char *who)
{
	char *old = f->redacted;

	f->redacted = footnote_keep(f, who);
	footnote_drop(f, old);
}

/* WHAT, as it is kept: cut, so that it is found again. */
static size_t
footnote_cut(char *buf, const char *what)
{
	size_t len = utf8_cut(what, strlen(what), SCROLLBACK_REACTION);

	memcpy(buf, what, len);
	buf[len] = '\0';
	return len;
}

static struct scrollback_reaction *
footnote_find(struct footnote *f, const char *what)
{
	size_t i;

	for (i = 0; i < f->reactions; i++)
		if (strcmp(f->reaction[i].what, what) == 0)
			return &f->reaction[i];
	return NULL;
}

static struct scrollback_reaction *
footnote_add(struct footnote *f, const char *what)
{
	struct scrollback_reaction *all, *r;

	if (f->reactions == SCROLLBACK_REACTIONS)
		return NULL;
	all = realloc(f->reaction, (f->reactions + 1) * sizeof(*all));
	if (all == NULL)
		return NULL;
	f->reaction = all;
	r = &all[f->reactions];
	memset(r, 0, sizeof(*r));
	r->what = footnote_keep(f, what);
	if (r->what == NULL)
		return NULL;
	f->reactions++;
	return r;
}

static void
footnote_remove(struct footnote *f, struct scrollback_reaction *r)
{
	unsigned int i;

	for (i = 0; i < r->names; i++)
		footnote_drop(f, r->name[i]);
	f->names -= r->names;
	free(r->name);
	footnote_drop(f, r->what);
	f->reactions--;
	memmove(r, r + 1, (size_t)(f->reaction + f->reactions - r) *
	    sizeof(*r));
}

/* The name's number; as many as there are if it is none of them. */
static unsigned int
footnote_name(const struct scrollback_reaction *r, const char *who)
{
	unsigned int i = 0;

	while (i < r->names && name_cmp(r->name[i], who) != 0)
		i++;
	return i;
}

/* Remembers the name, if there is room for it. */
static void
footnote_add_name(struct footnote *f, struct scrollback_reaction *r,
    const char *who)
{
	char **all;

	if (f->names == SCROLLBACK_REACTORS)
		return;
	all = realloc(r->name, (r->names + 1) * sizeof(*all));
	if (all == NULL)
		return;
	r->name = all;
	all[r->names] = footnote_keep(f, who);
	if (all[r->names] == NULL)
		return;
	r->names++;
	f->names++;
}

int
footnote_react(struct footnote *f, const char *who, int own, const char *what)
{
	char cut[SCROLLBACK_REACTION + 1];
	struct scrollback_reaction *r;

	if (footnote_cut(cut, what) == 0)
		return 0;
	r = footnote_find(f, cut);
	if (r == NULL)
		r = footnote_add(f, cut);
	if (r == NULL || footnote_name(r, who) < r->names || (own && r->own))
		return 0;
	footnote_add_name(f, r, who);
	r->count++;
	r->own |= own != 0;
	return 1;
}

int
footnote_unreact(struct footnote *f, const char *who, int own,
    const char *what)
{
	char cut[SCROLLBACK_REACTION + 1];
	struct scrollback_reaction *r;
	unsigned int i;

	footnote_cut(cut, what);
	r = footnote_find(f, cut);
	if (r == NULL || (i = footnote_name(r, who)) == r->names)
		return 0;
	footnote_drop(f, r->name[i]);
	r->names--;
	f->names--;
	memmove(&r->name[i], &r->name[i + 1],
	    (r->names - i) * sizeof(*r->name));
	r->own &= !own;
	if (--r->count == 0)
		footnote_remove(f, r);
	return 1;
}

void
footnote_calm(struct footnote *f)
{
	while (f->reactions > 0)
		footnote_remove(f, &f->reaction[f->reactions - 1]);
	free(f->reaction);
	f->reaction = NULL;
}
