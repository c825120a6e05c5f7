/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_PATH_H
#define CLIENT_PATH_H

#include <stddef.h>

/*
 * Where moot's files are, by the XDG specification: a variable that holds no
 * absolute path is ignored, and without HOME there are no such files.
 */

enum { PATH_MOST = 1024 };

/* $XDG_CONFIG_HOME/moot/NAME, $XDG_STATE_HOME/moot/NAME; -1 where there is no
 * such place, or it is too long. */
int path_config(char *path, size_t size, const char *name);
int path_state(char *path, size_t size, const char *name);
/* NAME as the configuration has it: "~/" is the home, and one that does not
 * begin with a slash is in the directory of the configuration.  -1 likewise. */
int path_named(char *path, size_t size, const char *name);
/* Makes the directories that PATH is in, for the user alone; -1 with errno. */
int path_prepare(const char *path);
/* Puts TEXT in the place of the file PATH in one step: who reads it sees the
 * old or the new, also after a crash.  MODE is that of a new file; an old one
 * keeps its own.  -1 with errno. */
int path_replace(const char *path, const char *text, size_t len, int mode);

/* A file name of any name, cut to SIZE: what is not plain becomes %XX. */
void path_name(char *dst, size_t size, const char *name);

#endif
