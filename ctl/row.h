/* SPDX-License-Identifier: ISC */
#ifndef CTL_ROW_H
#define CTL_ROW_H

#include <stddef.h>

/*
 * One row of an answer: "name=Stext<TAB>name=N123".  The pointers are good
 * until the next row is parsed into the same struct.  Zeroed to begin with.
 */

enum { ROW_FIELDS = 160 };

struct field {
	const char *name;
	char kind;         /* 'S' a text, 'N' a number: digits, perhaps '-' */
	const char *value; /* without escapes; any bytes */
};

struct row {
	struct field field[ROW_FIELDS];
	int nfield;
	char *text;
	size_t size;
};

/* Takes the LEN bytes at LINE apart.  What is not a field is left out. */
void row_parse(struct row *row, const char *line, size_t len);
/* The field NAME (LEN bytes), or NULL. */
const struct field *row_field(const struct row *row, const char *name,
    size_t len);
/* The number NAME, or -1 when there is none. */
long long row_number(const struct row *row, const char *name);
void row_free(struct row *row);

#endif
