/* SPDX-License-Identifier: ISC */
/*
 * What an event is for the memory.  Its line tells what happened and where;
 * the rooms of one who quits or changes its nick are told by ID, and those who
 * talk to each other are known by their accounts.
 */
#include <stdio.h>
#include <string.h>

#include "../ipc/mailbox.h"
#include "../server/deliver.h"
#include "../server/state.h"
#include "keep.h"

/* A copy of N bytes that ends with NUL. */
static const char *
text(struct keep *k, const char *src, size_t n)
{
	char *p = k->text + k->used;

	memcpy(p, src, n);
	p[n] = '\0';
	k->used += n + 1;
	return p;
}

/* The word at *P, up to END; *P moves behind it and the space. */
static size_t
word(const char **p, const char *end, const char **w)
{
	const char *space = memchr(*p, ' ', (size_t)(end - *p));

	*w = *p;
	if (space == NULL)
		space = end;
	*p = space < end ? space + 1 : end;
	return (size_t)(space - *w);
}

static int
kind_of(const char *w, size_t n)
{
	int kind;

	for (kind = KIND_PRIVMSG; kind <= KIND_MODE; kind++) {
		const char *name = message_kind_name(kind);
		if (strlen(name) == n && memcmp(name, w, n) == 0)
			return kind;
	}
	return 0;
}

/* How the user at U is named as a party: by account, else "~nick". */
static const char *
party(struct keep *k, const char *account, const char *nick)
{
	char name[NAME_NICK + 4];

	if (account[0] != '\0')
		return text(k, account, strnlen(account, NAME_NICK + 1));
	snprintf(name, sizeof(name), "~%.*s", NAME_NICK, nick);
	return text(k, name, strlen(name));
}

/* The one row of E about the target named W. */
static size_t
row_here(struct keep *k, const struct envelope *e, struct stored *m,
    const char *w, size_t n, const char *nick)
{
	if (e->kind != EVENT_TO_USER) {
		m->target = text(k, w, n);
		return 1;
	}
	if (e->target < MAILBOX_SYSTEM || e->target >= state->max_users)
		return 0;
	m->heard = 1;
	m->from = party(k, m->account, nick);
	/* the event says whose account it is; tags alone do not */
	m->to = party(k, e->nline > 0 ? text(k, envelope_alt(e), e->nalt)
	                              : users[e->target].account,
	    text(k, w, n));
	return 1;
}

/* A row of E in each of its rooms. */
static size_t
rows_everywhere(struct keep *k, const struct envelope *e, struct stored *m)
{
	struct stored first = *m;
	uint32_t room, gen;
	size_t n = 0;
	unsigned i;

	for (i = 0; i < e->nrooms && n < KEEP_ROWS; i++) {
		envelope_room(e, i, &room, &gen);
		if (room == 0 || room >= state->max_rooms ||
		    rooms[room].gen != gen || !rooms[room].live)
			continue;
		m[n] = first;
		m[n++].target = text(k, rooms[room].name,
		    strnlen(rooms[room].name, NAME_CHANNEL));
	}
	return n;
}

size_t
keep_rows(struct keep *k, const struct envelope *e, struct stored *m)
{
	/* who talks in tags only has a line for those who know tags */
	size_t n = e->nline > 0 ? e->nline : e->nalt;
	const char *line = e->nline > 0 ? envelope_line(e) : envelope_alt(e);
	const char *end = line + n, *p = line, *w;
	char nick[NAME_NICK + 1];
	const char *bang;
	size_t len;

	memset(m, 0, sizeof(*m));
	if (n == 0 || *line != ':')
		return 0;
	len = word(&p, end, &w);
	if ((bang = memchr(w, '!', len)) != NULL)
		len = (size_t)(bang - w);
	snprintf(nick, sizeof(nick), "%.*s", (int)len - 1, w + 1);
	len = word(&p, end, &w);
	if ((m->kind = kind_of(w, len)) == 0)
		return 0;
	m->serial = e->serial;
	m->id_hi = state->started;
	m->id_lo = e->id;
	m->time = e->time;
	m->account = text(k, envelope_account(e), e->naccount);
	m->tags = text(k, envelope_tags(e), e->ntags);
	m->line = text(k, line, n);
	if (e->kind == EVENT_TO_ROOMS)
		return rows_everywhere(k, e, m);
	len = word(&p, end, &w);
	if (len > 0 && *w == ':') {
		w++;
		len--;
	}
	return row_here(k, e, m, w, len, nick);
}
