/* SPDX-License-Identifier: ISC */

/*
 * Lines: a key, and after "=" a value.  A key is what it is when taken again
 * and fits a word of a line; a list, to which each is added and from which
 * those with a value are taken, has each once and is never too long.
 */

#include "../../irc/metadata.h"
#include "../../irc/utf8.h"
#include "fuzz.h"

static void
check_key(const char *src, char *key)
{
	char again[METADATA_KEY + 1];
	size_t n = metadata_key(key, src);

	MUST(n == strlen(key) && n <= METADATA_KEY);
	if (n == 0)
		return;
	MUST(n == strlen(src));
	MUST(key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_./-")] ==
	    '\0');
	MUST(metadata_key(again, key) == n && strcmp(key, again) == 0);
}

static void
check_value(const char *value)
{
	size_t n = strlen(value);

	if (!metadata_value(value))
		return;
	MUST(n > 0 && n <= METADATA_VALUE && utf8_valid(value, n));
	MUST(strpbrk(value, "\r\n") == NULL);
}

static void
check_list(const char *list)
{
	unsigned n = 0;
	size_t len;

	MUST(strlen(list) < METADATA_LIST);
	MUST(list[0] != ' ' && strstr(list, "  ") == NULL);
	for (; *list != '\0'; list += len + (list[len] == ' '), n++)
		len = strcspn(list, " ");
	MUST(n <= METADATA_SUBS);
}

static void
check_add(char *list, const char *key, int removing)
{
	size_t n = strlen(key);
	unsigned count = metadata_list_count(list);
	int had = metadata_list_has(list, key, n), r;

	r = metadata_list_add(list, key);
	MUST(had ? r == 0 : r == (count < METADATA_SUBS ? 1 : -1));
	MUST(metadata_list_has(list, key, n) == (had || r == 1));
	MUST(metadata_list_count(list) == count + (r == 1));
	check_list(list);
	if (!removing)
		return;
	count = metadata_list_count(list);
	had = metadata_list_has(list, key, n);
	MUST(metadata_list_remove(list, key) == had);
	MUST(!metadata_list_has(list, key, n));
	MUST(metadata_list_count(list) == count - (unsigned)had);
	check_list(list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), *at = text, *line, *value;
	char list[METADATA_LIST] = "", key[METADATA_KEY + 1];

	while ((line = strsep(&at, "\n")) != NULL) {
		if ((value = strchr(line, '=')) != NULL) {
			*value++ = '\0';
			check_value(value);
		}
		check_key(line, key);
		if (key[0] != '\0')
			check_add(list, key, value != NULL);
	}
	free(text);
	return 0;
}
