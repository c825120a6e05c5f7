/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCRIPT_OPTION_H
#define CLIENT_SCRIPT_OPTION_H

/* The options of the subcommands. */

struct script;

/* Who takes an option: a bit each. */
enum {
	SCRIPT_SEND = 1,
	SCRIPT_TAIL = 2,
	SCRIPT_WAIT = 4,
	SCRIPT_WHO = 8,
	SCRIPT_ROOMS = 16,
	SCRIPT_HISTORY = 32,
	SCRIPT_SEARCH = 64,
	SCRIPT_WHOAMI = 128,
	SCRIPT_PAST = SCRIPT_TAIL | SCRIPT_HISTORY | SCRIPT_SEARCH,
	SCRIPT_ALL = 255,
};

/* What moot(1) calls them. */
#define ENV_SERVER "MOOT_SERVER"
#define ENV_NICK "MOOT_NICK"
#define ENV_ACCOUNT "MOOT_ACCOUNT"

/* Reads those of X's command into X, and what follows them; says what is
 * wrong, or helps, and exits.  ARGV[0] is changed. */
void script_option_parse(struct script *x, int argc, char **argv);

#endif
