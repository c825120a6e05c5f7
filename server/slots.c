/* SPDX-License-Identifier: ISC */
/*
 * Slots: the places of records in the segment's arrays, in use or free.
 *
 * Free lists are queues: a slot rests as long as possible before it is used
 * again.  They are only derived: which slots are in use each record says
 * itself, so after a death inside they are made anew.
 */
#include "fault.h"
#include "log.h"
#include "slots.h"

/* A free list is described by where its links are. */
struct slots {
	struct list *list;
	uint32_t max;
	char *base;
	size_t size, next;
};

static struct slots
slots_of(enum slots_kind kind)
{
	switch (kind) {
#define SLOTS(KIND, name, max, field)                                         \
	case KIND:                                                            \
		return (struct slots) { &state->name, max, (char *)name,     \
			sizeof(name[0]), (size_t)((char *)&name[0].field -   \
			    (char *)&name[0]) }
		SLOTS(SESSIONS, sessions, state->max_sessions, next_free);
		SLOTS(USERS, users, state->max_users, next_free);
		SLOTS(ROOMS, rooms, state->max_rooms, next_free);
		SLOTS(MEMBERS, members, state->max_members, room_next);
		SLOTS(BANS, bans, state->max_bans, next);
		SLOTS(METADATA, metadata, state->max_metadata, next);
		SLOTS(ADDRESSES, addresses, state->max_sessions + 1, next);
		SLOTS(MONITORS, monitors, state->max_monitors, next);
#undef SLOTS
	}
	panic("slots_of: %d", (int)kind);
}

static uint32_t *
slots_next(const struct slots *f, uint32_t slot)
{
	return (uint32_t *)(void *)(f->base + slot * f->size + f->next);
}

uint32_t
slots_take(enum slots_kind kind)
{
	struct slots f = slots_of(kind);
	uint32_t slot = f.list->first;

	if (slot == 0) {
		if (f.list->high >= f.max)
			return 0;
		slot = f.list->high++;
	} else if ((f.list->first = *slots_next(&f, slot)) == 0)
		f.list->last = 0;
	FAULT("slot-taken");
	f.list->used++;
	return slot;
}

static void
slots_push(struct slots *f, uint32_t slot)
{
	*slots_next(f, slot) = 0;
	FAULT("slot-cleared");
	if (f->list->last != 0)
		*slots_next(f, f->list->last) = slot;
	else
		f->list->first = slot;
	f->list->last = slot;
}

void
slots_give(enum slots_kind kind, uint32_t slot)
{
	struct slots f = slots_of(kind);

	slots_push(&f, slot);
	FAULT("slot-given");
	f.list->used--;
}

void
slots_rebuild(enum slots_kind kind, uint32_t first, int (*is_used)(uint32_t))
{
	struct slots f = slots_of(kind);
	uint32_t i;

	f.list->first = f.list->last = f.list->used = 0;
	for (i = first; i < f.list->high; i++)
		if (is_used(i))
			f.list->used++;
		else
			slots_push(&f, i);
}
