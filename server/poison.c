/* SPDX-License-Identifier: ISC */
/*
 * What crashes a worker on purpose, so that tests can see it survived.  Empty
 * but for builds with FAULTS=1; no other build knows the command.  The rest is
 * in what is said: a text for a room, a topic, a real name, a line that holds
 * the name of a place in the server crashes whoever comes there with it.
 */
#ifdef FAULTS
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "poison.h"
#include "registry.h"

/* What a sanitizer would say is not what is tested. */
static void __attribute__((noreturn, no_sanitize("address", "undefined")))
crash(const char *how, size_t len)
{
	static char *volatile nowhere;

	if (len >= 4 && memcmp(how, "segv", 4) == 0)
		*nowhere = 1;
	if (len >= 4 && memcmp(how, "hang", 4) == 0)
		for (;;)
			atomic_signal_fence(memory_order_seq_cst);
	abort();
}

void
poison(const char *where, const char *text, size_t len)
{
	char want[32];
	const char *p;
	int n = snprintf(want, sizeof(want), "poison-%s-", where);

	p = memmem(text, len, want, (size_t)n);
	if (p != NULL)
		crash(p + n, len - (size_t)(p + n - text));
}

enum command_result
cmd_crash(struct command *c)
{
	if (strcmp(c->m.param[0], "lock") == 0)
		registry_lock();
	crash(c->m.param[1], strlen(c->m.param[1]));
}

enum command_result
cmd_claim(struct command *c)
{
	if (name_is_nick(c->m.param[0]))
		account_login(c, c->m.param[0], "");
	return CMD_DONE;
}
#else
typedef int poison_nothing; /* an empty file is not C */
#endif
