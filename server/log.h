/* SPDX-License-Identifier: ISC */
#ifndef SERVER_LOG_H
#define SERVER_LOG_H

/*
 * The five words for trouble.  To standard error, with <N> priorities under
 * systemd (JOURNAL_STREAM set), or to syslog in the background.  Text from
 * outside belongs through log_safe() first.
 */

enum log_level { LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* NAME ("master", "worker 3") precedes each line. */
void log_open(const char *name, enum log_level level, int to_syslog);
/* Opens what log_open() needs for syslog.  In the master, before it forks: its
 * workers share the descriptor. */
void log_syslog_open(void);
/* Moves that descriptor to FIRST or beyond. */
void log_step_aside(int first);
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A useless environment: says so and exits 1. */
void fatal(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));
/* "Do not start me again": says so and exits 2. */
void fatal_final(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));
/* Our own bug: says so and aborts, leaving a core. */
void panic(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));

/* TEXT with controls, quotes and invalid UTF-8 escaped (\xNN); one of four
 * static buffers of 512 bytes, in turn. */
const char *log_safe(const char *text);

#endif
