/* SPDX-License-Identifier: ISC */
/*
 * Settings that are names and texts, which clients are shown or give.
 *
 * What stands where a protocol gives it a form is refused here when it has
 * not: a reader of the configuration knows its line, a client that is told
 * nonsense does not.
 */

#include <ctype.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../irc/tag.h"
#include "../irc/uri.h"
#include "config.h"
#include "log.h"
#include "setting.h"

/* Labels of letters, digits and inner hyphens, with dots between them: it
 * stands where clients expect a source without '!' or '@'. */
static int
is_host(const char *name)
{
	size_t label = 0;
	char last = '.';

	if (strlen(name) > 63)
		return 0;
	for (; *name != '\0'; last = *name++) {
		if (*name == '.') {
			if (label == 0 || last == '-')
				return 0;
			label = 0;
			continue;
		}
		if (!isalnum((unsigned char)*name) &&
		    (*name != '-' || label == 0))
			return 0;
		label++;
	}
	return label > 0 && last != '-';
}

int
setting_name(struct parser *p, char **value, int n)
{
	(void)n;
	if (is_host(value[0]))
		return setting_set(p, value[0]);
	complain(p, "name: \"%s\" is not a host name of at most 63 bytes",
	    log_safe(value[0]));
	return -1;
}

void
setting_name_derive(char *text, size_t size)
{
	char host[256] = "";

	if (gethostname(host, sizeof host - 1) == -1 || !is_host(host))
		snprintf(host, sizeof host, "moot.local");
	snprintf(text, size, "%s", host);
}

/* "HOST", "HOST:PORT", "[V6]:PORT": what an invitation can have. */
int
setting_public(struct parser *p, char **value, int n)
{
	char text[URI_MOST];
	struct uri u;

	(void)n;
	snprintf(text, sizeof text, "ircs://%s", value[0]);
	if (strpbrk(value[0], "/?") == NULL && uri_read(&u, text) == 0)
		return setting_set(p, value[0]);
	complain(p, "public-address: \"%s\" is not a host, or HOST:PORT",
	    log_safe(value[0]));
	return -1;
}

/* One word, for ISUPPORT gives it as NETWORK=value. */
int
setting_network(struct parser *p, char **value, int n)
{
	(void)n;
	if (value[0][0] != '\0' && strpbrk(value[0], " =\\") == NULL)
		return setting_set(p, value[0]);
	complain(p, "network: \"%s\" is empty or holds a space, '=' or '\\'",
	    log_safe(value[0]));
	return -1;
}

/* For people, in the last parameter of 312 and 364. */
int
setting_description(struct parser *p, char **value, int n)
{
	const char *t = value[0];

	(void)n;
	while ((unsigned char)*t >= ' ' && *t != 0x7f)
		t++;
	if (*t == '\0')
		return setting_set(p, value[0]);
	complain(p, "description: \"%s\" has a control", log_safe(value[0]));
	return -1;
}

/* A URL as ISUPPORT can give it: no space, and no backslash, which would begin
 * an escape there. */
int
setting_icon(struct parser *p, char **value, int n)
{
	const char *s = value[0];
	size_t scheme = strncmp(s, "https://", 8) == 0 ? 8
	    : strncmp(s, "http://", 7) == 0 ? 7 : 0;

	(void)n;
	for (; *s > ' ' && *s < 0x7f && *s != '\\'; s++)
		;
	if (scheme != 0 && value[0][scheme] != '\0' && *s == '\0')
		return setting_set(p, value[0]);
	complain(p, "network-icon: \"%s\" is not a URL of http or https in "
	    "ASCII", log_safe(value[0]));
	return -1;
}

/* As CLIENTTAGDENY has it; off is nothing. */
int
setting_client_tag_deny(struct parser *p, char **value, int n)
{
	(void)n;
	if (strcmp(value[0], "off") == 0)
		return setting_set(p, "");
	if (value[0][0] != '\0' && tag_deny_valid(value[0]))
		return setting_set(p, value[0]);
	complain(p, "client-tag-deny: \"%s\" is not a list of tags, such as "
	    "*,-typing", log_safe(value[0]));
	return -1;
}

int
setting_password(struct parser *p, char **value, int n)
{
	(void)n;
	return setting_set(p, value[0]);
}

int
setting_user(struct parser *p, char **value, int n)
{
	(void)n;
	if (value[0][0] != '\0' && getpwnam(value[0]) == NULL) {
		complain(p, "user: there is no user \"%s\"",
		    log_safe(value[0]));
		return -1;
	}
	return setting_set(p, value[0]);
}

int
setting_admin(struct parser *p, char **value, int n)
{
	struct config *config = p->config;
	char *line;
	size_t used = 0, size = sizeof config->admin[0];
	int i;

	if (config->nadmin == CONFIG_ADMIN) {
		complain(p, "admin: more than %d lines", CONFIG_ADMIN);
		return -1;
	}
	line = config->admin[config->nadmin];
	for (i = 0; i < n && used < size; i++)
		used += (size_t)snprintf(line + used, size - used, "%s%s",
		    i > 0 ? " " : "", value[i]);
	if (used >= size) {
		complain(p, "admin: longer than %zu bytes", size - 1);
		return -1;
	}
	config->nadmin++;
	return 0;
}
