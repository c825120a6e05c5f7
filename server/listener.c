/* SPDX-License-Identifier: ISC */
/*
 * What the master listens on: the configured addresses and paths, or what
 * socket activation brought, and the control socket.  All of it is made once
 * and outlives every process that waits on it.
 *
 * A path is ours as long as we live.  What is there before is removed only if
 * it is a socket of our user's at which nobody answers any more.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "helper.h"
#include "listener.h"
#include "log.h"
#include "notify.h"

enum { BACKLOG = 4096 };

struct listener listeners[LISTENERS_MAX + 1] = { { -1, 0 } };
int control = -1;

/* The address of FD, a Unix socket, if it has one: its length; 0. */
static socklen_t
unix_address(int fd, struct sockaddr_un *un)
{
	socklen_t len = sizeof(*un);

	memset(un, 0, sizeof(*un));
	return getsockname(fd, (struct sockaddr *)un, &len) == 0 &&
	        un->sun_family == AF_UNIX &&
	        len > offsetof(struct sockaddr_un, sun_path)
	    ? len
	    : 0;
}

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

void
listener_add(int fd, enum listen_kind kind)
{
	int n = 0;

	while (listeners[n].fd >= 0)
		n++;
	if (n == LISTENERS_MAX)
		fatal("more than %d sockets to listen on", LISTENERS_MAX);
	listeners[n + 1].fd = -1;
	listeners[n] = (struct listener) { fd, kind };
}

static int
close_with_errno(int fd)
{
	int e = errno;

	close(fd);
	errno = e;
	return -1;
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
	    listen(fd, BACKLOG) != 0)
		return close_with_errno(fd);
	return fd;
}

/* ---- by a path ---- */

/* The directory of a socket, if its parent is there. */
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

/* Whether somebody listens at UN. */
static int
is_answered(const struct sockaddr_un *un)
{
	int fd = socket(
	    AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int yes = fd < 0 ||
	    connect(fd, (const struct sockaddr *)un, sizeof(*un)) == 0 ||
	    errno != ECONNREFUSED;

	if (fd >= 0)
		close(fd);
	return yes;
}

/* Removes what a dead server of ours has left at PATH; -1 with errno when
 * there is anything else. */
static int
stale_remove(const struct config *c, const struct sockaddr_un *un)
{
	struct passwd *pw = c->user[0] != '\0' ? getpwnam(c->user) : NULL;
	struct stat st;

	if (lstat(un->sun_path, &st) != 0)
		return errno == ENOENT ? 0 : -1;
	errno = EEXIST;
	if (!S_ISSOCK(st.st_mode))
		return -1;
	errno = EPERM;
	if (st.st_uid != geteuid() && (pw == NULL || st.st_uid != pw->pw_uid))
		return -1;
	errno = EADDRINUSE;
	if (is_answered(un))
		return -1;
	return unlink(un->sun_path);
}

/* Who may connect, by the mode of the socket. */
static mode_t
path_mode(const struct config *c)
{
	static const mode_t modes[] = {
		[LOCAL_EVERYBODY] = 0666,
		[LOCAL_OWNER] = 0600,
		[LOCAL_GROUP] = 0660,
	};

	return modes[c->local_access];
}

/* Makes it another user's or group's, who we are allowed to be. */
static void
path_give(const struct config *c, const char *path)
{
	struct passwd *pw = geteuid() == 0 && c->user[0] != '\0'
	    ? getpwnam(c->user)
	    : NULL;
	struct group *gr = c->local_access == LOCAL_GROUP
	    ? getgrnam(c->local_group)
	    : NULL;

	if (c->local_access == LOCAL_GROUP && gr == NULL)
		log_warn("local-access: there is no group %s",
		    log_safe(c->local_group));
	if (pw == NULL && gr == NULL)
		return;
	if (lchown(path, pw != NULL ? pw->pw_uid : (uid_t)-1,
	        gr != NULL ? gr->gr_gid : (gid_t)-1) != 0)
		log_warn("chown %s: %s", log_safe(path), strerror(errno));
}

/* Listens at the path of L; -1 with errno. */
static int
path_open(const struct config *c, const struct config_listen *l)
{
	const struct sockaddr_un *un = (const void *)&l->addr;
	mode_t mask;
	int fd;

	make_parent(un->sun_path);
	if (stale_remove(c, un) != 0)
		return -1;
	mask = umask(0777 & ~path_mode(c));
	fd = listener_open(l);
	umask(mask);
	if (fd >= 0)
		path_give(c, un->sun_path);
	return fd;
}

static int
is_path(const struct config_listen *l)
{
	return l->addr.ss_family == AF_UNIX;
}

void
listener_remove_paths(const struct config *c)
{
	const struct listener *l;
	struct sockaddr_un at;
	int i;

	for (l = listeners; l->fd >= 0; l++)
		for (i = 0; l->kind == LISTEN_LOCAL && i < c->nlisten; i++)
			if (is_path(&c->listen[i]) &&
			    unix_address(l->fd, &at) > 0 &&
			    strcmp(at.sun_path, c->listen[i].text) == 0)
				unlink(at.sun_path);
}

int
listener_restore_path(const struct config *c, const struct listener *l)
{
	struct sockaddr_un at;
	int i;

	if (l->kind != LISTEN_LOCAL || unix_address(l->fd, &at) == 0 ||
	    access(at.sun_path, F_OK) == 0)
		return -1;
	for (i = 0; i < c->nlisten; i++)
		if (is_path(&c->listen[i]) &&
		    strcmp(at.sun_path, c->listen[i].text) == 0)
			return path_open(c, &c->listen[i]);
	return -1;
}

/* ---- all of them ---- */

/* Those of socket activation. */
static void
listener_take_all(void)
{
	int i, n = notify_listen_fds();
	struct sockaddr_un un;

	for (i = 0; i < n; i++) {
		fcntl(3 + i, F_SETFL, fcntl(3 + i, F_GETFL) | O_NONBLOCK);
		listener_add(3 + i, notify_listen_is(i, "tls") ? LISTEN_SECURE
		    : unix_address(3 + i, &un) > 0 ? LISTEN_LOCAL
		                                   : LISTEN_PLAIN);
	}
}

/* An address that nobody wrote down need not be had: no IPv6, no directory for
 * a socket. */
static int
is_needed(const struct config *c, const struct config_listen *l)
{
	if (is_path(l))
		return !l->usual;
	return c->file[0] != '\0' || listeners[0].fd < 0;
}

/* Those of which mootd-tls accepts; one that nobody wrote down need not be had
 * here, either. */
static void
listener_open_tls(const struct config *c)
{
	const struct config_listen *l = c->listen_tls;
	int fd;

	for (; l < c->listen_tls + c->nlisten_tls; l++)
		if ((fd = listener_open(l)) >= 0)
			listener_add(fd, LISTEN_SECURE);
		else if (c->file[0] != '\0')
			fatal("listen-tls %s: %s", l->text, strerror(errno));
		else
			log_warn("listen-tls %s: %s", l->text,
			    strerror(errno));
}

static void
listener_open_plain(const struct config *c)
{
	const struct config_listen *l = c->listen;
	int fd;

	for (; l < c->listen + c->nlisten; l++) {
		fd = is_path(l) ? path_open(c, l) : listener_open(l);
		if (fd >= 0)
			listener_add(
			    fd, is_path(l) ? LISTEN_LOCAL : LISTEN_PLAIN);
		else if (is_needed(c, l))
			fatal("listen %s: %s", l->text, strerror(errno));
		else
			log_warn("listen %s: %s", l->text, strerror(errno));
	}
	if (listeners[0].fd < 0)
		fatal("nothing to listen on");
}

int
listener_has(enum listen_kind kind)
{
	const struct listener *l = listeners;

	while (l->fd >= 0 && l->kind != kind)
		l++;
	return l->fd >= 0;
}

void
listener_open_all(const struct config *c)
{
	int tls = helper_found("mootd-tls", NULL);

	listener_take_all();
	if (!listener_has(LISTEN_PLAIN) && !listener_has(LISTEN_LOCAL))
		listener_open_plain(c);
	if (!listener_has(LISTEN_SECURE) && (tls || c->file[0] != '\0'))
		listener_open_tls(c);
	if (!listener_has(LISTEN_SECURE))
		return;
	if (!tls)
		fatal_final("listen-tls: there is no mootd-tls beside mootd: "
		    "it is built where OpenSSL's libssl is found");
	listener_add_tls();
}

static const struct listener *
listener_tls(void)
{
	const struct listener *l = listeners;

	while (l->fd >= 0 && l->kind != LISTEN_TLS)
		l++;
	return l;
}

/* The kernel chooses a name that nobody has. */
void
listener_add_tls(void)
{
	const sa_family_t family = AF_UNIX;
	int fd;

	if (listener_tls()->fd >= 0)
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)&family, sizeof(family)) != 0 ||
	    listen(fd, BACKLOG) != 0)
		fatal("the listener for mootd-tls: %s", strerror(errno));
	listener_add(fd, LISTEN_TLS);
}

socklen_t
listener_tls_address(struct sockaddr_un *un)
{
	const struct listener *l = listener_tls();

	return l->fd >= 0 ? unix_address(l->fd, un) : 0;
}

int
listener_kind_of(const struct listener *l, int fd)
{
	struct sockaddr_un mine, at;
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(ss), n;

	if (getsockname(fd, (struct sockaddr *)&ss, &len) != 0)
		return -1;
	if (ss.ss_family != AF_UNIX)
		return LISTEN_PLAIN;
	n = unix_address(fd, &mine);
	for (; n > 0 && l->fd >= 0; l++)
		if (unix_address(l->fd, &at) == n &&
		    memcmp(&at, &mine, n) == 0)
			return (int)l->kind;
	return -1;
}

void
listener_log(void)
{
	struct sockaddr_un un;
	char text[80];
	int i;

	for (i = 0; listeners[i].fd >= 0; i++)
		if (listeners[i].kind == LISTEN_LOCAL &&
		    unix_address(listeners[i].fd, &un) > 0)
			log_info("listening at %s", log_safe(un.sun_path));
		else if (listeners[i].kind == LISTEN_SECURE)
			log_info("listening for TLS on %s", address_show(
			    listeners[i].fd, text, sizeof(text)));
		else if (listeners[i].kind == LISTEN_PLAIN)
			log_info("listening on %s", address_show(
			    listeners[i].fd, text, sizeof(text)));
}

/* ---- mootctl's ---- */

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
