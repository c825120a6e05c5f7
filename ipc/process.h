/* SPDX-License-Identifier: ISC */
#ifndef IPC_PROCESS_H
#define IPC_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

/*
 * Forks a child that SHARES the caller's descriptor table (clone(2) with
 * CLONE_FILES) and has a copy of everything else.  A socket that the child
 * accepts is held by the table, so it outlives the child from the very
 * system call that made it.  Nobody may close a descriptor that is not its
 * own to close.  Returns as fork(2).
 */
pid_t process_share(void);

/* When PID was started, in clock ticks since boot (proc(5), field 22); 0 when
 * there is no such process.  With the PID it names a process for good. */
uint64_t process_start_time(pid_t pid);

/* Whether PID, started at START, is there and no zombie.  If /proc hides it
 * from us, its start is not compared. */
int process_alive(pid_t pid, uint64_t start);

#endif
