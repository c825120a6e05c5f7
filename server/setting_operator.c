/* SPDX-License-Identifier: ISC */
/*
 * Settings about operators: their privileges, classes and passwords.
 *
 * A class may stand behind the operator it is for, so what an operator may do
 * is known when all lines are read: setting_operators_check().
 */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "../irc/proxy.h"
#include "config.h"
#include "log.h"
#include "setting.h"

/*
 * What crypt(3) makes: "$id$...", or 13 characters of its alphabet from the
 * days of DES.  Whether the system knows the method only crypt() can say; this
 * catches the password that was written in place of its hash.
 */
static int
is_hash(const char *hash)
{
	static const char alphabet[] = "./0123456789"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	size_t len = strlen(hash);

	if (hash[0] != '$')
		return len == 13 && strspn(hash, alphabet) == len;
	for (; *hash != '\0'; hash++)
		if (!isgraph((unsigned char)*hash) ||
		    strchr(":;*!\\", *hash) != NULL)
			return 0;
	hash -= len;
	/* '$', an identifier, '$', and more than a salt. */
	return hash[1] != '$' && strchr(hash + 1, '$') != NULL && len >= 20;
}

static const struct {
	const char *name;
	uint32_t bit;
} privileges[] = {
	{ "addresses", PRIV_ADDRESSES },
	{ "ban", PRIV_BAN },
	{ "flood", PRIV_FLOOD },
	{ "kill", PRIV_KILL },
	{ "rehash", PRIV_REHASH },
	{ "rooms", PRIV_ROOMS },
	{ "see", PRIV_SEE },
	{ "wallops", PRIV_WALLOPS },
};

enum { PRIVILEGES = sizeof privileges / sizeof privileges[0] };

const char *
config_privilege(int i, uint32_t *bit)
{
	*bit = i >= 0 && i < PRIVILEGES ? privileges[i].bit : 0;
	return i >= 0 && i < PRIVILEGES ? privileges[i].name : NULL;
}

/* The bits of the privilege called NAME; 0 for none. */
static uint32_t
privilege_find(const char *name)
{
	int i;

	if (strcmp(name, "all") == 0)
		return PRIV_ALL;
	for (i = 0; i < PRIVILEGES; i++)
		if (strcmp(privileges[i].name, name) == 0)
			return privileges[i].bit;
	return 0;
}

/* Whether VALUE can be the name of an operator or a class: it stands in
 * lines that are split at these. */
static int
is_word(const char *value, size_t size)
{
	return value[0] != '\0' && strpbrk(value, " :,*?") == NULL &&
	    strlen(value) < size;
}

static struct config_class *
class_find(struct config *config, const char *name)
{
	int i;

	for (i = 0; i < config->nclass; i++)
		if (strcmp(config->classes[i].name, name) == 0)
			return &config->classes[i];
	return NULL;
}

int
setting_class(struct parser *p, char **value, int n)
{
	struct config *config = p->config;
	struct config_class *class = &config->classes[config->nclass];
	uint32_t bits;
	int i;

	if (config->nclass == CONFIG_CLASS) {
		complain(p, "operator-class: more than %d lines",
		    CONFIG_CLASS);
		return -1;
	}
	if (!is_word(value[0], sizeof class->name)) {
		complain(p, "operator-class: \"%s\" is not a name of 1 to %zu "
		    "bytes without space, ':', ',', '*' and '?'",
		    log_safe(value[0]), sizeof class->name - 1);
		return -1;
	}
	if (class_find(config, value[0]) != NULL) {
		complain(p, "operator-class: \"%s\" is given twice",
		    log_safe(value[0]));
		return -1;
	}
	class->privileges = 0;
	for (i = 1; i < n; i++) {
		if ((bits = privilege_find(value[i])) == 0) {
			complain(p, "operator-class: there is no privilege "
			    "\"%s\"", log_safe(value[i]));
			return -1;
		}
		class->privileges |= bits;
	}
	memcpy(class->name, value[0], strlen(value[0]) + 1);
	config->nclass++;
	return 0;
}

/* Whether VALUE is certificate=FINGERPRINT, taken into OP: 1, 0, or -1, having
 * complained. */
static int
certificate_take(struct parser *p, const char *value,
    struct config_operator *op)
{
	static const char word[] = "certificate=";
	const size_t n = sizeof word - 1;

	if (strncmp(value, word, n) != 0)
		return 0;
	if (proxy_fingerprint(op->fingerprint, value + n) != 0) {
		complain(p, "operator: \"%s\" is not the SHA-256 fingerprint "
		    "of a certificate, 64 hexadecimal digits",
		    log_safe(value + n));
		return -1;
	}
	op->certified = 1;
	return 1;
}

/* The same of a hash that follows NAME. */
static int
hash_take(struct parser *p, const char *name, const char *value,
    struct config_operator *op)
{
	if (is_hash(value) && strlen(value) < sizeof op->hash) {
		memcpy(op->hash, value, strlen(value) + 1);
		return 1;
	}
	complain(p, "operator: what follows \"%s\" is not a hash of "
	    "crypt(3)", log_safe(name));
	return -1;
}

/*
 * HASH, certificate=FINGERPRINT or both, behind the name: how many words these
 * were, or -1, having complained.  A hash in the second place is told from a
 * class by its '$'.
 */
static int
proofs_take(struct parser *p, char **value, int n, struct config_operator *op)
{
	int taken, more = 0;

	op->certified = 0;
	op->hash[0] = '\0';
	if ((taken = certificate_take(p, value[1], op)) == 0)
		taken = hash_take(p, value[0], value[1], op);
	if (taken > 0 && n > 2 && !op->certified)
		more = certificate_take(p, value[2], op);
	else if (taken > 0 && n > 2 && value[2][0] == '$')
		more = hash_take(p, value[0], value[2], op);
	return taken < 0 || more < 0 ? -1 : taken + more;
}

/* operator NAME [HASH] [certificate=FINGERPRINT] [CLASS], one of the two at
 * least. */
int
setting_operator(struct parser *p, char **value, int n)
{
	struct config *config = p->config;
	struct config_operator *op = &config->operators[config->noperator];
	const char *class;
	int i;

	if (config->noperator == CONFIG_OPERATOR) {
		complain(p, "operator: more than %d lines", CONFIG_OPERATOR);
		return -1;
	}
	if (!is_word(value[0], sizeof op->name)) {
		complain(p, "operator: \"%s\" is not a name of 1 to %zu bytes "
		    "without space, ':', ',', '*' and '?'", log_safe(value[0]),
		    sizeof op->name - 1);
		return -1;
	}
	for (i = 0; i < config->noperator; i++)
		if (strcmp(config->operators[i].name, value[0]) == 0) {
			complain(p, "operator: \"%s\" is given twice",
			    log_safe(value[0]));
			return -1;
		}
	if ((i = proofs_take(p, value, n, op)) < 0)
		return -1;
	class = i + 1 < n ? value[i + 1] : "";
	if (n > i + 2 || (i + 1 < n && !is_word(class, sizeof op->class))) {
		complain(p, "operator: \"%s\" is not the name of a class",
		    log_safe(n > i + 2 ? value[i + 2] : class));
		return -1;
	}
	memcpy(op->name, value[0], strlen(value[0]) + 1);
	snprintf(op->class, sizeof op->class, "%s", class);
	p->operator_line[config->noperator] = p->line;
	config->noperator++;
	return 0;
}

/* Gives the operators what their classes, which may stand behind them, have. */
void
setting_operators_check(struct parser *p)
{
	const struct config_class *class;
	struct config_operator *op;
	int i;

	for (i = 0; i < p->config->noperator; i++) {
		op = &p->config->operators[i];
		op->privileges = PRIV_ALL;
		if (op->class[0] == '\0')
			continue;
		if ((class = class_find(p->config, op->class)) != NULL) {
			op->privileges = class->privileges;
			continue;
		}
		p->line = p->operator_line[i];
		complain(p, "operator: there is no operator-class \"%s\"",
		    log_safe(op->class));
	}
}
