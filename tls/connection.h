/* SPDX-License-Identifier: ISC */
#ifndef TLS_CONNECTION_H
#define TLS_CONNECTION_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <openssl/ssl.h>

/*
 * A client, from accept(2) to its end, and the stream to a worker that carries
 * what it says in the clear.  Nothing here waits, and nothing is freed before
 * the end of a turn.
 */

enum connection_state {
	CONNECTION_HEADER,     /* a proxy has to say first whose it is */
	CONNECTION_HANDSHAKE,
	CONNECTION_WORKER,     /* waits for room in the queue of the workers */
	CONNECTION_OPEN,
	CONNECTION_CLOSED,     /* freed at the end of the turn */
};

/* What is known of the two sockets: both are edge triggered. */
enum connection_flag {
	CLIENT_IN = 0x001,     /* there may be something to read, */
	CLIENT_OUT = 0x002,    /* room to write */
	PLAIN_IN = 0x004,
	PLAIN_OUT = 0x008,
	PLAIN_HUP = 0x010,     /* there is an end behind what is to be read */
	CLIENT_END = 0x020,    /* it has been read */
	PLAIN_END = 0x040,
	CLIENT_SHUT = 0x080,   /* ours is written */
	PLAIN_SHUT = 0x100,
	QUEUED = 0x200,        /* has its turn in the next round */
};

/* What was read on one side and has no room on the other. */
struct pending {
	size_t at, end;
	char data[];
};

struct connection {
	SSL *ssl;
	int fd, plain;         /* the socket of the client; a worker's, or -1 */
	uint16_t state, flags;
	uint16_t port;         /* of the client */
	uint8_t addr[16];
	uint64_t since;        /* ms: when it came, or is to end */
	struct connection *prev, *next; /* those with a deadline, in order */
	struct connection *turn; /* those whose turn it is; the closed */
	struct pending *up, *down; /* to the worker, to the client; or NULL */
};

/* An address as 16 bytes, IPv4 mapped into IPv6, and the port. */
void connection_address(const struct sockaddr_storage *ss, uint8_t addr[16],
    unsigned *port);
/* The set all sockets are in.  Before the first connection. */
void connection_start(int epoll);
/* Takes over socket FD of ADDR and PORT.  Returns 0, or -1 in a shortage. */
int connection_open(int fd, const uint8_t addr[16], unsigned port);
/* An event of epoll(7) with this data.  */
void connection_event(uint64_t data, uint32_t events);
/* What is to be done after the events of a turn: handshakes, a few at a time,
 * since each costs as much as a thousand lines; those who have more to move
 * than fits a turn; the closed are freed.  Returns how many ms the next turn
 * may wait at most. */
int connection_turn(void);
/* Ends handshakes, and what should have ended, when their time is over. */
void connection_watch(void);
/* How many there are. */
unsigned connection_count(void);

/* For pump.c and upstream.c. */

/* Ends it now, both sides. */
void connection_close(struct connection *c);
/* It has its turn again soon. */
void connection_again(struct connection *c);
/* It is closed in MS, whatever it does. */
void connection_limit(struct connection *c, uint64_t ms);
/* Adds the socket of its worker to the set; 0 or -1. */
int connection_plain(struct connection *c, int plain);
/* That one has no room: an event tells when there is some. */
void connection_plain_full(struct connection *c);

#endif
