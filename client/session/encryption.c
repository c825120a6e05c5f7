/* SPDX-License-Identifier: ISC */
/*
 * How a session is secured, in words: what /tls says.  It decides nothing;
 * client/trust/judge.c does.
 */

#include "client/news.h"
#include "client/tls/tls.h"
#include "irc/phrase.h"
#include "encryption.h"
#include "session.h"

static void
encryption_show_key(struct session *s, const struct tls_info *info)
{
	char phrase[PHRASE_SIZE], pin[PIN_TEXT];

	phrase_write(phrase, info->pin);
	pin_write(pin, info->pin);
	news_client(s, "its key is \"%s\", %s", phrase, pin);
	news_client(s, "%s%s%s", judge_words(info->verdict),
	    *info->flaw != '\0' ? "; " : "", info->flaw);
}

void
encryption_show(struct session *s)
{
	const struct connection *c = &s->connection;
	struct tls_info info;
	int shown = tls_tell(c->secure, &info);

	if (!c->tls)
		news_client(s, connection_is_local(c) ?
		    "%s is this machine: what is sent does not leave it" :
		    "%s is talked to without TLS: whoever is in between can "
		    "read and change all of it", c->host);
	else if (c->state != CONNECTION_OPEN || !shown)
		news_client(s, "%s is to be talked to with TLS, and there is "
		    "no connection now", c->host);
	else
		news_client(s, "%s is talked to with %s, %s%s", c->host,
		    info.version, info.cipher,
		    info.resumed ? ", going on from before" : "");
	if (c->tls && shown)
		encryption_show_key(s, &info);
}
