/* SPDX-License-Identifier: ISC */
/*
 * Isupport: the tokens of 005, in one table with what is usual for each.
 *
 * Servers differ in what begins the name of a room, in the ranks of members,
 * in which modes have parameters and in how names compare; whoever needs to
 * know asks here and gets an answer that is of use, whatever the server said:
 * a value that makes no sense counts as if it had not come.
 */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "irc/name.h"
#include "isupport.h"

static const struct {
	const char *name;
	const char *usual;
} tokens[ISUPPORT_TOKENS] = {
	[ISUPPORT_BOT] = { "BOT", "" },
	[ISUPPORT_CASEMAPPING] = { "CASEMAPPING", "ascii" },
	[ISUPPORT_CHANMODES] = { "CHANMODES", "beI,k,l,imnpst" },
	[ISUPPORT_CHANTYPES] = { "CHANTYPES", "#&" },
	[ISUPPORT_CHATHISTORY] = { "CHATHISTORY", "" },
	[ISUPPORT_CLIENTTAGDENY] = { "CLIENTTAGDENY", "" },
	[ISUPPORT_LINELEN] = { "LINELEN", "512" },
	[ISUPPORT_MAXTARGETS] = { "MAXTARGETS", "" },
	[ISUPPORT_MODES] = { "MODES", "3" },
	[ISUPPORT_MONITOR] = { "MONITOR", "" },
	[ISUPPORT_MSGREFTYPES] = { "MSGREFTYPES", "" },
	[ISUPPORT_NETWORK] = { "NETWORK", "" },
	[ISUPPORT_NICKLEN] = { "NICKLEN", "9" },
	[ISUPPORT_PREFIX] = { "PREFIX", "(ov)@+" },
	[ISUPPORT_STATUSMSG] = { "STATUSMSG", "" },
	[ISUPPORT_TARGMAX] = { "TARGMAX", "" },
	[ISUPPORT_TOPICLEN] = { "TOPICLEN", "" },
	[ISUPPORT_UTF8ONLY] = { "UTF8ONLY", "" },
	[ISUPPORT_WHOX] = { "WHOX", "" },
};

/* ---- names ---- */

/* What a byte folds to: the letters, and in rfc1459 the brackets, which are
 * letters in Swedish and Finnish. */
static unsigned char fold_ascii[256], fold_rfc1459[256], fold_strict[256];

static void
isupport_fill_folds(void)
{
	int c;

	if (fold_ascii['a'] != 0)
		return;
	for (c = 0; c < 256; c++) {
		fold_ascii[c] = c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
		fold_rfc1459[c] = fold_strict[c] = fold_ascii[c];
	}
	for (c = '['; c <= ']'; c++)
		fold_rfc1459[c] = fold_strict[c] = c + '{' - '[';
	fold_rfc1459['^'] = '~';
}

static void
isupport_set_folds(struct isupport *i)
{
	const char *how = isupport_text(i, ISUPPORT_CASEMAPPING);

	isupport_fill_folds();
	i->folded = fold_ascii;
	if (name_cmp(how, "rfc1459") == 0)
		i->folded = fold_rfc1459;
	else if (name_cmp(how, "rfc1459-strict") == 0 ||
	    name_cmp(how, "strict-rfc1459") == 0)
		i->folded = fold_strict;
}

int
isupport_cmp(const struct isupport *i, const char *a, const char *b)
{
	const unsigned char *p = (const unsigned char *)a;
	const unsigned char *q = (const unsigned char *)b, *f;

	if (i == NULL)
		return name_cmp(a, b);
	f = i->folded;
	while (*p != '\0' && f[*p] == f[*q])
		p++, q++;
	return (f[*p] > f[*q]) - (f[*p] < f[*q]);
}

/* FNV-1a. */
uint32_t
isupport_hash(const struct isupport *i, const char *name)
{
	uint32_t h = 2166136261u;

	if (i == NULL)
		return name_hash(name);
	for (; *name != '\0'; name++)
		h = (h ^ i->folded[(unsigned char)*name]) * 16777619u;
	return h;
}

/* ---- tokens ---- */

/* "(ov)@+": as many modes as prefixes, none twice, or it is not one. */
static int
isupport_split_prefix(struct isupport *i, const char *value)
{
	const char *end = strchr(value, ')');
	size_t n;

	if (*value == '\0') { /* a server without ranks */
		*i->modes = *i->prefixes = '\0';
		return 0;
	}
	if (*value != '(' || end == NULL)
		return -1;
	n = end - value - 1;
	if (n > ISUPPORT_RANKS || strlen(end + 1) != n)
		return -1;
	memcpy(i->modes, value + 1, n);
	memcpy(i->prefixes, end + 1, n);
	i->modes[n] = i->prefixes[n] = '\0';
	return 0;
}

static void
isupport_changed(struct isupport *i, enum isupport_token t)
{
	if (t == ISUPPORT_CASEMAPPING)
		isupport_set_folds(i);
	if (t == ISUPPORT_PREFIX &&
	    isupport_split_prefix(i, isupport_text(i, t)) == -1)
		i->said[t] = 0;
}

void
isupport_init(struct isupport *i)
{
	memset(i, 0, sizeof(*i));
	isupport_set_folds(i);
	isupport_split_prefix(i, tokens[ISUPPORT_PREFIX].usual);
}

/* A value without its escapes: "a\x20b". */
static void
isupport_unescape(char *dst, size_t size, const char *src)
{
	size_t n = 0;
	char hex[3] = "";
	long byte;

	while (*src != '\0' && n + 1 < size) {
		if (src[0] == '\\' && src[1] == 'x' &&
		    isxdigit((unsigned char)src[2]) &&
		    isxdigit((unsigned char)src[3])) {
			memcpy(hex, src + 2, 2);
			byte = strtol(hex, NULL, 16);
			if (byte > 0) {
				dst[n++] = (char)byte;
				src += 4;
				continue;
			}
		}
		dst[n++] = *src++;
	}
	dst[n] = '\0';
}

void
isupport_take(struct isupport *i, const char *token)
{
	int off = *token == '-';
	const char *name = token + off;
	size_t len = strcspn(name, "=");
	int t;

	for (t = 0; t < ISUPPORT_TOKENS; t++)
		if (strlen(tokens[t].name) == len &&
		    memcmp(tokens[t].name, name, len) == 0)
			break;
	if (t == ISUPPORT_TOKENS)
		return;
	i->said[t] = !off;
	isupport_unescape(i->value[t], ISUPPORT_VALUE,
	    name[len] == '=' && !off ? name + len + 1 : "");
	isupport_changed(i, t);
}

int
isupport_has(const struct isupport *i, enum isupport_token t)
{
	return i->said[t];
}

const char *
isupport_text(const struct isupport *i, enum isupport_token t)
{
	return i->said[t] ? i->value[t] : tokens[t].usual;
}

unsigned int
isupport_number(const struct isupport *i, enum isupport_token t)
{
	long n = strtol(isupport_text(i, t), NULL, 10);

	return n < 0 ? 0 : n > 1000000 ? 1000000 : (unsigned int)n;
}

/* ---- rooms and their modes ---- */

/* A prefix that is also a type ('+' on some servers, '&' on others) counts
 * as a prefix only if a room's name is left behind it. */
const char *
isupport_room(const struct isupport *i, const char *target)
{
	const char *types = isupport_text(i, ISUPPORT_CHANTYPES), *p = target;

	while (*p != '\0' && (strchr("~&@%+", *p) != NULL ||
	    strchr(i->prefixes, *p) != NULL))
		p++;
	return *p != '\0' && strchr(types, *p) != NULL ? p : target;
}

int
isupport_is_room(const struct isupport *i, const char *name)
{
	const char *p = isupport_room(i, name);

	return *p != '\0' &&
	    strchr(isupport_text(i, ISUPPORT_CHANTYPES), *p) != NULL;
}

int
isupport_rank(const struct isupport *i, char prefix)
{
	const char *p = strchr(i->prefixes, prefix);

	return p == NULL || prefix == '\0' ? ISUPPORT_RANKS :
	    (int)(p - i->prefixes);
}

char
isupport_prefix(const struct isupport *i, char mode)
{
	const char *p = strchr(i->modes, mode);

	return p == NULL || mode == '\0' ? '\0' : i->prefixes[p - i->modes];
}

/* CHANMODES: lists, always a parameter, one when set, never one. */
int
isupport_mode_takes(const struct isupport *i, char mode, int adding)
{
	const char *p = isupport_text(i, ISUPPORT_CHANMODES);
	int kind = 0;

	if (isupport_prefix(i, mode) != '\0')
		return 1;
	for (; *p != '\0' && *p != mode; p++)
		kind += *p == ',';
	return *p != '\0' && (kind < 2 || (kind == 2 && adding));
}

unsigned int
isupport_targets(const struct isupport *i, const char *command)
{
	const char *p = isupport_text(i, ISUPPORT_TARGMAX);
	size_t len = strlen(command);
	long n;

	for (; *p != '\0'; p += strcspn(p, ","), p += *p == ',') {
		if (strncasecmp(p, command, len) != 0 || p[len] != ':')
			continue;
		n = strtol(p + len + 1, NULL, 10);
		return n > 0 ? (unsigned int)n : 0;
	}
	if (isupport_has(i, ISUPPORT_TARGMAX))
		return 1;
	if (isupport_has(i, ISUPPORT_MAXTARGETS))
		return isupport_number(i, ISUPPORT_MAXTARGETS);
	return 1;
}
