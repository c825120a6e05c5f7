/* SPDX-License-Identifier: ISC */
/*
 * Drafts: a journal of what was typed and may yet be lost.
 *
 * Each record is a line of tags ("edit=#room;text=hello"), written with one
 * write(2) as it happens, so that nothing is lost when moot is killed; a last
 * line without its end was torn and does not count.  What it comes to is kept
 * in memory as well.  When the journal has grown it is written anew beside the
 * old one and renamed over it, so there is always one that is whole.
 *
 * The lock is on the journal itself.  A second moot of the same network finds
 * it taken and has the next one; the first to start after its death reads all
 * that nobody holds and removes them once it has what was in them.
 */

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/input/secrecy.h"
#include "client/setting/path.h"
#include "draft.h"
#include "irc/name.h"
#include "irc/tag.h"

enum {
	DRAFT_PATH = 1024,
	DRAFT_NUMBER = 24,
	DRAFT_SEEN = 5000, /* milliseconds that the time seen may lag behind */
};

/* A string that grows; TEXT NULL: empty. */
struct draft_string {
	char *text;
	size_t len, size;
	int broken; /* there was no memory: it is not whole */
};

struct draft_edit {
	char *room, *text;
	struct draft_edit *next;
};

struct draft_say {
	uint64_t serial;
	char *record; /* its line in the journal */
	char *sent;   /* that of its going; NULL: it did not */
	struct draft_say *next;
};

struct draft_journal {
	int fd; /* -1: not ours */
	char path[DRAFT_PATH];
};

struct draft {
	struct draft_journal journal[DRAFT_JOURNALS];
	int own;                   /* which is written to */
	struct draft_edit *edits;
	struct draft_say *says;    /* of this moot, the oldest first */
	struct draft_say *left;    /* of those before it */
	int restoring;             /* what was left is being taken over */
	int64_t seen, seen_noted;
	size_t size;               /* of the journal */
	int behind;                /* it lacks what the disk had no room for */
	struct draft_string held;
	int holding;
	char *given[7]; /* to who asked by draft_unsent() */
};

/* ---- strings ---- */

static int
draft_grow(struct draft_string *s, size_t more)
{
	size_t size = s->size == 0 ? 256 : s->size;
	char *text;

	while (size < s->len + more + 1)
		size *= 2;
	if (size == s->size)
		return 0;
	text = realloc(s->text, size);
	if (text == NULL) {
		s->broken = 1;
		return -1;
	}
	s->text = text;
	s->size = size;
	return 0;
}

static void
draft_append(struct draft_string *s, const char *text, size_t len)
{
	if (text == NULL || draft_grow(s, len) == -1)
		return;
	memcpy(s->text + s->len, text, len);
	s->len += len;
	s->text[s->len] = '\0';
}

/* "key=value", with a semicolon before it if there is something. */
static void
draft_tag(struct draft_string *s, const char *key, const char *value)
{
	size_t len = strlen(value), most = len * 2 + 1;

	if (s->len > 0)
		draft_append(s, ";", 1);
	draft_append(s, key, strlen(key));
	draft_append(s, "=", 1);
	if (draft_grow(s, most) == 0)
		s->len += tag_escape(s->text + s->len, most, value, len);
}

static void
draft_tag_number(struct draft_string *s, const char *key, long long number)
{
	char text[DRAFT_NUMBER];

	snprintf(text, sizeof(text), "%lld", number);
	draft_tag(s, key, text);
}

/* The value of a tag, the caller's to free; NULL: none. */
static char *
draft_get(const char *record, const char *key)
{
	size_t size = strlen(record) + 1;
	char *value = malloc(size), *fits;

	if (value == NULL || tag_get(record, key, value, size) < 0) {
		free(value);
		return NULL;
	}
	fits = realloc(value, strlen(value) + 1);
	return fits != NULL ? fits : value;
}

static long long
draft_get_number(const char *record, const char *key)
{
	char text[DRAFT_NUMBER];

	if (tag_get(record, key, text, sizeof(text)) < 0)
		return 0;
	return strtoll(text, NULL, 10);
}

/* ---- what the records come to ---- */

static struct draft_edit **
draft_find_edit(struct draft *d, const char *room)
{
	struct draft_edit **at;

	for (at = &d->edits; *at != NULL; at = &(*at)->next)
		if (name_cmp((*at)->room, room) == 0)
			break;
	return at;
}

static void
draft_forget_edit(struct draft_edit **at)
{
	struct draft_edit *e = *at;

	*at = e->next;
	free(e->room);
	free(e->text);
	free(e);
}

/* Takes TEXT over. */
static void
draft_set_edit(struct draft *d, const char *room, char *text)
{
	struct draft_edit **at = draft_find_edit(d, room), *e;

	if (*at != NULL)
		draft_forget_edit(at);
	e = text != NULL && *text != '\0' ? calloc(1, sizeof(*e)) : NULL;
	if (e == NULL || (e->room = strdup(room)) == NULL) {
		free(e);
		free(text);
		return;
	}
	e->text = text;
	e->next = d->edits;
	d->edits = e;
}

static struct draft_say **
draft_find_say(struct draft_say **list, uint64_t serial)
{
	while (*list != NULL && (*list)->serial != serial)
		list = &(*list)->next;
	return list;
}

static void
draft_forget_say(struct draft_say **at)
{
	struct draft_say *y = *at;

	*at = y->next;
	free(y->record);
	free(y->sent);
	free(y);
}

/* A record of that serial takes the place of an older one. */
static void
draft_set_say(struct draft_say **list, uint64_t serial, const char *record)
{
	struct draft_say **at = draft_find_say(list, serial), *y;

	if (*at == NULL) {
		y = calloc(1, sizeof(*y));
		if (y == NULL)
			return;
		y->serial = serial;
		*at = y;
	}
	free((*at)->record);
	free((*at)->sent);
	(*at)->sent = NULL;
	(*at)->record = strdup(record);
	if ((*at)->record == NULL)
		draft_forget_say(at);
}

/* ---- reading ---- */

/* The messages of one journal are numbered apart from those of others. */
static void
draft_read_record(struct draft *d, struct draft_say **says, const char *record)
{
	char *room = draft_get(record, "edit");
	long long serial;
	struct draft_say **at;

	if (room != NULL)
		draft_set_edit(d, room, draft_get(record, "text"));
	else if ((serial = draft_get_number(record, "say")) > 0)
		draft_set_say(says, serial, record);
	else if ((serial = draft_get_number(record, "sent")) > 0) {
		at = draft_find_say(says, serial);
		if (*at != NULL) {
			free((*at)->sent);
			(*at)->sent = strdup(record);
		}
	} else if ((serial = draft_get_number(record, "done")) > 0) {
		at = draft_find_say(says, serial);
		if (*at != NULL)
			draft_forget_say(at);
	} else if ((serial = draft_get_number(record, "seen")) > d->seen)
		d->seen = serial;
	free(room);
}

static void
draft_read(struct draft *d, int fd)
{
	struct draft_say *says = NULL, **end = &d->left;
	struct stat st;
	char *text, *line, *next;
	ssize_t len;

	if (fstat(fd, &st) == -1 || st.st_size <= 0 || st.st_size > DRAFT_MOST)
		return;
	text = malloc(st.st_size + 1);
	if (text == NULL)
		return;
	len = pread(fd, text, st.st_size, 0);
	for (line = text; line < text + len; line++)
		if (*line == '\0')
			*line = '?'; /* we write none */
	text[len > 0 ? len : 0] = '\0';
	for (line = text; (next = strchr(line, '\n')) != NULL; line = next) {
		*next++ = '\0';
		draft_read_record(d, &says, line);
	}
	free(text);
	while (*end != NULL)
		end = &(*end)->next;
	*end = says;
}

/* ---- writing ---- */

static size_t
draft_write_some(int fd, const char *p, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = write(fd, p + done, len - done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += n;
	}
	return done;
}

/* A disk that is full costs what is noted, and nothing else: no half of it
 * stays, and all of it is written as soon as there is room again. */
static void
draft_write(struct draft *d, struct draft_string *s)
{
	int fd = d->journal[d->own].fd;
	struct stat st;
	size_t done;

	if (s->len > 0 && !s->broken && fstat(fd, &st) == 0) {
		done = draft_write_some(fd, s->text, s->len);
		if (done == s->len)
			d->size = d->behind ? DRAFT_REWRITE + 1 :
			    d->size + done;
		else
			d->behind = 1;
		if (done < s->len && ftruncate(fd, st.st_size) == -1)
			d->size += done;
	}
	s->len = 0;
}

static void
draft_put(struct draft_string *s, const char *record)
{
	draft_append(s, record, strlen(record));
	draft_append(s, "\n", 1);
}

/* The whole of it. */
static void
draft_dump(struct draft *d, struct draft_string *s)
{
	struct draft_string r = { 0 };
	const struct draft_edit *e;
	const struct draft_say *y;

	draft_tag_number(&r, "seen", d->seen);
	draft_put(s, r.text != NULL ? r.text : "");
	for (e = d->edits; e != NULL; e = e->next) {
		r.len = 0;
		draft_tag(&r, "edit", e->room);
		draft_tag(&r, "text", e->text);
		draft_put(s, r.text);
	}
	for (y = d->says; y != NULL; y = y->next) {
		draft_put(s, y->record);
		if (y->sent != NULL)
			draft_put(s, y->sent);
	}
	s->broken |= r.broken;
	free(r.text);
}

/* Puts a new journal in the place of the old one; -1: the old one stays. */
static int
draft_rewrite(struct draft *d)
{
	struct draft_journal *j = &d->journal[d->own];
	struct draft_string s = { 0 };
	char path[DRAFT_PATH + 8];
	int fd, old = j->fd;

	snprintf(path, sizeof(path), "%s.new", j->path);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
	    0600);
	if (fd == -1)
		return -1;
	draft_dump(d, &s);
	if (s.broken || flock(fd, LOCK_EX | LOCK_NB) == -1 ||
	    write(fd, s.text, s.len) != (ssize_t)s.len ||
	    rename(path, j->path) == -1) {
		unlink(path);
		close(fd);
		free(s.text);
		return -1;
	}
	j->fd = fd;
	d->size = s.len;
	d->behind = 0;
	close(old);
	free(s.text);
	return 0;
}

/* Notes a record, which becomes the journal's. */
static void
draft_note(struct draft *d, struct draft_string *record)
{
	if (d->restoring) {
		free(record->text); /* it is all written at the end */
		return;
	}
	draft_append(record, "\n", 1);
	if (d->holding)
		draft_append(&d->held, record->text, record->len);
	else
		draft_write(d, record);
	free(record->text);
	if (d->size > DRAFT_REWRITE && !d->holding && draft_rewrite(d) == -1)
		d->size = 0; /* not again with every key */
}

void
draft_hold(struct draft *d, int holding)
{
	if (d == NULL || d->holding == holding)
		return;
	d->holding = holding;
	if (!holding)
		draft_write(d, &d->held);
}

/* ---- opening ---- */

static int
draft_make_directory(const char *path)
{
	char part[DRAFT_PATH];
	size_t i, len = strlen(path);

	if (len >= sizeof(part)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(part, path, len + 1);
	for (i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		part[i] = '\0';
		if (mkdir(part, 0700) == -1 && errno != EEXIST)
			return -1;
		part[i] = path[i];
	}
	return 0;
}

/* Opens and locks a journal; -1: somebody has it, or there is none and CREATE
 * is 0.  It may be another file by the time it is locked. */
static int
draft_lock(const char *path, int create)
{
	struct stat a, b;
	int fd;

	for (;;) {
		fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC |
		    (create ? O_CREAT : 0), 0600);
		if (fd == -1)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
			close(fd);
			return -1;
		}
		if (fstat(fd, &a) == 0 && stat(path, &b) == 0 &&
		    a.st_ino == b.st_ino && a.st_dev == b.st_dev)
			return fd;
		close(fd);
	}
}

/* The first that is free is ours; what is in others that are free is left
 * from who died. */
static int
draft_take(struct draft *d)
{
	int i;

	for (i = 0; i < DRAFT_JOURNALS; i++) {
		d->journal[i].fd = draft_lock(d->journal[i].path, d->own == -1);
		if (d->journal[i].fd == -1)
			continue;
		if (d->own == -1)
			d->own = i;
		draft_read(d, d->journal[i].fd);
	}
	return d->own == -1 ? -1 : 0;
}

struct draft *
draft_open(const char *directory, const char *network)
{
	struct draft *d = calloc(1, sizeof(*d));
	char name[DRAFT_PATH / 4];
	int i;

	if (d == NULL)
		return NULL;
	path_name(name, sizeof(name), network);
	for (i = 0; i < DRAFT_JOURNALS; i++) {
		d->journal[i].fd = -1;
		if (snprintf(d->journal[i].path, sizeof(d->journal[i].path),
		    "%s/%s.%d", directory, name, i + 1) >=
		    (int)sizeof(d->journal[i].path)) {
			errno = ENAMETOOLONG;
			free(d);
			return NULL;
		}
	}
	d->own = -1;
	if (draft_make_directory(directory) == -1 || draft_take(d) == -1) {
		free(d);
		return NULL;
	}
	d->seen_noted = d->seen;
	d->restoring = 1;
	return d;
}

static void
draft_forget_given(struct draft *d)
{
	size_t i;

	for (i = 0; i < sizeof(d->given) / sizeof(d->given[0]); i++) {
		free(d->given[i]);
		d->given[i] = NULL;
	}
}

/* Nothing is worth keeping: the file goes, too. */
static int
draft_is_empty(const struct draft *d)
{
	return d->edits == NULL && d->says == NULL && d->left == NULL &&
	    d->seen == 0;
}

void
draft_close(struct draft *d)
{
	int i;

	if (d == NULL)
		return;
	draft_hold(d, 0);
	if (draft_is_empty(d))
		unlink(d->journal[d->own].path);
	else if (!d->restoring)
		draft_rewrite(d);
	for (i = 0; i < DRAFT_JOURNALS; i++)
		if (d->journal[i].fd != -1)
			close(d->journal[i].fd);
	while (d->edits != NULL)
		draft_forget_edit(&d->edits);
	while (d->says != NULL)
		draft_forget_say(&d->says);
	while (d->left != NULL)
		draft_forget_say(&d->left);
	draft_forget_given(d);
	free(d->held.text);
	free(d);
}

/* ---- what is being written ---- */

void
draft_edit(struct draft *d, const char *room, const char *text)
{
	struct draft_string record = { 0 };
	struct draft_edit *e;

	if (d == NULL)
		return;
	if (secrecy_is_wanted(room, text))
		text = "";
	e = *draft_find_edit(d, room);
	if (strcmp(e != NULL ? e->text : "", text) == 0)
		return;
	draft_set_edit(d, room, strdup(text));
	draft_tag(&record, "edit", room);
	draft_tag(&record, "text", text);
	draft_note(d, &record);
}

const char *
draft_text(const struct draft *d, const char *room)
{
	const struct draft_edit *e;

	for (e = d != NULL ? d->edits : NULL; e != NULL; e = e->next)
		if (name_cmp(e->room, room) == 0)
			return e->text;
	return NULL;
}

/* ---- what was said ---- */

static void
draft_tag_text(struct draft_string *s, const char *key, const char *value)
{
	if (value != NULL)
		draft_tag(s, key, value);
}

/* Only of those that are: see struct outbox_line. */
static void
draft_tag_sealed(struct draft_string *s, const struct outbox_line *l)
{
	if (l->secured)
		draft_tag_number(s, "secured", 1);
	draft_tag_text(s, "sealed", l->sealed);
}

void
draft_queued(struct draft *d, const struct outbox_line *l)
{
	struct draft_string record = { 0 };

	if (d == NULL || secrecy_is_wanted(l->target, l->text))
		return;
	draft_tag_number(&record, "say", l->serial);
	draft_tag(&record, "command", l->command);
	draft_tag(&record, "target", l->target);
	draft_tag_text(&record, "ctcp", l->ctcp);
	draft_tag_text(&record, "reply", l->reply);
	draft_tag_text(&record, "after", l->after);
	draft_tag_number(&record, "typed", l->typed);
	draft_tag_number(&record, "went", l->sent);
	draft_tag_sealed(&record, l);
	draft_tag(&record, "text", l->text);
	if (!record.broken)
		draft_set_say(&d->says, l->serial, record.text);
	draft_note(d, &record);
}

void
draft_sent(struct draft *d, const struct outbox_line *l)
{
	struct draft_string record = { 0 };
	struct draft_say **at;

	if (d == NULL || *(at = draft_find_say(&d->says, l->serial)) == NULL)
		return;
	draft_tag_number(&record, "sent", l->serial);
	draft_tag_text(&record, "after", l->after);
	draft_tag_number(&record, "went", l->sent);
	draft_tag_sealed(&record, l);
	if (!record.broken) {
		free((*at)->sent);
		(*at)->sent = strdup(record.text);
	}
	draft_note(d, &record);
}

void
draft_done(struct draft *d, const struct outbox_line *l)
{
	struct draft_string record = { 0 };
	struct draft_say **at;

	if (d == NULL || *(at = draft_find_say(&d->says, l->serial)) == NULL)
		return;
	draft_forget_say(at);
	draft_tag_number(&record, "done", l->serial);
	draft_note(d, &record);
}

int
draft_has(const struct draft *d, const struct outbox_line *l)
{
	const struct draft_say *y = d != NULL && !d->behind ? d->says : NULL;

	while (y != NULL && y->serial != l->serial)
		y = y->next;
	return y != NULL;
}

/* All that was left is ours now: the journals of the dead can go. */
static void
draft_restored(struct draft *d)
{
	int i;

	d->restoring = 0;
	if (draft_rewrite(d) == -1)
		return; /* then they stay, for the next one */
	for (i = 0; i < DRAFT_JOURNALS; i++) {
		if (i == d->own || d->journal[i].fd == -1)
			continue;
		unlink(d->journal[i].path);
		close(d->journal[i].fd);
		d->journal[i].fd = -1;
	}
}

int
draft_unsent(struct draft *d, struct outbox_item *item)
{
	static const char *const keys[] = { "command", "target", "ctcp",
		"reply", "text", "after", "sealed" };
	const char *record, *sent;
	size_t i;

	if (d == NULL || !d->restoring)
		return 0;
	draft_forget_given(d);
	if (d->left == NULL) {
		draft_restored(d);
		return 0;
	}
	record = d->left->record;
	sent = d->left->sent != NULL ? d->left->sent : record;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		d->given[i] = draft_get(i >= 5 ? sent : record, keys[i]);
	memset(item, 0, sizeof(*item));
	item->command = d->given[0];
	item->target = d->given[1];
	item->ctcp = d->given[2];
	item->reply = d->given[3];
	item->text = d->given[4];
	item->after = d->given[5];
	item->typed = draft_get_number(record, "typed");
	item->sealed = d->given[6];
	item->secured = draft_get_number(sent, "secured") != 0;
	item->sent = draft_get_number(sent, "went");
	draft_forget_say(&d->left);
	if (item->command == NULL || item->target == NULL ||
	    item->text == NULL)
		return draft_unsent(d, item);
	return 1;
}

/* ---- what was seen ---- */

void
draft_seen(struct draft *d, int64_t when)
{
	struct draft_string record = { 0 };

	if (d == NULL || when <= d->seen)
		return;
	d->seen = when;
	if (when - d->seen_noted < DRAFT_SEEN)
		return;
	d->seen_noted = when;
	draft_tag_number(&record, "seen", when);
	draft_note(d, &record);
}

int64_t
draft_last_seen(const struct draft *d)
{
	return d == NULL ? 0 : d->seen;
}
