/* SPDX-License-Identifier: ISC */
/*
 * For programs that use the harness but are no libcheck tests: the linker
 * sends here (--wrap) what it reports to libcheck, which is not there.  A mark
 * is what passed, so nothing is done; a failure is said, and is the end.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "unchecked.h"

void __wrap__mark_point(const char *file, int line);
void __wrap__ck_assert_failed(const char *file, int line, const char *expr,
    const char *msg, ...) __attribute__((noreturn));

void (*unchecked_failed)(const char *where, const char *why);

void
__wrap__mark_point(const char *file, int line)
{
	(void)file;
	(void)line;
}

void
__wrap__ck_assert_failed(
    const char *file, int line, const char *expr, const char *msg, ...)
{
	char where[256], why[1000];
	va_list ap;

	snprintf(where, sizeof(where), "%s:%d: ", file, line);
	snprintf(why, sizeof(why), "%s", expr);
	va_start(ap, msg);
	if (msg != NULL)
		vsnprintf(why, sizeof(why), msg, ap);
	va_end(ap);
	if (unchecked_failed != NULL)
		unchecked_failed(where, why);
	else
		printf("%s%s\n", where, why);
	exit(1);
}
