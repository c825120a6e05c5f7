/* SPDX-License-Identifier: ISC */
#ifndef CTL_SHOW_H
#define CTL_SHOW_H

#include <stdio.h>

#include "answer.h"

/*
 * Answers for people and for programs.  A template is text with fields in
 * braces: "{clients} of {max_clients}"; after a colon the way to show a
 * number: b bytes as KiB and so on, d a date, s a span of seconds, y yes or
 * no.  Nothing from outside reaches a terminal but printable characters.
 */

struct column {
	const char *heading;  /* NULL after the last */
	const char *template;
	int right;            /* aligned to the right */
};

/* Rows as lines below headings, columns as wide as they have to be. */
void show_table(const struct answer *a, const struct column *columns);
/* All rows together as one record: "heading: text" lines. */
void show_record(const struct answer *a, const struct column *lines);
/* One JSON object a line; all rows as one object when MERGE is set. */
void show_json(const struct answer *a, int merge);
/* TEXT as a string of JSON. */
void show_json_string(const char *text);
/* TEXT from outside to OUT, made harmless. */
void show_text(FILE *out, const char *text);

#endif
