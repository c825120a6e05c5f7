/* SPDX-License-Identifier: ISC */
/*
 * Transcripts: what is kept of a line, and what makes two of them equal.
 *
 * Forgiven, because it may differ between two undisturbed runs as well:
 *
 *	times, and msgid, which is made of one
 *	names of batches: they are numbered
 *	how many unregistered connections there are: one that ends counts
 *		until its last packet has come
 *	the order of different senders	nobody promises it
 *	of one sender, what it said to a room and what it said to one person:
 *		they travel through different mailboxes
 *	the order of members in 353 and 352, of rooms in 319 and 322: lists
 *		are linked anew when a worker died
 *
 * Nothing else.  The server's own replies and the echoes of what a client did
 * itself are one sequence.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transcript.h"

enum { LINES = 4096, SHOWN = 6, LONGEST = 1400 };

void
transcript_clear(struct transcript *t)
{
	int i;

	for (i = 0; i < TRANSCRIPT_CLIENTS; i++) {
		t->of[i].len = t->of[i].lines = t->of[i].batches = 0;
		memset(t->of[i].at, 0, sizeof(t->of[i].at));
		strcpy(t->of[i].nick, "*");
	}
}

/* ---- what is kept ---- */

/* Replaces the value of the tag KEY in LINE by a star. */
static void
tag_hide(char *line, const char *key)
{
	char *p = strstr(line, key), *end;

	if (line[0] != '@' || p == NULL || p > strchr(line, ' '))
		return;
	p += strlen(key);
	end = p + strcspn(p, "; ");
	*p = '*';
	memmove(p + 1, end, strlen(end) + 1);
}

/* Replaces the msgid that REDACT tells of. */
static void
redacted_hide(char *line)
{
	char *p = strstr(line, " REDACT ");
	size_t n, k;

	for (; p != NULL && *p != '\0'; p += n) {
		p += strspn(p, " ");
		n = strcspn(p, " ");
		k = strspn(p, "0123456789abcdef");
		if (k == 0 || k == n || p[k] != '.' ||
		    k + 1 + strspn(p + k + 1, "0123456789abcdef") != n)
			continue;
		*p = '*';
		memmove(p + 1, p + n, strlen(p + n) + 1);
		n = 1;
	}
}

/* Puts the number of the batch that is named at P in the place of its name. */
static void
batch_number(const struct record *r, char *p)
{
	size_t n = strcspn(p, "; ");
	unsigned i, k;
	char number[24];

	for (i = 0; i < r->batches && i < TRANSCRIPT_BATCHES; i++) {
		k = r->batches - 1 - i;
		if (strlen(r->batch[k % TRANSCRIPT_BATCHES]) != n ||
		    memcmp(r->batch[k % TRANSCRIPT_BATCHES], p, n) != 0)
			continue;
		k = (unsigned)snprintf(number, sizeof(number), "%u", k + 1);
		if (k > n)
			return; /* it is no longer than its name */
		memcpy(p, number, k);
		memmove(p + k, p + n, strlen(p + n) + 1);
		return;
	}
}

static void
batches_number(struct record *r, char *line)
{
	char *p = strstr(line, " BATCH ");

	if (p != NULL && p[7] == '+')
		snprintf(r->batch[r->batches++ % TRANSCRIPT_BATCHES],
		    sizeof(r->batch[0]), "%.*s",
		    (int)strcspn(p + 8, " "), p + 8);
	if (p != NULL && (p[7] == '+' || p[7] == '-'))
		batch_number(r, p + 8);
	if (line[0] == '@' && (p = strstr(line, "batch=")) != NULL &&
	    p < strchr(line, ' '))
		batch_number(r, p + 6);
}

static int
word_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Puts the words of TEXT in order. */
static void
words_sort(char *text)
{
	char copy[LONGEST], *word[256], *p, *save;
	int n = 0, i;

	snprintf(copy, sizeof(copy), "%s", text);
	for (p = strtok_r(copy, " ", &save); p != NULL && n < 256;
	    p = strtok_r(NULL, " ", &save))
		word[n++] = p;
	qsort(word, (size_t)n, sizeof(word[0]), word_cmp);
	for (i = 0; i < n; i++)
		text += sprintf(text, "%s%s", i > 0 ? " " : "", word[i]);
	*text = '\0';
}

/* Numerics in which something is a time or has no order. */
static const struct numeric {
	const char *number;
	int words;     /* keep only so many of its parameters; 0: all */
	int sorted;    /* the words behind the last colon have no order */
	int unordered; /* lines of it may come in any order */
} numerics[] = {
	{ "003", 1, 0, 0 }, /* created */
	{ "253", 1, 0, 0 }, /* connections that are not gone yet */
	{ "317", 2, 0, 0 }, /* idle, signed on */
	{ "329", 2, 0, 0 }, /* room created */
	{ "333", 3, 0, 0 }, /* topic set by, at */
	{ "346", 4, 0, 0 }, /* listed by, at */
	{ "348", 4, 0, 0 },
	{ "367", 4, 0, 0 },
	{ "391", 2, 0, 0 }, /* time */
	{ "319", 0, 1, 0 },
	{ "353", 0, 1, 0 },
	{ "322", 0, 0, 1 },
	{ "352", 0, 0, 1 },
};

static const struct numeric *
numeric_find(const char *command)
{
	size_t i;

	for (i = 0; i < sizeof(numerics) / sizeof(numerics[0]); i++)
		if (strncmp(command, numerics[i].number, 3) == 0 &&
		    command[3] == ' ')
			return &numerics[i];
	return NULL;
}

static void
numeric_clean(const struct numeric *n, char *command)
{
	char *p = command, *colon;
	int i;

	for (i = 0; n->words > 0 && i <= n->words && p != NULL; i++)
		p = strchr(p + 1, ' ');
	if (n->words > 0 && p != NULL)
		*p = '\0';
	if (n->sorted && (colon = strstr(command, " :")) != NULL)
		words_sort(colon + 2);
}

/* The sequence that a line from SOURCE belongs to: "." for what the server
 * says and what R did itself, else its sender, and whether it is for R alone.
 */
static void
key_make(const struct record *r, const char *source, const char *command,
    char *key, size_t size)
{
	size_t n = strcspn(source, "! "), own = strlen(r->nick);
	const char *target = command + strcspn(command, " ");
	const struct numeric *x = numeric_find(command);

	target += strspn(target, " ");
	if (x != NULL && x->unordered)
		snprintf(key, size, "~%s", x->number);
	else if (source[n] != '!' ||
	    (n == own && strncmp(source, r->nick, n) == 0))
		snprintf(key, size, ".");
	else
		snprintf(key, size, "%.*s%s", (int)n, source,
		    strncmp(target, r->nick, own) == 0 && target[own] == ' '
		        ? ">"
		        : "");
}

/* Follows the client's own nick. */
static void
nick_follow(struct record *r, const char *source, const char *command)
{
	size_t n = strlen(r->nick);

	if (strncmp(command, "001 ", 4) == 0)
		sscanf(command + 4, "%31s", r->nick);
	else if (strncmp(command, "NICK ", 5) == 0 &&
	    strncmp(source, r->nick, n) == 0 && source[n] == '!')
		sscanf(command + 5 + (command[5] == ':'), "%31s", r->nick);
}

/* A connection that its client closes ends in one way or the other, by whether
 * it had read all by then. */
static void
reason_hide(char *line)
{
	static const char lost[] = ":Connection lost";
	char *at = strstr(line, lost);

	if (at != NULL && at[strlen(lost)] == '\0')
		memcpy(at, ":Connection end.", strlen(lost));
	else if ((at = strstr(line, ":Connection closed")) != NULL)
		memcpy(at, ":Connection end.", strlen(":Connection end.") + 1);
}

void
transcript_add(struct record *r, const char *text)
{
	char line[LONGEST], key[64], *source = line, *command;
	const struct numeric *x;

	snprintf(line, sizeof(line), "%s", text);
	tag_hide(line, "time=");
	tag_hide(line, "msgid=");
	redacted_hide(line);
	reason_hide(line);
	batches_number(r, line);
	if (line[0] == '@' && (source = strchr(line, ' ')) != NULL)
		source++;
	if (source == NULL)
		source = line;
	command = source;
	if (*source == ':' && (command = strchr(source, ' ')) != NULL) {
		source++;
		command++;
	}
	if (command == NULL)
		command = source;
	key_make(r, source, command, key, sizeof(key));
	nick_follow(r, source, command);
	if ((x = numeric_find(command)) != NULL)
		numeric_clean(x, command);
	r->lines++;
	r->len += (size_t)snprintf(r->text + r->len,
	    sizeof(r->text) - r->len, "%s\t%s\n", key, line);
	if (r->len >= sizeof(r->text))
		r->len = sizeof(r->text) - 1;
}

/* ---- equal ---- */

struct line {
	const char *text;
	size_t key, len; /* bytes of the key, and of all */
	int index;
};

static int
key_cmp(const struct line *a, const struct line *b)
{
	size_t n = a->key < b->key ? a->key : b->key;
	int r = memcmp(a->text, b->text, n);

	return r != 0 ? r : (a->key > b->key) - (a->key < b->key);
}

static int
text_cmp(const struct line *a, const struct line *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int r = memcmp(a->text, b->text, n);

	return r != 0 ? r : (a->len > b->len) - (a->len < b->len);
}

/* By sequence, and in a sequence as they came, if that counts. */
static int
line_cmp(const void *x, const void *y)
{
	const struct line *a = x, *b = y;
	int r = key_cmp(a, b);

	if (r == 0 && a->text[0] == '~')
		r = text_cmp(a, b);
	return r != 0 ? r : a->index - b->index;
}

static int
lines_split(const struct record *r, struct line *v)
{
	const char *p = r->text, *end = r->text + r->len, *nl;
	int n = 0;

	for (; p < end && n < LINES; p = nl + 1) {
		if ((nl = memchr(p, '\n', (size_t)(end - p))) == NULL)
			break;
		v[n] = (struct line) { p, strcspn(p, "\t"), (size_t)(nl - p),
			n };
		n++;
	}
	qsort(v, (size_t)n, sizeof(v[0]), line_cmp);
	return n;
}

/* Notes a line that is too much ('+') or missing ('-'). */
static void
line_tell(const char *nick, char sign, const struct line *l, int told,
    char *buf, size_t size)
{
	size_t n = strlen(buf);

	if (told < SHOWN && n < size)
		snprintf(buf + n, size - n, "    %s %c %.*s\n", nick, sign,
		    (int)(l->len < 150 ? l->len : 150), l->text);
}

/* Whether line L comes soon in the same sequence of V from I to N. */
static int
line_soon(const struct line *l, const struct line *v, int i, int n)
{
	int k;

	for (k = i; k < n && k < i + 40 && key_cmp(l, &v[k]) == 0; k++)
		if (text_cmp(l, &v[k]) == 0)
			return 1;
	return 0;
}

static int
record_compare(const struct record *want, const struct record *got,
    char *buf, size_t size)
{
	static struct line a[LINES], b[LINES];
	int na = lines_split(want, a), nb = lines_split(got, b);
	int i = 0, k = 0, bad = 0, order;

	while (i < na || k < nb) {
		if (i < na && k < nb && key_cmp(&a[i], &b[k]) == 0 &&
		    text_cmp(&a[i], &b[k]) == 0) {
			i++;
			k++;
			continue;
		}
		order = i == na ? 1 : k == nb ? -1 : key_cmp(&a[i], &b[k]);
		if (order == 0)
			order = line_soon(&a[i], b, k, nb) ? 1 : -1;
		if (order < 0)
			line_tell(want->nick, '-', &a[i++], bad, buf, size);
		else
			line_tell(want->nick, '+', &b[k++], bad, buf, size);
		bad++;
	}
	return bad;
}

int
transcript_compare(const struct transcript *want,
    const struct transcript *got, char *buf, size_t size)
{
	int i, bad = 0;

	buf[0] = '\0';
	for (i = 0; i < TRANSCRIPT_CLIENTS; i++)
		bad += record_compare(&want->of[i], &got->of[i], buf, size);
	return bad;
}
