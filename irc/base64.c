/* SPDX-License-Identifier: ISC */
/*
 * base64, both ways: for SASL, for the pins of keys, for what goes into a URL.
 * Pure.  Reading is strict where two texts would mean the same bytes: the bits
 * behind the last byte must be 0, and padding, if there is any, whole.
 */

#include <stdint.h>
#include <string.h>

#include "base64.h"

static const char base64_usual[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789-_";

static void
base64_put(char *dst, const unsigned char *p, size_t len, const char *digits)
{
	uint32_t v;
	size_t i;

	for (i = 0; i < len; i += 3) {
		v = (uint32_t)p[i] << 16;
		v |= i + 1 < len ? (uint32_t)p[i + 1] << 8 : 0;
		v |= i + 2 < len ? p[i + 2] : 0;
		*dst++ = digits[v >> 18];
		*dst++ = digits[v >> 12 & 63];
		*dst++ = i + 1 < len ? digits[v >> 6 & 63] : '=';
		*dst++ = i + 2 < len ? digits[v & 63] : '=';
	}
	*dst = '\0';
}

int
base64_write(char *dst, size_t size, const void *src, size_t len)
{
	if (BASE64_SIZE(len) > size)
		return -1;
	base64_put(dst, src, len, base64_usual);
	return 0;
}

int
base64_write_url(char *dst, size_t size, const void *src, size_t len)
{
	if (BASE64_SIZE(len) > size)
		return -1;
	base64_put(dst, src, len, base64_url);
	dst[strcspn(dst, "=")] = '\0';
	return 0;
}

/* Of either alphabet; -1: it is none. */
static int
base64_digit(char c)
{
	const char *p;

	if (c == '\0')
		return -1;
	if ((p = strchr(base64_usual, c)) != NULL)
		return (int)(p - base64_usual);
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

long
base64_read(void *dst, size_t size, const char *text, size_t len)
{
	unsigned char *out = dst;
	uint32_t v = 0;
	size_t i, n = 0, pad = 0;
	int digit, bits = 0;

	while (pad < 2 && len > 0 && text[len - 1] == '=') {
		pad++;
		len--;
	}
	if (len % 4 == 1 || (pad > 0 && (len + pad) % 4 != 0))
		return -1;
	for (i = 0; i < len; i++) {
		digit = base64_digit(text[i]);
		if (digit == -1)
			return -1;
		v = v << 6 | (uint32_t)digit;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		if (n == size)
			return -1;
		out[n++] = (unsigned char)(v >> bits);
		v &= (UINT32_C(1) << bits) - 1;
	}
	return v == 0 ? (long)n : -1;
}
