/* SPDX-License-Identifier: ISC */
#ifndef STORE_CERTIFICATE_H
#define STORE_CERTIFICATE_H

#include "account.h"

/* Certificates that an account is logged in to with, by their fingerprints. */

enum {
	CERTIFICATE_MOST = 8,   /* of an account */
	CERTIFICATE_TEXT = 65,  /* bytes of a fingerprint as text */
};

/* TEXT as fingerprints are kept, into BUF: 0, or -1 when it is none. */
int certificate_parse(char buf[CERTIFICATE_TEXT], const char *text);
/* The account that FINGERPRINT, as kept, belongs to: 1, 0 nobody's, -1. */
int certificate_find(struct database *db, const char *fingerprint,
    struct account *a);
/* Answers those of the account NAME, if there is one: 0 or -1. */
int certificate_export(struct database *db, struct request *r,
    const char *name);

#endif
