/* SPDX-License-Identifier: ISC */
/*
 * AUTHENTICATE: SASL as IRCv3's sasl 3.2 has it, before the registration and
 * after it; by a password, or the certificate of the connection.
 *
 * A message comes in pieces of 400 bytes; what has come is kept in a chunk of
 * the session (sasl.h), and changed by ops, so that a worker may die between
 * any two of them.  A whole message goes to the store as it is: this file
 * knows no cryptography and does not look into base64.
 *
 * Anything that is out of turn, too long or refused ends the authentication,
 * and the client may begin again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "../irc/capability.h"
#include "account.h"
#include "ask.h"
#include "fault.h"
#include "gateway.h"
#include "handlers.h"
#include "log.h"
#include "sasl.h"
#include "secure.h"
#include "worker.h"

enum {
	STEP_LINE,    /* a line of the client */
	STEP_MESSAGE, /* a whole message is there */
};

enum { PIECE = TOPIC_MAX /* bytes an op takes */ };

static command_fn plain, external, scram;

static const struct {
	const char *name;
	command_fn *message; /* is run with each whole message */
	int (*is_offered)(void); /* NULL: always */
} mechanisms[] = {
	{ "PLAIN", plain, NULL },
	{ "EXTERNAL", external, gateway_has_certificates },
	{ "SCRAM-SHA-256", scram, NULL },
};

enum { MECHANISMS = sizeof(mechanisms) / sizeof(mechanisms[0]) };

static int
is_offered(int i)
{
	return mechanisms[i].is_offered == NULL || mechanisms[i].is_offered();
}

const char *
sasl_mechanisms(void)
{
	static char list[64];
	size_t n = 0;
	int i;

	for (i = 0; i < MECHANISMS; i++)
		if (is_offered(i))
			n += (size_t)snprintf(list + n, sizeof(list) - n,
			    "%s%s", n > 0 ? "," : "", mechanisms[i].name);
	return list;
}

void
sasl_give(uint32_t i)
{
	if (sessions[i].sasl != 0 && sasl_of(&sessions[i])->mechanism == 0)
		sasl_drop(i);
}

void
sasl_drop(uint32_t i)
{
	struct session *s = &sessions[i];
	uint32_t k = s->sasl;

	s->sasl = 0;
	FAULT("sasl-given");
	atomic_signal_fence(memory_order_seq_cst);
	chunk_give(k);
}

/* ---- ends ---- */

static void
sasl_end(struct command *c)
{
	if (c->s->sasl != 0)
		command_op(c, OP_SASL, c->sid);
}

static enum command_result
failed(struct command *c)
{
	sasl_end(c);
	reply(c, ERR_SASLFAIL);
	return CMD_DONE;
}

/* The store says no, as M has it. */
static enum command_result
refused(struct command *c, const struct message *m)
{
	const char *code = m->nparam > 1 ? m->param[1] : "";

	sasl_end(c);
	if (strcmp(code, "ACCOUNT_SUSPENDED") == 0)
		reply(c, ERR_NICKLOCKED);
	log_debug("authentication of %s: %s", log_safe(c->u->nick), code);
	reply(c, ERR_SASLFAIL);
	return CMD_DONE;
}

static enum command_result
succeeded(struct command *c, const struct message *m)
{
	const char *account = m->param[0];

	/* somebody else with other devices is another user: that is for
	 * another connection, as it is for who never leaves */
	if ((c->u->flags & USER_REGISTERED) && c->u->account[0] != '\0' &&
	    name_cmp(c->u->account, account) != 0 &&
	    (c->u->session != c->sid || c->s->next != 0 ||
		(c->u->flags & USER_ALWAYS_ON))) {
		sasl_end(c);
		reply(c, ERR_SASLALREADY);
		return CMD_DONE;
	}
	sasl_end(c);
	account_login(c, account, m->nparam > 1 ? m->param[1] : "");
	reply(c, RPL_SASLSUCCESS);
	c->step = STEP_RECLAIM;
	return CMD_MORE;
}

/* ---- messages ---- */

/* Adds TEXT to what there is at place AT; returns the place behind it. */
static uint32_t
put(struct command *c, uint32_t at, const char *text, size_t len)
{
	struct op *op;
	size_t n;

	do {
		n = len < PIECE ? len : PIECE;
		op = command_op(c, OP_SASL_TEXT, c->sid);
		op->b = at;
		memcpy(op->text, text, n);
		op->text[n] = '\0';
		at += (uint32_t)n;
		text += n;
		len -= n;
	} while (len > 0);
	return at;
}

/* From now on the message of STEP is gathered, at place AT. */
static void
go_on(struct command *c, uint32_t step, uint32_t at)
{
	struct op *op = command_op(c, OP_SASL_STEP, c->sid);

	op->b = step;
	op->c = at;
}

static const char *
text_of(const struct command *c, uint32_t step)
{
	const struct sasl *a = sasl_of(c->s);

	return a->text + a->at[step];
}

/* Sends a message in lines of SASL_CHUNK; one that fills its last line is
 * ended by an empty one. */
static void
say(struct command *c, const char *text)
{
	size_t len = strlen(text), n;

	for (;; text += n, len -= n) {
		n = len < SASL_CHUNK ? len : SASL_CHUNK;
		reply_line(c, "AUTHENTICATE %.*s", n > 0 ? (int)n : 1,
		    n > 0 ? text : "+");
		if (n < SASL_CHUNK)
			break;
	}
}

/* The store's answer to the one message of a mechanism. */
static enum command_result
answered(struct command *c)
{
	struct message m;

	if (account_stale(c))
		return CMD_MORE;
	if (!account_verdict(c, &m))
		return CMD_WAIT;
	if (strcmp(m.command, "OK") != 0 || m.nparam < 1)
		return refused(c, &m);
	return succeeded(c, &m);
}

static enum command_result
plain(struct command *c)
{
	enum command_result r;

	account_asks(c);
	r = ask(c, "AUTHENTICATE PLAIN :%s", text_of(c, 0));
	return r == CMD_ANSWERED ? answered(c) : r;
}

/* The message says whom to be, or is empty. */
static enum command_result
external(struct command *c)
{
	const uint8_t *fingerprint = secure_certificate(c->sid);
	char text[2 * PROXY_FINGERPRINT + 1];
	enum command_result r;

	if (fingerprint == NULL)
		return failed(c);
	proxy_fingerprint_text(text, fingerprint);
	account_asks(c);
	r = ask(c, "AUTHENTICATE EXTERNAL %s :%s", text, text_of(c, 0));
	return r == CMD_ANSWERED ? answered(c) : r;
}

/* ---- SCRAM: four messages, of which the second is ours; the last word of
 * the client is empty, and says that it knows us. ---- */

enum { CLIENT_FIRST, SERVER_FIRST, CLIENT_FINAL, LAST_WORD };

static enum command_result
scram_first(struct command *c)
{
	char seed[16 + SASL_SEED];
	enum command_result r;
	uint32_t at;
	struct message m;

	snprintf(seed, sizeof(seed), "seed=%s", sasl_of(c->s)->seed);
	c->context = seed;
	r = ask(c, "AUTHENTICATE SCRAM-SHA-256 FIRST :%s",
	    text_of(c, CLIENT_FIRST));
	c->context = NULL;
	if (r != CMD_ANSWERED)
		return r;
	if (!account_verdict(c, &m))
		return CMD_WAIT;
	if (strcmp(m.command, "CHALLENGE") != 0 || m.nparam < 1 ||
	    strlen(m.param[0]) > SASL_MESSAGE)
		return refused(c, &m);
	say(c, m.param[0]);
	at = sasl_of(c->s)->end + 1;
	go_on(c, SERVER_FIRST, at);
	at = put(c, at, m.param[0], strlen(m.param[0]));
	go_on(c, CLIENT_FINAL, at + 1);
	return CMD_DONE;
}

/* The same answer twice: at first the client is told who we are; when it has
 * believed that, the account may be suspended, so it is asked for again. */
static enum command_result
scram_final(struct command *c, int believed)
{
	char seed[16 + SASL_SEED];
	enum command_result r;
	struct message m;

	snprintf(seed, sizeof(seed), "seed=%s", sasl_of(c->s)->seed);
	c->context = seed;
	account_asks(c);
	r = ask(c, "AUTHENTICATE SCRAM-SHA-256 FINAL %s %s :%s",
	    text_of(c, CLIENT_FIRST), text_of(c, SERVER_FIRST),
	    text_of(c, CLIENT_FINAL));
	c->context = NULL;
	if (r != CMD_ANSWERED)
		return r;
	if (account_stale(c))
		return CMD_MORE;
	if (!account_verdict(c, &m))
		return CMD_WAIT;
	if (strcmp(m.command, "OK") != 0 || m.nparam < 3)
		return refused(c, &m);
	if (believed)
		return succeeded(c, &m);
	say(c, m.param[2]);
	go_on(c, LAST_WORD, sasl_of(c->s)->end + 1);
	return CMD_DONE;
}

static enum command_result
scram(struct command *c)
{
	switch (sasl_of(c->s)->step) {
	case CLIENT_FIRST:
		return text_of(c, CLIENT_FIRST)[0] != '\0' ? scram_first(c)
		                                           : failed(c);
	case CLIENT_FINAL:
		return text_of(c, CLIENT_FINAL)[0] != '\0'
		    ? scram_final(c, 0)
		    : failed(c);
	default:
		return text_of(c, LAST_WORD)[0] == '\0' ? scram_final(c, 1)
		                                        : failed(c);
	}
}

/* ---- lines ---- */

/* What makes the nonce of the store, which keeps nothing, another each time. */
static int
make_seed(char seed[SASL_SEED + 1])
{
	unsigned char bytes[SASL_SEED / 2];
	size_t i;

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return -1;
	for (i = 0; i < sizeof(bytes); i++)
		snprintf(seed + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

/* A chunk for it; without one the line waits. */
static int
have_chunk(struct command *c)
{
	uint32_t k;

	if (c->s->sasl != 0)
		return 1;
	if ((k = chunk_take(c->sid, 0)) == 0)
		return 0;
	((struct sasl *)(void *)chunk_bytes(k))->mechanism = 0;
	atomic_signal_fence(memory_order_seq_cst);
	c->s->sasl = k;
	FAULT("sasl-taken");
	return 1;
}

static enum command_result
begin(struct command *c, const char *name)
{
	char seed[SASL_SEED + 1];
	struct op *op;
	int i;

	for (i = 0; i < MECHANISMS; i++)
		if (strcasecmp(mechanisms[i].name, name) == 0 &&
		    is_offered(i))
			break;
	if (i == MECHANISMS)
		reply(c, RPL_SASLMECHS, sasl_mechanisms());
	if (i == MECHANISMS || make_seed(seed) != 0)
		return failed(c);
	/* who has none to show need not go on */
	if (mechanisms[i].message == external &&
	    secure_certificate(c->sid) == NULL)
		return failed(c);
	if (!have_chunk(c))
		return CMD_WAIT;
	op = command_op(c, OP_SASL, c->sid);
	op->b = (uint32_t)i + 1;
	op_text(op, seed);
	reply_line(c, "AUTHENTICATE +");
	return CMD_DONE;
}

static enum command_result
piece(struct command *c, const char *text)
{
	const struct sasl *a = sasl_of(c->s);
	size_t n = strlen(text), len = strcmp(text, "+") == 0 ? 0 : n;

	if (n > SASL_CHUNK || a->end - a->at[a->step] + len > SASL_MESSAGE) {
		sasl_end(c);
		reply(c, ERR_SASLTOOLONG);
		return CMD_DONE;
	}
	if (strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                 "0123456789+/=") != n)
		return failed(c);
	put(c, a->end, text, len);
	if (n == SASL_CHUNK)
		return CMD_DONE;
	c->step = STEP_MESSAGE;
	return CMD_MORE;
}

/* A whole message is there; whoever has no store any more, has no account. */
static enum command_result
message(struct command *c)
{
	if (c->s->answer == 0 && !store_accepts()) {
		reply_line(c, ":%s FAIL AUTHENTICATE TEMPORARILY_UNAVAILABLE"
		    " :%s", config->name, store_trouble());
		return failed(c);
	}
	return mechanisms[sasl_of(c->s)->mechanism - 1].message(c);
}

void
sasl_abort(struct command *c)
{
	if (c->s->sasl == 0 || sasl_of(c->s)->mechanism == 0)
		return;
	sasl_end(c);
	reply(c, ERR_SASLABORTED);
}

enum command_result
cmd_authenticate(struct command *c)
{
	const char *text = c->m.param[0];
	int begun = c->s->sasl != 0 && sasl_of(c->s)->mechanism != 0;

	if (c->step >= STEP_RECLAIM && !(c->step & STEP_ASKED))
		return account_reclaim(c);
	if (!begun && c->step != STEP_LINE)
		return failed(c);
	if (c->step != STEP_LINE)
		return message(c);
	if (!(c->s->caps & CAP(SASL)))
		return failed(c);
	if (strcmp(text, "*") == 0) {
		sasl_end(c);
		reply(c, ERR_SASLABORTED);
		return CMD_DONE;
	}
	return begun ? piece(c, text) : begin(c, text);
}
