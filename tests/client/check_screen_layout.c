/* SPDX-License-Identifier: ISC */

/*
 * Tests of client/screen/layout.c: that at every size each pane is on the
 * screen, none is on another, and what is typed is always there.
 */

#include <stdio.h>
#include <string.h>

#include "check_client.h"
#include "client/screen/layout.h"

static const struct {
	const char *name;
	int rows, columns;
	struct layout_wish wish;
	const char *want; /* "y,x rows x columns" of each pane */
} layouts[] = {
	{ "the usual", 24, 80, { 18, 16, LAYOUT_MEMBERS_FROM, 1 },
	    "0,0 22x18|0,19 1x61|1,19 21x44|1,64 21x16|22,0 1x80|23,0 1x80" },
	{ "no members", 24, 80, { 18, 0, LAYOUT_MEMBERS_FROM, 1 },
	    "0,0 22x18|0,19 1x61|1,19 21x61|-|22,0 1x80|23,0 1x80" },
	{ "too narrow for members", 24, 70, { 18, 16, LAYOUT_MEMBERS_FROM, 1 },
	    "0,0 22x17|0,18 1x52|1,18 21x52|-|22,0 1x70|23,0 1x70" },
	{ "small", 5, 20, { 18, 16, LAYOUT_MEMBERS_FROM, 1 },
	    "-|0,0 1x20|1,0 2x20|-|3,0 1x20|4,0 1x20" },
	{ "many rows typed", 24, 50, { 18, 16, LAYOUT_MEMBERS_FROM, 30 },
	    "-|0,0 1x50|1,0 14x50|-|15,0 1x50|16,0 8x50" },
	{ "one row", 1, 10, { 18, 16, LAYOUT_MEMBERS_FROM, 3 },
	    "-|-|-|-|-|0,0 1x10" },
	{ "two rows", 2, 10, { 18, 16, LAYOUT_MEMBERS_FROM, 3 },
	    "-|-|0,0 1x10|-|-|1,0 1x10" },
};

START_TEST(layout_rows)
{
	struct layout l;
	char got[256];
	size_t len = 0;
	int i;

	layout_make(&l, layouts[_i].rows, layouts[_i].columns,
	    &layouts[_i].wish);
	for (i = 0; i < PANE_COUNT; i++) {
		const struct layout_rect *r = &l.pane[i];

		if (i > 0)
			got[len++] = '|';
		if (r->rows == 0)
			len += snprintf(got + len, sizeof(got) - len, "-");
		else
			len += snprintf(got + len, sizeof(got) - len,
			    "%d,%d %dx%d", r->y, r->x, r->rows, r->columns);
	}
	ck_assert_msg(strcmp(got, layouts[_i].want) == 0, "%s: got %s, want %s",
	    layouts[_i].name, got, layouts[_i].want);
}
END_TEST

static void
layout_verify(int rows, int columns, int input)
{
	struct layout_wish wish = { LAYOUT_SIDE, LAYOUT_MEMBERS,
		LAYOUT_MEMBERS_FROM, input };
	struct layout l;
	int y, x, i, seen[PANE_COUNT + 1] = { 0 };

	layout_make(&l, rows, columns, &wish);
	for (y = 0; y < rows; y++)
		for (x = 0; x < columns; x++)
			seen[layout_at(&l, y, x)]++;
	/* One that overlaps another, or the edge, would be seen less. */
	for (i = 0; i < PANE_COUNT; i++)
		ck_assert_int_eq(seen[i],
		    l.pane[i].rows * l.pane[i].columns);
	ck_assert_int_gt(seen[PANE_INPUT], 0);
}

START_TEST(layout_every_size)
{
	int rows, columns;

	for (rows = 1; rows <= 130; rows += rows < 30 ? 1 : 25)
		for (columns = 1; columns <= 410;
		    columns += columns < 100 ? 1 : 31)
			layout_verify(rows, columns, 1 + (rows + columns) % 9);
}
END_TEST

Suite *
check_screen_layout(void)
{
	Suite *s = suite_create("screen/layout");
	TCase *t = tcase_create("layout");

	ADD_ROWS(t, layout_rows, layouts);
	tcase_add_test(t, layout_every_size);
	suite_add_tcase(s, t);
	return s;
}
