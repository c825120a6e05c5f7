/* SPDX-License-Identifier: ISC */

/*
 * Takes the input apart as a worker does what it reads: line after line, each
 * parsed.  Whatever comes, the parts lie in the line in their order and end
 * there; and what was parsed, written out again, parses to the same.
 */

#include "../../irc/message.h"
#include "fuzz.h"

static void
check_part(const char *part, const char **from, const char *end)
{
	MUST(part >= *from && part <= end);
	*from = part + strlen(part);
	MUST(*from <= end);
}

static void
check_inside(const struct message *m, const char *line, size_t len)
{
	const char *from = line;
	int i;

	if (m->tags != NULL)
		check_part(m->tags, &from, line + len);
	if (m->source != NULL)
		check_part(m->source, &from, line + len);
	if (m->command != NULL)
		check_part(m->command, &from, line + len);
	MUST(m->nparam >= 0 && m->nparam <= MESSAGE_PARAMS);
	for (i = 0; i < m->nparam; i++)
		check_part(m->param[i], &from, line + len);
	MUST(m->param[m->nparam] == NULL);
}

static void
check_words(const struct message *m)
{
	int i;

	MUST(m->command != NULL && *m->command != '\0');
	MUST(strchr(m->command, ' ') == NULL && *m->command != ':' &&
	    *m->command != '@');
	MUST(m->tags == NULL || *m->tags != '\0');
	MUST(m->tags == NULL || strlen(m->tags) <= MESSAGE_TAGS_CLIENT);
	MUST(m->source == NULL || *m->source != '\0');
	for (i = 0; i < m->nparam - 1; i++)
		MUST(m->param[i][0] != '\0' && m->param[i][0] != ':' &&
		    strchr(m->param[i], ' ') == NULL);
}

static void
check_again(const struct message *m, size_t len)
{
	/* A colon more at most: the last parameter's. */
	char *line = malloc(len + 3), *p = line;
	struct message again;
	int i;

	MUST(line != NULL);
	if (m->tags != NULL)
		p += sprintf(p, "@%s ", m->tags);
	if (m->source != NULL)
		p += sprintf(p, ":%s ", m->source);
	p += sprintf(p, "%s", m->command);
	for (i = 0; i < m->nparam; i++)
		p += sprintf(p, i == m->nparam - 1 ? " :%s" : " %s",
		    m->param[i]);
	MUST((size_t)(p - line) <= len + 1);
	switch (message_parse(&again, line, (size_t)(p - line))) {
	case MESSAGE_OK:
	case MESSAGE_TOO_LONG: /* by that colon */
		break;
	default:
		MUST(!"parses again");
	}
	MUST(strcmp(again.command, m->command) == 0);
	MUST(again.nparam == m->nparam);
	for (i = 0; i < m->nparam; i++)
		MUST(strcmp(again.param[i], m->param[i]) == 0);
	MUST((again.tags == NULL) == (m->tags == NULL));
	MUST(m->tags == NULL || strcmp(again.tags, m->tags) == 0);
	MUST((again.source == NULL) == (m->source == NULL));
	MUST(m->source == NULL || strcmp(again.source, m->source) == 0);
	free(line);
}

static void
check_line(const uint8_t *data, size_t len)
{
	char *line = fuzz_string(data, len);
	int bad = memchr(line, '\0', len) != NULL ||
	    memchr(line, '\r', len) != NULL;
	struct message m;
	enum message_error e;

	memset(&m, 0xee, sizeof(m));
	e = message_parse(&m, line, len);
	check_inside(&m, line, len);
	MUST((e == MESSAGE_NUL) == bad);
	if (e == MESSAGE_OK)
		check_words(&m);
	if (e == MESSAGE_OK || (e == MESSAGE_TOO_LONG && m.command != NULL))
		check_again(&m, len);
	free(line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t at, next;
	long n;

	for (at = 0; at < size; at += next) {
		next = 0;
		n = message_line((const char *)data + at, size - at, &next);
		if (n < 0) {
			MUST(memchr(data + at, '\n', size - at) == NULL);
			break;
		}
		MUST(next > (size_t)n && next <= size - at);
		MUST(data[at + next - 1] == '\n');
		MUST(memchr(data + at, '\n', (size_t)n) == NULL);
		MUST(n == 0 || data[at + (size_t)n - 1] != '\r');
		check_line(data + at, (size_t)n);
	}
	check_line(data + at, size - at);
	return 0;
}
