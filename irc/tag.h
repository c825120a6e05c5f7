/* SPDX-License-Identifier: ISC */
#ifndef IRC_TAG_H
#define IRC_TAG_H

#include <stddef.h>

/* Message tags: IRCv3 message-tags, "Rules for sending message tags". */

/*
 * Steps through raw TAGS ("a=b;c").  *P starts at the tags; each call points
 * KEY and VALUE (still escaped; length 0 when absent) into them and moves *P
 * on.  What has no key is passed over.  Returns 0 when none is left, which is
 * at once when *P is NULL.
 */
int tag_next(const char **p, const char **key, size_t *keylen,
    const char **value, size_t *valuelen);

/* The unescaped value of the LAST tag named KEY into BUF, cut to SIZE with its
 * NUL.  Returns its length, or -1 when there is no such tag. */
long tag_get(const char *tags, const char *key, char *buf, size_t size);

/*
 * Undoes / makes tag escaping.  Both return the length written, without the
 * NUL they add.  Output that does not fit SIZE is cut, never inside an escape
 * or a UTF-8 character.
 */
size_t tag_unescape(char *dst, size_t size, const char *src, size_t len);
size_t tag_escape(char *dst, size_t size, const char *src, size_t len);

/*
 * Copies to DST ("+a=b;+c", raw) what a server relays of a client's tags: the
 * client-only ones (a '+' first) with a valid key and a value of UTF-8, each
 * once (the last one wins), the first TAG_CLIENT_MOST names, and none that DENY
 * refuses ("": none is).  One that does not fit is left out whole.  Returns the
 * length, 0 when there is none.
 */
enum { TAG_CLIENT_MOST = 64 };
size_t tag_client_only(char *dst, size_t size, const char *tags,
    const char *deny);

/*
 * Whether DENY, the value of CLIENTTAGDENY, refuses the client-only tag KEY,
 * '+' and all: names without '+', separated by commas; "*" is all of them but
 * those that are named with a '-' before.
 */
int tag_denied(const char *deny, const char *key, size_t len);
/* Whether it is such a list. */
int tag_deny_valid(const char *deny);

/* Whether a key is well formed: ['+'] [vendor '/'] letters, digits, '-'. */
int tag_key_valid(const char *key, size_t len);

#endif
