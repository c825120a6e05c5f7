/* SPDX-License-Identifier: ISC */
#ifndef SERVER_CONFIG_H
#define SERVER_CONFIG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "../ipc/bucket.h"
#include "../irc/uri.h"

/*
 * mootd.conf(5): a keyword and its values a line.  One table holds every
 * setting with its default, its limits and whether a reload may change it.
 * The master reads it before it forks; workers inherit the result.
 */

enum {
	CONFIG_LISTEN = 16,    /* listen lines */
	CONFIG_OPERATOR = 64,  /* operator lines */
	CONFIG_CLASS = 32,     /* operator-class lines */
	CONFIG_ADMIN = 3,      /* admin lines */
	CONFIG_WORKERS = 63,   /* most workers */
	CONFIG_GATEWAYS = 16,  /* networks of proxies; of webirc gateways */
	CONFIG_ICON = 256,     /* a URL, with its NUL */
	CONFIG_MOTD = 32768,   /* bytes of a motd file */
};

struct config_listen {
	struct sockaddr_storage addr;
	socklen_t addrlen;
	char text[112];        /* as written, for messages; of a Unix socket,
	                        * its path */
	int usual;             /* nobody wrote it: it may fail */
};

enum {                          /* who of this machine is signed in */
	LOCAL_ACCOUNTS_OFF,
	LOCAL_ACCOUNTS_ON,      /* who has an account, or may register one */
	LOCAL_ACCOUNTS_CREATE,  /* everybody */
};

enum {                          /* who may connect to a path */
	LOCAL_EVERYBODY,
	LOCAL_OWNER,
	LOCAL_GROUP,
};

/* What an operator may do, by its class. */
enum privilege {
	PRIV_ADDRESSES = 1,    /* see where somebody is really from */
	PRIV_BAN = 2,          /* KLINE, DLINE, and what is banned */
	PRIV_KILL = 4,
	PRIV_REHASH = 8,
	PRIV_ROOMS = 16,       /* SAJOIN, SAMODE, REDACT, as founder at
	                        * ChanServ */
	PRIV_SEE = 32,         /* who is invisible, what is secret */
	PRIV_WALLOPS = 64,
	PRIV_FLOOD = 128,      /* is never delayed */
	PRIV_ALL = 255,
};

struct config_class {
	char name[32];
	uint32_t privileges;   /* enum privilege */
};

struct config_network {        /* as irc/proxy.h has it */
	uint8_t addr[16];
	unsigned bits;
	int certificates;      /* of a proxy: it is believed what it says of
	                        * those of clients */
};

struct config_webirc {
	char password[128];
	struct config_network network;
};

struct config_sts {            /* what clients are told of it */
	int on, preload;
	uint32_t duration;     /* s; 0: forget it */
	uint32_t port;         /* of TLS */
};

struct config_operator {
	char name[32];
	char hash[160];        /* "": of a certificate alone */
	char class[32];        /* "": none, may do all */
	int certified;         /* it has to show this certificate: */
	uint8_t fingerprint[32];
	uint32_t privileges;
};

struct config_room_group {
	char room[80];
	uint32_t gid;
};

struct config {
	char file[256];             /* where it came from; "" = defaults */
	char name[64];              /* default: the host name, if it is valid */
	char network[64];           /* "Moot" */
	char description[128];      /* "": the network's name does */
	char network_icon[CONFIG_ICON]; /* "" = none */
	char public_address[URI_HOST + 8]; /* "" = from name and listen-tls */
	struct config_listen listen[CONFIG_LISTEN];
	int nlisten;                /* none given: 127.0.0.1:6667, [::1]:6667,
	                             * and moot.sock beside `control' */
	int local_access;           /* LOCAL_*: who may connect to a path */
	char local_group[32];       /* with LOCAL_GROUP */
	int local_accounts;         /* LOCAL_ACCOUNTS_* */
	char local_users[256];      /* /etc/passwd */
	struct config_room_group room_groups[CONFIG_GATEWAYS];
	int nroom_group;
	struct config_listen listen_tls[CONFIG_LISTEN];
	int nlisten_tls;            /* 0: no TLS; see config_listen_tls() */
	char tls_cert[256];         /* "": mootd-tls makes its own */
	char tls_key[256];          /* "": it is in the file above */
	int tls_workers;            /* 0 = auto: one a core, 1..63 */
	uint32_t tls_handshakes;    /* in progress in each; 1000; 10..100000 */
	uint32_t tls_handshakes_per_address; /* of them; 100; 1..100000 */
	uint32_t tls_handshake_timeout; /* seconds; 10; 1..600 */
	int workers;                /* 0 = auto: one a core, 1..63 */
	int ipc_prefix;             /* 1..127, 0x6d; decimal or 0x hex */
	uint32_t max_clients;       /* 10000; 1..1000000 */
	uint32_t max_clients_per_address; /* 1000 */
	uint32_t max_rooms;         /* 20000 */
	uint32_t max_rooms_per_user;/* 100; 1..200 */
	char state_dir[256];        /* /var/lib/moot, or XDG_STATE_HOME */
	char control[108];          /* root: /run/moot/control, else
	                             * XDG_RUNTIME_DIR/moot/control, or "" */
	char motd_file[256];
	char *motd;                 /* the file's text, or NULL; NUL-ended */
	char password[128];         /* "" = none */
	struct config_operator operators[CONFIG_OPERATOR];
	int noperator;
	struct config_class classes[CONFIG_CLASS];
	int nclass;
	struct config_network proxies[CONFIG_GATEWAYS];
	int nproxy;
	struct config_webirc webircs[CONFIG_GATEWAYS];
	int nwebirc;
	struct config_sts sts;
	char admin[CONFIG_ADMIN][256];
	int nadmin;
	struct bucket_rate flood;   /* lines of a session; 20 a second, 200 */
	struct bucket_rate connection_rate; /* of an address; likewise */
	uint32_t ipv6_prefix;       /* bits that are one address; 64; 16..128 */
	struct config_network exempts[CONFIG_GATEWAYS]; /* from these two and
	                             * from max-clients-per-address */
	int nexempt;
	uint32_t max_unregistered;  /* % of max-clients; 20; 1..100 */
	uint32_t ping_timeout;      /* seconds of silence till PING, and then
	                             * again till the cut; 120; 5..3600 */
	uint32_t registration_timeout; /* seconds; 30; 1..600 */
	uint32_t worker_timeout;    /* s without a heartbeat; 10; 2..600 */
	uint64_t sendq;             /* bytes; 1048576; K M suffixes; >= 16K */
	uint64_t buffers;           /* bytes for all buffers; 1G; >= 16M */
	uint64_t mailbox_size;      /* bytes a mailbox may hold; 1M; 8K..16M */
	char user[64];              /* drop to it when started as root; "" */
	int store;                  /* whether mootd-store is used; 1 */
	int registration;           /* REGISTRATION_*, one and flags; open */
	uint32_t login_delay;       /* ms after a wrong password, doubling;
	                             * 1000; 0: none */
	uint32_t password_least;    /* bytes of an account's; 6; 1..64 */
	uint32_t history_age;       /* days messages are kept; 365; 0: for
	                             * ever */
	uint32_t history_size;      /* messages of a room; 1000000; 0: all */
	uint32_t history_on_join;   /* lines shown to who cannot ask; 20 */
	char client_tag_deny[200];  /* CLIENTTAGDENY; "" = no tag is refused */
	uint32_t linger;            /* s an account stays without session;
	                             * 120 */
	uint32_t audit_age;         /* days what operators did is kept; 365 */
	int cloak;                  /* whether hosts are cloaked; 0 */
	uint32_t metadata_keys;     /* of a user or room; 20; 0..20 */
	int confine;                /* enum confine_mode; on */
	int core_dumps;             /* enum confine_core; off */
	int log_level;              /* warn | info | debug; info */
};

enum {                          /* who may register an account */
	REGISTRATION_OPEN,
	REGISTRATION_CLOSED,
	REGISTRATION_INVITE,
	REGISTRATION_POLICY = 3, /* the bits of these; and */
	REGISTRATION_EMAIL = 4,  /* with an address of mail only */
	REGISTRATION_LATE = 8,   /* not before one is connected */
};

/* Where config_load() puts what it did not like: "FILE:LINE: text" lines. */
struct config_errors {
	char text[4096];
	int count;
};

/* Fills CONFIG with the defaults; derives those that depend on who runs it. */
void config_default(struct config *config);
/* Adds the addresses for TLS of a server without a configuration file:
 * 127.0.0.1:6697 and [::1]:6697. */
void config_listen_tls(struct config *config);
/* Reads FILE over the defaults.  Returns 0, or -1 with ERRORS filled; CONFIG
 * is then unusable.  config_free() releases what it holds. */
int config_load(struct config *config, const char *file,
    struct config_errors *errors);
void config_free(struct config *config);
/* Appends to TEXT ("a, b") the settings that differ between the two but need
 * a restart to change.  Returns how many. */
int config_fixed_changes(const struct config *a, const struct config *b,
    char *text, size_t size);
/* The words of the file, for whoever checks the manual: NULL after the last. */
const char *config_word(int i);

/* The name of privilege I, NULL after the last; *BIT is which it is. */
const char *config_privilege(int i, uint32_t *bit);

/* Gives CONFIG the values of OLD for the settings that need a restart. */
void config_keep_fixed(struct config *config, const struct config *old);

#endif
