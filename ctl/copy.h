/* SPDX-License-Identifier: ISC */
#ifndef CTL_COPY_H
#define CTL_COPY_H

/*
 * Copies the file FROM to TO, which appears when it is whole and on the disk,
 * with mode 0600, and is ours.  FROM is named by a server that need not be
 * trusted: it has to be a plain file.  Returns 0, or -1, having complained.
 */
int copy_file(const char *from, const char *to);

#endif
