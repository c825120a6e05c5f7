/* SPDX-License-Identifier: ISC */
/*
 * The scrollback: what was said in one buffer.
 *
 * Its records lie in a ring (ring.c) in the order of their places, and are
 * found by their msgid in an index (index.c).  A place is the time of a line,
 * and more to tell it from others; what happens now goes to the end even if
 * its clock says otherwise, and its place is then later than its time.
 *
 * A buffer has a ceiling in lines and one in bytes, as a server could send
 * long ones; the oldest lines go.
 */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "footnote.h"
#include "index.h"
#include "own.h"
#include "record.h"
#include "ring.h"
#include "scrollback.h"

enum {
	SCROLLBACK_SKEW = 10000, /* ms by which clocks differ, at most */
	SCROLLBACK_NEAR = 64,    /* lines of one time that are compared */
};

struct scrollback {
	struct ring ring;
	size_t bytes;          /* of memory of all records */
	size_t limit;
	int hold, begun, marked;
	int lost;              /* since the page began: lines, by the ceiling */
	uint64_t edge;         /* a page is told that goes before it; 0: none */
	uint64_t marker;       /* the last place that was read */
	size_t unread, mentions;
	struct index index;
	struct own own;
};

/* News of lines, or of nothing to be kept. */
static const unsigned char scrollback_is_no_line[NEWS_KINDS] = {
	[NEWS_TYPING] = 1,
	[NEWS_REACT] = 1,
	[NEWS_UNREACT] = 1,
	[NEWS_REDACT] = 1,
	[NEWS_MARKER] = 1,
	[NEWS_MEMBERS] = 1,
	[NEWS_ACCEPTED] = 1,
	[NEWS_FAILED] = 1,
	[NEWS_UNSURE] = 1,
	[NEWS_HISTORY] = 1,
};

static int64_t
scrollback_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct scrollback *
scrollback_new(void)
{
	struct scrollback *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->limit = SCROLLBACK_LINES;
	b->marker = record_place_of(scrollback_now());
	return b;
}

/* ---- what is where ---- */

static struct record *
scrollback_record(const struct scrollback *b, size_t i)
{
	return ring_at(&b->ring, i);
}

size_t
scrollback_count(const struct scrollback *b)
{
	return b->ring.count;
}

uint64_t
scrollback_place(const struct scrollback *b, size_t i)
{
	return ring_place(&b->ring, i);
}

size_t
scrollback_at(const struct scrollback *b, uint64_t place)
{
	return ring_find(&b->ring, place);
}

static int64_t
scrollback_when(const struct scrollback *b, size_t i)
{
	struct news n;

	record_read(scrollback_record(b, i), &n);
	return n.when;
}

/* ---- what was read ---- */

/* Whether it is one of the lines that are counted, and how. */
static int
scrollback_counts(const struct record *r)
{
	const struct footnote *f = record_footnote(r);
	enum news_kind kind = record_kind(r);

	return (kind == NEWS_MESSAGE || kind == NEWS_NOTICE ||
	    kind == NEWS_ACTION) && (record_flags(r) & NEWS_OWN) == 0 &&
	    (f == NULL || f->redacted == NULL);
}

/* R comes (1) or goes (-1). */
static void
scrollback_count_one(struct scrollback *b, const struct record *r, int by)
{
	if (record_place(r) <= b->marker || !scrollback_counts(r))
		return;
	b->unread += (size_t)by;
	if (record_flags(r) & NEWS_MENTION)
		b->mentions += (size_t)by;
}

void
scrollback_read(struct scrollback *b, int64_t when)
{
	uint64_t marker = record_last_place_of(when);
	size_t i, last = b->ring.count - 1;

	/* What came with a clock of its own is read with the rest. */
	if (b->ring.count > 0 && scrollback_when(b, last) <= when &&
	    marker < scrollback_place(b, last))
		marker = scrollback_place(b, last);
	if (b->marked && marker <= b->marker)
		return;
	b->marked = 1;
	b->marker = marker;
	b->unread = b->mentions = 0;
	for (i = scrollback_at(b, marker); i < b->ring.count; i++)
		scrollback_count_one(b, scrollback_record(b, i), 1);
}

int64_t
scrollback_marker(const struct scrollback *b)
{
	return record_when_of(b->marker);
}

size_t
scrollback_unread(const struct scrollback *b)
{
	return b->unread;
}

size_t
scrollback_mentions(const struct scrollback *b)
{
	return b->mentions;
}

uint64_t
scrollback_first_unread(const struct scrollback *b)
{
	size_t i;

	if (b->unread == 0)
		return 0;
	for (i = scrollback_at(b, b->marker + 1); i < b->ring.count; i++)
		if (scrollback_counts(scrollback_record(b, i)))
			return scrollback_place(b, i);
	return 0;
}

/* ---- lines that go, and change ---- */

static size_t
scrollback_ceiling(const struct scrollback *b)
{
	return b->hold || b->edge != 0 ? b->limit + b->limit / 2 : b->limit;
}

static void
scrollback_remove(struct scrollback *b, size_t i)
{
	struct record *r = scrollback_record(b, i);
	struct footnote *f = record_footnote(r);

	scrollback_count_one(b, r, -1);
	index_remove(&b->index, r);
	if (record_state(r) != SCROLLBACK_DONE)
		own_remove(&b->own,
		    own_find_place(&b->own, record_place(r)));
	b->bytes -= record_bytes(r) + (f == NULL ? 0 : f->bytes);
	footnote_free(f);
	free(r);
	ring_remove(&b->ring, i);
}

static void
scrollback_trim(struct scrollback *b)
{
	size_t most = scrollback_ceiling(b);

	while (b->ring.count > most ||
	    (b->ring.count > 1 && b->bytes > most * SCROLLBACK_MEAN)) {
		scrollback_remove(b, 0);
		b->begun = 0;
		b->lost = 1;
	}
}

/* Makes line I one of N at PLACE; -1 without memory: all is as it was. */
static int
scrollback_replace(struct scrollback *b, size_t i, const struct news *n,
    uint64_t place, unsigned int state, struct footnote *f)
{
	struct record *old = scrollback_record(b, i);
	struct record *new = record_make(n, place, state, f);

	if (new == NULL)
		return -1;
	scrollback_count_one(b, old, -1);
	index_remove(&b->index, old);
	b->bytes += record_bytes(new) - record_bytes(old);
	ring_replace(&b->ring, i, new);
	index_add(&b->index, new);
	scrollback_count_one(b, new, 1);
	free(old);
	return 0;
}

/* The footnote of line I, which is made if need be. */
static struct footnote *
scrollback_footnote(struct scrollback *b, size_t i)
{
	struct record *r = scrollback_record(b, i);
	struct footnote *f = record_footnote(r);
	struct news n;

	if (f != NULL || (f = footnote_new()) == NULL)
		return f;
	record_read(r, &n);
	if (scrollback_replace(b, i, &n, record_place(r), record_state(r),
	    f) == -1) {
		footnote_free(f);
		return NULL;
	}
	b->bytes += f->bytes;
	return f;
}

/* The number of a message; as many as there are: it is none of them. */
static size_t
scrollback_number(const struct scrollback *b, const char *msgid)
{
	const struct record *r = index_find(&b->index, msgid);

	return r == NULL ? b->ring.count : scrollback_at(b, record_place(r));
}

void
scrollback_clear(struct scrollback *b)
{
	while (b->ring.count > 0)
		scrollback_remove(b, b->ring.count - 1);
	ring_clear(&b->ring);
	b->edge = 0;
	b->begun = 0;
	index_clear(&b->index);
}

void
scrollback_free(struct scrollback *b)
{
	if (b == NULL)
		return;
	scrollback_clear(b);
	own_clear(&b->own);
	free(b);
}

void
scrollback_limit(struct scrollback *b, size_t lines)
{
	b->limit = lines < 1 ? 1 : lines;
	scrollback_trim(b);
}

void
scrollback_hold(struct scrollback *b, int on)
{
	b->hold = on;
	scrollback_trim(b);
}

int
scrollback_full(const struct scrollback *b)
{
	size_t most = scrollback_ceiling(b);

	return b->ring.count >= most || b->bytes >= most * SCROLLBACK_MEAN;
}

void
scrollback_page(struct scrollback *b, int on)
{
	b->edge = on && b->ring.count > 0 ? scrollback_place(b, 0) : 0;
	if (on)
		b->lost = 0;
}

/* ---- lines that come ---- */

static int
scrollback_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Whether playback that has no msgid is there, among its time's lines. */
static int
scrollback_has(const struct scrollback *b, const struct news *n)
{
	size_t i = scrollback_at(b, record_last_place_of(n->when)), near;
	struct news other;

	for (near = 0; i > 0 && near < SCROLLBACK_NEAR; near++) {
		record_read(scrollback_record(b, --i), &other);
		if (record_when_of(scrollback_place(b, i)) < n->when)
			break;
		if (other.kind == n->kind &&
		    scrollback_same(other.nick, n->nick) &&
		    scrollback_same(other.about, n->about) &&
		    scrollback_same(other.text, n->text))
			return 1;
	}
	return 0;
}

/* Whether N is a line, and not one that is there. */
static int
scrollback_wants(struct scrollback *b, const struct news *n)
{
	if (n->kind >= NEWS_KINDS || scrollback_is_no_line[n->kind])
		return 0;
	if (own_find(&b->own, n->serial) < b->own.count) {
		if ((n->flags & NEWS_PENDING) == 0)
			scrollback_accept(b, n->serial, n->msgid, n->when);
		return 0;
	}
	if (n->msgid != NULL && *n->msgid != '\0')
		return index_find(&b->index, n->msgid) == NULL;
	return (n->flags & NEWS_PLAYBACK) == 0 || !scrollback_has(b, n);
}

uint64_t
scrollback_add(struct scrollback *b, const struct news *n)
{
	uint64_t place;
	int pending = (n->flags & NEWS_PENDING) != 0;
	struct record *r;
	size_t i;

	if (!scrollback_wants(b, n))
		return 0;
	if (n->flags & NEWS_PLAYBACK)
		i = ring_choose_then(&b->ring, n->when, b->edge, &place);
	else
		i = ring_choose_now(&b->ring, n->when, &place);
	if (i == 0 && b->ring.count > 0 && scrollback_full(b)) {
		b->lost = 1;
		return 0;
	}
	r = record_make(n, place,
	    pending ? SCROLLBACK_PENDING : SCROLLBACK_DONE, NULL);
	if (r == NULL || ring_reserve(&b->ring) == -1) {
		free(r);
		return 0;
	}
	ring_insert(&b->ring, i, r);
	b->bytes += record_bytes(r);
	index_add(&b->index, r);
	if (pending && n->serial != 0)
		own_add(&b->own, n->serial, place);
	scrollback_count_one(b, r, 1);
	scrollback_trim(b);
	return place < scrollback_place(b, 0) ? 0 : place;
}

/* ---- what becomes of lines ---- */

static void
scrollback_set_why(struct scrollback *b, size_t i, const char *why)
{
	struct footnote *f = record_footnote(scrollback_record(b, i));

	if (f == NULL && why == NULL)
		return;
	f = scrollback_footnote(b, i);
	if (f == NULL)
		return;
	b->bytes -= f->bytes;
	footnote_set_why(f, why);
	b->bytes += f->bytes;
}

/* The place of own line I, which the server has as of WHEN.  It moves only if
 * it is the last and its clock was ahead: what follows would go behind it, with
 * places later than its time. */
static uint64_t
scrollback_set_back(const struct scrollback *b, size_t i, int64_t when)
{
	uint64_t place = scrollback_place(b, i), then = record_place_of(when);

	if (when == 0 || i + 1 != b->ring.count ||
	    record_when_of(place) - when < SCROLLBACK_SKEW)
		return place;
	if (i > 0 && then <= scrollback_place(b, i - 1))
		then = scrollback_place(b, i - 1) + 1;
	return then;
}

uint64_t
scrollback_accept(struct scrollback *b, uint64_t serial, const char *msgid,
    int64_t when)
{
	size_t own = own_find(&b->own, serial), i;
	struct record *r;
	struct news n;

	if (own == b->own.count)
		return 0;
	i = scrollback_at(b, b->own.line[own].place);
	own_remove(&b->own, own);
	r = index_find(&b->index, msgid);
	if (r != NULL && r != scrollback_record(b, i)) {
		scrollback_remove(b, i);
		return record_place(r);
	}
	scrollback_set_why(b, i, NULL);
	record_read(scrollback_record(b, i), &n);
	n.flags &= ~(unsigned int)NEWS_PENDING;
	n.msgid = msgid;
	if (when != 0)
		n.when = when;
	if (scrollback_replace(b, i, &n, scrollback_set_back(b, i, when),
	    SCROLLBACK_DONE, record_footnote(scrollback_record(b, i))) == -1)
		return 0;
	return scrollback_place(b, i);
}

/* Line I has that fate from now on. */
static uint64_t
scrollback_set_state(struct scrollback *b, size_t i,
    enum scrollback_state state, const char *why)
{
	struct news n;

	scrollback_set_why(b, i, why);
	record_read(scrollback_record(b, i), &n);
	n.flags &= ~(unsigned int)NEWS_PENDING;
	if (state == SCROLLBACK_PENDING)
		n.flags |= NEWS_PENDING;
	scrollback_replace(b, i, &n, scrollback_place(b, i), state,
	    record_footnote(scrollback_record(b, i)));
	return scrollback_place(b, i);
}

uint64_t
scrollback_fail(struct scrollback *b, uint64_t serial,
    enum scrollback_state state, const char *why)
{
	size_t own = own_find(&b->own, serial);

	if (own == b->own.count)
		return 0;
	return scrollback_set_state(b,
	    scrollback_at(b, b->own.line[own].place), state, why);
}

uint64_t
scrollback_retry(struct scrollback *b, uint64_t place, uint64_t serial)
{
	size_t i = scrollback_at(b, place);

	if (serial == 0 || i == b->ring.count ||
	    scrollback_place(b, i) != place ||
	    record_state(scrollback_record(b, i)) == SCROLLBACK_DONE)
		return 0;
	own_remove(&b->own, own_find_place(&b->own, place));
	own_add(&b->own, serial, place);
	return scrollback_set_state(b, i, SCROLLBACK_PENDING, NULL);
}

uint64_t
scrollback_redact(struct scrollback *b, const char *msgid, const char *who,
    const char *why)
{
	size_t i = scrollback_number(b, msgid);
	struct footnote *f;
	struct news n;

	if (i == b->ring.count || (f = scrollback_footnote(b, i)) == NULL)
		return 0;
	scrollback_count_one(b, scrollback_record(b, i), -1);
	b->bytes -= f->bytes;
	footnote_calm(f);
	footnote_set_why(f, why);
	footnote_set_redacted(f, who == NULL ? "" : who);
	b->bytes += f->bytes;
	record_read(scrollback_record(b, i), &n);
	n.text = NULL;
	scrollback_replace(b, i, &n, scrollback_place(b, i),
	    record_state(scrollback_record(b, i)), f);
	return scrollback_place(b, i);
}

uint64_t
scrollback_react(struct scrollback *b, const char *msgid, const char *who,
    int own, const char *what)
{
	size_t i = scrollback_number(b, msgid);
	struct footnote *f;
	int changed;

	if (i == b->ring.count || who == NULL || what == NULL ||
	    (f = scrollback_footnote(b, i)) == NULL || f->redacted != NULL)
		return 0;
	b->bytes -= f->bytes;
	changed = footnote_react(f, who, own, what);
	b->bytes += f->bytes;
	return changed ? scrollback_place(b, i) : 0;
}

uint64_t
scrollback_unreact(struct scrollback *b, const char *msgid, const char *who,
    int own, const char *what)
{
	size_t i = scrollback_number(b, msgid);
	struct footnote *f;
	int changed;

	if (i == b->ring.count || who == NULL || what == NULL)
		return 0;
	f = record_footnote(scrollback_record(b, i));
	if (f == NULL)
		return 0;
	b->bytes -= f->bytes;
	changed = footnote_unreact(f, who, own, what);
	b->bytes += f->bytes;
	return changed ? scrollback_place(b, i) : 0;
}

/* ---- reading ---- */

uint64_t
scrollback_find(const struct scrollback *b, const char *msgid)
{
	const struct record *r = index_find(&b->index, msgid);

	return r == NULL ? 0 : record_place(r);
}

int
scrollback_is_mention(const struct scrollback *b, size_t i)
{
	const struct record *r = scrollback_record(b, i);

	return (record_flags(r) & NEWS_MENTION) && scrollback_counts(r);
}

void
scrollback_line(const struct scrollback *b, size_t i,
    struct scrollback_line *l)
{
	const struct record *r = scrollback_record(b, i);
	const struct footnote *f = record_footnote(r);
	size_t own;

	memset(l, 0, sizeof(*l));
	l->place = record_place(r);
	l->state = (enum scrollback_state)record_state(r);
	record_read(r, &l->news);
	if (l->state != SCROLLBACK_DONE) {
		own = own_find_place(&b->own, l->place);
		if (own < b->own.count)
			l->news.serial = b->own.line[own].serial;
	}
	if (f == NULL)
		return;
	l->why = f->why;
	l->redacted = f->redacted;
	l->reactions = f->reactions;
	l->reaction = f->reaction;
}

/* ---- how far back it goes ---- */

/* Whether the server knows of it. */
static int
scrollback_is_kept(const struct record *r)
{
	enum news_kind kind = record_kind(r);

	return record_state(r) == SCROLLBACK_DONE &&
	    (kind == NEWS_MESSAGE || kind == NEWS_NOTICE ||
	    kind == NEWS_ACTION || record_msgid(r) != NULL);
}

static const char *
scrollback_end(const struct scrollback *b, size_t i, int step, int64_t *when)
{
	*when = 0;
	if (b->ring.count == 0)
		return NULL;
	for (; i < b->ring.count; i += (size_t)step) {
		if (!scrollback_is_kept(scrollback_record(b, i)))
			continue;
		*when = scrollback_when(b, i);
		return record_msgid(scrollback_record(b, i));
	}
	return NULL;
}

const char *
scrollback_oldest(const struct scrollback *b, int64_t *when)
{
	return scrollback_end(b, 0, 1, when);
}

const char *
scrollback_newest(const struct scrollback *b, int64_t *when)
{
	return scrollback_end(b, b->ring.count - 1, -1, when);
}

void
scrollback_begins(struct scrollback *b)
{
	b->begun = !b->lost;
}

int
scrollback_has_begun(const struct scrollback *b)
{
	return b->begun;
}
