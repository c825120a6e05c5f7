/* SPDX-License-Identifier: ISC */
/*
 * Cleaning: which characters of a text from outside a terminal is given.
 *
 * One table says it for the line mode (display.c), for the screen
 * (screen/format.c) and for what is typed (edit.c), so that none of them shows
 * what another would not.  What is in no row of it is shown.  What a terminal
 * could obey is replaced and not left out, so that one sees that it was there.
 */

#include <ctype.h>

#include "clean.h"
#include "irc/utf8.h"

/* The first row that fits counts. */
static const struct {
	uint32_t first, last;
	enum clean_class class;
} clean_classes[] = {
	{ 0x02, 0x02, CLEAN_DROPPED },     /* bold */
	{ 0x03, 0x04, CLEAN_DROPPED },     /* colours, see clean_colour() */
	{ 0x09, 0x0a, CLEAN_SPACED },      /* TAB, LF */
	{ 0x0d, 0x0d, CLEAN_SPACED },      /* CR */
	{ 0x0f, 0x0f, CLEAN_DROPPED },     /* plain */
	{ 0x11, 0x11, CLEAN_DROPPED },     /* monospace */
	{ 0x16, 0x16, CLEAN_DROPPED },     /* reverse */
	{ 0x1d, 0x1f, CLEAN_DROPPED },     /* italics, strike, underline */
	{ 0x00, 0x1f, CLEAN_REPLACED },    /* the other C0 controls */
	{ 0x7f, 0x9f, CLEAN_REPLACED },    /* DEL, C1 controls */
	{ 0x061c, 0x061c, CLEAN_DROPPED }, /* Arabic letter mark */
	{ 0x2028, 0x2029, CLEAN_SPACED },  /* line, paragraph separator */
	{ 0x202a, 0x202e, CLEAN_DROPPED }, /* embeddings, overrides */
	{ 0x2066, 0x206f, CLEAN_DROPPED }, /* isolates, deprecated formatting */
	{ 0xfeff, 0xfeff, CLEAN_DROPPED }, /* byte order mark */
	{ 0xfff9, 0xfffb, CLEAN_DROPPED }, /* interlinear annotation */
};

enum clean_class
clean_classify(uint32_t cp)
{
	size_t i;

	if (cp >= 0x20 && cp < 0x7f)
		return CLEAN_SHOWN;
	for (i = 0; i < sizeof(clean_classes) / sizeof(clean_classes[0]); i++)
		if (cp >= clean_classes[i].first && cp <= clean_classes[i].last)
			return clean_classes[i].class;
	return CLEAN_SHOWN;
}

/* The digits of a colour: one or two, or six hexadecimal ones; else none. */
static size_t
clean_digits(const char *s, char code)
{
	size_t n = 0;

	if (code == 0x03) {
		while (n < 2 && isdigit((unsigned char)s[n]))
			n++;
		return n;
	}
	while (n < 6 && isxdigit((unsigned char)s[n]))
		n++;
	return n == 6 ? n : 0;
}

size_t
clean_colour(const char *s, char code, size_t *fg, size_t *bg)
{
	*bg = 0;
	*fg = clean_digits(s, code);
	if (*fg == 0 || s[*fg] != ',')
		return *fg;
	*bg = clean_digits(s + *fg + 1, code);
	return *bg == 0 ? *fg : *fg + 1 + *bg;
}

const char *
clean_character(const char *s, int n, uint32_t cp, int *marks, size_t *len)
{
	enum clean_class class = n == -1 ? CLEAN_REPLACED : clean_classify(cp);

	*len = 0;
	if (class == CLEAN_DROPPED)
		return "";
	*marks = class == CLEAN_SHOWN && utf8_width(cp) == 0 ? *marks + 1 : 0;
	if (*marks > CLEAN_MARKS)
		return "";
	*len = class == CLEAN_SHOWN ? (size_t)n : class == CLEAN_SPACED ? 1 : 3;
	return class == CLEAN_SHOWN ? s :
	    class == CLEAN_SPACED ? " " : CLEAN_REPLACEMENT;
}
