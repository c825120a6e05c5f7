/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_PALETTE_H
#define CLIENT_SCREEN_PALETTE_H

#include <stdint.h>

/*
 * Colours: those of nicks, and IRC's, as the terminal has them: 0 to 255 (as
 * xterm numbers them), as many as it has; PALETTE_DEFAULT is its own.
 */

#define PALETTE_DEFAULT (-1)

enum palette_ground {
	PALETTE_UNKNOWN, /* colours that can be read on both */
	PALETTE_DARK,
	PALETTE_LIGHT,
};

struct palette {
	int colours;   /* 0, 8, 16 or 256 */
	enum palette_ground ground;
	int safe;      /* for the colour-blind */
};

/* COLOURS: what the terminal has (curses' COLORS; a big number counts as 256);
 * 0: none, or none are wanted. */
void palette_open(struct palette *p, int colours, enum palette_ground ground,
    int safe);
/* What COLORFGBG in the environment says of the background. */
enum palette_ground palette_guess(void);
/* The colour of a nick: the same in every case of letters, and with '_' at its
 * end or without. */
int palette_nick(const struct palette *p, const char *nick);
/* Colours of a span of format.h, into *FG and *BG.  A lone foreground that
 * nobody could read on the background is the terminal's own. */
void palette_format(const struct palette *p, int32_t fg, int32_t bg,
    int *out_fg, int *out_bg);
/* Red, green and blue of one of xterm's colours; their contrast (WCAG 2, times
 * 100: 100 to 2100). */
void palette_rgb(int colour, unsigned char rgb[3]);
int palette_contrast(const unsigned char a[3], const unsigned char b[3]);

#endif
