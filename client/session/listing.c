/* SPDX-License-Identifier: ISC */
/*
 * Listings: answers of many rows, each of which is told as news.
 *
 * WHO and LIST are asked for by scripts, which want fields, and by people,
 * who want words: event.c's table has those, as NEWS_REPLY, and a view takes
 * one of the two.  The same holds for who is here: MONITOR where the server
 * has it, ISON where not.
 */

#include <stdio.h>
#include <string.h>

#include "listing.h"
#include "own.h"

/* Fields of WHOX, in the order in which they come: token, room, user, host,
 * nick, flags, account, real name. */
#define LISTING_FIELDS "%tcuhnfar"
#define LISTING_TOKEN "64"

/* ---- asking ---- */

void
listing_ask_who(struct session *s, const char *mask)
{
	char line[SESSION_LINE];

	snprintf(line, sizeof(line), "WHO %.300s%s", mask,
	    isupport_has(&s->isupport, ISUPPORT_WHOX) ?
	    " " LISTING_FIELDS "," LISTING_TOKEN : "");
	own_line(s, line);
}

void
listing_ask_rooms(struct session *s)
{
	own_line(s, "LIST");
}

int
listing_watch(struct session *s, const char *nick)
{
	int monitor = isupport_has(&s->isupport, ISUPPORT_MONITOR);

	session_write(s, monitor ? "MONITOR + %.200s" : "ISON %.200s", nick);
	return monitor;
}

/* ---- people ---- */

/* Nick, address, account, flags as WHO has them, real name. */
static void
listing_person(struct session *s, struct news *n)
{
	const char *bot = isupport_text(&s->isupport, ISUPPORT_BOT);

	if (strcmp(n->room, "*") == 0)
		n->room = NULL;
	if (*bot != '\0' && strchr(n->about, *bot) != NULL)
		n->flags |= NEWS_BOT;
	news_tell(s, n);
}

void
listing_who(struct session *s, struct event_line *e)
{
	char **p = e->m.param, address[SESSION_TARGET];
	const char *real = strchr(p[7], ' '); /* after the hop count */
	struct news n = event_news(e, NEWS_PERSON);

	snprintf(address, sizeof(address), "%s@%s", p[2], p[3]);
	n.room = p[1];
	n.nick = p[5];
	n.address = address;
	n.account = NULL;
	n.about = p[6];
	n.text = real == NULL ? "" : real + 1;
	listing_person(s, &n);
}

void
listing_whox(struct session *s, struct event_line *e)
{
	char **p = e->m.param, address[SESSION_TARGET];
	struct news n = event_news(e, NEWS_PERSON);

	if (strcmp(p[1], LISTING_TOKEN) != 0)
		return;
	snprintf(address, sizeof(address), "%s@%s", p[3], p[4]);
	n.room = p[2];
	n.nick = p[5];
	n.address = address;
	n.about = p[6];
	n.account = strcmp(p[7], "0") == 0 ? NULL : p[7];
	n.text = p[8];
	listing_person(s, &n);
}

/* ---- rooms ---- */

void
listing_room(struct session *s, struct event_line *e)
{
	struct news n = event_news(e, NEWS_LISTED);


	n.nick = n.address = n.account = NULL;
	n.room = e->m.param[1];
	n.about = e->m.param[2];
	n.text = e->m.nparam > 3 ? e->m.param[3] : "";
	news_tell(s, &n);
}

void
listing_end(struct session *s, struct event_line *e)
{
	event_tell(s, e, NEWS_END, NULL, NULL);
}

/* ---- who is here ---- */

/* Each of a list "nick!user@host,nick" or "nick nick". */
static void
listing_presence(struct session *s, struct event_line *e,
    enum news_kind kind)
{
	struct news n = event_news(e, kind);
	char *p = e->m.param[1], *nick;
	size_t len;

	n.address = n.account = NULL;
	for (; *p != '\0'; p += len) {
		p += strspn(p, " ,");
		nick = p;
		len = strcspn(p, " ,");
		if (len == 0)
			return;
		p += len;
		len = *p != '\0';
		*p = '\0';
		nick[strcspn(nick, "!")] = '\0';
		n.nick = nick;
		news_tell(s, &n);
	}
}

void
listing_here(struct session *s, struct event_line *e)
{
	listing_presence(s, e, NEWS_HERE);
}

void
listing_gone(struct session *s, struct event_line *e)
{
	listing_presence(s, e, NEWS_GONE);
}

/* Who was asked for and is not named is not here: whoever asked knows when
 * NEWS_END comes. */
void
listing_ison(struct session *s, struct event_line *e)
{
	listing_presence(s, e, NEWS_HERE);
	event_tell(s, e, NEWS_END, NULL, NULL);
}
