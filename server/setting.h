/* SPDX-License-Identifier: ISC */
#ifndef SERVER_SETTING_H
#define SERVER_SETTING_H

#include <stddef.h>
#include <stdint.h>

#include "config.h"

/*
 * How the words of a line of mootd.conf(5) become a field of struct config:
 * between config.c, which has the table, and the readers it names.
 */

#define KIB ((uint64_t)1 << 10)
#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

enum { SETTING_VALUES = 64 }; /* words on one line */

/* Flags of a setting. */
enum {
	FIXED = 1 << 0,    /* a change needs a restart */
	REPEAT = 1 << 1,   /* may be given on several lines */
	HEX = 1 << 2,      /* 0x is understood */
};

struct setting;

/* What is being read, and where complaints go. */
struct parser {
	struct config *config;
	struct config_errors *errors;
	const char *file;      /* as the caller named it */
	int line;
	const struct setting *setting;
	int *seen;             /* per setting: the line it was on, or 0 */
	int listen_line[CONFIG_LISTEN], listen_tls_line[CONFIG_LISTEN];
	int operator_line[CONFIG_OPERATOR];
};

struct setting {
	const char *word;
	/* Reads N values, at least one; -1, having complained, when they are
	 * no good. */
	int (*read)(struct parser *, char **value, int n);
	int (*same)(const struct config *, const struct config *,
	    const struct setting *);
	size_t offset, size;   /* of its field */
	int least, most;       /* values it takes */
	uint64_t min, max;     /* of a number */
	int flags;
	const char *usual;     /* the default as it would be written, or */
	void (*derive)(char *text, size_t size); /* who works it out */
};

/* Notes an error of the line that is being read, with FILE:LINE before it. */
void complain(struct parser *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* "WORD: \"x\" is not a, b or c", of N words. */
void complain_choice(struct parser *p, const char *value,
    const char *const *words, int n);
/* The field of the setting being read. */
void *setting_field(struct parser *p);
/* Copies TEXT to it and clears what is behind; -1, having complained, when it
 * does not fit. */
int setting_set(struct parser *p, const char *text);
/* Cuts LINE, which is changed, into at most SETTING_VALUES words up to its
 * comment, undoing quotes.  Returns how many; -1, having complained. */
int setting_split(struct parser *p, char *line, char **word);
/* Whether a line of LEN bytes is text; -1, having complained, when not. */
int setting_check(struct parser *p, const char *line, size_t len);

/* setting_number.c */
int setting_number(struct parser *p, char **value, int n);
int setting_delay(struct parser *p, char **value, int n);
int setting_workers(struct parser *p, char **value, int n);
int setting_size(struct parser *p, char **value, int n);
int setting_rate(struct parser *p, char **value, int n);
int setting_level(struct parser *p, char **value, int n);
int setting_confine(struct parser *p, char **value, int n);
int setting_core(struct parser *p, char **value, int n);
int setting_switch(struct parser *p, char **value, int n);
int setting_local_accounts(struct parser *p, char **value, int n);
int setting_registration(struct parser *p, char **value, int n);
/* Writes a size as a person would: the largest unit that loses nothing. */
void setting_size_text(char *text, size_t size, uint64_t n);

/* setting_text.c */
int setting_name(struct parser *p, char **value, int n);
void setting_name_derive(char *text, size_t size);
int setting_network(struct parser *p, char **value, int n);
int setting_public(struct parser *p, char **value, int n);
int setting_description(struct parser *p, char **value, int n);
int setting_icon(struct parser *p, char **value, int n);
int setting_client_tag_deny(struct parser *p, char **value, int n);
int setting_password(struct parser *p, char **value, int n);
int setting_user(struct parser *p, char **value, int n);
int setting_admin(struct parser *p, char **value, int n);

/* setting_path.c */
int setting_path(struct parser *p, char **value, int n);
int setting_control(struct parser *p, char **value, int n);
void setting_control_derive(char *text, size_t size);
void setting_local_derive(char *text, size_t size);
void setting_state_derive(char *text, size_t size);
int setting_motd(struct parser *p, char **value, int n);
/* Reads FILE whole, of at most MOST bytes, with a NUL behind it; the caller
 * frees.  NULL, and *WHY says what is wrong. */
char *setting_slurp(const char *file, size_t most, size_t *len,
    const char **why);

/* setting_listen.c */
int setting_listen(struct parser *p, char **value, int n);
/* Adds a PATH that is listened at by default, if it can be one. */
void setting_listen_usual(struct config *config, const char *path);
int setting_room_group(struct parser *p, char **value, int n);
int setting_local_access(struct parser *p, char **value, int n);
int setting_listens_same(const struct config *a, const struct config *b,
    const struct setting *st);

/* setting_gateway.c */
int setting_proxy(struct parser *p, char **value, int n);
int setting_webirc(struct parser *p, char **value, int n);
int setting_exempt(struct parser *p, char **value, int n);

/* setting_sts.c */
int setting_sts(struct parser *p, char **value, int n);
/* Complains, once all lines are read, when nobody knows the port. */
void setting_sts_check(struct parser *p);

/* setting_operator.c */
int setting_class(struct parser *p, char **value, int n);
int setting_operator(struct parser *p, char **value, int n);
/* Gives the operators what their classes have, once all lines are read. */
void setting_operators_check(struct parser *p);

#endif
