/* SPDX-License-Identifier: ISC */
/*
 * Process titles.  Linux shows as a process's command line whatever bytes lie
 * where its arguments were put at exec, so a title is written over them, and
 * over the environment behind them, which is first copied to the heap.  The
 * master calls title_open() before anything else keeps a pointer into either;
 * each process then calls title_set() once it knows what it is.
 *
 * The name in /proc/PID/comm stays "mootd", for pkill(1) and for core files.
 * When memory is short at the start there are no titles, and that is all.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "title.h"

static char *title_start;
static size_t title_size;

/* Copies the environment, array and strings in one block; returns -1 and
 * changes nothing if it cannot.  The block is remembered here because setenv()
 * and unsetenv() may forget both. */
static int
environ_move(void)
{
	static char **block;
	size_t i, n, len, size = 0;
	char *text;

	for (n = 0; environ[n] != NULL; n++)
		size += strlen(environ[n]) + 1;
	block = malloc((n + 1) * sizeof *block + size);
	if (block == NULL)
		return -1;
	text = (char *)(block + n + 1);
	for (i = 0; i < n; i++) {
		len = strlen(environ[i]) + 1;
		block[i] = memcpy(text, environ[i], len);
		text += len;
	}
	block[n] = NULL;
	environ = block;
	return 0;
}

/*
 * The strings of argv and of the environment follow each other without a gap,
 * unless somebody has already moved one; only what is contiguous is ours.  The
 * arguments themselves are copied too: options parsed from them are pointers
 * into them, and are wanted after the first title is set.
 */
void
title_open(int argc, char **argv)
{
	char *argv_start, *end, *copy;
	char **env = environ;
	int i;

	if (argc < 1 || argv[0] == NULL)
		return;
	argv_start = argv[0];
	end = argv_start;
	for (i = 0; i < argc && argv[i] == end; i++)
		end += strlen(end) + 1;
	if (i == argc)
		for (; *env != NULL && *env == end; env++)
			end += strlen(end) + 1;
	if (environ_move() == -1)
		return;
	for (i = 0; i < argc; i++) {
		copy = strdup(argv[i]);
		if (copy == NULL)
			return;
		argv[i] = copy;
	}
	program_invocation_name = argv[0];
	title_start = argv_start;
	title_size = (size_t)(end - argv_start);
}

void
title_set(const char *fmt, ...)
{
	va_list ap;

	if (title_start == NULL)
		return;
	/* NULs to the end: the kernel shows what is left there otherwise. */
	memset(title_start, 0, title_size);
	va_start(ap, fmt);
	vsnprintf(title_start, title_size, fmt, ap);
	va_end(ap);
}
