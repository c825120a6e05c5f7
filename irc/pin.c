/* SPDX-License-Identifier: ISC */
/*
 * Pins: how the digest of a server's public key is written.  Pure.  Who makes
 * the digest has the key, and a library for it; people compare the words that
 * phrase.c makes of it.
 */

#include <string.h>

#include "base64.h"
#include "pin.h"

#define PIN_KIND "sha256/"

int
pin_read(unsigned char pin[PIN_BYTES], const char *text)
{
	unsigned char buf[PIN_BYTES];

	if (strncmp(text, PIN_KIND, strlen(PIN_KIND)) == 0)
		text += strlen(PIN_KIND);
	if (base64_read(buf, sizeof(buf), text, strlen(text)) != PIN_BYTES)
		return -1;
	memcpy(pin, buf, PIN_BYTES);
	return 0;
}

void
pin_write(char text[PIN_TEXT], const unsigned char pin[PIN_BYTES])
{
	memcpy(text, PIN_KIND, strlen(PIN_KIND));
	base64_write(text + strlen(PIN_KIND), PIN_TEXT - strlen(PIN_KIND), pin,
	    PIN_BYTES);
}
