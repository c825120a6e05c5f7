/* SPDX-License-Identifier: ISC */
/*
 * The palette: colours for nicks, and what becomes of IRC's.
 *
 * A nick's colour is a hash of it into a list of colours chosen for what the
 * terminal has and for what is behind the text.  The lists were made, and are
 * tested, by these measures: of 256 colours each has a contrast of at least
 * 4.5 (WCAG 2) against black or white, as the case may be, and still against
 * the dark and light greys that are in fashion; where the background is not
 * known, at least 3 against both.  Those for the colour-blind are few, and far
 * from each other also in a simulation (Machado 2009) of each of the three
 * deficiencies; beyond that, lightness tells them apart.  With 8 or 16 colours
 * a theme of the terminal decides what they are, so those are left out that
 * seldom can be read.
 *
 * A colour only helps: whatever it says is said in another way as well.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "irc/name.h"
#include "palette.h"

enum {
	GROUNDS = PALETTE_LIGHT + 1,
	UNREADABLE = 150, /* a contrast, times 100 */
};

struct palette_list {
	unsigned char colour[24]; /* to the first 0 */
};

/* By number of colours, whether they are safe, and background. */
static const struct palette_list palette_lists[3][2][GROUNDS] = {
	{ /* 8 */
	    { { { 1, 5 } }, { { 2, 3, 5, 6 } }, { { 1, 4, 5 } } },
	    { { { 1, 5 } }, { { 3, 5, 6 } }, { { 1, 4, 5 } } },
	},
	{ /* 16 */
	    { { { 1, 5, 9, 12 } }, { { 2, 3, 5, 6, 10, 11, 12, 13, 14 } },
		{ { 1, 4, 5, 9, 12 } } },
	    { { { 5, 9, 12 } }, { { 9, 11, 12, 14 } }, { { 4, 5, 9 } } },
	},
	{ /* 256 */
	    { { { 26, 28, 30, 32, 65, 129, 131, 133, 135, 136, 137, 139, 164,
		    197, 199, 202 } },
		{ { 34, 35, 37, 39, 46, 48, 50, 81, 113, 115, 141, 143, 147,
		    148, 171, 172, 173, 201, 202, 203, 206, 211, 219, 220 } },
		{ { 19, 21, 22, 24, 26, 52, 54, 58, 61, 89, 92, 93, 94, 96,
		    124, 127 } } },
	    { { { 28, 61, 131, 139, 165 } },
		{ { 37, 50, 107, 156, 172, 183, 201, 220 } },
		{ { 18, 25, 52, 53, 93, 96, 160 } } },
	},
};

/* IRC's colours, 0 to 98, as xterm numbers them. */
static const unsigned char palette_irc[] = {
	15, 0, 4, 2, 9, 1, 5, 3, 11, 10, 6, 14, 12, 13, 8, 7,
	52, 94, 100, 58, 22, 29, 23, 24, 17, 54, 53, 89,
	88, 130, 142, 64, 28, 35, 30, 25, 18, 91, 90, 125,
	124, 166, 184, 106, 34, 49, 37, 33, 19, 129, 127, 161,
	196, 208, 226, 154, 46, 86, 51, 75, 21, 171, 201, 198,
	203, 215, 227, 191, 83, 122, 87, 111, 63, 177, 207, 205,
	217, 223, 229, 193, 157, 158, 159, 153, 147, 183, 219, 212,
	16, 233, 235, 237, 239, 241, 244, 247, 250, 254, 231,
};

/* xterm's first sixteen. */
static const unsigned char palette_basic[16][3] = {
	{ 0, 0, 0 }, { 205, 0, 0 }, { 0, 205, 0 }, { 205, 205, 0 },
	{ 0, 0, 238 }, { 205, 0, 205 }, { 0, 205, 205 }, { 229, 229, 229 },
	{ 127, 127, 127 }, { 255, 0, 0 }, { 0, 255, 0 }, { 255, 255, 0 },
	{ 92, 92, 255 }, { 255, 0, 255 }, { 0, 255, 255 }, { 255, 255, 255 },
};

static const unsigned char palette_steps[6] = { 0, 95, 135, 175, 215, 255 };

void
palette_open(struct palette *p, int colours, enum palette_ground ground,
    int safe)
{
	p->colours = colours >= 256 ? 256 : colours >= 16 ? 16 :
	    colours >= 8 ? 8 : 0;
	p->ground = ground;
	p->safe = safe != 0;
}

enum palette_ground
palette_guess(void)
{
	const char *value = getenv("COLORFGBG"), *last;
	char *end;
	long n;

	last = value == NULL ? NULL : strrchr(value, ';');
	if (last == NULL)
		return PALETTE_UNKNOWN;
	n = strtol(last + 1, &end, 10);
	if (end == last + 1 || *end != '\0' || n < 0 || n > 15)
		return PALETTE_UNKNOWN;
	return n == 7 || n > 8 ? PALETTE_LIGHT : PALETTE_DARK;
}

int
palette_nick(const struct palette *p, const char *nick)
{
	char name[256];
	const struct palette_list *list;
	size_t len = strlen(nick), n = 0;
	uint32_t hash;

	if (p->colours == 0)
		return PALETTE_DEFAULT;
	list = &palette_lists[p->colours == 8 ? 0 : p->colours == 16 ? 1 : 2]
	    [p->safe][p->ground];
	while (n < sizeof(list->colour) && list->colour[n] != 0)
		n++;
	while (len > 1 && nick[len - 1] == '_')
		len--;
	snprintf(name, sizeof(name), "%.*s", (int)len, nick);
	hash = name_hash(name);
	if (n == 0)
		return PALETTE_DEFAULT;
	return list->colour[(hash ^ hash >> 16) % n];
}

void
palette_rgb(int colour, unsigned char rgb[3])
{
	int i = colour - 16;

	if (colour < 16) {
		memcpy(rgb, palette_basic[colour], 3);
	} else if (colour < 232) {
		rgb[0] = palette_steps[i / 36];
		rgb[1] = palette_steps[i / 6 % 6];
		rgb[2] = palette_steps[i % 6];
	} else {
		memset(rgb, 8 + 10 * (colour - 232), 3);
	}
}

/* The relative luminance of WCAG 2.  A cubic stands for the curve of sRGB: for
 * pow(3) moot would need another library. */
static double
palette_luminance(const unsigned char rgb[3])
{
	static const double part[3] = { 0.2126, 0.7152, 0.0722 };
	double sum = 0, x;
	int i;

	for (i = 0; i < 3; i++) {
		x = rgb[i] / 255.0;
		sum += part[i] * x * (0.0125 + x * (0.6822 + x * 0.3053));
	}
	return sum;
}

int
palette_contrast(const unsigned char a[3], const unsigned char b[3])
{
	double la = palette_luminance(a), lb = palette_luminance(b);
	double low = la < lb ? la : lb, high = la < lb ? lb : la;

	return (int)(100 * (high + 0.05) / (low + 0.05));
}

/* The nearest of the colours from FIRST to LAST. */
static int
palette_nearest(const unsigned char rgb[3], int first, int last)
{
	unsigned char other[3];
	int i, j, d, best = first;
	long sum, least = 3 * 256 * 256;

	for (i = first; i <= last; i++) {
		palette_rgb(i, other);
		for (sum = 0, j = 0; j < 3; j++) {
			d = rgb[j] - other[j];
			sum += d * d;
		}
		if (sum < least) {
			least = sum;
			best = i;
		}
	}
	return best;
}

/* What stands for a colour of format.h. */
static int
palette_map(const struct palette *p, int32_t colour)
{
	unsigned char rgb[3];
	int i = 0;

	if (colour < 0 || p->colours == 0)
		return PALETTE_DEFAULT;
	if (colour & FORMAT_RGB) {
		rgb[0] = colour >> 16 & 0xff;
		rgb[1] = colour >> 8 & 0xff;
		rgb[2] = colour & 0xff;
		/* The first sixteen are whatever a theme says. */
		if (p->colours == 256)
			return palette_nearest(rgb, 16, 255);
	} else {
		if ((size_t)colour >= sizeof(palette_irc))
			return PALETTE_DEFAULT;
		i = palette_irc[colour];
		if (i < p->colours)
			return i;
		palette_rgb(i, rgb);
	}
	return palette_nearest(rgb, 0, p->colours - 1);
}

/* Whether COLOUR can be told from what may be behind it. */
static int
palette_is_readable(const struct palette *p, int colour)
{
	static const unsigned char black[3] = { 0, 0, 0 };
	static const unsigned char white[3] = { 255, 255, 255 };
	unsigned char rgb[3];

	palette_rgb(colour, rgb);
	if (p->ground != PALETTE_LIGHT &&
	    palette_contrast(rgb, black) < UNREADABLE)
		return 0;
	return p->ground == PALETTE_DARK ||
	    palette_contrast(rgb, white) >= UNREADABLE;
}

void
palette_format(const struct palette *p, int32_t fg, int32_t bg, int *out_fg,
    int *out_bg)
{
	*out_fg = palette_map(p, fg);
	*out_bg = palette_map(p, bg);
	if (*out_fg == PALETTE_DEFAULT)
		return;
	if (*out_bg == PALETTE_DEFAULT) {
		if (!palette_is_readable(p, *out_fg))
			*out_fg = PALETTE_DEFAULT;
	} else if (*out_fg == *out_bg && fg != bg) {
		/* Two colours that are one here; one on itself is meant. */
		*out_fg = *out_bg == 0 ? 7 : 0;
	}
}
