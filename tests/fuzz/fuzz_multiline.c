/* SPDX-License-Identifier: ISC */

/*
 * The first byte says whether the reader knows batches; then come a plan, its
 * line and its tags, which are also lines to be added, with a NUL between.
 * What is shown are lines of the protocol; together they are the whole text if
 * the plan is a good one, and the tags without the plan hold none.
 */

#include "../../irc/multiline.h"
#include "../../irc/utf8.h"
#include "fuzz.h"

static void
check_tags(const char *tags)
{
	char plan[MULTILINE_PLAN + 1];
	size_t len = strlen(tags), n;
	char *out = malloc(len + 1), *cut = malloc(len / 2 + 1);

	MUST(out != NULL && cut != NULL);
	n = multiline_take_plan(out, len + 1, tags, len, plan);
	MUST(n <= len && n == strlen(out) && strlen(plan) <= MULTILINE_PLAN);
	n = multiline_take_plan(cut, len / 2 + 1, tags, len, plan);
	MUST(n <= len / 2 && n == strlen(cut));
	free(cut);
	free(out);
}

/* Takes the text of an output line off TEXT: lines are joined by a space, or
 * by nothing. */
static const char *
take(const char *text, const char *end, const char *line, size_t n, int concat,
    int first)
{
	if (!first && !concat) {
		MUST(text < end && *text == ' ');
		text++;
	}
	MUST((size_t)(end - text) >= n && memcmp(text, line, n) == 0);
	return text + n;
}

static void
check_show(const char *plan, const char *line, const char *ref)
{
	struct multiline *m = calloc(1, sizeof(*m));
	size_t len = strlen(line), count = 0, shown = 0;
	const char *text = NULL, *end = line + len;
	int valid, utf8 = utf8_valid(line, len);

	MUST(m != NULL);
	m->server = "irc.test";
	m->line = line;
	m->nline = len;
	m->plan = plan;
	m->ref = ref;
	m->tags = "a=b";
	m->ntags = 3;
	m->more = "c";
	m->nmore = 1;
	while (multiline_next(m)) {
		MUST(count++ <= 2 * len + strlen(plan) + 3);
		MUST(m->nout <= MESSAGE_LINE - 2);
		MUST(m->nout_tags < MESSAGE_TAGS);
		MUST(!utf8 || utf8_valid(m->out, m->nout));
		if (text == NULL)
			text = line + m->head;
		valid = multiline_plan_valid(plan, line + m->head,
		    len - m->head);
		if (m->place == MULTILINE_INNER && valid) {
			int concat = m->nout_tags > strlen("batch=r");

			text = take(text, end, m->out + m->head,
			    m->nout - m->head, concat, shown++ == 0);
		}
		if (m->place == MULTILINE_END && valid)
			MUST(text == end);
	}
	MUST(!multiline_next(m));
	free(m);
}

/* A client's lines, each behind a byte that says whether it goes on: what was
 * taken has a plan, by which they are there again. */
static void
check_add(const char *lines)
{
	char plan[MULTILINE_PLAN + 1] = "", text[MULTILINE_BYTES + 1];
	size_t nplan = 0, ntext = 0, n;
	unsigned count = 0, i;
	struct multiline_more m;
	struct multiline_line l;
	const char *p = plan, *t = text, *begin[MULTILINE_LINES];

	for (; *lines != '\0'; lines += n, lines += *lines != '\0') {
		n = strcspn(lines + 1, "\n");
		if (multiline_add(&m, count, ntext, n, *lines == '+') !=
		    MULTILINE_OK || !utf8_valid(lines + 1, n)) {
			lines++;
			continue;
		}
		MUST(nplan + m.nplan <= MULTILINE_PLAN);
		memcpy(plan + nplan, m.plan, m.nplan + 1);
		nplan += m.nplan;
		MUST(m.ntext <= MULTILINE_BYTES);
		if (m.space)
			text[ntext] = ' ';
		memcpy(text + m.ntext - n, lines + 1, n);
		ntext = m.ntext;
		begin[count++] = ++lines;
	}
	if (count == 0)
		return;
	MUST(multiline_plan_valid(plan, text, ntext));
	for (i = 0; i < count; i++) {
		MUST(multiline_line(&p, &t, &ntext, &l) == 1);
		MUST(l.len == strcspn(begin[i], "\n"));
		MUST(memcmp(l.text, begin[i], l.len) == 0);
	}
	MUST(multiline_line(&p, &t, &ntext, &l) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s, *plan, *line, *tags;

	if (size == 0 || size > 16384)
		return 0;
	s = fuzz_string(data + 1, size - 1);
	plan = s;
	line = plan + strlen(plan);
	line += line < s + size - 1;
	tags = line + strlen(line);
	tags += tags < s + size - 1;
	/* each in memory of its own size */
	plan = fuzz_string((const uint8_t *)plan, strlen(plan));
	line = fuzz_string((const uint8_t *)line, strlen(line));
	check_show(plan, line, data[0] & 1 ? "r" : NULL);
	check_tags(tags);
	check_add(tags);
	free(line);
	free(plan);
	free(s);
	return 0;
}
