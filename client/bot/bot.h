/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_BOT_H
#define CLIENT_BOT_H

/* `moot bot': a program answers what is said. */

enum {
	BOT_GRACE = 5000, /* milliseconds for answers under way, when told to
	                   * end; then half of it for the server */
};

/* Runs it; ARGV[0] is the subcommand.  Returns the exit status, moot-bot(7). */
int bot_main(int argc, char **argv);

#endif
