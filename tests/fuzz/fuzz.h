/* SPDX-License-Identifier: ISC */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What libFuzzer and replay.c call. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As assert(3), whatever NDEBUG says. */
#define MUST(x)                                                               \
	do {                                                                  \
		if (!(x)) {                                                   \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,    \
			    #x);                                              \
			abort();                                              \
		}                                                             \
	} while (0)

/* LEN bytes and a NUL in memory of just that size; free(3) it. */
static inline char *
fuzz_string(const uint8_t *data, size_t len)
{
	char *s = malloc(len + 1);

	MUST(s != NULL);
	if (len > 0)
		memcpy(s, data, len);
	s[len] = '\0';
	return s;
}

/* Makes them what the file PATH holds. */
static inline void
fuzz_put(const char *path, const uint8_t *data, size_t size)
{
	FILE *f = fopen(path, "w");

	MUST(f != NULL && fwrite(data, 1, size, f) == size && fclose(f) == 0);
}

#endif
