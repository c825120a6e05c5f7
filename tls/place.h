/* SPDX-License-Identifier: ISC */
#ifndef TLS_PLACE_H
#define TLS_PLACE_H

#include "page.h"

/* Where this process tells of itself: in main.c. */
extern struct tls_page *page;
extern struct tls_place *place;

#endif
