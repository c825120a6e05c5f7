/* SPDX-License-Identifier: ISC */
/*
 * Handing a descriptor table over.
 *
 * All processes of an instance share one table (process.c), so a master that
 * was killed, or that executed another binary, has left it and must be given
 * the descriptors again: by any worker.  The records in the segment know them
 * by number, and an epoll set knows a socket by file and number, so the numbers
 * must stay.  The kernel gives a received descriptor the lowest number that is
 * free; sent in ascending order they arrive at or below their place, and are
 * moved there from the highest of a message down, so that none is in the way
 * of another.
 *
 * One message holds at most BATCH of them, and each is acknowledged before the
 * next is sent: descriptors in flight are limited too.  An empty one is the
 * end.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "handover.h"

enum { BATCH = 250 /* the kernel's SCM_MAX_FD is 253 */ };

union control {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(BATCH * sizeof(int))];
};

static socklen_t
handover_address(struct sockaddr_un *un, int prefix, uint64_t born)
{
	int n;

	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	n = snprintf(un->sun_path + 1, sizeof(un->sun_path) - 1,
	    "moot-%d-%llx", prefix, (unsigned long long)born);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
	    (size_t)n);
}

/* Whether the process at the other end is of our user. */
static int
same_user(int sock)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    peer.uid == geteuid())
		return 1;
	errno = EPERM;
	return 0;
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
handover_socket(void)
{
	return socket(
	    AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int
handover_listen(int prefix, uint64_t born)
{
	struct sockaddr_un un;
	socklen_t len = handover_address(&un, prefix, born);
	int fd = handover_socket();

	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&un, len) != 0 || listen(fd, 8) != 0)
		return close_with_errno(fd);
	return fd;
}

int
handover_connect(int prefix, uint64_t born)
{
	struct sockaddr_un un;
	socklen_t len = handover_address(&un, prefix, born);
	int fd = handover_socket();

	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&un, len) != 0 || !same_user(fd))
		return close_with_errno(fd);
	return fd;
}

int
handover_accept(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0 && !same_user(fd))
		return close_with_errno(fd);
	return fd;
}

/* Waits until SOCK can be read; -1 when TIMEOUT ms were not enough. */
static int
await(int sock, int timeout)
{
	struct pollfd p = { .fd = sock, .events = POLLIN };
	int n;

	while ((n = poll(&p, 1, timeout)) < 0 && errno == EINTR)
		;
	if (n == 0)
		errno = ETIMEDOUT;
	return n > 0 ? 0 : -1;
}

static int
batch_send(int sock, const int *fds, size_t n, int timeout)
{
	union control control;
	struct iovec iov = { .iov_base = (void *)(uintptr_t)fds,
		.iov_len = n * sizeof(int) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int none = -1;
	char ack;

	if (n == 0) {
		iov.iov_base = &none;
		iov.iov_len = sizeof(none);
	} else {
		memset(&control, 0, sizeof(control));
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(&control.head), fds, n * sizeof(int));
	}
	if (sendmsg(sock, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ||
	    await(sock, timeout) != 0)
		return -1;
	if (recv(sock, &ack, 1, MSG_DONTWAIT) == 1)
		return 0;
	errno = EPIPE;
	return -1;
}

int
handover_send(int sock, const int *fds, size_t n, int timeout)
{
	size_t at, some;

	for (at = 0; at < n; at += some) {
		some = n - at < BATCH ? n - at : BATCH;
		if (batch_send(sock, fds + at, some, timeout) != 0)
			return -1;
	}
	return batch_send(sock, NULL, 0, timeout);
}

/* Moves GOT[i] to the number WANT[i], the highest first. */
static int
batch_place(const int *got, const int *want, size_t n, int max)
{
	size_t i;

	for (i = n; i-- > 0;) {
		if (want[i] < got[i] || want[i] >= max ||
		    (i > 0 && want[i] <= want[i - 1])) {
			errno = EPROTO;
			return -1;
		}
		if (want[i] == got[i])
			continue;
		if (dup3(got[i], want[i], O_CLOEXEC) < 0)
			return -1;
		close(got[i]);
	}
	return 0;
}

/* Returns how many descriptors a message brought, 0 at the end. */
static int
batch_receive(int sock, int max, int timeout)
{
	union control control;
	int want[BATCH] = { 0 }, got[BATCH];
	struct iovec iov = { .iov_base = want, .iov_len = sizeof(want) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *c;
	size_t n = 0;
	ssize_t len;

	if (await(sock, timeout) != 0)
		return -1;
	len = recvmsg(sock, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	c = len > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (c != NULL && c->cmsg_level == SOL_SOCKET &&
	    c->cmsg_type == SCM_RIGHTS) {
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(got, CMSG_DATA(c), n * sizeof(int));
	}
	if (len == (ssize_t)sizeof(int) && n == 0 && want[0] == -1)
		return 0;
	if (len <= 0 || (size_t)len != n * sizeof(int) ||
	    (msg.msg_flags & MSG_CTRUNC)) {
		errno = len < 0 ? errno : EPROTO;
		return -1;
	}
	return batch_place(got, want, n, max) == 0 ? (int)n : -1;
}

int
handover_receive(int sock, int max, int timeout)
{
	int n, sum = 0;

	while ((n = batch_receive(sock, max, timeout)) >= 0) {
		if (send(sock, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1)
			return -1;
		if (n == 0)
			return sum;
		sum += n;
	}
	return -1;
}
