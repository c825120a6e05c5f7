/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_WHEN_H
#define CLIENT_WHEN_H

#include <stdint.h>

/* Times and durations as people write them on a command line. */

/* "30" and "30s", "500ms", "5m", "2h", "1d", "1w" in milliseconds; -1 when it
 * is none, or too long. */
int64_t when_duration(const char *text);
/*
 * "2026-01-31", "2026-01-31T12:34", "2026-01-31 12:34:56.789" in local time,
 * with Z or +01:00 behind it in that zone; "12:34" of today; "90m": that long
 * before NOW.  Milliseconds since the Epoch, as NOW; -1 when it is none.
 */
int64_t when_parse(const char *text, int64_t now);

#endif
