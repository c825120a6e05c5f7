/* SPDX-License-Identifier: ISC */
#ifndef STORE_HANDLERS_H
#define STORE_HANDLERS_H

#include "database.h"
#include "request.h"

/* What the rows of request.c name, each in the file of its noun. */

typedef void request_handler(struct database *db, struct request *r);

request_handler req_history, req_pending, req_delivered; /* history.c */
request_handler req_targets; /* targets.c */
request_handler req_search;  /* search_request.c */
request_handler req_redact;  /* redact.c */
request_handler req_keep;    /* absent.c */
request_handler req_fetch;   /* fetch.c */

/* register.c: what hashes a new password, and the rest */
request_handler prepare_register, prepare_add;
request_handler req_register, req_verify, req_account_add, req_passwd;
/* account.c */
request_handler req_set, req_seen, req_drop, req_owner;
request_handler req_account_list, req_account_show, req_account_suspend;
request_handler req_account_unsuspend, req_account_remove;
/* certificate.c */
request_handler req_account_cert, req_account_uncert, req_account_certs;
/* invite.c */
request_handler req_account_invite, req_account_invites;
request_handler req_account_uninvite;

/* login.c: what checks a password, and the rest */
request_handler prepare_plain, prepare_password;
request_handler req_plain, req_identify, req_scram, req_external;

/* local.c */
request_handler req_local;

/* room.c */
request_handler req_room_register, req_room_drop, req_room_save;
request_handler req_room_founder, req_room_access, req_room_ban;
request_handler req_room_unban, req_room_keep;
/* room_show.c */
request_handler req_room_show, req_room_load, req_room_list;

request_handler req_markread, req_marked; /* marker.c */
request_handler req_metadata_show, req_metadata_set; /* metadata.c */
request_handler req_retention, req_export, req_erase; /* retention.c */
request_handler req_backup, req_backup_copied, req_status; /* backup.c */
request_handler req_audited, req_audits; /* audit.c */
request_handler req_xline_add, req_xline_del, req_xline_list; /* xline.c */

#endif
