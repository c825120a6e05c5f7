/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_ASK_H
#define CLIENT_SCREEN_ASK_H

/* A question that is asked where one types, until it is answered. */

struct edit;
struct key;

enum { ASK_PROMPT = 128 };

enum ask_step {
	ASK_TYPED, /* the answer changes */
	ASK_DONE,  /* Enter */
	ASK_NEXT,  /* Up: the one before, for searches */
	ASK_BACK,  /* Down */
	ASK_GONE,  /* Escape, ^C, ^G, or another buffer is shown */
};

/* Asks; ANSWER is told of each step, with what was typed.  After ASK_DONE and
 * ASK_GONE it is over, unless ANSWER asked again. */
void ask(const char *prompt, void (*answer)(enum ask_step step,
    const char *text));
int ask_is_on(void);
const char *ask_prompt(void);
const struct edit *ask_edit(void);
void ask_key(const struct key *k);
void ask_end(void);

#endif
