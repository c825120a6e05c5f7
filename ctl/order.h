/* SPDX-License-Identifier: ISC */
#ifndef CTL_ORDER_H
#define CTL_ORDER_H

#include "answer.h"

/* What the orders of mootctl have in common. */

enum exit_status {
	EXIT_OK,
	EXIT_USAGE,       /* or the output could not be written */
	EXIT_UNREACHABLE,
	EXIT_DENIED,
	EXIT_NO,
};

struct order;

struct options {
	const char *socket;
	int json;
	const struct order *order;
	char **argument;  /* after the command; NULL behind the last */
	char question[ANSWER_LINE + 1];
};

/* Asks, and AGAIN if that does no harm.  answer_free() A in any case. */
enum answer_result order_ask(struct answer *a, const struct options *o,
    const char *question, int again);
/* Says what went wrong, if anything; returns the exit status. */
int order_complain(enum answer_result result, const struct answer *a);
/* The number NAME in the answer A, -1 when there is none. */
long long order_number(const struct answer *a, const char *name);

/* store.c: orders about the server's memory */
int store_history(const struct options *o);
int store_backup(const struct options *o);
int store_restore(const struct options *o);

#endif
