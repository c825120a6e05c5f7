/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCRIPT_H
#define CLIENT_SCRIPT_H

#include <stdint.h>
#include <stdio.h>

#include "client/news.h"
#include "client/session/session.h"

/*
 * Subcommands: `moot send', `moot tail'... for scripts.  Each is a row of the
 * table in script.c: a name, its options, and functions that are called when
 * something happens.
 */

enum {
	SCRIPT_TARGETS = 32,     /* most targets of one subcommand */
	SCRIPT_COLUMNS = 8,      /* most before a text */
	SCRIPT_TEXT = 64 * 1024 + 4, /* bytes of a line of text */
	SCRIPT_PATIENCE = 60000, /* milliseconds, where no --timeout is given
	                          * and the subcommand is to end by itself */
};

/* What the options say, and what is under way.  One a process. */
struct script {
	const struct script_command *command;
	struct session *session;

	const char *server, *nick, *account, *password_file;
	const char *timeout;
	const char *pin;
	int trust, plain;
	int json, quiet, help;
	int all, follow, wait, multiline, notice, fold;
	const char *lines, *reply, *room, *from, *before, *after, *since;

	int argc;            /* what follows the options */
	char **argv;

	int online;          /* we are, and the command was told */
	int ending;          /* `status' says how it ends */
	enum session_status status;
	int64_t patience;    /* milliseconds for all of it; 0: for ever */
	int known;           /* we have been online */
	unsigned long printed; /* pieces of news */
	const char *entered[SCRIPT_TARGETS]; /* rooms, by us: script_join() */
	size_t nentered;
};

/* A subcommand.  Of its functions each may be NULL. */
struct script_command {
	const char *name;
	unsigned int options; /* SCRIPT_... of script_option.h */
	int least, most;      /* arguments; most -1: any number */
	const char *usage, *help;
	/* It has a main program of its own, and none of the rest. */
	int (*main)(int argc, char **argv);
	/* Before there is a connection.  -1: the arguments make no sense, and
	 * it has said why. */
	int (*begin)(struct script *x);
	/* We are online, for the first time or again, and welcomed. */
	void (*online)(struct script *x);
	/* Something happened.  1: it was dealt with, and is not to be
	 * complained of. */
	int (*tell)(struct script *x, const struct news *n);
	/* Before each wait. */
	void (*turn)(struct script *x);
	/* The time is over: how it ends. */
	enum session_status (*late)(struct script *x);
	/* Something happened while we leave; may change how it ends. */
	void (*ends)(struct script *x, const struct news *n);
};

/* Whether NAME is a subcommand. */
int script_is(const char *name);
/* Runs the one that ARGV[0] names; returns its exit status, moot(1). */
int script_main(int argc, char **argv);
/* A line for each of them, for `moot -h'. */
void script_help(FILE *f);

/* Says on standard error what goes wrong, cleaned, unless --quiet. */
void script_complain(const struct script *x, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* It is over: leaves the rooms that script_join() entered, and the server. */
void script_end(struct script *x, enum session_status status);
/* The time of --timeout begins anew. */
void script_begin_time(struct script *x);
/* Enters a room, to be left in the end; TARGET is kept by the caller.  The
 * room is that of "@#room", too. */
void script_join(struct script *x, const char *target);
/* Whether it is one that the user wants to see. */
int script_shows(const struct script *x, const struct news *n);
/* Prints a piece of news, plain or as JSON; 0 when it is none that the user
 * wants to see. */
int script_print(struct script *x, const struct news *n);
/* Frees what printing took. */
void script_print_clear(void);
/* Prints any, as JSON. */
void script_print_json(struct script *x, const struct news *n);
/* Prints N columns and TEXT as a line, tabs between them, cleaned. */
void script_columns(const char *const *columns, size_t n, const char *text);
/* The number of -n, MISSING without it; -1, having complained, when it is
 * none. */
long script_count(const struct script *x, long missing);
/* Whether a name is a target, and the same as another here. */
int script_is_target(const struct script *x, const char *name);
int script_same(const struct script *x, const char *a, const char *b);
/* The name of the network, as far as it is known. */
const char *script_network(const struct script *x);

#endif
