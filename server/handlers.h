/* SPDX-License-Identifier: ISC */
#ifndef SERVER_HANDLERS_H
#define SERVER_HANDLERS_H

#include "command.h"

/* The handlers, by the file they stand in; table.c puts them in their rows. */

/* register.c: who one is */
command_fn cmd_cap, cmd_pass, cmd_nick, cmd_user, cmd_quit, cmd_ping, cmd_pong,
    cmd_setname, cmd_user_mode;
/* gateway.c */
command_fn cmd_webirc;
/* consent.c */
command_fn cmd_accept;
/* away.c */
command_fn cmd_away;
/* message.c: saying something */
command_fn cmd_privmsg, cmd_notice, cmd_tagmsg, cmd_wallops;
/* batch.c: saying it in several lines */
command_fn cmd_batch;
/* history.c: what was said */
command_fn cmd_chathistory, cmd_search;
/* metadata.c: what one says of oneself */
command_fn cmd_metadata;
/* redact.c, marker.c */
command_fn cmd_redact, cmd_markread;
/* channel.c: rooms */
command_fn cmd_join, cmd_part, cmd_topic, cmd_kick, cmd_invite;
/* knock.c, rename.c */
command_fn cmd_knock, cmd_rename;
/* channel_mode.c: their modes */
command_fn cmd_mode;
/* listing.c: what is in rooms, in steps */
command_fn cmd_names, cmd_list, cmd_who;
/* monitor_command.c: who comes and goes */
command_fn cmd_monitor;
/* query.c: asking about people and the server */
command_fn cmd_whois, cmd_whowas, cmd_ison, cmd_userhost, cmd_links,
    cmd_lusers, cmd_motd, cmd_version, cmd_isupport, cmd_time, cmd_admin,
    cmd_info, cmd_stats, cmd_help;
/* account.c, sasl.c: being somebody */
command_fn cmd_register, cmd_verify, cmd_authenticate;
/* service.c: NickServ, ChanServ */
command_fn cmd_nickserv, cmd_chanserv;
/* oper.c: what operators do */
command_fn cmd_oper, cmd_kill, cmd_rehash, cmd_sajoin, cmd_samode;

/* kline.c: bans from the server */
command_fn cmd_kline, cmd_dline, cmd_unkline;

/* Shared between them. */

/* STATS k (masks and accounts), d (addresses), in steps: CMD_DONE at the
 * end. */
enum command_result kline_stats(struct command *c, int for_nets);

/* What is said to a service, and 311, 312 of it. */
enum command_result service_message(struct command *c, const char *text);
void service_whois(struct command *c, const char *nick);
/* The own membership in the room called NAME, 0 for none.  No lock needed. */
uint32_t own_member(const struct command *c, const char *name);
/* Says what C's batch has to TARGET, in as many steps as PRIVMSG would. */
enum command_result message_say(struct command *c, const char *target);
/* The client-only tags of C's line that are passed on; the length. */
size_t message_tags(const struct command *c, char *tags, size_t size);
/* The command that is said: not BATCH. */
const char *message_word(const struct command *c);
/* Makes E, which has its target, what C says: its tags, then ":source WORD
 * TARGET :text", or its batch. */
void message_fill(const struct command *c, struct envelope *e,
    const char *word, const char *target);
/* "PLAIN,SCRAM-SHA-256" */
const char *sasl_mechanisms(void);
/* The store has come or gone: tells session S, if it wants to know. */
void cap_tell(uint32_t s);
/* This worker's clients hear it if values of capabilities are not what they
 * were. */
void cap_look(void);
/* Replies 353 for room R (asked by C's user) and 366. Lock held. */
void reply_names(struct command *c, uint32_t r);
/* The modes of user U as others see them: with those that nobody sets. */
uint32_t user_modes(uint32_t u);
/* "+iw" out of a user's modes, into BUF of 34 bytes at least; returns it. */
const char *user_modes_text(uint32_t modes, char *buf);
/* 251-255, 265, 266. */
void reply_lusers(struct command *c);
/* 375, 372..., 376 or 422. */
void reply_motd(struct command *c);
/* The ISUPPORT tokens as 005 lines, and what else 004 and 005 say. */
void reply_isupport(struct command *c);
/* This worker's clients hear it if the tokens are not what they were. */
void isupport_look(void);
/* Whether C's user may see that U is in R: not secret, or a member too. */
int may_see_room(const struct command *c, uint32_t r);
/* Whether C's user may see U in lists: not invisible, itself, an operator, or
 * a room in common. */
int may_see_user(const struct command *c, uint32_t u);

#endif
