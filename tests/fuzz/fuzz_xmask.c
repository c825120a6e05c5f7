/* SPDX-License-Identifier: ISC */

/*
 * Whom a server's ban is for, LF, a duration.  What is taken comes back in one
 * form, which is taken for the same; it can stand in a line; a network has its
 * own address, and none of it is left where its bits end.
 */

#include "../../irc/xmask.h"
#include "fuzz.h"

static void
check_address(const struct xmask *x)
{
	uint8_t other[16];
	unsigned i;

	MUST(x->bits <= 128 && xmask_same_net(x->addr, x->addr, x->bits));
	for (i = x->bits; i < 128; i++)
		MUST((x->addr[i / 8] & (0x80 >> i % 8)) == 0);
	for (i = 0; i < 128; i++) {
		memcpy(other, x->addr, sizeof(other));
		other[i / 8] ^= (uint8_t)(0x80 >> i % 8);
		MUST(xmask_same_net(x->addr, other, x->bits) ==
		    (i >= x->bits));
	}
}

static void
check_mask(const char *src)
{
	struct xmask x, y;

	if (xmask_parse(&x, src) != 0)
		return;
	MUST(x.kind >= XMASK_ADDRESS && x.kind <= XMASK_ACCOUNT);
	MUST(strlen(x.text) <= XMASK_TEXT && x.text[0] != '\0');
	MUST(x.text[0] != ':' && strpbrk(x.text, " \r\n") == NULL);
	MUST(xmask_parse(&y, x.text) == 0 && y.kind == x.kind);
	MUST(strcmp(x.text, y.text) == 0 && x.bits == y.bits);
	MUST(memcmp(x.addr, y.addr, sizeof(x.addr)) == 0);
	if (x.kind == XMASK_ADDRESS)
		check_address(&x);
	if (x.kind == XMASK_ACCOUNT)
		MUST(!xmask_is_all(&x) && xmask_account(&x)[0] != '\0');
}

static void
check_duration(const char *src)
{
	int64_t n = xmask_duration(src), again;
	char buf[32];

	MUST(n == -1 || (n >= 1 && n <= XMASK_FOREVER));
	if (n < 0)
		return;
	xmask_duration_text(buf, n);
	again = xmask_duration(buf);
	/* two units say it, but for what is less than one in the second */
	MUST(again > 0 && again <= n && n - again < again);
	MUST(xmask_duration(xmask_duration_text(buf, again)) == again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *mask = fuzz_string(data, size), *rest = strchr(mask, '\n');

	if (rest != NULL)
		*rest++ = '\0';
	check_mask(mask);
	check_duration(rest != NULL ? rest : mask);
	free(mask);
	return 0;
}
