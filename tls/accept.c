/* SPDX-License-Identifier: ISC */
/* New clients: see accept.h. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../ipc/clock.h"
#include "../server/log.h"
#include "accept.h"
#include "connection.h"
#include "options.h"
#include "place.h"
#include "rate.h"

enum {
	ACCEPTS = 16,          /* new clients a turn */
	AHEAD = 4,             /* clients more than another has, and an */
	EIGHTH = 8,            /* eighth of those, until it steps back */
	HUNG = 1000,           /* ms without a sign of life: not counted on */
	SHORTAGE = 100,        /* ms to wait when there are no descriptors */
};

static int epoll = -1, waiting;
static uint64_t first_event, short_until;

static void
wait_at(int i, int on)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLEXCLUSIVE,
		.data.u64 = first_event + (uint64_t)i };

	if (epoll_ctl(epoll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
	    options.listener[i], &ev) != 0)
		log_warn("listener %d: %s", options.listener[i],
		    strerror(errno));
}

static void
wait_at_all(int on)
{
	int i;

	if (waiting == on)
		return;
	for (i = 0; i < options.nlistener; i++)
		wait_at(i, on);
	waiting = on;
	atomic_store(&place->serving, (uint32_t)on);
}

void
accept_open(int set, uint64_t event)
{
	epoll = set;
	first_event = event;
	wait_at_all(1);
}

/* Returns whether there is one client more. */
static int
welcome(int fd, const struct sockaddr_storage *ss)
{
	uint8_t addr[16];
	unsigned port;
	int on = 1;

	connection_address(ss, addr, &port);
	place->counter[TLS_ACCEPTED]++;
	/* of a proxy it is its clients that count */
	if (!options_has(options.proxy, options.nproxy, addr) &&
	    rate_refuses(addr)) {
		close(fd);
		return 0;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connection_open(fd, addr, port) == 0)
		return 1;
	close(fd);
	return 0;
}

/* The fewest clients of another process that accepts some, or could; UINT32_MAX
 * when there is none. */
static uint32_t
fewest(void)
{
	uint64_t now = clock_now();
	uint32_t least = UINT32_MAX, n;
	int i;

	for (i = 0; i < TLS_PLACES; i++) {
		const struct tls_place *p = &page->place[i];

		if (p == place || p->pid == 0 || p->leaving || !p->ready ||
		    now > p->beat + HUNG)
			continue;
		n = p->clients + p->handshakes;
		if (n < least)
			least = n;
	}
	return least;
}

void
accept_balance(void)
{
	uint32_t mine = place->clients + place->handshakes, least;

	if (epoll < 0)
		return;
	if (clock_now() < short_until) {
		wait_at_all(0);
		return;
	}
	least = fewest();
	wait_at_all(least == UINT32_MAX ||
	    mine <= least + AHEAD + least / EIGHTH);
}

int
accept_rests(void)
{
	return epoll >= 0 && !waiting;
}

void
accept_some(int number)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int n, fd;

	/* the word to leave may still be on its way */
	for (n = 0; n < ACCEPTS && waiting && !place->leaving; n++) {
		len = sizeof(ss);
		fd = accept4(options.listener[number],
		    (struct sockaddr *)&ss, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			if (welcome(fd, &ss))
				accept_balance();
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM) {
			/* they wait where they are until some have left */
			log_warn("accept: %s", strerror(errno));
			short_until = clock_now() + SHORTAGE;
			wait_at_all(0);
		}
		return;
	}
}

void
accept_close(void)
{
	int i;

	if (epoll < 0)
		return;
	wait_at_all(0);
	for (i = 0; i < options.nlistener; i++)
		close(options.listener[i]);
	epoll = -1;
}
