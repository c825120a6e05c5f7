/* SPDX-License-Identifier: ISC */
/*
 * The line editor: bytes from the keyboard become a line.
 *
 * One function a key and one table of keys; a byte that is neither part of a
 * key nor of a character of UTF-8 is ignored, so the line is always valid
 * and holds no control, whatever is pasted.  What it looks like on the screen
 * is terminal.c's business.  There is one keyboard, so there is one line.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "display.h"
#include "edit.h"
#include "irc/utf8.h"

static struct {
	char text[EDIT_LINE + 1];
	size_t len, cursor;
	char key[8]; /* a key or character that is not complete yet */
	size_t keylen;
} edit;

static struct {
	char *line[EDIT_HISTORY];
	unsigned int end, at; /* serial numbers; at == end: the new line */
	char *draft;          /* the new line while an old one is shown */
} history;

int
edit_columns(const char *s, size_t len)
{
	uint32_t cp;
	size_t i;
	int n, columns = 0;

	for (i = 0; i < len; i += n) {
		n = utf8_decode(&cp, s + i, len - i);
		columns += n == -1 ? 1 : utf8_width(cp);
		if (n == -1)
			n = 1;
	}
	return columns;
}

size_t
edit_before(const char *s, size_t at)
{
	if (at > 0)
		do
			at--;
		while (at > 0 && (s[at] & 0xc0) == 0x80);
	return at;
}

size_t
edit_after(const char *s, size_t at)
{
	do
		at++;
	while ((s[at] & 0xc0) == 0x80);
	return at;
}

const char *
edit_text(void)
{
	return edit.text;
}

size_t
edit_cursor(void)
{
	return edit.cursor;
}

static void
edit_set(const char *text)
{
	snprintf(edit.text, sizeof(edit.text), "%s", text);
	edit.len = edit.cursor = strlen(edit.text);
}

static void
edit_insert(const char *s, size_t len)
{
	if (edit.len + len > EDIT_LINE)
		return;
	memmove(edit.text + edit.cursor + len, edit.text + edit.cursor,
	    edit.len - edit.cursor + 1);
	memcpy(edit.text + edit.cursor, s, len);
	edit.len += len;
	edit.cursor += len;
}

static void
edit_remove(size_t from, size_t to)
{
	memmove(edit.text + from, edit.text + to, edit.len - to + 1);
	edit.len -= to - from;
	edit.cursor = from;
}

/* ---- history ---- */

static void
history_add(const char *line)
{
	char **slot, *copy;

	copy = *line == '\0' ? NULL : strdup(line);
	if (copy != NULL) {
		slot = &history.line[history.end++ % EDIT_HISTORY];
		free(*slot);
		*slot = copy;
	}
	history.at = history.end;
	free(history.draft);
	history.draft = NULL;
}

static void
history_show(unsigned int at)
{
	if (history.at == history.end) {
		free(history.draft);
		history.draft = strdup(edit.text);
	}
	history.at = at;
	if (at != history.end)
		edit_set(history.line[at % EDIT_HISTORY]);
	else
		edit_set(history.draft != NULL ? history.draft : "");
}

/* ---- keys ---- */

static enum edit_result
key_home(void)
{
	edit.cursor = 0;
	return EDIT_MORE;
}

static enum edit_result
key_end(void)
{
	edit.cursor = edit.len;
	return EDIT_MORE;
}

static enum edit_result
key_left(void)
{
	edit.cursor = edit_before(edit.text, edit.cursor);
	return EDIT_MORE;
}

static enum edit_result
key_right(void)
{
	if (edit.cursor < edit.len)
		edit.cursor = edit_after(edit.text, edit.cursor);
	return EDIT_MORE;
}

static enum edit_result
key_backspace(void)
{
	edit_remove(edit_before(edit.text, edit.cursor), edit.cursor);
	return EDIT_MORE;
}

static enum edit_result
key_delete(void)
{
	if (edit.cursor < edit.len)
		edit_remove(edit.cursor, edit_after(edit.text, edit.cursor));
	return EDIT_MORE;
}

static enum edit_result
key_kill_before(void)
{
	edit_remove(0, edit.cursor);
	return EDIT_MORE;
}

static enum edit_result
key_kill_after(void)
{
	edit_remove(edit.cursor, edit.len);
	return EDIT_MORE;
}

static enum edit_result
key_kill_word(void)
{
	size_t from = edit.cursor;

	while (from > 0 && edit.text[from - 1] == ' ')
		from--;
	while (from > 0 && edit.text[from - 1] != ' ')
		from--;
	edit_remove(from, edit.cursor);
	return EDIT_MORE;
}

static enum edit_result
key_eof(void)
{
	return edit.len == 0 ? EDIT_END : key_delete();
}

static enum edit_result
key_clear(void)
{
	return EDIT_CLEAR;
}

static enum edit_result
key_enter(void)
{
	return EDIT_ENTER;
}

static enum edit_result
key_up(void)
{
	if (history.at > 0 && history.end - history.at < EDIT_HISTORY)
		history_show(history.at - 1);
	return EDIT_MORE;
}

static enum edit_result
key_down(void)
{
	if (history.at != history.end)
		history_show(history.at + 1);
	return EDIT_MORE;
}

static const struct key {
	const char *bytes;
	enum edit_result (*press)(void);
} keys[] = {
	{ "\001", key_home },        /* ^A */
	{ "\002", key_left },        /* ^B */
	{ "\004", key_eof },         /* ^D */
	{ "\005", key_end },         /* ^E */
	{ "\006", key_right },       /* ^F */
	{ "\010", key_backspace },   /* ^H */
	{ "\012", key_enter },       /* ^J */
	{ "\013", key_kill_after },  /* ^K */
	{ "\014", key_clear },       /* ^L */
	{ "\015", key_enter },       /* ^M */
	{ "\016", key_down },        /* ^N */
	{ "\020", key_up },          /* ^P */
	{ "\025", key_kill_before }, /* ^U */
	{ "\027", key_kill_word },   /* ^W */
	{ "\177", key_backspace },
	{ "\033[A", key_up },
	{ "\033[B", key_down },
	{ "\033[C", key_right },
	{ "\033[D", key_left },
	{ "\033[H", key_home },
	{ "\033[F", key_end },
	{ "\033[1~", key_home },
	{ "\033[3~", key_delete },
	{ "\033[4~", key_end },
	{ "\033[7~", key_home },
	{ "\033[8~", key_end },
	{ "\033OA", key_up },
	{ "\033OB", key_down },
	{ "\033OC", key_right },
	{ "\033OD", key_left },
	{ "\033OH", key_home },
	{ "\033OF", key_end },
};

/* Presses the key that the bytes so far are, if they are one; forgets them
 * unless more may make them one. */
static enum edit_result
edit_press(void)
{
	size_t i, len = edit.keylen;

	edit.keylen = 0;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strncmp(keys[i].bytes, edit.key, len) != 0)
			continue;
		if (keys[i].bytes[len] == '\0')
			return keys[i].press();
		edit.keylen = len;
		return EDIT_MORE;
	}
	/* An unknown key is eaten up to its end, which is not text. */
	if (edit.key[0] == '\033' && edit.key[1] == '[' &&
	    (unsigned char)edit.key[len - 1] < 0x40)
		edit.keylen = len < sizeof(edit.key) - 1 ? len : len - 1;
	return EDIT_MORE;
}

/* How many bytes the character that begins with C has. */
static size_t
edit_expect(unsigned char c)
{
	return c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
}

static int
edit_is_tail(char c)
{
	return (c & 0xc0) == 0x80;
}

enum edit_result
edit_byte(char c)
{
	uint32_t cp;

	/* A character cut short does not swallow what comes after it. */
	if (edit.keylen > 0 && (edit.key[0] & 0x80) && !edit_is_tail(c))
		edit.keylen = 0;
	edit.key[edit.keylen++] = c;
	edit.key[edit.keylen] = '\0';
	if ((unsigned char)edit.key[0] < 0x20 || edit.key[0] == 0x7f)
		return edit_press();
	if (edit.keylen < edit_expect(edit.key[0]))
		return EDIT_MORE;
	if (utf8_decode(&cp, edit.key, edit.keylen) == (int)edit.keylen &&
	    display_is_harmless(cp))
		edit_insert(edit.key, edit.keylen);
	edit.keylen = 0;
	return EDIT_MORE;
}

void
edit_begin(void)
{
	history_add(edit.text);
	edit_set("");
}

int
edit_cancel(void)
{
	if (edit.len == 0)
		return 0;
	edit_set("");
	edit.keylen = 0;
	history_add("");
	return 1;
}
