/* SPDX-License-Identifier: ISC */

/*
 * The tables of the database, which moot-store(7) explains.
 *
 * Names are in twice: folded as irc/name.h compares them, which is the key,
 * and as they are shown.  Times are milliseconds since the epoch.
 *
 * What is stored most often has the fewest indexes.  Messages are found by
 * target in the order of storing, by msgid, and, if they are direct messages
 * to an account, by that; a time is found by bisection (message_since), for
 * time + late never decreases.  A message does not refer to its target as a
 * foreign key: the check would be paid for at each insert, and only
 * retention, which knows what it does, removes a target.
 */

#include <stddef.h>

#include "schema.h"

static const char first[] =
    /* what is one number or one key for the whole installation */
    "CREATE TABLE state ("
    " name TEXT PRIMARY KEY,"
    " value ANY NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE account ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE,"
    " shown TEXT NOT NULL,"
    " email TEXT,"
    " created INTEGER NOT NULL,"
    " seen INTEGER NOT NULL DEFAULT 0,"
    " suspended TEXT,"                   /* why; NULL: it is not */
    " since INTEGER NOT NULL DEFAULT 0," /* messages after it are its own */
    " delivered INTEGER NOT NULL DEFAULT 0," /* direct messages up to it */
    " iterations INTEGER NOT NULL,"
    " salt BLOB NOT NULL,"
    " stored_key BLOB NOT NULL,"
    " server_key BLOB NOT NULL"
    ") STRICT;"

    "CREATE TABLE setting ("
    " account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,"
    " name TEXT NOT NULL,"
    " value TEXT NOT NULL,"
    " PRIMARY KEY (account, name)"
    ") STRICT, WITHOUT ROWID;"

    /* what REGISTER began and VERIFY has to finish */
    "CREATE TABLE pending ("
    " name TEXT PRIMARY KEY,"
    " shown TEXT NOT NULL,"
    " email TEXT,"
    " created INTEGER NOT NULL,"
    " iterations INTEGER NOT NULL,"
    " salt BLOB NOT NULL,"
    " stored_key BLOB NOT NULL,"
    " server_key BLOB NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    /* one-time tokens, of which only the hash is kept */
    "CREATE TABLE invite ("
    " id INTEGER PRIMARY KEY,"
    " hash BLOB NOT NULL UNIQUE,"
    " created INTEGER NOT NULL,"
    " expires INTEGER NOT NULL,"
    " note TEXT NOT NULL"
    ") STRICT;"

    "CREATE TABLE marker ("
    " account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,"
    " target TEXT NOT NULL,"
    " time INTEGER NOT NULL,"
    " PRIMARY KEY (account, target)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE room ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE,"
    " shown TEXT NOT NULL,"
    " created INTEGER NOT NULL,"
    " modes TEXT NOT NULL DEFAULT '',"
    " password TEXT,"
    " most INTEGER,"                     /* mode l */
    " topic TEXT,"
    " topic_by TEXT,"
    " topic_time INTEGER,"
    " saved INTEGER NOT NULL DEFAULT 0," /* when all this was so */
    " keep_age INTEGER,"                 /* s; NULL: as configured */
    " keep_count INTEGER,"               /* messages; 0: none at all */
    " founder INTEGER NOT NULL REFERENCES account"
    ") STRICT;"
    "CREATE INDEX room_founder ON room (founder);"

    "CREATE TABLE ban ("
    " id INTEGER PRIMARY KEY,"
    " room INTEGER NOT NULL REFERENCES room ON DELETE CASCADE,"
    " mask TEXT NOT NULL,"
    " setter TEXT NOT NULL,"
    " time INTEGER NOT NULL,"
    " UNIQUE (room, mask)"
    ") STRICT;"

    "CREATE TABLE access ("
    " id INTEGER PRIMARY KEY,"
    " room INTEGER NOT NULL REFERENCES room ON DELETE CASCADE,"
    " account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,"
    " rank TEXT NOT NULL,"               /* admin to voice */
    " UNIQUE (room, account)"
    ") STRICT;"
    "CREATE INDEX access_account ON access (account);"

    /* what messages are sent to: a room, or a pair of people */
    "CREATE TABLE target ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE,"        /* #room or =ann=bob */
    " shown TEXT NOT NULL,"
    " a TEXT,"                           /* the pair, in order; else NULL */
    " b TEXT"
    ") STRICT;"
    "CREATE INDEX target_a ON target (a) WHERE a IS NOT NULL;"
    "CREATE INDEX target_b ON target (b) WHERE b IS NOT NULL;"

    "CREATE TABLE kind (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
    "INSERT INTO kind VALUES (1, 'PRIVMSG'), (2, 'NOTICE'), (3, 'TAGMSG'),"
    " (4, 'JOIN'), (5, 'PART'), (6, 'QUIT'), (7, 'NICK'), (8, 'KICK'),"
    " (9, 'TOPIC'), (10, 'MODE'), (11, 'REDACT');"

    "CREATE TABLE message ("
    " id INTEGER PRIMARY KEY,"           /* grows in the order of storing */
    " target INTEGER NOT NULL,"
    " event INTEGER NOT NULL,"           /* 0: PRIVMSG, NOTICE; 1: others */
    " kind INTEGER NOT NULL,"
    " time INTEGER NOT NULL,"
    " late INTEGER NOT NULL,"            /* time + late never decreases */
    " id_hi INTEGER NOT NULL,"
    " id_lo INTEGER NOT NULL,"
    " account TEXT,"                     /* the sender's */
    " recipient TEXT,"                   /* account that is still to be told */
    " tags TEXT,"
    " line TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX message_target ON message (target, event);"
    "CREATE UNIQUE INDEX message_msgid ON message (id_lo, id_hi, target);"
    "CREATE INDEX message_recipient ON message (recipient)"
    " WHERE recipient IS NOT NULL;"

    /* answers to what changed something, for who asks again */
    "CREATE TABLE done ("
    " ask TEXT PRIMARY KEY,"
    " time INTEGER NOT NULL,"
    " answer TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX done_time ON done (time);"

    /*
     * The words of messages.  It holds no text of its own (content=''), so a
     * row is removed by naming what it had: see search.c.
     */
    "CREATE VIRTUAL TABLE word USING fts5 (text, place, content='',"
    " columnsize=0, tokenize='unicode61 remove_diacritics 2');"

    /* for people */
    "CREATE VIEW history AS SELECT message.id,"
    " target.shown AS target,"
    " strftime('%Y-%m-%dT%H:%M:%fZ', message.time / 1000.0, 'unixepoch')"
    "  AS time,"
    " printf('%llx.%llx', id_hi, id_lo) AS msgid,"
    " kind.name AS kind, account, tags, line"
    " FROM message JOIN target ON target.id = message.target"
    " JOIN kind ON kind.id = message.kind;";

static const char metadata[] =
    "CREATE TABLE account_metadata ("
    " account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,"
    " key TEXT NOT NULL,"
    " value TEXT NOT NULL,"
    " PRIMARY KEY (account, key)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE room_metadata ("
    " room INTEGER NOT NULL REFERENCES room ON DELETE CASCADE,"
    " key TEXT NOT NULL,"
    " value TEXT NOT NULL,"
    " PRIMARY KEY (room, key)"
    ") STRICT, WITHOUT ROWID;";

static const char moderation[] =
    /* whom the server keeps out */
    "CREATE TABLE xline ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " mask TEXT NOT NULL UNIQUE,"       /* address, mask, account:name */
    " shown TEXT NOT NULL,"
    " reason TEXT NOT NULL,"
    " setter TEXT NOT NULL,"            /* the operator's name */
    " created INTEGER NOT NULL,"
    " expires INTEGER NOT NULL"         /* 0: never */
    ") STRICT;"

    /* what operators and the administrator did */
    "CREATE TABLE audit ("
    " id INTEGER PRIMARY KEY,"
    " time INTEGER NOT NULL,"
    " operator TEXT NOT NULL,"
    " nick TEXT NOT NULL,"
    " account TEXT NOT NULL,"
    " address TEXT NOT NULL,"
    " what TEXT NOT NULL,"
    " whom TEXT NOT NULL,"
    " text TEXT NOT NULL"
    ") STRICT;";

/* Lists beside that of bans, and bans with a reason and an end. */
static const char lists[] =
    "CREATE TABLE ban_new ("
    " id INTEGER PRIMARY KEY,"
    " room INTEGER NOT NULL REFERENCES room ON DELETE CASCADE,"
    " list TEXT NOT NULL,"               /* b, e, I */
    " mask TEXT NOT NULL,"
    " setter TEXT NOT NULL,"
    " time INTEGER NOT NULL,"
    " until INTEGER NOT NULL DEFAULT 0," /* 0: for good */
    " reason TEXT NOT NULL DEFAULT '',"
    " UNIQUE (room, list, mask)"
    ") STRICT;"
    "INSERT INTO ban_new (id, room, list, mask, setter, time)"
    " SELECT id, room, 'b', mask, setter, time FROM ban;"
    "DROP TABLE ban;"
    "ALTER TABLE ban_new RENAME TO ban;";

static const char certificates[] =
    "CREATE TABLE certificate ("
    " fingerprint TEXT PRIMARY KEY,"    /* SHA-256, in hexadecimal */
    " account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,"
    " created INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX certificate_account ON certificate (account);";

static const char local[] =
    /* users of the server's machine, who need no password */
    "CREATE TABLE local ("
    " uid INTEGER PRIMARY KEY,"
    " login TEXT NOT NULL,"
    " account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,"
    " created INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX local_account ON local (account);";

const struct migration schema[] = {
	{ "accounts, rooms, messages and their words", first },
	{ "what accounts and rooms say of themselves", metadata },
	{ "bans from the server, the record of operators", moderation },
	{ "lists of rooms: exceptions, reasons, ends", lists },
	{ "certificates of accounts", certificates },
	{ "users of the server's machine", local },
	{ NULL, NULL },
};
