/* SPDX-License-Identifier: ISC */

/*
 * The first bytes of a connection from a proxy.  Whatever they are, the verdict
 * is the same however they are cut: first perhaps "more", then one of the two
 * others, and that stays.
 */

#include "../../irc/proxy.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proxy p, q;
	long all, r, last = 0;
	char *buf, *text = fuzz_string(data, size);
	uint8_t net[16], same[16];
	unsigned bits;
	size_t n;

	MUST((buf = malloc(size + 1)) != NULL);
	if (size > 0)
		memcpy(buf, data, size);
	all = proxy_parse(&p, buf, size);
	MUST(all >= -1 && all <= (long)size && all <= PROXY_MOST);
	MUST(all > 0 || all == -1 || size < PROXY_MOST);
	MUST(all > 0 || !p.known || all == -1);
	for (n = 0; n <= size && n <= PROXY_MOST + 1; n++) {
		char *part = malloc(n + 1);

		MUST(part != NULL);
		if (n > 0)
			memcpy(part, data, n);
		r = proxy_parse(&q, part, n);
		MUST(r <= (long)n);
		MUST(last == 0 || r == last);
		last = r;
		free(part);
	}
	if (all > 0)
		MUST(last == all && p.known == q.known &&
		    memcmp(p.addr, q.addr, 16) == 0);
	if (proxy_network(net, &bits, text) == 0) {
		MUST(bits <= 128 && proxy_same_network(net, net, bits));
		memset(same, 0xff, sizeof(same));
		MUST(proxy_same_network(net, same, 0));
	}
	free(buf);
	free(text);
	return 0;
}
