/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_CERT_H
#define CLIENT_CERT_H

/* `moot cert [FILE]': makes a certificate where there is none, and says how to
 * use it.  The exit status. */
int cert_main(int argc, char **argv);

#endif
