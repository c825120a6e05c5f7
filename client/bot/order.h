/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_ORDER_H
#define CLIENT_ORDER_H

/* What a program wants said, as a JSON object of one line: moot-json(5). */

enum order_type {
	ORDER_MESSAGE,
	ORDER_NOTICE,
	ORDER_ACTION,
};

struct order {
	enum order_type type;
	const char *text;  /* with '\n' between lines */
	const char *room;  /* a room or a nick; NULL: where it was asked */
	const char *reply; /* the msgid it answers, NULL: none */
};

/*
 * Reads LINE, which is overwritten; the strings of O point into it.  Members
 * that are not known are passed over.  NULL when it is good, else what is
 * wrong with it, in words.
 */
const char *order_parse(struct order *o, char *line);

#endif
