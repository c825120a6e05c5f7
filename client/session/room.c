/* SPDX-License-Identifier: ISC */
/*
 * The list of rooms, in the order in which they were joined, and their
 * members.
 *
 * It is what survives a lost connection: the session asks for every room in
 * it again, with its key, when it is registered anew.  A room enters when
 * one types its name, is wanted as soon as the server was asked for it, and
 * leaves when one parts, is kicked, or is refused.
 * People are in a handful of rooms, so it is a list.
 *
 * A room may have many thousand members, so they are in a hash table, for
 * what is said of one, and in an array by rank and nick, for who shows them.
 * While the server lists them the array is only appended to, and sorted at
 * the end.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "room.h"

enum {
	ROOM_BUCKETS = 16, /* at first; a power of two */
};

struct room *
room_find(struct room *list, const char *name)
{
	while (list != NULL &&
	    isupport_cmp(list->isupport, list->name, name) != 0)
		list = list->next;
	return list;
}

static struct room *
room_new(const struct isupport *i, const char *name)
{
	struct room *r;

	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	r->isupport = i;
	r->sorted = 1;
	r->name = strdup(name);
	r->buckets = calloc(ROOM_BUCKETS, sizeof(*r->buckets));
	if (r->name == NULL || r->buckets == NULL) {
		free(r->name);
		free(r->buckets);
		free(r);
		return NULL;
	}
	r->nbuckets = ROOM_BUCKETS;
	return r;
}

/* Without memory the old text stays, which is better than none. */
static void
room_set(char **text, const char *to)
{
	char *copy = to == NULL ? NULL : strdup(to);

	if (to != NULL && copy == NULL)
		return;
	free(*text);
	*text = copy;
}

void
room_set_key(struct room *r, const char *key)
{
	room_set(&r->key, key);
}

void
room_set_topic(struct room *r, const char *topic)
{
	room_set(&r->topic, topic);
}

struct room *
room_know(struct room **list, const struct isupport *i, const char *name,
    const char *key)
{
	struct room *r;

	if (strlen(name) > ROOM_NAME ||
	    (key != NULL && strlen(key) > ROOM_KEY))
		return NULL;
	r = room_find(*list, name);
	if (r == NULL) {
		r = room_new(i, name);
		if (r == NULL)
			return NULL;
		while (*list != NULL)
			list = &(*list)->next;
		*list = r;
	}
	if (key != NULL)
		room_set_key(r, key);
	return r;
}

int
room_rename(struct room *r, const char *name)
{
	char *copy;

	if (strlen(name) > ROOM_NAME || (copy = strdup(name)) == NULL)
		return -1;
	free(r->name);
	r->name = copy;
	return 0;
}

static void
member_free(struct member *m)
{
	free(m->nick);
	free(m->address);
	free(m->account);
	free(m);
}

void
room_empty(struct room *r)
{
	size_t i;

	for (i = 0; i < r->nmembers; i++)
		member_free(r->members[i]);
	free(r->members);
	r->members = NULL;
	r->nmembers = r->space = 0;
	memset(r->buckets, 0, r->nbuckets * sizeof(*r->buckets));
	r->known = 0;
	r->sorted = 1;
}

static void
room_free(struct room *r)
{
	room_empty(r);
	free(r->buckets);
	free(r->name);
	free(r->key);
	free(r->topic);
	free(r);
}

void
room_forget(struct room **list, const char *name)
{
	struct room *r;

	for (; (r = *list) != NULL; list = &r->next) {
		if (isupport_cmp(r->isupport, r->name, name) != 0)
			continue;
		*list = r->next;
		room_free(r);
		return;
	}
}

void
room_leave_all(struct room *list)
{
	for (; list != NULL; list = list->next) {
		list->joined = 0;
		room_empty(list);
	}
}

void
room_clear(struct room **list)
{
	struct room *r;

	while ((r = *list) != NULL) {
		*list = r->next;
		room_free(r);
	}
}

/* ---- members: found by nick ---- */

static struct member **
room_bucket(const struct room *r, const char *nick)
{
	return &r->buckets[isupport_hash(r->isupport, nick) &
	    (r->nbuckets - 1)];
}

static struct member **
room_slot(const struct room *r, const char *nick)
{
	struct member **p = room_bucket(r, nick);

	while (*p != NULL && isupport_cmp(r->isupport, (*p)->nick, nick) != 0)
		p = &(*p)->next;
	return p;
}

struct member *
room_member(const struct room *r, const char *nick)
{
	return *room_slot(r, nick);
}

int
room_has(const struct room *r, const char *nick)
{
	return room_member(r, nick) != NULL;
}

static void
room_hash(struct room *r, struct member *m)
{
	struct member **p = room_bucket(r, m->nick);

	m->next = *p;
	*p = m;
}

static void
room_unhash(struct room *r, struct member *m)
{
	struct member **p = room_bucket(r, m->nick);

	while (*p != NULL && *p != m)
		p = &(*p)->next;
	if (*p == m)
		*p = m->next;
}

/* Without memory the chains merely grow longer. */
static void
room_grow_buckets(struct room *r)
{
	struct member **buckets;
	size_t i;

	if (r->nmembers < r->nbuckets)
		return;
	buckets = calloc(r->nbuckets * 2, sizeof(*buckets));
	if (buckets == NULL)
		return;
	free(r->buckets);
	r->buckets = buckets;
	r->nbuckets *= 2;
	for (i = 0; i < r->nmembers; i++)
		room_hash(r, r->members[i]);
}

/* ---- members: in order ---- */

static int
member_cmp(const struct room *r, const struct member *a,
    const struct member *b)
{
	int x = isupport_rank(r->isupport, *a->prefixes);
	int y = isupport_rank(r->isupport, *b->prefixes);

	if (x != y)
		return x < y ? -1 : 1;
	return isupport_cmp(r->isupport, a->nick, b->nick);
}

/* Where M is, or belongs: the first that is not before it. */
static size_t
room_place(const struct room *r, const struct member *m)
{
	size_t low = 0, high = r->nmembers, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (member_cmp(r, r->members[middle], m) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int
member_compare(const void *a, const void *b, void *arg)
{
	const struct member *const *m = a, *const *n = b;

	return member_cmp(arg, *m, *n);
}

static void
room_sort(struct room *r)
{
	if (!r->sorted && r->nmembers > 1)
		qsort_r(r->members, r->nmembers, sizeof(*r->members),
		    member_compare, r);
	r->sorted = 1;
}

/* There must be room for it. */
static void
room_insert(struct room *r, struct member *m)
{
	size_t at = r->sorted ? room_place(r, m) : r->nmembers;

	memmove(&r->members[at + 1], &r->members[at],
	    (r->nmembers - at) * sizeof(*r->members));
	r->members[at] = m;
	r->nmembers++;
}

static void
room_remove(struct room *r, struct member *m)
{
	size_t at;

	room_sort(r);
	at = room_place(r, m);
	memmove(&r->members[at], &r->members[at + 1],
	    (r->nmembers - at - 1) * sizeof(*r->members));
	r->nmembers--;
}

static int
room_grow(struct room *r)
{
	size_t want = r->space == 0 ? ROOM_BUCKETS : r->space * 2;
	struct member **members;

	if (r->nmembers < r->space)
		return 0;
	if (r->nmembers >= ROOM_MEMBERS)
		return -1;
	members = realloc(r->members, want * sizeof(*members));
	if (members == NULL)
		return -1;
	r->members = members;
	r->space = want;
	return 0;
}

/* ---- members come and go ---- */

static struct member *
member_new(const char *nick)
{
	struct member *m = calloc(1, sizeof(*m));

	if (m != NULL && (m->nick = strdup(nick)) == NULL) {
		free(m);
		return NULL;
	}
	return m;
}

/* Only those that this server has, each once, the highest first. */
static void
member_set_prefixes(const struct room *r, struct member *m,
    const char *prefixes)
{
	const char *p;
	size_t n = 0;

	for (p = r->isupport->prefixes; *p != '\0'; p++)
		if (strchr(prefixes, *p) != NULL)
			m->prefixes[n++] = *p;
	m->prefixes[n] = '\0';
}

/* Where the array is sorted, M is moved to where it belongs now. */
static void
room_set_prefixes(struct room *r, struct member *m, const char *prefixes)
{
	char now[sizeof(m->prefixes)];

	snprintf(now, sizeof(now), "%s", prefixes);
	if (!r->sorted) {
		member_set_prefixes(r, m, now);
		return;
	}
	room_remove(r, m);
	member_set_prefixes(r, m, now);
	room_insert(r, m);
}

static struct member *
room_add(struct room *r, const char *nick, const char *prefixes)
{
	struct member *m;

	if (room_grow(r) == -1 || (m = member_new(nick)) == NULL)
		return NULL;
	room_grow_buckets(r);
	member_set_prefixes(r, m, prefixes == NULL ? "" : prefixes);
	room_insert(r, m);
	room_hash(r, m);
	return m;
}

struct member *
room_enter(struct room *r, const char *nick, const char *prefixes,
    const char *address, const char *account)
{
	struct member *m = room_member(r, nick);

	if (m == NULL) {
		m = room_add(r, nick, prefixes);
		if (m == NULL)
			return NULL;
	} else if (prefixes != NULL)
		room_set_prefixes(r, m, prefixes);
	if (address != NULL)
		room_set(&m->address, address);
	if (account != NULL)
		room_set(&m->account, account);
	m->seen = r->names;
	return m;
}

void
room_leave(struct room *r, const char *nick)
{
	struct member *m = room_member(r, nick);

	if (m == NULL)
		return;
	room_remove(r, m);
	room_unhash(r, m);
	member_free(m);
}

void
room_nick(struct room *r, const char *nick, const char *now)
{
	struct member *m = room_member(r, nick), *other;
	char *copy;

	if (m == NULL)
		return;
	other = room_member(r, now);
	if (other != NULL && other != m)
		room_leave(r, now); /* a server that makes things up */
	copy = strdup(now);
	if (copy == NULL) {
		room_leave(r, nick);
		return;
	}
	room_remove(r, m);
	room_unhash(r, m);
	free(m->nick);
	m->nick = copy;
	room_insert(r, m);
	room_hash(r, m);
}

void
room_rank(struct room *r, const char *nick, char prefix, int give)
{
	struct member *m = room_member(r, nick);
	char all[sizeof(m->prefixes) + 1];
	char *p;

	if (m == NULL || prefix == '\0')
		return;
	snprintf(all, sizeof(all), "%s", m->prefixes);
	p = strchr(all, prefix);
	if (give && p == NULL) {
		p = all + strlen(all);
		p[0] = prefix;
		p[1] = '\0';
	} else if (!give && p != NULL)
		memmove(p, p + 1, strlen(p));
	else
		return;
	room_set_prefixes(r, m, all);
}

void
room_account(struct room *r, const char *nick, const char *account)
{
	struct member *m = room_member(r, nick);

	if (m != NULL)
		room_set(&m->account, account);
}

void
room_away(struct room *r, const char *nick, int away)
{
	struct member *m = room_member(r, nick);

	if (m != NULL)
		m->away = away;
}

void
room_spoke(struct room *r, const char *nick)
{
	struct member *m = room_member(r, nick);

	if (m != NULL)
		m->spoke = ++r->messages;
}

/* ---- names ---- */

/* "@+alice!u@h": with multi-prefix and userhost-in-names, or without. */
static void
room_name_one(struct room *r, const char *word, size_t len)
{
	char name[512], prefixes[ISUPPORT_RANKS + 1], *address;
	size_t n = 0;

	while (n < len && n < ISUPPORT_RANKS &&
	    strchr(r->isupport->prefixes, word[n]) != NULL)
		n++;
	memcpy(prefixes, word, n);
	prefixes[n] = '\0';
	snprintf(name, sizeof(name), "%.*s", (int)(len - n), word + n);
	address = strchr(name, '!');
	if (address != NULL)
		*address++ = '\0';
	if (*name != '\0')
		room_enter(r, name, prefixes, address, NULL);
}

/* The first one since the last 366 begins anew: `names' is odd meanwhile. */
void
room_names(struct room *r, const char *names)
{
	size_t len;

	if (r->names % 2 == 0)
		r->names++;
	r->sorted = 0;
	for (; *names != '\0'; names += len) {
		names += strspn(names, " ");
		len = strcspn(names, " ");
		if (len > 0)
			room_name_one(r, names, len);
	}
}

void
room_names_end(struct room *r)
{
	struct member *m;
	size_t i, kept = 0;

	if (r->names % 2 == 0)
		return;
	for (i = 0; i < r->nmembers; i++) {
		m = r->members[i];
		if (m->seen == r->names) {
			r->members[kept++] = m;
			continue;
		}
		room_unhash(r, m);
		member_free(m);
	}
	r->nmembers = kept;
	r->names++;
	r->known = 1;
	room_sort(r);
}

/* ---- modes ---- */

/* The letters of `modes' without what is behind them. */
static void
room_set_mode(struct room *r, char mode, int adding)
{
	char *p = strchr(r->modes, mode);
	size_t len = strlen(r->modes);

	if (adding && p == NULL && len + 2 < sizeof(r->modes)) {
		if (len == 0)
			r->modes[len++] = '+';
		r->modes[len] = mode;
		r->modes[len + 1] = '\0';
	} else if (!adding && p != NULL)
		memmove(p, p + 1, strlen(p));
	if (strcmp(r->modes, "+") == 0)
		*r->modes = '\0';
}

/* Ranks, and what has no parameter, are kept; of a key only that there is
 * one.  Lists (bans) are no modes of the room. */
void
room_mode(struct room *r, const char *modes, char **param, int nparam)
{
	const char *lists = isupport_text(r->isupport, ISUPPORT_CHANMODES);
	const char *list;
	int adding = 1, at = 0;
	char prefix;

	for (; *modes != '\0'; modes++) {
		if (*modes == '+' || *modes == '-') {
			adding = *modes == '+';
			continue;
		}
		prefix = isupport_prefix(r->isupport, *modes);
		list = strchr(lists, *modes);
		if (prefix != '\0' && at < nparam)
			room_rank(r, param[at], prefix, adding);
		else if (prefix == '\0' && *modes != ',' &&
		    (list == NULL || memchr(lists, ',', list - lists) != NULL))
			room_set_mode(r, *modes, adding);
		at += isupport_mode_takes(r->isupport, *modes, adding);
	}
}
