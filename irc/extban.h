/* SPDX-License-Identifier: ISC */
#ifndef IRC_EXTBAN_H
#define IRC_EXTBAN_H

#include <stddef.h>

/*
 * What stands in a room's lists: a mask "nick!user@host", or an extended one,
 * "a:account"; "m:" before either makes it one that only mutes.  EXTBAN of
 * modern-irc, with no prefix.
 */

/* A mask taken apart.  TYPE 0: nick!user@host. */
struct extban {
	int mute;
	char type;
	const char *mask; /* into the text */
};

/* Takes apart what extban_complete() has written. */
void extban_parse(struct extban *x, const char *text);

/* Brings SRC into the one form in which it is kept: letters for words, plain
 * masks completed.  Returns 0, or -1 when it is none, or is cut. */
int extban_complete(char *dst, size_t size, const char *src);

/* Whom it is compared with; IN_ROOM says whether it is in a room of that NAME,
 * which has no wildcards, with one of the ranks of PREFIX (0: any). */
struct extban_whom {
	const char *source, *account, *real;
	const char *hidden;    /* the source without its account, or NULL */
	int (*in_room)(const struct extban_whom *whom, const char *name,
	    char prefix);
	unsigned user; /* for IN_ROOM */
};
int extban_match(const struct extban *x, const struct extban_whom *whom);

/* "Uacmr": the letters, for EXTBAN. */
const char *extban_letters(char *buf, int size);

#endif
