/* SPDX-License-Identifier: ISC */
#ifndef SERVER_LINES_H
#define SERVER_LINES_H

#include <stdint.h>

#include "../irc/multiline.h"

/* A message of several lines, as it was said or is kept.  Nothing of it need
 * end with a NUL. */
struct lines {
	const char *msgid;      /* but this */
	const char *kept;       /* tags with the plan, of NKEPT bytes */
	size_t nkept;
	const char *tags;       /* all that its reader is to have, of NTAGS
	                         * bytes; the plan may be among them */
	size_t ntags;
	const char *line;       /* of NLINE bytes */
	size_t nline;
};

/*
 * How somebody with CAPS is shown it: one static walk, for multiline_next().
 * The line is the caller's, and has to stay as long as the walk lasts.
 */
struct multiline *lines_show(const struct lines *l, uint64_t caps);

#endif
