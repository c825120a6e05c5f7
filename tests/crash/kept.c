/* SPDX-License-Identifier: ISC */
/*
 * The database after a play, read with sqlite3(1): a witness that knows
 * nothing of the store's own code.  Its messages are lines of their senders, so
 * that the order of each counts and that between them does not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kept.h"

/* Rows that are compared; without times and what is made of them. */
static const char query[] =
    "PRAGMA integrity_check;"
    "SELECT line || ' -> ' || target.name || ' ' || kind.name || ' ' ||"
    " ifnull(account, '*') || ' for ' || ifnull(recipient, '*') || ' ' ||"
    " ifnull(tags, '') FROM message JOIN target ON target.id = target"
    " JOIN kind ON kind.id = kind ORDER BY message.id;"
    "SELECT 'account', name, shown, suspended FROM account ORDER BY name;"
    "SELECT 'setting', a.name, s.name, value FROM setting AS s"
    " JOIN account AS a ON a.id = account ORDER BY a.name, s.name;"
    "SELECT 'marker', name, target, time FROM marker"
    " JOIN account ON id = account ORDER BY name, target;"
    "SELECT 'room', room.name, modes, password, topic, topic_by, account.name"
    " FROM room JOIN account ON account.id = founder ORDER BY room.name;"
    "SELECT 'ban', name, mask FROM ban JOIN room ON room.id = room"
    " ORDER BY name, mask;"
    "SELECT 'access', room.name, account.name, rank FROM access"
    " JOIN room ON room.id = room JOIN account ON account.id = account"
    " ORDER BY 2, 3;";

static void
line_add(struct record *r, char *line)
{
	char whole[4200];

	line[strcspn(line, "\n")] = '\0';
	snprintf(whole, sizeof(whole), "%s%s", line[0] == ':' ? "" : ":store ",
	    line);
	transcript_add(r, whole);
}

static FILE *
ask(const char *dir, const char *text)
{
	static char command[4096];
	int n = snprintf(command, sizeof(command),
	    "sqlite3 -batch -noheader '%s/store.db' \"%s\" 2>&1", dir, text);

	return n < (int)sizeof(command) ? popen(command, "r") : NULL;
}

/* Whether each of them is there once; of rooms, where a message to several
 * targets has a msgid for each. */
static void
told_check(const char *dir, const struct script_told *told,
    void (*complain)(const char *fmt, ...))
{
	char line[128], *have;
	size_t n = 0, size = 1 << 16;
	FILE *f = ask(dir, "SELECT ' ' || msgid || ' ' FROM history"
	    " WHERE target LIKE '#%'");
	unsigned i;

	if (f == NULL || (have = calloc(1, size)) == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL && n + 128 < size) {
		strcpy(have + n, line);
		n += strlen(line);
	}
	pclose(f);
	for (i = 0; i < told->n; i++) {
		char *p;
		snprintf(line, sizeof(line), " %.60s ", told->id[i]);
		if ((p = strstr(have, line)) == NULL)
			complain("    told and not kept:%s\n", line);
		else if (strstr(p + 1, line) != NULL)
			complain("    kept twice:%s\n", line);
	}
	free(have);
}

void
kept_read(const char *dir, struct record *r, const struct script_told *told,
    void (*complain)(const char *fmt, ...))
{
	char line[4096];
	FILE *f = ask(dir, query);

	if (f == NULL) {
		complain("    no sqlite3\n");
		return;
	}
	strcpy(r->nick, "store");
	while (fgets(line, sizeof(line), f) != NULL)
		line_add(r, line);
	if (pclose(f) != 0)
		complain("    sqlite3 cannot read the database\n");
	told_check(dir, told, complain);
}
