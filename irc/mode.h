/* SPDX-License-Identifier: ISC */
#ifndef IRC_MODE_H
#define IRC_MODE_H

#include <stdint.h>

/* Mode strings: modern-irc "MODE message", CHANMODES and PREFIX. */

enum mode_kind {
	MODE_LIST,   /* A: a parameter, always; without one, shows the list */
	MODE_ALWAYS, /* B: a parameter to set and to unset (k) */
	MODE_SET,    /* C: a parameter to set (f, j, l) */
	MODE_FLAG,   /* D: never a parameter */
	MODE_MEMBER, /* PREFIX: a nick, always */
};

/* What somebody is in a room; each may do what those below may. */
enum rank {
	RANK_NONE,
	RANK_VOICE,
	RANK_HALFOP,
	RANK_OPERATOR,
	RANK_ADMIN,
	RANK_FOUNDER,
};

struct mode {
	char letter;
	char prefix;       /* '@' for 'o'; 0 for others */
	enum mode_kind kind;
	uint32_t bit;      /* in a room's, membership's or user's modes */
	enum rank needs;   /* of a room's: who may change it */
	const char *word;  /* of a member's: "operator" */
};

/* Bits of a room's modes */
#define ROOM_INVITE_ONLY   0x0001u /* i */
#define ROOM_MODERATED     0x0002u /* m */
#define ROOM_NO_EXTERNAL   0x0004u /* n */
#define ROOM_SECRET        0x0008u /* s */
#define ROOM_TOPIC_LOCK    0x0010u /* t */
#define ROOM_KEY           0x0020u /* k */
#define ROOM_LIMIT         0x0040u /* l */
#define ROOM_BAN           0x0080u /* b, the list */
#define ROOM_REGISTERED    0x0100u /* r; no client can set it */
#define ROOM_EXCEPT        0x0200u /* e, the list */
#define ROOM_INVEX         0x0400u /* I, the list */
#define ROOM_THROTTLE      0x0800u /* j */
#define ROOM_FORWARD       0x1000u /* f */
#define ROOM_OP_MODERATED  0x2000u /* U */
#define ROOM_NO_CTCP       0x4000u /* C */
#define ROOM_NO_COLOUR     0x8000u /* c */
#define ROOM_ACCOUNTS      0x10000u /* R: who joins has an account */
#define ROOM_ACCOUNTS_SAY  0x20000u /* M: who speaks has one */
#define ROOM_NO_NICK       0x40000u /* N */
#define ROOM_SECURE        0x80000u /* z: for secure connections alone */

/* Bits of a membership */
#define MEMBER_OPERATOR    0x0001u /* o @ */
#define MEMBER_VOICE       0x0002u /* v + */
#define MEMBER_HALFOP      0x0004u /* h % */
#define MEMBER_ADMIN       0x0008u /* a & */
#define MEMBER_FOUNDER     0x0010u /* q ~ */
#define MEMBER_RANKS       0x001fu /* all of them */

/* Bits of a user's modes */
#define USER_INVISIBLE     0x0001u /* i */
#define USER_OPERATOR      0x0002u /* o */
#define USER_WALLOPS       0x0004u /* w */
#define USER_BOT           0x0008u /* B */
#define USER_REGISTERED_ONLY 0x0010u /* R */
#define USER_HIDES_ROOMS   0x0020u /* I */
#define USER_NO_CTCP       0x0040u /* T */
#define USER_SECURE        0x0080u /* Z; in no record: see secure.h */

/* Tables end with a row whose letter is 0. */
extern const struct mode mode_channel[];
extern const struct mode mode_user[];

const struct mode *mode_find(const struct mode *table, char letter);

/* One change out of a MODE command. */
struct mode_change {
	const struct mode *mode; /* NULL: LETTER is unknown */
	char letter;
	int adding;
	const char *param; /* NULL: none given (or none wanted) */
};

/*
 * Steps through "MODES params...".  Zeroed but for the first three fields to
 * begin with; returns 0 at the end.  A mode that wants a parameter and finds
 * none comes with param NULL.
 */
struct mode_parser {
	const struct mode *table;
	const char *modes;
	char **params;     /* NULL-terminated */
	int started, adding;
};
int mode_next(struct mode_parser *p, struct mode_change *change);

/* The highest rank of a membership's bits. */
enum rank mode_rank(uint32_t member);
/* The bits of RANK and of all above it. */
uint32_t mode_from(enum rank rank);
/* The rank with that prefix; RANK_NONE: there is none. */
enum rank mode_of_prefix(char prefix);
/* The row of a rank, by its word or its bit; NULL when there is none. */
const struct mode *mode_of_word(const char *word);
const struct mode *mode_of_bit(uint32_t member);

/* "ov" -> "@+": the prefixes of a membership, all or the highest only. */
const char *mode_prefixes(uint32_t member, int all, char buf[8]);

/* ISUPPORT values out of the tables: "b,k,l,imnrst" and "(ov)@+";
 * the lists, "Ibe". */
const char *mode_chanmodes(char *buf, int size);
const char *mode_prefix(char *buf, int size);
const char *mode_lists(char *buf, int size);
/* All letters, for 004. */
const char *mode_letters(const struct mode *table, char *buf, int size);
/* Of rooms' those that take a parameter. */
const char *mode_letters_param(char *buf, int size);

#endif
