/* SPDX-License-Identifier: ISC */
/*
 * One run of the explorer.  It has a process of its own, because the harness
 * ends its process when it is disappointed, and so that a run leaves nothing
 * behind for the next one.
 *
 * Beside the transcript it is held against the server that all is well after
 * the last client has left: no mailbox of a user, no descriptor too many, an
 * orderly end.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kept.h"
#include "play.h"
#include "unchecked.h"
#include "way.h"

enum { LONGEST = 30 /* s for a run, whatever happens */ };

static struct play *current;

static void
trouble(const char *fmt, ...)
{
	size_t n = strlen(current->why);
	va_list ap;

	current->bad++;
	va_start(ap, fmt);
	vsnprintf(current->why + n, sizeof(current->why) - n, fmt, ap);
	va_end(ap);
}

/* What the harness says when it gives up. */
static void
failed(const char *where, const char *why)
{
	trouble("    %s%s\n", where, why);
	current->done = 1;
	_exit(1);
}

/* ---- what has to be as before ---- */

static void
check_leaks(struct server *sv, int before)
{
	long end = clock_ms() + harness_ms(3000);
	int fds = 0, queues = 0, most = SCRIPT_WORKERS + script->store;

	do {
		agenda_look();
		fds = server_descriptors(sv);
		queues = server_objects(sv, "msg");
		if (fds == before && queues == most)
			return;
		harness_tick();
	} while (clock_ms() < end);
	trouble("    %d descriptors instead of %d, %d mailboxes instead of "
	        "%d when all have left\n", fds, before, queues, most);
}

/* ---- the run ---- */

static void
play_server(const struct point *p, const struct transcript *want)
{
	static struct server sv;
	static const struct script_watch watch = { agenda_moment, agenda_look };
	char why[200];
	int fds, status;

	server_init(&sv);
	server_set(&sv, "workers", "%d", SCRIPT_WORKERS);
	server_add(&sv, "webirc secret 127.0.0.1");
	server_add(&sv, "webirc secret 100::/64"); /* of its own machine */
	if (script_mixed)
		way_open(&sv);
	else /* with a Unix socket all of them would be one user */
		server_add(&sv, "local-accounts off");
	if (script_mixed)
		server_add(&sv, "tls-workers 1");
	if (script->store) {
		server_set(&sv, "store", "on");
		server_set(&sv, "login-delay", "0");
		server_set(&sv, "history-on-join", "5");
		server_set(&sv, "max-rooms", "%d", SCRIPT_MEMORY_ROOMS);
	}
	agenda_arm(&sv, p);
	server_start(&sv);
	if (script->store)
		wait_for(server_log_has(&sv, "keeping"), 5000);
	fds = server_descriptors(&sv);
	agenda_open(&sv, p, &current->agenda, &current->log, trouble);
	if (script_play(
	        &sv, &current->got, want, &watch, why, sizeof(why)) != 0)
		trouble("    %s\n", why);
	else if (agenda_settle() != 0)
		trouble("    no master and its workers at the end\n");
	else
		check_leaks(&sv, fds);
	agenda_passes(&current->passed);
	if ((status = agenda_end()) != 0)
		trouble("    status 0x%x at SIGTERM\n", (unsigned)status);
	if (status == -1)
		server_kill(&sv);
	if (server_log_has(&sv, "panic") || server_log_has(&sv, "Sanitizer"))
		trouble("    panic or a sanitizer's report in the log\n");
	if (server_log_has(&sv, "had not left in time"))
		trouble("    a worker counts clients who have left\n");
	if (server_objects(&sv, NULL) != 0)
		trouble("    System V objects are left\n");
	agenda_close();
	if (script->store)
		kept_read(sv.dir, &current->got.of[TRANSCRIPT_STORE],
		    &script_told, trouble);
	if (getenv("EXPLORE_LOG") != NULL) {
		char *log = server_log(&sv);
		fputs(log, stderr);
		free(log);
	}
	server_clean(&sv);
}

static void
play_child(const struct point *p, const struct transcript *want)
{
	size_t n;

	alarm(LONGEST);
	play_server(p, want);
	n = strlen(current->why);
	if (want != NULL)
		current->bad += transcript_compare(want, &current->got,
		    current->why + n, sizeof(current->why) - n);
	current->done = 1;
	_exit(0);
}

void
play(struct play *x, const struct point *p, const struct transcript *want)
{
	long long begin = clock_us();
	int status = 0;
	pid_t pid;

	x->done = x->bad = 0;
	x->why[0] = '\0';
	memset(&x->log, 0, sizeof(x->log));
	memset(&x->passed, 0, sizeof(x->passed));
	memset(&x->agenda, 0, sizeof(x->agenda));
	current = x;
	unchecked_failed = failed;
	fflush(NULL);
	if ((pid = fork()) == 0)
		play_child(p, want);
	waitpid(pid, &status, 0);
	if (!x->done)
		trouble("    the run was ended by signal %d\n",
		    WTERMSIG(status));
	unchecked_failed = NULL;
	current = NULL;
	x->took = (long)(clock_us() - begin);
}
