/* SPDX-License-Identifier: ISC */

/*
 * The first bytes of a connection from a proxy.  Whatever they are, the verdict
 * is the same however they are cut: first perhaps "more", then one of the two
 * others, and that stays.  What is known is written, and read again.
 */

#include "../../irc/proxy.h"
#include "fuzz.h"

/* Texts are words, and a header made of all this says the same. */
static void
check_known(const struct proxy *p)
{
	static const uint8_t to[16] = { 0x20, 1 };
	char buf[PROXY_MOST], text[2 * PROXY_FINGERPRINT + 1];
	uint8_t fingerprint[PROXY_FINGERPRINT];
	struct proxy q;
	long n;

	MUST(memchr(p->version, '\0', sizeof(p->version)) != NULL);
	MUST(memchr(p->cipher, '\0', sizeof(p->cipher)) != NULL);
	MUST(strpbrk(p->version, " \r\n\t") == NULL);
	MUST(strpbrk(p->cipher, " \r\n\t") == NULL);
	MUST(p->tls || !p->certified);
	n = proxy_write(p, 1, to, 2, buf, sizeof(buf));
	MUST(n > 0 && proxy_parse(&q, buf, (size_t)n) == n);
	MUST(q.known && memcmp(p->addr, q.addr, sizeof(q.addr)) == 0);
	MUST(p->tls == q.tls && p->certified == q.certified);
	proxy_fingerprint_text(text, p->fingerprint);
	MUST(proxy_fingerprint(fingerprint, text) == 0 &&
	    memcmp(fingerprint, p->fingerprint, sizeof(fingerprint)) == 0);
	if (!p->tls)
		return;
	MUST(strcmp(p->version, q.version) == 0 &&
	    strcmp(p->cipher, q.cipher) == 0);
	MUST(!p->certified || memcmp(p->fingerprint, q.fingerprint,
	    sizeof(q.fingerprint)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proxy p, q;
	long all, r, last = 0;
	char *buf, *text = fuzz_string(data, size);
	uint8_t net[16], same[16], fingerprint[PROXY_FINGERPRINT];
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
	if (all > 0 && p.known)
		check_known(&p);
	proxy_fingerprint(fingerprint, text);
	if (proxy_network(net, &bits, text) == 0) {
		MUST(bits <= 128 && proxy_same_network(net, net, bits));
		memset(same, 0xff, sizeof(same));
		MUST(proxy_same_network(net, same, 0));
	}
	free(buf);
	free(text);
	return 0;
}
