/* SPDX-License-Identifier: ISC */
#ifndef SERVER_STATE_H
#define SERVER_STATE_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "../ipc/bell.h"
#include "../ipc/bucket.h"
#include "../ipc/envelope.h"
#include "../ipc/segment.h"
#include "../ipc/stream.h"
#include "../irc/metadata.h"
#include "../irc/name.h"
#include "../irc/proxy.h"
#include "config.h"

/*
 * The records in the segment: everything that must outlive a worker.
 * Indexes, never pointers; slot 0 of each array means "none"; a generation in
 * each record against ghosts.  Who may write what:
 *
 *	session, user        its home worker (an op under the lock if shared)
 *	membership links     the home worker of the user
 *	membership flags,
 *	rooms, indexes,
 *	free lists           whoever holds the registry lock
 *	worker               that worker; pid, epoll and bell the master
 */

/* To be raised when the meaning of a record changes but not its size; see
 * state_layout_id(). */
#ifndef STATE_LAYOUT
#define STATE_LAYOUT 4
#endif

enum {
	TOPIC_MAX = 390,       /* TOPICLEN */
	AWAY_MAX = 300,        /* AWAYLEN */
	KICK_MAX = 300,        /* KICKLEN */
	KEY_MAX = 32,          /* KEYLEN */
	MASK_MAX = 127,        /* a ban mask */
	BANS_MAX = 100,        /* MAXLIST=: of all lists of a room */
	BAN_REASON = 120,      /* bytes of why somebody is banned */
	BAN_MOST = 31536000,   /* s: the longest ban that ends by itself */
	THROTTLE_MOST = 9999,  /* joins, or seconds, of mode j */
	KNOCK_USER = 60,       /* s between two KNOCKs of a user, */
	KNOCK_ROOM = 10,       /* and at a room */
	RENAME_WAIT = 5,       /* s between two names of a room */
	ACCESS_MAX = 100,      /* accounts with a rank in a room */
	MODES_MAX = 10,        /* MODES= */
	TARGETS_MAX = 10,      /* TARGMAX= */
	OPER_FAILURES = 3,     /* wrong passwords until a session is cut */
	DROPPED_MAX = 3,       /* poisonous lines, likewise */
	COMMANDS_MAX = 128,    /* rows of the table of commands */
	INVITES_MAX = 8,       /* invitations a user can hold */
	ACCEPTS_MAX = 16,      /* people without account it lets write to it */
	SESSIONS_MAX = 12,     /* of a user; as many bits as MEMBER_UNSEEN */
	WHOWAS_MAX = 1024,     /* entries of WHOWAS */
	MONITOR_MAX = 100,     /* MONITOR=: nicks that a session watches */
	MONITOR_BUCKETS = 16384,
	XLINES_MAX = 4096 + 1, /* places of bans from the server */
	XLINE_REASON = 200,    /* bytes of a reason */
	SOURCE_MAX = NAME_NICK + 1 + NAME_USER + 1 + NAME_HOST,

	CHUNK_SIZE = 8192,     /* payload of one buffer chunk */
	CHUNK_STRIDE = CHUNK_SIZE + 64, /* spreads chunks over cache sets */

	LISTENERS_MAX = CONFIG_LISTEN + 16,
	EPOCHS = 16,           /* lives of a worker its peers remember */
	RATES_MAX = 16384,     /* addresses whose connections are counted */

	STORE_MAILBOX = 0x40,  /* the ID that the store's key is made of */
	INTAKE_SIZE = 8 << 20, /* bytes that wait for their commit */
	OWNED_BITS = 1 << 20,  /* for names of accounts: owned.h */
	LOGINS_MAX = 4096,     /* users of this machine that are known */
	MASTER_FDS = 16,       /* the highest descriptors: the master's own */
};

/* How clients come.  The sockets themselves tell it, by their own address:
 * who finds one without a session knows what it is; see accept.c. */
enum listen_kind {
	LISTEN_PLAIN,          /* TCP */
	LISTEN_LOCAL,          /* a path: the kernel says which user it is */
	LISTEN_TLS,            /* an abstract address, for mootd-tls only, which
	                        * says first whose connection it passes on */
	LISTEN_SECURE,         /* TCP, for mootd-tls: no worker accepts there,
	                        * but it is kept with the others */
	LISTEN_CONTROL,        /* a path, for mootctl */
};

struct listener {
	int32_t fd;
	uint32_t kind;         /* enum listen_kind */
};

struct chunk {                 /* a piece of a session's input or output */
	uint32_t next;
	uint32_t session;      /* owner; 0: free */
	uint64_t pos;          /* stream position of its first byte */
};

enum session_state {
	SESSION_FREE,
	SESSION_LIVE,          /* a client, registered or not */
	SESSION_CLOSING,       /* has a reason; QUIT is still to be told */
	SESSION_LINGER,        /* told; what is queued goes out, then it ends */
	SESSION_SHUT,          /* our FIN is out; waits for the peer's */
	SESSION_HANDED,        /* logged in; to join the others of its account,
	                        * whose home it may have to be given to */
	SESSION_ABSENT,        /* has no socket: it stands for a user who has
	                        * no other */
};

enum session_flag {
	SESSION_CONTROL = 0x0001,    /* mootctl, not a client */
	SESSION_READABLE = 0x0002,   /* hints: lost with a worker, and */
	SESSION_WRITABLE = 0x0004,   /* set again by its successor */
	SESSION_DIRTY = 0x0008,      /* on the list to be flushed */
	SESSION_RUNNABLE = 0x0010,   /* on the list to be run */
	SESSION_EOF = 0x0020,        /* the peer will send no more */
	SESSION_DEAD = 0x0040,       /* writing is useless */
	SESSION_TOO_LONG = 0x0080,   /* skipping the rest of a long line */
	SESSION_CAP = 0x0100,        /* capability negotiation is open */
	SESSION_DENIED = 0x0200,     /* the nick it asked for is another's */
	SESSION_USER = 0x0400,
	SESSION_PASS = 0x0800,
	SESSION_PINGED = 0x1000,     /* a PING of ours is unanswered */
	SESSION_BATCH = 0x2000,      /* its labeled batch is open */
	SESSION_OVERFLOW = 0x4000,   /* over its sendq */
	SESSION_CAP302 = 0x8000,
	SESSION_HUP = 0x10000,       /* there is an end behind the input */
	SESSION_HELD = 0x20000,      /* some output waits for a commit, */
	SESSION_AWAITS = 0x40000,    /* and is on the list for that */
	SESSION_LOST = 0x100000,     /* its end was not asked for */
	SESSION_JOINING = 0x200000,  /* there may be rooms to show it */
	SESSION_MAIL = 0x400000,     /* something may be kept for it */
	SESSION_MISSES = 0x800000,   /* events it has still to be told */
	SESSION_TOLD = 0x80000,      /* of what can be had of the store */
	SESSION_RETURNS = 0x1000000, /* what its user missed is to be told */
	SESSION_BANNED = 0x4000000,  /* closing for a ban: 465 says so */
	SESSION_SUBSCRIBED = 0x2000000, /* to keys of metadata */
	SESSION_TOLD_OPEN = 0x40000000, /* of draft/account-registration */
	SESSION_ALONE = 0x20000000,  /* nobody is at it: AWAY * */
	SESSION_PRE_AWAY = 0x10000000, /* its reason is a text for AWAY, until
	                              * it is registered */
	SESSION_PROXY = 0x8000000,   /* says first whose it is: gateway.c */
};

/* Output that tells of something as being kept: it is not sent before the
 * store has committed it. */
struct hold {
	uint64_t at;           /* stream position: where it begins */
	uint64_t serial;       /* of what is to be committed; 0: no hold */
};
#define HOLD_UNPOSTED UINT64_MAX /* instead of a serial: it has none yet */

/* One connection.  The first line of the cache is what a fan-out touches.
 * USER is who it belongs to, 0 when that has quit or goes on without it; the
 * chain of a user's sessions is derived from that. */
struct session {
	uint32_t gen;
	int32_t fd;
	uint64_t caps;
	uint64_t mark;         /* the last event to many rooms it got */
	uint64_t queued;       /* stream position: end of its output */
	uint64_t sent;         /* stream position: what the kernel has */
	uint32_t out_head, out_tail;
	uint32_t user;
	uint32_t flags;
	uint8_t state;
	uint8_t worker;        /* its home */
	uint8_t oper_failures;
	uint8_t kind;          /* enum listen_kind: by what it came */
	uint32_t next;         /* of the same user */

	uint64_t received;     /* stream position: what was read */
	uint64_t executed;     /* stream position: the next command */
	uint32_t in_chunk;     /* holds executed..received */
	uint64_t cursor;       /* the command in flight: how far it got, */
	uint32_t step;         /* two ways to say it */
	uint32_t pend;         /* chunk with an envelope still to be posted */
	uint32_t next_free;
	struct bucket flood;   /* of now_ms */
	uint64_t active;       /* ms: the last bytes received */
	uint64_t opened;       /* ms since the epoch */
	struct hold hold[2];   /* what waits now, and what came meanwhile */
	uint64_t asked;        /* the store: ID of the question; 0: nothing */
	uint32_t answer;       /* chunk with the answer, or 0 */
	uint64_t missed, caught; /* its list of events: missed.h */
	uint32_t miss_head, miss_tail;
	uint64_t told;         /* kept messages up to this row, which the
	                        * store does not know yet; 0: none */
	uint32_t sasl;         /* chunk with its struct sasl, or 0 */
	uint32_t batch;        /* chunk with its struct batch, or 0 */
	uint64_t heard;        /* ms: when the answer came */
	uint16_t crashes;      /* of workers: by its current line */
	uint16_t faults;       /* by anything else about it */
	uint8_t device;        /* no other session of its user has this one */
	uint8_t dropped;       /* lines of it that were poison */
	uint8_t limit;         /* enum limit_flag */
	uint8_t secure;        /* enum secure_flag; the rest: struct secure */
	struct in6_addr addr;
};

enum limit_flag {              /* hints, as limit.c has them */
	LIMIT_COUNTED = 1,     /* as not registered, by its home */
	LIMIT_DELAYED = 2,     /* its next line waits for tokens */
	LIMIT_HASTY = 4,       /* its end does not wait for the peer's */
};

enum user_flag {
	USER_LIVE = 1,         /* the record is valid */
	USER_REGISTERED = 2,
	USER_AWAY = 4,
	USER_UNRANKED = 128,   /* has logged in: its ranks are to be given */
	USER_WISH = 8,         /* not registered, waits for a nick (away) */
	USER_ENDS = 16,        /* killed: no session may stay, nor it itself */
	USER_ABSENT = 32,      /* away only for want of a session */
	USER_ALWAYS_ON = 64,   /* stays, however long it has none */
	USER_REHOSTED = 0x10000, /* logged in or out: its host is to follow */
	USER_UNFETCHED = 256,  /* has logged in or out: its metadata is not
	                        * yet what its account has */
};

/* One identity. */
struct user {
	uint32_t gen;
	_Atomic uint32_t flags;
	uint32_t session;      /* the first of its chain, never 0 */
	uint32_t nick_next;    /* chain of the nick index */
	uint32_t nick_hash;
	uint32_t account_next, account_hash;
	uint32_t modes;
	uint32_t members;      /* first membership */
	uint32_t nmembers;
	int32_t mailbox;       /* msqid, or -1: through its home's */
	uint8_t home;          /* worker */
	uint8_t invite_in;     /* bits: who invited may let others in */
	uint8_t pad[2];
	_Atomic uint64_t waiters; /* workers that wait for room in it */
	uint64_t signon, spoke;   /* ms since the epoch */
	uint32_t next_free;
	uint32_t metadata;     /* the first of its keys */
	uint32_t invite_at;
	uint32_t knocked;      /* s since the epoch: its last KNOCK */
	uint32_t invite[INVITES_MAX]; /* rooms, and their generations */
	uint32_t invite_gen[INVITES_MAX];
	char nick[NAME_NICK + 2];
	char account[NAME_NICK + 2]; /* "": not logged in */
	char user[NAME_USER + 1];
	char host[NAME_HOST + 1];
	char real[NAME_REAL + 1];
};

struct away {                  /* apart: most users never touch it; with */
	char text[AWAY_MAX + 1]; /* USER_WISH, the nick */
};

struct oper {                  /* apart: few are operators, and by which line */
	char name[32];         /* of the configuration */
};

/* Whom a user with the mode R lets write to it all the same: apart, few have
 * it. */
struct accepted {
	uint32_t gen;          /* of the user: else it is a former one's */
	uint32_t at;
	uint32_t user[ACCEPTS_MAX], user_gen[ACCEPTS_MAX];
};

enum secure_flag {
	SECURE_TLS = 1,        /* nobody on its way can read it */
	SECURE_CERTIFICATE = 2, /* and its client has shown one */
};

/* The TLS of a session, with SECURE_TLS: apart, for it is seldom looked at. */
struct secure {
	uint32_t gen;          /* of the session */
	char version[16];      /* "TLSv1.3", "" when it is not known; */
	char cipher[64];       /* likewise */
	uint8_t fingerprint[PROXY_FINGERPRINT]; /* of SECURE_CERTIFICATE */
};

struct reason {                /* why a session is closing */
	char text[AWAY_MAX + 1];
};

/* A user in a room. */
struct member {
	uint32_t room, user;   /* both 0: free; stored last */
	uint32_t session;      /* copy of the user's first, for fan-out */
	_Atomic uint32_t flags;/* MEMBER_*, and the bits below */
	uint32_t room_next, room_prev; /* of the home's list in the room */
	uint32_t user_next, user_prev;
	uint32_t joined;       /* s since the epoch */
	uint32_t ban_serial;   /* the room's bans this was checked against */
};
#define MEMBER_GONE   0x10000u /* kicked: told, and removed by its home */
#define MEMBER_BANNED 0x20000u /* as of ban_serial */
#define MEMBER_TOLD   0x40000u /* has heard of its kick: hears no more */
#define MEMBER_HEARS  0x80000u /* was in it under another name: in spite of */
/* A bit for each device of its user that has still to be shown the room, and
 * until then hears nothing of it. */
#define MEMBER_UNSEEN 20

struct room {
	uint32_t gen;
	uint32_t live;         /* the record is valid */
	uint32_t hash_next, hash;
	uint32_t next_free;
	uint32_t count;        /* members at all workers */
	uint32_t modes;
	uint32_t limit;
	uint16_t throttle, throttle_time; /* so many joins in so many s */
	uint32_t joined, joined_at; /* how many since when, s */
	uint32_t knocked;      /* s since the epoch: the last KNOCK, */
	uint32_t renamed;      /* the last RENAME */
	_Atomic uint32_t ban_serial;
	uint32_t bans, nbans;
	uint32_t access, naccess; /* accounts that have a rank */
	uint32_t loading;      /* the session that fetches it from the store, */
	uint32_t loading_gen;  /* and its generation */
	uint32_t unsure;       /* the store could not be asked for it */
	uint32_t metadata;     /* the first of its keys */
	_Atomic uint32_t change; /* grows with each change of what is to last,
	                        * odd in the middle of one */
	_Atomic uint64_t saved; /* the store's: GEN << 32 | CHANGE it has */
	_Atomic uint64_t workers; /* those with members */
	uint64_t created;      /* s since the epoch */
	uint64_t made;         /* the same in ms */
	uint64_t topic_time;
	char founder[NAME_NICK + 2]; /* an account */
	char name[NAME_CHANNEL + 1];
	char key[KEY_MAX + 1];
	char forward[NAME_CHANNEL + 1]; /* where who cannot join is sent */
	char was[NAME_CHANNEL + 1]; /* the name the store may have it under */
	char topic_setter[SOURCE_MAX + 1];
	char topic[TOPIC_MAX + 1];
};

struct room_list {             /* one a room and worker */
	uint32_t first, count;
};

/* A line of a room's lists: a mask that is banned or excepted, or an account
 * that has a rank. */
struct ban {
	uint32_t next;
	uint32_t room;         /* 0: free */
	uint32_t rank;         /* of an account; 0: it is a mask */
	uint32_t list;         /* of masks: ROOM_BAN, _EXCEPT or _INVEX */
	uint64_t time, until;  /* s since the epoch; until 0: for good */
	char mask[MASK_MAX + 1];
	char setter[SOURCE_MAX + 1];
	char reason[BAN_REASON + 1];
};

enum metadatum_kind {
	METADATUM_FREE,
	METADATUM_USER,
	METADATUM_ROOM,
};

enum metadatum_flag {
	METADATUM_KEPT = 1,    /* the account has it in the store */
	METADATUM_TOLD = 2,    /* those who see its user were told */
	METADATUM_GONE = 4,    /* it was the former account's: to be removed */
};

/* A key of a user or a room, and its value. */
struct metadatum {
	uint32_t next;
	uint32_t owner;        /* 0: free */
	uint16_t kind;
	uint16_t flags;
	char key[METADATA_KEY + 1];
	char value[METADATA_VALUE + 1];
};

/* What a session has to do with it: apart, most never touch it. */
struct subscription {
	uint32_t gen;          /* of the session that set CHANGED */
	uint64_t changed;      /* ms: up to when its changes are used up */
	char keys[METADATA_LIST]; /* if SESSION_SUBSCRIBED */
};

struct address {               /* how many clients an address has */
	struct in6_addr addr;
	uint32_t count;
	uint32_t next;         /* chain, or free list */
};

/* A nick of which a session wants to hear whether it is here. */
struct monitor {
	uint32_t session;      /* 0: free; stored last */
	uint32_t gen;          /* its generation */
	uint32_t session_next; /* of the same session */
	uint32_t next, prev;   /* of the same home and bucket; free list */
	uint32_t hash;
	uint32_t home;         /* worker */
	char nick[NAME_NICK + 2]; /* as it was given */
};

struct monitor_list {          /* one a session; most never touch it */
	uint32_t first, count;
};

struct whowas {
	uint64_t time;         /* ms since the epoch; 0: empty */
	char nick[NAME_NICK + 1];
	char user[NAME_USER + 1];
	char host[NAME_HOST + 1];
	char real[NAME_REAL + 1];
};

/* A ban from the whole server, in a place of its own: xline.c. */
struct xline {
	_Atomic uint32_t live; /* the rest is valid */
	uint32_t kind, bits;   /* enum xmask_kind; of an address */
	uint32_t kept;         /* the store has it, too */
	uint64_t serial;       /* what xline_serial became by it */
	uint64_t created, expires; /* s since the epoch; 0: never */
	struct in6_addr addr;
	char mask[128];
	char setter[64];       /* the operator's name */
	char reason[XLINE_REASON + 1];
};

/*
 * A change to the records, decided by a handler, applied after the commit,
 * again if need be: each sets an absolute state.  See op.c.
 */
struct op {
	uint16_t kind;
	uint16_t pad;
	uint32_t a, b, c;
	uint64_t x;
	char text[TOPIC_MAX + 2];
	char text2[SOURCE_MAX + 1];
};

enum { OPS_MAX = MODES_MAX + 6 };

/* How far the local part of a delivery has got. */
struct fanout {
	uint32_t started;
	uint32_t own;          /* others are served: now the source's own */
	uint32_t room_at;      /* which room of the event */
	uint32_t member;       /* next membership to serve */
	uint32_t session;      /* served last, or in doubt */
	uint64_t queued;       /* its end of output before, */
	uint64_t missed;       /* and of its list */
};

enum txn_state {
	TXN_IDLE,
	TXN_RUNNING,           /* a handler decides; nothing has happened */
	TXN_COMMITTED,         /* will happen, whoever does it */
};

/*
 * What one step of one command does.  Filled by the dispatcher from what the
 * handler decided; from TXN_COMMITTED on it is finished by the worker or its
 * successor.
 */
struct txn {
	_Atomic uint32_t state;
	_Atomic uint32_t crashes; /* of workers, since it is committed */
	char command[16];
	uint32_t session;
	uint32_t locked;       /* its ops want the registry lock */
	uint32_t nops;
	_Atomic uint32_t ops_done;
	uint32_t event;        /* ENVELOPE holds something to deliver */
	uint64_t posts;        /* workers still to be told; bit 0: the store */
	uint64_t stored;       /* serial of the posting to the store */
	uint64_t asked;        /* ID of the question to the store; 0: none */
	uint32_t holds;        /* the reply waits for its commit */
	uint32_t mail;         /* SESSION_MAIL is being seen to */
	uint64_t caught;       /* 1 + what was told of the session's list */
	uint32_t post_user;    /* or the user whose mailbox it goes to */
	uint32_t in_doubt;     /* being posted: a worker, or TO_USER */
	uint64_t queued;       /* the session's fields when it is done */
	uint64_t executed;
	uint64_t cursor;
	uint32_t step, flags, after;
	struct fanout fanout;
	struct op ops[OPS_MAX];
	struct envelope envelope;
};

/* How it is with mootd-store. */
enum store_state {
	STORE_OFF,             /* there is none, and will be none */
	STORE_OPENING,         /* it is on its way: mail may be left for it */
	STORE_SERVING,
	STORE_FAILING,         /* nothing can be kept, as REASON says */
};

/* What workers, the master and mootd-store know of each other.  Its process,
 * mailbox and bell are those of workers[0]. */
struct store {
	_Atomic uint32_t state;
	_Atomic uint32_t change; /* grows with each of its lives and states */
	_Atomic uint64_t sleepers; /* workers that wait for a commit */
	_Atomic uint32_t owned_noted; /* OWNED is complete */
	/* by worker: the last serial that is committed, with all before */
	_Atomic uint64_t durable[CONFIG_WORKERS + 1];
	uint64_t taken, done;  /* positions in the intake: what it took out of
	                        * its mailbox; what is committed */
	_Atomic uint64_t messages, commits, questions; /* since the start */
	/* of its database, a moment ago: bytes, rows of messages; ms since the
	 * epoch: the oldest message, the last backup (0: none) */
	_Atomic uint64_t bytes, rows, oldest, backup;
	char reason[160];
};

/* A count of something, by worker; STATS and mootctl add them up. */
enum counter {
	COUNT_ACCEPTED,
	COUNT_REFUSED,
	COUNT_LINES_IN,
	COUNT_MESSAGES,        /* PRIVMSG and the like taken from clients */
	COUNT_DELIVERIES,
	COUNT_POSTED,          /* envelopes */
	COUNT_TAKEN,
	COUNT_WAITS,           /* times a mailbox was full */
	COUNT_SENDS,           /* system calls */
	COUNT_BYTES_IN,
	COUNT_BYTES_OUT,
	COUNT_HEALED,          /* steps finished for a dead predecessor */
	COUNT_REFUSED_RATE,    /* of COUNT_REFUSED, by enum limit_kind */
	COUNT_REFUSED_ADDRESS,
	COUNT_REFUSED_UNREGISTERED,
	COUNT_REFUSED_MEMORY,
	COUNT_REFUSED_FULL,
	COUNT_TIMED_OUT,       /* had not registered in time */
	COUNT_CROWDED_OUT,     /* had not registered, and others wanted to */
	COUNT_DELAYED,         /* lines that waited for tokens */
	COUNT_LOGINS_FAILED,   /* no such account, or not its password */
	COUNT_CUT_SENDQ,       /* had too much unread, */
	COUNT_CUT_MEMORY,      /* or most, and no buffer was left */
	COUNT_MAX
};

enum {
	ENDED_HUNG = -1,       /* killed by the master for it */
	EXIT_DAMAGED = 3,      /* a worker says: the segment is of no use */
};

struct worker {
	_Atomic int32_t pid;   /* 0: none */
	_Atomic int32_t paused; /* its PID while it stands still: pause.h */
	struct life life;      /* begins with it, and ends */
	_Atomic uint32_t quiet; /* has no mail and nothing to post */
	_Atomic int32_t ended; /* how the last one did: a signal, ENDED_* */
	_Atomic uint64_t busy; /* what it is doing: see blame.h */
	uint32_t mail_crashes; /* of workers, by MAIL */
	uint32_t accept_crashes;
	_Atomic uint32_t epoch; /* its life: grows with each start */
	_Atomic uint64_t beat; /* ms, CLOCK_MONOTONIC */
	_Atomic uint32_t retire; /* leave at the end of the turn */
	_Atomic uint32_t clients;
	_Atomic uint32_t unregistered; /* of them: LIMIT_COUNTED */
	_Atomic uint32_t chunks_used; /* a moment ago */
	int32_t epoll;
	int32_t spare;         /* kept back for "out of descriptors" */
	int32_t mailbox;
	uint64_t mailbox_room;
	uint32_t restarts;
	struct bell bell;
	uint64_t tokens;       /* of 005, a hash: as its clients know them */
	uint64_t caps[2];      /* likewise, values of sasl and sts */
	_Atomic uint64_t waiters; /* workers that wait for room in MAILBOX */
	uint64_t count;        /* envelopes made in this life */
	uint64_t xline_seen;   /* its sessions were looked at up to there */
	uint64_t heard[CONFIG_WORKERS + 1][EPOCHS]; /* serials, by origin */
	/* the last posting to each other worker that changed who has which
	 * nick, and when it was made, ms: see deliver_names_settled() */
	_Atomic uint64_t named[CONFIG_WORKERS + 1];
	_Atomic uint64_t named_at[CONFIG_WORKERS + 1];
	_Atomic uint32_t names_pending; /* its sessions that wait to post one */
	uint32_t chunk_first, chunk_end; /* its part of the chunks */
	uint32_t chunk_high;   /* first never used */
	uint32_t reserve;      /* a chunk for an event that has to wait */
	uint32_t io_session;   /* the stream in a system call right now; */
	struct stream_call io; /* which, if it is none of TCP */
	_Atomic uint32_t accepting; /* odd while a socket has no record yet */
	_Atomic uint32_t arrivals; /* sessions were handed to it */
	_Atomic uint64_t counter[COUNT_MAX];
	_Atomic uint64_t commands[COMMANDS_MAX]; /* uses, by row */
	struct txn txn;
	struct fanout mail_fanout; /* of MAIL, while its magic is right */
	struct envelope mail;
};

enum { TRACE_TEXT = 8192 - 8 };

struct trace {                 /* the last words of a worker that crashed */
	int32_t pid;           /* 0: there are none */
	uint32_t length;
	char text[TRACE_TEXT];
};

/* A user of this machine whose name can be that of an account. */
struct login {
	uint32_t uid;
	char name[NAME_NICK + 1];
};

struct list {                  /* a free list, oldest first */
	uint32_t first, last;
	uint32_t used;         /* slots handed out */
	uint32_t high;         /* first slot never used */
};

/* The numbers all sizes follow from. */
struct dimensions {
	uint64_t workers, sessions, users, rooms, members, bans, fds, buckets,
	    chunks, words, metadata, monitors;
};

/* What stands behind the header of the segment. */
struct state {
	struct segment segment;
	struct dimensions dimensions;
	struct lock master;    /* held by the master as long as it lives */
	_Atomic uint64_t pause; /* who serves, and whether: pause.h */
	int32_t handover;      /* listener of ipc/handover.h, or -1 */
	uint32_t nworker;
	uint32_t max_sessions, max_users, max_rooms, max_members, max_bans;
	uint32_t max_metadata, max_monitors;
	uint32_t max_fd;       /* descriptors from here on are the master's */
	_Atomic uint32_t stopping;
	struct listener listeners[LISTENERS_MAX + 1]; /* of clients; ends with
	                        * the descriptor -1 */
	int32_t control;       /* listener of mootctl, or -1 */
	int32_t tls_page;      /* of tls/page.h, or -1 */
	int32_t tls_life, tls_end; /* a pipe whose end says to mootd-tls that
	                        * all who share our table are gone; or -1 */
	struct store store;
	_Atomic uint32_t revoked; /* times an account was suspended, removed */
	_Atomic uint64_t opers, invisible, registered, most_registered;
	uint32_t linking;      /* whose lists of members are being changed */
	_Atomic uint32_t heal_crashes; /* of workers, while rebuilding it */
	uint64_t validated;    /* when the registry was: see validate.c */
	struct list sessions, users, rooms, members, bans, addresses, metadata,
	    monitors;
	uint32_t whowas_at;
	_Atomic uint32_t ban_ends; /* s: none ends before; 0: none at all */
	uint32_t restarts;     /* of workers, since the start */
	uint64_t started;      /* ms since the epoch */
	_Atomic uint64_t reloads;
	_Atomic uint64_t takeovers; /* by a new master, upgrades included */
	_Atomic uint64_t upgrades, refusals; /* and those that were not done */
	char refusal[200];     /* why the last one was not done */
	_Atomic uint64_t rebalances, rebalances_failed;
	_Atomic uint64_t moved; /* users, from worker to worker */
	uint32_t moving;       /* homes are being changed right now */
	_Atomic uint64_t xline_serial; /* grows with each change of a ban */
	uint32_t xlines_high;  /* first place never used */
	uint32_t xlines_loaded; /* what the store has is there */
	/* of the two lists of LOGINS that which is read; the master writes the
	 * other one */
	_Atomic uint32_t logins_which;
	uint32_t nlogin[2];
	uint8_t cloak_key[16];
	uint64_t rate_seed;    /* of RATES */
};

/* Where the parts are in this process.  Set by state_create(). */
extern struct state *state;
extern struct worker *workers;      /* [1..nworker]; 0: mootd-store */
extern struct session *sessions;
extern struct user *users;          /* users[1..255] unused: system IDs */
extern struct away *aways;          /* by user */
extern struct trace *traces;        /* by worker */
extern struct oper *opers;          /* by user */
extern struct accepted *accepted;   /* by user */
extern struct reason *reasons;      /* by session */
extern struct secure *secures;      /* by session */
extern struct member *members;
extern struct room *rooms;
extern struct room_list *room_lists;
extern struct ban *bans;
extern struct metadatum *metadata;
extern struct subscription *subscriptions; /* by session */
extern struct address *addresses;
extern struct monitor *monitors;
extern struct monitor_list *monitor_lists; /* by session */
extern uint32_t *monitor_index;     /* heads, by bucket and worker */
extern struct whowas *whowases;
extern struct login *logins;        /* two lists of LOGINS_MAX */
extern struct xline *xlines;
extern struct bucket_place *rates;  /* of connections, by address */
extern uint32_t *nick_index, *account_index, *room_index, *address_index;
extern uint32_t index_size;         /* buckets of each, a power of two */
extern _Atomic uint32_t *fd_session; /* descriptor -> session */
extern struct chunk *chunks;
extern char *chunk_data;
extern struct mailmap *mailmaps;    /* by worker, private views */
extern char *intake;                /* of mootd-store: envelopes in a ring */
extern _Atomic uint64_t *owned;     /* names of accounts: owned.h */

/* What a process must agree on with others to share a segment: a digest of
 * the records' sizes and of STATE_LAYOUT. */
uint32_t state_layout_id(void);

/* Makes the segment for CONFIG.  Returns 0, or -1 with errno. */
int state_create(const struct config *config, int nworker, uint32_t max_fd);

/* Attaches the living segment of HEADER, which has our layout.  Returns 0, or
 * -1 with errno: EINVAL when its dimensions cannot be. */
int state_attach(const struct segment *header);
void state_detach(void);
/* Maps what is in use into this process at once: a page fault each would make
 * the beginning of worker W longer. */
void state_map(unsigned w);
/* What is wrong with the vital parts of the segment, for worker W (0: for a
 * master to whom it is new); NULL when
 * it can be worked with. */
const char *state_wrong(unsigned w);
/* Removes it, with all mailboxes of ours, and forgets it; trusts nothing in
 * it.  For the master. */
void state_destroy(void);

/* Removes the mailboxes without a key of a dead instance's workers, if its
 * segment has our layout; returns how many. */
int state_remove_mailboxes(const struct segment *header);

static inline struct room_list *
room_list(uint32_t room, unsigned worker)
{
	return &room_lists[(size_t)room * (state->nworker + 1) + worker];
}

static inline uint32_t *
monitor_head(uint32_t hash, unsigned worker)
{
	return &monitor_index[(size_t)(hash % MONITOR_BUCKETS) *
	    (state->nworker + 1) + worker];
}

static inline char *
chunk_bytes(uint32_t chunk)
{
	return chunk_data + (size_t)chunk * CHUNK_STRIDE;
}

#endif
