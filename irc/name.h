/* SPDX-License-Identifier: ISC */
#ifndef IRC_NAME_H
#define IRC_NAME_H

#include <stddef.h>
#include <stdint.h>

/* Names of users and rooms and how they compare: CASEMAPPING=ascii. */

enum {
	NAME_NICK = 30,     /* NICKLEN, in bytes */
	NAME_USER = 12,     /* USERLEN */
	NAME_HOST = 63,     /* HOSTLEN */
	NAME_CHANNEL = 64,  /* CHANNELLEN, with its '#' */
	NAME_REAL = 150,
};

/* -1, 0, 1 as strcmp, with A-Z taken as a-z. */
int name_cmp(const char *a, const char *b);
/* A hash of the folded name: equal names, equal hashes (FNV-1a). */
uint32_t name_hash(const char *name);
void name_fold(char *dst, const char *src, size_t size);

/*
 * A nick: letters, digits and []\`_^{|}- , not beginning with a digit or '-',
 * at most NAME_NICK bytes; bytes above 127 only as valid UTF-8 without
 * spaces, controls, invisible characters or loose accents.  The vowel signs of
 * a script are let in, two in a row and none at the beginning.
 */
int name_is_nick(const char *nick);
/* '#', then no space, comma, colon-first, BEL, control or invalid UTF-8. */
int name_is_channel(const char *name);
/* Whether a target starts as a channel would, valid or not. */
int name_looks_channel(const char *name);
/* A user name of USER, cleaned: what is not printable ASCII or of "@!:* "
 * goes, and a tilde before it; cut to NAME_USER; "user" when nothing stays. */
void name_clean_user(char *dst, size_t size, const char *src);

#endif
