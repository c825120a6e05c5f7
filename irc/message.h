/* SPDX-License-Identifier: ISC */
#ifndef IRC_MESSAGE_H
#define IRC_MESSAGE_H

#include <stddef.h>

/*
 * One line of the protocol: modern-irc "Message Format" and the IRCv3
 * message-tags specification.  Pure functions on memory the caller owns.
 */

enum {
	MESSAGE_LINE = 512,         /* bytes of a line, CR LF too, no tags */
	MESSAGE_TAGS_CLIENT = 4094, /* bytes of tag data a client may send */
	MESSAGE_TAGS_KEPT = MESSAGE_TAGS_CLIENT + 256, /* and the server's
	                             * own that are kept with them */
	MESSAGE_TAGS = 8191,        /* bytes of '@', all tags and the space */
	MESSAGE_INPUT = 4096 + 512, /* longest line a client may send, whole */
	MESSAGE_PARAMS = 15,        /* most parameters of a line */
};

struct message {
	char *tags;    /* raw, without '@'; NULL when there are none */
	char *source;  /* without ':'; NULL when there is none */
	char *command; /* as sent, never empty */
	int nparam;
	char *param[MESSAGE_PARAMS + 1]; /* param[nparam] is NULL */
};

enum message_error {
	MESSAGE_OK = 0,
	MESSAGE_EMPTY = -1,    /* nothing but spaces: ignore it */
	MESSAGE_NUL = -2,      /* a NUL or a bare CR inside: refuse it */
	MESSAGE_TOO_LONG = -3, /* tags over 4094 or the rest over 510: 417 */
	MESSAGE_BAD = -4,      /* no command, or it begins with a : or @ */
};

/*
 * Splits the LEN bytes at LINE (no CR LF at their end, line[len] writable)
 * in place; the pointers of M point into LINE.  Parameters past the 15th are
 * part of the 15th, as RFC 2812 2.3.1 has it.
 *
 * A line too long is split all the same: a server's may have longer tags than
 * a client's, and is good for the client if M->command is set.
 */
enum message_error message_parse(struct message *m, char *line, size_t len);

/*
 * Finds the first line in the LEN bytes at BUF.  Returns its length without
 * its end (LF, CR LF; CRs before the LF are stripped) and stores in *NEXT
 * where the following one begins; -1 while there is no whole line.
 */
long message_line(const char *buf, size_t len, size_t *next);

#endif
