/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SESSION_H
#define CLIENT_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "connection.h"
#include "irc/capability.h"
#include "isupport.h"
#include "outbox.h"

/* Our session on a server: who we are there, where, and what is under way. */

/* Milliseconds; they can be set when building, for the tests. */
#ifndef SESSION_REGISTER
#define SESSION_REGISTER 60000 /* for the server to let us in */
#endif
#ifndef SESSION_IDLE
#define SESSION_IDLE 60000     /* of silence before we send a PING... */
#endif
#ifndef SESSION_DEAD
#define SESSION_DEAD 60000     /* ...and for anything at all to come back */
#endif
#define SESSION_SYNC 5000      /* before we ask what became of a line */
#define SESSION_LAG 30000      /* between two PINGs, if a person looks */
#define SESSION_QUIT 2000      /* for the server to answer QUIT */
#define SESSION_CTCP 4000      /* for each answer to a CTCP request... */
#define SESSION_CTCP_BURST 3   /* ...of which so many are free */

enum {
	SESSION_NICK = 64,
	SESSION_TARGET = 256,
	SESSION_LINE = 512, /* with CR LF and NUL to spare: 510 bytes count */
	SESSION_QUEUE = 8192, /* of a line that is queued, with its tags */
};

/* How moot ends: its exit status, moot(1). */
enum session_status {
	STATUS_OK = 0,
	STATUS_USAGE = 1,
	STATUS_UNREACHABLE = 2,
	STATUS_REFUSED = 3,
	STATUS_LINE_REFUSED = 4,
	STATUS_LINE_LOST = 5,
	STATUS_OUTPUT = 6,
	/* of subcommands */
	STATUS_KEPT = 7,    /* the person is not here, and it is kept */
	STATUS_NOBODY = 8,  /* there is no such room or person */
	STATUS_TIMEOUT = 9,
	STATUS_NOTHING = 10, /* was found */
	STATUS_COMMAND = 11, /* of a bot: it cannot be run, or kept running */
	STATUS_UNTRUSTED = 12, /* the server may not be whom one wants */
};

enum session_state {
	SESSION_OFFLINE,
	SESSION_REGISTERING,
	SESSION_ONLINE,
	SESSION_QUITTING, /* QUIT was sent */
	SESSION_OVER,     /* status and why say how it ended */
};

enum session_login {
	LOGIN_NONE,
	LOGIN_UNDER_WAY,
	LOGIN_DONE,
	LOGIN_FAILED,
};

struct batch;
struct catchup;
struct draft;
struct history;
struct marker;
struct recent;
struct room;
struct sasl;
struct secure;

struct session {
	struct connection connection;
	enum session_state state;
	enum session_status status;
	char why[CONNECTION_WHY];
	int once;  /* do not connect again */
	int typed; /* by a person, who sees what is refused */
	int shown; /* to a person, who wants to see the welcome */

	char wanted[SESSION_NICK]; /* the nick we asked for first */
	char nick[SESSION_NICK];   /* the one we have, or are asking for */
	char nick_lost[SESSION_NICK]; /* when lines were lost; "": never */
	unsigned int variant;      /* of `wanted`, after "in use" */
	int shortened;             /* `wanted` was too long for the server */
	char address[SESSION_TARGET]; /* user@host as others see us, or "" */
	char user[32];
	const char *password;      /* of the server; NULL: none */
	uint64_t offered, caps;    /* capabilities, irc/capability.h */

	/* What its owner sets, and what it points to outlives the session. */
	const char *network;       /* what the user calls it; NULL: no name */
	const char *realname;      /* NULL: the nick */
	const char *account;       /* to log in to; NULL: be a guest */
	const char *mechanism;     /* of SASL: "EXTERNAL"; NULL: the best */
	int in_clear;              /* the password may be read by others */
	int login_needed;          /* no guest: a failed login ends it */
	/* Yields the account's password: 1; 0: none; -1: WHY.  May block. */
	int (*secret)(struct session *s, char *secret, size_t size, char *why,
	    size_t why_size);
	int64_t away_after;        /* milliseconds of idleness; 0: never */
	int unattended;            /* nobody sits here: AWAY * if possible */
	int recent;                /* messages asked for in a room that is
	                            * entered with nothing known of it */
	int catches_up;            /* asks for what was missed */

	char logged_in[SESSION_NICK]; /* the account the server knows, or "" */
	enum session_login login;
	struct sasl *sasl;         /* a login under way, sasl.c's */
	char mechanisms[256];      /* the value of sasl; "" */
	int64_t sts_seconds;       /* TLS only, for so long; -1: not said */
	uint64_t asked[CAPABILITY_COUNT]; /* requests not yet answered */
	size_t nasked;
	size_t multiline_bytes, multiline_lines; /* 0: not with this server */
	int welcomed;              /* the first welcome is over */
	int welcoming;             /* a welcome is going on */
	struct isupport isupport;
	struct batch *batches;     /* open ones, batch.c's */
	struct history *histories; /* asked for, history.c's */
	unsigned long long history_label;
	struct recent *recents;    /* recent.c's */
	struct marker *markers;    /* say.c's */
	char typing[SESSION_TARGET]; /* whom we told that we type, or "" */
	int64_t typing_at;

	struct room *rooms;
	char target[SESSION_TARGET]; /* whom plain lines go to, or "" */

	struct outbox outbox;
	struct catchup *catchup;
	struct secure *secure; /* sealed_open(); NULL: there are no keys */
	struct draft *draft;  /* the owner's, draft_open(); NULL: keeps none */
	int to_catch_up;      /* the line is back, and nothing asked yet */
	uint64_t ping;        /* the order in the PING under way */
	uint64_t timed;       /* that of the first under way, sent at pinged */
	int pinging;
	int lag;              /* of the last PING; -1: not known */
	int64_t skew;         /* what the server's clock is ahead */
	int64_t active;       /* when somebody last did something here */
	int is_idle;          /* and we are away for that */
	int away;             /* we are because somebody said so */
	int64_t pinged, sent; /* when the last PING, the last line went */
	int draining;         /* quit once everything is confirmed */
	char farewell[400];
	unsigned long refused, unsure; /* lines */
	int64_t deadline;     /* of registering or quitting */
	int64_t ctcp;         /* when CTCP answers are all free again */
};

/* Sets up; NICK may be NULL.  -1: WHERE is no address, -2: NICK no nick. */
int session_init(struct session *s, const char *where, const char *nick);
void session_clear(struct session *s);

/* What is due: connects, waits, pings, sends.  Then session_timeout() tells
 * how many milliseconds poll(2) may wait at most. */
void session_tick(struct session *s, int64_t now);
int session_timeout(const struct session *s, int64_t now);
/* What poll(2) found on the socket. */
void session_step(struct session *s, short revents, int64_t now);

/* Milliseconds that an answer takes, or the PING under way has taken by now if
 * that is longer; -1 while it is not known. */
int session_lag(const struct session *s, int64_t now);
/* Somebody is here: types, or chooses a buffer.  Ends being away for
 * idleness; see away_after. */
void session_active(struct session *s, int64_t now);

/* Queues a line for the server; says so and counts it when it cannot.  A
 * PRIVMSG or NOTICE in it is said as by session_say(). */
void session_queue(struct session *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Sends a line at once, past the queue: what the protocol itself needs. */
void session_write(struct session *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Says TEXT to TARGET by COMMAND (PRIVMSG, NOTICE); CTCP "ACTION" or NULL.
 * See own_say(), which returns the serial, too. */
void session_say(struct session *s, const char *command, const char *target,
    const char *ctcp, const char *text);
/* Quits when all is confirmed, saying WHY. */
void session_quit(struct session *s, const char *why);
/* Goes to PORT of the same host, with TLS, at once. */
void session_upgrade(struct session *s, const char *port);
/* Remembers, or forgets, that the server wants TLS only, from now on. */
void session_keep_sts(struct session *s);
/* The person has accepted the key of a server that was refused: -1 with WHY,
 * or tries again. */
int session_trust(struct session *s, char *why, size_t size);
/* Quits without waiting for what is queued. */
void session_hurry(struct session *s, const char *why);
/* It is over, for good. */
void session_end(struct session *s, enum session_status status,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* What event.c learns from the server. */
void session_welcome(struct session *s, const char *nick, const char *server);
/* Tries another nick if we need one; INVALID ones are shortened first. */
void session_nick_refused(struct session *s, const char *why, int invalid);
void session_nick_changed(struct session *s, const char *nick);
void session_pong(struct session *s, const char *token);
/* The server's time, of a line that is of the present. */
void session_clock(struct session *s, int64_t when);
int session_is_me(const struct session *s, const char *nick);
int session_is_room(const struct session *s, const char *name);
/* Whether a CTCP request may be answered now; counts it. */
int session_may_answer(struct session *s);

void session_target(struct session *s, const char *target);

#endif
