/* SPDX-License-Identifier: ISC */
/*
 * What the master tells the service manager, and the sockets that manager may
 * have opened for it.  The protocols are a datagram to the address in
 * NOTIFY_SOCKET and descriptors counted from 3; that is little enough not to
 * need a library for it.
 *
 * Only the master calls this.  The variables are unset when read, so that no
 * worker or helper mistakes them for its own.  Nothing here fails: without a
 * manager, or with one that does not listen, the words go nowhere.  A manager
 * that is slow is waited for a second at most, for a READY=1 that is dropped
 * would cost the whole start.
 */

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ipc/clock.h"
#include "notify.h"

enum {
	LISTEN_FIRST = 3,    /* SD_LISTEN_FDS_START */
	LISTEN_MOST = 1024,
	TEXT = 1024,
};

static int notify_fd = -1;
static char notify_address[128];
static unsigned long long watchdog_usec;
static char listen_names[1024];  /* with ':' between them */

/* The number in the variable NAME, or 0 when it holds anything else. */
static unsigned long long
env_number(const char *name)
{
	const char *text = getenv(name);
	unsigned long long n;
	char *end;

	if (text == NULL || *text < '0' || *text > '9')
		return 0;
	errno = 0;
	n = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0' ? n : 0;
}

/* A path, or '@' and a name without a file.  Returns 0 when it is neither. */
static socklen_t
socket_address(struct sockaddr_un *un, const char *text)
{
	size_t len = strlen(text);

	if ((*text != '/' && *text != '@') || len < 2 ||
	    len >= sizeof un->sun_path)
		return 0;
	memset(un, 0, sizeof *un);
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, text, len);
	if (*text == '/')
		return sizeof *un;
	/* An abstract name is as long as it is said to be, with no NUL after
	 * it. */
	un->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static int
socket_open(const char *text)
{
	const struct timeval second = { 1, 0 };
	struct sockaddr_un un;
	socklen_t len;
	int fd;

	len = socket_address(&un, text);
	if (len == 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (connect(fd, (struct sockaddr *)&un, len) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &second,
	    sizeof second) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

void
notify_open(void)
{
	const char *text = getenv("NOTIFY_SOCKET");

	if (notify_fd != -1)
		close(notify_fd);
	notify_fd = text != NULL ? socket_open(text) : -1;
	snprintf(notify_address, sizeof notify_address, "%s",
	    notify_fd != -1 ? text : "");
	watchdog_usec = env_number("WATCHDOG_USEC");
	if (getenv("WATCHDOG_PID") != NULL &&
	    env_number("WATCHDOG_PID") != (unsigned long long)getpid())
		watchdog_usec = 0;
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

void
notify_step_aside(int first)
{
	int to;

	if (notify_fd == -1 || notify_fd >= first)
		return;
	to = fcntl(notify_fd, F_DUPFD_CLOEXEC, first);
	close(notify_fd);
	notify_fd = to;
}

void
notify_environment(void)
{
	char text[32];

	if (notify_address[0] != '\0')
		setenv("NOTIFY_SOCKET", notify_address, 1);
	if (watchdog_usec > 0) {
		snprintf(text, sizeof text, "%llu", watchdog_usec);
		setenv("WATCHDOG_USEC", text, 1);
	}
}

void
notify(const char *fmt, ...)
{
	int saved = errno;
	char text[TEXT];
	va_list ap;
	int n;

	if (notify_fd == -1)
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof text)
		n = sizeof text - 1;
	while (n > 0 && send(notify_fd, text, (size_t)n, MSG_NOSIGNAL) == -1 &&
	    errno == EINTR)
		continue;
	errno = saved;
}

/* The time tells the manager which READY=1 ends this reload: one sent before
 * it does not. */
void
notify_reloading(void)
{
	notify("RELOADING=1\nMONOTONIC_USEC=%llu",
	    (unsigned long long)clock_now_us());
}

/* Half of what the manager allows, as sd_watchdog_enabled(3) advises. */
unsigned long long
notify_watchdog_usec(void)
{
	return watchdog_usec / 2;
}

int
notify_listen_is(int i, const char *name)
{
	const char *at = listen_names;
	size_t len = strlen(name);

	for (; i > 0 && at != NULL; i--)
		at = strchr(at, ':') != NULL ? strchr(at, ':') + 1 : NULL;
	return at != NULL && strcspn(at, ":") == len &&
	    strncmp(at, name, len) == 0;
}

int
notify_listen_fds(void)
{
	unsigned long long pid = env_number("LISTEN_PID");
	unsigned long long count = env_number("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	int i, flags;

	snprintf(listen_names, sizeof listen_names, "%s",
	    names != NULL ? names : "");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	unsetenv("LISTEN_PIDFDID");
	if (pid != (unsigned long long)getpid() || count > LISTEN_MOST)
		return 0;
	for (i = 0; i < (int)count; i++) {
		/* A descriptor that is not open ends what can be believed. */
		flags = fcntl(LISTEN_FIRST + i, F_GETFD);
		if (flags == -1)
			break;
		fcntl(LISTEN_FIRST + i, F_SETFD, flags | FD_CLOEXEC);
	}
	return i;
}
