/* SPDX-License-Identifier: ISC */

/*
 * Lines of the file of known servers, which somebody may have edited, and the
 * value of sts, which any server may send.  What a line says is the same when
 * it was written and is read again.
 */

#include "../../client/trust/known.h"
#include "../../client/trust/sts.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	char first[KNOWN_LINE], second[KNOWN_LINE], port[URI_PORT];
	struct known k;
	struct sts s;

	if (known_read(&k, text) == 1) {
		MUST(k.kind > KNOWN_NOTHING && k.kind < KNOWN_KINDS);
		known_write(first, &k);
		MUST(known_read(&k, first) == 1);
		known_write(second, &k);
		MUST(strcmp(first, second) == 0);
	}
	sts_read(&s, text);
	MUST(s.duration >= -1);
	MUST(*s.port == '\0' ||
	    uri_port(port, s.port, strlen(s.port)) == 0);
	free(text);
	return 0;
}
