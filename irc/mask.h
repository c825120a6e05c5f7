/* SPDX-License-Identifier: ISC */
#ifndef IRC_MASK_H
#define IRC_MASK_H

#include <stddef.h>

/* Masks with '*' and '?': RFC 2812 2.5, modern-irc "Wildcard Expressions". */

/* Whether TEXT matches MASK, case folded, '\' escapes; linear in memory and
 * at most mask times text in time, whatever the mask. */
int mask_match(const char *mask, const char *text);

/* Completes a ban mask: "nick" -> "nick!*@*", "user@host" -> "*!user@host",
 * "host.name" with a '.' or ':' -> "*!*@host.name"; doubled stars become one.
 * Tildes before a user go: where there is ident they mark a user who has none,
 * and masks are taken along from there; name_clean_user() lets nobody have one.
 * Cut to SIZE.  Returns 0, or -1 when it was cut or holds a control. */
int mask_complete(char *dst, size_t size, const char *src);

/* Whether the text holds '*' or '?'. */
int mask_is_wild(const char *text);

#endif
