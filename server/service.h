/* SPDX-License-Identifier: ISC */
#ifndef SERVER_SERVICE_H
#define SERVER_SERVICE_H

#include "command.h"

/* What services are made of: one table each; service.c has them all. */

enum { SERVICE_WORDS = 5 };

/* What was said, taken apart: the command, and its words; the last one that a
 * command takes may hold spaces. */
struct order {
	char line[MESSAGE_LINE];
	char *word[SERVICE_WORDS + 1];
	int n;         /* of words, the command too */
};

/*
 * A command: LEAST and MOST count the words behind it.  RUN is a handler, with
 * the lock; NULL: it is HELP.  It is not begun while the store is out of
 * order, but for steps from STEP_RECLAIM on.
 */
struct service_row {
	const char *name;
	enum command_result (*run)(struct command *c, struct order *o);
	int least, most;
	const char *help;
	int alone; /* it does without the store */
};

extern const struct service_row chanserv[]; /* chanserv.c */
/* certificate.c: NickServ's CERT */
enum command_result certificate_order(struct command *c, struct order *o);

/* A NOTICE of the service that is run to C's user. */
void service_notice(struct command *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* What the store says that it is not what was wanted: CMD_DONE. */
enum command_result service_fail(struct command *c, const struct message *m);
/* Whether the answer M is WORD with at least so many parameters. */
int service_answer(const struct message *m, const char *word, int nparam);

#endif
