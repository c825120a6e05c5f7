/* SPDX-License-Identifier: ISC */
#ifndef SERVER_LIST_H
#define SERVER_LIST_H

#include <string.h>

/* Comma-separated parameters: "a,b,c". */

/* Copies item N (from 0; empty ones do not count) of LIST into BUF, cut to
 * SIZE with its NUL.  Returns 1, or 0 when there are not so many. */
static inline int
list_item(const char *list, unsigned n, char *buf, size_t size)
{
	size_t len;

	for (; list != NULL && *list != '\0'; list += len) {
		list += strspn(list, ",");
		len = strcspn(list, ",");
		if (len == 0 || n-- > 0)
			continue;
		if (len >= size)
			len = size - 1;
		memcpy(buf, list, len);
		buf[len] = '\0';
		return 1;
	}
	return 0;
}

#endif
