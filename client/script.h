/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCRIPT_H
#define CLIENT_SCRIPT_H

#include <stdint.h>
#include <stdio.h>

#include "session.h"

/*
 * Subcommands: `moot send', `moot tail'... for scripts.  Each is a row of the
 * table in script.c: a name, its options, and functions that a loop calls.
 */

enum {
	SCRIPT_TARGETS = 32, /* most targets of one subcommand */
};

/* What the options say, and what is under way.  One a process. */
struct script {
	const struct script_command *command;
	struct session session;

	const char *server, *nick, *account, *password_file;
	int64_t timeout;     /* milliseconds for all of it; -1: none */
	int64_t deadline;    /* the same, of connection_now(); -1: none */
	int json, quiet, all, follow, wait, multiline, notice;
	long count;          /* -n, -1: not given */
	const char *reply, *room, *from, *before, *after;

	int argc;            /* what follows the options */
	char **argv;
};

/* A subcommand.  Only its functions know what it does; the rest is said to
 * them in this order. */
struct script_command {
	const char *name;
	const char *options;  /* letters it takes beside the common ones */
	int least, most;      /* arguments; -1: any number */
	const char *usage, *help;
	/* Before anything is sent: looks at the arguments.  -1: they make no
	 * sense, and it has said why. */
	int (*begin)(struct script *x);
	/* We are online, for the first time or again. */
	void (*online)(struct script *x);
	/* Something happened. */
	void (*tell)(struct script *x, const struct news *n);
	/* Once a turn of the loop, and when its deadline has passed. */
	void (*turn)(struct script *x, int64_t now);
	void (*late)(struct script *x);
};

/* Whether NAME is a subcommand. */
int script_is(const char *name);
/* Runs the one that ARGV[0] names; returns its exit status, moot(1). */
int script_main(int argc, char **argv);
/* A line for each of them, for `moot --help'. */
void script_help(FILE *f);

/* Says on standard error what goes wrong, cleaned, unless --quiet. */
void script_complain(const struct script *x, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Ends it with STATUS, saying goodbye to the server if there is one. */
void script_end(struct script *x, enum session_status status);
/* Prints a piece of news, plain or as JSON. */
void script_print(struct script *x, const struct news *n);

#endif
