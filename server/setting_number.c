/* SPDX-License-Identifier: ISC */
/*
 * Settings that are numbers, sizes, or one word of a few.
 *
 * Each value is held against the limits of its row in the table of config.c;
 * who is outside is told what they are.
 */

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../ipc/confine.h"
#include "config.h"
#include "log.h"
#include "setting.h"

enum { RATE_SECONDS = 3600 };

static uint64_t
suffix_factor(const char *suffix)
{
	static const struct {
		const char *text;
		uint64_t factor;
	} suffixes[] = {
		{ "", 1 }, { "k", KIB }, { "m", MIB }, { "g", GIB },
	};
	size_t i;

	for (i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
		if (strcasecmp(suffix, suffixes[i].text) == 0)
			return suffixes[i].factor;
	return 0;
}

/* A size as a person would write it: the largest unit that loses nothing. */
void
setting_size_text(char *text, size_t size, uint64_t n)
{
	const char *units[] = { "", "K", "M", "G" };
	int i = 0;

	while (i < 3 && n > 0 && n % KIB == 0) {
		n /= KIB;
		i++;
	}
	snprintf(text, size, "%" PRIu64 "%s", n, units[i]);
}

/* Reads digits; -1 if there are none, saturates if there are too many. */
static int
digits_read(uint64_t *n, const char *text, char **end, int base)
{
	if (!isxdigit((unsigned char)*text))
		return -1;
	errno = 0;
	*n = strtoull(text, end, base);
	return *end == text ? -1 : 0;
}

static int
number_parse(struct parser *p, const char *text, uint64_t *n)
{
	const struct setting *st = p->setting;
	int base = 10;
	char *end;

	if ((st->flags & HEX) && strncasecmp(text, "0x", 2) == 0)
		base = 16;
	if (digits_read(n, text, &end, base) == -1 || *end != '\0') {
		complain(p, "%s: \"%s\" is not a number", st->word,
		    log_safe(text));
		return -1;
	}
	if (*n < st->min || *n > st->max) {
		complain(p, "%s: %s is not within %" PRIu64 "..%" PRIu64,
		    st->word, log_safe(text), st->min, st->max);
		return -1;
	}
	return 0;
}

int
setting_number(struct parser *p, char **value, int n)
{
	uint64_t number;
	uint32_t narrow;

	(void)n;
	if (number_parse(p, value[0], &number) == -1)
		return -1;
	narrow = (uint32_t)number;
	memcpy(setting_field(p), &narrow, sizeof narrow);
	return 0;
}

/* A number, or off: 0. */
int
setting_delay(struct parser *p, char **value, int n)
{
	if (strcmp(value[0], "off") != 0)
		return setting_number(p, value, n);
	memset(setting_field(p), 0, p->setting->size);
	return 0;
}

int
setting_workers(struct parser *p, char **value, int n)
{
	if (isdigit((unsigned char)value[0][0]))
		return setting_number(p, value, n);
	if (strcmp(value[0], "auto") != 0) {
		complain(p, "%s: \"%s\" is neither a number nor auto",
		    p->setting->word, log_safe(value[0]));
		return -1;
	}
	memset(setting_field(p), 0, p->setting->size);
	return 0;
}

int
setting_size(struct parser *p, char **value, int n)
{
	const struct setting *st = p->setting;
	char least[32], most[32], *end;
	uint64_t number, factor;

	(void)n;
	if (digits_read(&number, value[0], &end, 10) == -1 ||
	    (factor = suffix_factor(end)) == 0) {
		complain(p, "%s: \"%s\" is not a size such as 512K, 64M or 1G",
		    st->word, log_safe(value[0]));
		return -1;
	}
	if (number > st->max / factor || number * factor < st->min) {
		setting_size_text(least, sizeof least, st->min);
		setting_size_text(most, sizeof most, st->max);
		complain(p, "%s: %s is not within %s..%s", st->word,
		    log_safe(value[0]), least, most);
		return -1;
	}
	number *= factor;
	memcpy(setting_field(p), &number, sizeof number);
	return 0;
}

/* "20", "20/10": so many in so many seconds. */
static int
rate_parse(struct parser *p, char *text, uint64_t *count, uint64_t *seconds)
{
	char *slash = strchr(text, '/');

	*seconds = 1;
	if (slash != NULL) {
		*slash++ = '\0';
		if (number_parse(p, slash, seconds) == -1)
			return -1;
		if (*seconds > RATE_SECONDS) {
			complain(p, "%s: no more than %d seconds",
			    p->setting->word, RATE_SECONDS);
			return -1;
		}
	}
	return number_parse(p, text, count);
}

int
setting_rate(struct parser *p, char **value, int n)
{
	struct bucket_rate *rate = setting_field(p);
	uint64_t count, seconds, burst;

	if (n == 1 && strcmp(value[0], "off") == 0) {
		*rate = (struct bucket_rate) { 0 };
		return 0;
	}
	if (n != 2) {
		complain(p, "%s: takes NUMBER[/SECONDS] and BURST, or off",
		    p->setting->word);
		return -1;
	}
	if (rate_parse(p, value[0], &count, &seconds) == -1 ||
	    number_parse(p, value[1], &burst) == -1)
		return -1;
	rate->count = (uint32_t)count;
	rate->per = (uint32_t)seconds * 1000;
	rate->burst = (uint32_t)burst;
	return 0;
}

/* One of WORDS, a list that ends with NULL; the field is its place there. */
static int
choice_read(struct parser *p, const char *value, const char *const *words)
{
	int n;

	for (n = 0; words[n] != NULL; n++)
		if (strcmp(value, words[n]) == 0) {
			*(int *)setting_field(p) = n;
			return 0;
		}
	complain_choice(p, value, words, n);
	return -1;
}

int
setting_level(struct parser *p, char **value, int n)
{
	static const char *const words[] = {
		[LOG_LEVEL_WARN] = "warn",
		[LOG_LEVEL_INFO] = "info",
		[LOG_LEVEL_DEBUG] = "debug",
		NULL,
	};

	(void)n;
	return choice_read(p, value[0], words);
}

int
setting_confine(struct parser *p, char **value, int n)
{
	static const char *const words[] = {
		[CONFINE_OFF] = "off",
		[CONFINE_LOG] = "log",
		[CONFINE_ON] = "on",
		NULL,
	};

	(void)n;
	return choice_read(p, value[0], words);
}

int
setting_core(struct parser *p, char **value, int n)
{
	static const char *const words[] = {
		[CORE_OFF] = "off",
		[CORE_ON] = "on",
		[CORE_FULL] = "full",
		NULL,
	};

	(void)n;
	return choice_read(p, value[0], words);
}

int
setting_switch(struct parser *p, char **value, int n)
{
	static const char *const words[] = { "off", "on", NULL };

	(void)n;
	return choice_read(p, value[0], words);
}

int
setting_local_accounts(struct parser *p, char **value, int n)
{
	static const char *const words[] = {
		[LOCAL_ACCOUNTS_OFF] = "off",
		[LOCAL_ACCOUNTS_ON] = "on",
		[LOCAL_ACCOUNTS_CREATE] = "create",
		NULL,
	};

	(void)n;
	return choice_read(p, value[0], words);
}

int
setting_registration(struct parser *p, char **value, int n)
{
	static const char *const words[] = {
		[REGISTRATION_OPEN] = "open",
		[REGISTRATION_CLOSED] = "closed",
		[REGISTRATION_INVITE] = "invite",
		NULL,
	}, *const more[] = { "email", "connected", NULL };
	static const int flags[] = { REGISTRATION_EMAIL, REGISTRATION_LATE };
	int *to = setting_field(p), all, i;

	if (choice_read(p, value[0], words) == -1)
		return -1;
	for (all = *to, i = 1; i < n; i++) {
		if (choice_read(p, value[i], more) == -1)
			return -1;
		all |= flags[*to];
	}
	*to = all;
	return 0;
}
