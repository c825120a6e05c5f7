/* SPDX-License-Identifier: ISC */
/*
 * The file of known servers.  A line each:
 *
 *	HOST PORT pin sha256/BASE64
 *	HOST PORT ca
 *	HOST PORT sts UNTIL
 *
 * It is read anew for each question: that happens once a connection.  Who
 * changes it holds a lock beside it, reads it, and replaces it in one step, so
 * that a reader sees the old or the new and two writers lose nothing.  Lines
 * that are malformed stay where they are; one about the host in question is an
 * error, since to pass over it would be to meet the server for the first time,
 * and to believe whoever answers.  So is a file with NULs in it: zeros are what
 * a disk leaves of lines that it lost.
 */

#include <sys/file.h>
#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/setting/path.h"
#include "known.h"

#define KNOWN_FILE "known-servers"
#define KNOWN_LOCK "known-servers.lock"

enum { KNOWN_MOST = 1024 * 1024 }; /* bytes of a file that is read */

/* ---- lines ---- */

static int
known_read_pin(struct known *k, const char *value)
{
	return pin_read(k->pin, value);
}

static int
known_read_ca(struct known *k, const char *value)
{
	(void)k;
	return *value == '\0' ? 0 : -1;
}

static int
known_read_sts(struct known *k, const char *value)
{
	char *end;

	if (*value < '0' || *value > '9')
		return -1;
	errno = 0;
	k->until = strtoll(value, &end, 10);
	return *end == '\0' && errno == 0 ? 0 : -1;
}

static const struct {
	const char *name;
	int (*read)(struct known *, const char *);
} known_kinds[KNOWN_KINDS] = {
	[KNOWN_PIN] = { "pin", known_read_pin },
	[KNOWN_CA] = { "ca", known_read_ca },
	[KNOWN_STS] = { "sts", known_read_sts },
};

static void
known_host(char host[URI_HOST], const char *from)
{
	size_t i;

	for (i = 0; from[i] != '\0' && i + 1 < URI_HOST; i++)
		host[i] = (char)tolower((unsigned char)from[i]);
	host[i] = '\0';
}

/* The next word of *LINE, which is cut behind it; "" at the end. */
static char *
known_word(char **line)
{
	char *word = *line + strspn(*line, " \t");

	*line = word + strcspn(word, " \t");
	if (**line != '\0')
		*(*line)++ = '\0';
	return word;
}

int
known_read(struct known *k, const char *line)
{
	char copy[KNOWN_LINE], *rest = copy, *word, *value;
	int kind;

	memset(k, 0, sizeof(*k));
	snprintf(copy, sizeof(copy), "%s", line);
	word = known_word(&rest);
	if (*word == '\0' || *word == '#')
		return 0;
	if (strlen(word) >= URI_HOST)
		return -1;
	known_host(k->host, word);
	word = known_word(&rest);
	if (strlen(line) >= sizeof(copy) ||
	    uri_port(k->port, word, strlen(word)) == -1)
		return -1;
	word = known_word(&rest);
	value = known_word(&rest);
	for (kind = 1; kind < KNOWN_KINDS; kind++)
		if (strcmp(known_kinds[kind].name, word) == 0)
			break;
	if (kind == KNOWN_KINDS || *known_word(&rest) != '\0' ||
	    known_kinds[kind].read(k, value) == -1)
		return -1;
	k->kind = (enum known_kind)kind;
	return 1;
}

void
known_write(char line[KNOWN_LINE], const struct known *k)
{
	char value[PIN_TEXT + 1] = "";

	if (k->kind == KNOWN_PIN) {
		*value = ' ';
		pin_write(value + 1, k->pin);
	} else if (k->kind == KNOWN_STS)
		snprintf(value, sizeof(value), " %" PRId64, k->until);
	snprintf(line, KNOWN_LINE, "%s %s %s%s", k->host, k->port,
	    known_kinds[k->kind].name, value);
}

/* Whether both are about the same: the key of a server, or sts of a host. */
static int
known_same(const struct known *a, const struct known *b)
{
	int sts = a->kind == KNOWN_STS;

	return strcmp(a->host, b->host) == 0 &&
	    (b->kind == KNOWN_STS) == sts &&
	    (sts || strcmp(a->port, b->port) == 0);
}

/* ---- the file ---- */

const char *
known_file(void)
{
	static char path[PATH_MOST];

	if (path_state(path, sizeof(path), KNOWN_FILE) == -1)
		*path = '\0';
	return path;
}

/* The whole of it, to be freed; NULL with errno, ENOENT: there is none,
 * EBADMSG: it is no text. */
static char *
known_slurp(void)
{
	int fd = *known_file() == '\0' ? (errno = ENOENT, -1) :
	    open(known_file(), O_RDONLY | O_CLOEXEC | O_NOCTTY), saved;
	struct stat st;
	char *text = NULL;
	ssize_t n = 0;
	size_t len;

	if (fd == -1)
		return NULL;
	if (fstat(fd, &st) == -1)
		goto fail;
	errno = EFBIG;
	if (st.st_size > KNOWN_MOST)
		goto fail;
	text = calloc(1, (size_t)st.st_size + 1);
	if (text == NULL)
		goto fail;
	for (len = 0; len < (size_t)st.st_size; len += (size_t)n) {
		n = read(fd, text + len, (size_t)st.st_size - len);
		if (n == -1)
			goto fail;
		if (n == 0)
			break;
	}
	errno = EBADMSG;
	if (strlen(text) != len)
		goto fail;
	close(fd);
	return text;

fail:
	saved = errno;
	free(text);
	close(fd);
	errno = saved;
	return NULL;
}

/* The next line of TEXT, cut there; NULL after the last. */
static char *
known_next(char **text)
{
	char *line = *text, *end = strchr(line, '\n');

	if (*line == '\0')
		return NULL;
	*text = end != NULL ? end + 1 : line + strlen(line);
	if (end != NULL)
		*end = '\0';
	return line;
}

/* What the file knows of the same as WANT; WANT->kind is KNOWN_STS, or any of
 * the others. */
static int
known_look(struct known *k, const struct known *want)
{
	char *text = known_slurp(), *rest = text, *line;
	int result = 0, what;

	if (text == NULL) {
		memset(k, 0, sizeof(*k));
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	}
	while ((line = known_next(&rest)) != NULL) {
		what = known_read(k, line);
		if (what == 1 && known_same(k, want))
			goto found;
		if (what == -1 && strcmp(k->host, want->host) == 0) {
			errno = EBADMSG;
			result = -1;
			goto found;
		}
	}
	memset(k, 0, sizeof(*k));
found:
	free(text);
	return result;
}

int
known_find(struct known *k, const char *host, const char *port)
{
	struct known want = { .kind = KNOWN_PIN };

	known_host(want.host, host);
	snprintf(want.port, sizeof(want.port), "%s", port);
	return known_look(k, &want);
}

int
known_find_sts(struct known *k, const char *host, int64_t now)
{
	struct known want = { .kind = KNOWN_STS };

	known_host(want.host, host);
	if (known_look(k, &want) == -1)
		return -1;
	if (k->kind == KNOWN_STS && k->until <= now)
		memset(k, 0, sizeof(*k));
	return 0;
}

/* ---- changing it ---- */

/* Who holds it may change the file; -1 with errno.  Another moot holds it only
 * for as long as it takes to write a few lines. */
static int
known_lock(void)
{
	char path[PATH_MOST];
	int fd;

	if (path_state(path, sizeof(path), KNOWN_LOCK) == -1) {
		errno = ENOENT;
		return -1;
	}
	if (path_prepare(path) == -1)
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd != -1 && flock(fd, LOCK_EX) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Writes OLD but for what is about the same as one of GONE. */
static void
known_copy(FILE *f, char *old, const struct known *gone, size_t n)
{
	struct known k;
	char *line;
	size_t i;

	while ((line = known_next(&old)) != NULL) {
		i = n;
		if (known_read(&k, line) == 1)
			for (i = 0; i < n && !known_same(&k, &gone[i]); i++)
				;
		else if (*k.host != '\0' && strcmp(k.host, gone->host) == 0)
			i = 0; /* malformed, and about the same host */
		if (i == n)
			fprintf(f, "%s\n", line);
	}
}

/* With the lock. */
static int
known_replace(const struct known *gone, size_t n, const struct known *new)
{
	char line[KNOWN_LINE], *text = NULL, *old;
	int result = -1, saved;
	size_t len;
	FILE *f;

	old = known_slurp();
	f = old == NULL && errno != ENOENT ? NULL :
	    open_memstream(&text, &len);
	if (f != NULL) {
		if (old != NULL)
			known_copy(f, old, gone, n);
		if (new != NULL) {
			known_write(line, new);
			fprintf(f, "%s\n", line);
		}
		if (fclose(f) == 0)
			result = path_replace(known_file(), text, len, 0600);
	}
	saved = errno;
	free(old);
	free(text);
	errno = saved;
	return result;
}

/* RESULT of what was done with LOCK, which is let go. */
static int
known_unlock(int lock, int result)
{
	int saved = errno;

	close(lock);
	errno = saved;
	return result;
}

int
known_keep(const struct known *k)
{
	struct known copy = *k;
	int lock = known_lock();

	known_host(copy.host, k->host);
	return lock == -1 ? -1 : known_unlock(lock,
	    known_replace(&copy, 1, &copy));
}

int
known_learn(struct known *k)
{
	struct known there, new = *k;
	int lock = known_lock(), result;

	if (lock == -1)
		return -1;
	known_host(new.host, k->host);
	result = known_look(&there, &new);
	if (result == 0 && there.kind == KNOWN_NOTHING)
		result = known_replace(&new, 1, &new);
	else if (result == 0) {
		result = there.kind != new.kind || (new.kind == KNOWN_PIN &&
		    memcmp(there.pin, new.pin, PIN_BYTES) != 0);
		*k = there;
	}
	return known_unlock(lock, result);
}

int
known_forget(const char *host, const char *port)
{
	struct known gone[2] = { { .kind = KNOWN_PIN }, { .kind = KNOWN_STS } };
	int lock = known_lock();

	if (lock == -1)
		return -1;
	known_host(gone[0].host, host);
	known_host(gone[1].host, host);
	snprintf(gone[0].port, sizeof(gone[0].port), "%s", port);
	return known_unlock(lock, known_replace(gone, 2, NULL));
}
