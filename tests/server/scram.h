/* SPDX-License-Identifier: ISC */
#ifndef TESTS_SERVER_SCRAM_H
#define TESTS_SERVER_SCRAM_H

#include <stddef.h>

/* The client's side of SASL PLAIN and SCRAM-SHA-256 (RFC 5802, RFC 7677), and
 * the SHA-256 it needs. */

void sha256(unsigned char out[32], const void *data, size_t len);
void base64(char *dst, const void *src, size_t len);
/* Returns the bytes at DST, -1 when it is none. */
long base64_back(void *dst, size_t size, const char *src);

/* "\0ACCOUNT\0PASSWORD" in base64; static. */
const char *plain_message(const char *account, const char *password);

struct scram_client {
	char first[512];       /* bare */
	char auth[2048];       /* what is signed */
	unsigned char server_key[32];
};

/* The messages, in base64, into static buffers.  The last one is NULL when
 * what the server said is no challenge. */
const char *scram_first(struct scram_client *s, const char *account);
const char *scram_final(struct scram_client *s, const char *password,
    const char *challenge);
/* Whether the server's last message proves that it knows the password. */
int scram_proves(const struct scram_client *s, const char *last);

#endif
