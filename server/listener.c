/* SPDX-License-Identifier: ISC */
/*
 * What the master listens on: the configured addresses, or what socket
 * activation brought, and the control socket.  All of it is made once and
 * outlives every process that waits on it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "listener.h"
#include "log.h"
#include "notify.h"

enum { BACKLOG = 4096 };

int listeners[LISTENERS_MAX + 1] = { -1 };
int control = -1;

static const char *
address_show(int fd, char *buf, size_t size)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char host[INET6_ADDRSTRLEN] = "?";

	memset(&ss, 0, sizeof(ss));
	getsockname(fd, (struct sockaddr *)&ss, &len);
	if (ss.ss_family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)(void *)&ss;
		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		snprintf(buf, size, "%s:%u", host, ntohs(in->sin_port));
	} else if (ss.ss_family == AF_INET6) {
		struct sockaddr_in6 *in = (struct sockaddr_in6 *)(void *)&ss;
		inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof(host));
		snprintf(buf, size, "[%s]:%u", host, ntohs(in->sin6_port));
	} else
		snprintf(buf, size, "a socket of family %d", ss.ss_family);
	return buf;
}

static int
listener_open(const struct config_listen *l)
{
	int on = 1;
	int fd = socket(l->addr.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (l->addr.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&l->addr, l->addrlen) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		int e = errno;
		close(fd);
		errno = e;
		return -1;
	}
	return fd;
}

void
listener_open_all(const struct config *c)
{
	int i, fd, n = notify_listen_fds(), nlistener = 0;

	if (n > LISTENERS_MAX)
		fatal("socket activation: %d sockets are too many", n);
	for (i = 0; i < n; i++) {
		fcntl(3 + i, F_SETFL, fcntl(3 + i, F_GETFL) | O_NONBLOCK);
		listeners[nlistener++] = 3 + i;
	}
	for (i = 0; n == 0 && i < c->nlisten; i++) {
		if ((fd = listener_open(&c->listen[i])) >= 0)
			listeners[nlistener++] = fd;
		else if (c->file[0] == '\0' && nlistener > 0)
			/* the embedded defaults: no IPv6 is no reason */
			log_warn("listen %s: %s", c->listen[i].text,
			    strerror(errno));
		else
			fatal("listen %s: %s", c->listen[i].text,
			    strerror(errno));
	}
	if (nlistener == 0)
		fatal("nothing to listen on");
	listeners[nlistener] = -1;
}

void
listener_log(void)
{
	char text[80];
	int i;

	for (i = 0; listeners[i] >= 0; i++)
		log_info("listening on %s",
		    address_show(listeners[i], text, sizeof(text)));
}

/* The directory of the control socket, if its parent is there. */
static void
make_parent(const char *path)
{
	char dir[256], *slash;

	snprintf(dir, sizeof(dir), "%s", path);
	if ((slash = strrchr(dir, '/')) == NULL || slash == dir)
		return;
	*slash = '\0';
	mkdir(dir, 0755);
}

/* Whether FD is a socket that listens at PATH or another one. */
static int
is_listening(int fd, struct sockaddr_un *at)
{
	socklen_t len = sizeof(*at), n = sizeof(int);
	int listens = 0;

	memset(at, 0, sizeof(*at));
	return fd >= 0 && getsockname(fd, (struct sockaddr *)at, &len) == 0 &&
	    at->sun_family == AF_UNIX && at->sun_path[0] != '\0' &&
	    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) == 0 &&
	    listens;
}

int
control_keep(const struct config *c, int fd)
{
	struct sockaddr_un at;

	control = -1;
	if (!is_listening(fd, &at))
		return 0;
	if (strcmp(at.sun_path, c->control) == 0 &&
	    access(c->control, F_OK) == 0) {
		control = fd;
		return 1;
	}
	close(fd);
	return 0;
}

void
control_open(const struct config *c)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	mode_t mask;

	if (c->control[0] == '\0')
		return;
	snprintf(un.sun_path, sizeof(un.sun_path), "%s", c->control);
	make_parent(c->control);
	control = socket(
	    AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (control < 0)
		fatal("socket: %s", strerror(errno));
	/* the instance is ours alone by now, so an old socket is a leftover */
	unlink(c->control);
	mask = umask(0077);
	if (bind(control, (struct sockaddr *)&un, sizeof(un)) != 0 ||
	    listen(control, 64) != 0) {
		log_warn("control %s: %s: mootctl will not work", c->control,
		    strerror(errno));
		close(control);
		control = -1;
	}
	umask(mask);
}
