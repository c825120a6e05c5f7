/* SPDX-License-Identifier: ISC */
/*
 * Bindings: which key does what.
 *
 * One table, in the order in which the overview shows it and moot(1) has it.
 * Keys that edit the text (edit.c) are not in it: what no row knows is for
 * the text.  While a message is chosen its own rows come first, and any other
 * key ends the choice.
 */

#include <string.h>

#include "act.h"
#include "binding.h"
#include "pick.h"

static const struct binding bindings[] = {
	{ BINDING_PLAIN, "F1", act_help, 0, "these keys; again: no more" },
	{ BINDING_PLAIN, "M-1", act_show, 0, "the first buffer" },
	{ BINDING_PLAIN, "M-2", act_show, 1, "the second" },
	{ BINDING_PLAIN, "M-3", act_show, 2, "the third" },
	{ BINDING_PLAIN, "M-4", act_show, 3, "the fourth" },
	{ BINDING_PLAIN, "M-5", act_show, 4, "the fifth" },
	{ BINDING_PLAIN, "M-6", act_show, 5, "the sixth" },
	{ BINDING_PLAIN, "M-7", act_show, 6, "the seventh" },
	{ BINDING_PLAIN, "M-8", act_show, 7, "the eighth" },
	{ BINDING_PLAIN, "M-9", act_show, 8, "the ninth" },
	{ BINDING_PLAIN, "M-0", act_show, 9, "the tenth" },
	{ BINDING_PLAIN, "M-Left", act_step, -1, "the buffer before" },
	{ BINDING_PLAIN, "M-Right", act_step, 1, "the buffer after" },
	{ BINDING_PLAIN, "F5", act_step, -1, "the buffer before" },
	{ BINDING_PLAIN, "F6", act_step, 1, "the buffer after" },
	{ BINDING_PLAIN, "M-a", act_active, 0,
	    "the next buffer with something for you, or something new" },
	{ BINDING_PLAIN, "M-o", act_before, 0, "the buffer shown before" },
	{ BINDING_PLAIN, "PageUp", act_page, -2, "back" },
	{ BINDING_PLAIN, "PageDown", act_page, 2, "on" },
	{ BINDING_PLAIN, "S-PageUp", act_page, -1, "half as far back" },
	{ BINDING_PLAIN, "S-PageDown", act_page, 1, "half as far on" },
	{ BINDING_PLAIN, "C-Up", act_scroll, -1, "back by a row" },
	{ BINDING_PLAIN, "C-Down", act_scroll, 1, "on by a row" },
	{ BINDING_PLAIN, "C-Home", act_home, 0, "the oldest line there is" },
	{ BINDING_PLAIN, "C-End", act_end, 0, "the newest line" },
	{ BINDING_PLAIN, "M-Home", act_home, 0, "the oldest line there is" },
	{ BINDING_PLAIN, "M-End", act_end, 0, "the newest line" },
	{ BINDING_PLAIN, "M-p", act_mention, -1, "the mention before" },
	{ BINDING_PLAIN, "M-n", act_mention, 1, "the mention after" },
	{ BINDING_PLAIN, "M-g", act_unread, 0, "where reading stopped" },
	{ BINDING_PLAIN, "M-/", act_find, 0,
	    "find words; Up and Down: older, newer" },
	{ BINDING_PLAIN, "M-Up", act_pick, -1, "choose a message" },
	{ BINDING_PLAIN, "M-Down", act_pick, 1, "the message after" },
	{ BINDING_PICK, "Up", act_pick, -1, "the message before" },
	{ BINDING_PICK, "Down", act_pick, 1, "the message after" },
	{ BINDING_PICK, "r", pick_reply, 0, "answer it" },
	{ BINDING_PICK, "+", pick_react, 0, "react to it" },
	{ BINDING_PICK, "d", pick_delete, 0, "delete it" },
	{ BINDING_PICK, "y", pick_copy, 0, "copy it" },
	{ BINDING_PICK, "s", pick_again, 0, "send again what failed" },
	{ BINDING_PICK, "Escape", pick_leave, 0, "choose none" },
	{ BINDING_PLAIN, "Escape", act_escape, 0,
	    "back to the newest line; answer nothing" },
	{ BINDING_PLAIN, "F2", act_side, 0, "the list of buffers: hide, show" },
	{ BINDING_PLAIN, "F3", act_members, 0, "the members: hide, show" },
	{ BINDING_PLAIN, "M-m", act_members, 0, "the members: hide, show" },
	{ BINDING_PLAIN, "C-l", act_redraw, 0, "draw everything anew" },
	{ BINDING_PLAIN, "C-c", act_cancel, 0, "throw away what is typed" },
	{ BINDING_PLAIN, "C-z", act_suspend, 0, "stop moot; fg goes on" },
};

const struct binding *
binding_at(size_t i)
{
	return i < sizeof(bindings) / sizeof(bindings[0]) ? &bindings[i] :
	    NULL;
}

const struct binding *
binding_find(enum binding_mode mode, const char *key)
{
	const struct binding *b;
	size_t i;

	for (i = 0; (b = binding_at(i)) != NULL; i++)
		if (b->mode == mode && strcmp(b->key, key) == 0)
			return b;
	return NULL;
}
