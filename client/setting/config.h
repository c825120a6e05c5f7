/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_CONFIG_H
#define CLIENT_CONFIG_H

#include <stddef.h>
#include <stdio.h>

/* The file moot.conf(5): read into the settings, and written from them. */

/* Where "FILE:LINE: what is wrong" is put; COUNT of them in all. */
struct config_errors {
	char text[4096];
	int count;
};

/* Reads FILE; NULL: $XDG_CONFIG_HOME/moot/moot.conf, which may be absent.  0:
 * read; 1: there is none; -1: ERRORS says what is wrong. */
int config_read(const char *file, struct config_errors *errors);
/* The file that was or would be read, or NULL if there is no place for it. */
const char *config_file(void);
/* Writes what was changed back to that file, in one step; comments, and lines
 * that nobody changed, stay as they are.  -1 with errno. */
int config_save(void);
/* A file of all settings and their defaults, commented. */
void config_export(FILE *f);

#endif
