/* SPDX-License-Identifier: ISC */
#ifndef SERVER_REGISTRY_HEAL_H
#define SERVER_REGISTRY_HEAL_H

#include <stdint.h>

/*
 * Between registry.c and registry_heal.c.  The lock is held.
 */

/* Makes the indexes anew and does what the dead owner of the lock, which we
 * have now, had committed.  Exits when that crashes again and again. */
void registry_heal(void);

/* Put membership M before the others of its room, of its user, in which it is
 * not yet; session S behind those of user U. */
void registry_member_link_room(uint32_t m);
void registry_member_link_user(uint32_t m);
void registry_session_link(uint32_t s, uint32_t u);

#endif
