/* SPDX-License-Identifier: ISC */

/*
 * Envelopes: which bytes are taken for one, and what fits into one.
 *
 * An envelope is copied into memory of just its size before it is looked at,
 * so that a sanitizer sees a step outside.
 */

#include <stdlib.h>
#include <string.h>

#include "../../ipc/envelope.h"
#include "check_ipc.h"

enum {
	LEAST = ENVELOPE_HEAD - offsetof(struct envelope, magic),
	MOST = ENVELOPE_MAX - offsetof(struct envelope, magic),
	TEXT = ENVELOPE_MAX - ENVELOPE_HEAD
};

/* How many bytes are in each part, and rooms. */
struct parts {
	uint16_t tags, account, line, alt, rooms;
};

static struct envelope e;

static void
envelope_build(const struct parts *p)
{
	static const char text[TEXT];
	uint16_t bytes = 0;

	memset(&e, 0, sizeof(e));
	e.type = 1;
	e.magic = ENVELOPE_MAGIC;
	e.size = ENVELOPE_HEAD;
	ck_assert_int_eq(envelope_add(&e, &e.ntags, text, p->tags), 0);
	ck_assert_int_eq(envelope_add(&e, &e.naccount, text, p->account), 0);
	ck_assert_int_eq(envelope_add(&e, &e.nline, text, p->line), 0);
	ck_assert_int_eq(envelope_add(&e, &e.nalt, text, p->alt), 0);
	ck_assert_int_eq(
	    envelope_add(&e, &bytes, text, (size_t)p->rooms * 8), 0);
	e.nrooms = p->rooms;
}

/* As msgrcv(2) leaves the first N payload bytes of E. */
static struct envelope *
envelope_received(size_t n)
{
	struct envelope *r = malloc(offsetof(struct envelope, magic) + n);

	ck_assert_ptr_nonnull(r);
	memcpy(r, &e, offsetof(struct envelope, magic) + n);
	return r;
}

/* Whether what has been found valid holds what it says. */
static int
parts_inside(const struct envelope *r, size_t n)
{
	const char *end =
	    (const char *)r + offsetof(struct envelope, magic) + n;
	uint32_t id, gen;
	unsigned i;

	if (n < LEAST || n > MOST || envelope_payload(r) != n ||
	    envelope_tags(r) != r->text || envelope_tags(r) + r->ntags > end ||
	    envelope_account(r) + r->naccount > end ||
	    envelope_line(r) + r->nline > end ||
	    envelope_alt(r) + r->nalt + (size_t)r->nrooms * 8 != end)
		return 0;
	for (i = 0; i < r->nrooms; i++)
		envelope_room(r, i, &id, &gen);
	return 1;
}

static int
valid(size_t n)
{
	struct envelope *r = envelope_received(n);
	int is = envelope_valid(r, n);

	/* an assertion costs more than all the rest */
	if (is && !parts_inside(r, n))
		ck_abort_msg("accepted, with a part outside");
	free(r);
	return is;
}

static const struct parts builds[] = {
	{ 0, 0, 0, 0, 0 },
	{ 1, 1, 1, 1, 1 },
	{ 0, 0, 510, 0, 0 },
	{ 100, 8, 300, 200, 0 },
	{ 4094, 30, 512, 512, 20 },
	{ 0, 0, 300, 300, ENVELOPE_ROOMS },
	{ TEXT, 0, 0, 0, 0 },
	{ 0, TEXT, 0, 0, 0 },
	{ 0, 0, TEXT, 0, 0 },
	{ 0, 0, 0, TEXT, 0 },
	{ 0, 0, 0, TEXT - ENVELOPE_ROOMS * 8, ENVELOPE_ROOMS },
};

START_TEST(test_valid)
{
	envelope_build(&builds[_i]);
	ck_assert(valid(envelope_payload(&e)));
}
END_TEST

/* Other lengths than its own are refused: all that are near it. */
START_TEST(test_length)
{
	size_t n, own;

	envelope_build(&builds[_i]);
	own = envelope_payload(&e);
	for (n = 0; n <= MOST; n += n + 40 < own || n > own + 40 ? 29 : 1)
		ck_assert_msg(valid(n) == (n == own), "%zu of %zu", n, own);
}
END_TEST

/* One bit wrong anywhere in the header, or two. */
START_TEST(test_bits)
{
	unsigned char *head =
	    (unsigned char *)&e + offsetof(struct envelope, magic);
	size_t bit, other, n, pairs;

	envelope_build(&builds[_i]);
	n = envelope_payload(&e);
	/* two only of small ones, for the time it takes */
	pairs = n < 1500 ? (size_t)LEAST * 8 : 0;
	for (bit = 0; bit < (size_t)LEAST * 8; bit++) {
		head[bit / 8] ^= (unsigned char)(1 << bit % 8);
		valid(n);
		/* of those that say how long what is */
		for (other = (offsetof(struct envelope, ntags) -
		    offsetof(struct envelope, magic)) * 8;
		    other < pairs; other++) {
			head[other / 8] ^= (unsigned char)(1 << other % 8);
			valid(n);
			head[other / 8] ^= (unsigned char)(1 << other % 8);
		}
		head[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	ck_assert(valid(n));
}
END_TEST

/* Fields that say how long what is, and the magic number: none may change. */
static const struct {
	const char *name;
	size_t offset, bytes;
	uint32_t xor;
} changes[] = {
#define CHANGE(field, xor)                                                    \
	{ #field " ^ " #xor, offsetof(struct envelope, field),                \
	    sizeof(((struct envelope *)0)->field), xor }
	CHANGE(magic, 1),
	CHANGE(magic, 0x80000000),
	CHANGE(magic, ENVELOPE_MAGIC),
	CHANGE(magic, 3), /* the version before */
	CHANGE(size, 1),
	CHANGE(size, 8),
	CHANGE(size, 0x10000),
	CHANGE(size, 0x80000000),
	CHANGE(size, 0xffffffff),
	CHANGE(ntags, 1),
	CHANGE(ntags, 0x8000),
	CHANGE(ntags, 0xffff),
	CHANGE(naccount, 1),
	CHANGE(naccount, 0x8000),
	CHANGE(naccount, 0xffff),
	CHANGE(nline, 1),
	CHANGE(nline, 0x8000),
	CHANGE(nline, 0xffff),
	CHANGE(nalt, 1),
	CHANGE(nalt, 0x8000),
	CHANGE(nalt, 0xffff),
	CHANGE(nrooms, 1),
	CHANGE(nrooms, 0x2000), /* times 8 is 0 in 16 bits */
	CHANGE(nrooms, 0x8000),
	CHANGE(nrooms, 0xffff),
#undef CHANGE
};

static void
change(int row)
{
	unsigned char *field = (unsigned char *)&e + changes[row].offset;
	size_t i;

	for (i = 0; i < changes[row].bytes; i++)
		field[i] ^= ((const unsigned char *)&changes[row].xor)[i];
}

START_TEST(test_change)
{
	int i;

	for (i = 0; i < ROWS(builds); i++) {
		envelope_build(&builds[i]);
		change(_i);
		ck_assert_msg(!valid((size_t)e.size -
		    offsetof(struct envelope, magic) <= MOST ?
		    envelope_payload(&e) : MOST), "%s", changes[_i].name);
		change(_i);
		change(_i);
		ck_assert_msg(!valid(LEAST), "%s", changes[_i].name);
	}
}
END_TEST

/* Sizes and counts that agree with each other and with nothing else. */
static const struct {
	const char *name;
	uint32_t size;
	struct parts parts;
	size_t n;
	int want;
} headers[] = {
	{ "nothing received", ENVELOPE_HEAD, { 0, 0, 0, 0, 0 }, 0, 0 },
	{ "a header but for a byte", ENVELOPE_HEAD, { 0, 0, 0, 0, 0 },
	    LEAST - 1, 0 },
	{ "a header", ENVELOPE_HEAD, { 0, 0, 0, 0, 0 }, LEAST, 1 },
	{ "size 0", 0, { 0, 0, 0, 0, 0 }, LEAST, 0 },
	{ "size less than the type", 7, { 0, 0, 0, 0, 0 }, LEAST, 0 },
	{ "size of the type", 8, { 0, 0, 0, 0, 0 }, LEAST, 0 },
	{ "size less than a header", ENVELOPE_HEAD - 1, { 0, 0, 0, 0, 0 },
	    LEAST - 1, 0 },
	{ "the most", ENVELOPE_MAX, { TEXT, 0, 0, 0, 0 }, MOST, 1 },
	{ "one more", ENVELOPE_MAX + 1, { TEXT, 1, 0, 0, 0 }, MOST, 0 },
	{ "text without a part", ENVELOPE_HEAD + 9, { 0, 0, 0, 0, 0 },
	    LEAST + 9, 0 },
	{ "a part without text", ENVELOPE_HEAD, { 0, 0, 9, 0, 0 }, LEAST, 0 },
	{ "parts that make 65536", ENVELOPE_HEAD,
	    { 0x8000, 0, 0x8000, 0, 0 }, LEAST, 0 },
	{ "a room but for a byte", ENVELOPE_HEAD + 7, { 0, 0, 0, 0, 1 },
	    LEAST + 7, 0 },
	{ "a room", ENVELOPE_HEAD + 8, { 0, 0, 0, 0, 1 }, LEAST + 8, 1 },
	{ "rooms", ENVELOPE_HEAD + ENVELOPE_ROOMS * 8,
	    { 0, 0, 0, 0, ENVELOPE_ROOMS }, LEAST + ENVELOPE_ROOMS * 8, 1 },
	{ "a room too many", ENVELOPE_HEAD + ENVELOPE_ROOMS * 8 + 8,
	    { 0, 0, 0, 0, ENVELOPE_ROOMS + 1 },
	    LEAST + ENVELOPE_ROOMS * 8 + 8, 0 },
};

START_TEST(test_header)
{
	const struct parts *p = &headers[_i].parts;

	memset(&e, 0, sizeof(e));
	e.magic = ENVELOPE_MAGIC;
	e.size = headers[_i].size;
	e.ntags = p->tags;
	e.naccount = p->account;
	e.nline = p->line;
	e.nalt = p->alt;
	e.nrooms = p->rooms;
	ck_assert_msg(valid(headers[_i].n) == headers[_i].want, "%s",
	    headers[_i].name);
}
END_TEST

/* ---- building ---- */

/* Adds ADD bytes to an envelope that has room for ROOM. */
static const struct {
	const char *name;
	size_t room, add;
	int want;
} adds[] = {
	{ "nothing", TEXT, 0, 0 },
	{ "a byte", TEXT, 1, 0 },
	{ "all", TEXT, TEXT, 0 },
	{ "one more than all", TEXT, TEXT + 1, -1 },
	{ "65535", TEXT, UINT16_MAX, -1 },
	{ "65536", TEXT, UINT16_MAX + 1, -1 },
	{ "no end", TEXT, SIZE_MAX, -1 },
	{ "no end, but for the size", TEXT, SIZE_MAX - ENVELOPE_MAX, -1 },
	{ "the last byte", 1, 1, 0 },
	{ "one more than the last", 1, 2, -1 },
	{ "no end, when nearly full", 1, SIZE_MAX, -1 },
	{ "nothing, when full", 0, 0, 0 },
	{ "a byte, when full", 0, 1, -1 },
};

START_TEST(test_add)
{
	const struct parts parts = {
		.tags = (uint16_t)(TEXT - adds[_i].room) };
	size_t n = adds[_i].add;
	static struct envelope was;
	char src[TEXT];

	envelope_build(&parts);
	memset(e.text + e.ntags, 'x', sizeof(e.text) - e.ntags);
	was = e;
	memset(src, 'y', sizeof(src));
	ck_assert_msg(envelope_add(&e, &e.nline, src, n) == adds[_i].want,
	    "%s", adds[_i].name);
	if (adds[_i].want != 0) {
		ck_assert_int_eq(memcmp(&e, &was, sizeof(e)), 0);
		return;
	}
	ck_assert_uint_eq(e.nline, n);
	ck_assert_uint_eq(e.size, was.size + n);
	ck_assert_int_eq(memcmp(envelope_line(&e), src, n), 0);
	ck_assert(n == adds[_i].room || envelope_line(&e)[n] == 'x');
	ck_assert(valid(envelope_payload(&e)));
}
END_TEST

/* A part may come in pieces; each is found where it was put. */
START_TEST(test_parts)
{
	uint32_t pair[2] = { 0x01020304, 0xfffefdfc }, id, gen;
	const struct parts none = { 0, 0, 0, 0, 0 };
	uint16_t bytes = 0;

	envelope_build(&none);
	envelope_add(&e, &e.ntags, "a=", 2);
	envelope_add(&e, &e.ntags, "b", 1);
	envelope_add(&e, &e.naccount, "ann", 3);
	envelope_add(&e, &e.nline, ":ann JOIN ", 10);
	envelope_add(&e, &e.nline, "#a", 2);
	envelope_add(&e, &e.nalt, ":ann JOIN #a ann :A", 19);
	envelope_add(&e, &bytes, pair, sizeof(pair));
	pair[0]++;
	envelope_add(&e, &bytes, pair, sizeof(pair));
	e.nrooms = 2;
	ck_assert_uint_eq(bytes, 16);
	ck_assert(valid(LEAST + 3 + 3 + 12 + 19 + 16));
	ck_assert(e.ntags == 3 && memcmp(envelope_tags(&e), "a=b", 3) == 0);
	ck_assert(
	    e.naccount == 3 && memcmp(envelope_account(&e), "ann", 3) == 0);
	ck_assert(e.nline == 12 &&
	    memcmp(envelope_line(&e), ":ann JOIN #a", 12) == 0);
	ck_assert(e.nalt == 19 &&
	    memcmp(envelope_alt(&e), ":ann JOIN #a ann :A", 19) == 0);
	envelope_room(&e, 0, &id, &gen);
	ck_assert(id == 0x01020304 && gen == 0xfffefdfc);
	envelope_room(&e, 1, &id, &gen);
	ck_assert(id == 0x01020305 && gen == 0xfffefdfc);
}
END_TEST

Suite *
check_envelope(void)
{
	Suite *s = suite_create("envelope");
	TCase *tc = tcase_create("envelope");

	tcase_set_timeout(tc, 60);
	ADD_ROWS(tc, test_valid, builds);
	ADD_ROWS(tc, test_length, builds);
	ADD_ROWS(tc, test_bits, builds);
	ADD_ROWS(tc, test_change, changes);
	ADD_ROWS(tc, test_header, headers);
	ADD_ROWS(tc, test_add, adds);
	tcase_add_test(tc, test_parts);
	suite_add_tcase(s, tc);
	return s;
}
