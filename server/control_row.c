/* SPDX-License-Identifier: ISC */
/*
 * Rows of answers to mootctl(8), in the form that control.h describes: one is
 * made at a time, field by field, and what does not fit it is left out and
 * told to the log.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "control_row.h"
#include "log.h"

/* The row being made. */
static struct {
	char text[ROW_MAX];
	size_t used;
	int full;
} row;

void
row_begin(void)
{
	row.used = 0;
	row.full = 0;
}

static void
row_add(const char *text, size_t len)
{
	if (row.full || len >= sizeof(row.text) - row.used) {
		row.full = 1;
		return;
	}
	memcpy(row.text + row.used, text, len);
	row.used += len;
}

static void
row_name(const char *name, char kind)
{
	char head[48];
	int n = snprintf(head, sizeof(head), "%s%s=%c",
	    row.used > 0 ? "\t" : "", name, kind);

	row_add(head, (size_t)n);
}

/* Adds up to SIZE bytes of TEXT, escaped. */
static void
row_escaped(const char *text, size_t size)
{
	static const char special[] = "\t\n\\", letter[] = "tn\\";
	size_t i, n = strnlen(text, size);
	const char *p;
	char escape[2] = { '\\', 0 };

	for (i = 0; i < n; i++) {
		if ((p = strchr(special, text[i])) == NULL) {
			row_add(text + i, 1);
			continue;
		}
		escape[1] = letter[p - special];
		row_add(escape, 2);
	}
}

void
row_string(const char *name, const char *text, size_t size)
{
	row_name(name, 'S');
	row_escaped(text, size);
}

void
row_text(const char *name, const char *text)
{
	row_string(name, text, strlen(text));
}

void
row_format(const char *name, const char *fmt, ...)
{
	char text[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	row_text(name, text);
}

void
row_number(const char *name, long long n)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%lld", n);

	row_name(name, 'N');
	row_add(text, (size_t)len);
}

void
row_end(struct command *c)
{
	if (row.full)
		log_warn("%s: a row of more than %d bytes", c->row->name,
		    ROW_MAX);
	reply_line(c, "%.*s", (int)row.used, row.text);
}

enum command_result
rows_ok(struct command *c)
{
	reply_line(c, ". ok");
	return CMD_DONE;
}

enum command_result
rows_refuse(struct command *c, const char *what, const char *text)
{
	row_begin();
	row_escaped(what, 200);
	if (text != NULL) {
		row_add(": ", 2);
		row_escaped(text, 200);
	}
	reply_line(c, ". error %.*s", (int)row.used, row.text);
	return CMD_DONE;
}

