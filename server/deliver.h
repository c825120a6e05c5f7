/* SPDX-License-Identifier: ISC */
#ifndef SERVER_DELIVER_H
#define SERVER_DELIVER_H

#include "event.h"

/*
 * Events (event.h) on their way: posted to the workers that have recipients,
 * fanned out there to sessions.
 */

/* The workers, other than this one, that have recipients of E, and as bit 0
 * the store if it is to be kept; *USER is the user it is for when it goes to a
 * user's mailbox. */
uint64_t deliver_workers(const struct envelope *e, uint32_t *user);

/*
 * Posts E to all workers in *POSTS, or to *USER; clears what is done.
 * IN_DOUBT names the one being posted; STORED is then the serial of what the
 * store got.  Returns 0, or -1 when a mailbox is full: it will ring our bell
 * when there is room.
 */
struct posting {
	uint64_t *posts;
	uint32_t *user;
	uint32_t *in_doubt;
	uint64_t *stored;
};
int deliver_post(struct envelope *e, const struct posting *p);

/* Delivers E to this worker's own recipients, from where FANOUT stands: all
 * but the source. */
void deliver_local(struct envelope *e, struct fanout *fanout);
/* Then to the other sessions of its source, who has just caused it by session
 * FROM, and lives here. */
void deliver_own(const struct envelope *e, struct fanout *fanout,
    uint32_t from);

/* Does what has to be done even if nobody can be told of E. */
void deliver_abandon(const struct envelope *e);
/* Once all workers are told of E: a kick of a user of this home is done. */
void deliver_done(const struct envelope *e);

/* "time=...;" of ms since the epoch; returns its length. */
size_t deliver_time_tag(uint64_t ms, char *buf, size_t size);
/* "account=...;" of the N bytes of a name; returns its length. */
size_t deliver_account_tag(const char *account, size_t n, char *buf,
    size_t size);
/* Only the line of E for S, without tags; only its tags with '@'... */
const char *deliver_text(const struct envelope *e, const struct session *s,
    size_t *len);
/* ... without '@' and without a final ';' or ' ', into BUF. */
size_t deliver_tags(const struct envelope *e, uint64_t caps, char *buf,
    size_t size);

/* E, which has ENVELOPE_LINES, as a message that somebody with CAPS is shown.
 * What L points to is static, or E's. */
struct lines;
void deliver_lines(const struct envelope *e, uint64_t caps, struct lines *l);

/* Takes one envelope from MSQID and delivers it; 0 when the queue is empty,
 * -1 when it is gone. */
int deliver_take(int msqid);
/*
 * Whether all have been told of nicks being given up, by NICK or QUIT, and
 * what other workers told this one has been delivered here.  If not, a nick
 * that is free may still be somebody's in the eyes of some clients.  Lock held.
 */
int deliver_names_settled(void);
/*
 * Brings our clients up to date, so that a list of names they are given now is
 * neither older nor newer than the events they have had.  Returns 0, or -1 when
 * somebody has not told yet of a nick given up: try again in a moment.  Lock
 * held, in a handler, before it decides anything.
 */
int deliver_catch_up(void);
/* Finishes the envelope a predecessor had taken. */
void deliver_heal(void);

#endif
