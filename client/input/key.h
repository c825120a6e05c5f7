/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_KEY_H
#define CLIENT_KEY_H

#include <stddef.h>
#include <stdint.h>

/*
 * Keys: what the bytes that a terminal sends mean, whichever terminal it is:
 * xterm, rxvt, linux, tmux and those that speak CSI u.  The bytes come from
 * read(2), not from curses, whose names these would collide with otherwise.
 */

/* What is no character; those of Unicode end before. */
enum key_code {
	KEYCODE_ENTER = 0x110000,
	KEYCODE_TAB,
	KEYCODE_BACKSPACE,
	KEYCODE_ESCAPE, /* alone */
	KEYCODE_UP,
	KEYCODE_DOWN,
	KEYCODE_LEFT,
	KEYCODE_RIGHT,
	KEYCODE_HOME,
	KEYCODE_END,
	KEYCODE_INSERT,
	KEYCODE_DELETE,
	KEYCODE_PAGE_UP,
	KEYCODE_PAGE_DOWN,
	KEYCODE_FOCUS_IN,
	KEYCODE_FOCUS_OUT,
	KEYCODE_PASTE,      /* begins: characters, TAB and ENTER follow... */
	KEYCODE_PASTE_END,  /* ...all of them with KEYMOD_PASTED */
	KEYCODE_PRESS,      /* of a button of the mouse */
	KEYCODE_RELEASE,
	KEYCODE_DRAG,       /* it moves while a button is held */
	KEYCODE_WHEEL_UP,
	KEYCODE_WHEEL_DOWN,
	KEYCODE_OTHER,      /* a key, but none of these */
	KEYCODE_F1,         /* F2 is KEYCODE_F1 + 1, up to F24 */
	KEYCODE_F24 = KEYCODE_F1 + 23,
};

/* As xterm counts them. */
enum {
	KEYMOD_SHIFT = 1, /* of characters only with CTRL: others are capital */
	KEYMOD_ALT = 2,
	KEYMOD_CTRL = 4,
	KEYMOD_PASTED = 128,
};

enum {
	KEY_BYTES = 64,      /* of a key; a longer one is none, and eaten */
	KEY_WAIT = 50,       /* milliseconds for what follows ESC */
	KEY_PASTE_WAIT = 5000, /* and for the rest of a paste */
	KEY_NAME = 32,       /* bytes of the longest name, with its NUL */
};

struct key {
	uint32_t code;     /* a character or a key_code; ^A is 'a' with CTRL */
	unsigned int mods;
	int column, row;   /* of the mouse, from 0 */
	int button;        /* of the mouse, 1: left, 2: middle, 3: right */
};

/* What was read of a key that is not complete; all zero: nothing. */
struct key_reader {
	char bytes[KEY_BYTES];
	size_t len;
	int alt;      /* ESC came before it */
	int skipping; /* the rest of a key that is too long */
	int pasting, cr; /* CR came last, and CR LF is one line end */
};

/* Takes a byte; 1: *K is a key now, 0: it takes more. */
int key_take(struct key_reader *r, char byte, struct key *k);
/* After how many milliseconds of silence key_expire() is due; -1: never. */
int key_timeout(const struct key_reader *r);
/* Nothing more came: ESC was the key, or what came is forgotten and a paste
 * is over.  1: *K is a key now. */
int key_expire(struct key_reader *r, struct key *k);

/* "C-a", "M-Left", "F5", "PageUp": what it is called here and in moot(1). */
void key_spell(const struct key *k, char name[KEY_NAME]);
/* The key of that name; -1: there is none. */
int key_parse(const char *name, struct key *k);

/* What makes a terminal tell pastes from typing, and what ends that. */
#define KEY_PASTE_ON "\033[?2004h"
#define KEY_PASTE_OFF "\033[?2004l"

#endif
