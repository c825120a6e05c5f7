/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SECURE_ENVELOPE_H
#define CLIENT_SECURE_ENVELOPE_H

#include <stddef.h>
#include <stdint.h>

/* What the tag +moot/secure holds, moot-security(7). */

enum {
	ENVELOPE_ID = 16,      /* bytes of the number of an agreement */
	ENVELOPE_HALF = 8,     /* of which the first are of who began */
	ENVELOPE_DATA = 2304,  /* most bytes behind the head */
	ENVELOPE_HEAD = 2 + ENVELOPE_ID + 4,
	ENVELOPE_TEXT = (ENVELOPE_HEAD + ENVELOPE_DATA) * 4 / 3 + 4,
};

enum envelope_kind {
	ENVELOPE_OFFER = 1, /* the three of the handshake */
	ENVELOPE_ANSWER,
	ENVELOPE_PROOF,
	ENVELOPE_MESSAGE,
	ENVELOPE_REFUSAL,
};

struct envelope {
	enum envelope_kind kind;
	uint8_t id[ENVELOPE_ID];
	uint32_t counter; /* of a message */
	uint8_t data[ENVELOPE_DATA];
	size_t len;
};

/* -1: TEXT is no envelope; nothing of it is trusted. */
int envelope_parse(struct envelope *e, const char *text);
void envelope_format(char text[ENVELOPE_TEXT], const struct envelope *e);

/* base64url without padding, and only in its one form; the length, or -1 when
 * it does not fit or is none. */
long envelope_encode(char *dst, size_t size, const uint8_t *src, size_t len);
long envelope_decode(uint8_t *dst, size_t size, const char *src, size_t len);

#endif
