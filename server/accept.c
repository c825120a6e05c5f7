/* SPDX-License-Identifier: ISC */
/*
 * New clients.  Any worker accepts them and gives each to the worker with the
 * fewest (session_open()): in a shared descriptor table a socket is as near
 * to one worker as to another.  A worker that dies between the socket and its
 * session leaves an orphan; its successor finds it, and knows what it is: a
 * Unix socket that was accepted has the address of its listener.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "accept.h"
#include "blame.h"
#include "cloak.h"
#include "control.h"
#include "fault.h"
#include "limit.h"
#include "listener.h"
#include "local.h"
#include "log.h"
#include "session.h"
#include "worker.h"
#include "xline.h"

enum { ACCEPTS = 64 /* new clients a turn */ };

/* The address of a peer; IPv4 as mapped IPv6, so that there is one form. */
static void
address_of(const struct sockaddr_storage *ss, struct in6_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (ss->ss_family == AF_INET6)
		*addr = ((const struct sockaddr_in6 *)(const void *)ss)
		            ->sin6_addr;
	else if (ss->ss_family == AF_INET) {
		addr->s6_addr[10] = addr->s6_addr[11] = 0xff;
		memcpy(&addr->s6_addr[12],
		    &((const struct sockaddr_in *)(const void *)ss)->sin_addr,
		    4);
	}
}

/* Says why not, as far as one write goes, and hangs up. */
static void
turn_away(int fd, const char *why)
{
	char line[MESSAGE_LINE];
	int n = snprintf(
	    line, sizeof(line), "ERROR :Closing Link: (%s)\r\n", why);

	if (n > 0)
		send(fd, line, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT);
	shutdown(fd, SHUT_RDWR);
	close(fd);
}

/* The numeric first, for who looks for that. */
static void
turn_away_banned(int fd, uint32_t x)
{
	char line[MESSAGE_LINE];
	int n = snprintf(line, sizeof(line), ":%s 465 * :%s\r\n",
	    config->name, xline_text(x));

	send(fd, line, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT);
	turn_away(fd, xline_text(x));
	worker_count(COUNT_REFUSED, 1);
}

/* Finds out who is at the other end of FD, which came by a listener of KIND: an
 * address and what others see of it.  Returns NULL, or why it may not come. */
static const char *
peer_find(int fd, const struct sockaddr_storage *ss, enum listen_kind kind,
    struct in6_addr *addr, char host[NAME_HOST + 1])
{
	uid_t uid = 0;
	int on = 1;

	snprintf(host, NAME_HOST + 1, "%s", LOCAL_HOST);
	if (kind == LISTEN_CONTROL) {
		*addr = in6addr_any;
		return control_peer_allowed(fd) ? NULL : "Permission denied";
	}
	if (kind == LISTEN_LOCAL || kind == LISTEN_TLS) {
		if (local_peer(fd, &uid) != 0 ||
		    (kind == LISTEN_TLS && uid != geteuid()))
			return "Permission denied";
		/* of TLS it is whoever its header says */
		local_address(uid, addr);
		return NULL;
	}
	address_of(ss, addr);
	cloak_host(addr, host);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return NULL;
}

static void
welcome(int fd, const struct sockaddr_storage *ss, enum listen_kind kind)
{
	struct in6_addr addr;
	char host[NAME_HOST + 1];
	const char *why = peer_find(fd, ss, kind, &addr, host);
	int counts = kind == LISTEN_PLAIN || kind == LISTEN_LOCAL;
	uint32_t banned;

	if (why != NULL) {
		turn_away(fd, why);
		worker_count(COUNT_REFUSED, 1);
		return;
	}
	if (counts && (banned = xline_of_address(&addr)) != 0) {
		turn_away_banned(fd, banned);
		return;
	}
	if (kind != LISTEN_CONTROL &&
	    (why = limit_refuses(&addr, kind)) != NULL) {
		turn_away(fd, why);
		return;
	}
	if (session_open(fd, &addr, host, kind, &why) == 0) {
		turn_away(fd, why);
		return;
	}
	worker_count(COUNT_ACCEPTED, 1);
}

/* Listeners are edge triggered: what is left in a queue is looked for again
 * in the next turn, or, in a shortage, at the next tick. */
enum accept_again accept_again;

/* The descriptor kept back for this is given up, so that one client can be
 * told that there is none left.  Another worker may snatch it: then all have
 * to wait until some client leaves. */
static void
out_of_descriptors(int listener)
{
	static uint64_t said;
	int fd;

	accept_again = ACCEPT_LATER;

	if (now_ms - said > 1000) {
		log_warn("out of descriptors: turning connections away");
		said = now_ms;
	}
	/* forgotten first: the number may soon be a client's */
	fd = me->spare;
	me->spare = -1;
	if (fd >= 0)
		close(fd);
	if ((fd = accept4(listener, NULL, NULL,
	         SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		turn_away(fd, "Server is out of descriptors");
		worker_count(COUNT_REFUSED, 1);
		accept_again = ACCEPT_NOW;
	}
	me->spare = dup(me->epoll);
}

void
accept_clients(int listener, enum listen_kind kind)
{
	struct sockaddr_storage ss;
	socklen_t len;
	uint64_t was;
	int n, fd;

	for (n = 0; n < ACCEPTS; n++) {
		len = sizeof(ss);
		memset(&ss, 0, sizeof(ss));
		was = blame_on(DOING_ACCEPT, 0);
		me->accepting++; /* odd: a socket may have no session yet */
		FAULT("accept-begun");
		fd = accept4(listener, (struct sockaddr *)&ss, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		FAULT("accept-accepted");
		if (fd >= 0)
			welcome(fd, &ss, kind);
		FAULT("accept-welcomed");
		me->accepting++;
		blame_back(was);
		FAULT("accept-done");
		if (fd >= 0)
			continue;
		if (errno == EMFILE || errno == ENFILE)
			out_of_descriptors(listener);
		else if (errno != EAGAIN && errno != EINTR &&
		    errno != ECONNABORTED)
			log_debug("accept: %s", strerror(errno));
		return;
	}
	accept_again = ACCEPT_NOW;
}

void
accept_from(int listener)
{
	const struct listener *l;

	for (l = state->listeners; l->fd >= 0; l++)
		if (l->fd == listener)
			accept_clients(l->fd, (enum listen_kind)l->kind);
}

void
accept_all(void)
{
	const struct listener *l;

	accept_again = ACCEPT_DONE;
	for (l = state->listeners; l->fd >= 0; l++)
		if (l->kind != LISTEN_SECURE)
			accept_clients(l->fd, (enum listen_kind)l->kind);
	if (state->control >= 0)
		accept_clients(state->control, LISTEN_CONTROL);
}

/* ---- after a death ---- */

/*
 * A Unix socket does not forget its peer when it is shut down, and data may
 * still be in it: so one that had a session is marked when that ends, by an
 * option that means nothing to it.
 */
void
accept_mark_ended(int fd)
{
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

static int
is_marked_ended(int fd)
{
	int on = 0;
	socklen_t len = sizeof(on);

	return getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &len) == 0 && on;
}

/* A connected Unix socket.  A stream that is standard output or the like has a
 * low number. */
static int
is_orphan_unix(int fd)
{
	int domain = 0, type = 0, listens = 1;
	socklen_t len = sizeof(int);
	struct sockaddr_storage ss;

	if (fd < 3 || getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) ||
	    domain != AF_UNIX ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) ||
	    type != SOCK_STREAM ||
	    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) ||
	    listens)
		return 0;
	len = sizeof(ss);
	return getpeername(fd, (struct sockaddr *)&ss, &len) == 0;
}

int
accept_is_orphan(int fd)
{
	struct tcp_info info;
	struct sockaddr_storage ss;
	socklen_t len = sizeof(info);
	int listens = 1;

	if (session_of(fd) != 0)
		return 0;
	if (is_orphan_unix(fd))
		return 1;
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
		return 0;
	len = sizeof(listens);
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) != 0 ||
	    listens)
		return 0;
	len = sizeof(ss);
	return getsockname(fd, (struct sockaddr *)&ss, &len) == 0;
}

/* Takes in the client at the other end of an orphan.  One of mootctl's is
 * closed, and asks again; as is one that was ended, or crashed workers. */
static void
adopt(int fd)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(ss);
	int kind = listener_kind_of(state->listeners, fd);

	if (kind >= 0 && kind != LISTEN_SECURE && !is_marked_ended(fd) &&
	    getpeername(fd, (struct sockaddr *)&ss, &len) == 0 &&
	    me->accept_crashes < POISON)
		welcome(fd, &ss, (enum listen_kind)kind);
	else
		close(fd);
}

/* Waits until no other worker is between a socket and its session. */
static void
await_others(void)
{
	uint32_t before[CONFIG_WORKERS + 1] = { 0 };
	unsigned w, tries;

	for (w = 1; w <= state->nworker; w++)
		before[w] = atomic_load(&workers[w].accepting);
	for (w = 1; w <= state->nworker; w++)
		for (tries = 0; w != my_id && (before[w] & 1) != 0 &&
		     workers[w].pid != 0 && tries < 1000 &&
		     atomic_load(&workers[w].accepting) == before[w];
		     tries++)
			usleep(100);
}

void
accept_orphans(void)
{
	static unsigned char *found;
	uint32_t fd, n = 0;
	uint32_t i;

	if (!(me->accepting & 1))
		return;
	blame_on(DOING_ACCEPT, 0);
	/* a session may be there, but not yet in the epoll set of its home */
	for (i = 1; i < state->sessions.high; i++)
		if (sessions[i].state == SESSION_LIVE)
			session_register(i);
	if ((found = calloc(state->max_fd, 1)) == NULL)
		fatal("no memory");
	for (fd = 3; fd < state->max_fd; fd++)
		found[fd] = (unsigned char)accept_is_orphan((int)fd);
	await_others();
	for (fd = 3; fd < state->max_fd; fd++) {
		if (!found[fd] || !accept_is_orphan((int)fd))
			continue;
		n++;
		FAULT("heal-orphan");
		fd_session[fd] = 0;
		adopt((int)fd);
	}
	free(found);
	FAULT("heal-orphans-done");
	me->accepting++;
	blame_back(0);
	me->accept_crashes = 0;
	if (n > 0)
		log_info("found %u sockets without a session", n);
}
