/* SPDX-License-Identifier: ISC */
#ifndef SERVER_NOTIFY_H
#define SERVER_NOTIFY_H

/* The service manager's side of the master: sd_notify(3) without its
 * library, and LISTEN_FDS of sd_listen_fds(3). */

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID and unsets them. */
void notify_open(void);
/* Gives the socket a number of at least FIRST. */
void notify_step_aside(int first);
/* Sets what notify_open() has unset again, for a program to be executed. */
void notify_environment(void);
/* Sends "READY=1", "STATUS=..." and the like; no-op without a socket. */
void notify(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* RELOADING=1 with MONOTONIC_USEC. */
void notify_reloading(void);
/* Microseconds between WATCHDOG=1; 0 when none is wanted. */
unsigned long long notify_watchdog_usec(void);
/* Sockets passed by socket activation, from descriptor 3: how many; 0 when
 * LISTEN_PID is not us. Sets close-on-exec on them, unsets the variables. */
int notify_listen_fds(void);
/* Whether the Ith of them has this NAME: FileDescriptorName= of its unit. */
int notify_listen_is(int i, const char *name);

#endif
