/* SPDX-License-Identifier: ISC */

/*
 * URIs of servers, as they come in mails.  What is one can be written, and is
 * the same when it is read again; nothing of it can break a line of the
 * protocol.
 */

#include "../../irc/uri.h"
#include "fuzz.h"

static int
is_word(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return 0;
	return 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	char first[4 * URI_MOST], second[4 * URI_MOST];
	struct uri u, again;

	if (uri_read(&u, text) == 0) {
		MUST(uri_is(text));
		MUST(*u.host != '\0' && is_word(u.host) && is_word(u.room));
		MUST(is_word(u.token) && *u.token != ':');
		MUST(uri_write(first, sizeof(first), &u) == 0);
		MUST(is_word(first));
		if (uri_read(&again, first) == 0) {
			MUST(uri_write(second, sizeof(second), &again) == 0);
			MUST(strcmp(first, second) == 0);
		} else
			MUST(strlen(first) >= URI_MOST);
	}
	free(text);
	return 0;
}
