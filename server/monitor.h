/* SPDX-License-Identifier: ISC */
#ifndef SERVER_MONITOR_H
#define SERVER_MONITOR_H

#include "../irc/capability.h"
#include "command.h"

/*
 * Who watches which nick: IRCv3 monitor.  A list is its session's: it stays
 * with it when its worker dies or it moves, and goes when it ends.
 */

#define MONITOR_CAPS (CAP(EXTENDED_MONITOR) | CAP(DRAFT_EXTENDED_MONITOR))

/* The record of NICK in the list of session S, 0 for none. */
uint32_t monitor_find(uint32_t s, const char *nick);

/* ---- records; lock held; each may be done twice ---- */

void monitor_add(uint32_t s, const char *nick);
void monitor_del(uint32_t s, const char *nick);
void monitor_clear(uint32_t s);
/* What session S watches becomes known to worker TO, its next home. */
void monitor_rehome(uint32_t s, unsigned to);

/* Whether record M is valid; its chain is not looked at. */
int monitor_used(uint32_t m);
/* Makes all lists of worker W anew from the records.  Their order changes. */
void monitor_heal(unsigned w);
/* Whether one of our own lists is not what it should be. */
int monitor_wrong(void);

/* ---- events ---- */

/* The nicks that E is about, 2 at most; returns how many. */
unsigned monitor_names(const struct envelope *e,
    char names[2][NAME_NICK + 2]);
/* The workers at which somebody may watch one of them. */
uint64_t monitor_workers(const struct envelope *e);
/* What session S is told of name K of E, with CR LF; its length. */
size_t monitor_line(const struct envelope *e, unsigned k,
    const struct session *s, char *buf, size_t size);
/* In a handler: C's user becomes known as NICK; told if anybody watches. */
void monitor_online(struct command *c, const char *nick);

#endif
