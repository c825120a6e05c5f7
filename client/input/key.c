/* SPDX-License-Identifier: ISC */
/*
 * Keys: from the bytes of a terminal to struct key, a byte at a time.
 *
 * There is no terminfo here: what terminals send has converged, and one that
 * is not described where moot runs works as well.  Where two terminals mean
 * different things by the same bytes, xterm is right.  A byte completes one
 * key at most; what is no key of anything is eaten to its end, so that it
 * never becomes text, and what is not UTF-8 is ignored.
 *
 * In a paste everything is text but the sequence that ends it: controls and
 * keys are dropped, or a web page could press keys here.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "irc/utf8.h"
#include "key.h"

enum {
	KEY_NUMBERS = 4, /* parameters looked at */
	ESC = 0x1b,
};

#define PASTE_END 201

/* Final bytes of CSI and SS3, numbers before '~', and what else stands for a
 * key in some terminal. */
static const struct key_row {
	char kind; /* '[', 'O' or '~' */
	unsigned char what;
	uint32_t code;
	unsigned int mods;
} key_rows[] = {
	{ '[', 'A', KEYCODE_UP, 0 },
	{ '[', 'B', KEYCODE_DOWN, 0 },
	{ '[', 'C', KEYCODE_RIGHT, 0 },
	{ '[', 'D', KEYCODE_LEFT, 0 },
	{ '[', 'F', KEYCODE_END, 0 },
	{ '[', 'H', KEYCODE_HOME, 0 },
	{ '[', 'I', KEYCODE_FOCUS_IN, 0 },
	{ '[', 'O', KEYCODE_FOCUS_OUT, 0 },
	{ '[', 'P', KEYCODE_F1, 0 },
	{ '[', 'Q', KEYCODE_F1 + 1, 0 },
	{ '[', 'R', KEYCODE_F1 + 2, 0 },
	{ '[', 'S', KEYCODE_F1 + 3, 0 },
	{ '[', 'Z', KEYCODE_TAB, KEYMOD_SHIFT },
	{ '[', 'a', KEYCODE_UP, KEYMOD_SHIFT }, /* rxvt */
	{ '[', 'b', KEYCODE_DOWN, KEYMOD_SHIFT },
	{ '[', 'c', KEYCODE_RIGHT, KEYMOD_SHIFT },
	{ '[', 'd', KEYCODE_LEFT, KEYMOD_SHIFT },
	{ 'O', 'A', KEYCODE_UP, 0 },
	{ 'O', 'B', KEYCODE_DOWN, 0 },
	{ 'O', 'C', KEYCODE_RIGHT, 0 },
	{ 'O', 'D', KEYCODE_LEFT, 0 },
	{ 'O', 'F', KEYCODE_END, 0 },
	{ 'O', 'H', KEYCODE_HOME, 0 },
	{ 'O', 'M', KEYCODE_ENTER, 0 }, /* of the keypad */
	{ 'O', 'P', KEYCODE_F1, 0 },
	{ 'O', 'Q', KEYCODE_F1 + 1, 0 },
	{ 'O', 'R', KEYCODE_F1 + 2, 0 },
	{ 'O', 'S', KEYCODE_F1 + 3, 0 },
	{ 'O', 'a', KEYCODE_UP, KEYMOD_CTRL }, /* rxvt */
	{ 'O', 'b', KEYCODE_DOWN, KEYMOD_CTRL },
	{ 'O', 'c', KEYCODE_RIGHT, KEYMOD_CTRL },
	{ 'O', 'd', KEYCODE_LEFT, KEYMOD_CTRL },
	{ 'O', 'j', '*', 0 }, /* the keypad's */
	{ 'O', 'k', '+', 0 },
	{ 'O', 'm', '-', 0 },
	{ 'O', 'n', '.', 0 },
	{ 'O', 'o', '/', 0 },
	{ 'O', 'p', '0', 0 },
	{ 'O', 'q', '1', 0 },
	{ 'O', 'r', '2', 0 },
	{ 'O', 's', '3', 0 },
	{ 'O', 't', '4', 0 },
	{ 'O', 'u', '5', 0 },
	{ 'O', 'v', '6', 0 },
	{ 'O', 'w', '7', 0 },
	{ 'O', 'x', '8', 0 },
	{ 'O', 'y', '9', 0 },
	{ '~', 1, KEYCODE_HOME, 0 },
	{ '~', 2, KEYCODE_INSERT, 0 },
	{ '~', 3, KEYCODE_DELETE, 0 },
	{ '~', 4, KEYCODE_END, 0 },
	{ '~', 5, KEYCODE_PAGE_UP, 0 },
	{ '~', 6, KEYCODE_PAGE_DOWN, 0 },
	{ '~', 7, KEYCODE_HOME, 0 }, /* rxvt */
	{ '~', 8, KEYCODE_END, 0 },
	{ '~', 11, KEYCODE_F1, 0 },
	{ '~', 12, KEYCODE_F1 + 1, 0 },
	{ '~', 13, KEYCODE_F1 + 2, 0 },
	{ '~', 14, KEYCODE_F1 + 3, 0 },
	{ '~', 15, KEYCODE_F1 + 4, 0 },
	{ '~', 17, KEYCODE_F1 + 5, 0 },
	{ '~', 18, KEYCODE_F1 + 6, 0 },
	{ '~', 19, KEYCODE_F1 + 7, 0 },
	{ '~', 20, KEYCODE_F1 + 8, 0 },
	{ '~', 21, KEYCODE_F1 + 9, 0 },
	{ '~', 23, KEYCODE_F1 + 10, 0 },
	{ '~', 24, KEYCODE_F1 + 11, 0 },
	{ '~', 25, KEYCODE_F1 + 12, 0 },
	{ '~', 26, KEYCODE_F1 + 13, 0 },
	{ '~', 28, KEYCODE_F1 + 14, 0 },
	{ '~', 29, KEYCODE_F1 + 15, 0 },
	{ '~', 31, KEYCODE_F1 + 16, 0 },
	{ '~', 32, KEYCODE_F1 + 17, 0 },
	{ '~', 33, KEYCODE_F1 + 18, 0 },
	{ '~', 34, KEYCODE_F1 + 19, 0 },
	{ '~', 200, KEYCODE_PASTE, 0 },
	{ '~', PASTE_END, KEYCODE_PASTE_END, 0 },
};

/* The names of those that are no character. */
static const struct {
	const char *name;
	uint32_t code;
} key_names[] = {
	{ "Enter", KEYCODE_ENTER },
	{ "Tab", KEYCODE_TAB },
	{ "Backspace", KEYCODE_BACKSPACE },
	{ "Escape", KEYCODE_ESCAPE },
	{ "Up", KEYCODE_UP },
	{ "Down", KEYCODE_DOWN },
	{ "Left", KEYCODE_LEFT },
	{ "Right", KEYCODE_RIGHT },
	{ "Home", KEYCODE_HOME },
	{ "End", KEYCODE_END },
	{ "Insert", KEYCODE_INSERT },
	{ "Delete", KEYCODE_DELETE },
	{ "PageUp", KEYCODE_PAGE_UP },
	{ "PageDown", KEYCODE_PAGE_DOWN },
	{ "FocusIn", KEYCODE_FOCUS_IN },
	{ "FocusOut", KEYCODE_FOCUS_OUT },
	{ "Paste", KEYCODE_PASTE },
	{ "PasteEnd", KEYCODE_PASTE_END },
	{ "Press", KEYCODE_PRESS },
	{ "Release", KEYCODE_RELEASE },
	{ "Drag", KEYCODE_DRAG },
	{ "WheelUp", KEYCODE_WHEEL_UP },
	{ "WheelDown", KEYCODE_WHEEL_DOWN },
	{ "Other", KEYCODE_OTHER },
	{ "Space", ' ' },
};

#define KEY_ROWS (sizeof(key_rows) / sizeof(key_rows[0]))
#define KEY_NAMES (sizeof(key_names) / sizeof(key_names[0]))

/* ---- characters ---- */

/* The same key whichever way it came: as a control, or as a letter with what
 * was held (CSI u). */
static void
key_set_character(struct key *k, uint32_t cp, unsigned int mods)
{
	static const struct {
		uint32_t cp, code;
	} names[] = {
		{ 0x09, KEYCODE_TAB },
		{ 0x0d, KEYCODE_ENTER },
		{ 0x1b, KEYCODE_ESCAPE },
		{ 0x7f, KEYCODE_BACKSPACE },
	};
	size_t i;

	k->code = cp;
	k->mods = mods;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (cp == names[i].cp) {
			k->code = names[i].code;
			return;
		}
	if (cp < 0x20) {
		k->code = cp >= 1 && cp <= 26 ? cp + 0x60 : cp + 0x40;
		k->mods |= KEYMOD_CTRL;
	} else if (mods & KEYMOD_CTRL) {
		if (cp >= 'A' && cp <= 'Z')
			k->code = cp + 0x20;
	} else if (mods & KEYMOD_SHIFT) {
		if (cp >= 'a' && cp <= 'z')
			k->code = cp - 0x20;
		k->mods &= ~KEYMOD_SHIFT;
	}
}

/* ---- sequences ---- */

/* "\033[1;5A" and the like, taken apart. */
struct sequence {
	char final, private;        /* '?', '<' ... before the numbers, or 0 */
	int number[KEY_NUMBERS][2]; /* "97:65;5:1": more parts are left out */
	size_t count;
};

static void
sequence_parse(struct sequence *q, const char *s, size_t len)
{
	size_t part = 0;
	int *n;

	memset(q, 0, sizeof(*q));
	q->final = s[len - 1];
	if (len > 1 && *s >= '<' && *s <= '?')
		q->private = *s;
	for (; len > 1 && q->count < KEY_NUMBERS; s++, len--) {
		n = &q->number[q->count][part < 2 ? part : 1];
		if (*s == ';') {
			q->count++;
			part = 0;
		} else if (*s == ':')
			part++;
		else if (*s >= '0' && *s <= '9' && part < 2 && *n < 1000000)
			*n = *n * 10 + (*s - '0');
	}
	if (q->count < KEY_NUMBERS)
		q->count++;
}

/* What was held: xterm's 1 + a sum of bits, in which 32 is Meta. */
static unsigned int
sequence_mods(int number)
{
	unsigned int bits = number > 0 && number <= 256 ?
	    (unsigned int)number - 1 : 0;

	return (bits & 7) | (bits & 32 ? KEYMOD_ALT : 0);
}

static int
key_lookup(struct key *k, char kind, int what, unsigned int mods)
{
	size_t i;

	for (i = 0; i < KEY_ROWS; i++)
		if (key_rows[i].kind == kind && key_rows[i].what == what) {
			k->code = key_rows[i].code;
			k->mods = key_rows[i].mods | mods;
			return 1;
		}
	k->code = KEYCODE_OTHER;
	k->mods = mods;
	return 1;
}

/* A button with what was held; AT and ROW count from 1. */
static int
key_mouse(struct key *k, int bits, int column, int row, int release)
{
	k->mods = (bits & 4 ? KEYMOD_SHIFT : 0) | (bits & 8 ? KEYMOD_ALT : 0) |
	    (bits & 16 ? KEYMOD_CTRL : 0);
	k->column = column > 0 ? column - 1 : 0;
	k->row = row > 0 ? row - 1 : 0;
	k->button = (bits & 3) + 1;
	if (bits & 64)
		k->code = (bits & 3) == 0 ? KEYCODE_WHEEL_UP :
		    (bits & 3) == 1 ? KEYCODE_WHEEL_DOWN : KEYCODE_OTHER;
	else if (release || (bits & 3) == 3)
		k->code = KEYCODE_RELEASE;
	else
		k->code = bits & 32 ? KEYCODE_DRAG : KEYCODE_PRESS;
	/* It moves and no button is held: nobody wants to know. */
	return (bits & 35) != 35;
}

/* "97;5u": a character, with what was held. */
static int
key_unicode(struct key *k, const struct sequence *q, int cp, int mods)
{
	uint32_t shifted = (uint32_t)q->number[0][1];
	unsigned int held = sequence_mods(mods);

	/* Keys of the private area are Caps Lock, the volume and so on. */
	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xf8ff)) {
		k->code = KEYCODE_OTHER;
		k->mods = held;
		return 1;
	}
	if ((held & KEYMOD_SHIFT) && !(held & KEYMOD_CTRL) && shifted >= ' ' &&
	    shifted <= 0x10ffff)
		key_set_character(k, shifted, held & ~KEYMOD_SHIFT);
	else
		key_set_character(k, (uint32_t)cp, held);
	return 1;
}

/* What the sequence of LEN bytes behind "\033[" is; 0: nothing. */
static int
key_csi(struct key *k, const char *s, size_t len)
{
	/* rxvt tells by the final byte what was held. */
	static const char rxvt[] = "~$^@";
	struct sequence q;
	const char *held;
	int first, second, third;

	sequence_parse(&q, s, len);
	first = q.number[0][0];
	second = q.number[1][0];
	third = q.number[2][0];
	if (*s == '[') /* the console's F1 to F5 */
		return key_lookup(k, '~', 11 + s[len - 1] - 'A', 0);
	if (q.private == '<')
		return key_mouse(k, first, second, third, q.final == 'm');
	/* Answers of the terminal, and keys that are let go, are none. */
	if (q.private != 0 || q.number[1][1] == 3)
		return 0;
	if (q.final == 'u')
		return key_unicode(k, &q, first, second);
	if (q.final == '~' && first == 27 && q.count == 3)
		return key_unicode(k, &q, third, second);
	held = strchr(rxvt, q.final);
	if (held == NULL)
		return key_lookup(k, '[', q.final, sequence_mods(second));
	return key_lookup(k, '~', first, sequence_mods(second) |
	    (held - rxvt == 1 || held - rxvt == 3 ? KEYMOD_SHIFT : 0) |
	    (held - rxvt >= 2 ? KEYMOD_CTRL : 0));
}

/* "\033OA", and "\033O5A" of some. */
static int
key_ss3(struct key *k, const char *s, size_t len)
{
	struct sequence q;

	sequence_parse(&q, s, len);
	return key_lookup(k, 'O', q.final,
	    sequence_mods(q.number[q.count - 1][0]));
}

/* Whether the sequence that was read, of which two bytes are no part, goes on
 * after its last byte. */
static int
key_is_open(const char *s, size_t len)
{
	unsigned char c = (unsigned char)s[len - 1];

	if (len == 1)
		return c == '[' || (c >= 0x20 && c < 0x40);
	if (*s == '[')
		return 0;
	/* A number and '$' is rxvt's; behind '?' it is the middle of an
	 * answer. */
	if (c == '$')
		return *s == '?';
	return c >= 0x20 && c < 0x40;
}

/* ---- the reader ---- */

/* In a paste only text is text. */
static int
key_filter(struct key_reader *r, struct key *k)
{
	int cr = r->cr;

	r->cr = 0;
	if (k->code == KEYCODE_PASTE_END) {
		if (!r->pasting)
			return 0;
		r->pasting = 0;
	} else if (k->code == KEYCODE_PASTE) {
		if (r->pasting)
			return 0;
		r->pasting = 1;
	} else if (r->pasting) {
		k->mods &= ~(unsigned int)KEYMOD_ALT;
		if (k->code == 'j' && k->mods == KEYMOD_CTRL && cr)
			return 0;
		r->cr = k->code == KEYCODE_ENTER;
		if (k->code == 'j' && k->mods == KEYMOD_CTRL) {
			k->code = KEYCODE_ENTER;
			k->mods = 0;
		}
		if (k->mods != 0 || (k->code > 0x10ffff &&
		    k->code != KEYCODE_ENTER && k->code != KEYCODE_TAB))
			return 0;
		k->mods = KEYMOD_PASTED;
	}
	return 1;
}

/* The key is complete: all that was read is forgotten. */
static int
key_finish(struct key_reader *r, struct key *k)
{
	if (r->alt)
		k->mods |= KEYMOD_ALT;
	r->len = 0;
	r->alt = 0;
	return key_filter(r, k);
}

static int
key_take_character(struct key_reader *r, struct key *k)
{
	unsigned char c = (unsigned char)r->bytes[0];
	size_t want = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
	uint32_t cp;

	if (r->len < want)
		return 0;
	if (utf8_decode(&cp, r->bytes, r->len) != (int)want) {
		r->len = 0;
		r->alt = 0;
		return 0;
	}
	/* C1 controls are no key, and no text. */
	if (cp >= 0x80 && cp < 0xa0) {
		r->len = 0;
		r->alt = 0;
		return 0;
	}
	key_set_character(k, cp, 0);
	return key_finish(r, k);
}

/* The byte behind ESC. */
static int
key_take_second(struct key_reader *r, struct key *k)
{
	char c = r->bytes[1];

	if (c == '[' || c == 'O')
		return 0;
	r->alt = 1;
	r->bytes[0] = c;
	r->len = 1;
	return c == ESC ? 0 : key_take_character(r, k);
}

/* "\033[M" and three bytes: a mouse as it was before there was SGR. */
static int
key_take_x10(struct key_reader *r, struct key *k)
{
	const unsigned char *b = (const unsigned char *)r->bytes;

	if (r->len < 6)
		return 0;
	return key_mouse(k, b[3] - 32, b[4] - 32, b[5] - 32, 0) ?
	    key_finish(r, k) : (int)(r->len = 0);
}

static int
key_take_sequence(struct key_reader *r, struct key *k)
{
	const char *s = r->bytes + 2;
	size_t len = r->len - 2;
	int found;

	if (r->bytes[1] == '[' && *s == 'M' && !r->pasting)
		return key_take_x10(r, k);
	if (key_is_open(s, len) && !(r->bytes[1] == 'O' && *s == '[')) {
		if (r->len == KEY_BYTES) {
			r->len--;
			r->skipping = 1;
		}
		return 0;
	}
	if (r->skipping)
		found = 0;
	else if (r->bytes[1] == '[')
		found = key_csi(k, s, len);
	else
		found = key_ss3(k, s, len);
	r->skipping = 0;
	if (found)
		return key_finish(r, k);
	r->len = 0;
	r->alt = 0;
	return 0;
}

/* Whether the byte cannot be part of what was read. */
static int
key_is_cut(const struct key_reader *r, unsigned char c)
{
	if (r->len == 0)
		return 0;
	if (r->bytes[0] & 0x80)
		return (c & 0xc0) != 0x80;
	/* A sequence has no controls in it; X10's mouse may have bytes. */
	return r->len >= 2 && (c < 0x20 || c >= 0x7f) &&
	    !(r->bytes[1] == '[' && r->len > 2 && r->bytes[2] == 'M' &&
	    c >= 0x7f);
}

int
key_take(struct key_reader *r, char byte, struct key *k)
{
	if (key_is_cut(r, (unsigned char)byte)) {
		r->len = 0;
		r->alt = 0;
		r->skipping = 0;
	}
	memset(k, 0, sizeof(*k));
	r->bytes[r->len++] = byte;
	if (r->bytes[0] != ESC)
		return key_take_character(r, k);
	if (r->len == 1)
		return 0;
	return r->len == 2 ? key_take_second(r, k) : key_take_sequence(r, k);
}

int
key_timeout(const struct key_reader *r)
{
	return r->pasting ? KEY_PASTE_WAIT : r->len > 0 ? KEY_WAIT : -1;
}

int
key_expire(struct key_reader *r, struct key *k)
{
	char second = r->len == 2 ? r->bytes[1] : '\0';
	int escape = r->len > 0 && r->bytes[0] == ESC && r->len <= 2;

	memset(k, 0, sizeof(*k));
	r->len = 0;
	r->skipping = 0;
	if (r->pasting) {
		k->code = KEYCODE_PASTE_END;
		return key_finish(r, k);
	}
	if (!escape) {
		r->alt = 0;
		return 0;
	}
	if (second != '\0') /* Alt-[ or Alt-O */
		r->alt = 1;
	key_set_character(k, second != '\0' ? (uint32_t)second : ESC, 0);
	return key_finish(r, k);
}

/* ---- names ---- */

static void
key_spell_code(uint32_t code, char *name, size_t size)
{
	size_t i;

	for (i = 0; i < KEY_NAMES; i++)
		if (key_names[i].code == code) {
			snprintf(name, size, "%s", key_names[i].name);
			return;
		}
	if (code >= KEYCODE_F1 && code <= KEYCODE_F24)
		snprintf(name, size, "F%u",
		    (unsigned int)(code - KEYCODE_F1 + 1));
	else if (code <= 0x10ffff)
		name[utf8_encode(name, code)] = '\0';
}

void
key_spell(const struct key *k, char name[KEY_NAME])
{
	int n;

	n = snprintf(name, KEY_NAME, "%s%s%s",
	    k->mods & KEYMOD_CTRL ? "C-" : "",
	    k->mods & KEYMOD_ALT ? "M-" : "",
	    k->mods & KEYMOD_SHIFT ? "S-" : "");
	key_spell_code(k->code, name + n, KEY_NAME - (size_t)n);
}

/* Takes "C-", "M-" and "S-" off NAME, in any order. */
static unsigned int
key_parse_mods(const char **name)
{
	static const struct {
		char letter;
		unsigned int mod;
	} letters[] = {
		{ 'C', KEYMOD_CTRL },
		{ 'M', KEYMOD_ALT },
		{ 'S', KEYMOD_SHIFT },
	};
	unsigned int mods = 0;
	size_t i = 0;

	while (i < sizeof(letters) / sizeof(letters[0])) {
		if (**name == letters[i].letter && (*name)[1] == '-' &&
		    (*name)[2] != '\0') {
			mods |= letters[i].mod;
			*name += 2;
			i = 0;
		} else
			i++;
	}
	return mods;
}

int
key_parse(const char *name, struct key *k)
{
	unsigned int mods = key_parse_mods(&name);
	size_t i, len = strlen(name);
	uint32_t cp;
	long f;

	memset(k, 0, sizeof(*k));
	k->mods = mods;
	for (i = 0; i < KEY_NAMES; i++)
		if (strcmp(key_names[i].name, name) == 0) {
			k->code = key_names[i].code;
			return 0;
		}
	if (len > 0 && utf8_decode(&cp, name, len) == (int)len) {
		if (cp < 0x20 || cp == 0x7f)
			return -1;
		key_set_character(k, cp, mods);
		return 0;
	}
	if (*name != 'F' || strspn(name + 1, "0123456789") != len - 1)
		return -1;
	f = strtol(name + 1, NULL, 10);
	if (f < 1 || f > 24)
		return -1;
	k->code = KEYCODE_F1 + (uint32_t)f - 1;
	return 0;
}
