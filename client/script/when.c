/* SPDX-License-Identifier: ISC */
/*
 * When: times and durations of a command line.
 *
 * Nothing here is from a server: event.c reads those.  What is not wholly
 * understood is refused, so that a slip does not become another time.
 */

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "when.h"

static const struct {
	const char *name;
	int64_t ms;
} units[] = {
	{ "", 1000 },
	{ "ms", 1 },
	{ "s", 1000 },
	{ "m", 60 * 1000 },
	{ "h", 3600 * 1000 },
	{ "d", 24 * 3600 * 1000 },
	{ "w", 7 * 24 * 3600 * 1000 },
};

int64_t
when_duration(const char *text)
{
	long long n;
	char *end;
	size_t i;

	if (!isdigit((unsigned char)*text))
		return -1;
	n = strtoll(text, &end, 10);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].name) == 0)
			return n > INT_MAX ? -1 : n * units[i].ms;
	return -1;
}

/* "Z", "+01:00", "-0730"; minutes east of Greenwich, 0 when there is none. */
static int
when_zone(const char **p, int *minutes)
{
	int sign = **p == '-' ? -1 : 1;
	const char *s = *p;

	if (*s == 'Z' || *s == 'z') {
		*p = s + 1;
		*minutes = 0;
		return 1;
	}
	if ((*s != '+' && *s != '-') || strspn(s + 1, "0123456789") < 2)
		return 0;
	*minutes = sign * 60 * ((s[1] - '0') * 10 + s[2] - '0');
	s += 3;
	s += *s == ':';
	if (strspn(s, "0123456789") != 2)
		return 0;
	*minutes += sign * ((s[0] - '0') * 10 + s[1] - '0');
	*p = s + 2;
	return 1;
}

/* ".789", of a second. */
static int
when_fraction(const char **p)
{
	int ms = 0, scale = 100;

	if (**p != '.')
		return 0;
	for (++*p; isdigit((unsigned char)**p); ++*p) {
		ms += (**p - '0') * scale;
		scale /= 10;
	}
	return ms;
}

/* Fills TM from the first form that fits and returns what follows; those with
 * more come first, since each would fit a part of them. */
static const char *
when_scan(const char *text, struct tm *tm)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%M:%S",
		"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M",
		"%Y-%m-%d", "%H:%M:%S", "%H:%M" };
	const struct tm today = *tm;
	const char *end;
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		*tm = today;
		tm->tm_hour = tm->tm_min = tm->tm_sec = 0;
		tm->tm_isdst = -1;
		end = strptime(text, forms[i], tm);
		if (end != NULL)
			return end;
	}
	return NULL;
}

int64_t
when_parse(const char *text, int64_t now)
{
	int64_t ago = when_duration(text), seconds;
	time_t present = now / 1000;
	struct tm tm;
	int ms, minutes;

	if (ago >= 0 && !isdigit((unsigned char)text[strlen(text) - 1]))
		return ago > now ? -1 : now - ago;
	if (localtime_r(&present, &tm) == NULL ||
	    (text = when_scan(text, &tm)) == NULL)
		return -1;
	ms = when_fraction(&text);
	if (when_zone(&text, &minutes))
		seconds = timegm(&tm) - 60 * minutes;
	else
		seconds = mktime(&tm);
	return *text != '\0' || seconds < 0 ? -1 : seconds * 1000 + ms;
}
