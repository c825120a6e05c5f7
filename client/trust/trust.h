/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_TRUST_H
#define CLIENT_TRUST_H

/* `moot trust HOST[:PORT]': shows by which key a server is known, and accepts
 * it if its user says so.  The exit status. */
int trust_main(int argc, char **argv);

#endif
