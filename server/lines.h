/* SPDX-License-Identifier: ISC */
#ifndef SERVER_LINES_H
#define SERVER_LINES_H

#include "../irc/multiline.h"

/* A message of several lines, as it was said or is kept. */
struct lines {
	uint64_t time;          /* ms */
	const char *msgid;
	const char *account;    /* of NACCOUNT bytes, 0 for none */
	size_t naccount;
	const char *tags;       /* the plan among them; of NTAGS bytes */
	size_t ntags;
	const char *line;       /* of NLINE bytes */
	size_t nline;
	const char *outer;      /* "batch=x;" of the batch it is told in, or
	                         * "" */
};

/*
 * How somebody with CAPS is shown it: one static walk, for multiline_next().
 * What it points to is that of the caller, as long as the walk lasts.
 */
struct multiline *lines_show(const struct lines *l, uint64_t caps);

#endif
