/* SPDX-License-Identifier: ISC */
/*
 * Own lines: what we say, in which form it goes, and what becomes of it.
 *
 * A message is pending from the moment it is typed until the server shows
 * what it did with it: it sends it back (echo-message), answers its label
 * (labeled-response), or answers a PING that was sent after it.  A refusal is
 * that of the message whose label it has; without labels, that of the oldest
 * one to whom it names, since servers do things in their order.
 *
 * When a connection is lost, messages under way may or may not have arrived.
 * If the server keeps history, they wait until catchup.c has seen there which
 * did; the others are sent again, once, before anything newer.  If it keeps
 * none they are told as unsure and never sent again by us: better to be asked
 * than to say something twice.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "catchup.h"
#include "client/news.h"
#include "draft.h"
#include "irc/capability.h"
#include "irc/message.h"
#include "irc/name.h"
#include "irc/tag.h"
#include "irc/utf8.h"
#include "own.h"
#include "room.h"
#include "sealed.h"
#include "session.h"

enum {
	/* What our source may come to: "!~user@host". */
	OWN_ADDRESS = 3 + NAME_USER + NAME_HOST,
	OWN_LEAST = 32,   /* bytes of text in a line, however long the rest */
	OWN_TAGS = 512,
	OWN_WIRE = MESSAGE_LINE + OWN_TAGS + 64, /* bytes of a line, whole */
	OWN_SEALED = OWN_WIRE + SEALED_WIRE,
};

/* One line of a message, as it goes. */
struct own_piece {
	const char *text;
	size_t len;
	int concat; /* it goes on with the one before */
};

static int64_t
own_clock(const struct session *s)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + s->skew;
}

/* ---- telling ---- */

static enum news_kind
own_kind(const char *command, const char *ctcp)
{
	if (ctcp != NULL)
		return strcmp(ctcp, "ACTION") == 0 ? NEWS_ACTION : NEWS_CTCP;
	return name_cmp(command, "NOTICE") == 0 ? NEWS_NOTICE : NEWS_MESSAGE;
}

/* "#room" of "@#room". */
static const char *
own_room(const struct session *s, const char *target)
{
	return session_is_room(s, target) ?
	    isupport_room(&s->isupport, target) : target;
}

static void
own_tell(struct session *s, const struct outbox_line *l, unsigned int flags,
    const struct news *as)
{
	struct news n = { .kind = own_kind(l->command, l->ctcp) };

	n.flags = NEWS_OWN | flags | (l->secured ? NEWS_SECURE : 0);
	n.serial = l->serial;
	n.nick = s->nick;
	n.address = *s->address != '\0' ? s->address : NULL;
	n.account = *s->logged_in != '\0' ? s->logged_in : NULL;
	n.room = own_room(s, l->target);
	n.target = n.room != l->target ? l->target : NULL;
	n.about = n.kind == NEWS_CTCP ? l->ctcp : NULL;
	n.reply = l->reply;
	n.text = l->text;
	if (as != NULL) {
		n.msgid = as->msgid;
		n.when = as->when;
		n.flags |= as->flags & NEWS_PLAYBACK;
	}
	news_tell(s, &n);
}

/* Its fate: exactly one of three, and then it is gone. */
static void
own_settle(struct session *s, struct outbox_line *l, enum news_kind fate,
    const char *id, const char *why)
{
	struct news n = { .kind = fate, .flags = NEWS_OWN };

	n.serial = l->serial;
	n.nick = s->nick;
	n.room = own_room(s, l->target);
	n.msgid = fate == NEWS_FAILED ? NULL : id;
	n.code = fate == NEWS_FAILED ? id : NULL;
	n.about = l->text;
	n.text = why;
	news_tell(s, &n);
	if (fate == NEWS_UNSURE)
		s->unsure++;
	draft_done(s->draft, l);
	outbox_drop(&s->outbox, l);
}

/* ---- in how many lines ---- */

static size_t
own_more(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Bytes of text that fit a line to TARGET after the server has put our full
 * address before it: ":nick!user@host PRIVMSG target :text".  The line may
 * wait, and our nick and address be others when it goes, so there must be
 * room for long ones. */
static size_t
own_fits(const struct session *s, const char *command, const char *target,
    const char *ctcp)
{
	size_t used;

	used = 1 + own_more(strlen(s->nick), NAME_NICK);
	used += own_more(1 + strlen(s->address), OWN_ADDRESS);
	used += 1 + strlen(command) + 1 + strlen(target) + 2;
	if (ctcp != NULL)
		used += strlen(ctcp) + 3;
	return used + OWN_LEAST > MESSAGE_LINE - 2 ? OWN_LEAST :
	    MESSAGE_LINE - 2 - used;
}

/* Where to cut TEXT: after a space if one is near, else between characters,
 * else (it is not UTF-8) anywhere. */
static size_t
own_cut(const char *text, size_t len, size_t most)
{
	size_t cut, near;

	if (len <= most)
		return len;
	cut = utf8_cut(text, len, most);
	if (cut == 0)
		cut = most;
	for (near = cut; near > cut - cut / 4; near--)
		if (text[near - 1] == ' ')
			return near;
	return cut;
}

/* The next line of the text at *TEXT, of at most MOST bytes; 0 at the end. */
static int
own_piece(const char **text, size_t most, struct own_piece *p)
{
	size_t len;

	if (*text == NULL)
		return 0;
	p->concat = p->text != NULL && p->text + p->len == *text;
	len = strcspn(*text, "\n");
	p->text = *text;
	p->len = own_cut(p->text, len, most);
	*text += p->len;
	if (**text == '\n')
		(*text)++;
	else if (**text == '\0')
		*text = NULL;
	return 1;
}

/* Whether the text, of LEN bytes in LINES lines so far, may have another of
 * MORE bytes as one message. */
static int
own_batch_has_room(const struct session *s, size_t len, size_t lines,
    size_t more)
{
	return lines < own_more(s->multiline_lines, 1) &&
	    lines < OWN_BATCH_LINES && len + more + 1 <= OWN_BATCH &&
	    len + more + 1 <= s->multiline_bytes;
}

static int
own_has_batches(const struct session *s, const char *ctcp)
{
	return ctcp == NULL && (s->caps & CAP(MULTILINE)) &&
	    (s->caps & CAP(BATCH)) && s->multiline_bytes > 0;
}

/* ---- into the outbox ---- */

static struct outbox_line *
own_keep(struct session *s, const struct outbox_item *item,
    struct outbox_line *before)
{
	struct outbox_line *l = outbox_add(&s->outbox, item, before);

	if (l == NULL) {
		news_error(s, "not sent, too many lines are waiting: %s",
		    item->text != NULL ? item->text : item->line);
		s->refused++;
	} else if (l->command != NULL) {
		draft_queued(s->draft, l);
		own_tell(s, l, NEWS_PENDING, NULL);
	}
	return l;
}

/* Queues the LEN bytes at TEXT as one message; blank lines are none. */
static int
own_keep_text(struct session *s, struct outbox_item *item, const char *text,
    size_t len, struct outbox_line *before, uint64_t *serial)
{
	struct outbox_line *l;
	char *copy;

	while (len > 0 && text[len - 1] == '\n')
		len--;
	if (len == 0 && item->ctcp == NULL)
		return 0;
	copy = strndup(text, len);
	item->text = copy != NULL ? copy : "";
	l = copy != NULL ? own_keep(s, item, before) : NULL;
	free(copy);
	item->reply = NULL; /* only the first of them is the answer */
	item->serial = 0;
	if (l == NULL)
		return -1;
	*serial = l->serial;
	return 0;
}

/* Queues TEXT line by line. */
static int
own_keep_lines(struct session *s, struct outbox_item *item, const char *text,
    struct outbox_line *before, uint64_t *serial)
{
	size_t most = own_fits(s, item->command, item->target, item->ctcp);
	struct own_piece p = { 0 };

	while (own_piece(&text, most, &p))
		if (own_keep_text(s, item, p.text, p.len, before, serial) == -1)
			return -1;
	return 0;
}

/* Queues TEXT in messages of as many lines as the server takes at once. */
static int
own_keep_batches(struct session *s, struct outbox_item *item,
    const char *text, uint64_t *serial)
{
	size_t most = own_fits(s, item->command, item->target, NULL);
	size_t len = 0, lines = 0;
	struct own_piece p = { 0 };
	const char *begin = text;

	while (own_piece(&text, most, &p)) {
		if (lines > 0 && !own_batch_has_room(s, len, lines, p.len)) {
			if (own_keep_text(s, item, begin, len, NULL,
			    serial) == -1)
				return -1;
			begin = p.text;
			lines = 0;
		}
		len = p.text + p.len - begin;
		lines++;
	}
	return own_keep_text(s, item, begin, len, NULL, serial);
}

/* Queues TEXT in messages of what can be sealed at once: line ends do not
 * matter there. */
static int
own_keep_sealed(struct session *s, struct outbox_item *item,
    const char *text, uint64_t *serial)
{
	size_t most = SEALED_TEXT - (item->ctcp != NULL ?
	    strlen(item->ctcp) + 3 : 0), len;

	item->secured = 1;
	do {
		len = own_cut(text, strlen(text), most);
		if (own_keep_text(s, item, text, len, NULL, serial) == -1)
			return -1;
		text += len;
	} while (*text != '\0');
	return 0;
}

/* What must not go in plain and cannot be sealed is not even queued. */
static uint64_t
own_refuse(struct session *s, const char *target, const char *why,
    const char *text)
{
	news_error(s, "%s: not sent, %s: %s", target, why, text);
	s->refused++;
	return 0;
}

uint64_t
own_say(struct session *s, const char *command, const char *target,
    const char *ctcp, const char *reply, const char *text)
{
	struct outbox_item item = { .command = command, .target = target,
		.ctcp = ctcp, .reply = reply, .typed = own_clock(s) };
	enum sealed_policy policy;
	uint64_t serial = 0;
	const char *why;
	int failed;

	policy = sealed_policy(s, target, &why);
	if (policy == SEALED_REFUSE)
		return own_refuse(s, target, why, text);
	if (policy == SEALED_SEAL)
		failed = own_keep_sealed(s, &item, text, &serial);
	else if (own_has_batches(s, ctcp))
		failed = own_keep_batches(s, &item, text, &serial);
	else if (s->state != SESSION_ONLINE && ctcp == NULL &&
	    strchr(text, '\n') != NULL && strlen(text) < OWN_BATCH)
		/* The server may know such messages: it is seen then. */
		failed = own_keep_text(s, &item, text, strlen(text), NULL,
		    &serial);
	else
		failed = own_keep_lines(s, &item, text, NULL, &serial);
	return failed ? 0 : serial;
}

uint64_t
own_line(struct session *s, const char *line)
{
	struct outbox_item item = { .line = line, .typed = own_clock(s) };
	struct outbox_line *l;
	const char *why;

	if (sealed_refuses(s, line, &why))
		return own_refuse(s, "a line", why, line);
	l = own_keep(s, &item, NULL);
	return l == NULL ? 0 : l->serial;
}

void
own_restore(struct session *s)
{
	struct outbox_item item;

	while (draft_unsent(s->draft, &item))
		own_keep(s, &item, NULL);
}

/* ---- on the wire ---- */

/* "label=5;+draft/reply=abc" as far as this server takes it, "@" before and a
 * space behind; "" when there is nothing. */
static void
own_tags(const struct session *s, const struct outbox_line *l, char *tags,
    size_t size)
{
	char reply[OWN_TAGS / 2];
	size_t len = 0;

	*tags = '\0';
	if (s->caps & CAP(LABELED_RESPONSE))
		len = snprintf(tags, size, "@label=%llu",
		    (unsigned long long)l->serial);
	if (l->reply != NULL && (s->caps & CAP(MESSAGE_TAGS))) {
		tag_escape(reply, sizeof(reply), l->reply, strlen(l->reply));
		len += snprintf(tags + len, size - len, "%s+draft/reply=%s",
		    len > 0 ? ";" : "@", reply);
	}
	if (len > 0)
		snprintf(tags + len, size - len, " ");
}

/* A line that is done, with its own tags and ours. */
static void
own_write_line(struct session *s, const struct outbox_line *l)
{
	char tags[OWN_TAGS], wire[OWN_WIRE * 2];
	const char *line = l->line;

	own_tags(s, l, tags, sizeof(tags));
	if (*line != '@')
		snprintf(wire, sizeof(wire), "%s%s", tags, line);
	else if (!(s->caps & CAP(MESSAGE_TAGS)))
		snprintf(wire, sizeof(wire), "%s%s", tags,
		    line + strcspn(line, " ") + strspn(line +
		    strcspn(line, " "), " "));
	else if (*tags != '\0') {
		tags[strlen(tags) - 1] = '\0';
		snprintf(wire, sizeof(wire), "%s;%s", tags, line + 1);
	} else
		snprintf(wire, sizeof(wire), "%s", line);
	connection_write(&s->connection, wire);
}

static void
own_write_message(struct session *s, const struct outbox_line *l)
{
	char tags[OWN_TAGS], wire[OWN_WIRE * 2];

	own_tags(s, l, tags, sizeof(tags));
	if (l->ctcp == NULL)
		snprintf(wire, sizeof(wire), "%s%s %s :%s", tags, l->command,
		    l->target, l->text);
	else
		snprintf(wire, sizeof(wire), "%s%s %s :\001%s%s%s\001", tags,
		    l->command, l->target, l->ctcp, *l->text ? " " : "",
		    l->text);
	connection_write(&s->connection, wire);
}

static void
own_write_sealed(struct session *s, const struct outbox_line *l,
    const struct sealed *sealed)
{
	char tags[OWN_TAGS], wire[OWN_SEALED];

	own_tags(s, l, tags, sizeof(tags));
	if (*tags != '\0')
		tags[strlen(tags) - 1] = ';';
	snprintf(wire, sizeof(wire), "%s" SEALED_TAG "=%s %s %s :"
	    SEALED_FALLBACK, *tags != '\0' ? tags : "@", sealed->value,
	    l->command, l->target);
	connection_write(&s->connection, wire);
}

static void
own_write_batch(struct session *s, const struct outbox_line *l, size_t most)
{
	char tags[OWN_TAGS], wire[OWN_WIRE * 2];
	unsigned long long ref = l->serial;
	struct own_piece p = { 0 };
	const char *text = l->text;

	own_tags(s, l, tags, sizeof(tags));
	snprintf(wire, sizeof(wire), "%sBATCH +m%llu draft/multiline %s", tags,
	    ref, l->target);
	connection_write(&s->connection, wire);
	while (own_piece(&text, most, &p)) {
		snprintf(wire, sizeof(wire), "@batch=m%llu%s %s %s :%.*s", ref,
		    p.concat ? ";draft/multiline-concat" : "", l->command,
		    l->target, (int)p.len, p.text);
		connection_write(&s->connection, wire);
	}
	snprintf(wire, sizeof(wire), "BATCH -m%llu", ref);
	connection_write(&s->connection, wire);
}

/* Lines it takes; *FITS: they are within what the server takes at once. */
static size_t
own_count(const struct session *s, const struct outbox_line *l, size_t most,
    int *fits)
{
	struct own_piece p = { 0 };
	const char *text = l->text;
	size_t len = 0, lines = 0;

	*fits = 1;
	while (own_piece(&text, most, &p)) {
		if (!own_batch_has_room(s, len, lines++, p.len))
			*fits = 0;
		len += p.len + !p.concat;
	}
	return lines;
}

/* It cannot go as one message: its lines take its place. */
static void
own_expand(struct session *s, struct outbox_line *l)
{
	struct outbox_item item = { .command = l->command,
		.target = l->target, .ctcp = l->ctcp, .reply = l->reply,
		.typed = l->typed, .serial = l->serial };
	uint64_t serial = 0;

	draft_hold(s->draft, 1);
	own_keep_lines(s, &item, l->text, l, &serial);
	if (serial == 0)
		draft_done(s->draft, l);
	draft_hold(s->draft, 0);
	outbox_drop(&s->outbox, l);
}

/* Notes that it goes; 0 when what is to be written has no room yet. */
static int
own_goes(struct session *s, struct outbox_line *l, size_t lines, int64_t now)
{
	const char *after;

	if (connection_room(&s->connection) < (lines + 2) * OWN_WIRE +
	    (l->secured ? OWN_SEALED : 0))
		return 0;
	outbox_sent(&s->outbox, l);
	s->sent = now;
	if (l->command == NULL)
		return 1;
	after = catchup_last(s, own_room(s, l->target));
	free(l->after);
	l->after = after != NULL ? strdup(after) : NULL;
	l->sent = own_clock(s);
	draft_sent(s->draft, l);
	return 1;
}

/* Once asked for, a room is asked for again at every connection. */
static void
own_note_join(struct session *s, const char *line)
{
	char name[SESSION_TARGET];
	struct room *r;

	if (strncmp(line, "JOIN ", 5) != 0)
		return;
	line += strlen("JOIN ");
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, " "), line);
	r = room_find(s->rooms, name);
	if (r != NULL)
		r->wanted = 1;
}

/* Sends it sealed, each time by another key; what cannot be sealed any more
 * has failed. */
static int
own_send_sealed(struct session *s, struct outbox_line *l, int64_t now)
{
	char text[SEALED_TEXT + 1];
	struct sealed sealed;
	const char *why = "it is too long to be encrypted now";
	int len;

	l->secured = 1;
	if (connection_room(&s->connection) < 3 * OWN_WIRE + OWN_SEALED)
		return 0;
	len = snprintf(text, sizeof(text), l->ctcp != NULL ? "\001%s %s\001" :
	    "%s%s", l->ctcp != NULL ? l->ctcp : "", l->text);
	if ((size_t)len >= sizeof(text) ||
	    sealed_seal(s, l->target, text, &sealed, &why) == -1) {
		s->refused++;
		own_settle(s, l, NEWS_FAILED, NULL, why);
		return 1;
	}
	free(l->sealed);
	l->sealed = strdup(sealed.id);
	own_goes(s, l, 1, now);
	own_write_sealed(s, l, &sealed);
	return 1;
}

/* Sends the first one that waits; 0 when it cannot go now. */
static int
own_send(struct session *s, struct outbox_line *l, int64_t now)
{
	enum sealed_policy policy;
	size_t most, lines;
	const char *why;
	int fits;

	if (l->command == NULL) {
		if (!own_goes(s, l, 1, now))
			return 0;
		own_write_line(s, l);
		own_note_join(s, l->line);
		return 1;
	}
	policy = sealed_policy(s, l->target, &why);
	if (policy == SEALED_SEAL)
		return own_send_sealed(s, l, now);
	if (policy == SEALED_REFUSE || l->secured) {
		s->refused++;
		own_settle(s, l, NEWS_FAILED, NULL, *why != '\0' ? why :
		    "the conversation is not secured any more");
		return 1;
	}
	most = own_fits(s, l->command, l->target, l->ctcp);
	lines = own_count(s, l, most, &fits);
	if (lines > 1 && (!fits || !own_has_batches(s, l->ctcp))) {
		own_expand(s, l);
		return 1;
	}
	if (!own_goes(s, l, lines, now))
		return 0;
	if (lines > 1)
		own_write_batch(s, l, most);
	else
		own_write_message(s, l);
	return 1;
}

void
own_pump(struct session *s, int64_t now)
{
	struct outbox_line *l;

	while ((l = outbox_next(&s->outbox)) != NULL && own_send(s, l, now))
		;
}

/* ---- what became of it ---- */

/* The line under way that has LABEL; NULL: none. */
static struct outbox_line *
own_labeled(const struct session *s, const char *label)
{
	struct outbox_line *l;
	char *end;
	unsigned long long serial = strtoull(label, &end, 10);

	if (end == label || *end != '\0')
		return NULL;
	l = outbox_find(&s->outbox, serial);
	return l == NULL || l->order == 0 ? NULL : l;
}

/* The oldest message under way to TARGET; with TEXT, the one that says it. */
static struct outbox_line *
own_under_way(const struct session *s, const char *command,
    const char *target, const char *text)
{
	struct outbox_line *l;

	for (l = s->outbox.first; l != NULL; l = l->next)
		if (l->order != 0 && l->command != NULL &&
		    isupport_cmp(&s->isupport, l->target, target) == 0 &&
		    (command == NULL || name_cmp(l->command, command) == 0) &&
		    (text == NULL || strcmp(l->text, text) == 0))
			return l;
	return NULL;
}

/* Without labels it is the one with this text; a server may change texts, so
 * else it is the oldest one to that target. */
uint64_t
own_echoed(struct session *s, const char *label, const char *command,
    const char *target, const char *text)
{
	struct outbox_line *l;

	if (*label != '\0')
		l = own_labeled(s, label);
	else if (s->caps & CAP(LABELED_RESPONSE))
		return 0; /* said on another device */
	else {
		l = own_under_way(s, command, target, text);
		if (l == NULL)
			l = own_under_way(s, command, target, NULL);
	}
	return l == NULL || l->command == NULL ? 0 : l->serial;
}

void
own_accepted(struct session *s, uint64_t serial, const char *msgid)
{
	struct outbox_line *l = outbox_find(&s->outbox, serial);

	if (l != NULL && l->command != NULL)
		own_settle(s, l, NEWS_ACCEPTED, msgid, NULL);
}

/* Whether something else that names ABOUT is under way. */
static int
own_is_done_to(const struct session *s, const char *about)
{
	const struct outbox_line *l;

	for (l = s->outbox.first; l != NULL; l = l->next)
		if (l->order != 0 && l->command == NULL &&
		    strcasestr(l->line, about) != NULL)
			return 1;
	return 0;
}

/* Whether CODE is rather about what is done than about a message. */
static int
own_is_of_commands(const char *code)
{
	static const char *const others[] = { "441", "442", "443", "461",
		"467", "472", "478", "482", "696" };
	size_t i;

	for (i = 0; code != NULL && i < sizeof(others) / sizeof(others[0]);
	    i++)
		if (strcmp(others[i], code) == 0)
			return 1;
	return 0;
}

/* What has a label and is not of ours was asked by us, and not by a person:
 * it does not count. */
int
own_refused(struct session *s, const char *label, const char *code,
    const char *about, const char *why)
{
	struct outbox_line *l = NULL;

	if (*label != '\0')
		l = own_labeled(s, label);
	else if (about != NULL && !(s->caps & CAP(LABELED_RESPONSE)) &&
	    !(own_is_of_commands(code) && own_is_done_to(s, about)))
		l = own_under_way(s, NULL, about, NULL);
	if (l != NULL || *label == '\0')
		s->refused++;
	if (l == NULL || l->command == NULL || strchr(l->target, ',') != NULL)
		return 0;
	own_settle(s, l, NEWS_FAILED, code, why);
	return 1;
}

/* The server has dealt with it, and neither refused it nor sent it back. */
static void
own_done(struct session *s, struct outbox_line *l)
{
	if (l->command == NULL) {
		outbox_drop(&s->outbox, l);
		return;
	}
	if (l->ctcp == NULL && (s->caps & CAP(ECHO_MESSAGE)) &&
	    !(s->caps & CAP(LABELED_RESPONSE))) {
		own_settle(s, l, NEWS_UNSURE, NULL,
		    "the server has not sent it back");
		return;
	}
	own_tell(s, l, 0, NULL);
	own_settle(s, l, NEWS_ACCEPTED, NULL, NULL);
}

void
own_answered(struct session *s, const char *label)
{
	struct outbox_line *l = own_labeled(s, label);

	if (l != NULL)
		own_done(s, l);
}

/* An ORDER beyond what was sent comes from a server that makes things up. */
void
own_confirmed(struct session *s, uint64_t order)
{
	struct outbox_line *l;

	while ((l = outbox_oldest(&s->outbox)) != NULL && l->order <= order)
		own_done(s, l);
}

/* ---- a lost connection ---- */

/* What was done, not said, is not asked for later: rooms are entered again in
 * any case. */
static void
own_lost_line(struct session *s, struct outbox_line *l)
{
	if (strncmp(l->line, "JOIN ", 5) != 0) {
		news_error(s, "may not have arrived: %s", l->line);
		s->unsure++;
	}
	outbox_drop(&s->outbox, l);
}

void
own_lost(struct session *s)
{
	int kept = s->catches_up && (s->caps & CAP(CHATHISTORY));
	struct outbox_line *l, *next;

	if (s->outbox.under_way > 0)
		snprintf(s->nick_lost, sizeof(s->nick_lost), "%s", s->nick);
	for (l = s->outbox.first; l != NULL; l = next) {
		next = l->next;
		if (l->order == 0)
			continue;
		if (l->command == NULL)
			own_lost_line(s, l);
		else if (!kept)
			own_settle(s, l, NEWS_UNSURE, NULL,
			    "may not have arrived");
	}
	outbox_lost(&s->outbox);
}

const struct outbox_line *
own_unsure(const struct session *s, const char *target)
{
	const struct outbox_line *l;

	for (l = s->outbox.first; l != NULL; l = l->next)
		if (l->unsure && (target == NULL ||
		    isupport_cmp(&s->isupport, own_room(s, l->target),
		    target) == 0))
			return l;
	return NULL;
}

/* Whether we are who said N.  Our nick may be another one by now, since the
 * lost connection may still have ours; an account goes before that. */
static int
own_is_ours(const struct session *s, const struct news *n)
{
	const char *was = *s->nick_lost != '\0' ? s->nick_lost : s->wanted;

	if (n->flags & NEWS_OWN)
		return 1;
	if (n->account != NULL)
		return name_cmp(n->account, s->logged_in) == 0;
	return n->nick != NULL && isupport_cmp(&s->isupport, n->nick, was) == 0;
}

/* Whether N can be L: what was said before L went is not. */
static int
own_is_same(const struct session *s, const struct outbox_line *l,
    const struct news *n)
{
	const char *target = n->target != NULL ? n->target : n->room;

	return l->unsure && own_kind(l->command, l->ctcp) == n->kind &&
	    isupport_cmp(&s->isupport, l->target, target) == 0 &&
	    strcmp(l->text, n->text) == 0 &&
	    (l->after != NULL || n->when >= l->sent - OWN_SLACK) &&
	    (n->kind != NEWS_CTCP || strcmp(l->ctcp, n->about) == 0) &&
	    own_is_ours(s, n);
}

int
own_found(struct session *s, const struct news *n)
{
	struct outbox_line *l;

	if (n->kind > NEWS_CTCP || n->room == NULL || n->text == NULL)
		return 0;
	for (l = s->outbox.first; l != NULL; l = l->next)
		if (own_is_same(s, l, n))
			break;
	if (l == NULL)
		return 0;
	own_tell(s, l, 0, n);
	own_settle(s, l, NEWS_ACCEPTED, n->msgid, NULL);
	return 1;
}

void
own_searched(struct session *s, const char *target, int complete)
{
	struct outbox_line *l, *next;

	for (l = s->outbox.first; l != NULL; l = next) {
		next = l->next;
		if (!l->unsure || (target != NULL &&
		    isupport_cmp(&s->isupport, own_room(s, l->target),
		    target) != 0))
			continue;
		if (complete)
			outbox_again(l);
		else
			own_settle(s, l, NEWS_UNSURE, NULL,
			    "may not have arrived");
	}
}

/* What a later moot will find stays in its journal: that is no fate yet. */
void
own_give_up(struct session *s)
{
	struct outbox_line *l;

	while ((l = s->outbox.first) != NULL) {
		if (l->command == NULL || draft_has(s->draft, l))
			outbox_drop(&s->outbox, l);
		else if (l->order != 0 || l->unsure)
			own_settle(s, l, NEWS_UNSURE, NULL,
			    "may not have arrived");
		else
			own_settle(s, l, NEWS_FAILED, NULL, "not sent");
	}
}
