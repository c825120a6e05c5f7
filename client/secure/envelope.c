/* SPDX-License-Identifier: ISC */
/*
 * Envelopes: the bytes that go from one moot to another, in a form that a tag
 * can hold.  Pure.  There is one text for each envelope: what decodes, but not
 * to that text again, is refused, so that a server cannot make two of one.
 */

#include <string.h>

#include "envelope.h"

enum { ENVELOPE_VERSION = 1 };

static const char envelope_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789-_";

long
envelope_encode(char *dst, size_t size, const uint8_t *src, size_t len)
{
	size_t i, done = 0, want = (len * 4 + 2) / 3;
	unsigned int bits = 0, have = 0;

	if (want >= size)
		return -1;
	for (i = 0; i < len; i++) {
		bits = (bits << 8 | src[i]) & 0xffff;
		for (have += 8; have >= 6; have -= 6)
			dst[done++] = envelope_digits[bits >> (have - 6) & 63];
	}
	if (have > 0)
		dst[done++] = envelope_digits[bits << (6 - have) & 63];
	dst[done] = '\0';
	return (long)done;
}

long
envelope_decode(uint8_t *dst, size_t size, const char *src, size_t len)
{
	size_t i, done = 0;
	unsigned int bits = 0, have = 0;
	const char *p;

	if (len % 4 == 1 || len / 4 * 3 + (len % 4) * 6 / 8 > size)
		return -1;
	for (i = 0; i < len; i++) {
		p = src[i] == '\0' ? NULL : strchr(envelope_digits, src[i]);
		if (p == NULL)
			return -1;
		bits = (bits << 6 | (unsigned int)(p - envelope_digits)) &
		    0xffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			dst[done++] = (uint8_t)(bits >> have);
		}
	}
	return bits & ((1u << have) - 1) ? -1 : (long)done;
}

int
envelope_parse(struct envelope *e, const char *text)
{
	uint8_t all[ENVELOPE_HEAD + ENVELOPE_DATA], *at = all + 2 + ENVELOPE_ID;
	long len = envelope_decode(all, sizeof(all), text, strlen(text));

	memset(e, 0, sizeof(*e));
	if (len < 2 + ENVELOPE_ID || all[0] != ENVELOPE_VERSION ||
	    all[1] < ENVELOPE_OFFER || all[1] > ENVELOPE_REFUSAL)
		return -1;
	e->kind = (enum envelope_kind)all[1];
	memcpy(e->id, all + 2, ENVELOPE_ID);
	len -= 2 + ENVELOPE_ID;
	if (e->kind == ENVELOPE_MESSAGE) {
		if (len < 4)
			return -1;
		e->counter = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
		    (uint32_t)at[2] << 8 | at[3];
		at += 4;
		len -= 4;
	}
	if (len > ENVELOPE_DATA)
		return -1;
	memcpy(e->data, at, (size_t)len);
	e->len = (size_t)len;
	return 0;
}

void
envelope_format(char text[ENVELOPE_TEXT], const struct envelope *e)
{
	uint8_t all[ENVELOPE_HEAD + ENVELOPE_DATA];
	size_t len = 2 + ENVELOPE_ID;

	all[0] = ENVELOPE_VERSION;
	all[1] = (uint8_t)e->kind;
	memcpy(all + 2, e->id, ENVELOPE_ID);
	if (e->kind == ENVELOPE_MESSAGE) {
		all[len++] = (uint8_t)(e->counter >> 24);
		all[len++] = (uint8_t)(e->counter >> 16);
		all[len++] = (uint8_t)(e->counter >> 8);
		all[len++] = (uint8_t)e->counter;
	}
	memcpy(all + len, e->data, e->len);
	envelope_encode(text, ENVELOPE_TEXT, all, len + e->len);
}
