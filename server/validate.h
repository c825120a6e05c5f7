/* SPDX-License-Identifier: ISC */
#ifndef SERVER_VALIDATE_H
#define SERVER_VALIDATE_H

/*
 * Distrust of what a dead worker left: each session and user of this worker
 * whose records do not hold together is cut, it alone; lists and indexes that
 * do not are made anew.  Nothing here follows a link it has not checked.
 */

/* Once, at adoption, before anything else walks the records.  Lock held, pool
 * of chunks open. */
void validate_records(void);
/* Later, when output can be written: tells others who was cut. */
void validate_farewell(void);

#endif
