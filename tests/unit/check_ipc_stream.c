/* SPDX-License-Identifier: ISC */

/*
 * Positions of a TCP stream: after each of many random calls, on either end,
 * the kernel must say what this test has counted.  Of others: what it has noted
 * when the caller was killed.
 */

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../ipc/stream.h"
#include "check_ipc.h"

/* The accepted end is what a server has; the other one is tested as well. */
enum { ACCEPTED, CONNECTED, ENDS };

static struct end {
	int fd;
	uint64_t written, read;
	int shut;             /* it has said that it is at its end */
} end[ENDS];

static const char *const end_names[ENDS] = { "accepted", "connected" };

/* The handshake of the end that connected counts as a byte it wrote. */
static const uint64_t end_syn[ENDS] = { 0, 1 };

static void
pair_open(int buffer)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	int l = socket(AF_INET, SOCK_STREAM, 0), one = 1, i;

	memset(end, 0, sizeof(end));
	if (buffer > 0)
		setsockopt(l, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	ck_assert_int_eq(bind(l, (struct sockaddr *)&in, len), 0);
	ck_assert_int_eq(listen(l, 1), 0);
	ck_assert_int_eq(getsockname(l, (struct sockaddr *)&in, &len), 0);
	end[CONNECTED].fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(
	    connect(end[CONNECTED].fd, (struct sockaddr *)&in, len), 0);
	end[ACCEPTED].fd = accept(l, NULL, NULL);
	ck_assert_int_ge(end[ACCEPTED].fd, 0);
	close(l);
	for (i = 0; i < ENDS; i++) {
		setsockopt(end[i].fd, IPPROTO_TCP, TCP_NODELAY, &one,
		    sizeof(one));
		if (buffer > 0)
			setsockopt(end[i].fd, SOL_SOCKET, SO_SNDBUF, &buffer,
			    sizeof(buffer));
	}
}

static void
pair_close(void)
{
	close(end[ACCEPTED].fd);
	close(end[CONNECTED].fd);
}

static void
end_check(int i, const char *when)
{
	uint64_t written, read;

	if (stream_position(end[i].fd, &written, &read) != 0) {
		ck_assert_msg(errno == ENOTCONN && end[ACCEPTED].shut &&
		    end[CONNECTED].shut, "%s, %s: %s", when, end_names[i],
		    strerror(errno));
		return;
	}
	written -= end_syn[i];
	ck_assert_msg(written == end[i].written && read == end[i].read,
	    "%s, %s: written %ju of %ju, read %ju of %ju", when, end_names[i],
	    (uintmax_t)written, (uintmax_t)end[i].written, (uintmax_t)read,
	    (uintmax_t)end[i].read);
}

static void
pair_check(const char *when)
{
	end_check(ACCEPTED, when);
	end_check(CONNECTED, when);
}

/* Sends up to LEN bytes; perhaps fewer, perhaps none. */
static void
end_send(struct end *e, size_t len)
{
	static const char bytes[1 << 20];
	ssize_t n;

	if (e->shut)
		return;
	n = send(e->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	ck_assert(n >= 0 || errno == EAGAIN);
	if (n > 0)
		e->written += (uint64_t)n;
}

/* Reads up to LEN bytes; returns what recv(2) did. */
static ssize_t
end_read(struct end *e, size_t len)
{
	static char bytes[1 << 20];
	ssize_t n = recv(e->fd, bytes, len, MSG_DONTWAIT);

	ck_assert(n >= 0 || errno == EAGAIN);
	if (n > 0)
		e->read += (uint64_t)n;
	return n;
}

static void
end_shut(struct end *e)
{
	ck_assert_int_eq(shutdown(e->fd, SHUT_WR), 0);
	e->shut = 1;
}

/* Reads all that is there. */
static void
end_empty(struct end *e)
{
	while (end_read(e, 1 << 16) > 0)
		;
}

static const struct {
	const char *name;
	int buffer;           /* bytes of each socket's buffers; 0: usual */
	unsigned size;        /* most bytes a call */
	int steps;
} mixes[] = {
	{ "small", 0, 100, 4000 },
	{ "lines", 0, 600, 4000 },
	{ "large", 0, 100000, 1500 },
	{ "large through small buffers", 4096, 100000, 3000 },
	{ "huge", 0, 1 << 20, 400 },
};

static void
mix_step(unsigned *seed, unsigned size)
{
	struct end *e = &end[rand_r(seed) % ENDS];
	/* as often a full size as any, and sometimes one byte */
	size_t len = 1 + (size_t)rand_r(seed) % size;

	switch (rand_r(seed) % 8) {
	case 0:
		len = 1;
		break;
	case 1:
		len = size;
		break;
	}
	/* bursts on one side, so that buffers fill and drain */
	if (rand_r(seed) % 100 < 55)
		end_send(e, len);
	else
		end_read(e, len);
}

START_TEST(test_mix)
{
	unsigned seed;
	int i;

	for (seed = 1; seed <= 3; seed++) {
		unsigned s = seed;
		pair_open(mixes[_i].buffer);
		for (i = 0; i < mixes[_i].steps; i++) {
			mix_step(&s, mixes[_i].size);
			pair_check(mixes[_i].name);
		}
		for (i = 0; i < 2000 && end[ACCEPTED].read +
		    end[CONNECTED].read < end[ACCEPTED].written +
		    end[CONNECTED].written; i++) {
			end_empty(&end[ACCEPTED]);
			end_empty(&end[CONNECTED]);
			pair_check("emptied");
			clock_pause();
		}
		ck_assert_uint_eq(end[ACCEPTED].read, end[CONNECTED].written);
		ck_assert_uint_eq(end[CONNECTED].read, end[ACCEPTED].written);
		pair_close();
	}
}
END_TEST

START_TEST(test_before_data)
{
	pair_open(0);
	pair_check("fresh");
	pair_close();
}
END_TEST

/*
 * The ends of a connection, in the words of a row: A and C for the accepted
 * and the connected end; s sends, r reads ten bytes, e reads all there is and
 * sees the end of the stream if there is one, f fills, | shuts its side.
 */
static const struct {
	const char *name, *calls;
} ends[] = {
	{ "before any data, accepted", "A|" },
	{ "before any data, connected", "C|" },
	{ "before any data, accepted, seen", "A|Ce" },
	{ "before any data, connected, seen", "C|Ae" },
	{ "before any data, both", "A|C|" },
	{ "before any data, both, the other first", "C|A|" },
	{ "before any data, both, seen", "A|CeC|Ae" },
	{ "before any data, both, the other first, seen", "C|AeA|Ce" },
	{ "after data", "AsCsAeCeA|Ce" },
	{ "after data, connected", "AsCsAeCeC|Ae" },
	{ "unread at FIN", "AsA|Cr" },
	{ "unread at FIN, connected", "CsC|Ar" },
	{ "unread at FIN, then read", "AsA|CrCrCe" },
	{ "unread at FIN, then read, connected", "CsC|ArArAe" },
	{ "sends after the peer's FIN", "A|CsCsAr" },
	{ "sends after the peer's FIN, connected", "C|AsAsCr" },
	{ "sends after the peer's FIN, seen", "A|CeCsAr" },
	{ "sends after the peer's FIN, seen, connected", "C|AeAsCr" },
	{ "sends after the peer's FIN, both", "A|CsC|Ar" },
	{ "sends after the peer's FIN, both, connected", "C|AsA|Cr" },
	{ "both, unread at both", "AsCsA|C|" },
	{ "both, unread at both, connected first", "AsCsC|A|" },
	{ "both, unread at both, some read", "AsCsA|C|ArCrArCr" },
	{ "both, unread at both, then read", "AsCsA|C|AeCe" },
	{ "both, unread at one", "AsA|C|CrCrCe" },
	{ "both, unread at one, connected", "CsC|A|ArArAe" },
	{ "unsent at FIN", "AfA|CrCr" },
	{ "unsent at FIN, connected", "CfC|ArAr" },
	{ "unsent at FIN, then read", "AfA|CeCeCe" },
	{ "unsent at FIN, then read, connected", "CfC|AeAeAe" },
	{ "unsent at both, then read", "AfCfA|C|CrArCeAeCeAe" },
};

static void
end_call(struct end *e, char call)
{
	switch (call) {
	case 's':
		end_send(e, 100);
		break;
	case 'f':
		for (int i = 0; i < 100; i++)
			end_send(e, 1 << 20);
		break;
	case 'r':
		end_read(e, 10);
		break;
	case 'e':
		end_empty(e);
		break;
	case '|':
		end_shut(e);
		break;
	}
}

START_TEST(test_ends)
{
	const char *p;
	char when[128];

	pair_open(0);
	for (p = ends[_i].calls; *p != '\0'; p += 2) {
		end_call(&end[*p == 'A' ? ACCEPTED : CONNECTED], p[1]);
		snprintf(when, sizeof(when), "%s: %s at %d", ends[_i].name,
		    ends[_i].calls, (int)(p - ends[_i].calls));
		pair_check(when);
		/* what the two ends still had to tell each other */
		clock_pause();
		pair_check(when);
	}
	pair_close();
}
END_TEST

/* What a killed process did counts. */

static _Atomic int *done;

static void
send_and_pause(int fd)
{
	char bytes[1000] = "";

	CHILD_MUST(send(fd, bytes, sizeof(bytes), 0) == sizeof(bytes));
	CHILD_MUST(recv(fd, bytes, 30, 0) == 30);
	atomic_store(done, 1);
	child_pause();
}

START_TEST(test_killed)
{
	pid_t pid;

	done = shared_alloc(sizeof(*done));
	pair_open(0);
	end_send(&end[CONNECTED], 100);
	pid = child_start(
	    (enum child_kind)_i, send_and_pause, end[ACCEPTED].fd);
	WAIT_FOR(atomic_load(done) != 0);
	child_kill(pid);
	end[ACCEPTED].written = 1000;
	end[ACCEPTED].read = 30;
	pair_check("of a killed process");
	pair_close();
}
END_TEST

START_TEST(test_not_tcp)
{
	static const struct {
		int domain, type;
	} kinds[] = {
		{ AF_UNIX, SOCK_STREAM },
		{ AF_UNIX, SOCK_DGRAM },
		{ AF_INET, SOCK_DGRAM },
	};
	uint64_t written = 7, read = 8;
	int i, fd;

	for (i = 0; i < ROWS(kinds); i++) {
		fd = socket(kinds[i].domain, kinds[i].type, 0);
		ck_assert_int_ge(fd, 0);
		errno = 0;
		ck_assert_int_eq(stream_position(fd, &written, &read), -1);
		ck_assert_msg(errno == EOPNOTSUPP || errno == ENOPROTOOPT,
		    "%s", strerror(errno));
		close(fd);
	}
	ck_assert_int_eq(stream_position(-1, &written, &read), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_uint_eq(written, 7);
	ck_assert_uint_eq(read, 8);
}
END_TEST

/* ---- what the kernel notes ---- */

/* As a worker does it: the note, whose it is, the call, what came of it. */
static struct noted {
	struct stream_call call;
	_Atomic int busy;
	_Atomic uint64_t position; /* moved so far */
} *noted;

enum { NOTED_KILLS = 150, NOTED_MOST = 9000 };

static void
noted_move(int fd, enum stream_way way)
{
	static char bytes[NOTED_MOST];
	unsigned seed = (unsigned)getpid();
	struct iovec iov[2];
	size_t len;
	ssize_t n;

	for (;;) {
		len = 1 + (size_t)rand_r(&seed) % (NOTED_MOST / 2);
		iov[0] = (struct iovec) { bytes, len };
		iov[1] = (struct iovec) { bytes + len, len };
		stream_prepare(&noted->call, way, iov, 1 + len % 2,
		    noted->position);
		atomic_store(&noted->busy, 1);
		n = stream_go(&noted->call, fd);
		CHILD_MUST(n > 0 || (n < 0 && errno == EAGAIN));
		if (n > 0)
			atomic_fetch_add(&noted->position, (uint64_t)n);
		atomic_store(&noted->busy, 0);
	}
}

static void
noted_send(int fd)
{
	noted_move(fd, STREAM_SEND);
}

static void
noted_read(int fd)
{
	noted_move(fd, STREAM_READ);
}

/* What its successor knows. */
static uint64_t
noted_position(enum stream_way way)
{
	return noted->busy
	    ? stream_after(&noted->call, way, noted->position)
	    : noted->position;
}

static long long
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* Lets it work for a while, and takes or gives the other end's part. */
static uint64_t
noted_watch(int fd, enum stream_way way, unsigned us)
{
	static char bytes[65536];
	long long until = now_us() + us;
	uint64_t moved = 0;
	ssize_t n;

	do {
		n = way == STREAM_SEND
		    ? recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)
		    : send(fd, bytes, sizeof(bytes) / 3, MSG_DONTWAIT);
		if (n > 0)
			moved += (uint64_t)n;
	} while (now_us() < until || (way == STREAM_SEND && n > 0));
	return moved;
}

/* Killed at any moment: what was noted is what was moved. */
START_TEST(test_noted)
{
	static const enum stream_way ways[] = { STREAM_SEND, STREAM_READ };
	enum stream_way way = ways[_i];
	unsigned seed = 1, k, inside = 0;
	int fds[2], unread = 0;
	uint64_t moved = 0;
	pid_t pid;

	noted = shared_alloc(sizeof(*noted));
	memset(noted, 0, sizeof(*noted));
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	for (k = 0; k < NOTED_KILLS; k++) {
		pid = child_start(0, way == STREAM_SEND ? noted_send
		                                        : noted_read, fds[0]);
		moved += noted_watch(
		    fds[1], way, 200 + (unsigned)rand_r(&seed) % 3000);
		child_kill(pid);
		moved += way == STREAM_SEND ? noted_watch(fds[1], way, 0) : 0;
		if (way == STREAM_READ)
			ck_assert_int_eq(ioctl(fds[0], FIONREAD, &unread), 0);
		inside += noted->busy != 0;
		ck_assert_msg(noted_position(way) == moved - (uint64_t)unread,
		    "kill %u: noted %ju, moved %ju", k,
		    (uintmax_t)noted_position(way),
		    (uintmax_t)(moved - (uint64_t)unread));
		noted->position = noted_position(way);
		noted->busy = 0;
	}
	ck_assert_uint_gt(inside, 0);
	ck_assert_uint_gt(moved, 0);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/* A peer that left without reading all: what it had said comes first. */
START_TEST(test_noted_reset)
{
	static struct stream_call call;
	struct iovec iov = { .iov_base = (char[100]) { 0 }, .iov_len = 100 };
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	ck_assert_int_eq(send(fds[0], "unread", 6, 0), 6);
	ck_assert_int_eq(send(fds[1], "last", 4, 0), 4);
	close(fds[1]);
	stream_prepare(&call, STREAM_READ, &iov, 1, 10);
	ck_assert_uint_eq(stream_after(&call, STREAM_READ, 7), 10);
	ck_assert_uint_eq(stream_after(&call, STREAM_SEND, 7), 7);
	ck_assert_int_eq(stream_go(&call, fds[0]), 4);
	ck_assert_uint_eq(stream_after(&call, STREAM_READ, 10), 14);
	stream_prepare(&call, STREAM_READ, &iov, 1, 14);
	ck_assert_int_eq(stream_go(&call, fds[0]), 0);
	stream_prepare(&call, STREAM_SEND, &iov, 1, 0);
	ck_assert_int_eq(stream_go(&call, fds[0]), -1);
	ck_assert_int_eq(errno, EPIPE);
	ck_assert_uint_eq(stream_after(&call, STREAM_SEND, 0), 0);
	close(fds[0]);
}
END_TEST

Suite *
check_stream(void)
{
	Suite *s = suite_create("stream");
	TCase *tc = tcase_create("stream");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_before_data);
	ADD_ROWS(tc, test_mix, mixes);
	ADD_ROWS(tc, test_ends, ends);
	tcase_add_loop_test(tc, test_killed, 0, CHILD_KINDS);
	tcase_add_test(tc, test_not_tcp);
	tcase_add_loop_test(tc, test_noted, 0, 2);
	tcase_add_test(tc, test_noted_reset);
	suite_add_tcase(s, tc);
	return s;
}
