/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_LINE_H
#define CLIENT_LINE_H

#include "client/news.h"

/*
 * The line mode: each piece of news in words, a line each, as moot(1) tells
 * under "What is shown".  display_open() comes first.
 */
void line_tell(struct session *s, const struct news *n);

#endif
