/* SPDX-License-Identifier: ISC */

/*
 * Read markers: how far an account has read, for all its devices.
 *
 * A marker only goes forward, and not past the present: a device with a wrong
 * clock would otherwise mark what is not yet written.  An account has so many
 * at most; of more, the oldest go.
 *
 * Whoever has no account has markers, too, but is nobody tomorrow: they are
 * kept by session, in this process only, in sets of a few places each.  Where
 * there is no place left the one that was longest not asked for goes; that
 * costs its owner a marker, and nobody the disk.
 */

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "../irc/name.h"
#include "account.h"
#include "handlers.h"

enum {
	MARKERS_MOST = 1000, /* of an account */
	GUEST_SETS = 1024,
	GUEST_PLACES = 8, /* of a set; in all, 8192 markers of guests */
};

static struct guest_marker {
	char session[48];
	char target[NAME_CHANNEL + 1]; /* folded */
	int64_t time;
	uint64_t used;
} guests[GUEST_SETS][GUEST_PLACES];
static uint64_t guests_used;
static pthread_mutex_t guests_lock = PTHREAD_MUTEX_INITIALIZER;

static void
fail(struct request *r, const char *code, const char *text)
{
	answer_fail(r, "MARKREAD", code, answer_word(r->p[0]), text);
}

static void
answer_time(struct request *r, int64_t time)
{
	char text[40];

	if (time == 0) {
		answer_end(r, "MARKREAD %s *", answer_word(r->p[0]));
		return;
	}
	request_time_text(text, sizeof(text), time);
	answer_end(
	    r, "MARKREAD %s timestamp=%s", answer_word(r->p[0]), text);
}

/* ---- of guests ---- */

static uint32_t
hash(const char *s, uint32_t h)
{
	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

/* The marker of SESSION there, or the place for it. */
static struct guest_marker *
guest_find(const char *session, const char *target)
{
	struct guest_marker *set, *oldest;
	int i;

	set = guests[hash(target, hash(session, 2166136261u)) % GUEST_SETS];
	for (i = 0, oldest = set; i < GUEST_PLACES; i++) {
		if (strcmp(set[i].session, session) == 0 &&
		    strcmp(set[i].target, target) == 0)
			return &set[i];
		if (set[i].used < oldest->used)
			oldest = &set[i];
	}
	return oldest;
}

/* Puts it forward to TIME; returns where it then is, 0 for nowhere. */
static int64_t
guest_mark(const struct request *r, const char *target, int64_t time)
{
	struct guest_marker *g;
	char session[sizeof(g->session)];

	snprintf(session, sizeof(session), "%.*s", (int)request_session(r),
	    r->ask);
	pthread_mutex_lock(&guests_lock);
	g = guest_find(session, target);
	if (strcmp(g->session, session) != 0 ||
	    strcmp(g->target, target) != 0) {
		if (time == 0) {
			pthread_mutex_unlock(&guests_lock);
			return 0;
		}
		snprintf(g->session, sizeof(g->session), "%s", session);
		snprintf(g->target, sizeof(g->target), "%s", target);
		g->time = 0;
	}
	if (g->time < time)
		g->time = time;
	g->used = ++guests_used;
	time = g->time;
	pthread_mutex_unlock(&guests_lock);
	return time;
}

/* ---- of accounts ---- */

/* The asker's account: 1; else it is answered, 0. */
static int
need_asker(struct database *db, struct request *r, struct account *a)
{
	int n = account_find(db, r->account, a);

	if (n < 0)
		answer_trouble(db, r);
	else if (n == 0)
		fail(r, "ACCOUNT_REQUIRED", "There is no such account");
	return n == 1;
}

static int
marker_set(struct database *db, int64_t account, const char *key, int64_t time)
{
	if (database_run(db,
	        "INSERT INTO marker VALUES (?, ?, ?)"
	        " ON CONFLICT (account, target) DO UPDATE"
	        " SET time=max(time, excluded.time)",
	        "iti", account, key, time) < 0)
		return -1;
	return database_run(db,
	    "DELETE FROM marker WHERE account=?1 AND target IN"
	    " (SELECT target FROM marker WHERE account=?1"
	    " ORDER BY time DESC, target LIMIT -1 OFFSET ?2)",
	    "ii", account, (int64_t)MARKERS_MOST);
}

static void
answer_marker(
    struct database *db, struct request *r, int64_t account, const char *key)
{
	int64_t time = 0;

	if (database_number(db, &time,
	        "SELECT time FROM marker WHERE account=? AND target=?", "it",
	        account, key) < 0)
		answer_trouble(db, r);
	else
		answer_time(r, time);
}

void
req_marked(struct database *db, struct request *r)
{
	char key[REQUEST_NAME];
	struct account a;

	name_fold(key, r->p[0], sizeof(key));
	if (r->account[0] == '\0')
		answer_time(r, guest_mark(r, key, 0));
	else if (need_asker(db, r, &a))
		answer_marker(db, r, a.id, key);
}

void
req_markread(struct database *db, struct request *r)
{
	char key[REQUEST_NAME];
	struct account a;
	int64_t time;

	name_fold(key, r->p[0], sizeof(key));
	if (strncmp(r->p[1], "timestamp=", 10) != 0 ||
	    (time = request_time(r->p[1] + 10)) < 0) {
		fail(r, "INVALID_PARAMS", "This is no time");
		return;
	}
	if (time > r->now)
		time = r->now;
	if (r->account[0] == '\0') {
		answer_time(r, guest_mark(r, key, time));
		return;
	}
	if (!need_asker(db, r, &a))
		return;
	if (marker_set(db, a.id, key, time) < 0)
		answer_trouble(db, r);
	else
		answer_marker(db, r, a.id, key);
}
