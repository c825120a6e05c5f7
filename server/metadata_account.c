/* SPDX-License-Identifier: ISC */
/*
 * Metadata and accounts: what has to be done when somebody logs in or out.
 *
 * What the account before had goes (METADATUM_GONE).  What this one has comes
 * from the store, and takes the place of what was said before under the same
 * key.  What it does not have is given to it: so a guest who makes an account
 * keeps what it said (records without METADATUM_KEPT).  Whoever sees the user
 * is then told (records without METADATUM_TOLD).
 *
 * Each of these is a step, found by looking at the records; so who goes on for
 * a dead worker finds what is left.  The cursor counts the questions, since
 * each must have another name.  All devices of the user do it; that it is done
 * twice changes nothing.
 */
#include <string.h>

#include "ask.h"
#include "deliver.h"
#include "metadata.h"
#include "worker.h"

/* Of the cursor: how often.  Above it is when it began (command_mail()): a
 * device that says nothing meanwhile may do all this a second time, and the
 * store answers a question that it knows as it did before. */
enum { ASKED = 0xffff };

/* The first record of C's user that has SET and has not UNSET; 0 for none. */
static uint32_t
find(const struct command *c, uint32_t set, uint32_t unset)
{
	uint32_t d;

	for (d = c->u->metadata; d != 0; d = metadata[d].next)
		if ((metadata[d].flags & set) == set &&
		    (metadata[d].flags & unset) == 0)
			break;
	return d;
}

static void
mark(struct command *c, uint32_t d, uint32_t flags)
{
	struct op *op = command_op(c, OP_METADATA_FLAGS, c->uid);

	op->b = flags;
	op_text2(op, metadata[d].key);
}

/* Who can see it is told; so is C itself, for it did not say it now. */
static void
tell(struct command *c, uint32_t d, const char *value)
{
	const struct metadatum *x = &metadata[d];

	if (!(c->u->flags & USER_REGISTERED))
		return;
	metadata_event(c, METADATUM_USER, c->uid, x->key, value);
	if (!metadata_subscribed(c->sid, x->key, strlen(x->key)) ||
	    (c->s->caps & c->event->caps) != c->event->caps)
		return;
	if (value[0] != '\0')
		reply(c, RPL_KEYVALUE, metadata_name(c->uid), x->key, value);
	else
		reply(c, RPL_KEYNOTSET, metadata_name(c->uid), x->key);
}

static enum command_result
drop(struct command *c, uint32_t d)
{
	tell(c, d, "");
	op_text2(command_op(c, OP_USER_METADATA, c->uid), metadata[d].key);
	return CMD_MORE;
}

/* What was asked has been answered: the next question is another one. */
static enum command_result
asked(struct command *c)
{
	c->step &= ~(uint32_t)STEP_ASKED;
	c->cursor++;
	return CMD_MORE;
}

static enum command_result
done(struct command *c)
{
	command_op(c, OP_METADATA_DONE, c->uid);
	return CMD_DONE;
}

/* Whether the answer is of the kind WORD: "METADATA WORD account ...", and of
 * this account, which may have become another one meanwhile. */
static int
answered(struct command *c, const char *word, struct message *m)
{
	ask_message(c, m);
	return m->nparam >= 2 && strcmp(m->command, "METADATA") == 0 &&
	    strcmp(m->param[0], word) == 0 &&
	    name_cmp(m->param[1], c->u->account) == 0;
}

/* Whether the answer is about an account that it has no longer. */
static int
is_others(const struct command *c, const struct message *m)
{
	return m->nparam >= 2 && strcmp(m->command, "METADATA") == 0 &&
	    name_cmp(m->param[1], c->u->account) != 0;
}

/* From the beginning, by questions that were not asked yet. */
static enum command_result
again(struct command *c)
{
	c->step &= ~(uint32_t)STEP_ASKED;
	c->cursor = (c->cursor | ASKED) + 1;
	return CMD_MORE;
}

static enum command_result
fetch(struct command *c)
{
	enum command_result r;
	struct message m;

	if ((r = ask(c, "METADATA SHOW %s", c->u->account)) != CMD_ANSWERED)
		return r;
	if (!answered(c, "SHOW", &m))
		return is_others(c, &m) ? again(c) : done(c);
	command_op(c, OP_METADATA_LOAD, c->uid)->b = c->s->answer;
	return asked(c);
}

/* Gives it to the account; what it does not take, because it has enough, its
 * user has no longer. */
static enum command_result
give(struct command *c, uint32_t d)
{
	enum command_result r;
	struct message m;

	r = ask(c, "METADATA SET %s %s %u :%s", c->u->account,
	    metadata[d].key, config->metadata_keys, metadata[d].value);
	if (r != CMD_ANSWERED)
		return r;
	if (answered(c, "SET", &m)) {
		/* another device may have changed what is the first one */
		if (m.nparam > 2 && strcmp(m.param[2], metadata[d].key) == 0)
			mark(c, d, METADATUM_KEPT);
	} else if (m.nparam > 1 && strcmp(m.param[1], "LIMIT_REACHED") == 0)
		drop(c, d);
	else
		mark(c, d, METADATUM_KEPT);
	return asked(c);
}

enum command_result
metadata_settle(struct command *c)
{
	uint32_t d;

	command_lock(c);
	/* an answer is used, or nobody's any more */
	if (c->s->answer == 0 && (d = find(c, METADATUM_GONE, 0)) != 0)
		return drop(c, d);
	if (c->u->account[0] == '\0' || config->metadata_keys == 0 ||
	    atomic_load(&state->store.state) == STORE_OFF)
		return c->s->answer == 0 ? done(c) : again(c);
	if (c->s->answer == 0 && !store_accepts())
		return CMD_DONE; /* again, when there is one */
	if ((c->cursor & ASKED) == 0)
		return fetch(c);
	if ((d = find(c, 0, METADATUM_KEPT)) != 0)
		return give(c, d);
	if ((d = find(c, 0, METADATUM_TOLD)) != 0) {
		tell(c, d, metadata[d].value);
		mark(c, d, METADATUM_TOLD);
		return CMD_MORE;
	}
	return done(c);
}
