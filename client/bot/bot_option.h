/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_BOT_OPTION_H
#define CLIENT_BOT_OPTION_H

#include <stddef.h>
#include <stdint.h>

#include "environment.h"
#include "rate.h"

/* The options of `moot bot'. */

enum {
	BOT_TARGETS = 32,         /* most rooms and nicks */
	BOT_OUTPUT_MOST = 65536,  /* --output-limit at most */
	BOT_LINES_MOST = 100,     /* --line-limit at most */
};

struct bot_options {
	const char *server, *nick, *account, *password_file, *prefix;
	int each, json, all, addressed, direct, notice, once;
	int64_t time_limit;      /* milliseconds */
	size_t output_limit;     /* bytes */
	unsigned int line_limit, parallel;
	struct rate rate;
	char *targets[BOT_TARGETS + 1]; /* NULL ends */
	char **argv;             /* the command, NULL ends */
	struct environment environment; /* it is given */
	/* the words of those above */
	const char *rate_text, *time_text, *output_text, *line_text;
	const char *parallel_text;
	int help;
};

/* Reads them, or says what is wrong and exits.  ARGV[0] is changed. */
void bot_option_parse(struct bot_options *o, int argc, char **argv);

#endif
