/* SPDX-License-Identifier: ISC */
/*
 * The display: how an event becomes a line, and how that line is made safe.
 *
 * Everything that is shown goes through display_line(), and everything that
 * goes through it is cleaned there, after it was put together, whoever it
 * came from: there is no other way to the terminal for a byte of another
 * person's.  Colours and the time are added afterwards and only on a
 * terminal, unless a setting has it otherwise.  A pipe gets "sender text" and
 * nothing else, which also reads well aloud.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/clean.h"
#include "client/setting/setting.h"
#include "display.h"
#include "irc/utf8.h"
#include "terminal.h"

enum {
	/* Over the longest line a server sends; whatever grows is cut. */
	DISPLAY_LINE = 8192,
};

static struct {
	int shown, coloured; /* unless the settings say otherwise */
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

int
display_is_harmless(uint32_t cp)
{
	return clean_classify(cp) == CLEAN_SHOWN;
}

size_t
display_clean(char *dst, size_t size, const char *src)
{
	size_t left = strlen(src), done = 0, len, fg, bg;
	uint32_t cp = 0;
	int n, marks = 0;
	const char *put;

	for (; left > 0; src += n, left -= n) {
		n = utf8_decode(&cp, src, left);
		put = clean_character(src, n, cp, &marks, &len);
		if (done + len >= size)
			break;
		memcpy(dst + done, put, len);
		done += len;
		if (n == -1)
			n = 1;
		else if (cp == 0x03 || cp == 0x04)
			/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
			n += clean_colour(src + 1, *src, &fg, &bg);
	}
	dst[done] = '\0';
	return done;
}

void
display_open(int shown)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	display.shown = shown;
	display.coloured = shown && (no == NULL || *no == '\0') &&
	    term != NULL && strcmp(term, "dumb") != 0;
}

/* Of a setting that is auto, on or off. */
static int
display_wants(const char *name, int usual)
{
	return setting_is(name, "auto") ? usual : setting_is(name, "on");
}

/* The format is the user's own, who may ask for a line end with it. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static size_t
display_put_time(char *buf, size_t size, const struct tm *tm)
{
	return strftime(buf, size, setting_text("time-format"), tm);
}
#pragma GCC diagnostic pop

/* "12:34 ", with the date if it was not today. */
static void
display_time(char *buf, size_t size, int64_t ms)
{
	time_t now = time(NULL), when = ms / 1000;
	struct tm then, today;
	size_t len = 0;

	*buf = '\0';
	if (!display_wants("times", display.shown) ||
	    localtime_r(&now, &today) == NULL ||
	    localtime_r(&when, &then) == NULL)
		return;
	if (then.tm_yday != today.tm_yday || then.tm_year != today.tm_year)
		len = strftime(buf, size, "%Y-%m-%d ", &then);
	buf[len] = '\0';
	len += display_put_time(buf + len, size - len - 1, &then);
	snprintf(buf + len, size - len, " ");
}

void
display_line(enum display_kind kind, int64_t when, const char *lead,
    const char *fmt, ...)
{
	char raw[DISPLAY_LINE], head[512], text[DISPLAY_LINE];
	char raw_at[128], at[384];
	char line[DISPLAY_LINE + 1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	display_clean(text, sizeof(text), raw);
	display_clean(head, sizeof(head), lead);
	display_time(raw_at, sizeof(raw_at), when);
	display_clean(at, sizeof(at), raw_at);
	if (display_wants("colours", display.coloured))
		snprintf(line, sizeof(line),
		    "\033[2m%s\033[0m%s%s\033[0m%s %s\033[0m", at,
		    display_looks[kind].lead, head, display_looks[kind].text,
		    text);
	else
		snprintf(line, sizeof(line), "%s%s %s", at, head, text);
	terminal_print(line);
}
