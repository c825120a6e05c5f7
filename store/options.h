/* SPDX-License-Identifier: ISC */
#ifndef STORE_OPTIONS_H
#define STORE_OPTIONS_H

#include <stdint.h>

/* What the master tells a new mootd-store of the configuration. */
struct options {
	int confine;           /* enum confine_mode */
	int core;              /* enum confine_core */
	int prefix;            /* ipc-prefix */
	const char *dir;       /* state-dir */
	int log_level, to_syslog;
	int64_t history_age;   /* days; 0: for ever */
	int64_t history_size;  /* messages of a room; 0: all */
	int registration;      /* REGISTRATION_* */
	int64_t login_delay;   /* ms */
	int64_t audit_age;     /* days; 0: for ever */
	int password_least;    /* bytes */
	const char *restore;   /* a backup to be put into place; else NULL */
};

extern struct options options;

/* Exits when they make no sense, and for -V. */
void options_read(int argc, char **argv);

#endif
