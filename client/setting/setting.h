/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SETTING_H
#define CLIENT_SETTING_H

#include <stddef.h>
#include <stdint.h>

/*
 * Settings: what moot.conf(5) and /set know, in one table.  Each has a value
 * for all networks, and those that may can have another in a network; who
 * asks for a network gets its own value, else that for all, else the default.
 *
 * To ask for a name that is in no row, or for a value of another type, is a
 * bug of ours and aborts.  NETWORK is the name of one, or NULL: for all.  Texts
 * that are returned belong to the table, until the setting is changed.
 */

enum {
	SETTING_NETWORKS = 32, /* most networks */
	SETTING_NETWORK = 64,  /* of the name of one, with its NUL */
	SETTING_VALUE = 1024,  /* longest line */
	SETTING_ITEMS = 64,    /* most words of a list */
	SETTING_WHY = 400,     /* what is wrong with a value, in words */
};

enum setting_type {
	SETTING_SWITCH,   /* on, off */
	SETTING_NUMBER,   /* within the row's range */
	SETTING_DURATION, /* 500ms, 90 or 90s, 5m, 2h, 1d, perhaps off: 0 */
	SETTING_CHOICE,   /* one of a few words */
	SETTING_TEXT,     /* UTF-8 without controls */
	SETTING_LIST,     /* words: rooms, masks, or a command to be run */
};

/* ---- for who goes by them ---- */

int setting_on(const char *name);         /* a switch */
int64_t setting_number(const char *name); /* a duration is milliseconds */
const char *setting_text(const char *name); /* a text, or a choice's word */
int setting_is(const char *name, const char *word); /* a choice */
/* The I-th word of a list, from 0; NULL after the last. */
const char *setting_item(const char *name, int i);

/* The same, as they are in NETWORK. */
int setting_on_in(const char *network, const char *name);
int64_t setting_number_in(const char *network, const char *name);
const char *setting_text_in(const char *network, const char *name);
int setting_is_in(const char *network, const char *name, const char *word);
const char *setting_item_in(const char *network, const char *name, int i);

/* Grows with each change: who keeps what it made of a value looks here. */
uint64_t setting_changes(void);

/* ---- networks ---- */

/* The I-th network of the configuration, from 0, by name; NULL after the
 * last. */
const char *setting_network(int i);
/* Adds it, or finds it.  Its own name, or NULL, WHY said, if that is none, or
 * there are too many. */
const char *setting_network_know(const char *network, char *why, size_t size);

/* ---- for who changes them ---- */

/* Gives NAME the value LINE, written as in the file.  -1, and WHY in words,
 * when there is no such setting (or none for a network), or it is no value
 * of it; then nothing is changed. */
int setting_set(const char *network, const char *name, const char *line,
    char *why, size_t size);
/* Whether LINE says the value that it has. */
int setting_is_line(const char *network, const char *name, const char *line);
/* Its default again, or that for all networks. */
int setting_unset(const char *network, const char *name, char *why,
    size_t size);
/* Adds WORD to a list, or takes it out; it counts as given then. */
int setting_add(const char *network, const char *name, const char *word,
    char *why, size_t size);
int setting_remove(const char *network, const char *name, const char *word,
    char *why, size_t size);
/* Forgets networks and values: the defaults. */
void setting_reset(void);

/* ---- for who lists them ---- */

struct setting_info {
	const char *name, *usual, *help; /* USUAL: the default, as written */
	enum setting_type type;
	int local;         /* a network may have its own */
	char values[160];  /* which it takes: "on|off", "0..100" */
};

/* The I-th row; 0 after the last. */
int setting_info(int i, struct setting_info *info);
/* Writes the value as a line of the file has it, without the name; returns
 * whether it was GIVEN just there (not a default, nor that for all). */
int setting_line(const char *network, const char *name, char *line,
    size_t size);

#endif
