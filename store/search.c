/* SPDX-License-Identifier: ISC */

/*
 * Searching: an index of the words of messages, which follows the table.
 *
 * The writer does not index what it stores: that would cost each message more
 * than storing it.  It does so when it has nothing else to do, row by row
 * after the last one that is in (state "indexed"); search_missing says how
 * much there is, and who searches has the writer catch up first, to a bound.
 *
 * Who may see a message and who sent it are words of the index too, in a
 * column of their own ("t12" a target, "p..." a party of direct messages,
 * "f..." a sender), so that a search in one small room need not go through
 * what half a million messages elsewhere have of a common word.
 *
 * The language of queries is ours: words, all of which must be there, and
 * "phrases".  Each is quoted for FTS5, so nothing in them is its syntax, and
 * their number is bounded.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/name.h"
#include "search.h"

enum {
	PLACE = 1024,          /* bytes of the words that say where and who */
	QUERY = 16384,
};

/* ---- what is indexed ---- */

/* The bytes of a colour, ^C [digits [, digits]], after the ^C. */
static size_t
colour_len(const char *s)
{
	size_t n = strspn(s, "0123456789"), k;

	n = n > 2 ? 2 : n;
	if (n == 0 || s[n] != ',')
		return n;
	k = strspn(s + n + 1, "0123456789");
	k = k > 2 ? 2 : k;
	return k == 0 ? n : n + 1 + k;
}

size_t
search_text(char *buf, size_t size, const char *line)
{
	const char *s = strchr(line, ' ');
	size_t n = 0;
	int i;

	for (i = 0; i < 2 && s != NULL; i++) /* source, command, target */
		s = strchr(s + 1, ' ');
	if (s == NULL || size == 0)
		return 0;
	s += s[1] == ':' ? 2 : 1;
	if (strncmp(s, "\001ACTION ", 8) == 0)
		s += 8;
	for (; *s != '\0' && n < size - 1; s++) {
		if (*s == '\003')
			s += colour_len(s + 1);
		else if ((unsigned char)*s >= ' ' || *s == '\t')
			buf[n++] = *s;
	}
	buf[n] = '\0';
	return n;
}

/* One word of the second column: a letter and a name, which is written such
 * that FTS5 takes it for one word. */
static size_t
place_word(char *dst, size_t size, char letter, const char *name, size_t len)
{
	char part[NAME_CHANNEL + 2], folded[NAME_CHANNEL + 2];
	size_t n, i;

	if (len > NAME_CHANNEL + 1)
		len = NAME_CHANNEL + 1;
	memcpy(part, name, len);
	part[len] = '\0';
	name_fold(folded, part, sizeof(folded));
	len = strlen(folded);
	if (len == 0 || size < 2 * len + 3)
		return 0;
	n = (size_t)snprintf(dst, size, " %c", letter);
	for (i = 0; i < len; i++)
		n += (size_t)snprintf(
		    dst + n, size - n, "%02x", (unsigned char)folded[i]);
	return n;
}

/* The parties of a pair, from its key. */
static size_t
place_parties(char *dst, size_t size, const char *key)
{
	const char *eq;
	size_t n;

	if (key[0] != '=' || (eq = strchr(key + 1, '=')) == NULL)
		return 0;
	n = place_word(dst, size, 'p', key + 1, (size_t)(eq - key - 1));
	return n +
	    place_word(dst + n, size - n, 'p', eq + 1, strlen(eq + 1));
}

static void
place_of(char *dst, size_t size, int64_t target, const char *key,
    const char *account, const char *line)
{
	size_t n;

	n = (size_t)snprintf(dst, size, "t%lld", (long long)target);
	n += place_parties(dst + n, size - n, key);
	n += place_word(dst + n, size - n, 'f', account, strlen(account));
	if (line[0] == ':')
		n += place_word(dst + n, size - n, 'f', line + 1,
		    strcspn(line + 1, "! "));
}

/* ---- the index ---- */

/* The last row that is in the index. */
static int64_t
indexed(struct database *db)
{
	if (db->mode == DATABASE_READER)
		return database_state(db, "indexed", 0);
	if (db->indexed == 0)
		db->indexed = database_state(db, "indexed", 0);
	return db->indexed;
}

int64_t
search_missing(struct database *db)
{
	int64_t last = 0;

	if (database_number(db, &last, "SELECT max(id) FROM message", "") < 0)
		return -1;
	return last > indexed(db) ? last - indexed(db) : 0;
}

static int
index_row(struct database *db, sqlite3_stmt *q)
{
	char place[PLACE], text[STORED_LINE + 1];

	if (sqlite3_column_int(q, 1) != 0)
		return 0;
	search_text(text, sizeof(text), database_text(q, 4));
	place_of(place, sizeof(place), sqlite3_column_int64(q, 2),
	    database_text(q, 5), database_text(q, 3), database_text(q, 4));
	return database_run(db,
	           "INSERT INTO word (rowid, text, place) VALUES (?, ?, ?)",
	           "itt", sqlite3_column_int64(q, 0), text, place) < 0
	    ? -1
	    : 0;
}

static const char unindexed[] =
    "SELECT message.id, event, target, account, line, name"
    " FROM message JOIN target ON target.id = target"
    " WHERE message.id>? ORDER BY message.id LIMIT ?";

/* Returns the rows gone through, -1 trouble. */
static int
index_rows(struct database *db, int64_t *last, int n)
{
	sqlite3_stmt *q;
	int e, count = 0;

	q = database_query(db, unindexed, "ii", *last, (int64_t)n);
	if (q == NULL)
		return -1;
	while ((e = database_next(db, q)) == 1) {
		if (index_row(db, q) != 0) {
			database_end(q);
			return -1;
		}
		*last = sqlite3_column_int64(q, 0);
		count++;
	}
	return e < 0 ? -1 : count;
}

/* One step in a transaction. */
static int
index_step(struct database *db, int n)
{
	int64_t last = indexed(db);
	int count;

	if (database_begin(db) != 0)
		return -1;
	if ((count = index_rows(db, &last, n)) < 0)
		goto fail;
	if (count > 0 && database_state_set(db, "indexed", last) != 0)
		goto fail;
	if (database_commit(db) != 0)
		return -1;
	db->indexed = last;
	return count;
fail:
	database_rollback(db);
	return -1;
}

/*
 * What is lost of the index is made again, so its own commits need not wait
 * for the disk; the next one of messages syncs what they wrote.
 */
int
search_index_some(struct database *db, int n)
{
	int count;

	if (db->depth > 0)
		return index_step(db, n);
	if (database_begin_relaxed(db) != 0)
		return -1;
	count = index_step(db, n);
	if (count < 0) {
		database_rollback(db);
		return -1;
	}
	return database_commit(db) == 0 ? count : -1;
}

int
search_remove(struct database *db, const struct row *row)
{
	char place[PLACE], text[STORED_LINE + 1];
	sqlite3_stmt *q;
	int n;

	if (row->kind > KIND_NOTICE || row->id > indexed(db))
		return 0;
	q = database_query(
	    db, "SELECT name FROM target WHERE id=?", "i", row->target);
	if (q == NULL || (n = database_next(db, q)) < 0)
		return -1;
	if (n == 0)
		return 0;
	search_text(text, sizeof(text), row->line);
	place_of(place, sizeof(place), row->target, database_text(q, 0),
	    row->account, row->line);
	database_end(q);
	n = database_run(db,
	    "INSERT INTO word (word, rowid, text, place)"
	    " VALUES ('delete', ?, ?, ?)", "itt", row->id, text, place);
	return n < 0 ? -1 : 0;
}

int
search_tidy(struct database *db)
{
	int n = database_run(
	    db, "INSERT INTO word (word, rank) VALUES ('merge', 200)", "");

	return n < 0 ? -1 : 0;
}

/* ---- queries ---- */

/* Whether there is a letter or a digit, which FTS5 would make a word of. */
static int
has_word(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'z')
			return 1;
		else if ((s[i] >= '0' && s[i] <= '9') || (s[i] & 0x80))
			return 1;
	return 0;
}

/* The next word or "phrase" of *P: its length, and where; 0 at the end. */
static size_t
next_term(const char **p, const char **term)
{
	const char *s = *p + strspn(*p, " \t");
	size_t len;

	if (*s == '"') {
		*term = ++s;
		len = strcspn(s, "\"");
		*p = s + len + (s[len] == '"');
		return len > 0 ? len : next_term(p, term);
	}
	*term = s;
	len = strcspn(s, " \t\"");
	*p = s + len;
	return len;
}

size_t
search_quote(char *dst, size_t size, const char *words)
{
	const char *term;
	size_t len, n = 0;
	int count = 0;

	while (count < SEARCH_TERMS && (len = next_term(&words, &term)) > 0) {
		if (!has_word(term, len) || n + len + 4 > size)
			continue;
		n += (size_t)snprintf(dst + n, size - n, "%s\"%.*s\"",
		    n > 0 ? " " : "", (int)len, term);
		count++;
	}
	return n;
}

/* Adds one place to a list of alternatives; its new length. */
static int
add_place(struct database *db, const struct search *s, const char *name,
    char *dst, size_t size, size_t *n)
{
	char word[PLACE];
	int64_t target;
	int e;

	if (strcmp(name, "=") == 0) {
		if (s->account == NULL ||
		    place_word(word, sizeof(word), 'p', s->account,
		        strlen(s->account)) == 0)
			return 0;
	} else {
		if ((e = message_target(db, name, &target)) <= 0)
			return e;
		snprintf(word, sizeof(word), " t%lld", (long long)target);
	}
	if (*n + strlen(word) + 8 > size)
		return 0;
	*n += (size_t)snprintf(
	    dst + *n, size - *n, "%s%s", *n > 0 ? " OR" : "", word);
	return 0;
}

/* The places as alternatives; an empty one when there are none. */
static int
quote_places(
    struct database *db, const struct search *s, char *dst, size_t size)
{
	char *list = strdup(s->places), *next = list, *name;
	size_t n = 0;
	int count = 0, e = 0;

	if (list == NULL)
		return database_fail(db, DATABASE_OTHER, "out of memory");
	dst[0] = '\0';
	while (e == 0 && count++ < SEARCH_PLACES &&
	    (name = strsep(&next, ",")) != NULL)
		if (name[0] != '\0')
			e = add_place(db, s, name, dst, size, &n);
	free(list);
	return e;
}

/* The whole query: 1, 0 when nothing can match, -1. */
static int
make_query(struct database *db, const struct search *s, char *dst, size_t size)
{
	char words[2048], places[8192], from[PLACE] = "";

	places[0] = '\0';
	if (search_quote(words, sizeof(words), s->words) == 0)
		return 0;
	if (quote_places(db, s, places, sizeof(places)) != 0)
		return -1;
	if (places[0] == '\0')
		return 0;
	if (s->from != NULL &&
	    place_word(from, sizeof(from), 'f', s->from, strlen(s->from)) == 0)
		return 0;
	snprintf(dst, size, "(text : (%s)) AND (place : (%s))%s%s%s", words,
	    places, from[0] != '\0' ? " AND (place : (" : "", from,
	    from[0] != '\0' ? "))" : "");
	return 1;
}

static const char find_last[] =
    "SELECT rowid FROM word WHERE word MATCH ? AND rowid>? AND rowid<?"
    " ORDER BY rowid DESC LIMIT ?";
static const char find_first[] =
    "SELECT rowid FROM word WHERE word MATCH ? AND rowid>? AND rowid<?"
    " ORDER BY rowid LIMIT ?";

static void
reverse(int64_t *ids, int n)
{
	int64_t t;
	int i;

	for (i = 0; i < n / 2; i++) {
		t = ids[i];
		ids[i] = ids[n - 1 - i];
		ids[n - 1 - i] = t;
	}
}

/* Whether a row is not for the asker after all: 1, 0 or -1. */
static int
is_anothers(struct database *db, const struct search *s, int64_t id)
{
	int64_t pair = 0;
	int n;

	if (id > s->floor)
		return 0;
	n = database_number(db, &pair,
	    "SELECT a IS NOT NULL FROM message JOIN target"
	    " ON target.id=target WHERE message.id=?", "i", id);
	return n < 0 ? -1 : pair != 0;
}

int
search_ids(struct database *db, const struct search *s, int64_t *ids)
{
	char query[QUERY];
	sqlite3_stmt *q;
	int64_t id;
	int n, e = 0, count = 0;

	if ((n = make_query(db, s, query, sizeof(query))) <= 0)
		return n;
	database_deadline(db, SEARCH_MS);
	q = database_query(db, s->newest ? find_last : find_first, "tiii",
	    query, s->after, s->before == 0 ? INT64_MAX : s->before,
	    (int64_t)s->limit);
	if (q == NULL)
		return -1;
	while (e >= 0 && (n = database_next(db, q)) == 1) {
		id = sqlite3_column_int64(q, 0);
		if ((e = is_anothers(db, s, id)) == 0)
			ids[count++] = id;
	}
	database_deadline(db, 0);
	if (e < 0)
		database_end(q);
	if (n < 0 || e < 0)
		return -1;
	if (s->newest)
		reverse(ids, count);
	return count;
}
