/* SPDX-License-Identifier: ISC */
#ifndef SERVER_REGISTRY_H
#define SERVER_REGISTRY_H

#include "state.h"

/*
 * The directory: who is where.  Indexes over the records of state.h, free
 * lists, and the links between users and rooms.  All of it can be made anew
 * from the records.
 */

/* Takes and releases the registry lock.  If its last owner died inside, the
 * indexes are rebuilt and what it had committed is applied first. */
void registry_lock(void);
void registry_unlock(void);
/* Whether another worker waited when we last released it.  It needs a moment
 * to wake up: who takes the lock again at once gets it before that one. */
int registry_was_wanted(void);
/* Whether that moment has not passed: what can wait does. */
int registry_is_wanted(void);

/* Makes all that is derived anew from the records, for worker W (0: none) its
 * lists of memberships as well; their order changes.  W must be dead, or the
 * caller.  Never follows a link.  Lock held. */
void registry_rebuild(unsigned w);

/* Which of our lists of members or of the indexes is not what it should be;
 * NULL when all are.  Bounded whatever they hold.  Lock held. */
const char *registry_wrong(void);

/* Counts the clients of each worker anew, into COUNT as well, which has room
 * for CONFIG_WORKERS + 1.  Lock held. */
void registry_count_clients(uint32_t *count);

/* Takes a slot; 0 when all are in use.  The record is zeroed but for its
 * generation.  Lock held. */
uint32_t registry_new_session(void);
uint32_t registry_new_user(void);
uint32_t registry_new_room(void);
uint32_t registry_new_member(void);
uint32_t registry_new_ban(void);
uint32_t registry_new_monitor(void);
uint32_t registry_new_metadatum(void);
void registry_free_session(uint32_t s);
void registry_free_user(uint32_t u);
void registry_free_room(uint32_t r);
void registry_free_member(uint32_t m);
void registry_free_ban(uint32_t b);
void registry_free_monitor(uint32_t m);
void registry_free_metadatum(uint32_t d);
/* All of a list, which its head then is not any more. */
void registry_free_metadata(uint32_t *list);

/*
 * The user with this nick, the room of this name; 0 for none.  Without the
 * lock a "none" may be wrong, because a chain was just being changed: the
 * functions then look again under the lock.
 */
uint32_t registry_find_nick(const char *nick);
uint32_t registry_find_room(const char *name);
/* Another user than OTHER whose nick looks like this one, 0 for none; one who
 * has just this nick first.  Lock held. */
uint32_t registry_find_look(const char *nick, uint32_t other);

/* Puts USER under its nick / takes it out; both may be done twice. */
void registry_index_nick(uint32_t u);
void registry_unindex_nick(uint32_t u);
void registry_index_room(uint32_t r);
void registry_unindex_room(uint32_t r);

/* The same of users by account: the registered one of ACCOUNT that is not
 * OTHER, 0 for none.  Lock held. */
uint32_t registry_find_account(const char *account, uint32_t other);
void registry_index_account(uint32_t u);
void registry_unindex_account(uint32_t u);

/* Puts session S behind the others of user U, or takes it away from its user;
 * both may be done twice.  U must be left with one.  Lock held, at the home. */
void registry_link_session(uint32_t s, uint32_t u);
void registry_unlink_session(uint32_t s);

/* The membership of U in R, 0 for none.  By the user's home, or locked. */
uint32_t registry_member(uint32_t u, uint32_t r);
/* Says whose lists are about to be changed, HOME's; 0: nobody's, all
 * memberships that are valid are linked and no others.  Lock held. */
void registry_linking(unsigned home);
/* Links and unlinks a membership in both lists.  Lock held, at the home. */
void registry_link_member(uint32_t m);
void registry_unlink_member(uint32_t m);

/* Makes the mailbox of U.  Without one, -1, U is served by its home's. */
void registry_open_mailbox(uint32_t u);

/* Makes worker TO the home of user U, with its memberships.  Lock held, while
 * no worker walks a list; state->moving says so to who heals.  Who has no
 * memberships may be moved any time. */
void registry_rehome(uint32_t u, unsigned to);

/* Counts a client of ADDR in or out; returns the new count.  Lock held. */
uint32_t registry_count_address(const struct in6_addr *addr, int delta);

#endif
