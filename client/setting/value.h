/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_VALUE_H
#define CLIENT_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "setting.h"

/* A value of a setting: how it is read from words, and what it may be. */

struct value {
	char **item;    /* N words, and NULL; NULL: there is no value */
	int n;
	int64_t number; /* of a switch, number or duration; place of a choice */
};

/* What a setting takes. */
struct value_form {
	enum setting_type type;
	int64_t least, most; /* of a number or duration; MOST of other types:
	                      * bytes of a word */
	const char *words;   /* of a choice: "auto|on|off"; of a duration:
	                      * "off", if it may be that */
	/* What is wrong with a word of a text or list, or NULL; may be NULL. */
	const char *(*wrong)(const char *word);
};

/* Reads N words into V, which holds none before and is to be cleared after.
 * -1, and WHY, when they are no such value. */
int value_read(struct value *v, const struct value_form *form,
    char **word, int n, char *why, size_t size);
void value_clear(struct value *v);
int value_same(const struct value *a, const struct value *b);
/* As a line has it: -1 when it does not fit. */
int value_line(const struct value *v, char *line, size_t size);
/* "on|off", "100..1000000", "TEXT": which values there are. */
void value_describe(const struct value_form *form, char *text, size_t size);

#endif
