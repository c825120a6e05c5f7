/* SPDX-License-Identifier: ISC */
/*
 * Catching up: what was seen, and what was missed.
 *
 * All news pass here before they are told.  Of each place, a room or a person,
 * the last msgids are remembered as hashes under a key of this process, so
 * what comes twice is told once, and nobody can make up a msgid that hides
 * another.  After a reconnect the places are asked for one after the other,
 * so that at most one page is under way, from the last msgid that we had; a
 * message of our own that was unsure and is found there has arrived, and once
 * all was seen the others go again.  What is said in a place while it is asked
 * for is held, and told when that is done, so that all is in order; if the
 * line is lost meanwhile, after the next answer, unless that takes too long.
 * A server that does not answer in time, or refuses, leaves them unsure.
 *
 * What was said just before we were back may not be in history yet when we
 * ask, and comes by no other way; so each place is looked at a second time.
 * And so it is, a few times and ever later, when the server refuses or does
 * not answer: it may have been away longer than its history.
 */

#include <sys/random.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "catchup.h"
#include "draft.h"
#include "history.h"
#include "irc/capability.h"
#include "irc/siphash.h"
#include "own.h"
#include "room.h"
#include "session.h"

struct catchup_place {
	char *name;
	char *last;         /* msgid; NULL: none yet */
	int64_t last_when;
	char *from;         /* LAST, as it was when the line was lost */
	int64_t from_when;
	uint64_t ids[CATCHUP_IDS];
	unsigned int nids;  /* of all times */
	int wanted;         /* it is to be asked for */
	int64_t again;      /* when to look once more; 0: not */
	int looked;         /* all that there was has been seen once */
	int tries;          /* looks that came to nothing */
	struct catchup_place *next;
};

/* A message that came before it was its turn. */
struct catchup_held {
	struct catchup_place *place;
	struct news n;      /* with strings of its own */
	struct catchup_held *next;
};

struct catchup {
	uint8_t key[SIPHASH_KEY];
	struct catchup_place *places;
	unsigned int nplaces;
	struct catchup_place *under_way; /* whose answer is awaited */
	int64_t deadline, until;
	char *cursor;       /* the last msgid of the answers so far */
	int64_t oldest;     /* the first time in them */
	int total;
	int before;         /* TOTAL, when the last page was asked for */
	int dropped;        /* it went with the connection */
	struct catchup_held *held;
	unsigned int nheld;
	int releasing;      /* what was held is being told */
	int64_t patience;   /* until when the line may be lost, and what was
	                     * held with it stay so; 0: nothing was */
	int64_t since;      /* when the last connection ended */
	int64_t again;      /* when to ask once more who has written since */
	int tries;          /* of that, which were refused */
	int64_t lost;       /* when the line was, by the server's clock */
};

static int64_t
catchup_clock(const struct session *s)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + s->skew;
}

/* ---- places ---- */

/* NULL without memory. */
static struct catchup *
catchup_get(struct session *s)
{
	if (s->catchup != NULL)
		return s->catchup;
	s->catchup = calloc(1, sizeof(*s->catchup));
	if (s->catchup != NULL && getrandom(s->catchup->key,
	    sizeof(s->catchup->key), GRND_NONBLOCK) == -1)
		memcpy(s->catchup->key, &s->catchup, sizeof(s->catchup));
	return s->catchup;
}

static struct catchup_place *
catchup_find(const struct session *s, const char *name)
{
	struct catchup_place *p;

	for (p = s->catchup != NULL ? s->catchup->places : NULL; p != NULL;
	    p = p->next)
		if (isupport_cmp(&s->isupport, p->name, name) == 0)
			return p;
	return NULL;
}

static void
catchup_free(struct catchup_place *p)
{
	free(p->name);
	free(p->last);
	free(p->from);
	free(p);
}

/* Whether something is held until more is known of it. */
static int
catchup_holds(const struct catchup *c, const struct catchup_place *place)
{
	const struct catchup_held *h;

	for (h = c->held; h != NULL && h->place != place; h = h->next)
		;
	return h != NULL;
}

/* The one that was not used for longest goes; but not one that is asked
 * for. */
static void
catchup_forget_one(struct catchup *c)
{
	struct catchup_place **at, **old = NULL, *p;

	for (at = &c->places; *at != NULL; at = &(*at)->next)
		if (!(*at)->wanted && (*at)->again == 0 &&
		    *at != c->under_way && !catchup_holds(c, *at))
			old = at;
	if (old == NULL)
		return;
	p = *old;
	*old = p->next;
	catchup_free(p);
	c->nplaces--;
}

/* Finds it or makes it, and moves it to the front; NULL without memory. */
static struct catchup_place *
catchup_know(struct session *s, const char *name)
{
	struct catchup *c = catchup_get(s);
	struct catchup_place *p = catchup_find(s, name), **at;

	if (c == NULL || p == NULL) {
		if (c == NULL || (p = calloc(1, sizeof(*p))) == NULL)
			return NULL;
		p->name = strdup(name);
		if (p->name == NULL) {
			free(p);
			return NULL;
		}
		if (c->nplaces >= CATCHUP_PLACES)
			catchup_forget_one(c);
		c->nplaces++;
	} else {
		for (at = &c->places; *at != p; at = &(*at)->next)
			;
		*at = p->next;
	}
	p->next = c->places;
	c->places = p;
	return p;
}

const char *
catchup_last(const struct session *s, const char *room)
{
	const struct catchup_place *p = catchup_find(s, room);

	return p == NULL ? NULL : p->last;
}

/* ---- what is held ---- */

static const char **
catchup_string(struct news *n, int i)
{
	const char **strings[] = { &n->msgid, &n->nick, &n->address,
		&n->account, &n->room, &n->target, &n->about, &n->reply,
		&n->text };

	return i < (int)(sizeof(strings) / sizeof(strings[0])) ? strings[i] :
	    NULL;
}

static void
catchup_free_held(struct catchup_held *h)
{
	const char **p;
	int i;

	for (i = 0; (p = catchup_string(&h->n, i)) != NULL; i++)
		free((char *)*p);
	free(h);
}

/* 0: it cannot be held, and is told at once. */
static int
catchup_hold(struct catchup *c, struct catchup_place *place,
    const struct news *n)
{
	struct catchup_held *h, **end = &c->held;
	const char **p;
	int i;

	if ((!place->wanted && place != c->under_way) || n->serial != 0 ||
	    n->kind > NEWS_CTCP || c->nheld >= CATCHUP_HELD ||
	    (h = malloc(sizeof(*h))) == NULL)
		return 0;
	h->place = place;
	h->n = *n;
	h->next = NULL;
	for (i = 0; (p = catchup_string(&h->n, i)) != NULL; i++)
		*p = *p == NULL ? NULL : strdup(*p);
	while (*end != NULL)
		end = &(*end)->next;
	*end = h;
	c->nheld++;
	return 1;
}

/* Tells what was held of a place, or (NULL) of all. */
static void
catchup_release(struct session *s, const struct catchup_place *place)
{
	struct catchup *c = s->catchup;
	struct catchup_held **at = &c->held, *h;

	c->releasing = 1;
	while ((h = *at) != NULL) {
		if (place != NULL && h->place != place) {
			at = &h->next;
			continue;
		}
		*at = h->next;
		c->nheld--;
		news_tell(s, &h->n);
		catchup_free_held(h);
	}
	c->releasing = 0;
}

void
catchup_clear(struct session *s)
{
	struct catchup_place *p;
	struct catchup_held *h;

	if (s->catchup == NULL)
		return;
	while ((h = s->catchup->held) != NULL) {
		s->catchup->held = h->next;
		catchup_free_held(h);
	}
	while ((p = s->catchup->places) != NULL) {
		s->catchup->places = p->next;
		catchup_free(p);
	}
	free(s->catchup->cursor);
	free(s->catchup);
	s->catchup = NULL;
}

/* ---- what was seen ---- */

static uint64_t
catchup_hash(const struct catchup *c, const char *msgid)
{
	uint8_t out[SIPHASH_SIZE];
	uint64_t hash;

	siphash(out, c->key, msgid, strlen(msgid));
	memcpy(&hash, out, sizeof(hash));
	return hash;
}

/* 0 when it was seen before. */
static int
catchup_note_id(struct catchup_place *p, uint64_t id)
{
	unsigned int i, n = p->nids < CATCHUP_IDS ? p->nids : CATCHUP_IDS;

	for (i = 0; i < n; i++)
		if (p->ids[i] == id)
			return 0;
	p->ids[p->nids++ % CATCHUP_IDS] = id;
	return 1;
}

static void
catchup_copy(char **dst, const char *src)
{
	char *copy = strdup(src);

	if (copy == NULL)
		return;
	free(*dst);
	*dst = copy;
}

/* History that is older than what we have is not the last. */
static void
catchup_note_last(struct session *s, struct catchup_place *p,
    const struct news *n)
{
	int64_t when = n->when != 0 ? n->when : catchup_clock(s);

	if ((n->flags & NEWS_PLAYBACK) && when < p->last_when)
		return;
	catchup_copy(&p->last, n->msgid);
	p->last_when = when;
	draft_seen(s->draft, when);
}

/* What came in an answer of ours, by which the next page is asked for. */
static void
catchup_note_page(struct catchup *c, const struct news *n)
{
	catchup_copy(&c->cursor, n->msgid);
	if (c->oldest == 0 || n->when < c->oldest)
		c->oldest = n->when;
	c->total++;
}

static int catchup_ended(struct session *s, const struct news *n);

int
catchup_is_new(struct session *s, const struct news *n)
{
	struct catchup_place *p;
	struct catchup *c;
	int known, asked = 0;

	if (n->kind == NEWS_HISTORY)
		return catchup_ended(s, n);
	if (s->catchup != NULL && s->catchup->releasing)
		return 1;
	if (n->msgid == NULL || n->room == NULL || (n->flags & NEWS_PENDING) ||
	    (n->kind >= NEWS_MARKER && n->kind <= NEWS_UNSURE))
		return 1;
	p = catchup_know(s, n->room);
	if (p == NULL)
		return 1;
	c = s->catchup;
	known = !catchup_note_id(p, catchup_hash(c, n->msgid));
	if (n->serial != 0)
		known = 0; /* own.c tells it, and only once */
	if (!(n->flags & NEWS_PLAYBACK)) {
		catchup_note_last(s, p, n);
		return !known && !catchup_hold(c, p, n);
	}
	if (p == c->under_way)
		catchup_note_page(c, n);
	else
		asked = history_is_asked(s, n->room);
	catchup_note_last(s, p, n);
	if (!known && n->serial == 0 && own_found(s, n))
		return 0;
	return !known || asked;
}

/* ---- asking ---- */

static unsigned int
catchup_page(const struct session *s)
{
	unsigned int most = history_most(s);

	return most < CATCHUP_PAGE ? most : CATCHUP_PAGE;
}

/* From where on: the last that we had when the line was lost, or before an own
 * message of which we do not know, if that is earlier. */
static int
catchup_ask(struct session *s, struct catchup_place *p)
{
	const struct outbox_line *l = own_unsure(s, p->name);
	struct history_at at = { 0 };

	if (s->catchup->cursor != NULL)
		at.msgid = s->catchup->cursor;
	else if (l != NULL && (p->from == NULL || l->sent < p->from_when)) {
		at.msgid = l->after;
		at.when = l->sent - OWN_SLACK;
	} else if (p->from != NULL)
		at.msgid = p->from;
	else if (session_is_room(s, p->name))
		return s->recent <= 0 ? -1 :
		    history_latest(s, p->name, s->recent);
	else
		at.when = s->catchup->since - OWN_SLACK;
	return history_after(s, p->name, at, catchup_page(s));
}

/* Nothing is to be asked of it any more. */
static void
catchup_forget_from(struct catchup_place *p)
{
	p->looked = p->tries = 0;
	free(p->from);
	p->from = NULL;
}

/* When to look once more; 0: not. */
static int64_t
catchup_when_again(struct catchup_place *p, int complete)
{
	int64_t wait = CATCHUP_AGAIN;

	if (p->from == NULL || (complete && p->looked) ||
	    (!complete && p->tries >= CATCHUP_TRIES))
		return 0;
	if (complete)
		p->looked = 1;
	else
		wait <<= p->tries++;
	return connection_now() + wait;
}

/* It is done with, for now; COMPLETE: all that there is was seen. */
static void
catchup_leave(struct session *s, struct catchup_place *p, int complete)
{
	struct catchup *c = s->catchup;

	p->wanted = 0;
	if (c->under_way == p)
		c->under_way = NULL;
	p->again = catchup_when_again(p, complete);
	if (p->again != 0 && c->cursor != NULL)
		catchup_copy(&p->from, c->cursor);
	if (p->again == 0) {
		if (!complete && !p->looked && p->from != NULL)
			news_error(s, "%s: what was missed is not known",
			    p->name);
		catchup_forget_from(p);
	}
	own_searched(s, p->name, complete);
	catchup_release(s, p);
}

/* So, and another look would not help. */
static void
catchup_give_up(struct session *s, struct catchup_place *p)
{
	p->tries = CATCHUP_TRIES;
	catchup_leave(s, p, 0);
}

static void
catchup_next(struct session *s, struct catchup_place *p, int64_t now)
{
	struct catchup *c = s->catchup;

	c->under_way = p;
	c->before = c->total;
	c->deadline = now + CATCHUP_WAIT;
	if (catchup_ask(s, p) == -1)
		catchup_leave(s, p, 0);
}

static void
catchup_begin(struct session *s, struct catchup_place *p, int64_t now)
{
	struct catchup *c = s->catchup;

	free(c->cursor);
	c->cursor = NULL;
	c->oldest = 0;
	c->total = 0;
	catchup_next(s, p, now);
}

/* Whether there may be more.  Servers leave things out of a page and do not
 * fill it up, so where a message of ours depends on it only an empty one is
 * the last. */
static int
catchup_goes_on(const struct session *s, const struct catchup_place *p,
    const struct news *n)
{
	const struct catchup *c = s->catchup;

	return c->cursor != NULL && ((n->flags & NEWS_MORE) ||
	    (c->total > c->before && own_unsure(s, p->name) != NULL));
}

/* A page has come, or is refused.  0: it was ours. */
static int
catchup_ended(struct session *s, const struct news *n)
{
	struct catchup *c = s->catchup;
	struct catchup_place *p = c != NULL ? c->under_way : NULL;

	if (p == NULL || n->room == NULL || n->text == NULL ||
	    *n->text == '\0' ||
	    isupport_cmp(&s->isupport, n->room, p->name) != 0)
		return 1;
	if (c->dropped)
		c->under_way = NULL;
	else if (n->flags & NEWS_REFUSED)
		catchup_leave(s, p, 0);
	else if (!catchup_goes_on(s, p, n))
		catchup_leave(s, p, 1);
	else if (c->total >= CATCHUP_MOST) {
		news_client(s, "%s: more was missed than %d messages", p->name,
		    CATCHUP_MOST);
		catchup_give_up(s, p);
	} else
		catchup_next(s, p, connection_now());
	return 0;
}

static void
catchup_want(struct session *s, const char *name)
{
	struct catchup_place *p = catchup_know(s, name);

	if (p != NULL && p != s->catchup->under_way)
		p->wanted = 1;
}

static int
catchup_can(const struct session *s)
{
	return s->catches_up && (s->caps & CAP(CHATHISTORY)) &&
	    history_most(s) > 0;
}

/* ---- when ---- */

static void
catchup_note_from(struct catchup_place *p)
{
	if (p->last == NULL)
		return;
	p->from = strdup(p->last);
	p->from_when = p->last_when;
}

void
catchup_joined(struct session *s, const char *room)
{
	struct catchup_place *p = catchup_find(s, room);

	if (!s->catches_up || (s->recent == 0 && own_unsure(s, room) == NULL &&
	    (p == NULL || p->last == NULL)))
		return;
	catchup_want(s, room);
	if (p != NULL && p->from == NULL) /* it was left, and entered again */
		catchup_note_from(p);
}

void
catchup_refused(struct session *s, const char *room)
{
	own_searched(s, room, 0);
}

/* Whoever wrote to us meanwhile; the rooms are asked for in any case. */
void
catchup_target(struct session *s, struct event_line *e)
{
	if (strcmp(e->m.param[0], "TARGETS") == 0 &&
	    !session_is_room(s, e->m.param[1]))
		catchup_want(s, e->m.param[1]);
}

static void
catchup_ask_targets(struct session *s, int64_t since)
{
	char from[HISTORY_TIME], to[HISTORY_TIME];

	history_format_time(from, since - OWN_SLACK);
	history_format_time(to, catchup_clock(s) + OWN_SLACK);
	session_write(s, "CHATHISTORY TARGETS timestamp=%s timestamp=%s %d",
	    from, to, CATCHUP_TARGETS);
}

void
catchup_targets_refused(struct session *s)
{
	struct catchup *c = s->catchup;

	if (c != NULL && c->tries < CATCHUP_TRIES)
		c->again = connection_now() + (CATCHUP_AGAIN << c->tries++);
}

/* The welcome is over, so it is known what the server can do. */
static void
catchup_online(struct session *s, int64_t now)
{
	struct catchup *c = catchup_get(s);
	const struct outbox_line *l;

	s->to_catch_up = 0;
	if (c == NULL || !catchup_can(s)) {
		own_searched(s, NULL, 0);
		if (c != NULL)
			catchup_release(s, NULL);
		return;
	}
	c->under_way = NULL;
	c->dropped = c->tries = 0;
	c->until = now + CATCHUP_WAIT;
	for (l = s->outbox.first; l != NULL; l = l->next)
		if (l->unsure && !session_is_room(s, l->target))
			catchup_want(s, l->target);
	c->since = c->lost != 0 ? c->lost : draft_last_seen(s->draft);
	if (c->since != 0 && *s->logged_in != '\0')
		catchup_ask_targets(s, c->since);
	c->lost = 0;
}

void
catchup_lost(struct session *s)
{
	struct catchup *c = s->catchup;
	struct catchup_place *p;

	s->to_catch_up = 0;
	if (c == NULL)
		return;
	if (c->lost == 0)
		c->lost = catchup_clock(s);
	c->dropped = 1;
	c->until = c->again = 0;
	for (p = c->places; p != NULL; p = p->next) {
		p->wanted = 0;
		p->again = 0;
		p->looked = p->tries = 0;
		if (p->from == NULL)
			catchup_note_from(p);
	}
	if (s->state == SESSION_OVER)
		catchup_release(s, NULL);
	else if (c->held != NULL && c->patience == 0)
		c->patience = connection_now() + CATCHUP_WAIT;
}

/* What was held when the line was lost is not held for ever. */
static void
catchup_be_patient(struct session *s, int64_t now)
{
	struct catchup *c = s->catchup;

	if (c->held == NULL)
		c->patience = 0;
	if (c->patience == 0 || now < c->patience ||
	    (c->under_way != NULL && !c->dropped))
		return;
	c->patience = 0;
	catchup_release(s, NULL);
}

void
catchup_tick(struct session *s, int64_t now)
{
	struct catchup *c = s->catchup;
	struct catchup_place *p, *first = NULL;

	if (s->to_catch_up && !s->welcoming && s->state == SESSION_ONLINE) {
		catchup_online(s, now);
		c = s->catchup;
	}
	if (c != NULL)
		catchup_be_patient(s, now);
	if (c == NULL || s->to_catch_up || s->state != SESSION_ONLINE)
		return;
	if (c->again != 0 && now >= c->again) {
		c->again = 0;
		catchup_ask_targets(s, c->since);
	}
	if (c->under_way != NULL && now >= c->deadline)
		catchup_leave(s, c->under_way, 0);
	for (p = c->places; p != NULL && c->under_way == NULL; p = p->next)
		if (p->wanted || (p->again != 0 && now >= p->again))
			first = p; /* the oldest of them, in the end */
	if (first != NULL && c->under_way == NULL) {
		if (catchup_can(s))
			catchup_begin(s, first, now);
		else
			catchup_give_up(s, first);
	}
	/* Rooms that neither let us in nor say so. */
	if (c->until != 0 && c->under_way == NULL && now >= c->until) {
		c->until = 0;
		own_searched(s, NULL, 0);
	}
}

int64_t
catchup_due(const struct session *s)
{
	const struct catchup *c = s->catchup;
	const struct catchup_place *p;
	int64_t due = INT64_MAX;

	if (c == NULL)
		return INT64_MAX;
	if (c->under_way != NULL)
		return c->deadline;
	if (c->until != 0 && own_unsure(s, NULL) != NULL)
		due = c->until;
	if (c->patience != 0 && c->patience < due)
		due = c->patience;
	if (c->again != 0 && c->again < due)
		due = c->again;
	for (p = c->places; p != NULL; p = p->next)
		if (p->again != 0 && p->again < due)
			due = p->again;
	return due;
}
