/* SPDX-License-Identifier: ISC */
#ifndef SERVER_UPGRADE_H
#define SERVER_UPGRADE_H

/*
 * Another binary in the place of a running master: it is executed in the same
 * process, and takes over its own workers (takeover.h).
 */

/* Remembers what was executed. */
void upgrade_open(void);
/* And how it is to be executed again: as NAME, in the foreground or not, with
 * OPTION and its PATH, which is absolute by now, or NULL. */
void upgrade_with(
    const char *name, int foreground, const char *option, const char *path);

/* After an upgrade, once: 1, with the instance's *PREFIX and whether it logs
 * *TO_SYSLOG.  Otherwise 0. */
int upgrade_resumed(int *prefix, int *to_syslog);

/* Whether another binary stands where ours was. */
int upgrade_wanted(void);

/* Tries that binary, and executes it if it can go on with our segment and our
 * configuration.  Returns only if it cannot; why is in the log, and in
 * state->refusal. */
void upgrade(void);

#endif
