/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_LOOP_H
#define CLIENT_LOOP_H

#include <sys/types.h>

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "client/session/session.h"

/* The one loop: sessions, signals, and whatever else a view waits for. */

enum {
	LOOP_SESSIONS = 32,
	LOOP_WATCHES = 64,
};

/* A descriptor.  FD -1 or EVENTS 0: not now.  The caller owns it, and may
 * change or remove it, this one or any other, at any time. */
struct loop_watch {
	int fd;
	short events;
	void (*ready)(struct loop_watch *w, short revents);
	struct loop_watch *next;
};

/* A child process; once ENDED was called, with what waitpid(2) tells, it is
 * removed. */
struct loop_child {
	pid_t pid;
	void (*ended)(struct loop_child *c, int status);
	struct loop_child *next;
};

/* Something at a time of connection_now(); DUE 0: not now.  It is set to 0
 * before FIRE is called. */
struct loop_timer {
	int64_t due;
	void (*fire)(struct loop_timer *t);
	struct loop_timer *next;
};

/* Whoever uses the loop; each may be NULL. */
struct loop_user {
	/* A session was added; it is over and was removed, to be freed. */
	void (*added)(struct session *s);
	void (*removed)(struct session *s);
	/* Before each wait: draw, set watches. */
	void (*turn)(int64_t now);
	/* How many milliseconds one may wait at most; -1: any. */
	int (*timeout)(int64_t now);
	/* 0: what servers say must wait. */
	int (*listens)(void);
	/* 1: it was dealt with.  Otherwise SIGHUP, SIGINT, SIGTERM and SIGQUIT
	 * end all sessions, the second time at once, and others do nothing. */
	int (*signal)(int signo);
};

/* Catches signals from now on; -1 with errno. */
int loop_open(const struct loop_user *u);
/* The signals as they were: for children, between fork(2) and execve(2), and
 * before dying of one. */
void loop_restore_signals(void);
/* Until the last session is over. */
void loop_run(void);
/* The signal that ended it, 0: none. */
int loop_signal(void);

/* A session of malloc(3) that session_init() made, which the loop ends and
 * frees: when it is over and another one is not, or by loop_close().  -1 when
 * there are LOOP_SESSIONS. */
int loop_add_session(struct session *s);
/* In the order in which they were added; NULL past the last. */
struct session *loop_session(size_t i);
size_t loop_sessions(void);
/* What people call its network: the configuration, itself, or its host. */
const char *loop_name(const struct session *s);
/* Another one to which it makes sense to turn when S goes; NULL: none. */
struct session *loop_other_session(const struct session *s);
/* All of them are to quit, as session_quit() has it. */
void loop_quit(const char *why);
/* How the worst of the sessions that are over ended, and its words; both of
 * the last one if they all ended well. */
enum session_status loop_status(const char **why);
/* Frees the sessions. */
void loop_close(void);

/* -1 when there are LOOP_WATCHES. */
int loop_add_watch(struct loop_watch *w);
void loop_remove_watch(struct loop_watch *w);
void loop_add_child(struct loop_child *c);
void loop_remove_child(struct loop_child *c);
void loop_add_timer(struct loop_timer *t);
void loop_remove_timer(struct loop_timer *t);

#endif
