/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_RECORD_H
#define CLIENT_SCREEN_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "client/news.h"

/* One line of the scrollback, in as little memory as it takes. */

struct footnote;
struct record;

/* NULL without memory.  STATE is a scrollback_state; F may be NULL, and stays
 * the caller's, also when the record is freed with free(3). */
struct record *record_make(const struct news *n, uint64_t place,
    unsigned int state, struct footnote *f);
/* What it was made from; the strings are the record's. */
void record_read(const struct record *r, struct news *n);
uint64_t record_place(const struct record *r);
unsigned int record_state(const struct record *r);
unsigned int record_flags(const struct record *r);
enum news_kind record_kind(const struct record *r);
/* NULL where there is none. */
const char *record_msgid(const struct record *r);
struct footnote *record_footnote(const struct record *r);
/* Bytes of memory it takes. */
size_t record_bytes(struct record *r);

/* The first and the last place of a millisecond, and the other way round. */
uint64_t record_place_of(int64_t when);
uint64_t record_last_place_of(int64_t when);
int64_t record_when_of(uint64_t place);

#endif
