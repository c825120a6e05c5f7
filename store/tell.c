/* SPDX-License-Identifier: ISC */
/* The way of an answer into the mailbox of a worker. */
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>

#include "../ipc/mailbox.h"
#include "../server/deliver.h"
#include "../server/fault.h"
#include "../server/log.h"
#include "../server/state.h"
#include "tell.h"

enum {
	AGAIN = 2,             /* ms until a full mailbox is tried again */
	TRIES = 1000,
};

void
tell(const struct envelope *question, const char *text, size_t n)
{
	struct envelope e;
	uint32_t u = question->target;
	unsigned w;
	int i;

	if (u >= state->max_users || users[u].gen != question->target_gen)
		return; /* it has left */
	memset(&e, 0, ENVELOPE_HEAD);
	e.type = 1;
	e.magic = ENVELOPE_MAGIC;
	e.size = ENVELOPE_HEAD;
	e.kind = EVENT_ANSWER;
	e.id = question->id;
	e.target = u;
	e.target_gen = question->target_gen;
	e.extra = question->extra;
	envelope_add(&e, &e.nline, text, n);
	for (i = 0; i < TRIES; i++) {
		w = users[u].home;
		if (w == 0 || w > state->nworker ||
		    users[u].gen != question->target_gen)
			return;
		if (mailbox_post(workers[w].mailbox, &e) == 0) {
			FAULT("store-tell-posted");
			mailmap_set(&mailmaps[w], w);
			FAULT("store-tell-marked");
			bell_ring(&workers[w].bell);
			FAULT("store-told");
			return;
		}
		bell_ring(&workers[w].bell);
		poll(NULL, 0, AGAIN);
	}
	log_warn("worker %u takes no mail: an answer is lost", w);
}
