/* SPDX-License-Identifier: ISC */
/*
 * The value of the capability sts.  Pure.  What it means is the session's:
 * where a port is said on a plain connection, to leave it at once; where a
 * duration is said on one with TLS, to remember it.
 */

#include <string.h>

#include "sts.h"

#define STS_MOST (INT64_C(100) * 365 * 86400) /* for ever, to us */

static int64_t
sts_duration(const char *text, size_t len)
{
	int64_t n = 0;
	size_t i;

	if (len == 0)
		return -1;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		n = 10 * n + text[i] - '0';
		if (n > STS_MOST)
			n = STS_MOST;
	}
	return n;
}

void
sts_read(struct sts *s, const char *value)
{
	size_t len;

	memset(s, 0, sizeof(*s));
	s->duration = -1;
	for (; *value != '\0'; value += len + (value[len] == ',')) {
		len = strcspn(value, ",");
		if (len > 5 && strncmp(value, "port=", 5) == 0)
			uri_port(s->port, value + 5, len - 5);
		else if (len > 9 && strncmp(value, "duration=", 9) == 0)
			s->duration = sts_duration(value + 9, len - 9);
	}
}
