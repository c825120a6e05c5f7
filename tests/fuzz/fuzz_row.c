/* SPDX-License-Identifier: ISC */

/*
 * Takes the input for rows of an answer as mootctl gets them.  Each field that
 * is found has a name, a kind that is known and a text; it is found by its
 * name, as itself or as one before it; numbers are numbers.
 */

#include "../../ctl/row.h"
#include "fuzz.h"

static void
check_row(const struct row *row)
{
	const struct field *f, *same;
	int i;

	MUST(row->nfield >= 0 && row->nfield <= ROW_FIELDS);
	for (i = 0; i < row->nfield; i++) {
		f = &row->field[i];
		MUST(f->kind == 'S' || f->kind == 'N');
		MUST(f->kind != 'N' ||
		    f->value[strspn(f->value, "-0123456789")] == '\0');
		same = row_field(row, f->name, strlen(f->name));
		MUST(same != NULL && same <= f);
		row_number(row, f->name);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct row row = { .nfield = 0 };
	char *text = fuzz_string(data, size);
	size_t at, len;

	for (at = 0; at < size; at += len + 1) {
		const char *end = memchr(text + at, '\n', size - at);

		len = end != NULL ? (size_t)(end - text) - at : size - at;
		row_parse(&row, text + at, len);
		check_row(&row);
	}
	row_free(&row);
	free(text);
	return 0;
}
