/* SPDX-License-Identifier: ISC */
/*
 * Settings: what their readers share, complaints and the syntax of a line.
 *
 * config.c has the table of settings and reads the file; a reader, one for
 * each kind of value, is in setting_KIND.c.  It gets the words of a line, puts
 * what they say into the field of the setting, or complains and returns -1.
 * Neither a password nor a hash ever reaches a complaint.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../irc/utf8.h"
#include "config.h"
#include "log.h"
#include "setting.h"

enum {
	LINE_MOST = 1024,  /* bytes of one line of a configuration */
	ERRORS_TAIL = 320, /* kept free for "N more errors" */
};

void
complain(struct parser *p, const char *fmt, ...)
{
	struct config_errors *e = p->errors;
	size_t used = strlen(e->text);
	char text[1024], line[1400];
	va_list ap;
	int len;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (p->line > 0)
		len = snprintf(line, sizeof line, "%s:%d: %s\n",
		    log_safe(p->file), p->line, text);
	else
		len = snprintf(line, sizeof line, "%s: %s\n",
		    log_safe(p->file), text);
	e->count++;
	if (len < (int)sizeof line &&
	    used + (size_t)len < sizeof e->text - ERRORS_TAIL)
		memcpy(e->text + used, line, (size_t)len + 1);
}

void *
setting_field(struct parser *p)
{
	return (char *)p->config + p->setting->offset;
}

/* "WORD: \"x\" is not a, b or c", of N words. */
void
complain_choice(
    struct parser *p, const char *value, const char *const *words, int n)
{
	char text[160] = "";
	size_t used = 0;
	int i;

	for (i = 0; i < n && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%s", words[i],
		    i + 2 < n ? ", " : i + 2 == n ? " or " : "");
	complain(p, "%s: \"%s\" is not %s", p->setting->word,
	    log_safe(value), text);
}

/* Copies TEXT to the field and clears what is behind it. */
int
setting_set(struct parser *p, const char *text)
{
	size_t len = strlen(text);

	if (len >= p->setting->size) {
		complain(p, "%s: longer than %zu bytes", p->setting->word,
		    p->setting->size - 1);
		return -1;
	}
	memset(setting_field(p), 0, p->setting->size);
	memcpy(setting_field(p), text, len);
	return 0;
}

static int
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Takes a value in double quotes, where \" and \\ stand for themselves, from
 * *CURSOR, undoing the quotes in place. */
static char *
quoted_take(struct parser *p, char **cursor)
{
	char *s = *cursor + 1, *value = s, *out = s;

	for (; *s != '"'; *out++ = *s++) {
		if (*s == '\\' && (s[1] == '"' || s[1] == '\\'))
			s++;
		if (*s == '\0') {
			complain(p, "a quote is opened and not closed");
			return NULL;
		}
	}
	s++;
	if (*s != '\0' && !is_blank(*s)) {
		complain(p, "there is no space after a closing quote");
		return NULL;
	}
	*cursor = *s != '\0' ? s + 1 : s;
	*out = '\0';
	return value;
}

static char *
plain_take(char **cursor)
{
	char *value = *cursor;

	while (**cursor != '\0' && !is_blank(**cursor))
		(*cursor)++;
	if (**cursor != '\0')
		*(*cursor)++ = '\0';
	return value;
}

/* Cuts LINE into words up to its comment.  Returns how many, or -1. */
int
setting_split(struct parser *p, char *line, char **word)
{
	int n = 0;

	for (;;) {
		while (is_blank(*line))
			line++;
		if (*line == '\0' || *line == '#')
			return n;
		if (n == SETTING_VALUES) {
			complain(p, "more than %d words", SETTING_VALUES);
			return -1;
		}
		word[n] = *line == '"' ? quoted_take(p, &line) :
		    plain_take(&line);
		if (word[n++] == NULL)
			return -1;
	}
}

/* Every value may be shown to people, so none gets in that would not be text:
 * the control characters and what is not UTF-8 end here. */
int
setting_check(struct parser *p, const char *line, size_t len)
{
	size_t i;

	if (len > LINE_MOST) {
		complain(p, "longer than %d bytes", LINE_MOST);
		return -1;
	}
	for (i = 0; i < len; i++)
		if (((unsigned char)line[i] < ' ' && line[i] != '\t') ||
		    line[i] == '\x7f') {
			complain(p, "control character \\x%02x in column %zu",
			    (unsigned char)line[i], i + 1);
			return -1;
		}
	if (!utf8_valid(line, len)) {
		complain(p, "not valid UTF-8");
		return -1;
	}
	return 0;
}
