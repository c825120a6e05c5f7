/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_FORMAT_H
#define CLIENT_SCREEN_FORMAT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Formatted text: what is to be shown of a text from outside, and how.
 *
 * The text that comes out holds nothing a terminal does anything with but
 * show it (clean.h): valid UTF-8 without controls other than '\n'.
 */

enum {
	FORMAT_BOLD = 1,
	FORMAT_ITALIC = 2,
	FORMAT_UNDERLINE = 4,
	FORMAT_STRIKE = 8,
	FORMAT_MONOSPACE = 16,
	FORMAT_REVERSE = 32,
};

enum {
	FORMAT_NONE = -1,     /* the terminal's own colour */
	FORMAT_RGB = 1 << 24, /* set: the other bits are a colour, 0xrrggbb;
	                       * else it is one of IRC's, 0 to 98 */
	FORMAT_TAB = 8,       /* columns between tab stops */
};

/* From byte FROM on, up to the next span or the end. */
struct format_span {
	uint32_t from;
	unsigned int attributes;
	int32_t fg, bg;
};

/* Begin with zeroes. */
struct format {
	char *text; /* with a NUL behind it */
	size_t len;
	struct format_span *span; /* the first begins at 0 */
	size_t spans;             /* at least 1, even of an empty text */
	size_t text_size, span_size;
};

/* Parses RAW; what F had is gone, its memory used again.  Spans of no bytes
 * are left out, and no formatting goes on behind a '\n'.  -1 without memory:
 * F is then empty. */
int format_parse(struct format *f, const char *raw);
/* The same without spans: a text to be searched or measured. */
int format_plain(struct format *f, const char *raw);
void format_clear(struct format *f);
/* The span that byte AT is in. */
const struct format_span *format_at(const struct format *f, size_t at);

#endif
