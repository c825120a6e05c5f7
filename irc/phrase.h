/* SPDX-License-Identifier: ISC */
#ifndef IRC_PHRASE_H
#define IRC_PHRASE_H

/* A digest in words, for people who compare keys. */

enum {
	PHRASE_DIGEST = 32,	/* bytes, of SHA-256 or the like */
	PHRASE_WORDS = 8,	/* of ten bits each: 80 bits are said */
	PHRASE_SIZE = PHRASE_WORDS * 9 /* bytes, the NUL counted */
};

/* The phrase of DIGEST: PHRASE_WORDS words of small letters with a space
 * between two.  DIGEST must be the output of a cryptographic hash, as only
 * its first 80 bits are said: hash anything else first. */
void phrase_write(char out[PHRASE_SIZE],
    const unsigned char digest[PHRASE_DIGEST]);

#endif
