/* SPDX-License-Identifier: ISC */
/*
 * The tags of messages of several lines: which the server adds, and on which
 * line they are.
 *
 * In a batch all of them are on the line that opens it.  For those who do not
 * know such batches they are on the first line, and what is said of every line
 * (when, by whom) on the others as well; a msgid names one line only.  What the
 * client added is repeated there if it is short.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../irc/capability.h"
#include "deliver.h"
#include "lines.h"
#include "worker.h"

#define LINES_CAPS (CAP(BATCH) | CAP(MULTILINE))

/* Into BUF of MESSAGE_TAGS bytes, without a final ';'; returns the length. */
static size_t
tags_make(char *buf, const struct lines *l, uint64_t caps, const char *msgid,
    const char *own, size_t nown)
{
	size_t size = MESSAGE_TAGS, n;

	n = (size_t)snprintf(buf, size, "%s", l->outer);
	if (caps & CAP(SERVER_TIME))
		n += deliver_time_tag(l->time, buf + n, size - n);
	if ((caps & CAP(MESSAGE_TAGS)) && msgid != NULL)
		n += (size_t)snprintf(buf + n, size - n, "msgid=%.64s;",
		    msgid);
	if ((caps & CAP(ACCOUNT_TAG)) && l->naccount > 0)
		n += deliver_account_tag(l->account, l->naccount, buf + n,
		    size - n);
	if ((caps & CAP(MESSAGE_TAGS)) && nown > 0) {
		memcpy(buf + n, own, nown);
		return n + nown;
	}
	return n > 0 ? n - 1 : 0;
}

struct multiline *
lines_show(const struct lines *l, uint64_t caps)
{
	static struct multiline m;
	static char first[MESSAGE_TAGS], more[MESSAGE_TAGS];
	static char own[MESSAGE_TAGS_CLIENT + 1], plan[MULTILINE_PLAN + 1];
	static char ref[24];
	const char *dot = strchr(l->msgid, '.');
	size_t nown = multiline_take_plan(own, sizeof(own), l->tags, l->ntags,
	    plan);

	memset(&m, 0, offsetof(struct multiline, out_tags));
	m.server = config->name;
	m.line = l->line;
	m.nline = l->nline;
	m.plan = plan;
	if ((caps & LINES_CAPS) == LINES_CAPS) {
		snprintf(ref, sizeof(ref), "m%.20s", dot != NULL ? dot + 1
		                                                 : l->msgid);
		m.ref = ref;
	}
	m.tags = first;
	m.ntags = tags_make(first, l, caps, l->msgid, own, nown);
	m.more = more;
	m.nmore = tags_make(more, l, caps, NULL, own,
	    nown <= MULTILINE_REPEAT ? nown : 0);
	return &m;
}
