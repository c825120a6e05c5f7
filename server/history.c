/* SPDX-License-Identifier: ISC */
/*
 * Asking for what was said: CHATHISTORY, SEARCH, and the last lines of a room
 * for those who enter it and cannot ask.
 *
 * Who may read what is decided here: a room's messages are for who is in it
 * now, direct messages for the two accounts that exchanged them.  It is
 * decided for each page anew, so somebody who is kicked from a room gets no
 * further page of it.  What there is, the store knows (moot-store(7)).
 *
 * Words of a client become words of a question only after they have been
 * looked at: none holds a space or begins with a colon.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/capability.h"
#include "../irc/mode.h"
#include "../irc/tag.h"
#include "ask.h"
#include "handlers.h"
#include "history.h"
#include "past.h"
#include "registry.h"
#include "worker.h"

enum {
	REF_MAX = 64,          /* bytes of a reference to a message */
	PLACES_MAX = 6000,     /* of the places a search looks at */
	WORDS_MAX = 400,       /* of what it looks for */
	SEARCH_LIMIT = 100,    /* messages found, if nobody says */
};

/* ---- places ---- */

int
place_find(const struct command *c, const char *name, struct place *p)
{
	uint32_t m, u;
	const char *other, *tilde = "";

	if (name_looks_channel(name)) {
		if ((m = own_member(c, name)) == 0 ||
		    (members[m].flags & MEMBER_GONE))
			return -1;
		p->room = members[m].room;
		snprintf(p->key, sizeof(p->key), "%s", rooms[p->room].name);
		snprintf(p->shown, sizeof(p->shown), "%s",
		    rooms[p->room].name);
		return 0;
	}
	if (c->u->account[0] == '\0' || !name_is_nick(name))
		return -1;
	p->room = 0;
	other = name;
	snprintf(p->shown, sizeof(p->shown), "%s", name);
	u = registry_find_nick(name);
	if (u != 0 && (users[u].flags & USER_REGISTERED)) {
		snprintf(p->shown, sizeof(p->shown), "%s", users[u].nick);
		if (users[u].account[0] != '\0')
			other = users[u].account;
		else
			tilde = "~";
	}
	snprintf(p->key, sizeof(p->key), "=%s=%s%s", c->u->account, tilde,
	    other);
	return 0;
}

/* "#a,#b,...": the rooms of C's user, as many as fit. */
static void
rooms_list(const struct command *c, char *buf, size_t size)
{
	size_t n = strlen(buf), len;
	uint32_t m;

	for (m = c->u->members; m != 0; m = members[m].user_next) {
		len = strlen(rooms[members[m].room].name);
		if ((members[m].flags & MEMBER_GONE) || n + len + 2 > size)
			continue;
		n += (size_t)snprintf(buf + n, size - n, "%s%s",
		    n > 0 ? "," : "", rooms[members[m].room].name);
	}
}

/* ---- CHATHISTORY ---- */

/* What a client asked for, once it is known to be well-formed. */
struct wish {
	const char *sub;
	const char *refs[2];
	unsigned limit;
	struct place place;
	char context[128];     /* of a FAIL */
};

static const struct selector {
	const char *name;
	int refs;              /* references that name messages */
	int any;               /* "*" may be one */
	int place;             /* stands before them */
} selectors[] = {
	{ "AFTER", 1, 0, 1 },
	{ "AROUND", 1, 0, 1 },
	{ "BEFORE", 1, 0, 1 },
	{ "BETWEEN", 2, 0, 1 },
	{ "LATEST", 1, 1, 1 },
	{ "TARGETS", 2, 0, 0 },
};

static const struct selector *
selector_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++)
		if (name_cmp(selectors[i].name, name) == 0)
			return &selectors[i];
	return NULL;
}

/* TEXT as it may stand in the middle of a FAIL. */
static const char *
shown(const char *text)
{
	static char word[REF_MAX + 1];

	snprintf(word, sizeof(word), "%s", text);
	return word[0] == '\0' || word[0] == ':' || strchr(word, ' ') != NULL
	    ? "*"
	    : word;
}

static int
fail(struct command *c, const char *code, const char *context,
    const char *text)
{
	reply_line(c, ":%s FAIL %s %s %s :%s", config->name, c->row->name,
	    code, context, text);
	return -1;
}

/* A reference: "timestamp=...", "msgid=..." or, where ANY, "*". */
static int
ref_check(struct command *c, const struct selector *s, const char *ref,
    const char *context)
{
	char where[256];

	snprintf(where, sizeof(where), "%s %s", context, shown(ref));
	if (strcmp(ref, "*") == 0 && s->any)
		return 0;
	if (strchr(ref, ' ') != NULL || strlen(ref) > REF_MAX ||
	    strchr(ref, '=') == NULL)
		return fail(c, "INVALID_PARAMS", where,
		    "This names no message");
	if (strncmp(ref, "timestamp=", 10) != 0 &&
	    (strncmp(ref, "msgid=", 6) != 0 || !s->place))
		return fail(c, "INVALID_MSGREFTYPE", where,
		    s->place ? "A message is named by timestamp= or msgid="
		             : "Times only, timestamp=");
	return 0;
}

static int
limit_check(struct command *c, const char *text, const char *context,
    unsigned *limit)
{
	char where[256];
	size_t n = strspn(text, "0123456789");

	*limit = (unsigned)strtoul(text, NULL, 10);
	if (n > 9 && text[n] == '\0')
		*limit = PAST_MOST;
	if (n == 0 || text[n] != '\0' || *limit == 0) {
		snprintf(where, sizeof(where), "%s %s", context, shown(text));
		return fail(c, "INVALID_PARAMS", where,
		    "This is no number of messages");
	}
	if (*limit > PAST_MOST)
		*limit = PAST_MOST;
	return 0;
}

/* Fills W; -1 when a FAIL has been replied. */
static int
wish_parse(struct command *c, struct wish *w)
{
	const struct selector *s;
	char **v = c->m.param + 1;
	int i;

	if (c->m.nparam == 0)
		return fail(c, "INVALID_PARAMS", "*",
		    "Insufficient parameters");
	if ((s = selector_find(c->m.param[0])) == NULL)
		return fail(c, "INVALID_PARAMS", shown(c->m.param[0]),
		    "Unknown command");
	w->sub = s->name;
	if (c->m.nparam != 2 + s->place + s->refs)
		return fail(c, "INVALID_PARAMS", s->name,
		    c->m.nparam < 2 + s->place + s->refs
		        ? "Insufficient parameters"
		        : "Too many parameters");
	snprintf(w->context, sizeof(w->context), "%s%s%s", s->name,
	    s->place ? " " : "", s->place ? shown(v[0]) : "");
	if (s->place && place_find(c, *v++, &w->place) != 0)
		return fail(c, "INVALID_TARGET", w->context,
		    "Messages could not be retrieved");
	for (i = 0, w->refs[1] = "*"; i < s->refs; i++) {
		w->refs[i] = *v++;
		if (ref_check(c, s, w->refs[i], w->context) != 0)
			return -1;
	}
	return limit_check(c, *v, w->context, &w->limit);
}

static enum command_result
targets(struct command *c, const struct wish *w, const struct past *p)
{
	char list[PLACES_MAX] = "";

	rooms_list(c, list, sizeof(list));
	return past_reply(c, p, ask(c, "TARGETS %s %s %u %s%s%s", w->refs[0],
	    w->refs[1], w->limit, past_cursor(c, p),
	    list[0] != '\0' ? " " : "", list));
}

static enum command_result
messages(struct command *c, const struct wish *w, const struct past *p)
{
	c->context = past_since(w->place.room);
	return past_reply(c, p, ask(c, "HISTORY %s %s %s %s %u %d %s", w->sub,
	    w->place.key, w->refs[0], w->refs[1], w->limit,
	    (c->s->caps & CAP(EVENT_PLAYBACK)) != 0, past_cursor(c, p)));
}

enum command_result
cmd_chathistory(struct command *c)
{
	struct wish w = { .limit = 0 };
	struct past p = { .type = "chathistory", .target = w.place.shown,
		.context = w.context, .trouble = "MESSAGE_ERROR",
		.bits = 42 };

	if (wish_parse(c, &w) != 0) {
		past_end(c, &p);
		return CMD_DONE;
	}
	if (strcmp(w.sub, "TARGETS") != 0)
		return messages(c, &w, &p);
	p.type = "draft/chathistory-targets";
	p.target = NULL;
	return targets(c, &w, &p);
}

/* ---- SEARCH ---- */

/* The attributes of a search, unescaped. */
struct search {
	char in[NAME_CHANNEL + 2], from[NAME_NICK + 2];
	char after[REF_MAX + 16], before[REF_MAX + 16];
	char text[WORDS_MAX + 1];
	char limit[16];
	unsigned most;
	char places[PLACES_MAX];
};

/* "*", or the time of an attribute as a reference. */
static void
search_time(const char *tags, const char *key, char *buf, size_t size)
{
	char time[REF_MAX];

	if (tag_get(tags, key, time, sizeof(time)) <= 0)
		snprintf(buf, size, "*");
	else
		snprintf(buf, size, "timestamp=%s", time);
}

/* No blank, and nothing that would make it another word. */
static int
is_word(const char *s)
{
	return s[0] != '\0' && s[0] != ':' && strpbrk(s, " \r\n,") == NULL;
}

/* Where to look: the place asked for, else all that C's user may read. */
static int
search_places(struct command *c, struct search *s)
{
	struct place p;

	if (s->in[0] != '\0') {
		if (!is_word(s->in) || place_find(c, s->in, &p) != 0)
			return fail(c, "INVALID_PARAMS", "in",
			    "You cannot search there");
		snprintf(s->places, sizeof(s->places), "%s", p.key);
		return 0;
	}
	if (c->u->account[0] != '\0')
		strcpy(s->places, "=");
	rooms_list(c, s->places, sizeof(s->places));
	return 0;
}

static int
search_parse(struct command *c, struct search *s)
{
	const char *tags = c->m.param[0];
	char *p;

	memset(s, 0, sizeof(*s));
	tag_get(tags, "in", s->in, sizeof(s->in));
	tag_get(tags, "from", s->from, sizeof(s->from));
	tag_get(tags, "text", s->text, sizeof(s->text));
	tag_get(tags, "limit", s->limit, sizeof(s->limit));
	search_time(tags, "after", s->after, sizeof(s->after));
	search_time(tags, "before", s->before, sizeof(s->before));
	if (!is_word(s->after) || !is_word(s->before))
		return fail(c, "INVALID_PARAMS",
		    is_word(s->after) ? "before" : "after", "This is no time");
	if (s->from[0] != '\0' && !is_word(s->from))
		return fail(c, "INVALID_PARAMS", "from", "This is no nick");
	if (s->text[strspn(s->text, " ")] == '\0')
		return fail(c, "INVALID_PARAMS", "text",
		    "There are no words to look for");
	for (p = s->text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
	s->most = SEARCH_LIMIT;
	if (s->limit[0] != '\0' &&
	    limit_check(c, s->limit, "limit", &s->most) != 0)
		return -1;
	return search_places(c, s);
}

enum command_result
cmd_search(struct command *c)
{
	static struct search s;
	struct past p = { .type = "soju.im/search", .context = "*",
		.trouble = "INTERNAL_ERROR", .bits = 42 };

	if (search_parse(c, &s) != 0) {
		past_end(c, &p);
		return CMD_DONE;
	}
	return past_reply(c, &p, ask(c, "SEARCH %s %s %s %s %u %s :%s",
	    s.places[0] != '\0' ? s.places : "*",
	    s.from[0] != '\0' ? s.from : "*", s.after, s.before, s.most,
	    past_cursor(c, &p), s.text));
}

/* ---- on JOIN ---- */

enum command_result
history_on_join(struct command *c, uint32_t r, unsigned shift)
{
	struct past p = { .type = "chathistory", .target = rooms[r].name,
		.bits = 37, .shift = shift };
	char id[48];

	if (r == 0 || config->history_on_join == 0 || !store_accepts() ||
	    (c->s->caps & CAP(CHATHISTORY))) {
		past_end(c, &p);
		return CMD_DONE;
	}
	/* the cursor is at first what the JOIN itself is called */
	snprintf(id, sizeof(id), "%" PRIx64 ".%" PRIx64, state->started,
	    c->cursor);
	c->context = past_since(r);
	return past_reply(c, &p, ask(c, "HISTORY BEFORE %s msgid=%s * %u 0 %s",
	    rooms[r].name, id, config->history_on_join, past_cursor(c, &p)));
}
