/* SPDX-License-Identifier: ISC */
/*
 * Applying changes to metadata (op.c says what an op has to be like).
 *
 * The keys of a user or a room are a list of records out of one pool, and each
 * record says whose it is, so that the lists can be made anew.  A record is
 * valid once it has its owner, which is the last thing stored.
 *
 * The metadata of an account is in the store and, while it has a user, that
 * user's; what it says about being kept and told is in metadata_account.c.
 */
#include <string.h>

#include "../ipc/mailbox.h"
#include "../irc/message.h"
#include "ask.h"
#include "fault.h"
#include "op_metadata.h"
#include "registry.h"

/* Where KEY hangs, or the end of the list. */
static uint32_t *
find(uint32_t *list, const char *key)
{
	for (; *list != 0; list = &metadata[*list].next)
		if (strcmp(metadata[*list].key, key) == 0)
			break;
	return list;
}

static uint32_t *
list_of(enum metadatum_kind kind, uint32_t owner)
{
	return kind == METADATUM_USER ? &users[owner].metadata
	                              : &rooms[owner].metadata;
}

static void
add(uint32_t *end, enum metadatum_kind kind, uint32_t owner, const char *key,
    const char *value, uint32_t flags)
{
	uint32_t d = registry_new_metadatum();

	if (d == 0)
		return;
	metadata[d].kind = (uint16_t)kind;
	metadata[d].flags = (uint16_t)flags;
	record_copy(metadata[d].key, sizeof(metadata[d].key), key);
	record_copy(metadata[d].value, sizeof(metadata[d].value), value);
	FAULT("op-metadata-filled");
	metadata[d].owner = owner;
	FAULT("op-metadata-valid");
	*end = d;
	FAULT("op-metadata-linked");
}

void
op_metadata_put(enum metadatum_kind kind, uint32_t owner, const char *key,
    const char *value, uint32_t flags)
{
	uint32_t *p = find(list_of(kind, owner), key), d = *p;

	if (d != 0 && value[0] != '\0') {
		record_copy(
		    metadata[d].value, sizeof(metadata[d].value), value);
		FAULT("op-metadata-copied");
		metadata[d].flags = (uint16_t)flags;
	} else if (d != 0) {
		*p = metadata[d].next;
		FAULT("op-metadata-unlinked");
		registry_free_metadatum(d);
	} else if (value[0] != '\0')
		add(p, kind, owner, key, value, flags);
}

static void
put(enum metadatum_kind kind, const struct op *op)
{
	op_metadata_put(kind, op->a, op->text2, op->text, op->b);
	if (op->c != 0 && op->c < state->max_sessions) {
		subscriptions[op->c].changed = op->x;
		subscriptions[op->c].gen = sessions[op->c].gen;
	}
}

void
op_user_metadata(struct op *op)
{
	if (users[op->a].flags & USER_LIVE)
		put(METADATUM_USER, op);
}

void
op_room_metadata(struct op *op)
{
	if (rooms[op->a].live)
		put(METADATUM_ROOM, op);
}

/* What was there before gives way, and who has the same is not told again. */
static void
load(uint32_t u, const char *key, const char *value)
{
	uint32_t d = *find(&users[u].metadata, key), told = 0;

	if (d != 0 && strcmp(metadata[d].value, value) == 0)
		told = metadata[d].flags & METADATUM_TOLD;
	op_metadata_put(METADATUM_USER, u, key, value, METADATUM_KEPT | told);
}

/* The lines "KEY key :value" of an answer. */
void
op_metadata_load(struct op *op)
{
	char line[ASK_MAX + 1];
	struct message m;
	const char *text;
	size_t n, len;

	if (op->b == 0 || op->b >= state->dimensions.chunks ||
	    !(users[op->a].flags & USER_LIVE))
		return;
	text = chunk_bytes(op->b);
	for (n = strnlen(text, ASK_MAX); n > 0;
	     text += len + 1, n -= len + 1) {
		len = strcspn(text, "\n");
		memcpy(line, text, len);
		line[len] = '\0';
		message_parse(&m, line, len);
		if (m.command != NULL && strcmp(m.command, "KEY") == 0 &&
		    m.nparam >= 2)
			load(op->a, m.param[0], m.param[1]);
		if (len == n)
			break;
	}
}

void
op_metadata_flags(struct op *op)
{
	uint32_t d = *find(&users[op->a].metadata, op->text2);

	if (d != 0)
		metadata[d].flags |= (uint16_t)op->b;
}

void
op_metadata_done(struct op *op)
{
	atomic_fetch_and(&users[op->a].flags, ~(uint32_t)USER_UNFETCHED);
}

void
op_metadata_erase(struct op *op)
{
	uint32_t i;

	if (name_looks_channel(op->text)) {
		if ((i = registry_find_room(op->text)) != 0)
			registry_free_metadata(&rooms[i].metadata);
		return;
	}
	for (i = MAILBOX_SYSTEM; i < state->users.high; i++)
		if ((users[i].flags & USER_LIVE) &&
		    users[i].account[0] != '\0' &&
		    name_cmp(users[i].account, op->text) == 0)
			registry_free_metadata(&users[i].metadata);
}

void
op_metadata_account(uint32_t u, const char *account)
{
	uint32_t d;

	/* one account's is not the next one's */
	if (users[u].account[0] != '\0' &&
	    name_cmp(users[u].account, account) != 0)
		for (d = users[u].metadata; d != 0; d = metadata[d].next)
			metadata[d].flags |= METADATUM_GONE;
	FAULT("op-metadata-gone");
	atomic_fetch_or(&users[u].flags, USER_UNFETCHED);
}

/* A list of keys, in pieces of an op's text. */
void
op_subscribe(struct op *op)
{
	char *keys = subscriptions[op->a].keys;
	size_t n = strnlen(op->text, sizeof(op->text));

	if (op->b + n >= METADATA_LIST)
		return;
	record_copy(keys + op->b, n + 1, op->text);
	FAULT("op-subscribe-copied");
	if (op->b != 0)
		return;
	if (n > 0)
		sessions[op->a].flags |= SESSION_SUBSCRIBED;
	else
		sessions[op->a].flags &= ~(uint32_t)SESSION_SUBSCRIBED;
}
