/* SPDX-License-Identifier: ISC */
#ifndef SERVER_EVENT_H
#define SERVER_EVENT_H

#include "state.h"

/*
 * Events: what happens, and to whom it is told, built into an envelope.
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

/* The next serial of this life: grows with each event and each posting. */
uint64_t event_serial(void);

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

/* Whether E may tell of a name that somebody else can have then: it is posted
 * under the lock. */
static inline int
event_names(const struct envelope *e)
{
	return e->kind == EVENT_TO_ROOMS || e->kind == EVENT_RENAME;
}

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

#endif
