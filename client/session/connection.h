/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_CONNECTION_H
#define CLIENT_CONNECTION_H

#include <sys/socket.h>
#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "client/trust/judge.h"
#include "irc/pin.h"

/* One connection to a server, by TCP, with TLS or without, or a Unix socket,
 * made again whenever it is lost. */

/* Times in milliseconds; `now` is always that of connection_now(). */
#ifndef RETRY_FIRST
#define RETRY_FIRST 1000     /* the first wait before another attempt... */
#endif
#ifndef RETRY_MOST
#define RETRY_MOST 120000    /* ...doubles up to this; each is jittered */
#endif
#ifndef CONNECT_MOST
#define CONNECT_MOST 15000   /* for the last address to answer... */
#endif
#define CONNECT_SHORT 3000   /* ...and for one, while there are others */
#define LOOKUP_MOST 30000    /* for a name to be looked up */
/* The server of this machine, where no other is named. */
#define CONNECTION_SOCKET "/run/moot/moot.sock"

enum {
	CONNECTION_IN = 16384,  /* over the longest line: 8191 + 512 */
	CONNECTION_OUT = 128 * 1024, /* over the longest message */
	CONNECTION_HOST = 256,
	CONNECTION_PORT = 32,
	CONNECTION_WHY = 640,
	CONNECTION_ADDRESSES = 16, /* of a name; further ones are not tried */
};

enum connection_state {
	CONNECTION_IDLE,       /* not wanted, or waiting until retry_at */
	CONNECTION_LOOKING,    /* the name is looked up, until retry_at */
	CONNECTION_CONNECTING, /* an attempt is under way until retry_at */
	CONNECTION_SHAKING,    /* hands, for TLS, until retry_at */
	CONNECTION_OPEN,
};

/* What a step brought about. */
enum connection_news {
	CONNECTION_SAME,
	CONNECTION_UP,   /* just opened */
	CONNECTION_DOWN, /* closed, or not opened; WHY says why */
};

struct connection_address {
	int family;
	socklen_t len;
	struct sockaddr_storage name;
};

struct tls;

struct connection {
	/* PORT "": HOST is the path of a Unix socket. */
	char host[CONNECTION_HOST], port[CONNECTION_PORT];
	int tls;       /* it is to be TLS */
	int said;      /* SAID_...: what the address says itself */
	/* For TLS; texts are the owner's, or NULL. */
	char pin[PIN_TEXT];            /* of the server's key; "": none */
	const char *certificate, *key; /* files of ours */
	enum judge_trust trust;
	struct tls *secure; /* tls.h; NULL: there was none yet */
	int refused;   /* the server was, by us: it is no use to try again */
	int stalled;   /* writing waits for something to read... */
	int answering; /* ...or reading for something to be written */
	enum connection_state state;
	int fd;
	pid_t looking; /* the child that looks the name up, FD its answer */
	struct connection_address address[CONNECTION_ADDRESSES];
	size_t naddresses, trying; /* how many; the one being tried */
	int64_t retry_at;
	unsigned int failures; /* in a row */
	int64_t heard;         /* when the last byte came */
	int overlong;          /* skipping to the end of a line too long */
	size_t inpos, inlen, outlen;
	char in[CONNECTION_IN], out[CONNECTION_OUT];
	char why[CONNECTION_WHY];
};

/* What an address says itself, and nothing else may change. */
enum {
	SAID_PORT = 1,
	SAID_TLS = 2, /* irc:// or ircs:// */
};

/* Monotonic milliseconds. */
int64_t connection_now(void);
/* Splits "HOST", "HOST:PORT", "[V6]", "[V6]:PORT", a bare V6 address,
 * "unix:PATH", "/PATH" or a URI (irc/uri.h); NULL stands for connection_local()
 * if there is that, else port 6667 here.  TLS it is to anything but this
 * machine, unless the address says otherwise.  -1 when it is malformed. */
int connection_init(struct connection *c, const char *where);
/* The Unix socket of a server of one's own, in XDG_RUNTIME_DIR, or of this
 * machine, CONNECTION_SOCKET; NULL when there is neither.  Static. */
const char *connection_local(void);
/* With TLS or without, unless the address says; the port follows. */
void connection_set_tls(struct connection *c, int tls);
/* With TLS from now on, at PORT, whatever the address says. */
void connection_upgrade(struct connection *c, const char *port);
/* Forgets what it knows of the server; for the end. */
void connection_clear(struct connection *c);
/* Whether it does not leave this machine. */
int connection_is_local(const struct connection *c);
/* Whether A is an address of this machine to itself. */
int connection_is_loopback(const struct connection_address *a);
/* Whether nobody on the way can read what is sent. */
int connection_is_private(const struct connection *c);
/* "host port 6667" or the path, as people are told. */
const char *connection_name(const struct connection *c, char *buf,
    size_t size);
/* Begins; where a server was met that wants TLS only (sts), with TLS.
 * CONNECTION_SAME while it is under way, else the news. */
enum connection_news connection_start(struct connection *c, int64_t now);
/* What to poll for: POLLIN, if WANTED, and POLLOUT as needed. */
short connection_events(const struct connection *c, int wanted);
/* Reads, if poll(2) says so; deals with an attempt that takes too long. */
enum connection_news connection_step(struct connection *c, short revents,
    int64_t now);
/* Whether there is more to read than poll(2) knows of: another step does. */
int connection_is_pending(const struct connection *c);
/* Writes what can be written.  After the lines that were read were dealt
 * with: what a server says before it closes must not be lost. */
enum connection_news connection_flush(struct connection *c);
/* The next whole line that came, NUL-terminated, its length in *LEN; it may
 * be changed and stays valid until the next call or step.  NULL: none. */
char *connection_line(struct connection *c, size_t *len);
/* Appends LINE and CR LF.  -1, and nothing is appended, when the server has
 * not read for so long that the buffer is full. */
int connection_write(struct connection *c, const char *line);
/* Bytes that connection_write() takes now. */
size_t connection_room(const struct connection *c);
/* Closes it and says WHY. */
void connection_close(struct connection *c, const char *why);
/* The same at once: what is on its way shall not arrive later. */
void connection_abort(struct connection *c, const char *why);
/* Plans the next attempt; returns the wait in milliseconds. */
int64_t connection_retry(struct connection *c, int64_t now);
/* The connection proved good: the next wait is a short one again. */
void connection_settled(struct connection *c);

#endif
