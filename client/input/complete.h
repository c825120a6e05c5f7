/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_COMPLETE_H
#define CLIENT_COMPLETE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Completion: the word before the cursor becomes what it may be meant to be,
 * and with each further Tab the next such thing.
 *
 * What a word may be follows from where it stands: after "/msg " it is what
 * the command's usage says ("TARGET TEXT"), at ':' an emoji, elsewhere a nick
 * or a room.
 */

enum complete_kind {
	COMPLETE_NICK,
	COMPLETE_ROOM,
	COMPLETE_COMMAND, /* without its slash */
	COMPLETE_SETTING,
	COMPLETE_VALUE,   /* of the setting ABOUT */
	COMPLETE_SERVER,
	COMPLETE_KINDS
};

enum {
	COMPLETE_MOST = 500, /* candidates; the others are left out */
	COMPLETE_WORD = 256, /* bytes of one; a longer one is left out */
};

struct complete;
struct edit;
struct session;

/* Where candidates come from; functions may be NULL. */
struct complete_source {
	/* Calls complete_offer() for each of KIND that there is in SESSION, or
	 * for what begins with WORD. */
	void (*offer)(struct complete *c, struct session *session,
	    enum complete_kind kind, const char *about, const char *word);
	/* "[ROOM] NICK [REASON]" of the command; NULL: there is none. */
	const char *(*usage)(const char *command);
	/* Whether the first LEN bytes of both are equal in the server's
	 * casemapping; NULL: A-Z is a-z. */
	int (*equal)(const struct session *session, const char *a,
	    const char *b, size_t len);
	const char *after_nick; /* at the beginning of a line: ": " */
};

/* One for each edit, or one for all. */
struct complete *complete_new(void);
void complete_free(struct complete *c);

/* Completes the word before the cursor, or, when nothing was typed since,
 * takes the next candidate (STEP 1) or the one before (-1).  Returns how many
 * candidates there are. */
size_t complete_step(struct complete *c, struct edit *e,
    const struct complete_source *source, struct session *session, int step);
/* One more candidate, of those that are asked for: those of a higher RANK
 * (when somebody spoke last) come first, then by name.  What does not begin
 * with the word is left out, and so is what was offered before. */
void complete_offer(struct complete *c, const char *word, int64_t rank);

/* The candidates, as they are to be shown; which one was taken. */
size_t complete_count(const struct complete *c);
const char *complete_candidate(const struct complete *c, size_t i);
size_t complete_taken(const struct complete *c);
/* Whether the last thing that happened to E was complete_step(). */
int complete_is_on(const struct complete *c, const struct edit *e);

/* Candidates of a session, with the settings of the moment: rooms, members,
 * commands and so on.  For complete_step(), each time anew. */
const struct complete_source *complete_session(void);

#endif
