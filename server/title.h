/* SPDX-License-Identifier: ISC */
#ifndef SERVER_TITLE_H
#define SERVER_TITLE_H

/* Process titles as ps(1) shows them: "mootd: worker 3". */

/* Remembers where argv and the environment lie; first thing in main(). */
void title_open(int argc, char **argv);
void title_set(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
