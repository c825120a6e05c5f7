/* SPDX-License-Identifier: ISC */
#ifndef SERVER_CONTROL_ROW_H
#define SERVER_CONTROL_ROW_H

#include "command.h"

/* The rows of an answer to mootctl(8), see control.h. */

enum { ROW_MAX = 12000 /* bytes of a row */ };

void row_begin(void);
/* A text of at most SIZE bytes, whether or not it ends before. */
void row_string(const char *name, const char *text, size_t size);
#define row_field(name, array) row_string(name, array, sizeof(array))
void row_text(const char *name, const char *text);
void row_format(const char *name, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void row_number(const char *name, long long n);
/* Replies the row. */
void row_end(struct command *c);

/* The end of all rows: ". ok" ... */
enum command_result rows_ok(struct command *c);
/* ... or ". error WHAT: TEXT", without TEXT when it is NULL. */
enum command_result rows_refuse(struct command *c, const char *what,
    const char *text);

#endif
