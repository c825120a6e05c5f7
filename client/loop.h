/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_LOOP_H
#define CLIENT_LOOP_H

#include <sys/types.h>

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

/* The one loop: sessions, signals, and whatever else a view waits for. */

enum {
	LOOP_SESSIONS = 32,
	LOOP_WATCHES = 64,
};

struct session;

/* A descriptor.  FD -1 or EVENTS 0: not now.  The caller owns it, and may
 * change or remove it at any time. */
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
	void (*turn)(void);       /* before each wait: draw, set watches */
	int (*listens)(void);     /* 0: what servers say must wait */
	/* 1: it was dealt with.  Otherwise SIGHUP, SIGINT, SIGTERM and SIGQUIT
	 * end all sessions, and the others do nothing. */
	int (*signal)(int signo);
};

/* Catches signals;  -1: errno. */
int loop_open(const struct loop_user *u);
/* For children, between fork(2) and execve(2): the signals as they were. */
void loop_restore_signals(void);
/* Until the last session is over, or loop_stop().  The sessions stay. */
void loop_run(void);
void loop_stop(void);
/* The signal that ended it, 0: none. */
int loop_signal(void);

/* -1 when there are LOOP_SESSIONS. */
int loop_add_session(struct session *s);
void loop_remove_session(struct session *s);
/* In the order in which they were added; NULL past the last. */
struct session *loop_session(size_t i);
size_t loop_sessions(void);

/* -1 when there are LOOP_WATCHES. */
int loop_add_watch(struct loop_watch *w);
void loop_remove_watch(struct loop_watch *w);
void loop_add_child(struct loop_child *c);
void loop_remove_child(struct loop_child *c);
void loop_add_timer(struct loop_timer *t);
void loop_remove_timer(struct loop_timer *t);

#endif
