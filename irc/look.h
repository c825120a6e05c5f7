/* SPDX-License-Identifier: ISC */
#ifndef IRC_LOOK_H
#define IRC_LOOK_H

#include <stddef.h>
#include <stdint.h>

/*
 * What a nick looks like: two nicks of the same look cannot be told apart at a
 * glance, so only one of them can be somebody's.  Letters of other scripts
 * that look like one of ASCII count as that, and case does not count.  ASCII
 * letters and digits stay what they are: l, 1 and I differ.
 */

/* The look of NICK, in as many bytes as it has at most. */
void look_of(char *dst, size_t size, const char *nick);
/* A hash of it: of a nick in ASCII, that of name_hash(). */
uint32_t look_hash(const char *nick);
int look_same(const char *a, const char *b);

/* Whether NICK has letters of two of the scripts that look alike (Latin,
 * Greek, Cyrillic, Armenian, Cherokee). */
int look_mixes(const char *nick);

#endif
