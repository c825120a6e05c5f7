/* SPDX-License-Identifier: ISC */
/* The arguments of mootd-tls: see options.h. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../ipc/confine.h"
#include "../irc/proxy.h"
#include "../server/version.h"
#include "options.h"
#include "page.h"

struct options options = { .place = -1, .page = -1, .life = -1, .dir = ".",
	.name = "localhost", .handshakes = 1000, .per_address = 100,
	.timeout = 10, .ipv6_prefix = 64, .log_level = 1,
	.confine = CONFINE_ON };

static const char usage_text[] =
    "usage: mootd-tls -p PLACE -m FD -e FD -a NAME -f FD [-f FD ...]\n"
    "           [-c FILE] [-k FILE] [-d DIR] [-n NAME] [-t SECONDS]\n"
    "           [-i NUMBER] [-j NUMBER] [-r RATE] [-b BITS] "
    "[-w NETWORK ...]\n"
    "           [-x NETWORK ...] [-l LEVEL] [-s] [-C MODE] [-D CORE]\n"
    "       mootd-tls -V\n"
    "mootd(8) starts it; mootd-tls(8) is the manual.\n";

static void
usage(void)
{
	fputs(usage_text, stderr);
	exit(1);
}

static void
add_listener(const char *text)
{
	if (options.nlistener == OPTIONS_LISTENERS)
		usage();
	options.listener[options.nlistener++] = atoi(text);
}

static void
add_network(struct options_network *networks, int *n, const char *text)
{
	struct options_network *net = &networks[*n];

	if (*n == OPTIONS_NETWORKS ||
	    proxy_network(net->addr, &net->bits, text) != 0)
		usage();
	++*n;
}

/* "COUNT/MS BURST". */
static void
set_rate(const char *text)
{
	struct bucket_rate *r = &options.rate;

	if (sscanf(text, "%u/%u %u", &r->count, &r->per, &r->burst) != 3)
		usage();
}

int
options_has(const struct options_network *networks, int n,
    const uint8_t addr[16])
{
	int i;

	for (i = 0; i < n; i++)
		if (proxy_same_network(addr, networks[i].addr,
		        networks[i].bits))
			return 1;
	return 0;
}

static void
version(void)
{
	printf("mootd-tls %s\n%s\n", MOOT_VERSION,
	    OpenSSL_version(OPENSSL_VERSION));
	exit(0);
}

/* Whether what cannot be guessed is there. */
static int
is_complete(void)
{
	return options.place >= 0 && options.place < TLS_PLACES &&
	    options.page >= 0 && options.life >= 0 &&
	    options.workers != NULL && options.nlistener > 0;
}

static int
option_next(int argc, char **argv)
{
	return getopt(argc, argv, "C:D:a:b:c:d:e:f:i:j:k:l:m:n:p:r:st:w:x:V");
}

void
options_read(int argc, char **argv)
{
	static const struct {
		char letter;
		const char **text;
	} texts[] = {
		{ 'a', &options.workers },
		{ 'c', &options.cert },
		{ 'd', &options.dir },
		{ 'k', &options.key },
		{ 'n', &options.name },
	};
	static const struct {
		char letter;
		int *number;
	} numbers[] = {
		{ 'C', &options.confine },
		{ 'D', &options.core },
		{ 'b', (int *)&options.ipv6_prefix },
		{ 'e', &options.life },
		{ 'i', (int *)&options.handshakes },
		{ 'j', (int *)&options.per_address },
		{ 'l', &options.log_level },
		{ 'm', &options.page },
		{ 'p', &options.place },
		{ 't', (int *)&options.timeout },
	};
	int opt;
	size_t i;

	while ((opt = option_next(argc, argv)) != -1) {
		for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
			if (opt == texts[i].letter)
				*texts[i].text = optarg;
		for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
			if (opt == numbers[i].letter)
				*numbers[i].number = atoi(optarg);
		if (opt == 'f')
			add_listener(optarg);
		else if (opt == 'x')
			add_network(options.proxy, &options.nproxy, optarg);
		else if (opt == 'w')
			add_network(options.exempt, &options.nexempt, optarg);
		else if (opt == 'r')
			set_rate(optarg);
		else if (opt == 's')
			options.to_syslog = 1;
		else if (opt == 'V')
			version();
		else if (opt == '?')
			usage();
	}
	if (optind != argc || !is_complete())
		usage();
}
