/* SPDX-License-Identifier: ISC */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "database.h"

/*
 * Copies the database to PATH, as of one moment, while others write; the file
 * appears when it is whole and on the disk, mode 0600, in the place of one
 * that was there.  Takes long.  Returns 0, or -1 with trouble.
 */
int backup_make(struct database *db, const char *path);
/* Removes backups beside the database PATH that nobody has fetched. */
void backup_clean(const char *path);
/* Whether PATH is a database that can be restored: 0, or -1 with WHY. */
int backup_check(const char *path, char *why, size_t size);
/*
 * Puts a copy of the backup FROM, once it is checked, into the place of the
 * database TO, which stays beside it as TO.old.  Refuses while anybody has it
 * open.  Returns 0, or -1 with WHY, and then nothing has changed.
 */
int backup_restore(
    const char *from, const char *to, char *why, size_t size);

#endif
