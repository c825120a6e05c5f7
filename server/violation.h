/* SPDX-License-Identifier: ISC */
#ifndef SERVER_VIOLATION_H
#define SERVER_VIOLATION_H

/* For helpers, which have no trace.h: from now on the log says which system
 * call it was that the process may not make, before it dies of it. */
void violation_report(void);

#endif
