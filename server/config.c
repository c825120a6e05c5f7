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

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../irc/guess.h"
#include "../irc/metadata.h"
#include "config.h"
#include "log.h"
#include "setting.h"

enum { FILE_MOST = 1 << 20 }; /* bytes of a configuration file */

static int
field_same(const struct config *a, const struct config *b,
    const struct setting *st)
{
	return memcmp((const char *)a + st->offset,
	    (const char *)b + st->offset, st->size) == 0;
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
	{ "name", setting_name, field_same, FIELD(name),
	    1, 1, 0, 0, FIXED, NULL, setting_name_derive },
	{ "network", setting_network, field_same, FIELD(network),
	    1, 1, 0, 0, 0, "Moot", NULL },
	{ "description", setting_description, field_same, FIELD(description),
	    1, 1, 0, 0, 0, NULL, NULL },
	{ "network-icon", setting_icon, field_same, FIELD(network_icon),
	    1, 1, 0, 0, 0, NULL, NULL },
	{ "public-address", setting_public, field_same, FIELD(public_address),
	    1, 1, 0, 0, 0, NULL, NULL },
	{ "listen", setting_listen, setting_listens_same, FIELD(listen),
	    1, CONFIG_LISTEN, 0, 0, FIXED | REPEAT,
	    "127.0.0.1:6667 [::1]:6667", NULL },
	{ "local-access", setting_local_access, field_same,
	    FIELD(local_access), 1, 2, 0, 0, FIXED, "everybody", NULL },
	{ "local-accounts", setting_local_accounts, field_same,
	    FIELD(local_accounts), 1, 1, 0, 0, 0, "on", NULL },
	{ "local-users", setting_path, field_same, FIELD(local_users),
	    1, 1, 0, 0, 0, "/etc/passwd", NULL },
	{ "room-group", setting_room_group, field_same, FIELD(room_groups),
	    2, 2, 0, 0, REPEAT, NULL, NULL },
	{ "listen-tls", setting_listen, setting_listens_same,
	    FIELD(listen_tls),
	    1, CONFIG_LISTEN, 0, 0, FIXED | REPEAT, NULL, NULL },
	{ "tls-cert", setting_path, field_same, FIELD(tls_cert),
	    1, 1, 0, 0, 0, NULL, NULL },
	{ "tls-key", setting_path, field_same, FIELD(tls_key),
	    1, 1, 0, 0, 0, NULL, NULL },
	{ "tls-workers", setting_workers, field_same, FIELD(tls_workers),
	    1, 1, 1, CONFIG_WORKERS, 0, "auto", NULL },
	{ "tls-handshakes", setting_number, field_same, FIELD(tls_handshakes),
	    1, 1, 10, 100000, 0, "1000", NULL },
	{ "tls-handshakes-per-address", setting_number, field_same,
	    FIELD(tls_handshakes_per_address),
	    1, 1, 1, 100000, 0, "100", NULL },
	{ "tls-handshake-timeout", setting_number, field_same,
	    FIELD(tls_handshake_timeout),
	    1, 1, 1, 600, 0, "10", NULL },
	{ "workers", setting_workers, field_same, FIELD(workers),
	    1, 1, 1, CONFIG_WORKERS, FIXED, "auto", NULL },
	{ "ipc-prefix", setting_number, field_same, FIELD(ipc_prefix),
	    1, 1, 1, 127, FIXED | HEX, "0x6d", NULL },
	{ "max-clients", setting_number, field_same, FIELD(max_clients),
	    1, 1, 1, 1000000, FIXED, "10000", NULL },
	{ "max-clients-per-address", setting_number, field_same,
	    FIELD(max_clients_per_address),
	    1, 1, 1, 1000000, 0, "1000", NULL },
	{ "max-rooms", setting_number, field_same, FIELD(max_rooms),
	    1, 1, 1, 1000000, FIXED, "20000", NULL },
	{ "max-rooms-per-user", setting_number, field_same,
	    FIELD(max_rooms_per_user),
	    1, 1, 1, 200, 0, "100", NULL },
	{ "state-dir", setting_path, field_same, FIELD(state_dir),
	    1, 1, 0, 0, FIXED, NULL, setting_state_derive },
	{ "control", setting_control, field_same, FIELD(control),
	    1, 1, 0, 0, FIXED, NULL, setting_control_derive },
	{ "motd", setting_motd, field_same, FIELD(motd_file),
	    1, 1, 0, 0, 0, NULL, NULL },
	{ "password", setting_password, field_same, FIELD(password),
	    1, 1, 0, 0, 0, NULL, NULL },
	{ "operator", setting_operator, field_same, FIELD(operators),
	    2, 4, 0, 0, REPEAT, NULL, NULL },
	{ "operator-class", setting_class, field_same, FIELD(classes),
	    2, SETTING_VALUES, 0, 0, REPEAT, NULL, NULL },
	{ "proxy", setting_proxy, field_same, FIELD(proxies),
	    1, SETTING_VALUES, 0, 0, REPEAT, NULL, NULL },
	{ "webirc", setting_webirc, field_same, FIELD(webircs),
	    2, SETTING_VALUES, 0, 0, REPEAT, NULL, NULL },
	{ "sts", setting_sts, field_same, FIELD(sts),
	    1, 3, 0, 0, 0, "off", NULL },
	{ "admin", setting_admin, field_same, FIELD(admin),
	    1, SETTING_VALUES, 0, 0, REPEAT, NULL, NULL },
	{ "flood", setting_rate, field_same, FIELD(flood),
	    1, 2, 1, 100000, 0, "20 200", NULL },
	{ "connection-rate", setting_rate, field_same, FIELD(connection_rate),
	    1, 2, 1, 100000, 0, "20 200", NULL },
	{ "ipv6-prefix", setting_number, field_same, FIELD(ipv6_prefix),
	    1, 1, 16, 128, FIXED, "64", NULL },
	{ "exempt", setting_exempt, field_same, FIELD(exempts),
	    1, SETTING_VALUES, 0, 0, REPEAT, NULL, NULL },
	{ "max-unregistered", setting_number, field_same,
	    FIELD(max_unregistered),
	    1, 1, 1, 100, 0, "20", NULL },
	{ "ping-timeout", setting_number, field_same, FIELD(ping_timeout),
	    1, 1, 5, 3600, 0, "120", NULL },
	{ "registration-timeout", setting_number, field_same,
	    FIELD(registration_timeout),
	    1, 1, 1, 600, 0, "30", NULL },
	{ "worker-timeout", setting_number, field_same, FIELD(worker_timeout),
	    1, 1, 2, 600, 0, "10", NULL },
	{ "sendq", setting_size, field_same, FIELD(sendq),
	    1, 1, 16 * KIB, GIB, 0, "1M", NULL },
	{ "buffers", setting_size, field_same, FIELD(buffers),
	    1, 1, 16 * MIB, 64 * GIB, FIXED, "1G", NULL },
	{ "mailbox-size", setting_size, field_same, FIELD(mailbox_size),
	    1, 1, 8 * KIB, 16 * MIB, 0, "1M", NULL },
	{ "user", setting_user, field_same, FIELD(user),
	    1, 1, 0, 0, FIXED, NULL, NULL },
	{ "store", setting_switch, field_same, FIELD(store),
	    1, 1, 0, 0, FIXED, "on", NULL },
	{ "registration", setting_registration, field_same, FIELD(registration),
	    1, 3, 0, 0, 0, "open", NULL },
	{ "login-delay", setting_delay, field_same, FIELD(login_delay),
	    1, 1, 0, 60000, 0, "1000", NULL },
	{ "password-least", setting_number, field_same, FIELD(password_least),
	    1, 1, 1, 64, 0, "6", NULL },
	{ "history-age", setting_number, field_same, FIELD(history_age),
	    1, 1, 0, 36500, 0, "365", NULL },
	{ "history-size", setting_number, field_same, FIELD(history_size),
	    1, 1, 0, 100000000, 0, "1000000", NULL },
	{ "history-on-join", setting_number, field_same, FIELD(history_on_join),
	    1, 1, 0, 1000, 0, "20", NULL },
	{ "linger", setting_number, field_same, FIELD(linger),
	    1, 1, 0, 86400, 0, "120", NULL },
	{ "audit-age", setting_number, field_same, FIELD(audit_age),
	    1, 1, 0, 36500, 0, "365", NULL },
	{ "cloak", setting_switch, field_same, FIELD(cloak),
	    1, 1, 0, 0, FIXED, "off", NULL },
	{ "metadata-keys", setting_number, field_same, FIELD(metadata_keys),
	    1, 1, 0, METADATA_KEYS, FIXED, "20", NULL },
	{ "client-tag-deny", setting_client_tag_deny, field_same,
	    FIELD(client_tag_deny),
	    1, 1, 0, 0, 0, "off", NULL },
	{ "confine", setting_confine, field_same, FIELD(confine),
	    1, 1, 0, 0, 0, "on", NULL },
	{ "core-dumps", setting_core, field_same, FIELD(core_dumps),
	    1, 1, 0, 0, 0, "off", NULL },
	{ "log-level", setting_level, field_same, FIELD(log_level),
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

static void
setting_read(struct parser *p, const struct setting *st, char **value, int n)
{
	int *seen = &p->seen[st - settings];

	if (*seen != 0 && !(st->flags & REPEAT)) {
		complain(p, "%s: already on line %d", st->word, *seen);
		return;
	}
	/* The first line that speaks of it does away with its default. */
	if (*seen == 0 && st->offset == offsetof(struct config, listen))
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
	char *word[SETTING_VALUES];
	int n;

	if (len > 0 && line[len - 1] == '\r')
		line[--len] = '\0';
	if (setting_check(p, line, len) == -1)
		return;
	n = setting_split(p, line, word);
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

/* What no line is wrong about by itself. */
static void
config_check(struct parser *p)
{
	struct config *config = p->config;
	char sendq[32], buffers[32];

	setting_operators_check(p);
	p->line = p->seen[setting_find("sts") - settings];
	setting_sts_check(p);
	if (config->tls_key[0] != '\0' && config->tls_cert[0] == '\0') {
		p->line = p->seen[setting_find("tls-key") - settings];
		complain(p, "tls-key: there is no tls-cert");
	}
	if (config->sendq > config->buffers) {
		setting_size_text(sendq, sizeof sendq, config->sendq);
		setting_size_text(buffers, sizeof buffers, config->buffers);
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
	char text[512], *word[SETTING_VALUES];
	const struct setting *st;

	memset(config, 0, sizeof *config);
	for (st = settings; st < settings + SETTINGS; st++) {
		p.setting = st;
		if (st->derive != NULL) {
			st->derive(text, st->size);
			setting_set(&p, text);
			continue;
		}
		if (st->usual == NULL)
			continue;
		snprintf(text, sizeof text, "%s", st->usual);
		st->read(&p, word, setting_split(&p, text, word));
	}
	setting_local_derive(text, sizeof text);
	setting_listen_usual(config, text);
	if (errors.count > 0)
		panic("defaults: %s", errors.text);
}

void
config_listen_tls(struct config *config)
{
	struct config_errors errors = { .count = 0 };
	struct parser p = { .config = config, .errors = &errors,
		.file = "default", .setting = setting_find("listen-tls") };
	char v4[] = "127.0.0.1:6697", v6[] = "[::1]:6697";
	char *value[] = { v4, v6 };

	setting_listen(&p, value, 2);
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
	text = setting_slurp(file, FILE_MOST, &len, &why);
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
	config->nroom_group = 0;
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
	memcpy(config->local_group, old->local_group,
	    sizeof config->local_group);
	config->nlisten_tls = old->nlisten_tls;
}

const char *
config_word(int i)
{
	return i >= 0 && i < SETTINGS ? settings[i].word : NULL;
}
