/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_NEWS_H
#define CLIENT_NEWS_H

#include <stdint.h>

/*
 * News: what happened, in a form that is nobody's words yet.
 *
 * event.c, speech.c and the session make news of what the server says and of
 * what becomes of our own lines; a view makes something of them: lines
 * (line.c), a screen (screen/), JSON objects (json.c).  No view parses the
 * protocol, and nothing that speaks it knows who is looking.
 */

enum news_kind {
	NEWS_MESSAGE,  /* PRIVMSG */
	NEWS_NOTICE,
	NEWS_ACTION,   /* CTCP ACTION */
	NEWS_CTCP,     /* ABOUT: its word; TEXT: an answer, NULL: we gave one */
	NEWS_JOIN,
	NEWS_PART,
	NEWS_QUIT,
	NEWS_KICK,     /* ABOUT: who is out */
	NEWS_NICK,     /* ABOUT: the new nick */
	NEWS_MODE,     /* TEXT: the modes and what they are for */
	NEWS_TOPIC,    /* TEXT: the topic, "" when it was removed */
	NEWS_INVITE,   /* ABOUT: who is invited */
	NEWS_AWAY,     /* TEXT: why */
	NEWS_BACK,
	NEWS_ACCOUNT,  /* ACCOUNT: the new one, NULL: logged out */
	NEWS_SETNAME,  /* TEXT: the new one */
	NEWS_CHGHOST,  /* TEXT: the new user@host */
	NEWS_RENAME,   /* ABOUT: the room's new name */
	NEWS_WALLOPS,
	NEWS_TYPING,   /* TEXT: "active", "paused", "done" */
	NEWS_REACT,    /* TEXT: the reaction; ABOUT: the msgid */
	NEWS_UNREACT,
	NEWS_REDACT,   /* ABOUT: the msgid of what is to be forgotten */
	NEWS_MARKER,   /* WHEN: all before it was read, on some device */
	NEWS_MEMBERS,  /* the members of ROOM are known, or others now */
	NEWS_ACCEPTED, /* an own line: SERIAL, and MSGID if known */
	NEWS_FAILED,   /* an own line was refused or given up: TEXT says why */
	NEWS_UNSURE,   /* an own line may or may not have arrived */
	NEWS_HISTORY,  /* history asked for has all come: see history.h */
	NEWS_REPLY,    /* an answer, in words; ABOUT: its numeric or command;
	                * NICK: who that is about comes first, or NULL */
	NEWS_ERROR,    /* something was refused or failed, in words; ABOUT: its
	                * numeric or the code of a FAIL, NULL: moot's own */
	NEWS_CLIENT,   /* moot itself says something */
	NEWS_STATE,    /* we came online or lost the line, in words */
	/* Rows of answers, of which NEWS_REPLY tells too: see listing.h. */
	NEWS_PERSON,   /* NICK is here; ABOUT: flags of WHO; TEXT: real name */
	NEWS_LISTED,   /* there is ROOM; ABOUT: how many are in it; TEXT: its
	                * topic */
	NEWS_END,      /* those were all */
	NEWS_HERE,     /* NICK, whom we wait for, is here */
	NEWS_GONE,     /* or is not */
	NEWS_SEALED,   /* NICK said something that cannot be read here; TEXT:
	                * why */
	NEWS_KINDS
};

enum {
	NEWS_OWN = 1,      /* from us, from whichever device */
	NEWS_MENTION = 2,  /* it names us, or is for us alone */
	NEWS_PLAYBACK = 4, /* it happened earlier: history, replay, catch-up */
	NEWS_PENDING = 8,  /* ours, and not yet accepted: see SERIAL */
	NEWS_BOT = 16,     /* its sender says that it is a program */
	NEWS_MORE = 32,    /* NEWS_HISTORY: there is more of it */
	NEWS_UNASKED = 64, /* NEWS_REPLY: comes with entering a room */
	NEWS_REFUSED = 128, /* NEWS_HISTORY: not had, for whatever reason */
	NEWS_SECURE = 256, /* it came, or goes, encrypted from end to end */
};

/* Strings belong to whoever tells; NULL where there is none.  All of them may
 * come from anybody: who shows them cleans them (display_clean()). */
struct news {
	enum news_kind kind;
	unsigned int flags;
	int64_t when;        /* milliseconds since the Epoch; 0: the present,
	                      * which a view is told instead */
	uint64_t serial;     /* of an own line in the outbox, from 1; 0: none */
	const char *msgid;
	const char *nick;    /* who did it; a server's name; NULL: moot */
	const char *address; /* user@host of NICK */
	const char *account; /* of NICK, NULL: none or not known */
	/* Where it belongs: a room, or the nick of the other of a direct
	 * message, whoever sent it.  NULL: to the server, or (QUIT, NICK,
	 * AWAY...) to each room that room_has() NICK. */
	const char *room;
	const char *target;  /* as addressed: "@#room"; NULL: as ROOM */
	const char *about;
	const char *reply;   /* msgid of what it answers: +draft/reply */
	const char *text;    /* of draft/multiline: with '\n' between lines */
	const char *code;    /* NEWS_FAILED: as ABOUT of NEWS_ERROR */
};

struct session;

/* Who is told, in the order in which it happens.  What NICK, QUIT and PART
 * change in the rooms is told before it is changed. */
struct view {
	void (*tell)(struct session *s, const struct news *n);
	/* The person chose S, and its target, by a command; NULL: no matter. */
	void (*choose)(struct session *s);
};

/* One view a process; it must be set before the first session is. */
void news_view(const struct view *v);
void news_tell(struct session *s, const struct news *n);
void news_choose(struct session *s);
/* NEWS_CLIENT, NEWS_ERROR and NEWS_STATE, of the present, about the current
 * target.  S may be NULL for what concerns no session. */
void news_client(struct session *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void news_error(struct session *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void news_state(struct session *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
