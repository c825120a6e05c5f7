/* SPDX-License-Identifier: ISC */
/*
 * Settings about gateways: who may speak for others, by PROXY or WEBIRC.
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

int
setting_proxy(struct parser *p, char **value, int n)
{
	struct config *config = p->config;
	int certificates = strcmp(value[n - 1], "certificates") == 0, i;

	if (certificates && n == 1) {
		complain(p, "proxy: certificates of which network?");
		return -1;
	}
	for (i = 0; i < n - certificates; i++) {
		if (gateways_full(p, config->nproxy) ||
		    network_parse(p, value[i],
		        &config->proxies[config->nproxy]) != 0)
			return -1;
		config->proxies[config->nproxy++].certificates = certificates;
	}
	return 0;
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
