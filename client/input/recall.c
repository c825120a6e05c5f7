/* SPDX-License-Identifier: ISC */
/*
 * The history: the last lines that were typed, in memory and perhaps in a
 * file.
 *
 * The file has a line for each text, in which a line end is "\n" and a
 * backslash two.  Each is appended at once, in one write, so that several
 * processes may share it and a crash loses nothing; who opens a file that has
 * grown to twice what is kept writes it anew.  When it cannot be written,
 * memory is all there is.
 *
 * What may be a password (secrecy.h) is not kept.
 */

#include <sys/file.h>
#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "client/setting/path.h"
#include "client/setting/setting.h"
#include "irc/utf8.h"
#include "recall.h"
#include "secrecy.h"

static struct {
	char *line[RECALL_LINES];
	unsigned int first, end; /* serial numbers */
	int fd;
	int open;
} recall;

/* ---- lines ---- */

unsigned int
recall_first(void)
{
	return recall.first;
}

unsigned int
recall_end(void)
{
	return recall.end;
}

const char *
recall_line(unsigned int serial)
{
	if (serial - recall.first >= recall.end - recall.first)
		return NULL;
	return recall.line[serial % RECALL_LINES];
}

unsigned int
recall_find(unsigned int serial, int step, const char *words)
{
	const char *line;

	for (serial += (unsigned int)step;
	    (line = recall_line(serial)) != NULL;
	    serial += (unsigned int)step)
		if (strcasestr(line, words) != NULL)
			return serial;
	return recall.end;
}

/* Whether it was kept. */
static int
recall_keep(const char *target, const char *text)
{
	const char *last = recall_line(recall.end - 1);
	char *copy;

	if (*text == '\0' || strlen(text) > RECALL_BYTES ||
	    (last != NULL && strcmp(last, text) == 0) ||
	    secrecy_is_wanted(target, text))
		return 0;
	copy = strdup(text);
	if (copy == NULL)
		return 0;
	if (recall.end - recall.first == RECALL_LINES)
		recall.first++;
	free(recall.line[recall.end % RECALL_LINES]);
	recall.line[recall.end++ % RECALL_LINES] = copy;
	return 1;
}

/* ---- the file ---- */

/* A line of the file for TEXT; its length.  DST has room for twice the text
 * and two bytes more. */
static size_t
recall_quote(char *dst, const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		if (*text == '\n' || *text == '\\')
			dst[n++] = '\\';
		dst[n++] = *text == '\n' ? 'n' : *text;
	}
	dst[n++] = '\n';
	return n;
}

static void
recall_unquote(char *line)
{
	char *dst = line;

	for (; *line != '\0'; line++) {
		if (*line == '\\' && line[1] != '\0') {
			line++;
			*dst++ = *line == 'n' ? '\n' : *line;
		} else
			*dst++ = *line;
	}
	*dst = '\0';
}

static void
recall_append(int fd, const char *text)
{
	char line[2 * RECALL_BYTES + 2];
	size_t len = recall_quote(line, text);

	/* A full disk is no reason to disturb anybody: it is a convenience. */
	if (write(fd, line, len) != (ssize_t)len)
		return;
}

/* Reads the lines of FD, which is not closed; how many there were. */
static unsigned int
recall_read(int fd)
{
	char line[2 * RECALL_BYTES + 2];
	unsigned int n = 0;
	int whole, rest = 0; /* of a line that is too long */
	size_t len;
	FILE *f;

	fd = dup(fd);
	f = fd == -1 ? NULL : fdopen(fd, "r");
	if (f == NULL) {
		if (fd != -1)
			close(fd);
		return 0;
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		n++;
		len = strcspn(line, "\n");
		whole = !rest;
		rest = line[len] == '\0' && !feof(f);
		if (!whole || rest)
			continue; /* not ours: too long */
		line[len] = '\0';
		recall_unquote(line);
		if (utf8_valid(line, strlen(line)))
			recall_keep(NULL, line);
	}
	fclose(f);
	return n;
}

/* Whether the file is ours alone to read. */
static int
recall_is_ours(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return 0;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid()) {
		errno = EPERM;
		return 0;
	}
	return (st.st_mode & 077) == 0 || fchmod(fd, 0600) == 0;
}

/* What another process appends in this very moment may be lost. */
static void
recall_rewrite(int fd)
{
	unsigned int i;

	if (ftruncate(fd, 0) == -1)
		return;
	for (i = recall.first; i != recall.end; i++)
		recall_append(fd, recall_line(i));
}

int
recall_open(const char *file)
{
	int fd, error;

	fd = open(file, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
	    O_NONBLOCK, 0600);
	if (fd == -1)
		return -1;
	if (!recall_is_ours(fd) || flock(fd, LOCK_EX) == -1) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	if (recall_read(fd) > 2 * RECALL_LINES)
		recall_rewrite(fd);
	flock(fd, LOCK_UN);
	recall.fd = fd;
	recall.open = 1;
	return 0;
}

int
recall_begin(void)
{
	char path[PATH_MOST];

	if (!setting_on("history") ||
	    path_state(path, sizeof(path), "history") == -1)
		return 0;
	return path_prepare(path) == -1 ? -1 : recall_open(path);
}

void
recall_add(const char *target, const char *text, int hidden)
{
	if (recall_keep(target, text) && recall.open && !hidden)
		recall_append(recall.fd, text);
}

void
recall_close(void)
{
	unsigned int i;

	for (i = 0; i < RECALL_LINES; i++) {
		free(recall.line[i]);
		recall.line[i] = NULL;
	}
	if (recall.open)
		close(recall.fd);
	recall.open = 0;
	recall.first = recall.end;
}
