/* SPDX-License-Identifier: ISC */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include <stddef.h>
#include <stdint.h>

/* A crowd of IRC clients in one process, on one epoll loop. */

struct ssl_st;

struct client {
	int fd;
	uint32_t index; /* 0, 1, ... in the order of connecting */
	uint8_t state;  /* enum client_state */
	uint8_t dirty, waiting;
	char *out;   /* not yet sent */
	char *carry; /* the beginning of a line */
	size_t out_len, out_size, carry_len;
	struct ssl_st *ssl; /* NULL in the clear */
};

enum client_state {
	CLIENT_NONE,
	CLIENT_CONNECTING,
	CLIENT_SHAKING,
	CLIENT_REGISTERING,
	CLIENT_READY,
	CLIENT_LEAVING,
	CLIENT_GONE
};

struct crowd_options {
	const char *host; /* IPv4 address */
	uint16_t port;
	size_t in_flight;   /* connecting or registering at a time */
	size_t per_address; /* clients from one source address */
	const char *caps;   /* to request, or NULL */
	int secure;         /* by TLS: secure.h */
	const char *only;   /* said instead of registering: the server is to
	                     * close then; or NULL */
	unsigned deadline;  /* seconds any waiting may last */
};

struct crowd {
	struct client *clients;
	size_t count, ready, gone;
	/* Called with every line of a client that is ready, without its CR LF,
	 * but for PING, which is answered.  LINE is not NUL-terminated; it is
	 * NULL when the server has closed. */
	void (*on_line)(struct client *, const char *line, size_t len);
	unsigned long errors;   /* anything that should not happen */
	unsigned long received; /* bytes */
	unsigned long reads, lines;
};

extern struct crowd crowd;

/* Makes COUNT clients; none is connected yet.  Exits without memory or
 * descriptors. */
void crowd_open(const struct crowd_options *, size_t count);

/* Connects and registers all of them, NICK and USER to the end of the MOTD; or
 * until they are let go, if they say ONLY something else.
 * 0, or -1 when some could not (said on standard error, counted). */
int crowd_register(void);

/* One turn of the loop: waits for at most MS, reads what came, sends what the
 * handlers queued, once for each client.  The number of events. */
int crowd_turn(int ms);

/* Turns until nothing came for MS; 0, or -1 past the deadline. */
int crowd_settle(int ms);

/* Queues a line, CR LF included, to be sent at the end of the turn. */
void client_queue(struct client *, const char *line, size_t len);
void client_queuef(struct client *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The nick of client INDEX; BUF holds at least 16 bytes. */
const char *client_nick(uint32_t index, char *buf);

/* Complains, at most 20 times, and counts. */
void crowd_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Resets all connections. */
void crowd_close(void);

/* Nanoseconds on a clock that only goes forward. */
uint64_t clock_now(void);

#endif
