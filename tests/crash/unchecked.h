/* SPDX-License-Identifier: ISC */
#ifndef TESTS_CRASH_UNCHECKED_H
#define TESTS_CRASH_UNCHECKED_H

/*
 * What is called instead of ending the process when something that the harness
 * promises did not come true: WHERE is "file:line: ", WHY what it was.  It may
 * return; then the process ends with 1.  NULL at first.
 */
extern void (*unchecked_failed)(const char *where, const char *why);

#endif
