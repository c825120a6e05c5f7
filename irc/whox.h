/* SPDX-License-Identifier: ISC */
#ifndef IRC_WHOX_H
#define IRC_WHOX_H

/* The second parameter of WHO: flags, and the fields of IRCv3 WHOX. */

/* Fields, one bit each, in the order in which they stand in a reply. */
enum whox_field {
	WHOX_TOKEN = 0x0001,    /* t */
	WHOX_CHANNEL = 0x0002,  /* c */
	WHOX_USER = 0x0004,     /* u */
	WHOX_IP = 0x0008,       /* i */
	WHOX_HOST = 0x0010,     /* h */
	WHOX_SERVER = 0x0020,   /* s */
	WHOX_NICK = 0x0040,     /* n */
	WHOX_FLAGS = 0x0080,    /* f */
	WHOX_HOPS = 0x0100,     /* d */
	WHOX_IDLE = 0x0200,     /* l */
	WHOX_ACCOUNT = 0x0400,  /* a */
	WHOX_OPLEVEL = 0x0800,  /* o */
	WHOX_REALNAME = 0x1000, /* r */
};

struct whox {
	int wanted;        /* there is a '%': 354, not 352 */
	unsigned fields;   /* WHOX_*; unknown letters are left out */
	char token[4];     /* up to three digits, "0" without any */
	int operators;     /* flag o: nobody else */
	unsigned matched;  /* flags n, u, h, a, r: what a mask is held against,
	                    * as WHOX_*; 0: none of them was given */
};

/* Takes "FLAGS%FIELDS,TOKEN" apart; all texts are legal. */
void whox_parse(struct whox *x, const char *text);

#endif
