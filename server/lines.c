/* SPDX-License-Identifier: ISC */
/*
 * The tags of messages of several lines: which of them is on which line.
 *
 * In a batch all of them are on the line that opens it.  For those who do not
 * know such batches they are on the first line, and on the others as well, but
 * for the msgid, which names one line only, and what the client added unless
 * that is short.
 */
#include <stdio.h>
#include <string.h>

#include "../irc/capability.h"
#include "../irc/tag.h"
#include "lines.h"
#include "worker.h"

#define LINES_CAPS (CAP(BATCH) | CAP(MULTILINE))

static int
is_msgid(const char *key, size_t n)
{
	return n == strlen("msgid") && memcmp(key, "msgid", n) == 0;
}

/* Copies the tags TAGS, all but the msgid, and those of the client if OWN.
 * Returns the length. */
static size_t
copy(char *dst, const char *tags, int own)
{
	const char *key, *value;
	size_t nkey, nvalue, len, n = 0;

	while (tag_next(&tags, &key, &nkey, &value, &nvalue)) {
		if (is_msgid(key, nkey) || (*key == '+' && !own))
			continue;
		len = (size_t)(value - key) + nvalue;
		if (n > 0)
			dst[n++] = ';';
		memcpy(dst + n, key, len);
		n += len;
	}
	return n;
}

/* Those of the further lines, of TAGS, into BUF of as many bytes. */
static size_t
tags_more(char *buf, const char *tags)
{
	size_t all = copy(buf, tags, 1), n = copy(buf, tags, 0);

	return all - n <= MULTILINE_REPEAT ? copy(buf, tags, 1) : n;
}

struct multiline *
lines_show(const struct lines *l, uint64_t caps)
{
	static struct multiline m;
	static char first[MESSAGE_TAGS], more[MESSAGE_TAGS];
	static char plan[MULTILINE_PLAN + 1], ref[24];
	char none[MULTILINE_PLAN + 1];
	const char *dot = strchr(l->msgid, '.');

	memset(&m, 0, offsetof(struct multiline, out_tags));
	m.server = config->name;
	m.line = l->line;
	m.nline = l->nline;
	multiline_take_plan(first, sizeof(first), l->kept, l->nkept, plan);
	m.plan = plan;
	m.tags = first;
	m.ntags = multiline_take_plan(first, sizeof(first), l->tags, l->ntags,
	    none);
	if ((caps & LINES_CAPS) == LINES_CAPS) {
		snprintf(ref, sizeof(ref), "m%.20s", dot != NULL ? dot + 1
		                                                 : l->msgid);
		m.ref = ref;
		return &m;
	}
	m.more = more;
	m.nmore = tags_more(more, first);
	return &m;
}
