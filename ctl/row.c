/* SPDX-License-Identifier: ISC */
/*
 * Rows: the other end of what server/control.c writes.
 *
 * A row is copied and taken apart in the copy, so that an answer can be gone
 * through twice: once for the widths of its columns, once to show it.  A
 * newer server may send fields we do not know and in another order; whoever
 * wants one asks for it by name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "row.h"

/* Undoes \t, \n and \\ in place. */
static void
unescape(char *p)
{
	char *to = p;

	for (; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0') {
			p++;
			*to++ = *p == 't' ? '\t' : *p == 'n' ? '\n' : *p;
		} else
			*to++ = *p;
	}
	*to = '\0';
}

static int
is_number(const char *p)
{
	if (*p == '-')
		p++;
	return *p != '\0' && strspn(p, "0123456789") == strlen(p);
}

static void
field_add(struct row *row, char *p)
{
	struct field *f = &row->field[row->nfield];
	char *equal = strchr(p, '=');

	if (equal == NULL || equal == p || row->nfield == ROW_FIELDS)
		return;
	*equal = '\0';
	f->name = p;
	f->kind = equal[1];
	if (f->kind != 'S' && f->kind != 'N')
		return;
	unescape(equal + 2);
	f->value = equal + 2;
	if (f->kind == 'N' && !is_number(f->value))
		f->kind = 'S';
	row->nfield++;
}

void
row_parse(struct row *row, const char *line, size_t len)
{
	char *rest, *p;

	if (len >= row->size) {
		row->size = len + 2048;
		if ((row->text = realloc(row->text, row->size)) == NULL) {
			perror("mootctl");
			exit(1);
		}
	}
	memcpy(row->text, line, len);
	row->text[len] = '\0';
	row->nfield = 0;
	for (rest = row->text; (p = strsep(&rest, "\t")) != NULL;)
		field_add(row, p);
}

const struct field *
row_field(const struct row *row, const char *name, size_t len)
{
	int i;

	for (i = 0; i < row->nfield; i++)
		if (strncmp(row->field[i].name, name, len) == 0 &&
		    row->field[i].name[len] == '\0')
			return &row->field[i];
	return NULL;
}

long long
row_number(const struct row *row, const char *name)
{
	const struct field *f = row_field(row, name, strlen(name));

	return f != NULL && f->kind == 'N' ? strtoll(f->value, NULL, 10) : -1;
}

void
row_free(struct row *row)
{
	free(row->text);
	memset(row, 0, sizeof(*row));
}
