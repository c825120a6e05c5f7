/* SPDX-License-Identifier: ISC */
/*
 * Hyper: what is written to the terminal past curses.
 *
 * Curses does not know links (OSC 8), so once it has drawn, the text of each
 * link on the screen is written once more, between the sequences
 * that make it one; the terminal saves and restores cursor and colours around
 * it, so curses notices nothing.  Each part of a link that was wrapped carries
 * the whole address and the same id, by which terminals take them for one.
 *
 * Every byte of it is either ours, or printable ASCII (link_uri()), or was
 * cleaned by format.c.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/input/key.h"
#include "hyper.h"
#include "irc/name.h"

#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1000l\033[?1006l"
#define FOCUS_ON "\033[?1004h"
#define FOCUS_OFF "\033[?1004l"
#define TITLE_SAVE "\033[22;0t"
#define TITLE_RESTORE "\033[23;0t"

static struct {
	int able, links, mouse;
	int runs;
	char *out; /* what makes the links of the screen such */
	size_t len, size;
	char title[HYPER_TITLE];
} hyper;

static void
hyper_write(const char *s)
{
	canvas_raw(s, strlen(s));
}

static int
hyper_is_able(void)
{
	static const char *const unable[] = { "linux", "vt1", "vt2", "vt3",
		"cons", "ansi", "dumb", "wsvt" };
	const char *term = getenv("TERM");
	size_t i;

	for (i = 0; i < sizeof(unable) / sizeof(unable[0]); i++)
		if (term == NULL ||
		    strncmp(term, unable[i], strlen(unable[i])) == 0)
			return 0;
	return 1;
}

void
hyper_open(int links, int mouse)
{
	hyper.able = hyper_is_able();
	hyper.links = links && hyper.able;
	hyper.mouse = mouse;
	hyper_write(KEY_PASTE_ON);
	hyper_write(hyper.able ? FOCUS_ON TITLE_SAVE : "");
	hyper_write(mouse ? MOUSE_ON : "");
}

void
hyper_close(void)
{
	hyper_write(KEY_PASTE_OFF);
	hyper_write(hyper.able ? FOCUS_OFF : "");
	hyper_write(hyper.mouse ? MOUSE_OFF : "");
	hyper_write(hyper.able ? TITLE_RESTORE : "");
	*hyper.title = '\0';
}

/* ---- links ---- */

void
hyper_begin(void)
{
	hyper.runs = 0;
	hyper.len = 0;
}

static void
hyper_append(const char *s, size_t len)
{
	size_t size = hyper.size == 0 ? 4096 : hyper.size;
	char *p;

	while (size < hyper.len + len)
		size *= 2;
	if (size != hyper.size) {
		p = realloc(hyper.out, size);
		if (p == NULL)
			return; /* a link less */
		hyper.out = p;
		hyper.size = size;
	}
	memcpy(hyper.out + hyper.len, s, len);
	hyper.len += len;
}

/* The colour and attributes of P, as xterm and all that can do links have. */
static int
hyper_paint(char *buf, size_t size, const struct paint *p)
{
	static const char *const attributes[] = { ";1", ";2", ";3", ";4",
		";7" };
	int len = snprintf(buf, size, "\033[0"), colours = canvas_colours();
	size_t i;

	for (i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (p->attributes & 1U << i)
			len += snprintf(buf + len, size - len, "%s",
			    attributes[i]);
	if (p->fg >= 0 && p->fg < colours)
		len += snprintf(buf + len, size - len,
		    p->fg < 8 ? ";3%d" : ";38;5;%d", p->fg);
	if (p->bg >= 0 && p->bg < colours)
		len += snprintf(buf + len, size - len,
		    p->bg < 8 ? ";4%d" : ";48;5;%d", p->bg);
	return len + snprintf(buf + len, size - len, "m");
}

void
hyper_add(int y, int x, const char *text, const struct link *l, size_t from,
    size_t to, const struct paint *p)
{
	char uri[LINK_URI * 3], head[LINK_URI * 3 + 64];
	int len;

	if (!hyper.links || hyper.runs == HYPER_RUNS ||
	    link_uri(uri, sizeof(uri), text, l) == 0)
		return;
	hyper.runs++;
	len = snprintf(head, sizeof(head), "\033[%d;%dH\033]8;id=%x;%s\033\\",
	    y + 1, x + 1, (unsigned int)name_hash(uri), uri);
	hyper_append(head, len);
	len = hyper_paint(head, sizeof(head), p);
	hyper_append(head, len);
	hyper_append(text + from, to - from);
	hyper_append("\033]8;;\033\\", strlen("\033]8;;\033\\"));
}

void
hyper_show(void)
{
	if (hyper.len > 0) {
		hyper_write("\0337");
		canvas_raw(hyper.out, hyper.len);
		hyper_write("\033[0m\0338");
	}
	hyper.len = 0;
}

/* ---- titles, the clipboard ---- */

void
hyper_title(const char *title)
{
	char out[HYPER_TITLE + 16];

	if (!hyper.able || strncmp(title, hyper.title, HYPER_TITLE - 1) == 0)
		return;
	snprintf(hyper.title, sizeof(hyper.title), "%s", title);
	snprintf(out, sizeof(out), "\033]0;%s\007", hyper.title);
	hyper_write(out);
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789+/";

/* Three bytes, or what is left of them, as four characters. */
static void
hyper_base64(char out[4], const unsigned char *in, size_t len)
{
	unsigned int bits = in[0] << 16;

	if (len > 1)
		bits |= in[1] << 8;
	if (len > 2)
		bits |= in[2];
	out[0] = base64[bits >> 18 & 63];
	out[1] = base64[bits >> 12 & 63];
	out[2] = len > 1 ? base64[bits >> 6 & 63] : '=';
	out[3] = len > 2 ? base64[bits & 63] : '=';
}

int
hyper_copy(const char *text, size_t len)
{
	char four[4];
	size_t i;

	if (!hyper.able)
		return -1;
	if (len > HYPER_CLIPBOARD)
		len = HYPER_CLIPBOARD;
	hyper_write("\033]52;c;");
	for (i = 0; i < len; i += 3) {
		hyper_base64(four, (const unsigned char *)text + i, len - i);
		canvas_raw(four, sizeof(four));
	}
	hyper_write("\007");
	return 0;
}
