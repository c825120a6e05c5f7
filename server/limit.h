/* SPDX-License-Identifier: ISC */
#ifndef SERVER_LIMIT_H
#define SERVER_LIMIT_H

#include "state.h"

/*
 * What keeps some from taking what all need: how often an address may connect,
 * how many may be here without having registered, how much memory may be in
 * use, how fast a session may ask.
 */

/* Why a connection is refused; in the order of COUNT_REFUSED_RATE. */
enum limit_kind {
	LIMIT_RATE,            /* its address connects too often, */
	LIMIT_ADDRESS,         /* or has too many */
	LIMIT_UNREGISTERED,    /* too many of all have not registered */
	LIMIT_MEMORY,          /* too little is left of the buffers */
	LIMIT_FULL,            /* there are as many as may be */
	LIMIT_KINDS
};

/* How many bits of ADDR tell it from others: of an IPv6 address as configured,
 * of a user of this machine all. */
unsigned limit_prefix(const struct in6_addr *addr);
/* Whether the settings exempt ADDR from what limits an address. */
int limit_is_exempt(const struct in6_addr *addr);
/* Counts a refusal of a connection from ADDR; returns what it is told. */
const char *limit_refusal(enum limit_kind kind, const struct in6_addr *addr);
/* Whether a connection of ADDR comes too soon after others; if not, it is
 * counted.  Returns what it is told, or NULL. */
const char *limit_rate(const struct in6_addr *addr);
/* The same for all that can be said at accept(2), by a listener of KIND,
 * without a lock. */
const char *limit_refuses(
    const struct in6_addr *addr, enum listen_kind kind);

/* How many addresses have connected so often that it is not forgotten yet. */
uint32_t limit_addresses(void);

/* Logs what an outsider did wrong, or, where that is too often, how often. */
void limit_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Session S begins at its home; its home knows that it has registered, or that
 * it ends; it ends, or goes to another worker. */
void limit_begin(uint32_t s);
void limit_settle(uint32_t s);
void limit_end(uint32_t s);
/* Counts it again after a death. */
void limit_recount(uint32_t s);
/* Closes S, which has not registered, and does not wait for it to hear that:
 * it may be one of many that never will. */
void limit_show_out(uint32_t s, const char *why);
/* How many have not registered, of how many that may be. */
uint32_t limit_unregistered(void);
uint32_t limit_unregistered_most(void);

/* Whether session S may have COST tokens of the flood limit, which are taken
 * then; and gives them back. */
int limit_take(uint32_t s, unsigned cost);
void limit_give(uint32_t s, unsigned cost);
/* Whether its next line is known to wait, and would wait still. */
int limit_delays(uint32_t s);

/* Once a turn: ends those who wait to register in the way of others, and logs
 * what was refused. */
void limit_look(void);

#endif
