/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_HISTORY_H
#define CLIENT_HISTORY_H

#include <stdint.h>

/*
 * What the server keeps: draft/chathistory and soju.im/search.
 *
 * What is asked for comes as news with NEWS_PLAYBACK, the oldest first, and
 * NEWS_HISTORY at the end: ROOM is the target, ABOUT how many messages there
 * were, TEXT what was asked ("latest", "before", "after", "between",
 * "search", or "" when nobody asked), with NEWS_MORE if there were as many as
 * fit.  It comes in any case: with NEWS_REFUSED when the server refuses, or is
 * lost.
 */

struct session;

/* A message, by its msgid or, where that is NULL or the server knows none, by
 * its time in milliseconds; both none: the end. */
struct history_at {
	const char *msgid;
	int64_t when;
};

/* Most messages a server tells at once; 0: it has no history (now). */
unsigned int history_most(const struct session *s);
int history_can_search(const struct session *s);

/* LIMIT 0, or too many: as many as the server tells at once.  All return -1,
 * and no news come, when there is no history or no server just now. */
int history_latest(struct session *s, const char *target, unsigned int limit);
/* The latest ones that are newer than AT. */
int history_since(struct session *s, const char *target,
    struct history_at at, unsigned int limit);
int history_before(struct session *s, const char *target,
    struct history_at at, unsigned int limit);
/* The first ones that are newer than AT. */
int history_after(struct session *s, const char *target,
    struct history_at at, unsigned int limit);
/* Those after A and before B, from A on; with A the newer one, backwards. */
int history_between(struct session *s, const char *target,
    struct history_at a, struct history_at b, unsigned int limit);
/* ROOM and FROM, a nick, may be NULL: everywhere, anybody.  TEXT: words. */
int history_search(struct session *s, const char *room, const char *from,
    const char *text, unsigned int limit);

/* Whether an answer about TARGET is awaited. */
int history_is_asked(const struct session *s, const char *target);

/* The text of a time in milliseconds, as server-time has it. */
enum { HISTORY_TIME = 32 };
void history_format_time(char buf[HISTORY_TIME], int64_t when);

/* ---- what event.c and batch.c learn; LABEL "": none ---- */

/* A batch of history is complete: COUNT messages of TARGET, or of a SEARCH. */
void history_came(struct session *s, const char *label, const char *target,
    int search, unsigned int count);
/* All that belongs to LABEL has come. */
void history_answered(struct session *s, const char *label);
/* A FAIL of COMMAND that has no label. */
void history_refused(struct session *s, const char *command);
/* With the connection: what is under way ends now; is forgotten. */
void history_lost(struct session *s);
void history_clear(struct session *s);

#endif
