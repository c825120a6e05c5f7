/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_JSON_H
#define CLIENT_JSON_H

#include <stddef.h>
#include <stdint.h>

struct news;

/*
 * JSON: objects of one line each, RFC 8259, out of whatever bytes came.
 *
 *	json_begin(&j);
 *	json_string(&j, "nick", nick);
 *	json_flag(&j, "bot", is_bot);
 *	puts(json_end(&j));
 *
 * Text is always valid UTF-8: each byte of no character becomes U+FFFD.  What
 * could move a terminal's cursor, turn its text or end a line stands as an
 * escape, so a line may be shown as it is.
 */
struct json {
	char *text;       /* grows as needed and is kept from object to object;
	                   * json_clear() frees it */
	size_t len, size;
	int any;          /* a member stands before the next one */
	int failed;       /* no memory: json_end() returns NULL */
};

/* Begins an object; the one before it is gone.  J is zeroed at first. */
void json_begin(struct json *j);
/* A member each; KEY is printable ASCII without quotes.  VALUE may be NULL,
 * and the member is left out then. */
void json_string(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, int64_t value);
/* true, or left out. */
void json_flag(struct json *j, const char *key, int on);
/* Milliseconds since the Epoch, as "2026-01-31T12:34:56.789Z". */
void json_time(struct json *j, const char *key, int64_t when);
/* The object, without a line end, valid until the next json_begin(). */
const char *json_end(struct json *j);
void json_clear(struct json *j);

enum { JSON_TIME = 32 }; /* bytes for the text of a time, NUL included */

/* The text of a time: RFC 3339, UTC, milliseconds. */
void json_format_time(char buf[JSON_TIME], int64_t when);

/* The name of a kind of news, as in moot-json(5); NULL: no such kind. */
const char *json_type(int kind);
/* Makes J the object of a piece of news, as moot-json(5) has it: one line,
 * NULL without memory.  NETWORK may be NULL. */
const char *json_news(struct json *j, const char *network,
    const struct news *n);

#endif
