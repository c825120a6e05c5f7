/* SPDX-License-Identifier: ISC */
/*
 * How the server confines itself, by ipc/confine.h.
 *
 * The master does not: it starts helpers, executes its next version, binds
 * listeners and reads the configuration again, and would hand its bonds on to
 * all of these.  It reads no byte of a client.  It has no new privileges, and
 * so nobody has: what the manager of the service took stays away.
 *
 * A worker is confined before it looks at the first session.  What confines
 * its files is made here, by the master, once: a worker that is killed cannot
 * leave a descriptor behind then.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "../ipc/confine.h"
#include "confined.h"
#include "log.h"
#include "state.h"

static int files = -1; /* of a worker: none */

void
confined_log(const struct config *c)
{
	static const struct {
		int bit;
		const char *name;
	} parts[] = { { CONFINED_FILTER, "system calls" },
		{ CONFINED_FILES, "files" }, { CONFINED_NET, "network" } };
	int offer = confine_offer(), log = c->confine == CONFINE_LOG;
	char text[64] = "";
	size_t i, n = 0;

	if (c->confine == CONFINE_OFF) {
		log_info("confine off: workers may do what we may");
		return;
	}
	if (offer == 0) {
		log_warn("not confined: this kernel, processor or build has "
		         "no means of it");
		return;
	}
	if (log)
		offer &= CONFINED_FILTER;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (offer & parts[i].bit)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s%s", n > 0 ? ", " : "", parts[i].name);
	log_info("confined%s: %s", log ? ", for the kernel's log only" : "",
	    text);
}

void
confined_prepare(const struct config *c)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	confine_core((enum confine_core)c->core_dumps, state,
	    state->segment.size);
	if (files < 0)
		files = confine_files(FILTER_WORKER, NULL, 0);
}

void
confined_begin(const struct config *c)
{
	if (confine_enter(FILTER_WORKER, (enum confine_mode)c->confine,
	        files) < 0)
		log_warn("not confined: %s", strerror(errno));
}
