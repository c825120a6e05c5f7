/* SPDX-License-Identifier: ISC */
/*
 * The judge: pure, a few rules in order.
 *
 * A pin that the user gave decides alone.  What is known from before comes
 * next, and any change of it stops: a key that is another one, even if an
 * authority vouches for the new one, and a certificate that no authority
 * vouches for where one did.  Who was never met is believed when an authority
 * vouches for it, else, where a person looks, by its key, which is shown and
 * known from then on; but not if the certificate was made for another host or
 * is out of date: then somebody should look first.
 */

#include <string.h>

#include "judge.h"

static int
judge_is(const unsigned char *a, const unsigned char *b)
{
	return memcmp(a, b, PIN_BYTES) == 0;
}

static enum judge_verdict
judge_stranger(const struct judge_case *c)
{
	if (c->flaws == 0)
		return JUDGE_VOUCHED;
	/* One's own certificate has any name or none: an issuer's does not. */
	if ((c->flaws & ~(unsigned int)FLAW_ISSUER) != 0 &&
	    c->flaws != (FLAW_ISSUER | FLAW_NAME))
		return JUDGE_FLAWED;
	return c->trust == TRUST_FIRST ? JUDGE_FIRST : JUDGE_UNKNOWN;
}

enum judge_verdict
judge(const struct judge_case *c)
{
	if (c->wanted != NULL)
		return judge_is(c->shown, c->wanted) ? JUDGE_PINNED :
		    JUDGE_NOT_PIN;
	if (c->known->kind == KNOWN_PIN && judge_is(c->shown, c->known->pin))
		return JUDGE_KNOWN;
	if (c->known->kind == KNOWN_PIN)
		return JUDGE_CHANGED;
	if (c->known->kind == KNOWN_CA && c->flaws != 0)
		return JUDGE_FALLEN;
	return judge_stranger(c);
}

int
judge_accepts(enum judge_verdict v)
{
	return v < JUDGE_UNKNOWN;
}

const char *
judge_words(enum judge_verdict v)
{
	static const char *const words[] = {
		[JUDGE_VOUCHED] = "an authority that this system trusts "
		    "vouches for it",
		[JUDGE_PINNED] = "it has the key that was given",
		[JUDGE_KNOWN] = "it has the key from before",
		[JUDGE_FIRST] = "met for the first time, and known by its key "
		    "from now on",
		[JUDGE_UNKNOWN] = "never met before, and no authority that "
		    "this system trusts vouches for it",
		[JUDGE_FLAWED] = "never met before, and its certificate is "
		    "not in order",
		[JUDGE_NOT_PIN] = "it does not have the key that was given",
		[JUDGE_CHANGED] = "IT HAS ANOTHER KEY THAN BEFORE",
		[JUDGE_FALLEN] = "AN AUTHORITY VOUCHED FOR IT BEFORE, AND "
		    "NONE DOES NOW",
		[JUDGE_UNSURE] = "whether it is the same as before cannot "
		    "be known",
	};

	return words[v];
}
