/* SPDX-License-Identifier: ISC */
/*
 * The display: how an event becomes a line, and how that line is made safe.
 *
 * Everything that is shown goes through display_line(), and everything that
 * goes through it is cleaned there, after it was put together, whoever it
 * came from: there is no other way to the terminal for a byte of another
 * person's.  Colours and the time are added afterwards and only on a
 * terminal.  A pipe gets "sender text" and nothing else, which also reads
 * well aloud.
 */

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "display.h"
#include "irc/utf8.h"
#include "terminal.h"

enum {
	/* Over the longest line a server sends; whatever grows is cut. */
	DISPLAY_LINE = 8192,
	/* Marks on top of each other, before they climb over other rows. */
	DISPLAY_MARKS = 6,
};

#define REPLACEMENT "\357\277\275" /* U+FFFD */

static struct {
	int shown, colour;
} display;

/* How the lead and the rest of a line look. */
static const struct {
	const char *lead, *text;
} display_looks[DISPLAY_KINDS] = {
	[DISPLAY_MESSAGE] = { "\033[1m", "" },
	[DISPLAY_MENTION] = { "\033[1;33m", "" },
	[DISPLAY_OWN] = { "\033[1;36m", "" },
	[DISPLAY_EVENT] = { "\033[2m", "\033[2m" },
	[DISPLAY_CLIENT] = { "\033[36m", "\033[36m" },
	[DISPLAY_ERROR] = { "\033[1;31m", "\033[31m" },
};

/* What a character is to us, by range; what is in no row is shown. */
enum display_class {
	SHOWN,
	DROPPED,  /* formatting, or it changes the order of what follows */
	SPACED,   /* would end the line */
	REPLACED, /* a control of the terminal */
};

static const struct {
	uint32_t first, last;
	enum display_class class;
} display_classes[] = {
	{ 0x02, 0x02, DROPPED },       /* bold */
	{ 0x03, 0x04, DROPPED },       /* colours, see display_skip_colour() */
	{ 0x09, 0x0a, SPACED },        /* TAB, LF */
	{ 0x0d, 0x0d, SPACED },        /* CR */
	{ 0x0f, 0x0f, DROPPED },       /* plain */
	{ 0x11, 0x11, DROPPED },       /* monospace */
	{ 0x16, 0x16, DROPPED },       /* reverse */
	{ 0x1d, 0x1f, DROPPED },       /* italics, strike, underline */
	{ 0x00, 0x1f, REPLACED },      /* the other C0 controls */
	{ 0x7f, 0x9f, REPLACED },      /* DEL, C1 controls */
	{ 0x061c, 0x061c, DROPPED },   /* Arabic letter mark */
	{ 0x2028, 0x2029, SPACED },    /* line and paragraph separator */
	{ 0x202a, 0x202e, DROPPED },   /* bidirectional embeddings, overrides */
	{ 0x2066, 0x206f, DROPPED },   /* isolates, deprecated formatting */
	{ 0xfeff, 0xfeff, DROPPED },   /* byte order mark */
	{ 0xfff9, 0xfffb, DROPPED },   /* interlinear annotation */
};

static enum display_class
display_classify(uint32_t cp)
{
	size_t i;

	for (i = 0; i < sizeof(display_classes) / sizeof(display_classes[0]);
	    i++)
		if (cp >= display_classes[i].first &&
		    cp <= display_classes[i].last)
			return display_classes[i].class;
	return SHOWN;
}

int
display_is_harmless(uint32_t cp)
{
	return display_classify(cp) == SHOWN;
}

/* At most MOST bytes of a number in the digits that IS knows. */
static size_t
display_digits(const char *s, size_t most, int (*is)(int))
{
	size_t n = 0;

	while (n < most && is((unsigned char)s[n]))
		n++;
	return n;
}

/* The bytes of a colour after its code: "4", "04,12", "ff8800,000000". */
static size_t
display_skip_colour(const char *s, char code)
{
	size_t most = code == 0x03 ? 2 : 6, n, m;
	int (*is)(int) = code == 0x03 ? isdigit : isxdigit;

	n = display_digits(s, most, is);
	if (n == 0 || s[n] != ',')
		return n;
	m = display_digits(s + n + 1, most, is);
	return m == 0 ? n : n + 1 + m;
}

/* What stands for the character of N bytes at S; its length in *LEN. */
static const char *
display_character(const char *s, int n, uint32_t cp, int *marks, size_t *len)
{
	enum display_class class = n == -1 ? REPLACED : display_classify(cp);

	*len = 0;
	if (class == DROPPED)
		return "";
	*marks = class == SHOWN && utf8_width(cp) == 0 ? *marks + 1 : 0;
	if (*marks > DISPLAY_MARKS)
		return "";
	*len = class == SHOWN ? (size_t)n : class == SPACED ? 1 : 3;
	return class == SHOWN ? s : class == SPACED ? " " : REPLACEMENT;
}

size_t
display_clean(char *dst, size_t size, const char *src)
{
	size_t left = strlen(src), done = 0, len;
	uint32_t cp = 0;
	int n, marks = 0;
	const char *put;

	for (; left > 0; src += n, left -= n) {
		n = utf8_decode(&cp, src, left);
		put = display_character(src, n, cp, &marks, &len);
		if (done + len >= size)
			break;
		memcpy(dst + done, put, len);
		done += len;
		if (n == -1)
			n = 1;
		else if (cp == 0x03 || cp == 0x04)
			n += display_skip_colour(src + 1, *src);
	}
	dst[done] = '\0';
	return done;
}

void
display_open(int shown)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	display.shown = shown;
	display.colour = shown && (no == NULL || *no == '\0') &&
	    term != NULL && strcmp(term, "dumb") != 0;
}

/* "12:34 ", with the date if it was not today. */
static void
display_time(char *buf, size_t size, int64_t ms)
{
	time_t now = time(NULL), when = ms / 1000;
	struct tm then, today;

	*buf = '\0';
	if (!display.shown || localtime_r(&now, &today) == NULL ||
	    localtime_r(&when, &then) == NULL)
		return;
	if (then.tm_yday == today.tm_yday && then.tm_year == today.tm_year)
		strftime(buf, size, "%H:%M ", &then);
	else
		strftime(buf, size, "%Y-%m-%d %H:%M ", &then);
}

void
display_line(enum display_kind kind, int64_t when, const char *lead,
    const char *fmt, ...)
{
	char raw[DISPLAY_LINE], head[512], text[DISPLAY_LINE], at[32];
	char line[DISPLAY_LINE + 1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	display_clean(text, sizeof(text), raw);
	display_clean(head, sizeof(head), lead);
	display_time(at, sizeof(at), when);
	if (display.colour)
		snprintf(line, sizeof(line),
		    "\033[2m%s\033[0m%s%s\033[0m%s %s\033[0m", at,
		    display_looks[kind].lead, head, display_looks[kind].text,
		    text);
	else
		snprintf(line, sizeof(line), "%s%s %s", at, head, text);
	terminal_print(line);
}
