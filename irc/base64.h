/* SPDX-License-Identifier: ISC */
#ifndef IRC_BASE64_H
#define IRC_BASE64_H

#include <stddef.h>

/* RFC 4648: the usual alphabet with padding, and the one for URLs without. */

/* Bytes of the text of N bytes, with padding and a NUL. */
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

/* LEN bytes of SRC as text; -1 when it does not fit with its NUL. */
int base64_write(char *dst, size_t size, const void *src, size_t len);
/* The same for a URL: '-' and '_' for '+' and '/', and no padding. */
int base64_write_url(char *dst, size_t size, const void *src, size_t len);
/* The bytes of the LEN characters at TEXT, of either alphabet, with padding or
 * without; how many, -1 when they are of no such form, bits that mean nothing
 * are set, or it is more than SIZE. */
long base64_read(void *dst, size_t size, const char *text, size_t len);

#endif
