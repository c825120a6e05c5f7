/* SPDX-License-Identifier: ISC */
/*
 * Where everything the server has to say to its keeper goes out: the five
 * words for trouble, and the escaping of text from outside.  Every process
 * calls it, the master before it forks and each worker again with its own
 * name.
 *
 * A line is built in a buffer on the stack and leaves in one write(2), so
 * lines of several processes never mix.  Logging cannot fail and does not
 * touch errno: what cannot be written is dropped, because a server that stops
 * for want of a log is worse than a log with a hole.  For the same reason
 * log_open() ignores SIGPIPE, and fills descriptors 0 to 2 if they were closed
 * lest a later socket become "standard error".
 */

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <paths.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "../irc/utf8.h"
#include "log.h"

enum {
	LINE = 2048,   /* below PIPE_BUF: a pipe takes it whole or not at all */
	TRACE = 64,    /* frames of a backtrace */
	SAFE = 512,    /* bytes of one log_safe() buffer */
	SAFE_TURNS = 4,
};

enum target { TO_PLAIN, TO_JOURNAL, TO_SYSLOG };

/* What a priority looks like to a person reading standard error. */
static const char *const log_marks[] = {
	[LOG_CRIT] = "panic: ",
	[LOG_ERR] = "fatal: ",
	[LOG_WARNING] = "warning: ",
	[LOG_INFO] = "",
	[LOG_DEBUG] = "debug: ",
};

static char log_name[32] = "mootd";
static enum log_level log_level = LOG_LEVEL_INFO;
static enum target log_target = TO_PLAIN;
static int syslog_fd = -1;

/*
 * JOURNAL_STREAM is inherited by everything a journalled service starts, a
 * terminal included, so its mere presence proves nothing: it holds device and
 * inode of the stream, and only if standard error is that file are we read by
 * the journal.
 */
static int
stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat st;
	char id[64];

	if (stream == NULL || fstat(STDERR_FILENO, &st) == -1)
		return 0;
	snprintf(id, sizeof id, "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(stream, id) == 0;
}

/* Workers share their descriptors: one that dies between an open and a close
 * leaves it to all for good.  So nothing is opened that need not be. */
static void
fill_standard_fds(void)
{
	int fd;

	for (fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			return;
}

/*
 * Not openlog(3): it closes its descriptor and opens another when it likes.
 * In a table that is shared, or that was handed over, its number may be a
 * client's by then.  This socket is not connected, so it is good for ever.
 */
void
log_syslog_open(void)
{
	if (syslog_fd < 0)
		syslog_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

void
log_step_aside(int first)
{
	int to;

	if (syslog_fd < 0 || syslog_fd >= first)
		return;
	to = fcntl(syslog_fd, F_DUPFD_CLOEXEC, first);
	close(syslog_fd);
	syslog_fd = to;
}

void
log_open(const char *name, enum log_level level, int to_syslog)
{
	void *frame[1];

	snprintf(log_name, sizeof log_name, "%s", name);
	log_level = level;
	fill_standard_fds();
	signal(SIGPIPE, SIG_IGN);
	/* The first call loads libgcc; in a panic the heap may be broken. */
	backtrace(frame, 1);
	/* Reads the file of the time zone, now and never again: without TZ
	 * strftime(3) looks for it each time. */
	setenv("TZ", ":/etc/localtime", 0);
	tzset();
	if (to_syslog) {
		log_syslog_open();
		log_target = TO_SYSLOG;
	} else
		log_target = stderr_is_journal() ? TO_JOURNAL : TO_PLAIN;
}

static void
stderr_write(const char *line, size_t len)
{
	while (write(STDERR_FILENO, line, len) == -1 && errno == EINTR)
		continue;
}

static void
syslog_write(int priority, const char *line)
{
	static const struct sockaddr_un un = { .sun_family = AF_UNIX,
		.sun_path = _PATH_LOG };
	char text[LINE + 64], when[32] = "";
	time_t now = time(NULL);
	struct tm tm;
	int n;

	if (localtime_r(&now, &tm) != NULL)
		strftime(when, sizeof when, "%b %e %H:%M:%S", &tm);
	n = snprintf(text, sizeof text, "<%d>%s mootd[%d]: %s",
	    LOG_DAEMON | priority, when, (int)getpid(), line);
	if (n >= (int)sizeof text)
		n = sizeof text - 1;
	while (sendto(syslog_fd, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT,
	    (const struct sockaddr *)&un, sizeof un) == -1 && errno == EINTR)
		continue;
}

/* Writes what precedes a line; returns its length. */
static size_t
put_prefix(char *line, size_t size, int priority)
{
	const char *mark = log_marks[priority];
	time_t now = time(NULL);
	struct tm tm;
	char when[32] = "";

	if (log_target == TO_SYSLOG)
		snprintf(line, size, "%s: %s", log_name, mark);
	else if (log_target == TO_JOURNAL)
		snprintf(line, size, "<%d>%s: %s", priority, log_name, mark);
	else {
		if (gmtime_r(&now, &tm) != NULL)
			strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
		snprintf(line, size, "%s %s: %s", when, log_name, mark);
	}
	return strlen(line);
}

/* Callers escape what is foreign; should one forget, a forged line must still
 * not be possible. */
static void
flatten(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == '\x7f')
			*text = ' ';
}

static void log_write(int, const char *, va_list)
    __attribute__((format(printf, 2, 0)));

static void
log_write(int priority, const char *fmt, va_list ap)
{
	int saved = errno;
	char line[LINE];
	size_t len, room;
	int n;

	len = put_prefix(line, sizeof line, priority);
	room = sizeof line - len - 1; /* the newline */
	n = vsnprintf(line + len, room, fmt, ap);
	if (n < 0)
		snprintf(line + len, room, "(unprintable: %s)", fmt);
	else if ((size_t)n >= room)
		memcpy(line + len + room - 4, "...", 4);
	flatten(line);
	if (log_target == TO_SYSLOG)
		syslog_write(priority, line);
	else {
		len = strlen(line);
		line[len++] = '\n';
		stderr_write(line, len);
	}
	errno = saved;
}

/* The level an event needs is checked here, once, for the words that are not
 * the end of the process. */
#define LOG_AT(level, priority)                                               \
	do {                                                                  \
		va_list ap;                                                   \
		if ((level) > log_level)                                      \
			return;                                               \
		va_start(ap, fmt);                                            \
		log_write((priority), fmt, ap);                               \
		va_end(ap);                                                   \
	} while (0)

void
log_warn(const char *fmt, ...)
{
	LOG_AT(LOG_LEVEL_WARN, LOG_WARNING);
}

void
log_info(const char *fmt, ...)
{
	LOG_AT(LOG_LEVEL_INFO, LOG_INFO);
}

void
log_debug(const char *fmt, ...)
{
	LOG_AT(LOG_LEVEL_DEBUG, LOG_DEBUG);
}

void
fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_write(LOG_ERR, fmt, ap);
	va_end(ap);
	exit(1);
}

void
fatal_final(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_write(LOG_ERR, fmt, ap);
	va_end(ap);
	exit(2);
}

static void log_crit(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

static void
log_crit(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_write(LOG_CRIT, fmt, ap);
	va_end(ap);
}

/* backtrace_symbols_fd() is the variant that needs no malloc, but it only
 * writes to a descriptor; a scratch file brings its lines back, so that
 * they carry a priority and reach syslog too. */
static void
log_trace(void)
{
	void *frames[TRACE];
	char text[TRACE * 128], *line, *rest;
	ssize_t n = -1;
	int fd, count;

	count = backtrace(frames, TRACE);
	fd = memfd_create("backtrace", MFD_CLOEXEC);
	if (fd != -1) {
		backtrace_symbols_fd(frames, count, fd);
		n = pread(fd, text, sizeof text - 1, 0);
		close(fd);
	}
	if (n <= 0) {
		backtrace_symbols_fd(frames, count, STDERR_FILENO);
		return;
	}
	text[n] = '\0';
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		log_crit("  %s", line);
}

void
panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_write(LOG_CRIT, fmt, ap);
	va_end(ap);
	log_trace();
	abort();
}

/*
 * What may not stand in a log as it is: controls of both sets, the quotation
 * mark and the backslash (else an escape could be forged), line separators,
 * and the marks that turn the direction of what follows.
 */
static int
is_unsafe(uint32_t cp)
{
	return cp < 0x20 || cp == '"' || cp == '\\' ||
	    (cp >= 0x7f && cp < 0xa0) || (cp >= 0x2028 && cp <= 0x202e) ||
	    (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff;
}

const char *
log_safe(const char *text)
{
	static char turns[SAFE_TURNS][SAFE];
	static unsigned int turn;
	char *out = turns[turn++ % SAFE_TURNS];
	size_t left, len = 0;
	uint32_t cp;
	int i, n, escape;

	if (text == NULL)
		text = "(null)";
	for (left = strlen(text); left > 0; text += n, left -= (size_t)n) {
		n = utf8_decode(&cp, text, left);
		escape = n <= 0 || is_unsafe(cp);
		if (n <= 0)
			n = 1;
		/* The widest is four bytes escaped; then room for "...". */
		if (len + (size_t)n * (escape ? 4 : 1) > SAFE - 4) {
			memcpy(out + len, "...", 4);
			return out;
		}
		for (i = 0; i < n; i++)
			if (escape)
				len += (size_t)sprintf(out + len, "\\x%02x",
				    (unsigned char)text[i]);
			else
				out[len++] = text[i];
	}
	out[len] = '\0';
	return out;
}
