/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_REMARK_H
#define CLIENT_REMARK_H

struct session;

/* Commands about what was said; handlers of command.c's table.  Of WHO is
 * meant the last message, in the current target; or "msgid=ID". */

void remark_reply(struct session *s, const char *text);   /* WHO TEXT */
void remark_react(struct session *s, const char *text);   /* WHO REACTION */
void remark_unreact(struct session *s, const char *text);
void remark_redact(struct session *s, const char *text);  /* [WHO [REASON]] */
void remark_history(struct session *s, const char *text); /* [TARGET] [N] */
void remark_search(struct session *s, const char *text);  /* [ROOM] TEXT */
void remark_mark(struct session *s, const char *text);    /* [TARGET] */

#endif
