/* SPDX-License-Identifier: ISC */

/*
 * Colours: that those of nicks can be read on what is behind them and told
 * from each other, and what becomes of IRC's.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_client.h"
#include "client/screen/format.h"
#include "client/screen/palette.h"

static const unsigned char black[3], white[3] = { 255, 255, 255 };

/* What the colours of so many nicks must be like. */
static const struct {
	const char *name;
	int colours;
	enum palette_ground ground;
	int safe, dark, light, different;
} palettes[] = {
	{ "8", 8, PALETTE_UNKNOWN, 0, 300, 300, 2 },
	{ "8, dark", 8, PALETTE_DARK, 0, 400, 0, 4 },
	{ "8, light", 8, PALETTE_LIGHT, 0, 0, 400, 3 },
	{ "8, dark, safe", 8, PALETTE_DARK, 1, 400, 0, 3 },
	{ "8, light, safe", 8, PALETTE_LIGHT, 1, 0, 400, 3 },
	{ "16", 16, PALETTE_UNKNOWN, 0, 300, 300, 4 },
	{ "16, dark", 16, PALETTE_DARK, 0, 400, 0, 9 },
	{ "16, light", 16, PALETTE_LIGHT, 0, 0, 390, 5 },
	{ "16, dark, safe", 16, PALETTE_DARK, 1, 400, 0, 4 },
	{ "16, light, safe", 16, PALETTE_LIGHT, 1, 0, 390, 3 },
	{ "256", 256, PALETTE_UNKNOWN, 0, 300, 300, 16 },
	{ "256, dark", 256, PALETTE_DARK, 0, 450, 0, 24 },
	{ "256, light", 256, PALETTE_LIGHT, 0, 0, 450, 16 },
	{ "256, safe", 256, PALETTE_UNKNOWN, 1, 300, 300, 5 },
	{ "256, dark, safe", 256, PALETTE_DARK, 1, 450, 0, 8 },
	{ "256, light, safe", 256, PALETTE_LIGHT, 1, 0, 450, 7 },
};

START_TEST(nicks_are_readable)
{
	struct palette p;
	unsigned char rgb[3];
	int seen[256] = { 0 };
	char nick[16];
	int i, c, different = 0;

	palette_open(&p, palettes[_i].colours, palettes[_i].ground,
	    palettes[_i].safe);
	for (i = 0; i < 1000; i++) {
		snprintf(nick, sizeof(nick), "nick%d", i);
		c = palette_nick(&p, nick);
		ck_assert(c > 0 && c < palettes[_i].colours);
		palette_rgb(c, rgb);
		ck_assert_int_ge(palette_contrast(rgb, black),
		    palettes[_i].dark);
		ck_assert_int_ge(palette_contrast(rgb, white),
		    palettes[_i].light);
		different += seen[c]++ == 0;
	}
	ck_assert_msg(different == palettes[_i].different, "%s: %d colours",
	    palettes[_i].name, different);
	/* None has much more than its share. */
	for (c = 0; c < 256; c++)
		ck_assert_int_le(seen[c] * different, 1000 * 8 / 5);
}
END_TEST

START_TEST(nicks_are_folded)
{
	struct palette p;

	palette_open(&p, 256, PALETTE_DARK, 0);
	ck_assert_int_eq(palette_nick(&p, "Alice"), palette_nick(&p, "aLICE"));
	ck_assert_int_eq(palette_nick(&p, "alice__"),
	    palette_nick(&p, "alice"));
	ck_assert_int_ne(palette_nick(&p, "alice"), palette_nick(&p, "bob"));
	palette_nick(&p, "_");
	palette_nick(&p, "");
}
END_TEST

/* How many colours there are of what a terminal has. */
START_TEST(how_many)
{
	struct palette p;

	palette_open(&p, 1 << 24, PALETTE_DARK, 0);
	ck_assert_int_eq(p.colours, 256);
	palette_open(&p, 88, PALETTE_DARK, 0);
	ck_assert_int_eq(p.colours, 16);
	palette_open(&p, -1, PALETTE_DARK, 0);
	ck_assert_int_eq(palette_nick(&p, "alice"), PALETTE_DEFAULT);
	palette_open(&p, 0, PALETTE_DARK, 0);
	ck_assert_int_eq(palette_nick(&p, "alice"), PALETTE_DEFAULT);
}
END_TEST

static const struct {
	const char *value;
	enum palette_ground want;
} grounds[] = {
	{ "15;0", PALETTE_DARK },
	{ "0;15", PALETTE_LIGHT },
	{ "0;default;15", PALETTE_LIGHT },
	{ "7;8", PALETTE_DARK },
	{ "0;7", PALETTE_LIGHT },
	{ "15", PALETTE_UNKNOWN },
	{ "15;default", PALETTE_UNKNOWN },
	{ "15;", PALETTE_UNKNOWN },
	{ "15;99", PALETTE_UNKNOWN },
};

START_TEST(ground_rows)
{
	setenv("COLORFGBG", grounds[_i].value, 1);
	ck_assert_int_eq(palette_guess(), grounds[_i].want);
	unsetenv("COLORFGBG");
	ck_assert_int_eq(palette_guess(), PALETTE_UNKNOWN);
}
END_TEST

static const struct {
	const char *name;
	int colours;
	enum palette_ground ground;
	int32_t fg, bg;
	int want_fg, want_bg;
} colours[] = {
	{ "none", 256, PALETTE_DARK, FORMAT_NONE, FORMAT_NONE, -1, -1 },
	{ "red", 256, PALETTE_DARK, 4, FORMAT_NONE, 9, -1 },
	{ "the first beyond 15", 256, PALETTE_LIGHT, 16, FORMAT_NONE, 52, -1 },
	{ "the last", 256, PALETTE_DARK, 98, FORMAT_NONE, 231, -1 },
	{ "none such", 256, PALETTE_DARK, 1000, FORMAT_NONE, -1, -1 },
	{ "white on light", 256, PALETTE_LIGHT, 0, FORMAT_NONE, -1, -1 },
	{ "black on dark", 256, PALETTE_DARK, 1, FORMAT_NONE, -1, -1 },
	{ "black on unknown", 256, PALETTE_UNKNOWN, 1, FORMAT_NONE, -1, -1 },
	{ "black on white", 256, PALETTE_DARK, 1, 0, 0, 15 },
	{ "hidden on purpose", 256, PALETTE_DARK, 1, 1, 0, 0 },
	{ "hexadecimal", 256, PALETTE_DARK, FORMAT_RGB | 0xff8700,
	    FORMAT_NONE, 208, -1 },
	{ "hexadecimal, of 16", 16, PALETTE_DARK, FORMAT_RGB | 0xff0010,
	    FORMAT_NONE, 9, -1 },
	{ "bright, of 8", 8, PALETTE_DARK, 4, FORMAT_NONE, 1, -1 },
	{ "two of 256 are one of 8", 8, PALETTE_DARK, 4, 5, 0, 1 },
	{ "without colours", 0, PALETTE_DARK, 4, 5, -1, -1 },
};

START_TEST(colour_rows)
{
	struct palette p;
	int fg, bg;

	palette_open(&p, colours[_i].colours, colours[_i].ground, 0);
	palette_format(&p, colours[_i].fg, colours[_i].bg, &fg, &bg);
	ck_assert_msg(fg == colours[_i].want_fg && bg == colours[_i].want_bg,
	    "%s: %d on %d", colours[_i].name, fg, bg);
}
END_TEST

START_TEST(contrasts)
{
	unsigned char rgb[3];

	ck_assert_int_eq(palette_contrast(black, white), 2100);
	ck_assert_int_eq(palette_contrast(white, white), 100);
	palette_rgb(244, rgb);
	ck_assert_int_eq(rgb[0], 128);
	palette_rgb(16 + 36 + 6 + 1, rgb);
	ck_assert_int_eq(rgb[2], 95);
}
END_TEST

Suite *
check_screen_palette(void)
{
	Suite *s = suite_create("screen/palette");
	TCase *tc = tcase_create("palette");

	ADD_ROWS(tc, nicks_are_readable, palettes);
	tcase_add_test(tc, nicks_are_folded);
	tcase_add_test(tc, how_many);
	ADD_ROWS(tc, ground_rows, grounds);
	ADD_ROWS(tc, colour_rows, colours);
	tcase_add_test(tc, contrasts);
	suite_add_tcase(s, tc);
	return s;
}
