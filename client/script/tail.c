/* SPDX-License-Identifier: ISC */
/*
 * moot tail, history, search and wait: what was said, and what is.
 *
 * Each target in turn is asked for its past, page by page where it is more
 * than the server tells at once.  A room is entered only if that is refused,
 * or cannot tell that we are in it, and something is to be heard from there.
 * What is said while the past is being fetched is held back and shown behind
 * it, once.  After a lost connection the session catches up with what was
 * missed, so here it merely comes later.
 *
 * `wait' is `tail -f' that shows one message and is over.
 */

#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/loop.h"
#include "client/session/history.h"
#include "client/session/room.h"
#include "note.h"
#include "tail.h"
#include "when.h"

enum tail_state {
	TAIL_LATER,    /* another place is being asked for */
	TAIL_ASKED,    /* NEWS_HISTORY is to come */
	TAIL_ENTERING, /* the room, to ask again */
	TAIL_SHOWN,    /* its past is told, or cannot be had */
};

struct tail_place {
	const char *name; /* NULL: search, everywhere */
	enum tail_state state;
	int entered;      /* or tried to */
	int refused;      /* an error came, instead of the past */
	int gone;         /* we are not there any more, and shall not be */
	struct notes held;
};

static struct {
	struct tail_place places[SCRIPT_TARGETS];
	size_t nplaces, at;
	struct notes past, page; /* of places[at] */
	size_t shown;            /* of those of past */
	long want;               /* messages of each */
	struct history_at before, after, since;
	char *words;             /* of `search' */
	int wait, forth;
	regex_t pattern;
	enum session_status worst;
} tail;

static void tail_next(struct script *x);

/* ---- the words of a command line ---- */

/* "msgid=ID", or a time. */
static int
tail_at(struct script *x, const char *text, struct history_at *at)
{
	static const char by_id[] = "msgid=";
	int64_t now = (int64_t)time(NULL) * 1000;

	if (text == NULL)
		return 0;
	if (strncmp(text, by_id, strlen(by_id)) == 0) {
		at->msgid = text + strlen(by_id);
		return 0;
	}
	at->when = when_parse(text, now);
	if (at->when > 0)
		return 0;
	script_complain(x, "neither a time nor msgid=ID: %s", text);
	return -1;
}

static int
tail_want(struct script *x, long missing)
{
	tail.want = script_count(x, missing);
	if (tail.want > TAIL_MOST) {
		script_complain(x, "more than %d messages", TAIL_MOST);
		tail.want = -1;
	}
	return tail.want == -1 ? -1 : 0;
}

int
tail_begin(struct script *x)
{
	int i, history = strcmp(x->command->name, "history") == 0;

	if (tail_want(x, history ? TAIL_HISTORY : TAIL_LINES) == -1 ||
	    tail_at(x, x->before, &tail.before) == -1 ||
	    tail_at(x, x->after, &tail.after) == -1 ||
	    tail_at(x, x->since, &tail.since) == -1)
		return -1;
	if (x->since != NULL && (x->after != NULL || x->before != NULL)) {
		script_complain(x, "--since goes alone");
		return -1;
	}
	tail.forth = x->after != NULL;
	for (i = 0; i < x->argc; i++) {
		if (!script_is_target(x, x->argv[i]))
			return -1;
		tail.places[tail.nplaces++].name = x->argv[i];
	}
	return 0;
}

static char *
tail_join_words(int n, char **words)
{
	size_t size = 1;
	char *text;
	int i;

	for (i = 0; i < n; i++)
		size += strlen(words[i]) + 1;
	text = malloc(size);
	if (text == NULL)
		return NULL;
	*text = '\0';
	for (i = 0; i < n; i++) {
		strcat(text, i > 0 ? " " : "");
		strcat(text, words[i]);
	}
	return text;
}

int
tail_search_begin(struct script *x)
{
	if (tail_want(x, TAIL_HISTORY) == -1 ||
	    (x->room != NULL && !script_is_target(x, x->room)) ||
	    (x->from != NULL && !script_is_target(x, x->from)))
		return -1;
	tail.places[tail.nplaces++].name = x->room;
	tail.words = tail_join_words(x->argc, x->argv);
	return tail.words == NULL ? -1 : 0;
}

int
tail_wait_begin(struct script *x)
{
	char why[200];
	int error;

	if (!script_is_target(x, x->argv[0]))
		return -1;
	error = regcomp(&tail.pattern, x->argv[1],
	    REG_EXTENDED | REG_NOSUB | (x->fold ? REG_ICASE : 0));
	if (error != 0) {
		regerror(error, &tail.pattern, why, sizeof(why));
		script_complain(x, "not a pattern: %s: %s", x->argv[1], why);
		return -1;
	}
	tail.wait = x->follow = 1;
	tail.places[tail.nplaces++].name = x->argv[0];
	return 0;
}

/* ---- what is shown ---- */

static void
tail_show(struct script *x, const struct news *n)
{
	if (x->ending)
		return;
	if (!tail.wait) {
		script_print(x, n);
		return;
	}
	if ((n->flags & NEWS_OWN) || n->text == NULL ||
	    regexec(&tail.pattern, n->text, 0, NULL, 0) != 0)
		return;
	if (script_print(x, n))
		script_end(x, STATUS_OK);
}

/* The past of the place, then what was said meanwhile and is not in it. */
static void
tail_show_all(struct script *x, struct tail_place *p)
{
	const struct note *note;
	size_t want = tail.want, i = 0;
	size_t skip = tail.shown > want && !tail.forth ?
	    tail.shown - want : 0;

	for (note = tail.past.first; note != NULL; note = note->next) {
		if (!script_shows(x, &note->n))
			continue;
		if (i >= skip && i < skip + want)
			script_print(x, &note->n);
		i++;
	}
	for (note = p->held.first; note != NULL; note = note->next)
		if (!notes_have(&tail.past, note->n.msgid))
			tail_show(x, &note->n);
	notes_clear(&p->held);
	notes_clear(&tail.past);
}

/* ---- asking ---- */

static struct history_at
tail_edge(const struct note *note)
{
	return (struct history_at){ note->n.msgid, note->n.when };
}

/* How much is still wanted: one at least, which tells whether we are there;
 * and some more, since much of it may be what is not shown. */
static unsigned int
tail_limit(const struct script *x)
{
	long most = history_most(x->session);
	long left = tail.want - (long)tail.shown;

	if (tail.words == NULL && left < TAIL_PAGE && left > 0)
		left = TAIL_PAGE;
	return left > most ? most : left < 1 ? 1 : left;
}

static int
tail_is_set(struct history_at at)
{
	return at.msgid != NULL || at.when != 0;
}

/* The first page. */
static int
tail_ask_first(struct script *x, const char *name)
{
	struct session *s = x->session;
	unsigned int limit = tail_limit(x);

	if (tail.words != NULL)
		return history_search(s, name, x->from, tail.words, limit);
	if (tail_is_set(tail.after) && tail_is_set(tail.before))
		return history_between(s, name, tail.after, tail.before,
		    limit);
	if (tail_is_set(tail.after))
		return history_after(s, name, tail.after, limit);
	if (tail_is_set(tail.before))
		return history_before(s, name, tail.before, limit);
	if (tail_is_set(tail.since))
		return history_since(s, name, tail.since, limit);
	return history_latest(s, name, limit);
}

/* A further one, behind the last or before the first that we have. */
static int
tail_ask_more(struct script *x, const char *name)
{
	struct session *s = x->session;
	struct history_at edge = tail_edge(tail.forth ? tail.past.last :
	    tail.past.first);
	unsigned int limit = tail_limit(x);

	if (tail.forth && tail_is_set(tail.before))
		return history_between(s, name, edge, tail.before, limit);
	if (tail.forth)
		return history_after(s, name, edge, limit);
	if (tail_is_set(tail.since))
		return history_between(s, name, edge, tail.since, limit);
	return history_before(s, name, edge, limit);
}

static int
tail_is_in(struct script *x, const struct tail_place *p)
{
	struct room *r = p->name == NULL ? NULL : room_find(
	    x->session->rooms, isupport_room(&x->session->isupport, p->name));

	return r != NULL && r->joined;
}

static int
tail_may_enter(struct script *x, const struct tail_place *p)
{
	return !p->entered && p->name != NULL &&
	    session_is_room(x->session, p->name) && !tail_is_in(x, p);
}

static void
tail_enter(struct script *x, struct tail_place *p)
{
	p->entered = 1;
	p->state = TAIL_ENTERING;
	script_join(x, p->name);
}

/* All of the place's past is there, or there is none. */
static void
tail_done(struct script *x, struct tail_place *p)
{
	p->state = TAIL_SHOWN;
	tail_show_all(x, p);
	tail.at++;
	tail_next(x);
}

static void
tail_refused(struct script *x, struct tail_place *p, const char *why)
{
	if (p->name != NULL)
		script_complain(x, "%s: %s", p->name, why);
	else
		script_complain(x, "%s", why);
	tail.worst = STATUS_LINE_REFUSED;
	p->gone = 1;
}

/* Without a history there is still what is said from now on. */
static void
tail_ask(struct script *x, struct tail_place *p)
{
	p->refused = 0;
	notes_clear(&tail.past);
	notes_clear(&tail.page);
	tail.shown = 0;
	p->state = TAIL_ASKED;
	if (tail_ask_first(x, p->name) == 0)
		return;
	if (x->follow && tail_may_enter(x, p)) {
		tail_enter(x, p);
		return;
	}
	if (!x->follow)
		tail_refused(x, p, tail.words != NULL ?
		    "this server has no search" :
		    "this server keeps no history");
	tail_done(x, p);
}

/* Something is left to be heard. */
static int
tail_listens(const struct script *x)
{
	size_t i;

	for (i = 0; i < tail.nplaces; i++)
		if (!tail.places[i].gone)
			return x->follow;
	return 0;
}

static void
tail_next(struct script *x)
{
	if (tail.at < tail.nplaces)
		tail_ask(x, &tail.places[tail.at]);
	else if (tail_listens(x))
		return;
	else if (tail.worst == STATUS_OK && tail.words != NULL &&
	    x->printed == 0)
		script_end(x, STATUS_NOTHING);
	else
		script_end(x, tail.worst);
}

void
tail_online(struct script *x)
{
	if (tail.at < tail.nplaces)
		tail_ask(x, &tail.places[tail.at]);
}

/* ---- what comes ---- */

/* A page is complete. */
static void
tail_came(struct script *x, struct tail_place *p, const struct news *n)
{
	size_t count = tail.page.count;

	if (p->state != TAIL_ASKED)
		return;
	if (tail.forth)
		notes_prepend(&tail.page, &tail.past);
	notes_prepend(&tail.past, &tail.page);
	if ((p->refused || (x->follow && !tail_is_in(x, p))) &&
	    tail_may_enter(x, p)) {
		tail_enter(x, p);
		return;
	}
	if (p->refused && x->follow && (tail_is_in(x, p) ||
	    !session_is_room(x->session, p->name)))
		; /* but what is said from now on can */
	else if (p->refused)
		tail_refused(x, p, "its history cannot be had");
	else if ((n->flags & NEWS_MORE) && count > 0 && tail.words == NULL &&
	    (long)tail.shown < tail.want &&
	    tail_ask_more(x, p->name) == 0)
		return;
	tail_done(x, p);
}

/* We are in the room, or were refused, or put out of it. */
static int
tail_room_news(struct script *x, struct tail_place *p, const struct news *n)
{
	if (n->kind == NEWS_JOIN && (n->flags & NEWS_OWN) &&
	    p->state == TAIL_ENTERING) {
		tail_ask(x, p);
		return 1;
	}
	if (n->kind == NEWS_ERROR && p->state == TAIL_ENTERING) {
		script_complain(x, "%s", n->text);
		tail_refused(x, p, "cannot be heard");
		tail_done(x, p);
		return 1;
	}
	if (n->kind == NEWS_ERROR && p->state == TAIL_ASKED) {
		p->refused = 1;
		return tail_may_enter(x, p);
	}
	if (n->kind == NEWS_KICK && p->state == TAIL_SHOWN &&
	    n->about != NULL && session_is_me(x->session, n->about)) {
		script_print(x, n);
		tail_refused(x, p, "we were put out of it");
		tail_next(x);
		return 1;
	}
	return 0;
}

/* What is said there now. */
static void
tail_live(struct script *x, struct tail_place *p, const struct news *n)
{
	if (n->flags & NEWS_PENDING)
		return;
	if (p->state == TAIL_SHOWN)
		tail_show(x, n);
	else if (n->flags & NEWS_PLAYBACK)
		return; /* it is part of what is asked for */
	else if (p->held.count < TAIL_HELD)
		notes_add(&p->held, n);
}

static int
tail_is_of(const struct script *x, const struct tail_place *p,
    const struct news *n)
{
	return p->name == NULL || script_same(x, n->room,
	    isupport_room(&x->session->isupport, p->name));
}

int
tail_tell(struct script *x, const struct news *n)
{
	struct tail_place *p = tail.at < tail.nplaces ?
	    &tail.places[tail.at] : NULL;
	int asked = p != NULL && p->state == TAIL_ASKED;
	size_t i;

	if (asked && n->kind == NEWS_HISTORY && n->text != NULL &&
	    *n->text != '\0') {
		tail_came(x, p, n);
		return 1;
	}
	if (asked && (n->flags & NEWS_PLAYBACK) && tail_is_of(x, p, n)) {
		if (notes_add(&tail.page, n) == 0)
			tail.shown += script_shows(x, n);
		return 1;
	}
	if (n->kind == NEWS_ERROR && n->room == NULL && asked)
		return tail_room_news(x, p, n);
	if (n->room == NULL && x->follow && x->all)
		return script_print(x, n);
	for (i = 0; i < tail.nplaces; i++) {
		p = &tail.places[i];
		if (!tail_is_of(x, p, n))
			continue;
		if (tail_room_news(x, p, n))
			return 1;
		if (x->follow)
			tail_live(x, p, n);
	}
	return 0;
}
