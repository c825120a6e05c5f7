/* SPDX-License-Identifier: ISC */

/*
 * What can be a key and a value of METADATA, and lists of keys.
 *
 * Keys are folded to lower case: earlier drafts had them in any case.  A list
 * is a text, since a session has few keys and each is looked for seldom; it is
 * always valid, because only keys are added to it.
 */

#include <string.h>

#include "metadata.h"
#include "utf8.h"

static int
key_char(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
	    c == '.' || c == '/' || c == '-';
}

size_t
metadata_key(char *dst, const char *src)
{
	size_t n;
	char c;

	for (n = 0; (c = src[n]) != '\0'; n++) {
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (n == METADATA_KEY || !key_char((unsigned char)c)) {
			n = 0;
			break;
		}
		dst[n] = c;
	}
	dst[n] = '\0';
	return n;
}

int
metadata_value(const char *value)
{
	size_t n = strlen(value);

	return n > 0 && n <= METADATA_VALUE && utf8_valid(value, n) &&
	    strpbrk(value, "\r\n") == NULL;
}

unsigned
metadata_list_count(const char *list)
{
	unsigned n = *list != '\0';

	for (; *list != '\0'; list++)
		n += *list == ' ';
	return n;
}

/* Where the key is in LIST, or NULL. */
static const char *
find(const char *list, const char *key, size_t n)
{
	size_t len;

	for (; *list != '\0'; list += len + (list[len] == ' ')) {
		len = strcspn(list, " ");
		if (len == n && memcmp(list, key, n) == 0)
			return list;
	}
	return NULL;
}

int
metadata_list_has(const char *list, const char *key, size_t n)
{
	return find(list, key, n) != NULL;
}

int
metadata_list_add(char *list, const char *key)
{
	size_t n = strlen(key), len = strlen(list);

	if (find(list, key, n) != NULL)
		return 0;
	if (metadata_list_count(list) >= METADATA_SUBS ||
	    len + (len > 0) + n >= METADATA_LIST)
		return -1;
	if (len > 0)
		list[len++] = ' ';
	memcpy(list + len, key, n + 1);
	return 1;
}

int
metadata_list_remove(char *list, const char *key)
{
	size_t n = strlen(key), at;
	const char *found = find(list, key, n);

	if (found == NULL)
		return 0;
	at = (size_t)(found - list);
	if (list[at + n] == ' ')
		n++;
	else if (at > 0) {
		at--;
		n++;
	}
	memmove(list + at, list + at + n, strlen(list + at + n) + 1);
	return 1;
}
