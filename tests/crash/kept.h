/* SPDX-License-Identifier: ISC */
#ifndef TESTS_CRASH_KEPT_H
#define TESTS_CRASH_KEPT_H

#include "script.h"
#include "transcript.h"

/*
 * What the database of a server that has ended holds, as lines of one more
 * client: who has an account, what is kept, what is known of rooms.  COMPLAIN
 * hears of what is told to clients and is not there once, and of a database
 * that is not whole.
 */
void kept_read(const char *dir, struct record *r,
    const struct script_told *told, void (*complain)(const char *fmt, ...));

#endif
