/* SPDX-License-Identifier: ISC */
/*
 * Secrecy: whether a line that is typed may have a password in it.
 *
 * Such lines are kept nowhere, neither in the history nor as a draft.  It is
 * better to forget a harmless line than to keep one that is not.
 */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "secrecy.h"

/* Whom one tells passwords, besides what is called Serv. */
static const char *const secrecy_targets[] = { "q", "x" };

/* What begins a line with a password in it; words in capitals stand for a
 * service ("SERVICE") or something longer than one word ("MORE"). */
static const char *const secrecy_lines[] = {
	"auth", "authenticate", "challenge", "identify", "login", "ns",
	"nickserv", "cs", "chanserv", "oper", "pass", "password", "recover",
	"register", "saslauth", "verify", "vhost",
	"join WORD WORD",            /* a key */
	"msg SERVICE", "query SERVICE", "notice SERVICE", "privmsg SERVICE",
	"mode WORD KEY WORD",
};

/* Words that may be before it. */
static const char *const secrecy_prefixes[] = {
	"quote", "raw",
};

/* Copies the next word of *TEXT in lower case; 0: there is none. */
static int
secrecy_word(const char **text, char *word, size_t size)
{
	size_t len, i;

	*text += strspn(*text, " \n");
	len = strcspn(*text, " \n");
	for (i = 0; i < len && i < size - 1; i++)
		word[i] = (char)tolower((unsigned char)(*text)[i]);
	word[i] = '\0';
	*text += len;
	return len > 0;
}

static int
secrecy_is_service(const char *name)
{
	char word[256];
	size_t i;

	if (!secrecy_word(&name, word, sizeof(word)))
		return 0;
	/* a list of targets; "x@services.example" can only be one of these */
	word[strcspn(word, ",")] = '\0';
	if (strpbrk(word, "#&") == NULL && (strchr(word, '@') != NULL ||
	    strstr(word, "serv") != NULL))
		return 1;
	for (i = 0; i < sizeof(secrecy_targets) / sizeof(secrecy_targets[0]);
	    i++)
		if (strcmp(word, secrecy_targets[i]) == 0)
			return 1;
	return 0;
}

/* Whether TEXT begins as PATTERN says. */
static int
secrecy_matches(const char *pattern, const char *text)
{
	char want[16], word[256];
	size_t len;

	while (*pattern != '\0') {
		len = strcspn(pattern, " ");
		snprintf(want, sizeof(want), "%.*s", (int)len, pattern);
		pattern += len + strspn(pattern + len, " ");
		if (!secrecy_word(&text, word, sizeof(word)))
			return 0;
		if (strcmp(want, "SERVICE") == 0) {
			if (!secrecy_is_service(word))
				return 0;
		} else if (strcmp(want, "KEY") == 0) {
			if (strchr(word, 'k') == NULL)
				return 0;
		} else if (strcmp(want, "WORD") != 0 &&
		    strcmp(want, word) != 0)
			return 0;
	}
	return 1;
}

/* Some write to services without a command: "/nickserv identify x" is in the
 * table, and this is "identify x" said by mistake to a room. */
static int
secrecy_is_slip(const char *text)
{
	char word[16];

	return secrecy_word(&text, word, sizeof(word)) &&
	    (strcmp(word, "identify") == 0 || strcmp(word, "login") == 0 ||
	    strcmp(word, "register") == 0) &&
	    secrecy_word(&text, word, sizeof(word));
}

int
secrecy_is_wanted(const char *target, const char *text)
{
	const char *rest;
	char word[64];
	size_t i;

	text += strspn(text, " ");
	if (*text != '/' || text[1] == '/')
		return secrecy_is_slip(text) ||
		    (target != NULL && secrecy_is_service(target));
	/* "/set sasl-password x", an invitation, and so on */
	if (strcasestr(text, "pass") != NULL ||
	    strcasestr(text, "token=") != NULL)
		return 1;
	rest = ++text;
	if (secrecy_word(&rest, word, sizeof(word)))
		for (i = 0; i < sizeof(secrecy_prefixes) /
		    sizeof(secrecy_prefixes[0]); i++)
			if (strcmp(word, secrecy_prefixes[i]) == 0)
				text = rest;
	for (i = 0; i < sizeof(secrecy_lines) / sizeof(secrecy_lines[0]); i++)
		if (secrecy_matches(secrecy_lines[i], text))
			return 1;
	return 0;
}
