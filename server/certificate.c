/* SPDX-License-Identifier: ISC */
/*
 * NickServ's CERT: the certificates that one's account is logged in to with,
 * by SASL EXTERNAL.
 *
 * Which there are is the store's business; here one is named by its
 * fingerprint, or is that of the connection on which it is said.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "account.h"
#include "ask.h"
#include "secure.h"
#include "service.h"
#include "words.h"

/* The one that is named, as its owner wrote it, or that of the connection: "",
 * having said so, when there is none. */
static const char *
certificate_named(struct command *c, const struct order *o)
{
	static char text[2 * PROXY_FINGERPRINT + 1];
	const uint8_t *own = secure_certificate(c->sid);

	if (o->n > 2)
		return word_or_star(o->word[2]);
	if (own == NULL) {
		service_notice(c, "Your connection has no certificate.");
		return "";
	}
	proxy_fingerprint_text(text, own);
	return text;
}

/* What adds and removes one: the store's WORD answers itself. */
static enum command_result
certificate_change(struct command *c, const struct order *o, const char *word,
    const char *said)
{
	const char *named = certificate_named(c, o);
	enum command_result r;
	struct message m;

	if (named[0] == '\0')
		return CMD_DONE;
	/* it is one's own, whatever one may as an operator */
	c->as_user = 1;
	r = ask(c, "ACCOUNT %s %s %s", word, c->u->account, named);
	if (r != CMD_ANSWERED)
		return r;
	account_verdict(c, &m);
	if (!service_answer(&m, word, 2))
		return service_fail(c, &m);
	service_notice(c, "%s %s with %s.", m.param[0], said, m.param[1]);
	return CMD_DONE;
}

static enum command_result
certificate_add(struct command *c, const struct order *o)
{
	return certificate_change(c, o, "CERT", "can be logged in to");
}

static enum command_result
certificate_del(struct command *c, const struct order *o)
{
	return certificate_change(c, o, "UNCERT", "is no longer logged in to");
}

static void
certificate_show(struct command *c, const struct message *m)
{
	const uint8_t *own = secure_certificate(c->sid);
	char text[2 * PROXY_FINGERPRINT + 1] = "", when[32] = "?";
	time_t t = (time_t)(strtoll(m->param[2], NULL, 10) / 1000);
	struct tm tm;

	if (own != NULL)
		proxy_fingerprint_text(text, own);
	if (gmtime_r(&t, &tm) != NULL)
		strftime(when, sizeof(when), "%Y-%m-%d", &tm);
	service_notice(c, "%s, added %s%s", m->param[1], when,
	    strcmp(text, m->param[1]) == 0 ? ", of this connection" : "");
}

static enum command_result
certificate_list(struct command *c, const struct order *o)
{
	enum command_result r;
	struct message m;
	int n = 0;

	(void)o;
	c->as_user = 1;
	r = ask(c, "ACCOUNT CERTS %s", c->u->account);
	if (r != CMD_ANSWERED)
		return r;
	while (ask_message(c, &m)) {
		if (strcmp(m.command, "FAIL") == 0)
			return service_fail(c, &m);
		if (!service_answer(&m, "CERT", 3))
			continue;
		certificate_show(c, &m);
		n++;
	}
	service_notice(c, "%d certificate%s.", n, n == 1 ? "" : "s");
	return CMD_DONE;
}

enum command_result
certificate_order(struct command *c, struct order *o)
{
	static const struct {
		const char *name;
		enum command_result (*run)(struct command *,
		    const struct order *);
	} subs[] = { { "ADD", certificate_add }, { "DEL", certificate_del },
		{ "LIST", certificate_list } };
	size_t i;

	if (c->u->account[0] == '\0') {
		service_notice(c, "You are not logged in.");
		return CMD_DONE;
	}
	for (i = 0; i < sizeof(subs) / sizeof(subs[0]); i++)
		if (strcasecmp(subs[i].name, o->word[1]) == 0)
			return subs[i].run(c, o);
	service_notice(c,
	    "CERT ADD [FINGERPRINT], CERT DEL [FINGERPRINT] or CERT LIST.");
	return CMD_DONE;
}
