/* SPDX-License-Identifier: ISC */

/*
 * A mode string and its parameters, words with spaces between.  Each letter
 * comes once and in its order, each parameter at most once and in its order,
 * and only to those that take one.  The list of a CAP REQ rides along, being
 * the same words.
 */

#include "../../irc/capability.h"
#include "../../irc/mode.h"
#include "fuzz.h"

enum { WORDS = 15 };

static int
takes_param(const struct mode_change *c)
{
	return c->mode->kind != MODE_FLAG &&
	    (c->mode->kind != MODE_SET || c->adding);
}

static void
check_steps(const struct mode *table, const char *modes, char **params)
{
	struct mode_parser p = { .table = table, .modes = modes,
		.params = params };
	struct mode_change c;
	char **param = params;
	int sign = '+';

	while (mode_next(&p, &c)) {
		for (; *modes == '+' || *modes == '-'; modes++)
			sign = *modes;
		MUST(c.letter == *modes++ && c.adding == (sign == '+'));
		MUST(p.modes == modes);
		MUST(c.mode == mode_find(table, c.letter));
		if (c.mode == NULL || !takes_param(&c)) {
			MUST(c.param == NULL);
			continue;
		}
		MUST(c.param == *param);
		if (*param != NULL)
			param++;
	}
	MUST(p.params == param);
	MUST(modes[strspn(modes, "+-")] == '\0');
	MUST(!mode_next(&p, &c));
}

static void
check_request(const char *list)
{
	const uint64_t all = (UINT64_C(1) << CAPABILITY_COUNT) - 1;
	const uint64_t some = all & UINT64_C(0x5555555555555555);
	uint64_t caps = 0, again;

	if (capability_request(&caps, some, list) == -1) {
		MUST(caps == 0);
		return;
	}
	MUST((caps & ~some) == 0);
	again = caps;
	MUST(capability_request(&again, all, list) == 0 && again == caps);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = fuzz_string(data, size), *word, *save = NULL, *modes;
	char *params[WORDS + 1];
	char nothing[] = "";
	int n = 0;

	check_request(s);
	modes = strtok_r(s, " ", &save);
	if (modes == NULL)
		modes = nothing;
	while (n < WORDS && (word = strtok_r(NULL, " ", &save)) != NULL)
		params[n++] = word;
	params[n] = NULL;
	check_steps(mode_channel, modes, params);
	check_steps(mode_user, modes, params);
	free(s);
	return 0;
}
