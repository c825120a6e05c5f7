/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_QUESTION_H
#define CLIENT_QUESTION_H

#include <stddef.h>
#include <stdint.h>

#include "client/news.h"
#include "environment.h"

/* What a bot is asked: which messages are for it, and what they say. */

enum question_which {
	QUESTION_ADDRESSED, /* "nick: text", "nick, text", "@nick text" */
	QUESTION_ALL,
};

/* What a bot listens to.  It never does to itself (also on other devices of
 * its account), other bots, notices, servers, and what happened earlier. */
struct question_rules {
	enum question_which which; /* in rooms; all that is direct is for it */
	const char *prefix;        /* "!": also "!text"; NULL: none */
	int direct;                /* anybody may ask directly... */
	char *const *targets;      /* ...or those; and the rooms; NULL ends */
	int actions;               /* "/me asks" too */
};

/* Who we are on the server that tells. */
struct question_self {
	const char *nick;
	const char *account;   /* NULL: none */
	const char *chantypes; /* what rooms begin with: "#&" */
	const char *network;   /* its name, or NULL */
};

struct question {
	struct question *next;
	char *text;    /* without "nick: " or prefix */
	char *nick, *account, *room, *msgid, *network; /* NULL: none */
	char *where;   /* whom the answer goes to */
	int64_t when;  /* milliseconds since the Epoch */
	struct session *session; /* that was asked */
};

/* Whether N is for us by these rules; if so, *TEXT (which may be NULL) is what
 * it says, in N. */
int question_is(const struct question_rules *rules,
    const struct question_self *self, const struct news *n,
    const char **text);
/* Makes one of N, with copies of all; NULL when there is no memory. */
struct question *question_new(const struct question_self *self,
    const struct news *n, const char *text);
void question_free(struct question *q);
/* MOOT_NICK, MOOT_ROOM... of it, for who is to answer it. */
void question_environment(const struct question *q, struct environment *e);

#endif
