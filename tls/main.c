/* SPDX-License-Identifier: ISC */
/*
 * mootd-tls: ends TLS for clients of mootd(8), in processes of their own, since
 * they link OpenSSL, and hold a private key that nobody else needs.
 *
 * The master of mootd executes several, which share its listeners.  A client
 * that has shaken hands gets a stream to a worker, like one that came in the
 * clear; from then on bytes are passed on and nothing is known of what they
 * mean.  So a worker can be replaced and nobody here notices; who kills one of
 * us ends our own clients' connections and no others.
 *
 * We live on when the master dies, and are found by the next one in the page.
 * The end of the whole server is told by a pipe, of which only those who have
 * its table of descriptors hold the other end.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "../ipc/clock.h"
#include "../server/log.h"
#include "../server/title.h"
#include "accept.h"
#include "confined.h"
#include "connection.h"
#include "context.h"
#include "options.h"
#include "page.h"
#include "place.h"

enum {
	EVENTS = 256,          /* of a turn */
	BEAT = 250,            /* ms between two signs of life */
	REST = 5,              /* ms until it looks whether to accept again */
	FILES = 2000,          /* ms between two looks at the files */
	EXIT_CERTIFICATE = 3,
	KEEP_FREE = 1 << 20,   /* bytes that malloc need not give back */
};

/* Data of events that are not of a connection, whose are addresses. */
enum { EVENT_SIGNAL = 1, EVENT_LIFE, EVENT_LISTENER = 16, EVENT_LAST = 64 };

struct tls_page *page;
struct tls_place *place;

static int epoll = -1, signals = -1, leaving;

static void
watch(int fd, uint64_t data)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = data };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
		fatal("epoll_ctl: %s", strerror(errno));
}

/* A ^C at the terminal of the server is for its master. */
static void
signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals < 0)
		fatal("signalfd: %s", strerror(errno));
	watch(signals, EVENT_SIGNAL);
}

/* Our place in the page.  A master may have died between our fork and its note
 * of it: if another process has the place by now, we are too many. */
static void
place_take(void)
{
	if ((page = tls_page_map(options.page)) == NULL)
		fatal("page: %s", strerror(errno));
	if (tls_page_claim(options.page, options.place) != 0)
		fatal("place %d: %s", options.place, strerror(errno));
	place = &page->place[options.place];
	atomic_store(&place->beat, clock_now());
	atomic_store(&place->pid, getpid());
}

static void
leave(void)
{
	if (leaving)
		return;
	leaving = 1;
	atomic_store(&place->leaving, 1);
	title_set("mootd-tls: leaving");
	accept_close();
}

static void
take_signals(void)
{
	struct signalfd_siginfo si;

	while (read(signals, &si, sizeof(si)) == (ssize_t)sizeof(si))
		if (si.ssi_signo == SIGTERM)
			leave();
		else if (si.ssi_signo == SIGHUP)
			context_watch(1);
}

static void
take_event(const struct epoll_event *e)
{
	uint64_t data = e->data.u64;

	if (data > EVENT_LAST)
		connection_event(data, e->events);
	else if (data >= EVENT_LISTENER)
		accept_some((int)(data - EVENT_LISTENER));
	else if (data == EVENT_SIGNAL)
		take_signals();
	else {
		/* the server is gone: our clients will be told by that */
		epoll_ctl(epoll, EPOLL_CTL_DEL, options.life, NULL);
		leave();
	}
}

/* What is done from time to time. */
static void
tick(void)
{
	static uint64_t beat, files;
	uint64_t now = clock_now();

	if (now < beat + BEAT)
		return;
	beat = now;
	atomic_store(&place->beat, now);
	connection_watch();
	/* who wrote that may have died before the signal */
	if (place->leaving)
		leave();
	if (!leaving)
		accept_balance();
	if (now >= files + FILES) {
		files = now;
		context_watch(0);
	}
}

static void
serve(void)
{
	struct epoll_event events[EVENTS];
	int i, n, wait = 0;

	while (!leaving || connection_count() > 0) {
		n = epoll_wait(epoll, events, EVENTS, wait);
		if (n < 0 && errno != EINTR)
			fatal("epoll_wait: %s", strerror(errno));
		for (i = 0; i < n; i++)
			take_event(&events[i]);
		wait = connection_turn();
		tick();
		if (!leaving && accept_rests()) {
			accept_balance();
			wait = wait < REST ? wait : REST;
		}
	}
}

int
main(int argc, char **argv)
{
	char name[32];

	title_open(argc, argv);
	options_read(argc, argv);
	snprintf(name, sizeof(name), "tls %d", options.place);
	log_open(name, (enum log_level)options.log_level, options.to_syslog);
	title_set("mootd-tls: starting");
	mallopt(M_TRIM_THRESHOLD, KEEP_FREE);
	place_take();
	if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0)
		fatal("epoll_create1: %s", strerror(errno));
	signals_open();
	watch(options.life, EVENT_LIFE);
	if (context_open(&place->certificate) != 0)
		return EXIT_CERTIFICATE;
	connection_start(epoll);
	accept_open(epoll, EVENT_LISTENER);
	confined_begin();
	atomic_store(&place->ready, 1);
	title_set("mootd-tls: %d", options.place);
	serve();
	return 0;
}
