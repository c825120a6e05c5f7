/* SPDX-License-Identifier: ISC */
#ifndef TLS_CONFINED_H
#define TLS_CONFINED_H

/* Gives up what is not needed any more, once listeners, certificate and epoll
 * set are there: see ipc/confine.h. */
void confined_begin(void);

#endif
