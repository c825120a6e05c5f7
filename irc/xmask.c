/* SPDX-License-Identifier: ISC */

/*
 * Whom a server's ban is for: an address or a network, a mask, an account.
 *
 * Each is known by its form, so that one command serves all three, and is
 * written back in one form, by which it is found again.  What could be two
 * things is none: a nick alone, or a host's name alone, is refused, and the
 * administrator says what was meant.
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "mask.h"
#include "name.h"
#include "xmask.h"

static const char account_word[] = "account:";
enum { ACCOUNT_WORD = sizeof(account_word) - 1 };

static int
parse_account(struct xmask *x, const char *name)
{
	if (!name_is_nick(name))
		return -1;
	x->kind = XMASK_ACCOUNT;
	snprintf(x->text, sizeof(x->text), "%s%s", account_word, name);
	return 0;
}

static int
parse_mask(struct xmask *x, const char *src)
{
	x->kind = XMASK_MASK;
	return mask_complete(x->text, sizeof(x->text), src);
}

/* ---- addresses ---- */

static int
is_mapped(const uint8_t addr[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(addr, mapped, sizeof(mapped)) == 0;
}

/* The digits at S, up to MOST; -1. */
static int
number(const char *s, int most)
{
	int n = 0;

	if (*s == '\0' || (*s == '0' && s[1] != '\0') || strlen(s) > 3)
		return -1;
	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + *s - '0';
	return *s == '\0' && n <= most ? n : -1;
}

/* Which family, and how many bits it has. */
static int
parse_host(struct xmask *x, const char *host)
{
	if (inet_pton(AF_INET, host, x->addr + 12) == 1) {
		memset(x->addr, 0, 10);
		x->addr[10] = x->addr[11] = 0xff;
		return 32;
	}
	return inet_pton(AF_INET6, host, x->addr) == 1 ? 128 : -1;
}

static void
address_text(struct xmask *x)
{
	int four = is_mapped(x->addr) && x->bits >= 96;
	char host[INET6_ADDRSTRLEN] = "", bits[16] = "";

	inet_ntop(four ? AF_INET : AF_INET6, four ? x->addr + 12 : x->addr,
	    host, sizeof(host));
	if (x->bits < 128)
		snprintf(bits, sizeof(bits), "/%u",
		    four ? x->bits - 96 : x->bits);
	/* a parameter must not begin with ':' */
	snprintf(x->text, sizeof(x->text), "%s%s%s", host[0] == ':' ? "0" : "",
	    host, bits);
}

static int
parse_address(struct xmask *x, const char *src)
{
	char host[INET6_ADDRSTRLEN];
	const char *slash = strchr(src, '/');
	size_t n = slash != NULL ? (size_t)(slash - src) : strlen(src);
	int most, bits;
	unsigned i;

	if (n >= sizeof(host))
		return -1;
	memcpy(host, src, n);
	host[n] = '\0';
	if ((most = parse_host(x, host)) < 0)
		return -1;
	bits = slash != NULL ? number(slash + 1, most) : most;
	if (bits < 0)
		return -1;
	x->kind = XMASK_ADDRESS;
	x->bits = (unsigned)(bits + 128 - most);
	for (i = x->bits; i < 128; i++)
		x->addr[i / 8] &= (uint8_t)~(0x80 >> i % 8);
	address_text(x);
	return 0;
}

int
xmask_parse(struct xmask *x, const char *src)
{
	memset(x, 0, sizeof(*x));
	if (strncmp(src, account_word, ACCOUNT_WORD) == 0)
		return parse_account(x, src + ACCOUNT_WORD);
	if (strpbrk(src, "!@") != NULL)
		return parse_mask(x, src);
	return parse_address(x, src);
}

int
xmask_same_net(const uint8_t a[16], const uint8_t b[16], unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return 0;
	return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

const char *
xmask_account(const struct xmask *x)
{
	return x->text + ACCOUNT_WORD;
}

int
xmask_is_all(const struct xmask *x)
{
	return x->kind == XMASK_MASK
	    ? strspn(x->text, "*?!@.:") == strlen(x->text)
	    : x->kind == XMASK_ADDRESS &&
	        (x->bits == 0 || (x->bits == 96 && is_mapped(x->addr)));
}

/* ---- durations ---- */

static const struct {
	char letter;
	int64_t seconds;
} units[] = { { 'y', 365 * 86400 }, { 'w', 7 * 86400 }, { 'd', 86400 },
	{ 'h', 3600 }, { 'm', 60 }, { 's', 1 } };

enum { UNITS = sizeof(units) / sizeof(units[0]) };

/* The number at *S, which moves behind it; -1 when there is none, or too
 * much. */
static int64_t
digits(const char **s)
{
	int64_t n = 0;

	if (**s < '0' || **s > '9')
		return -1;
	for (; **s >= '0' && **s <= '9'; (*s)++) {
		n = n * 10 + **s - '0';
		if (n > XMASK_FOREVER)
			return -1;
	}
	return n;
}

int64_t
xmask_duration(const char *src)
{
	int64_t sum = 0, n;
	int unit = 0;

	do {
		if ((n = digits(&src)) < 0)
			return -1;
		if (*src == '\0' && unit == 0) {
			sum = n * 60;
			break;
		}
		while (unit < UNITS && units[unit].letter != *src)
			unit++;
		if (unit == UNITS || *src++ == '\0')
			return -1;
		sum += n * units[unit++].seconds;
		if (sum > XMASK_FOREVER)
			return -1;
	} while (*src != '\0');
	return sum > 0 && sum <= XMASK_FOREVER ? sum : -1;
}

const char *
xmask_duration_text(char buf[32], int64_t seconds)
{
	size_t n = 0;
	int i, parts = 0;

	buf[0] = '\0';
	for (i = 0; i < UNITS && parts < 2; i++) {
		if (seconds < units[i].seconds && parts == 0)
			continue;
		parts++;
		if (seconds < units[i].seconds)
			continue;
		n += (size_t)snprintf(buf + n, 32 - n, "%lld%c",
		    (long long)(seconds / units[i].seconds), units[i].letter);
		seconds %= units[i].seconds;
	}
	if (n == 0)
		snprintf(buf, 32, "forever");
	return buf;
}
