/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_CLEAN_H
#define CLIENT_CLEAN_H

#include <stddef.h>
#include <stdint.h>

/* What a terminal may be given of a text that may come from anybody. */

/* What a character is to us. */
enum clean_class {
	CLEAN_SHOWN,
	CLEAN_DROPPED,  /* formatting, or it changes the order of the rest */
	CLEAN_SPACED,   /* would end the line, or part it */
	CLEAN_REPLACED, /* a control of the terminal */
};

/* Marks on top of each other, before they climb over other rows. */
enum { CLEAN_MARKS = 6 };

#define CLEAN_REPLACEMENT "\357\277\275" /* U+FFFD */

enum clean_class clean_classify(uint32_t cp);
/* Bytes of a colour behind its CODE (0x03: one or two digits, 0x04: six
 * hexadecimal ones), where S begins: "4", "04,12", "ff8800,000000".  The first
 * *FG of them are the foreground, the last *BG, behind a comma, the background;
 * 0: there is none. */
size_t clean_colour(const char *s, char code, size_t *fg, size_t *bg);
/*
 * What stands in a clean text for the character CP, whose N bytes are at S; N
 * -1: invalid.  *MARKS counts marks: 0 at the beginning.  Its bytes are not
 * ended by a NUL; their number in *LEN, 0: nothing does.
 */
const char *clean_character(const char *s, int n, uint32_t cp, int *marks,
    size_t *len);

#endif
