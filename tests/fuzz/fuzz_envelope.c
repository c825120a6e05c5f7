/* SPDX-License-Identifier: ISC */

/*
 * Takes the input for what msgrcv(2) left of a message: bytes that anybody
 * with our user ID may have put into a queue.  If they are found to be an
 * envelope, then each part and each room lies in them, they fill it, and an
 * envelope built of these parts has the same text.
 *
 * Then once more with the magic number and the size put right, or hardly any
 * input would come past them.
 */

#include "../../ipc/envelope.h"
#include "fuzz.h"

enum {
	TYPE = offsetof(struct envelope, magic),
	LEAST = ENVELOPE_HEAD - TYPE,
	MOST = ENVELOPE_MAX - TYPE
};

/* Reads LEN bytes at PART, which must be where the last one ended. */
static void
check_part(const char *part, size_t len, const char **from, const char *end)
{
	volatile char c;
	size_t i;

	MUST(part == *from && len <= (size_t)(end - part));
	for (i = 0; i < len; i++)
		c = part[i];
	(void)c;
	*from = part + len;
}

static void
check_parts(const struct envelope *e, size_t n)
{
	const char *from = e->text, *end = (const char *)e + TYPE + n;
	uint32_t pair[2];
	unsigned i;

	check_part(envelope_tags(e), e->ntags, &from, end);
	check_part(envelope_account(e), e->naccount, &from, end);
	check_part(envelope_line(e), e->nline, &from, end);
	check_part(envelope_alt(e), e->nalt, &from, end);
	MUST(e->nrooms <= ENVELOPE_ROOMS);
	for (i = 0; i < e->nrooms; i++) {
		envelope_room(e, i, &pair[0], &pair[1]);
		MUST(memcmp(from, pair, sizeof(pair)) == 0);
		from += sizeof(pair);
	}
	MUST(from == end);
}

static void
check_again(const struct envelope *e)
{
	static struct envelope again;
	uint16_t bytes = 0;
	uint32_t pair[2];
	unsigned i;

	memset(&again, 0, sizeof(again));
	memcpy(&again, e, ENVELOPE_HEAD);
	again.size = ENVELOPE_HEAD;
	again.ntags = again.naccount = again.nline = again.nalt = 0;
	MUST(envelope_add(&again, &again.ntags, envelope_tags(e),
	    e->ntags) == 0);
	MUST(envelope_add(&again, &again.naccount, envelope_account(e),
	    e->naccount) == 0);
	MUST(envelope_add(&again, &again.nline, envelope_line(e),
	    e->nline) == 0);
	MUST(envelope_add(&again, &again.nalt, envelope_alt(e),
	    e->nalt) == 0);
	for (i = 0; i < e->nrooms; i++) {
		envelope_room(e, i, &pair[0], &pair[1]);
		MUST(envelope_add(&again, &bytes, pair, sizeof(pair)) == 0);
	}
	MUST(again.size == e->size && memcmp(&again, e, e->size) == 0);
	MUST(envelope_valid(&again, envelope_payload(&again)));
}

static void
check_envelope(const struct envelope *e, size_t n)
{
	if (!envelope_valid(e, n))
		return;
	MUST(n >= LEAST && n <= MOST && envelope_payload(e) == n);
	check_parts(e, n);
	check_again(e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = size < MOST ? size : MOST;
	/* of just that size, so that a sanitizer sees a step outside */
	struct envelope *e = malloc(TYPE + n);

	MUST(e != NULL);
	e->type = 1;
	if (n > 0)
		memcpy((char *)e + TYPE, data, n);
	check_envelope(e, n);
	if (n >= LEAST) {
		e->magic = ENVELOPE_MAGIC;
		e->size = (uint32_t)(TYPE + n);
		check_envelope(e, n);
	}
	free(e);
	return 0;
}
