/* SPDX-License-Identifier: ISC */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

/*
 * The tables, as the steps that make them: row N leads from version N to
 * N + 1, which is PRAGMA user_version.  A row that has been released is never
 * changed; a change is a row more.  The last one has no SQL.
 */
struct migration {
	const char *what;
	const char *sql;
};
extern const struct migration schema[];

#endif
