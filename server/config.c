/* SPDX-License-Identifier: ISC */
/*
 * Reads mootd.conf(5).  The master calls it at its start and at each reload;
 * mootd -t calls it to say where a file is wrong.
 *
 * The table `settings' is the whole of it: how a word's values are read, where
 * they go, their limits, what is used when the word is absent, and whether a
 * reload may change it.  A default is text and takes the same way as a line of
 * the file, so what the manual shows is what the program does.
 *
 * A wrong line is noted and the next one read, so that one run names all that
 * is wrong.  Nothing is logged here, and neither a password nor a hash ever
 * reaches a message.  On failure the configuration is of no use, but safe to
 * hand to config_free().
 */

#include <sys/stat.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../irc/guess.h"
#include "../irc/metadata.h"
#include "../irc/proxy.h"
#include "../irc/tag.h"
#include "../irc/utf8.h"
#include "config.h"
#include "log.h"

#define KIB ((uint64_t)1 << 10)
#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

enum {
	FILE_MOST = 1 << 20,   /* bytes of a configuration file */
	LINE_MOST = 1024,      /* bytes of one line of it */
	VALUES = 64,           /* words on one line */
	ERRORS_TAIL = 320,     /* kept free for "N more errors" */
};

/* Flags of a setting. */
enum {
	FIXED = 1 << 0,    /* a change needs a restart */
	REPEAT = 1 << 1,   /* may be given on several lines */
	HEX = 1 << 2,      /* 0x is understood */
};

struct setting;

/* What is being read, and where complaints go. */
struct parser {
	struct config *config;
	struct config_errors *errors;
	const char *file;      /* as the caller named it */
	int line;
	const struct setting *setting;
	int *seen;             /* per setting: the line it was on, or 0 */
	int listen_line[CONFIG_LISTEN];
	int operator_line[CONFIG_OPERATOR];
};

struct setting {
	const char *word;
	int (*read)(struct parser *, char **value, int n);
	int (*same)(const struct config *, const struct config *,
	    const struct setting *);
	size_t offset, size;   /* of its field */
	int least, most;       /* values it takes */
	uint64_t min, max;     /* of a number */
	int flags;
	const char *usual;     /* the default as it would be written, or */
	void (*derive)(char *text, size_t size); /* who works it out */
};

static void complain(struct parser *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
complain(struct parser *p, const char *fmt, ...)
{
	struct config_errors *e = p->errors;
	size_t used = strlen(e->text);
	char text[1024], line[1400];
	va_list ap;
	int len;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (p->line > 0)
		len = snprintf(line, sizeof line, "%s:%d: %s\n",
		    log_safe(p->file), p->line, text);
	else
		len = snprintf(line, sizeof line, "%s: %s\n",
		    log_safe(p->file), text);
	e->count++;
	if (len < (int)sizeof line &&
	    used + (size_t)len < sizeof e->text - ERRORS_TAIL)
		memcpy(e->text + used, line, (size_t)len + 1);
}

static void *
field(struct parser *p)
{
	return (char *)p->config + p->setting->offset;
}

/* "WORD: \"x\" is not a, b or c", of N words. */
static void
complain_choice(
    struct parser *p, const char *value, const char *const *words, int n)
{
	char text[160] = "";
	size_t used = 0;
	int i;

	for (i = 0; i < n && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%s", words[i],
		    i + 2 < n ? ", " : i + 2 == n ? " or " : "");
	complain(p, "%s: \"%s\" is not %s", p->setting->word,
	    log_safe(value), text);
}

/* Copies TEXT to the field and clears what is behind it. */
static int
field_set(struct parser *p, const char *text)
{
	size_t len = strlen(text);

	if (len >= p->setting->size) {
		complain(p, "%s: longer than %zu bytes", p->setting->word,
		    p->setting->size - 1);
		return -1;
	}
	memset(field(p), 0, p->setting->size);
	memcpy(field(p), text, len);
	return 0;
}

/* Numbers and sizes. */

static uint64_t
suffix_factor(const char *suffix)
{
	static const struct {
		const char *text;
		uint64_t factor;
	} suffixes[] = {
		{ "", 1 }, { "k", KIB }, { "m", MIB }, { "g", GIB },
	};
	size_t i;

	for (i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
		if (strcasecmp(suffix, suffixes[i].text) == 0)
			return suffixes[i].factor;
	return 0;
}

/* A size as a person would write it: the largest unit that loses nothing. */
static void
size_text(char *text, size_t size, uint64_t n)
{
	const char *units[] = { "", "K", "M", "G" };
	int i = 0;

	while (i < 3 && n > 0 && n % KIB == 0) {
		n /= KIB;
		i++;
	}
	snprintf(text, size, "%" PRIu64 "%s", n, units[i]);
}

/* Reads digits; -1 if there are none, saturates if there are too many. */
static int
digits_read(uint64_t *n, const char *text, char **end, int base)
{
	if (!isxdigit((unsigned char)*text))
		return -1;
	errno = 0;
	*n = strtoull(text, end, base);
	return *end == text ? -1 : 0;
}

static int
number_parse(struct parser *p, const char *text, uint64_t *n)
{
	const struct setting *st = p->setting;
	int base = 10;
	char *end;

	if ((st->flags & HEX) && strncasecmp(text, "0x", 2) == 0)
		base = 16;
	if (digits_read(n, text, &end, base) == -1 || *end != '\0') {
		complain(p, "%s: \"%s\" is not a number", st->word,
		    log_safe(text));
		return -1;
	}
	if (*n < st->min || *n > st->max) {
		complain(p, "%s: %s is not within %" PRIu64 "..%" PRIu64,
		    st->word, log_safe(text), st->min, st->max);
		return -1;
	}
	return 0;
}

static int
number_read(struct parser *p, char **value, int n)
{
	uint64_t number;
	uint32_t narrow;

	(void)n;
	if (number_parse(p, value[0], &number) == -1)
		return -1;
	narrow = (uint32_t)number;
	memcpy(field(p), &narrow, sizeof narrow);
	return 0;
}

/* A number, or off: 0. */
static int
delay_read(struct parser *p, char **value, int n)
{
	if (strcmp(value[0], "off") != 0)
		return number_read(p, value, n);
	memset(field(p), 0, p->setting->size);
	return 0;
}

static int
workers_read(struct parser *p, char **value, int n)
{
	if (isdigit((unsigned char)value[0][0]))
		return number_read(p, value, n);
	if (strcmp(value[0], "auto") != 0) {
		complain(p, "workers: \"%s\" is neither a number nor auto",
		    log_safe(value[0]));
		return -1;
	}
	p->config->workers = 0;
	return 0;
}

static int
size_read(struct parser *p, char **value, int n)
{
	const struct setting *st = p->setting;
	char least[32], most[32], *end;
	uint64_t number, factor;

	(void)n;
	if (digits_read(&number, value[0], &end, 10) == -1 ||
	    (factor = suffix_factor(end)) == 0) {
		complain(p, "%s: \"%s\" is not a size such as 512K, 64M or 1G",
		    st->word, log_safe(value[0]));
		return -1;
	}
	if (number > st->max / factor || number * factor < st->min) {
		size_text(least, sizeof least, st->min);
		size_text(most, sizeof most, st->max);
		complain(p, "%s: %s is not within %s..%s", st->word,
		    log_safe(value[0]), least, most);
		return -1;
	}
	number *= factor;
	memcpy(field(p), &number, sizeof number);
	return 0;
}

static int
flood_read(struct parser *p, char **value, int n)
{
	uint64_t lines, burst;

	if (n == 1 && strcmp(value[0], "off") == 0) {
		p->config->flood_lines = p->config->flood_burst = 0;
		return 0;
	}
	if (n != 2) {
		complain(p, "flood: takes LINES and BURST, or off");
		return -1;
	}
	if (number_parse(p, value[0], &lines) == -1 ||
	    number_parse(p, value[1], &burst) == -1)
		return -1;
	p->config->flood_lines = (uint32_t)lines;
	p->config->flood_burst = (uint32_t)burst;
	return 0;
}

/* One of WORDS, a list that ends with NULL; the field is its place there. */
static int
choice_read(struct parser *p, const char *value, const char *const *words)
{
	int n;

	for (n = 0; words[n] != NULL; n++)
		if (strcmp(value, words[n]) == 0) {
			*(int *)field(p) = n;
			return 0;
		}
	complain_choice(p, value, words, n);
	return -1;
}

static int
level_read(struct parser *p, char **value, int n)
{
	static const char *const words[] = {
		[LOG_LEVEL_WARN] = "warn",
		[LOG_LEVEL_INFO] = "info",
		[LOG_LEVEL_DEBUG] = "debug",
		NULL,
	};

	(void)n;
	return choice_read(p, value[0], words);
}

static int
switch_read(struct parser *p, char **value, int n)
{
	static const char *const words[] = { "off", "on", NULL };

	(void)n;
	return choice_read(p, value[0], words);
}

static int
registration_read(struct parser *p, char **value, int n)
{
	static const char *const words[] = {
		[REGISTRATION_OPEN] = "open",
		[REGISTRATION_CLOSED] = "closed",
		[REGISTRATION_INVITE] = "invite",
		NULL,
	}, *const more[] = { "email", "connected", NULL };
	static const int flags[] = { REGISTRATION_EMAIL, REGISTRATION_LATE };
	int *to = field(p), all, i;

	if (choice_read(p, value[0], words) == -1)
		return -1;
	for (all = *to, i = 1; i < n; i++) {
		if (choice_read(p, value[i], more) == -1)
			return -1;
		all |= flags[*to];
	}
	*to = all;
	return 0;
}

/* Names and texts. */

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

static int
name_read(struct parser *p, char **value, int n)
{
	(void)n;
	if (is_host(value[0]))
		return field_set(p, value[0]);
	complain(p, "name: \"%s\" is not a host name of at most 63 bytes",
	    log_safe(value[0]));
	return -1;
}

/* One word, for ISUPPORT gives it as NETWORK=value. */
static int
network_read(struct parser *p, char **value, int n)
{
	(void)n;
	if (value[0][0] != '\0' && strpbrk(value[0], " =\\") == NULL)
		return field_set(p, value[0]);
	complain(p, "network: \"%s\" is empty or holds a space, '=' or '\\'",
	    log_safe(value[0]));
	return -1;
}

/* For people, in the last parameter of 312 and 364. */
static int
description_read(struct parser *p, char **value, int n)
{
	const char *t = value[0];

	(void)n;
	while ((unsigned char)*t >= ' ' && *t != 0x7f)
		t++;
	if (*t == '\0')
		return field_set(p, value[0]);
	complain(p, "description: \"%s\" has a control", log_safe(value[0]));
	return -1;
}

/* A URL as ISUPPORT can give it: no space, and no backslash, which would begin
 * an escape there. */
static int
icon_read(struct parser *p, char **value, int n)
{
	const char *s = value[0];
	size_t scheme = strncmp(s, "https://", 8) == 0 ? 8
	    : strncmp(s, "http://", 7) == 0 ? 7 : 0;

	(void)n;
	for (; *s > ' ' && *s < 0x7f && *s != '\\'; s++)
		;
	if (scheme != 0 && value[0][scheme] != '\0' && *s == '\0')
		return field_set(p, value[0]);
	complain(p, "network-icon: \"%s\" is not a URL of http or https in "
	    "ASCII", log_safe(value[0]));
	return -1;
}

/* As CLIENTTAGDENY has it; off is nothing. */
static int
client_tag_deny_read(struct parser *p, char **value, int n)
{
	(void)n;
	if (strcmp(value[0], "off") == 0)
		return field_set(p, "");
	if (value[0][0] != '\0' && tag_deny_valid(value[0]))
		return field_set(p, value[0]);
	complain(p, "client-tag-deny: \"%s\" is not a list of tags, such as "
	    "*,-typing", log_safe(value[0]));
	return -1;
}

static int
password_read(struct parser *p, char **value, int n)
{
	(void)n;
	return field_set(p, value[0]);
}

static int
user_read(struct parser *p, char **value, int n)
{
	(void)n;
	if (value[0][0] != '\0' && getpwnam(value[0]) == NULL) {
		complain(p, "user: there is no user \"%s\"",
		    log_safe(value[0]));
		return -1;
	}
	return field_set(p, value[0]);
}

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

static int
proxy_read(struct parser *p, char **value, int n)
{
	struct config *config = p->config;
	int i;

	for (i = 0; i < n; i++) {
		if (gateways_full(p, config->nproxy) ||
		    network_parse(p, value[i],
		        &config->proxies[config->nproxy]) != 0)
			return -1;
		config->nproxy++;
	}
	return 0;
}

static int
webirc_read(struct parser *p, char **value, int n)
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

static int
admin_read(struct parser *p, char **value, int n)
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

static int
class_read(struct parser *p, char **value, int n)
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

/* operator NAME HASH [CLASS].  In the place of a hash there will be a
 * certificate=FINGERPRINT one day. */
static int
operator_read(struct parser *p, char **value, int n)
{
	struct config *config = p->config;
	struct config_operator *op = &config->operators[config->noperator];
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
	if (strncmp(value[1], "certificate=", 12) == 0) {
		complain(p, "operator: certificates need TLS, which is not "
		    "there yet");
		return -1;
	}
	if (!is_hash(value[1]) || strlen(value[1]) >= sizeof op->hash) {
		complain(p, "operator: what follows \"%s\" is not a hash of "
		    "crypt(3)", log_safe(value[0]));
		return -1;
	}
	memcpy(op->name, value[0], strlen(value[0]) + 1);
	if (n > 2 && !is_word(value[2], sizeof op->class)) {
		complain(p, "operator: \"%s\" is not the name of a class",
		    log_safe(value[2]));
		return -1;
	}
	memcpy(op->hash, value[1], strlen(value[1]) + 1);
	snprintf(op->class, sizeof op->class, "%s", n > 2 ? value[2] : "");
	p->operator_line[config->noperator] = p->line;
	config->noperator++;
	return 0;
}

/* Files. */

/* A relative NAME is one beside the configuration file.  Returns -1 if the
 * whole does not fit SIZE bytes. */
static int
path_make(const struct config *config, char *path, size_t size,
    const char *name)
{
	const char *slash = strrchr(config->file, '/');
	int dir = 0, len;

	if (name[0] != '/' && slash != NULL)
		dir = (int)(slash - config->file) + 1;
	len = snprintf(path, size, "%.*s%s", dir, config->file, name);
	return len < 0 || (size_t)len >= size ? -1 : 0;
}

static int
path_read(struct parser *p, char **value, int n)
{
	char path[512];

	(void)n;
	if (value[0][0] == '\0') {
		complain(p, "%s: the name is empty", p->setting->word);
		return -1;
	}
	if (path_make(p->config, path, p->setting->size, value[0]) == -1) {
		complain(p, "%s: the path is longer than %zu bytes",
		    p->setting->word, p->setting->size - 1);
		return -1;
	}
	return field_set(p, path);
}

static int
control_read(struct parser *p, char **value, int n)
{
	if (strcmp(value[0], "off") == 0)
		return field_set(p, "");
	return path_read(p, value, n);
}

/*
 * Reads FILE whole, with a NUL behind it.  The caller frees.  On failure
 * returns NULL and *WHY says what is wrong.  Pipes are refused: the master
 * must not be made to wait by a name in a file.
 */
static char *
file_slurp(const char *file, size_t most, size_t *len, const char **why)
{
	static char length[64];
	struct stat st;
	char *text = NULL;
	ssize_t n;
	int fd;

	*len = 0;
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1 || fstat(fd, &st) == -1)
		goto fail_errno;
	*why = "not a regular file";
	if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
		goto fail;
	text = malloc(most + 1);
	if (text == NULL)
		goto fail_errno;
	/* One byte more than is allowed tells that there is more. */
	while (*len <= most) {
		n = read(fd, text + *len, most + 1 - *len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			goto fail_errno;
		if (n == 0)
			break;
		*len += (size_t)n;
	}
	if (*len > most) {
		snprintf(length, sizeof length, "longer than %zu bytes", most);
		*why = length;
		goto fail;
	}
	close(fd);
	text[*len] = '\0';
	return text;

fail_errno:
	*why = strerror(errno);
fail:
	free(text);
	if (fd != -1)
		close(fd);
	return NULL;
}

/* A file made elsewhere may end its lines in CR LF; on the wire a bare CR would
 * be one of ours. */
static void
cr_drop(char *text)
{
	char *out = text;

	for (; *text != '\0'; text++)
		if (*text != '\r')
			*out++ = *text;
	*out = '\0';
}

static int
motd_read(struct parser *p, char **value, int n)
{
	struct config *config = p->config;
	const char *why;
	char *text;
	size_t len;

	if (path_read(p, value, n) == -1)
		return -1;
	text = file_slurp(config->motd_file, CONFIG_MOTD, &len, &why);
	if (text != NULL && strlen(text) != len) {
		why = "holds a NUL byte";
		free(text);
		text = NULL;
	}
	if (text == NULL) {
		complain(p, "motd: %s: %s", log_safe(config->motd_file), why);
		return -1;
	}
	cr_drop(text);
	config->motd = text;
	return 0;
}

/* Addresses. */

static int
port_parse(const char *text, in_port_t *port)
{
	size_t len = strlen(text);
	long n;

	if (len < 1 || len > 5 || strspn(text, "0123456789") != len)
		return -1;
	n = strtol(text, NULL, 10);
	if (n > 65535)
		return -1;
	*port = htons((in_port_t)n);
	return 0;
}

static int
address4_parse(struct config_listen *l, const char *host, in_port_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&l->addr;

	if (inet_pton(AF_INET, host, &in->sin_addr) != 1)
		return -1;
	in->sin_family = AF_INET;
	in->sin_port = port;
	l->addrlen = sizeof *in;
	return 0;
}

/* HOST may name an interface as its scope: fe80::1%eth0. */
static int
address6_parse(struct config_listen *l, char *host, in_port_t port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&l->addr;
	char *scope = strchr(host, '%');

	if (scope != NULL) {
		*scope++ = '\0';
		in6->sin6_scope_id = if_nametoindex(scope);
		if (in6->sin6_scope_id == 0)
			return -1;
	}
	if (inet_pton(AF_INET6, host, &in6->sin6_addr) != 1)
		return -1;
	in6->sin6_family = AF_INET6;
	in6->sin6_port = port;
	l->addrlen = sizeof *in6;
	return 0;
}

/* "1.2.3.4:PORT" or "[::1]:PORT".  Returns NULL, or what is wrong. */
static const char *
listen_parse(struct config_listen *l, const char *text)
{
	char host[sizeof l->text];
	in_port_t port;
	char *colon;
	size_t len = strlen(text);

	memset(l, 0, sizeof *l);
	if (len >= sizeof l->text)
		return "is too long";
	memcpy(host, text, len + 1);
	colon = strrchr(host, ':');
	if (colon == NULL || colon == host || host[len - 1] == ']')
		return "is not ADDRESS:PORT";
	if (port_parse(colon + 1, &port) == -1)
		return "does not end in a port within 0..65535";
	*colon = '\0';
	memcpy(l->text, text, len + 1);
	if (host[0] == '[' && colon[-1] == ']') {
		colon[-1] = '\0';
		if (address6_parse(l, host + 1, port) == 0)
			return NULL;
		return "does not begin with an IPv6 address";
	}
	if (strchr(host, ':') != NULL)
		return "needs brackets round its IPv6 address";
	if (address4_parse(l, host, port) == 0)
		return NULL;
	return "does not begin with a numeric address";
}

static int
listen_same(const struct config_listen *a, const struct config_listen *b)
{
	return a->addrlen == b->addrlen &&
	    memcmp(&a->addr, &b->addr, a->addrlen) == 0;
}

/* The port is at the same place for both families. */
static int
listen_any_port(const struct config_listen *l)
{
	return ((const struct sockaddr_in *)&l->addr)->sin_port == 0;
}

static int
listen_read_one(struct parser *p, const char *text)
{
	struct config *config = p->config;
	struct config_listen l;
	const char *wrong;
	int i;

	wrong = listen_parse(&l, text);
	if (wrong != NULL) {
		complain(p, "listen: \"%s\" %s", log_safe(text), wrong);
		return -1;
	}
	for (i = 0; i < config->nlisten; i++)
		if (listen_same(&config->listen[i], &l) &&
		    !listen_any_port(&l)) {
			complain(p, "listen: %s is already on line %d", text,
			    p->listen_line[i]);
			return -1;
		}
	if (config->nlisten == CONFIG_LISTEN) {
		complain(p, "listen: more than %d addresses", CONFIG_LISTEN);
		return -1;
	}
	p->listen_line[config->nlisten] = p->line;
	config->listen[config->nlisten++] = l;
	return 0;
}

static int
listen_read(struct parser *p, char **value, int n)
{
	int i, result = 0;

	for (i = 0; i < n; i++)
		if (listen_read_one(p, value[i]) == -1)
			result = -1;
	return result;
}

/* What depends on who runs it. */

/* Who started it: a reload after root was given up must find the same. */
static int
started_as_root(void)
{
	static int root = -1;

	if (root == -1)
		root = geteuid() == 0;
	return root;
}

static void
name_derive(char *text, size_t size)
{
	char host[256] = "";

	if (gethostname(host, sizeof host - 1) == -1 || !is_host(host))
		snprintf(host, sizeof host, "moot.local");
	snprintf(text, size, "%s", host);
}

/* Makes TEXT of the variable's value and REST; -1 if the variable is no
 * absolute path, which the XDG specification wants ignored. */
static int
env_path(char *text, size_t size, const char *variable, const char *rest)
{
	const char *value = getenv(variable);
	int len;

	if (value == NULL || value[0] != '/')
		return -1;
	/* systemd may give several directories; the first is ours. */
	len = snprintf(text, size, "%.*s%s", (int)strcspn(value, ":"), value,
	    rest);
	return len < 0 || (size_t)len >= size ? -1 : 0;
}

static void
state_derive(char *text, size_t size)
{
	if (env_path(text, size, "STATE_DIRECTORY", "") == 0)
		return;
	if (started_as_root())
		snprintf(text, size, "/var/lib/moot");
	else if (env_path(text, size, "XDG_STATE_HOME", "/moot") == -1 &&
	    env_path(text, size, "HOME", "/.local/state/moot") == -1)
		text[0] = '\0';
}

static void
control_derive(char *text, size_t size)
{
	if (env_path(text, size, "RUNTIME_DIRECTORY", "/control") == 0)
		return;
	if (started_as_root())
		snprintf(text, size, "/run/moot/control");
	else if (env_path(text, size, "XDG_RUNTIME_DIR", "/moot/control") == -1)
		text[0] = '\0';
}

/* The table. */

static int
field_same(const struct config *a, const struct config *b,
    const struct setting *st)
{
	return memcmp((const char *)a + st->offset,
	    (const char *)b + st->offset, st->size) == 0;
}

/* Spelling apart: what counts is where it listens. */
static int
listens_same(const struct config *a, const struct config *b,
    const struct setting *st)
{
	int i;

	(void)st;
	if (a->nlisten != b->nlisten)
		return 0;
	for (i = 0; i < a->nlisten; i++)
		if (!listen_same(&a->listen[i], &b->listen[i]))
			return 0;
	return 1;
}

#define FIELD(name)                                                           \
	offsetof(struct config, name), sizeof(((struct config *)NULL)->name)

/*
 * FIXED are the settings that the sockets, the segment's layout, the keys of
 * the mailboxes or the clients' idea of the server depend on.
 *
 * word, read, same, field, least and most values, min, max, flags, default
 */
static const struct setting settings[] = {
	{ "name", name_read, field_same, FIELD(name),
	    1, 1, 0, 0, FIXED, NULL, name_derive },
	{ "network", network_read, field_same, FIELD(network),
	    1, 1, 0, 0, 0, "Moot", NULL },
	{ "description", description_read, field_same, FIELD(description),
	    1, 1, 0, 0, 0, NULL, NULL },
	{ "network-icon", icon_read, field_same, FIELD(network_icon),
	    1, 1, 0, 0, 0, NULL, NULL },
	{ "listen", listen_read, listens_same, FIELD(listen),
	    1, CONFIG_LISTEN, 0, 0, FIXED | REPEAT,
	    "127.0.0.1:6667 [::1]:6667", NULL },
	{ "workers", workers_read, field_same, FIELD(workers),
	    1, 1, 1, CONFIG_WORKERS, FIXED, "auto", NULL },
	{ "ipc-prefix", number_read, field_same, FIELD(ipc_prefix),
	    1, 1, 1, 127, FIXED | HEX, "0x6d", NULL },
	{ "max-clients", number_read, field_same, FIELD(max_clients),
	    1, 1, 1, 1000000, FIXED, "10000", NULL },
	{ "max-clients-per-address", number_read, field_same,
	    FIELD(max_clients_per_address),
	    1, 1, 1, 1000000, 0, "1000", NULL },
	{ "max-rooms", number_read, field_same, FIELD(max_rooms),
	    1, 1, 1, 1000000, FIXED, "20000", NULL },
	{ "max-rooms-per-user", number_read, field_same,
	    FIELD(max_rooms_per_user),
	    1, 1, 1, 200, 0, "100", NULL },
	{ "state-dir", path_read, field_same, FIELD(state_dir),
	    1, 1, 0, 0, FIXED, NULL, state_derive },
	{ "control", control_read, field_same, FIELD(control),
	    1, 1, 0, 0, FIXED, NULL, control_derive },
	{ "motd", motd_read, field_same, FIELD(motd_file),
	    1, 1, 0, 0, 0, NULL, NULL },
	{ "password", password_read, field_same, FIELD(password),
	    1, 1, 0, 0, 0, NULL, NULL },
	{ "operator", operator_read, field_same, FIELD(operators),
	    2, 3, 0, 0, REPEAT, NULL, NULL },
	{ "operator-class", class_read, field_same, FIELD(classes),
	    2, VALUES, 0, 0, REPEAT, NULL, NULL },
	{ "proxy", proxy_read, field_same, FIELD(proxies),
	    1, VALUES, 0, 0, REPEAT, NULL, NULL },
	{ "webirc", webirc_read, field_same, FIELD(webircs),
	    2, VALUES, 0, 0, REPEAT, NULL, NULL },
	{ "admin", admin_read, field_same, FIELD(admin),
	    1, VALUES, 0, 0, REPEAT, NULL, NULL },
	{ "flood", flood_read, field_same, FIELD(flood_lines),
	    1, 2, 1, 100000, 0, "20 200", NULL },
	{ "ping-timeout", number_read, field_same, FIELD(ping_timeout),
	    1, 1, 5, 3600, 0, "120", NULL },
	{ "registration-timeout", number_read, field_same,
	    FIELD(registration_timeout),
	    1, 1, 1, 600, 0, "30", NULL },
	{ "worker-timeout", number_read, field_same, FIELD(worker_timeout),
	    1, 1, 2, 600, 0, "10", NULL },
	{ "sendq", size_read, field_same, FIELD(sendq),
	    1, 1, 16 * KIB, GIB, 0, "1M", NULL },
	{ "buffers", size_read, field_same, FIELD(buffers),
	    1, 1, 16 * MIB, 64 * GIB, FIXED, "1G", NULL },
	{ "mailbox-size", size_read, field_same, FIELD(mailbox_size),
	    1, 1, 8 * KIB, 16 * MIB, 0, "1M", NULL },
	{ "user", user_read, field_same, FIELD(user),
	    1, 1, 0, 0, FIXED, NULL, NULL },
	{ "store", switch_read, field_same, FIELD(store),
	    1, 1, 0, 0, FIXED, "on", NULL },
	{ "registration", registration_read, field_same, FIELD(registration),
	    1, 3, 0, 0, 0, "open", NULL },
	{ "login-delay", delay_read, field_same, FIELD(login_delay),
	    1, 1, 0, 60000, 0, "1000", NULL },
	{ "password-least", number_read, field_same, FIELD(password_least),
	    1, 1, 1, 64, 0, "6", NULL },
	{ "history-age", number_read, field_same, FIELD(history_age),
	    1, 1, 0, 36500, 0, "365", NULL },
	{ "history-size", number_read, field_same, FIELD(history_size),
	    1, 1, 0, 100000000, 0, "1000000", NULL },
	{ "history-on-join", number_read, field_same, FIELD(history_on_join),
	    1, 1, 0, 1000, 0, "20", NULL },
	{ "linger", number_read, field_same, FIELD(linger),
	    1, 1, 0, 86400, 0, "120", NULL },
	{ "audit-age", number_read, field_same, FIELD(audit_age),
	    1, 1, 0, 36500, 0, "365", NULL },
	{ "cloak", switch_read, field_same, FIELD(cloak),
	    1, 1, 0, 0, FIXED, "off", NULL },
	{ "metadata-keys", number_read, field_same, FIELD(metadata_keys),
	    1, 1, 0, METADATA_KEYS, FIXED, "20", NULL },
	{ "client-tag-deny", client_tag_deny_read, field_same,
	    FIELD(client_tag_deny),
	    1, 1, 0, 0, 0, "off", NULL },
	{ "log-level", level_read, field_same, FIELD(log_level),
	    1, 1, 0, 0, 0, "info", NULL },
};

enum { SETTINGS = sizeof settings / sizeof settings[0] };

static const struct setting *
setting_find(const char *word)
{
	int i;

	for (i = 0; i < SETTINGS; i++)
		if (strcmp(settings[i].word, word) == 0)
			return &settings[i];
	return NULL;
}

static const char *
setting_word(int i)
{
	return i < SETTINGS ? settings[i].word : NULL;
}

static void
word_unknown(struct parser *p, const char *word)
{
	const char *guess = guess_word(word, setting_word);

	if (guess != NULL)
		complain(p, "unknown word \"%s\"; did you mean \"%s\"?",
		    log_safe(word), guess);
	else
		complain(p, "unknown word \"%s\"", log_safe(word));
}

/* Lines. */

static int
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Takes a value in double quotes, where \" and \\ stand for themselves, from
 * *CURSOR, undoing the quotes in place. */
static char *
quoted_take(struct parser *p, char **cursor)
{
	char *s = *cursor + 1, *value = s, *out = s;

	for (; *s != '"'; *out++ = *s++) {
		if (*s == '\\' && (s[1] == '"' || s[1] == '\\'))
			s++;
		if (*s == '\0') {
			complain(p, "a quote is opened and not closed");
			return NULL;
		}
	}
	s++;
	if (*s != '\0' && !is_blank(*s)) {
		complain(p, "there is no space after a closing quote");
		return NULL;
	}
	*cursor = *s != '\0' ? s + 1 : s;
	*out = '\0';
	return value;
}

static char *
plain_take(char **cursor)
{
	char *value = *cursor;

	while (**cursor != '\0' && !is_blank(**cursor))
		(*cursor)++;
	if (**cursor != '\0')
		*(*cursor)++ = '\0';
	return value;
}

/* Cuts LINE into words up to its comment.  Returns how many, or -1. */
static int
line_split(struct parser *p, char *line, char **word)
{
	int n = 0;

	for (;;) {
		while (is_blank(*line))
			line++;
		if (*line == '\0' || *line == '#')
			return n;
		if (n == VALUES) {
			complain(p, "more than %d words", VALUES);
			return -1;
		}
		word[n] = *line == '"' ? quoted_take(p, &line) :
		    plain_take(&line);
		if (word[n++] == NULL)
			return -1;
	}
}

/* Every value may be shown to people, so none gets in that would not be text:
 * the control characters and what is not UTF-8 end here. */
static int
line_check(struct parser *p, const char *line, size_t len)
{
	size_t i;

	if (len > LINE_MOST) {
		complain(p, "longer than %d bytes", LINE_MOST);
		return -1;
	}
	for (i = 0; i < len; i++)
		if (((unsigned char)line[i] < ' ' && line[i] != '\t') ||
		    line[i] == '\x7f') {
			complain(p, "control character \\x%02x in column %zu",
			    (unsigned char)line[i], i + 1);
			return -1;
		}
	if (!utf8_valid(line, len)) {
		complain(p, "not valid UTF-8");
		return -1;
	}
	return 0;
}

static void
setting_read(struct parser *p, const struct setting *st, char **value, int n)
{
	int *seen = &p->seen[st - settings];

	if (*seen != 0 && !(st->flags & REPEAT)) {
		complain(p, "%s: already on line %d", st->word, *seen);
		return;
	}
	/* The first line that speaks of it does away with its default. */
	if (*seen == 0 && st->read == listen_read)
		p->config->nlisten = 0;
	*seen = p->line;
	if (n < st->least) {
		complain(p, "%s: needs %d value%s", st->word, st->least,
		    st->least == 1 ? "" : "s");
		return;
	}
	if (n > st->most) {
		complain(p, "%s: takes no more than %d value%s", st->word,
		    st->most, st->most == 1 ? "" : "s");
		return;
	}
	p->setting = st;
	st->read(p, value, n);
}

static void
line_read(struct parser *p, char *line, size_t len)
{
	const struct setting *st;
	char *word[VALUES];
	int n;

	if (len > 0 && line[len - 1] == '\r')
		line[--len] = '\0';
	if (line_check(p, line, len) == -1)
		return;
	n = line_split(p, line, word);
	if (n <= 0)
		return;
	st = setting_find(word[0]);
	if (st == NULL)
		word_unknown(p, word[0]);
	else
		setting_read(p, st, word + 1, n - 1);
}

static void
text_read(struct parser *p, char *text, size_t len)
{
	char *end = text + len, *newline;

	/* Some editors begin a UTF-8 file with a mark. */
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	while (text < end) {
		p->line++;
		newline = memchr(text, '\n', (size_t)(end - text));
		if (newline == NULL)
			newline = end;
		*newline = '\0';
		line_read(p, text, (size_t)(newline - text));
		text = newline + 1;
	}
}

/* Gives the operators what their classes, which may stand behind them, have. */
static void
operators_check(struct parser *p)
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

/* What no line is wrong about by itself. */
static void
config_check(struct parser *p)
{
	struct config *config = p->config;
	char sendq[32], buffers[32];

	operators_check(p);
	if (config->sendq > config->buffers) {
		size_text(sendq, sizeof sendq, config->sendq);
		size_text(buffers, sizeof buffers, config->buffers);
		p->line = p->seen[setting_find("sendq") - settings];
		if (p->line == 0)
			p->line = p->seen[setting_find("buffers") - settings];
		complain(p, "sendq: %s is more than buffers, %s", sendq,
		    buffers);
	}
}

/* An absolute name survives a change of directory,
 * which going into the background brings. */
static int
file_remember(struct parser *p)
{
	struct config *config = p->config;
	char cwd[sizeof config->file] = "";
	int len;

	if (p->file[0] != '/' && getcwd(cwd, sizeof cwd) == NULL) {
		complain(p, "working directory: %s", strerror(errno));
		return -1;
	}
	len = snprintf(config->file, sizeof config->file, "%s%s%s", cwd,
	    cwd[0] != '\0' ? "/" : "", p->file);
	if (len < 0 || (size_t)len >= sizeof config->file) {
		complain(p, "the path is longer than %zu bytes",
		    sizeof config->file - 1);
		return -1;
	}
	return 0;
}

static void
errors_end(struct config_errors *errors, const char *file)
{
	size_t used = strlen(errors->text);
	int shown = 0;
	const char *s;

	for (s = errors->text; *s != '\0'; s++)
		shown += *s == '\n';
	if (errors->count > shown)
		snprintf(errors->text + used, sizeof errors->text - used,
		    "%.200s: %d more errors\n", log_safe(file),
		    errors->count - shown);
}

void
config_default(struct config *config)
{
	struct config_errors errors = { .count = 0 };
	struct parser p = { .config = config, .errors = &errors,
		.file = "default" };
	char text[512], *word[VALUES];
	const struct setting *st;

	memset(config, 0, sizeof *config);
	for (st = settings; st < settings + SETTINGS; st++) {
		p.setting = st;
		if (st->derive != NULL) {
			st->derive(text, st->size);
			field_set(&p, text);
			continue;
		}
		if (st->usual == NULL)
			continue;
		snprintf(text, sizeof text, "%s", st->usual);
		st->read(&p, word, line_split(&p, text, word));
	}
	if (errors.count > 0)
		panic("defaults: %s", errors.text);
}

int
config_load(struct config *config, const char *file,
    struct config_errors *errors)
{
	int seen[SETTINGS] = { 0 };
	struct parser p = { .config = config, .errors = errors, .file = file,
		.seen = seen };
	const char *why;
	char *text;
	size_t len;

	errors->text[0] = '\0';
	errors->count = 0;
	config_default(config);
	if (file_remember(&p) == -1)
		return -1;
	text = file_slurp(file, FILE_MOST, &len, &why);
	if (text == NULL) {
		complain(&p, "%s", why);
		return -1;
	}
	text_read(&p, text, len);
	explicit_bzero(text, len);
	free(text);
	config_check(&p);
	errors_end(errors, file);
	return errors->count == 0 ? 0 : -1;
}

/* Passwords are not left behind in freed memory. */
void
config_free(struct config *config)
{
	free(config->motd);
	config->motd = NULL;
	explicit_bzero(config->password, sizeof config->password);
	explicit_bzero(config->operators, sizeof config->operators);
	explicit_bzero(config->webircs, sizeof config->webircs);
	config->nwebirc = 0;
	config->noperator = 0;
}

int
config_fixed_changes(const struct config *a, const struct config *b,
    char *text, size_t size)
{
	const struct setting *st;
	size_t used = strnlen(text, size);
	int count = 0;

	for (st = settings; st < settings + SETTINGS; st++) {
		if (!(st->flags & FIXED) || st->same(a, b, st))
			continue;
		count++;
		if (used < size)
			used += (size_t)snprintf(text + used, size - used,
			    "%s%s", used > 0 ? ", " : "", st->word);
	}
	return count;
}

void
config_keep_fixed(struct config *config, const struct config *old)
{
	const struct setting *st;

	for (st = settings; st < settings + SETTINGS; st++)
		if (st->flags & FIXED)
			memcpy((char *)config + st->offset,
			    (const char *)old + st->offset, st->size);
	memcpy(config->listen, old->listen, sizeof config->listen);
	config->nlisten = old->nlisten;
}

const char *
config_word(int i)
{
	return i >= 0 && i < SETTINGS ? settings[i].word : NULL;
}
