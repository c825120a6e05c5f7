/* SPDX-License-Identifier: ISC */
#ifndef SERVER_HELPER_TLS_H
#define SERVER_HELPER_TLS_H

#include <stddef.h>
#include <sys/types.h>

#include "../tls/page.h"
#include "config.h"

/*
 * The processes of mootd-tls, for helper.c.  Unlike workers they do not share
 * our table of descriptors, and unlike mootd-store they outlive us: their
 * clients have nothing to do with who is the master.  What is known of them is
 * in the page, in which a new master finds them.
 */

/* The page, in master and workers; NULL when there is no TLS. */
extern struct tls_page *helper_tls_page;

/* Makes page and pipe in a new segment, if there are listeners for TLS.  Before
 * the workers are forked, as the next. */
void helper_tls_prepare(const struct config *c);
/* Finds them in a segment that was taken over. */
void helper_tls_adopt(const struct config *c);
/* Starts as many as are wanted, replaces those of other settings or another
 * program once the new ones serve, ends what hangs; from time to time. */
void helper_tls_watch(void);
/* Whether PID was one of them, which has ended with STATUS. */
int helper_tls_ended(pid_t pid, int status);
/* Settings may have changed. */
void helper_tls_reload(const struct config *c);
/* Tells them to end, waits until UNTIL (ms) at most, then kills them. */
void helper_tls_stop(uint64_t until);

enum helper_tls_state {
	HELPER_TLS_OFF,
	HELPER_TLS_STARTING,
	HELPER_TLS_SERVING,
	HELPER_TLS_FAILING,    /* its certificate is of no use */
};

struct helper_tls_status {
	enum helper_tls_state state;
	unsigned helpers;      /* processes, those included that are */
	unsigned leaving;
	unsigned clients, shaking;
	struct tls_certificate certificate; /* of one that serves */
};

/* What is to be shown of them, by any process. */
void helper_tls_status(struct helper_tls_status *s);
/* Days until the certificate expires (0: it has); -1 when that is not soon. */
int helper_tls_expires_in(const struct helper_tls_status *s);

#endif
