/* SPDX-License-Identifier: ISC */
#ifndef STORE_HANDLERS_H
#define STORE_HANDLERS_H

#include "database.h"
#include "request.h"

/* What the rows of request.c name, each in the file of its noun. */

typedef void request_handler(struct database *db, struct request *r);

/* history.c */
request_handler req_history, req_targets, req_pending, req_delivered;
/* search_request.c */
request_handler req_search;
/* redact.c */
request_handler req_redact;

#endif
