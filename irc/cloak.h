/* SPDX-License-Identifier: ISC */
#ifndef IRC_CLOAK_H
#define IRC_CLOAK_H

#include <stddef.h>
#include <stdint.h>

#include "name.h"
#include "siphash.h"

/*
 * What stands for an address (IPv6, IPv4 mapped into it): a name of three
 * parts and ".ip", of which the last ones are the same for all of a network,
 * so that "*.second.third.ip" covers a /24 or a /48.
 */
void cloak_address(char buf[NAME_HOST + 1], const uint8_t key[SIPHASH_KEY],
    const uint8_t addr[16]);
/* What stands for who is logged in to ACCOUNT: "account.account". */
void cloak_account(char buf[NAME_HOST + 1], const char *account);

#endif
