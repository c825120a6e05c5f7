/* SPDX-License-Identifier: ISC */
/*
 * METADATA (draft/metadata-3): keys that a user or a room has, and values.
 *
 * Anybody may change one's own, operators of a room the room's, operators of
 * the server all.  Values are seen by everybody who knows of the user, and by
 * the members of a room; visibility is always "*".
 *
 * The change of who has an account goes to the store first, as a question, and
 * is done here when it has been committed there.  A registered room is saved
 * as it is, like its topic (store/snapshot.c), and the reply waits for that.
 *
 * A session is told of changes of keys it has subscribed to; that they are
 * told by numerics, which name who gets them, is deliver.c's business.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../irc/capability.h"
#include "../irc/mode.h"
#include "ask.h"
#include "audit.h"
#include "channel.h"
#include "deliver.h"
#include "handlers.h"
#include "metadata.h"
#include "oper.h"
#include "registry.h"
#include "words.h"
#include "worker.h"

enum {
	CHANGES = 20,          /* that a session can make at once, */
	CHANGE_MS = 3000,      /* and then one in so many ms */
	TROUBLE_S = 30,        /* until one tries again without a store */
	PIECE = 384,           /* bytes of a list of keys in an op */
	STEP_BEGUN = 1,        /* of CLEAR: its batch is open */
};

/* ---- replies ---- */

const char *
metadata_limits(void)
{
	static char text[96];

	snprintf(text, sizeof(text), "before-connect,max-subs=%d,max-keys=%u,"
	    "max-key-bytes=%d,max-value-bytes=%d", METADATA_SUBS,
	    config->metadata_keys, METADATA_KEY, METADATA_VALUE);
	return text;
}

const char *
metadata_name(uint32_t u)
{
	return users[u].nick[0] != '\0' ? users[u].nick : "*";
}

void
metadata_batch(struct command *c, int sign, const char *type,
    const char *target)
{
	if (!(c->s->caps & CAP(BATCH)))
		return;
	if (sign == '+')
		reply_line(c, ":%s BATCH +m%llx %s%s%s", config->name,
		    (unsigned long long)c->s->executed, type,
		    target != NULL ? " " : "", target != NULL ? target : "");
	else
		reply_line(c, ":%s BATCH -m%llx", config->name,
		    (unsigned long long)c->s->executed);
}

void
metadata_inner_line(struct command *c, const char *fmt, ...)
{
	char line[1024], tags[128];
	size_t n = 0;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (!(c->s->caps & CAP(BATCH))) {
		reply_line(c, "%s", line);
		return;
	}
	if (c->s->caps & CAP(SERVER_TIME))
		n = deliver_time_tag(wall_ms, tags, sizeof(tags));
	n += (size_t)snprintf(tags + n, sizeof(tags) - n, "batch=m%llx",
	    (unsigned long long)c->s->executed);
	reply_past(c, tags, n, line, REPLY_INNER);
}

void
metadata_inner(struct command *c, int numeric, const char *fmt, ...)
{
	char text[768];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	metadata_inner_line(c, ":%s %03d %s %s", config->name, numeric,
	    metadata_name(c->uid), text);
}

static enum command_result
fail(struct command *c, const char *code, const char *context,
    const char *text)
{
	reply_line(c, ":%s FAIL METADATA %s %s :%s", config->name, code,
	    context, text);
	c->failed = 1;
	return CMD_DONE;
}

/* With two words of context. */
static enum command_result
fail_key(struct command *c, const char *code, const char *target,
    const char *key, const char *text)
{
	char words[256];

	snprintf(words, sizeof(words), "%.64s %.64s", target, key);
	return fail(c, code, words, text);
}

/* ---- who and what ---- */

/* Whom a line is about. */
struct target {
	enum metadatum_kind kind; /* METADATUM_FREE: nobody */
	uint32_t id;
	const char *name;
	uint32_t list;
};

/* Before the registration of who has logged in, oneself is who is here with
 * the account already, if anybody is. */
static uint32_t
own_user(const struct command *c)
{
	uint32_t other;

	if (c->u->flags & USER_REGISTERED)
		return c->uid;
	other = registry_find_account(c->u->account, c->uid);
	return other != 0 ? other : c->uid;
}

static uint32_t
find_user(const struct command *c, const char *name)
{
	uint32_t u;

	if (strcmp(name, "*") == 0)
		return own_user(c);
	if (!(c->u->flags & USER_REGISTERED))
		return name_cmp(name, c->u->nick) == 0 ? own_user(c) : 0;
	u = registry_find_nick(name);
	return u != 0 && (users[u].flags & USER_REGISTERED) ? u : 0;
}

static void
find_target(const struct command *c, const char *name, struct target *t)
{
	memset(t, 0, sizeof(*t));
	t->name = word_or_star(name);
	if (name_looks_channel(name)) {
		t->id = c->u->flags & USER_REGISTERED
		    ? registry_find_room(name)
		    : 0;
		if (t->id == 0 || !rooms[t->id].live ||
		    rooms[t->id].loading != 0)
			return;
		t->kind = METADATUM_ROOM;
		t->name = rooms[t->id].name;
		t->list = rooms[t->id].metadata;
	} else if ((t->id = find_user(c, name)) != 0) {
		t->kind = METADATUM_USER;
		t->name = metadata_name(t->id);
		t->list = users[t->id].metadata;
	}
}


/* What a room says is its members' business. */
static int
may_see(const struct command *c, const struct target *t)
{
	return t->kind == METADATUM_USER ||
	    (t->kind == METADATUM_ROOM &&
		(oper_may(c->uid, PRIV_SEE) ||
		    channel_member(c->uid, t->id) != 0));
}

static int
is_yours(const struct command *c, const struct target *t)
{
	return t->kind == METADATUM_USER ? t->id == own_user(c)
	                                 : channel_is_operator(c, t->id);
}

static int
may_change(const struct command *c, const struct target *t)
{
	return is_yours(c, t) || oper_may(c->uid, PRIV_ROOMS);
}

uint32_t
metadata_find(uint32_t list, const char *key)
{
	for (; list != 0; list = metadata[list].next)
		if (strcmp(metadata[list].key, key) == 0)
			break;
	return list;
}

/* ---- changing ---- */

void
metadata_event(struct command *c, enum metadatum_kind kind, uint32_t owner,
    const char *key, const char *value)
{
	const char *name = kind == METADATUM_ROOM ? rooms[owner].name
	                                          : metadata_name(owner);
	int alone = kind == METADATUM_USER && owner != c->uid &&
	    users[owner].members == 0;
	struct envelope *e = command_event(c, kind == METADATUM_ROOM
	        ? EVENT_TO_ROOM
	        : alone ? EVENT_TO_USER : EVENT_TO_ROOMS);
	uint32_t source = e->source;

	e->flags |= ENVELOPE_METADATA;
	e->caps = CAP(METADATA) | CAP(BATCH);
	if (kind == METADATUM_ROOM)
		event_target_room(e, owner);
	else if (alone)
		event_target_user(e, owner);
	e->source = 0; /* it is the server who tells: no account */
	if (value[0] != '\0')
		event_alt(e, CAP(METADATA), "761 %s %s * :%s", name, key,
		    value);
	else
		event_alt(e, CAP(METADATA), "766 %s %s :Key not set", name,
		    key);
	e->source = source;
	if (kind == METADATUM_USER && !alone) {
		event_rooms_of(e, owner);
		event_monitored(e, MONITORED_METADATA);
	}
}

void
metadata_tell_room(struct command *c, uint32_t r)
{
	uint32_t d = c->u->metadata;
	char line[MESSAGE_LINE];
	struct envelope *e;
	int n;

	if (d == 0)
		return;
	e = command_event(c, EVENT_TO_ROOM);
	event_target_room(e, r);
	e->flags |= ENVELOPE_METADATA;
	e->caps = e->alt_caps = CAP(METADATA) | CAP(BATCH);
	for (; d != 0; d = metadata[d].next) {
		n = snprintf(line, sizeof(line), "761 %s %s * :%s\n",
		    metadata_name(c->uid), metadata[d].key,
		    metadata[d].value);
		/* what does not fit is asked for by who wants it */
		if (envelope_add(e, &e->nalt, line, (size_t)n) != 0)
			break;
	}
}

/* How many ms the session has to wait for its next change, and when that one
 * will have been used up. */
static uint64_t
rate(const struct command *c, uint64_t *next)
{
	const struct subscription *x = &subscriptions[c->sid];
	const uint64_t most = (uint64_t)(CHANGES - 1) * CHANGE_MS;
	uint64_t at = x->gen == c->s->gen && x->changed > now_ms
	    ? x->changed
	    : now_ms;

	*next = at + CHANGE_MS;
	return at - now_ms > most ? at - now_ms - most : 0;
}

/* The change of a key, and its event. */
static void
change(struct command *c, const struct target *t, const char *key,
    const char *value)
{
	struct op *op = command_op(c, t->kind == METADATUM_ROOM
	        ? OP_ROOM_METADATA
	        : OP_USER_METADATA, t->id);

	op->b = METADATUM_TOLD | METADATUM_KEPT;
	if (t->kind == METADATUM_USER && users[t->id].account[0] == '\0')
		op->b = METADATUM_TOLD;
	op->c = c->sid;
	rate(c, &op->x);
	op_text(op, value);
	op_text2(op, key);
	metadata_event(c, t->kind, t->id, key, value);
}

/* Whether there is an account that has to have it first. */
static int
is_kept(const struct target *t)
{
	return t->kind == METADATUM_USER && users[t->id].account[0] != '\0' &&
	    atomic_load(&state->store.state) != STORE_OFF;
}

static enum command_result
fail_rate(struct command *c, const struct target *t, const char *key,
    unsigned seconds, const char *text)
{
	char words[192];

	snprintf(words, sizeof(words), "%s %s %u", t->name, key, seconds);
	return fail(c, "RATE_LIMITED", words, text);
}

static enum command_result
fail_limit(struct command *c, const char *item, unsigned limit,
    const char *text)
{
	char words[128];

	snprintf(words, sizeof(words), "%.64s %u", item, limit);
	return fail(c, "LIMIT_REACHED", words, text);
}

/* Has the store change the account's: CMD_ANSWERED when it has, and DID is the
 * key, which need not be KEY if that was chosen again; CMD_DONE when it has
 * not, which is replied; else return what it returns. */
static enum command_result
keep(struct command *c, const struct target *t, const char *key,
    const char *value, char did[METADATA_KEY + 1])
{
	enum command_result r;
	struct message m;

	if (c->s->answer == 0 && !store_accepts())
		return fail_rate(c, t, key, TROUBLE_S, store_trouble());
	r = ask(c, "METADATA SET %s %s %u%s%s", users[t->id].account, key,
	    config->metadata_keys, value[0] != '\0' ? " :" : "", value);
	if (r != CMD_ANSWERED)
		return r;
	ask_message(c, &m);
	if (m.nparam > 2 && strcmp(m.param[0], "SET") == 0) {
		snprintf(did, METADATA_KEY + 1, "%s", m.param[2]);
		return CMD_ANSWERED;
	}
	if (m.nparam > 1 && strcmp(m.param[1], "LIMIT_REACHED") == 0)
		return fail_limit(c, t->name, config->metadata_keys,
		    "There are too many keys");
	return fail_rate(c, t, key, TROUBLE_S,
	    "The server's memory did not take it");
}

/* How many keys it has that count. */
static unsigned
count(uint32_t list)
{
	unsigned n = 0;

	for (; list != 0; list = metadata[list].next)
		n += !(metadata[list].flags & METADATUM_GONE);
	return n;
}

/* Whether one more fits; else it is replied. */
static int
has_room(struct command *c, const struct target *t, const char *key)
{
	if (metadata_find(t->list, key) != 0)
		return 1;
	if (count(t->list) >= config->metadata_keys)
		fail_limit(c, t->name, config->metadata_keys,
		    "There are too many keys");
	else if (state->metadata.used + 2 >= state->max_metadata)
		fail_limit(c, t->name, count(t->list),
		    "The server has no room for more");
	else
		return 1;
	return 0;
}

static void
reply_key(struct command *c, const struct target *t, const char *key,
    const char *value)
{
	if (value[0] != '\0')
		reply(c, RPL_KEYVALUE, t->name, key, value);
	else
		reply(c, RPL_KEYNOTSET, t->name, key);
}

/* Whether KEY has VALUE already. */
static int
is_same(const struct target *t, const char *key, const char *value)
{
	uint32_t d = metadata_find(t->list, key);

	return strcmp(d != 0 ? metadata[d].value : "", value) == 0 &&
	    (d == 0 || !(metadata[d].flags & METADATUM_GONE));
}

/* What C wants to be allowed has been. */
static enum command_result
set(struct command *c, const struct target *t, const char *key,
    const char *value)
{
	char did[METADATA_KEY + 1];
	enum command_result r;
	uint64_t next, wait;

	if (!(c->step & STEP_ASKED)) {
		if (value[0] != '\0' && !has_room(c, t, key))
			return CMD_DONE;
		if ((wait = rate(c, &next)) > 0)
			return fail_rate(c, t, key,
			    (unsigned)((wait + 999) / 1000),
			    "You change too much at a time");
	}
	if (is_kept(t) && (r = keep(c, t, key, value, did)) != CMD_ANSWERED)
		return r;
	reply_key(c, t, key, value);
	change(c, t, key, value);
	return CMD_DONE;
}

/* Whether C may change KEY of T; else it is replied. */
static int
check_change(struct command *c, const struct target *t, const char *key)
{
	int hidden = t->kind == METADATUM_FREE ||
	    (t->kind == METADATUM_ROOM && !may_see_room(c, t->id));

	if (hidden)
		fail(c, "INVALID_TARGET", t->name,
		    "There is no such user or room");
	else if (!may_change(c, t))
		fail_key(c, "KEY_NO_PERMISSION", t->name, key,
		    "This is not yours to change");
	return !hidden && may_change(c, t);
}

static enum command_result
meta_set(struct command *c, const struct target *t)
{
	const char *value = c->m.nparam > 3 ? c->m.param[3] : "";
	char key[METADATA_KEY + 1];

	if (t->kind != METADATUM_FREE && metadata_key(key, c->m.param[2]) == 0)
		return fail(c, "INVALID_KEY", word_or_star(c->m.param[2]),
		    "A key is of a-z, 0-9 and _ . / -, and short");
	if (!check_change(c, t, t->kind != METADATUM_FREE ? key : "*"))
		return CMD_DONE;
	if (value[0] != '\0' && !metadata_value(value))
		return fail(c, "INVALID_VALUE", key,
		    "A value is UTF-8 and not so long");
	if (!(c->step & STEP_ASKED) && is_same(t, key, value)) {
		reply_key(c, t, key, value);
		return CMD_DONE;
	}
	return set(c, t, key, value);
}

static enum command_result
clear_end(struct command *c)
{
	metadata_batch(c, '-', NULL, NULL);
	return CMD_DONE;
}

/*
 * One key a step, the first there is; the cursor counts what the store was
 * asked.  While that is asked another device may change what is the first, and
 * a worker that dies the order: what it has answered is what goes.  And the
 * name may have become another one's.
 */
static enum command_result
meta_clear(struct command *c, const struct target *t)
{
	char key[METADATA_KEY + 1];
	enum command_result r;

	if (!(c->step & STEP_BEGUN)) {
		if (!check_change(c, t, "*"))
			return CMD_DONE;
		metadata_batch(c, '+', "metadata", t->name);
		c->step |= STEP_BEGUN;
	}
	if (t->kind == METADATUM_FREE || !may_change(c, t) ||
	    (t->list == 0 && c->s->answer == 0))
		return clear_end(c);
	snprintf(key, sizeof(key), "%s",
	    t->list != 0 ? metadata[t->list].key : "*");
	if (is_kept(t) && (r = keep(c, t, key, "", key)) != CMD_ANSWERED)
		return r == CMD_DONE ? clear_end(c) : r;
	if (metadata_find(t->list, key) != 0) {
		metadata_inner(c, RPL_KEYNOTSET, t->name, key);
		change(c, t, key, "");
	}
	c->step = STEP_BEGUN;
	c->cursor++;
	return CMD_MORE;
}

/* ---- asking ---- */

/* The next key of the parameters: those past the last are in it. */
static char *
next_key(struct command *c, int *param)
{
	char *at;

	if (*param >= c->m.nparam)
		return NULL;
	at = strsep(&c->m.param[*param], " ");
	if (c->m.param[*param] == NULL)
		++*param;
	return at;
}

static void
warn_key(struct command *c, const char *key, int inner)
{
	static const char fmt[] = ":%s WARN METADATA INVALID_KEY %.200s :"
	    "A key is of a-z, 0-9 and _ . / -, and short";

	if (inner)
		metadata_inner_line(c, fmt, config->name, word_or_star(key));
	else
		reply_line(c, fmt, config->name, word_or_star(key));
}

static enum command_result
meta_get(struct command *c, const struct target *t)
{
	char key[METADATA_KEY + 1], *text;
	int param = 2;
	uint32_t d;

	metadata_batch(c, '+', "metadata", t->name);
	while ((text = next_key(c, &param)) != NULL)
		if (metadata_key(key, text) == 0)
			warn_key(c, text, 1);
		else if ((d = metadata_find(t->list, key)) == 0)
			metadata_inner(c, RPL_KEYNOTSET, t->name, key);
		else
			metadata_inner(c, RPL_KEYVALUE, t->name, key,
			    metadata[d].value);
	metadata_batch(c, '-', NULL, NULL);
	return CMD_DONE;
}

static enum command_result
meta_list(struct command *c, const struct target *t)
{
	uint32_t d;

	metadata_batch(c, '+', "metadata", t->name);
	for (d = t->list; d != 0; d = metadata[d].next)
		metadata_inner(c, RPL_KEYVALUE, t->name, metadata[d].key,
		    metadata[d].value);
	metadata_batch(c, '-', NULL, NULL);
	return CMD_DONE;
}

static enum command_result
meta_sync(struct command *c, const struct target *t)
{
	return metadata_sync(c, t->kind == METADATUM_USER ? t->id : 0,
	    t->kind == METADATUM_ROOM ? t->id : 0, t->name);
}

/* ---- subscribing ---- */

static const char *
keys_of(const struct command *c)
{
	return c->s->flags & SESSION_SUBSCRIBED ? subscriptions[c->sid].keys
	                                        : "";
}

int
metadata_subscribed(uint32_t s, const char *key, size_t n)
{
	return (sessions[s].flags & SESSION_SUBSCRIBED) &&
	    metadata_list_has(subscriptions[s].keys, key, n);
}

/* "761 target key ...": the key, whose length is *N, or NULL. */
static const char *
key_of(const char *line, const char *end, size_t *n)
{
	const char *key, *p;

	if (end - line < 4 ||
	    (key = memchr(line + 4, ' ', (size_t)(end - line - 4))) == NULL)
		return NULL;
	key++;
	if ((p = memchr(key, ' ', (size_t)(end - key))) == NULL)
		return NULL;
	*n = (size_t)(p - key);
	return key;
}

const char *
metadata_lines(const struct envelope *e, uint32_t i, size_t *len)
{
	static char text[METADATA_KEYS * 2 * MESSAGE_LINE];
	const char *p = envelope_alt(e), *end = p + e->nalt, *eol, *key;
	char tag[64] = "";
	size_t n = 0, nkey, ntag;

	if (!(sessions[i].flags & SESSION_SUBSCRIBED))
		return NULL;
	if (sessions[i].caps & CAP(SERVER_TIME)) {
		tag[0] = '@';
		ntag = deliver_time_tag(e->time, tag + 1, sizeof(tag) - 1);
		tag[ntag] = ' ';
	}
	for (; p < end; p = eol + 1) {
		if ((eol = memchr(p, '\n', (size_t)(end - p))) == NULL)
			eol = end;
		if ((key = key_of(p, eol, &nkey)) != NULL &&
		    metadata_subscribed(i, key, nkey) &&
		    sizeof(text) - n > 2 * MESSAGE_LINE)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s:%s %.3s %s %.*s\r\n", tag, config->name, p,
			    metadata_name(sessions[i].user),
			    (int)(eol - p - 4), p + 4);
	}
	*len = n;
	return n > 0 ? text : NULL;
}

/* The list as ops. */
static void
subscribe(struct command *c, const char *keys)
{
	char piece[PIECE + 1];
	size_t n = strlen(keys), at = 0;
	struct op *op;

	do {
		snprintf(piece, sizeof(piece), "%s", keys + at);
		op = command_op(c, OP_SUBSCRIBE, c->sid);
		op->b = (uint32_t)at;
		op_text(op, piece);
		at += strlen(piece);
	} while (at < n);
}

/* Adds KEY to a line of NUMERIC, which is replied when it is full. */
static void
add_word(struct command *c, struct words *w, const char *key, int add)
{
	if (words_add(w, key, strlen(key)))
		return;
	if (add)
		reply(c, RPL_METADATASUBOK, w->text);
	else
		reply(c, RPL_METADATAUNSUBOK, w->text);
	words_clear(w);
	words_add(w, key, strlen(key));
}

static enum command_result
meta_sub(struct command *c, const struct target *t)
{
	char keys[METADATA_LIST], key[METADATA_KEY + 1], *text;
	char full[METADATA_KEY + 1] = "", *bad[MESSAGE_PARAMS * 2];
	int param = 2, nbad = 0, added = 0, r;
	struct words w;

	(void)t;
	snprintf(keys, sizeof(keys), "%s", keys_of(c));
	words_begin(&w, c, 0);
	while (full[0] == '\0' && (text = next_key(c, &param)) != NULL) {
		if (metadata_key(key, text) == 0) {
			if (nbad < MESSAGE_PARAMS * 2)
				bad[nbad++] = text;
		} else if ((r = metadata_list_add(keys, key)) < 0)
			snprintf(full, sizeof(full), "%s", key);
		else {
			added += r;
			add_word(c, &w, key, 1);
		}
	}
	if (w.count > 0)
		reply(c, RPL_METADATASUBOK, w.text);
	for (r = 0; r < nbad; r++)
		warn_key(c, bad[r], 0);
	if (full[0] != '\0')
		fail_limit(c, full, METADATA_SUBS,
		    "You have subscribed to too many keys");
	if (added == 0)
		return CMD_DONE;
	subscribe(c, keys);
	if (c->u->flags & USER_REGISTERED)
		reply(c, RPL_METADATASYNCLATER, "*ALL", 0);
	return CMD_DONE;
}

static enum command_result
meta_unsub(struct command *c, const struct target *t)
{
	char keys[METADATA_LIST], key[METADATA_KEY + 1], *text;
	int param = 2, removed = 0;
	struct words w;

	(void)t;
	snprintf(keys, sizeof(keys), "%s", keys_of(c));
	words_begin(&w, c, 0);
	while ((text = next_key(c, &param)) != NULL) {
		if (metadata_key(key, text) == 0) {
			warn_key(c, text, 0);
			continue;
		}
		removed += metadata_list_remove(keys, key);
		add_word(c, &w, key, 0);
	}
	if (w.count > 0)
		reply(c, RPL_METADATAUNSUBOK, w.text);
	if (removed > 0)
		subscribe(c, keys);
	return CMD_DONE;
}

static enum command_result
meta_subs(struct command *c, const struct target *t)
{
	const char *p = keys_of(c);
	struct words w;
	size_t n;

	(void)t;
	metadata_batch(c, '+', "metadata-subs", NULL);
	words_begin(&w, c, 0);
	for (; *p != '\0'; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		if (words_add(&w, p, n))
			continue;
		metadata_inner(c, RPL_METADATASUBS, w.text);
		words_clear(&w);
		words_add(&w, p, n);
	}
	if (w.count > 0)
		metadata_inner(c, RPL_METADATASUBS, w.text);
	metadata_batch(c, '-', NULL, NULL);
	return CMD_DONE;
}

/* ---- the command ---- */

enum sub_flag {
	SUB_SEES = 1,          /* only of what one may see */
	SUB_OWN = 2,           /* only of oneself */
};

static const struct sub {
	const char *name;
	enum command_result (*run)(struct command *c, const struct target *t);
	int least, most;       /* parameters, all of them */
	int flags;
} subs[] = {
	{ "GET", meta_get, 3, MESSAGE_PARAMS, SUB_SEES },
	{ "LIST", meta_list, 2, 2, SUB_SEES },
	{ "SET", meta_set, 3, 4, 0 },
	{ "CLEAR", meta_clear, 2, 2, 0 },
	{ "SUB", meta_sub, 3, MESSAGE_PARAMS, SUB_OWN },
	{ "UNSUB", meta_unsub, 3, MESSAGE_PARAMS, SUB_OWN },
	{ "SUBS", meta_subs, 2, 2, SUB_OWN },
	{ "SYNC", meta_sync, 2, 2, SUB_SEES },
};

static const struct sub *
find_sub(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(subs) / sizeof(subs[0]); i++)
		if (strcasecmp(subs[i].name, name) == 0)
			return &subs[i];
	return NULL;
}

static int
is_own(const struct command *c, const char *name)
{
	return strcmp(name, "*") == 0 || name_cmp(name, c->u->nick) == 0;
}

/* Whether it takes a privilege to change T: that is put on the record. */
static int
is_others(const struct command *c, const struct target *t)
{
	return (c->step & (STEP_AUDITING | STEP_AUDITED)) ||
	    ((t->kind == METADATUM_USER || t->kind == METADATUM_ROOM) &&
	        !is_yours(c, t) && oper_may(c->uid, PRIV_ROOMS));
}

static enum command_result
change_others(struct command *c)
{
	const struct sub *s = find_sub(c->m.param[1]);
	struct target t;

	find_target(c, c->m.param[0], &t);
	return s != NULL ? s->run(c, &t) : CMD_DONE;
}

static enum command_result
audit_change(struct command *c)
{
	char text[MESSAGE_LINE];

	snprintf(text, sizeof(text), "%s %s %s", c->m.param[1],
	    c->m.nparam > 2 ? c->m.param[2] : "",
	    c->m.nparam > 3 ? c->m.param[3] : "");
	return audit(c, PRIV_ROOMS, "METADATA", c->m.param[0], text,
	    change_others);
}

enum command_result
cmd_metadata(struct command *c)
{
	const struct sub *s = c->m.nparam > 1 ? find_sub(c->m.param[1]) : NULL;
	const char *name = c->m.param[0];
	struct target t;

	if (config->metadata_keys == 0)
		return fail(c, "INVALID_PARAMS", "*",
		    "This server keeps no metadata");
	if (s == NULL || c->m.nparam < s->least || c->m.nparam > s->most)
		return fail(c, "INVALID_PARAMS",
		    c->m.nparam > 1 ? word_or_star(c->m.param[1]) : "*",
		    s == NULL ? "There is no such subcommand"
		              : "Too few or too many parameters");
	if (s->run == meta_sync && strcmp(name, "*ALL") == 0)
		return metadata_sync(c, 0, 0, name);
	find_target(c, name, &t);
	if ((s->flags & SUB_OWN ? !is_own(c, name)
	            : (s->flags & SUB_SEES) && c->step == 0 &&
	                !may_see(c, &t)))
		return fail(c, "INVALID_TARGET", word_or_star(name),
		    "There is no such user or room for you");
	if ((s->run == meta_set || s->run == meta_clear) && is_others(c, &t))
		return audit_change(c);
	return s->run(c, &t);
}
