/* SPDX-License-Identifier: ISC */
#ifndef SERVER_DELIVER_H
#define SERVER_DELIVER_H

#include "state.h"

/*
 * Events on their way: built into an envelope, posted to the workers that
 * have recipients, fanned out there to sessions.
 */

enum event_kind {
	EVENT_TO_ROOM = 1, /* members of room target; extra: flags of which a
	                    * member must have one, 0 for all */
	EVENT_TO_ROOMS,    /* members of the listed rooms, each once; extra:
	                    * what those who watch its nick hear, MONITORED_* */
	EVENT_TO_USER,     /* user target */
	EVENT_TO_MODE,     /* all users with a user mode of extra, or all */
	EVENT_KICK,        /* members of room target; then user extra leaves */
	EVENT_KILL,        /* user target is cut; line is the reason */
	EVENT_ASK,         /* the store, for session extra of user target */
	EVENT_ANSWER,      /* to it, by the store */
	EVENT_MAIL,        /* user target: something is kept for it */
	EVENT_RENAME,      /* members of room target, which has another name:
	                    * line is ":source RENAME OLD NEW :REASON" */
	EVENT_MAX
};

enum { EVENT_EVERYBODY = 0 /* as extra of EVENT_TO_MODE */ };

/*
 * Begins an event in E from user SOURCE (0: the server).  Its parts are then
 * added in the order tags, line, alt, rooms.  Texts have no CR LF.  What does
 * not fit a line of 510 bytes is cut at a character.
 */
void event_begin(struct envelope *e, enum event_kind kind, uint32_t source);
void event_target_room(struct envelope *e, uint32_t room);
void event_target_user(struct envelope *e, uint32_t user);
void event_tags(struct envelope *e, const char *tags, size_t len);
/* The account of the source, "" for none.  Its own is added before the first
 * line; this is for the event that changes it. */
void event_account(struct envelope *e, const char *account);
/* ":source WORD TARGET :TEXT", the form of all that is hot. */
void event_text_line(struct envelope *e, int alt, const char *word,
    const char *target, const char *text);
/* The same with N bytes of text, which are not cut: for ENVELOPE_LINES. */
void event_text_long(struct envelope *e, const char *word, const char *target,
    const char *text, size_t n);
void event_line(struct envelope *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void event_alt(struct envelope *e, uint64_t caps, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Appends room R; -1 when there are too many. */
int event_room(struct envelope *e, uint32_t r);
/* Appends all rooms of user U that it is not being kicked from; at most
 * ENVELOPE_ROOMS. */
void event_rooms_of(struct envelope *e, uint32_t u);

/* What monitors hear of an event to rooms, in its `extra'. */
enum event_monitored {
	MONITORED_NOT,
	MONITORED_NEWS,        /* its ALT line: extended-monitor */
	MONITORED_ONLINE,
	MONITORED_OFFLINE,
	MONITORED_RENAME,
	MONITORED_METADATA,    /* its ALT line, if they have subscribed */
};
/* Has those told who watch the nick of its source, or that a NICK makes. */
static inline void
event_monitored(struct envelope *e, enum event_monitored what)
{
	e->extra = what;
}

/* The workers, other than this one, that have recipients of E, and as bit 0
 * the store if it is to be kept; *USER is the user it is for when it goes to a
 * user's mailbox. */
uint64_t event_workers(const struct envelope *e, uint32_t *user);

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
/* E as session S gets it, with its tags and CR LF, "" when it gets nothing.
 * Static. */
const char *deliver_render(const struct envelope *e, const struct session *s,
    size_t *len);
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
