/* SPDX-License-Identifier: ISC */
/*
 * JSON: what scripts and bots are told, one object a line.
 *
 * A writer and no reader.  It grows one buffer and keeps it, so a program
 * that prints a million objects allocates for the longest.  Names and values
 * come from anybody: bytes of no character become U+FFFD, and controls and
 * what turns the direction of text become escapes, so that a line is valid
 * JSON, one line, and harmless at a terminal.
 *
 * What a piece of news is called is in one table, moot-json(5) describes it,
 * and neither changes what it once said: programs rely on it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/news.h"
#include "irc/utf8.h"
#include "json.h"

#define REPLACEMENT "\xef\xbf\xbd"

enum { JSON_FIRST = 512 }; /* bytes the buffer has at first */

/* ---- text ---- */

static void
json_put(struct json *j, const char *s, size_t len)
{
	size_t size = j->size > 0 ? j->size : JSON_FIRST;
	char *text;

	if (j->failed)
		return;
	while (size - j->len <= len)
		size *= 2;
	if (size != j->size) {
		text = realloc(j->text, size);
		if (text == NULL) {
			j->failed = 1;
			return;
		}
		j->text = text;
		j->size = size;
	}
	memcpy(j->text + j->len, s, len);
	j->len += len;
	j->text[j->len] = '\0';
}

static void
json_puts(struct json *j, const char *s)
{
	json_put(j, s, strlen(s));
}

/* What a terminal would act on, or a reader of lines take for an end: C0,
 * DEL, C1, the separators of lines, marks and overrides of direction. */
static int
json_is_escaped(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) || cp == 0x061c ||
	    cp == 0x200e || cp == 0x200f ||
	    (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

static void
json_escape(struct json *j, uint32_t cp)
{
	static const char letters[] = "\b\f\n\r\t\"\\", names[] = "bfnrt\"\\";
	const char *p = cp < 0x80 && cp != 0 ? strchr(letters, (int)cp) : NULL;
	char buf[8];

	if (p != NULL)
		snprintf(buf, sizeof(buf), "\\%c", names[p - letters]);
	else
		snprintf(buf, sizeof(buf), "\\u%04x", (unsigned int)cp);
	json_puts(j, buf);
}

/* In runs of characters that stand for themselves. */
static void
json_quote(struct json *j, const char *s)
{
	size_t left = strlen(s), run = 0;
	uint32_t cp = 0;
	int n;

	json_put(j, "\"", 1);
	for (; left > 0; left -= n > 0 ? n : 1) {
		n = utf8_decode(&cp, s + run, left);
		if (n > 0 && cp != '"' && cp != '\\' && !json_is_escaped(cp)) {
			run += n;
			continue;
		}
		json_put(j, s, run);
		s += run + (n > 0 ? n : 1);
		run = 0;
		if (n > 0)
			json_escape(j, cp);
		else
			json_puts(j, REPLACEMENT);
	}
	json_put(j, s, run);
	json_put(j, "\"", 1);
}

/* ---- objects ---- */

void
json_begin(struct json *j)
{
	j->len = 0;
	j->any = j->failed = 0;
	json_put(j, "{", 1);
}

static void
json_key(struct json *j, const char *key)
{
	json_puts(j, j->any ? ",\"" : "\"");
	json_puts(j, key);
	json_puts(j, "\":");
	j->any = 1;
}

void
json_string(struct json *j, const char *key, const char *value)
{
	if (value == NULL)
		return;
	json_key(j, key);
	json_quote(j, value);
}

void
json_number(struct json *j, const char *key, int64_t value)
{
	char buf[24];

	snprintf(buf, sizeof(buf), "%lld", (long long)value);
	json_key(j, key);
	json_puts(j, buf);
}

void
json_flag(struct json *j, const char *key, int on)
{
	if (!on)
		return;
	json_key(j, key);
	json_puts(j, "true");
}

/* A year that four digits cannot tell is a server's joke: the Epoch, then. */
void
json_format_time(char buf[JSON_TIME], int64_t when)
{
	time_t seconds;
	struct tm tm;

	if (when < 0)
		when = 0;
	seconds = when / 1000;
	if (gmtime_r(&seconds, &tm) == NULL || tm.tm_year > 9999 - 1900) {
		when = seconds = 0;
		gmtime_r(&seconds, &tm);
	}
	strftime(buf, JSON_TIME, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + strlen(buf), JSON_TIME - strlen(buf), ".%03dZ",
	    (int)(when % 1000));
}

void
json_time(struct json *j, const char *key, int64_t when)
{
	char buf[JSON_TIME];

	json_format_time(buf, when);
	json_string(j, key, buf);
}

const char *
json_end(struct json *j)
{
	json_put(j, "}", 1);
	return j->failed ? NULL : j->text;
}

void
json_clear(struct json *j)
{
	free(j->text);
	memset(j, 0, sizeof(*j));
}

/* ---- news ---- */

/* What each kind is called, and what its ABOUT is, if it has one. */
static const struct {
	const char *type, *about;
} json_kinds[NEWS_KINDS] = {
	[NEWS_MESSAGE] = { "message", NULL },
	[NEWS_NOTICE] = { "notice", NULL },
	[NEWS_ACTION] = { "action", NULL },
	[NEWS_CTCP] = { "ctcp", "word" },
	[NEWS_JOIN] = { "join", NULL },
	[NEWS_PART] = { "part", NULL },
	[NEWS_QUIT] = { "quit", NULL },
	[NEWS_KICK] = { "kick", "whom" },
	[NEWS_NICK] = { "nick", "new" },
	[NEWS_MODE] = { "mode", NULL },
	[NEWS_TOPIC] = { "topic", NULL },
	[NEWS_INVITE] = { "invite", "whom" },
	[NEWS_AWAY] = { "away", NULL },
	[NEWS_BACK] = { "back", NULL },
	[NEWS_ACCOUNT] = { "account", NULL },
	[NEWS_SETNAME] = { "setname", NULL },
	[NEWS_CHGHOST] = { "chghost", NULL },
	[NEWS_RENAME] = { "rename", "new" },
	[NEWS_WALLOPS] = { "wallops", NULL },
	[NEWS_TYPING] = { "typing", NULL },
	[NEWS_REACT] = { "react", "about" },
	[NEWS_UNREACT] = { "unreact", "about" },
	[NEWS_REDACT] = { "redact", "about" },
	[NEWS_MARKER] = { "marker", NULL },
	[NEWS_MEMBERS] = { "members", NULL },
	[NEWS_ACCEPTED] = { "accepted", "said" },
	[NEWS_FAILED] = { "failed", "said" },
	[NEWS_UNSURE] = { "unsure", "said" },
	[NEWS_HISTORY] = { "history", "count" },
	[NEWS_REPLY] = { "answer", "code" },
	[NEWS_ERROR] = { "error", "code" },
	[NEWS_CLIENT] = { "client", NULL },
	[NEWS_STATE] = { "state", NULL },
	[NEWS_PERSON] = { "person", "flags" },
	[NEWS_LISTED] = { "room", "count" },
	[NEWS_END] = { "end", NULL },
	[NEWS_HERE] = { "here", NULL },
	[NEWS_GONE] = { "gone", NULL },
	[NEWS_SEALED] = { "sealed", NULL },
};

static const struct {
	const char *name;
	unsigned int flag;
} json_flags[] = {
	{ "own", NEWS_OWN },
	{ "mention", NEWS_MENTION },
	{ "playback", NEWS_PLAYBACK },
	{ "pending", NEWS_PENDING },
	{ "bot", NEWS_BOT },
	{ "more", NEWS_MORE },
	{ "secure", NEWS_SECURE },
};

const char *
json_type(int kind)
{
	return kind < 0 || kind >= NEWS_KINDS ? NULL : json_kinds[kind].type;
}

static void
json_about(struct json *j, const struct news *n)
{
	const char *key = json_kinds[n->kind].about;

	if (key != NULL && strcmp(key, "count") == 0 && n->about != NULL)
		json_number(j, key, strtoll(n->about, NULL, 10));
	else if (key != NULL)
		json_string(j, key, n->about);
}

/* Flags of WHO: here or gone, operator, prefixes in the room. */
static void
json_flags_of(struct json *j, const char *flags)
{
	json_flag(j, "away", *flags == 'G');
	json_flag(j, "operator", strchr(flags, '*') != NULL);
}

const char *
json_news(struct json *j, const char *network, const struct news *n)
{
	size_t i;

	json_begin(j);
	json_string(j, "type", json_type(n->kind));
	json_time(j, "time", n->when);
	json_string(j, "network", network);
	json_string(j, "room", n->room);
	if (n->target != NULL &&
	    (n->room == NULL || strcmp(n->target, n->room) != 0))
		json_string(j, "target", n->target);
	json_string(j, "nick", n->nick);
	json_string(j, "address", n->address);
	json_string(j, "account", n->account);
	json_about(j, n);
	if (n->kind == NEWS_PERSON && n->about != NULL)
		json_flags_of(j, n->about);
	json_string(j, "text", n->text);
	json_string(j, "code", n->code);
	json_string(j, "msgid", n->msgid);
	json_string(j, "reply", n->reply);
	if (n->serial != 0)
		json_number(j, "serial", (int64_t)n->serial);
	for (i = 0; i < sizeof(json_flags) / sizeof(json_flags[0]); i++)
		json_flag(j, json_flags[i].name,
		    (n->flags & json_flags[i].flag) != 0);
	return json_end(j);
}
