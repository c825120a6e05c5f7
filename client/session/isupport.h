/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_ISUPPORT_H
#define CLIENT_ISUPPORT_H

#include <stdint.h>

/* What a server said of itself by 005; before it did, what is usual. */

enum isupport_token {
	ISUPPORT_BOT,           /* the user mode of bots, a letter */
	ISUPPORT_CASEMAPPING,
	ISUPPORT_CHANMODES,
	ISUPPORT_CHANTYPES,
	ISUPPORT_CHATHISTORY,   /* most messages at once */
	ISUPPORT_CLIENTTAGDENY, /* see tag_denied() */
	ISUPPORT_LINELEN,
	ISUPPORT_MAXTARGETS,
	ISUPPORT_MODES,
	ISUPPORT_MONITOR,       /* most nicks watched */
	ISUPPORT_MSGREFTYPES,   /* "msgid,timestamp" */
	ISUPPORT_NETWORK,
	ISUPPORT_NICKLEN,
	ISUPPORT_PREFIX,
	ISUPPORT_STATUSMSG,
	ISUPPORT_TARGMAX,
	ISUPPORT_TOPICLEN,
	ISUPPORT_UTF8ONLY,
	ISUPPORT_WHOX,
	ISUPPORT_TOKENS
};

enum {
	ISUPPORT_VALUE = 256, /* of a value; what is longer is cut */
	ISUPPORT_RANKS = 16,  /* kinds of prefixes */
};

struct isupport {
	unsigned char said[ISUPPORT_TOKENS]; /* by the server */
	char value[ISUPPORT_TOKENS][ISUPPORT_VALUE];
	/* of PREFIX, the highest first: "ohv" and "@%+" */
	char modes[ISUPPORT_RANKS + 1], prefixes[ISUPPORT_RANKS + 1];
	const unsigned char *folded; /* of CASEMAPPING, 256 bytes */
};

/* Forgets all: also when a connection is lost. */
void isupport_init(struct isupport *i);
/* Takes "TOKEN", "TOKEN=VALUE" or "-TOKEN"; unknown ones are ignored. */
void isupport_take(struct isupport *i, const char *token);
/* Whether the server said it, with or without a value. */
int isupport_has(const struct isupport *i, enum isupport_token t);
/* Its value, or what is usual; "" when there is none.  Never NULL. */
const char *isupport_text(const struct isupport *i, enum isupport_token t);
/* The same as a number; 0: none, or no limit. */
unsigned int isupport_number(const struct isupport *i, enum isupport_token t);

/* Whether NAME is that of a room: "@#room", for its operators, too. */
int isupport_is_room(const struct isupport *i, const char *name);
/* TARGET without the STATUSMSG before a room: "#room" of "@#room". */
const char *isupport_room(const struct isupport *i, const char *target);
/* The rank of a prefix: 0 is the highest, ISUPPORT_RANKS that of none. */
int isupport_rank(const struct isupport *i, char prefix);
/* The prefix of a mode, '@' of 'o'; 0: it is not one of a member. */
char isupport_prefix(const struct isupport *i, char mode);
/* Whether a mode of a room has a parameter. */
int isupport_mode_takes(const struct isupport *i, char mode, int adding);
/* Most targets of COMMAND at once, by TARGMAX and MAXTARGETS; 0: no limit. */
unsigned int isupport_targets(const struct isupport *i, const char *command);

/* Names, as CASEMAPPING has it; I may be NULL: ascii. */
int isupport_cmp(const struct isupport *i, const char *a, const char *b);
uint32_t isupport_hash(const struct isupport *i, const char *name);

#endif
