/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_VERSION_H
#define CLIENT_VERSION_H

/* What -V and an answer to CTCP VERSION say; the build may set it. */
#ifndef MOOT_VERSION
#define MOOT_VERSION "0.1"
#endif

#endif
