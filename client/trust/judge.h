/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_JUDGE_H
#define CLIENT_JUDGE_H

#include "irc/pin.h"
#include "known.h"

/* Whether a server is to be believed that it is who we want to talk to. */

/* What is wrong with the chain of its certificate, bit by bit; 0: nothing. */
enum judge_flaw {
	FLAW_NAME = 1,    /* it is for another host */
	FLAW_ISSUER = 2,  /* nobody whom the system trusts vouches for it */
	FLAW_EXPIRED = 4, /* or not valid yet */
	FLAW_OTHER = 8,   /* revoked, too weak, malformed... */
};

enum judge_trust {
	TRUST_KNOWN, /* only who is known, or vouched for: scripts */
	TRUST_FIRST, /* also the key of a server that was never met */
};

enum judge_verdict {
	JUDGE_VOUCHED,  /* by the system's authorities */
	JUDGE_PINNED,   /* by the pin that the user gave */
	JUDGE_KNOWN,    /* it is the key from before */
	JUDGE_FIRST,    /* never met, and to be known from now on */
	/* From here on: not a byte to it. */
	JUDGE_UNKNOWN,  /* never met, and that does not do */
	JUDGE_FLAWED,   /* never met, and what it shows is another's, or old */
	JUDGE_NOT_PIN,  /* not the pin that the user gave */
	JUDGE_CHANGED,  /* not the key from before */
	JUDGE_FALLEN,   /* an authority vouched for it before, none does now */
	JUDGE_UNSURE,   /* what is known of it cannot be read; not judge()'s */
};

struct judge_case {
	unsigned int flaws;   /* judge_flaw */
	const unsigned char *shown; /* the pin of the key it shows */
	const unsigned char *wanted; /* that the user gave; NULL: none */
	const struct known *known;  /* KNOWN_NOTHING, KNOWN_PIN, KNOWN_CA */
	enum judge_trust trust;
};

enum judge_verdict judge(const struct judge_case *c);
/* Whether a byte may be sent. */
int judge_accepts(enum judge_verdict v);
/* How it is known, or what is wrong, in a few words without a subject: "an
 * authority of the system vouches for it". */
const char *judge_words(enum judge_verdict v);

#endif
