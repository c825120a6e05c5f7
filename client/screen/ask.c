/* SPDX-License-Identifier: ISC */
/*
 * Questions: what to find, which reaction, whether really.
 *
 * A question takes the place of the line being typed, which stays as it was,
 * and has a text of its own to be edited.  There is one at a time.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "client/input/edit.h"
#include "client/input/key.h"
#include "window.h"

static struct {
	struct edit *edit;
	char prompt[ASK_PROMPT];
	void (*answer)(enum ask_step, const char *);
} question;

void
ask(const char *prompt, void (*answer)(enum ask_step, const char *))
{
	ask_end();
	question.edit = edit_new(0);
	if (question.edit == NULL)
		return;
	snprintf(question.prompt, sizeof(question.prompt), "%s", prompt);
	question.answer = answer;
	window.dirty |= DIRTY_LAYOUT;
}

int
ask_is_on(void)
{
	return question.edit != NULL;
}

const char *
ask_prompt(void)
{
	return question.prompt;
}

const struct edit *
ask_edit(void)
{
	return question.edit;
}

static void
ask_finish(enum ask_step step)
{
	void (*answer)(enum ask_step, const char *) = question.answer;
	struct edit *e = question.edit;

	/* it may ask again */
	question.edit = NULL;
	window.dirty |= DIRTY_LAYOUT;
	answer(step, edit_text(e));
	edit_free(e);
}

void
ask_end(void)
{
	if (question.edit != NULL)
		ask_finish(ASK_GONE);
}

static int
ask_is_escape(const struct key *k)
{
	return k->code == KEYCODE_ESCAPE ||
	    (k->mods == KEYMOD_CTRL && (k->code == 'c' || k->code == 'g'));
}

void
ask_key(const struct key *k)
{
	unsigned int version = edit_version(question.edit);

	window.dirty |= DIRTY_INPUT;
	if (ask_is_escape(k))
		ask_finish(ASK_GONE);
	else if (k->code == KEYCODE_ENTER && !(k->mods & KEYMOD_PASTED))
		ask_finish(ASK_DONE);
	else if (k->code == KEYCODE_UP)
		question.answer(ASK_NEXT, edit_text(question.edit));
	else if (k->code == KEYCODE_DOWN)
		question.answer(ASK_BACK, edit_text(question.edit));
	else {
		edit_key(question.edit, k);
		if (edit_version(question.edit) != version)
			question.answer(ASK_TYPED, edit_text(question.edit));
	}
}
