/* SPDX-License-Identifier: ISC */
/*
 * Values of settings.  One table has a row for each type: how its words are
 * read, and how what it may be is said.  A value keeps its words as they were
 * written, so that the file can have them back, beside what they mean.
 *
 * Pure but for memory; when there is none, the value is refused like a wrong
 * one.  No value with a control in it gets in: all of them may be shown.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "irc/utf8.h"
#include "value.h"
#include "word.h"

static const struct value_unit {
	const char *name;
	int64_t factor; /* milliseconds */
} value_units[] = {
	{ "d", 86400000 },
	{ "h", 3600000 },
	{ "m", 60000 },
	{ "s", 1000 },
	{ "", 1000 },
	{ "ms", 1 },
};

enum { VALUE_UNITS = sizeof(value_units) / sizeof(value_units[0]) };

static int __attribute__((format(printf, 3, 4)))
value_wrong(char *why, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, size, fmt, ap);
	va_end(ap);
	return -1;
}

/* The place of WORD in "a|b|c", or -1. */
static int
value_choice(const char *words, const char *word)
{
	size_t len = strlen(word), n;
	int i;

	for (i = 0;; i++, words += n + 1) {
		n = strcspn(words, "|");
		if (n == len && strncmp(words, word, n) == 0)
			return i;
		if (words[n] == '\0')
			return -1;
	}
}

/* Digits and what follows them; -1 when it does not begin with any. */
static int
value_digits(const char *word, int64_t *n, const char **rest)
{
	char *end;

	if (*word < '0' || *word > '9')
		return -1;
	errno = 0;
	*n = strtoll(word, &end, 10);
	*rest = end;
	return errno == 0 ? 0 : -1;
}

/* A duration as one would write it: in the largest unit that is exact. */
static void
value_duration_text(char *text, size_t size, int64_t ms)
{
	int i = 0;

	while (i < VALUE_UNITS - 1 && (*value_units[i].name == '\0' ||
	    ms % value_units[i].factor != 0))
		i++;
	snprintf(text, size, "%" PRId64 "%s", ms / value_units[i].factor,
	    value_units[i].name);
}

static int
value_read_choice(struct value *v, const struct value_form *form,
    char *why, size_t size)
{
	v->number = value_choice(form->words, v->item[0]);
	if (v->number != -1)
		return 0;
	return value_wrong(why, size, "\"%s\" is none of %s", v->item[0],
	    form->words);
}

static int
value_read_switch(struct value *v, const struct value_form *form,
    char *why, size_t size)
{
	(void)form;
	v->number = value_choice("off|on", v->item[0]);
	if (v->number != -1)
		return 0;
	return value_wrong(why, size, "\"%s\" is neither on nor off",
	    v->item[0]);
}

static int
value_read_number(struct value *v, const struct value_form *form,
    char *why, size_t size)
{
	const char *rest;

	if (value_digits(v->item[0], &v->number, &rest) == -1 || *rest != '\0')
		return value_wrong(why, size, "\"%s\" is not a number",
		    v->item[0]);
	if (v->number < form->least || v->number > form->most)
		return value_wrong(why, size, "%s is not within %" PRId64
		    "..%" PRId64, v->item[0], form->least, form->most);
	return 0;
}

static int
value_read_duration(struct value *v, const struct value_form *form,
    char *why, size_t size)
{
	char least[32], most[32];
	const char *rest = "";
	int64_t n = 0;
	int i;

	if (form->words != NULL && strcmp(v->item[0], form->words) == 0)
		return 0; /* off: 0 */
	if (value_digits(v->item[0], &n, &rest) == -1)
		rest = "?";
	for (i = 0; i < VALUE_UNITS; i++)
		if (strcmp(value_units[i].name, rest) == 0)
			break;
	if (i == VALUE_UNITS)
		return value_wrong(why, size, "\"%s\" is not a time such as "
		    "90s, 5m, 2h or 1d%s%s", v->item[0],
		    form->words != NULL ? ", nor " : "",
		    form->words != NULL ? form->words : "");
	if (n <= form->most / value_units[i].factor &&
	    n * value_units[i].factor >= form->least) {
		v->number = n * value_units[i].factor;
		return 0;
	}
	value_duration_text(least, sizeof(least), form->least);
	value_duration_text(most, sizeof(most), form->most);
	return value_wrong(why, size, "%s is not within %s..%s", v->item[0],
	    least, most);
}

static int
value_read_words(struct value *v, const struct value_form *form,
    char *why, size_t size)
{
	const char *wrong;
	int i;

	for (i = 0; i < v->n; i++) {
		if ((int64_t)strlen(v->item[i]) > form->most)
			return value_wrong(why, size, "longer than %" PRId64
			    " bytes", form->most);
		if (form->wrong == NULL || *v->item[i] == '\0')
			continue;
		wrong = form->wrong(v->item[i]);
		if (wrong != NULL)
			return value_wrong(why, size, "\"%s\" %s",
			    v->item[i], wrong);
	}
	return 0;
}

static void
value_describe_switch(const struct value_form *form, char *text, size_t size)
{
	(void)form;
	snprintf(text, size, "on|off");
}

static void
value_describe_choice(const struct value_form *form, char *text, size_t size)
{
	snprintf(text, size, "%s", form->words);
}

static void
value_describe_number(const struct value_form *form, char *text, size_t size)
{
	snprintf(text, size, "%" PRId64 "..%" PRId64, form->least, form->most);
}

static void
value_describe_duration(const struct value_form *form, char *text,
    size_t size)
{
	char least[32], most[32];

	value_duration_text(least, sizeof(least), form->least);
	value_duration_text(most, sizeof(most), form->most);
	snprintf(text, size, "%s..%s%s%s", least, most,
	    form->words != NULL ? "|" : "",
	    form->words != NULL ? form->words : "");
}

static void
value_describe_text(const struct value_form *form, char *text, size_t size)
{
	(void)form;
	snprintf(text, size, "TEXT");
}

static void
value_describe_list(const struct value_form *form, char *text, size_t size)
{
	(void)form;
	snprintf(text, size, "WORD ...");
}

static const struct value_type {
	int most; /* words; 1: those of a text become one */
	int (*read)(struct value *, const struct value_form *, char *, size_t);
	void (*describe)(const struct value_form *, char *, size_t);
} value_types[] = {
	[SETTING_SWITCH] = { 1, value_read_switch, value_describe_switch },
	[SETTING_NUMBER] = { 1, value_read_number, value_describe_number },
	[SETTING_DURATION] = { 1, value_read_duration,
	    value_describe_duration },
	[SETTING_CHOICE] = { 1, value_read_choice, value_describe_choice },
	[SETTING_TEXT] = { 1, value_read_words, value_describe_text },
	[SETTING_LIST] = { SETTING_ITEMS, value_read_words,
	    value_describe_list },
};

static int
value_check(char **word, int n, char *why, size_t size)
{
	const char *s;
	int i;

	for (i = 0; i < n; i++) {
		if (!utf8_valid(word[i], strlen(word[i])))
			return value_wrong(why, size, "not valid UTF-8");
		for (s = word[i]; *s != '\0'; s++)
			if ((unsigned char)*s < ' ' || *s == '\x7f')
				return value_wrong(why, size,
				    "a control character");
	}
	return 0;
}

static int
value_copy(struct value *v, char **word, int n)
{
	v->item = calloc((size_t)n + 1, sizeof(*v->item));
	if (v->item == NULL)
		return -1;
	for (v->n = 0; v->n < n; v->n++) {
		v->item[v->n] = strdup(word[v->n]);
		if (v->item[v->n] == NULL)
			return -1;
	}
	return 0;
}

/* "realname Ann of Moot": several words are one text. */
static int
value_join(char *text, size_t size, char **word, int n)
{
	size_t used = 0;
	int i;

	for (i = 0; i < n && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
		    i > 0 ? " " : "", word[i]);
	return used < size ? 0 : -1;
}

int
value_read(struct value *v, const struct value_form *form, char **word,
    int n, char *why, size_t size)
{
	const struct value_type *type = &value_types[form->type];
	char text[SETTING_VALUE], *one = text;

	memset(v, 0, sizeof(*v));
	if (n == 0)
		return value_wrong(why, size, "needs a value");
	if (value_check(word, n, why, size) == -1)
		return -1;
	if (form->type == SETTING_TEXT) {
		if (value_join(text, sizeof(text), word, n) == -1)
			return value_wrong(why, size, "too long");
		word = &one;
		n = 1;
	}
	if (form->type == SETTING_LIST && n == 1 && *word[0] == '\0')
		n = 0; /* "" is the empty list */
	if (n > type->most)
		return value_wrong(why, size, "takes no more than %d value%s",
		    type->most, type->most == 1 ? "" : "s");
	if (value_copy(v, word, n) == -1) {
		value_clear(v);
		return value_wrong(why, size, "out of memory");
	}
	if (type->read(v, form, why, size) == 0)
		return 0;
	value_clear(v);
	return -1;
}

void
value_clear(struct value *v)
{
	int i;

	for (i = 0; i < v->n; i++)
		free(v->item[i]);
	free(v->item);
	memset(v, 0, sizeof(*v));
}

int
value_same(const struct value *a, const struct value *b)
{
	int i;

	if (a->n != b->n || a->number != b->number)
		return 0;
	for (i = 0; i < a->n; i++)
		if (strcmp(a->item[i], b->item[i]) != 0)
			return 0;
	return 1;
}

int
value_line(const struct value *v, char *line, size_t size)
{
	int i;

	*line = '\0';
	if (v->n == 0)
		return word_append(line, size, "");
	for (i = 0; i < v->n; i++)
		if (word_append(line, size, v->item[i]) == -1)
			return -1;
	return 0;
}

void
value_describe(const struct value_form *form, char *text, size_t size)
{
	value_types[form->type].describe(form, text, size);
}
