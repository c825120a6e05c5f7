/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SET_H
#define CLIENT_SET_H

struct session;

/* /set, /unset and /save: handlers of command.c's table.  TEXT: what follows
 * the command. */
void set_show_or_change(struct session *s, const char *text);
void set_unset(struct session *s, const char *text);
void set_save(struct session *s, const char *text);

#endif
