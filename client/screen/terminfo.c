/* SPDX-License-Identifier: ISC */
/*
 * What terminfo(5) knows of the terminal, asked before curses is.
 *
 * A file of its own, since term.h makes macros of words as common as
 * `columns' and `lines'.
 */

#include <unistd.h>

#undef SCREEN /* what the build says is a name of curses, too */
#include <curses.h>
#include <term.h>

#include "terminfo.h"

int
terminfo_is_known(void)
{
	int error, known;

	if (setupterm(NULL, STDOUT_FILENO, &error) != OK)
		return 0;
	known = cursor_address != NULL;
	del_curterm(cur_term);
	return known;
}
