/* SPDX-License-Identifier: ISC */
#ifndef IRC_PIN_H
#define IRC_PIN_H

#include <stddef.h>

/*
 * The pin of a server's key: SHA-256 of its SubjectPublicKeyInfo, as in
 * RFC 7469, written "sha256/" and base64.
 */

enum {
	PIN_BYTES = 32,
	PIN_TEXT = 7 + 44 + 1, /* as written, with its NUL */
};

/* Reads "sha256/BASE64", or BASE64 alone, of either alphabet, with padding or
 * without; -1 when it is none. */
int pin_read(unsigned char pin[PIN_BYTES], const char *text);
void pin_write(char text[PIN_TEXT], const unsigned char pin[PIN_BYTES]);

#endif
