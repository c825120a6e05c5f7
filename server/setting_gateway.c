/* SPDX-License-Identifier: ISC */
/*
 * Settings that name networks: of gateways, who may speak for others by PROXY
 * or WEBIRC, and of those who are exempt from limits.
 */

#include <string.h>

#include "../irc/proxy.h"
#include "config.h"
#include "log.h"
#include "setting.h"

static int
network_parse(struct parser *p, const char *text, struct config_network *n)
{
	if (proxy_network(n->addr, &n->bits, text) == 0)
		return 0;
	complain(p, "%s: \"%s\" is neither an address nor ADDRESS/BITS",
	    p->setting->word, log_safe(text));
	return -1;
}

static int
gateways_full(struct parser *p, int n)
{
	if (n < CONFIG_GATEWAYS)
		return 0;
	complain(p, "%s: more than %d networks", p->setting->word,
	    CONFIG_GATEWAYS);
	return 1;
}

/* Adds the networks of VALUE to LIST, which has *COUNT. */
static int
networks_add(struct parser *p, char **value, int n,
    struct config_network *list, int *count)
{
	int i;

	for (i = 0; i < n; i++) {
		if (gateways_full(p, *count) ||
		    network_parse(p, value[i], &list[*count]) != 0)
			return -1;
		++*count;
	}
	return 0;
}

int
setting_proxy(struct parser *p, char **value, int n)
{
	struct config *config = p->config;
	int certificates = strcmp(value[n - 1], "certificates") == 0;
	int first = config->nproxy;

	if (certificates && n == 1) {
		complain(p, "proxy: certificates of which network?");
		return -1;
	}
	if (networks_add(p, value, n - certificates, config->proxies,
	        &config->nproxy) != 0)
		return -1;
	for (; first < config->nproxy; first++)
		config->proxies[first].certificates = certificates;
	return 0;
}

int
setting_exempt(struct parser *p, char **value, int n)
{
	return networks_add(
	    p, value, n, p->config->exempts, &p->config->nexempt);
}

int
setting_webirc(struct parser *p, char **value, int n)
{
	struct config *config = p->config;
	size_t len = strlen(value[0]);
	struct config_webirc *w;
	int i;

	/* it is a parameter of a line that is not the last one */
	if (len == 0 || len >= sizeof config->webircs[0].password ||
	    value[0][0] == ':' || strchr(value[0], ' ') != NULL) {
		complain(p, "webirc: the password is empty, longer than %zu "
		    "bytes, begins with ':' or holds a space",
		    sizeof config->webircs[0].password - 1);
		return -1;
	}
	for (i = 1; i < n; i++) {
		if (gateways_full(p, config->nwebirc))
			return -1;
		w = &config->webircs[config->nwebirc];
		if (network_parse(p, value[i], &w->network) != 0)
			return -1;
		memcpy(w->password, value[0], len + 1);
		config->nwebirc++;
	}
	return 0;
}
