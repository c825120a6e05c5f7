/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_ACT_H
#define CLIENT_SCREEN_ACT_H

/* What keys do (binding.c): each takes the argument of its row. */

void act_help(int unused);
void act_show(int number);   /* the buffer of that number, from 0 */
void act_step(int step);     /* 1 buffer on, -1 back, round and round */
void act_active(int unused);
void act_before(int unused);
void act_page(int halves);
void act_scroll(int rows);
void act_home(int unused);
void act_end(int unused);
void act_mention(int step);
void act_unread(int unused);
void act_find(int unused);
void act_pick(int step);
void act_escape(int unused);
void act_side(int unused);
void act_members(int unused);
void act_redraw(int unused);
void act_cancel(int unused);
void act_suspend(int unused);

#endif
