/* SPDX-License-Identifier: ISC */
/*
 * The control socket, from the administrator's side.
 *
 * Nothing here waits for ever: connecting, sending and each read end after
 * ANSWER_WAIT, a read after what is set instead.  Who has no permission learns
 * it in one of two ways, from the kernel when connecting or by an ERROR line
 * from the server; sending may
 * have failed by then, so what can still be read counts for more.
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "answer.h"

int answer_wait = ANSWER_WAIT;

static enum answer_result fail(struct answer *a, enum answer_result result,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static enum answer_result
fail(struct answer *a, enum answer_result result, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a->error, sizeof(a->error), fmt, ap);
	va_end(ap);
	return result;
}

static enum answer_result
reach(struct answer *a, const char *path)
{
	const struct timeval wait = { .tv_sec = ANSWER_WAIT / 1000 };
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(un.sun_path))
		return fail(a, ANSWER_UNREACHABLE, "%s: %s", path,
		    strerror(ENAMETOOLONG));
	memcpy(un.sun_path, path, strlen(path));
	a->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (a->fd < 0)
		return fail(a, ANSWER_UNREACHABLE, "socket: %s",
		    strerror(errno));
	/* for connect(2) too, which waits while the backlog is full */
	setsockopt(a->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (connect(a->fd, (const struct sockaddr *)&un, sizeof(un)) == 0)
		return ANSWER_OK;
	if (errno == EACCES || errno == EPERM)
		return fail(a, ANSWER_DENIED, "%s: %s", path, strerror(errno));
	return fail(a, ANSWER_UNREACHABLE, "%s: %s%s", path,
	    errno == EAGAIN ? "no answer" : strerror(errno),
	    errno == ENOENT || errno == ECONNREFUSED
	        ? " (is mootd running?)"
	        : "");
}

static void
ask(struct answer *a, const char *question)
{
	char line[ANSWER_LINE + 3];
	int len = snprintf(line, sizeof(line), "%s\r\n", question), at = 0;
	ssize_t n;

	while (at < len) {
		n = send(a->fd, line + at, (size_t)(len - at), MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR)
			return; /* what is there to read says more */
		at += n > 0 ? (int)n : 0;
	}
}

/* Judges the line at a->rows, LEN bytes without its end.  Returns 1 when it
 * was the last one, with *RESULT set. */
static int
judge(struct answer *a, size_t len, enum answer_result *result)
{
	static const char no[] = ". error ", error[] = "ERROR :";
	const char *line = a->bytes + a->rows;
	int left;

	*result = ANSWER_OK;
	if (len == 4 && memcmp(line, ". ok", 4) == 0)
		return 1;
	if (len >= sizeof(no) - 1 && memcmp(line, no, sizeof(no) - 1) == 0) {
		left = (int)(len - (sizeof(no) - 1));
		*result = fail(a, ANSWER_NO, "%.*s", left,
		    line + sizeof(no) - 1);
		return 1;
	}
	if (len >= sizeof(error) - 1 &&
	    memcmp(line, error, sizeof(error) - 1) == 0) {
		*result = fail(a,
		    memmem(line, len, "Permission denied", 17) != NULL
		        ? ANSWER_DENIED
		        : ANSWER_NO,
		    "the server says: %.*s",
		    (int)(len - (sizeof(error) - 1)), line + sizeof(error) - 1);
		return 1;
	}
	if (len > 0 && (line[0] == ':' || line[0] == '.')) {
		*result = fail(a, ANSWER_NO, "not understood: %.*s", (int)len,
		    line);
		return 1;
	}
	return 0;
}

/* Goes through the lines that have come since SEEN; as judge(). */
static int
take_lines(struct answer *a, enum answer_result *result)
{
	char *lf;
	size_t len;

	while ((lf = memchr(a->bytes + a->rows, '\n', a->used - a->rows)) !=
	    NULL) {
		len = (size_t)(lf - (a->bytes + a->rows));
		if (len > 0 && lf[-1] == '\r')
			len--;
		if (judge(a, len, result))
			return 1;
		a->rows = (size_t)(lf + 1 - a->bytes);
	}
	return 0;
}

static enum answer_result
collect(struct answer *a)
{
	struct pollfd p = { .fd = a->fd, .events = POLLIN };
	enum answer_result result;
	ssize_t n;

	for (;;) {
		if (a->size - a->used < 16384) {
			a->size = a->size * 2 + 65536;
			a->bytes = realloc(a->bytes, a->size);
			if (a->bytes == NULL) {
				perror("mootctl");
				exit(1);
			}
		}
		if ((n = poll(&p, 1, answer_wait)) == 0)
			return fail(a, ANSWER_UNREACHABLE,
			    "no answer for %d seconds", answer_wait / 1000);
		if (n > 0)
			n = recv(a->fd, a->bytes + a->used, a->size - a->used,
			    0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(a, ANSWER_CUT,
			    "the connection ended before the answer");
		a->used += (size_t)n;
		if (take_lines(a, &result))
			return result;
	}
}

enum answer_result
answer_get(struct answer *a, const char *path, const char *question)
{
	enum answer_result result;

	memset(a, 0, sizeof(*a));
	a->fd = -1;
	if ((result = reach(a, path)) != ANSWER_OK)
		return result;
	ask(a, question);
	return collect(a);
}

void
answer_free(struct answer *a)
{
	if (a->fd >= 0)
		close(a->fd);
	free(a->bytes);
	a->bytes = NULL;
	a->fd = -1;
}

int
answer_row(const struct answer *a, size_t *at, struct row *row)
{
	const char *line, *lf;
	size_t len;

	row->nfield = 0;
	while (row->nfield == 0 && *at < a->rows) {
		line = a->bytes + *at;
		lf = memchr(line, '\n', a->rows - *at);
		len = (size_t)(lf - line);
		*at += len + 1;
		if (len > 0 && line[len - 1] == '\r')
			len--;
		row_parse(row, line, len);
	}
	return row->nfield > 0;
}

int
answer_hangup(const struct answer *a, int ms)
{
	struct pollfd p = { .fd = a->fd, .events = POLLIN };
	char buf[512];

	if (poll(&p, 1, ms) <= 0)
		return 0;
	return recv(a->fd, buf, sizeof(buf), MSG_DONTWAIT) <= 0;
}
