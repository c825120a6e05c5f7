/* SPDX-License-Identifier: ISC */

/*
 * Messages of several lines, as text and as lines.
 *
 * The text of one is a sentence that can be read, searched and stored as it
 * is; the plan beside it says where the lines were that its author sent.  Here
 * both become lines of the protocol again: a batch for those who know it, else
 * the lines alone, without the blank ones.
 *
 * The plan comes from the server itself or from its store, but it is believed
 * only as far as it agrees with the text: whatever both are, nothing is read
 * or written outside of what was given, and the walk ends.
 */

#include <stdio.h>
#include <string.h>

#include "multiline.h"
#include "tag.h"
#include "utf8.h"

enum { LINE_MOST = MESSAGE_LINE - 2 };

/* Whether what is at TEXT goes on with a character. */
static int
is_inside(const char *text, size_t left)
{
	return left > 0 && ((unsigned char)*text & 0xc0) == 0x80;
}

int
multiline_line(const char **plan, const char **text, size_t *left,
    struct multiline_line *l)
{
	const char *p = *plan;
	size_t n = 0, digits;

	if (*p == '\0')
		return *left == 0 ? 0 : -1;
	l->concat = *p == '+';
	p += l->concat;
	digits = strspn(p, "0123456789");
	if (digits == 0 || digits > 4)
		return -1;
	for (; digits > 0; digits--)
		n = n * 10 + (size_t)(*p++ - '0');
	if (*p == '.' ? p[1] == '\0' : *p != '\0')
		return -1;
	if (n > *left || is_inside(*text + n, *left - n))
		return -1;
	l->text = *text;
	l->len = n;
	*text += n;
	*left -= n;
	/* between two lines there is a space, unless the next one goes on */
	if (*p == '.' && p[1] != '+') {
		if (*left == 0 || **text != ' ')
			return -1;
		++*text;
		--*left;
	}
	*plan = p + (*p == '.');
	return 1;
}

int
multiline_plan_valid(const char *plan, const char *text, size_t len)
{
	struct multiline_line l;
	int n, e;

	for (n = 0; (e = multiline_line(&plan, &text, &len, &l)) == 1; n++)
		if (n == MULTILINE_LINES)
			return 0;
	return e == 0 && n > 0;
}

enum multiline_error
multiline_add(struct multiline_more *m, unsigned nlines, size_t ntext,
    size_t len, int concat)
{
	if (concat && len == 0)
		return MULTILINE_EMPTY;
	if (nlines >= MULTILINE_LINES)
		return MULTILINE_TOO_MANY;
	concat = concat && nlines > 0;
	m->space = nlines > 0 && !concat;
	m->ntext = ntext + (size_t)m->space + len;
	if (len > LINE_MOST || m->ntext > MULTILINE_BYTES)
		return MULTILINE_TOO_LONG;
	m->nplan = (size_t)snprintf(m->plan, sizeof(m->plan), "%s%s%zu",
	    nlines > 0 ? "." : "", concat ? "+" : "", len);
	return MULTILINE_OK;
}

int
multiline_is_blank(const char *plan, const char *text, size_t len)
{
	struct multiline_line l;

	while (multiline_line(&plan, &text, &len, &l) == 1)
		if (l.len > 0)
			return 0;
	return 1;
}

size_t
multiline_take_plan(char *dst, size_t size, const char *tags, size_t len,
    char plan[MULTILINE_PLAN + 1])
{
	const char *p, *key, *value;
	size_t nkey, nvalue, n;

	plan[0] = '\0';
	if (len > size - 1)
		len = size - 1;
	memcpy(dst, tags, len);
	dst[len] = '\0';
	if (memchr(dst, '/', len) == NULL)
		return len;
	for (p = dst; tag_next(&p, &key, &nkey, &value, &nvalue);) {
		if (nkey != strlen(MULTILINE_TAG) ||
		    memcmp(key, MULTILINE_TAG, nkey) != 0)
			continue;
		if (nvalue <= MULTILINE_PLAN) {
			memcpy(plan, value, nvalue);
			plan[nvalue] = '\0';
		}
		p += *p == ';';
		n = strlen(p);
		memmove(dst + (key - dst), p, n + 1);
		n += (size_t)(key - dst);
		while (n > 0 && dst[n - 1] == ';')
			dst[--n] = '\0';
		return n;
	}
	return len;
}

/* ---- showing one ---- */

enum { BEGIN, LINES, END, OVER };

static void
tags_put(struct multiline *m, const char *tags, size_t n)
{
	if (n > sizeof(m->out_tags) - 1 - m->nout_tags)
		return;
	memcpy(m->out_tags + m->nout_tags, tags, n);
	m->nout_tags += n;
}

static void
text_put(struct multiline *m, const char *text, size_t n)
{
	if (n > LINE_MOST - m->nout)
		n = utf8_cut(text, n, LINE_MOST - m->nout);
	memcpy(m->out + m->nout, text, n);
	m->nout += n;
}

static void
string_put(struct multiline *m, const char *text)
{
	text_put(m, text, strlen(text));
}

/* Where the text begins in a line of N bytes: behind the first " :". */
static size_t
head_len(const char *line, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
		if (line[i] == ':' && line[i - 1] == ' ')
			return i + 1;
	return n;
}

static void
begin(struct multiline *m)
{
	m->head = head_len(m->line, m->nline);
	m->head = utf8_cut(m->line, m->head, MULTILINE_HEAD);
	m->room = LINE_MOST - m->head;
	m->text = m->line + m->head;
	m->left = m->nline - m->head;
	m->next = m->plan;
	m->state = LINES;
}

/* ":source BATCH +ref draft/multiline target" */
static int
batch_open(struct multiline *m)
{
	const char *source = m->line, *end = m->line + m->head, *word, *target;

	/* without the " :" before the text */
	if (m->head >= 2 && memcmp(end - 2, " :", 2) == 0)
		end -= 2;
	if ((word = memchr(source, ' ', (size_t)(end - source))) == NULL ||
	    (target = memchr(word + 1, ' ', (size_t)(end - word - 1))) == NULL)
		word = target = end;
	text_put(m, source, (size_t)(word - source));
	string_put(m, " BATCH +");
	string_put(m, m->ref);
	string_put(m, " " MULTILINE_TYPE);
	text_put(m, target, (size_t)(end - target)); /* with its space */
	tags_put(m, m->tags, m->ntags);
	m->place = MULTILINE_OPEN;
	return 1;
}

static int
batch_end(struct multiline *m)
{
	string_put(m, ":");
	string_put(m, m->server);
	string_put(m, " BATCH -");
	string_put(m, m->ref);
	m->place = MULTILINE_END;
	m->state = OVER;
	return 1;
}

/* The next line, or what fits of it; 0 when there is none.  Those that the
 * plan does not tell are one. */
static int
line_take(struct multiline *m, struct multiline_line *l)
{
	const char *text = m->text, *next = m->next;
	size_t left = m->left, n;
	int e = multiline_line(&next, &text, &left, l), cut = m->cut;

	if (e == 0 || m->state != LINES)
		return 0;
	if (e < 0) {
		*l = (struct multiline_line) { m->text, m->left, 0 };
		text = m->text + m->left;
		left = 0;
		next = "";
	}
	/* the rest of one of which the beginning was shown */
	l->text += cut;
	l->len -= (size_t)cut;
	l->concat |= cut > 0;
	n = l->len <= m->room ? l->len : utf8_cut(l->text, l->len, m->room);
	if (n < l->len) {
		m->cut = cut + (int)n;
		l->len = n;
		return 1;
	}
	m->cut = 0;
	m->text = text;
	m->left = left;
	m->next = next;
	return 1;
}

static void
line_put(struct multiline *m, const struct multiline_line *l)
{
	text_put(m, m->line, m->head);
	text_put(m, l->text, l->len);
	if (m->ref == NULL) {
		m->place = MULTILINE_ALONE;
		return;
	}
	m->place = MULTILINE_INNER;
	tags_put(m, "batch=", 6);
	tags_put(m, m->ref, strlen(m->ref));
	if (l->concat)
		tags_put(m, ";" MULTILINE_CONCAT,
		    strlen(";" MULTILINE_CONCAT));
}

int
multiline_next(struct multiline *m)
{
	struct multiline_line l;
	int first = m->state == BEGIN;

	m->nout = m->nout_tags = 0;
	if (m->state == OVER)
		return 0;
	if (first)
		begin(m);
	if (first && m->ref != NULL)
		return batch_open(m);
	while (line_take(m, &l)) {
		if (m->ref == NULL && l.len == 0)
			continue;
		line_put(m, &l);
		if (m->ref != NULL)
			return 1;
		/* the first of them has the tags of the message */
		tags_put(m, m->tags, m->ntags);
		m->tags = m->more;
		m->ntags = m->nmore;
		return 1;
	}
	m->state = m->state == LINES && m->ref != NULL ? END : OVER;
	return m->state == END ? batch_end(m) : 0;
}
