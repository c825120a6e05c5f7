/* SPDX-License-Identifier: ISC */
#ifndef STORE_ROOM_H
#define STORE_ROOM_H

#include "request.h"

/* The registered room that a request is about: 1; else it is answered, 0. */
int room_need(struct database *db, struct request *r, int64_t *id);

#endif
