/* SPDX-License-Identifier: ISC */
#ifndef SERVER_VERSION_H
#define SERVER_VERSION_H

#define MOOT_VERSION "0.1"

#endif
