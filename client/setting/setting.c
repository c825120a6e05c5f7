/* SPDX-License-Identifier: ISC */
/*
 * Settings: the table of all that can be set, and the values they have.
 *
 * The table `settings' is the whole of it: what a value may be, what it is
 * when nobody said, whether a network may have its own, and a line of help.
 * A default is text and takes the same way as a line of the file, so what the
 * manual shows is what the program does.  config.c fills the values from a
 * file, set.c from what is typed; everybody else only asks.
 *
 * Who asks for what is not in the table has a bug, and is stopped.  Nothing
 * that a person writes gets that far: it is refused in words.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/session/connection.h"
#include "irc/guess.h"
#include "irc/pin.h"
#include "setting.h"
#include "value.h"
#include "word.h"

#define SECONDS(n) ((n) * INT64_C(1000))
#define DAYS(n) SECONDS((n) * 86400)

#define SWITCH { SETTING_SWITCH, 0, 0, NULL, NULL }
#define NUMBER(least, most) { SETTING_NUMBER, least, most, NULL, NULL }
#define DURATION_OFF(least, most) { SETTING_DURATION, least, most, "off", NULL }
#define CHOICE(words) { SETTING_CHOICE, 0, 0, words, NULL }
#define TEXT(most, wrong) { SETTING_TEXT, 0, most, NULL, wrong }
#define LIST(most, wrong) { SETTING_LIST, 0, most, NULL, wrong }

struct setting {
	const char *name;
	int local; /* a network may have its own */
	struct value_form form;
	const char *usual; /* the default as it would be written */
	const char *help;
};

/* ---- what is no value ---- */

static const char *
setting_wrong_server(const char *word)
{
	static struct connection c;

	return strchr(word, ' ') == NULL && connection_init(&c, word) == 0 ?
	    NULL : "is no address";
}

/* Servers other than ours take other nicks: only what would break a line. */
static const char *
setting_wrong_nick(const char *word)
{
	return strpbrk(word, " ,*?!@:#") == NULL ? NULL : "is not a nick";
}

static const char *
setting_wrong_account(const char *word)
{
	return strpbrk(word, " ,:") == NULL ? NULL : "is not an account";
}

static const char *
setting_wrong_room(const char *word)
{
	return strpbrk(word, " ,") == NULL ? NULL : "is not one room";
}

static const char *
setting_wrong_mask(const char *word)
{
	return strpbrk(word, " ,") == NULL ? NULL : "is not a mask";
}

static const char *
setting_wrong_pin(const char *word)
{
	unsigned char pin[PIN_BYTES];

	return pin_read(pin, word) == 0 ? NULL : "is not a pin: sha256/...";
}

/* ---- the table ---- */

/* name, whether a network may have its own, form, default, help */
static const struct setting settings[] = {
	/* where, and who */
	{ "server", 1, TEXT(255, setting_wrong_server), "\"\"",
	    "HOST, HOST:PORT, or the path of a socket" },
	{ "tls", 1, CHOICE("auto|on|off"), "auto",
	    "encrypt; auto: but for servers of this machine" },
	{ "pin", 1, TEXT(60, setting_wrong_pin), "\"\"",
	    "the key that the server must have: sha256/..." },
	{ "certificate", 1, TEXT(512, NULL), "\"\"",
	    "a file with your certificate, see moot cert" },
	{ "certificate-key", 1, TEXT(512, NULL), "\"\"",
	    "a file with its key; empty: the same" },
	{ "nick", 1, TEXT(60, setting_wrong_nick), "\"\"",
	    "the nick to use; empty: your login name" },
	{ "realname", 1, TEXT(150, NULL), "\"\"",
	    "what WHOIS says of you; empty: the nick" },
	{ "account", 1, TEXT(100, setting_wrong_account), "\"\"",
	    "the account to log in to; empty: none" },
	{ "password-command", 1, LIST(512, NULL), "\"\"",
	    "a command that prints the password" },
	{ "password-file", 1, TEXT(512, NULL), "\"\"",
	    "a file with the password, which only you can read" },
	{ "sasl-mechanism", 1, CHOICE("auto|external|scram-sha-256|plain"),
	    "auto", "how; auto: the best that the server has" },
	{ "password-in-clear", 1, SWITCH, "off",
	    "send the password where others can read it" },
	{ "login-needed", 1, SWITCH, "off",
	    "leave rather than be there as a guest" },
	{ "join", 1, LIST(200, setting_wrong_room), "\"\"",
	    "rooms to enter" },
	{ "at-start", 1, SWITCH, "on",
	    "connect when moot is started without a network" },
	{ "reconnect", 1, SWITCH, "on",
	    "connect again when the connection is lost" },
	{ "away-after", 1, DURATION_OFF(SECONDS(60), DAYS(1)), "off",
	    "be away when nothing was typed for so long" },
	{ "recent-lines", 1, NUMBER(0, 1000), "50",
	    "messages to ask for in a room that is entered" },
	{ "ignore", 1, LIST(200, setting_wrong_mask), "\"\"",
	    "nick!user@host masks of whom not to show" },
	{ "typing", 1, SWITCH, "on", "let others see that you are typing" },
	{ "read-markers", 1, SWITCH, "on",
	    "let your other devices know what you have read" },
	/* how it looks */
	{ "times", 0, CHOICE("auto|on|off"), "auto",
	    "show when something happened; auto: at a terminal" },
	{ "time-format", 0, TEXT(40, NULL), "%H:%M",
	    "how, as in strftime(3)" },
	{ "colours", 0, CHOICE("auto|on|off"), "auto",
	    "use colours; auto: at a terminal, unless NO_COLOR is set" },
	{ "theme", 0, CHOICE("auto|dark|light"), "auto",
	    "what the terminal's background is" },
	{ "palette", 0, CHOICE("full|safe|none"), "full",
	    "colours of nicks; safe: for the colour-blind" },
	{ "members", 0, CHOICE("auto|on|off"), "auto",
	    "list who is in the room; auto: on a wide screen" },
	{ "links", 0, SWITCH, "on", "let links be clicked on (OSC 8)" },
	{ "mouse", 0, SWITCH, "off", "let the mouse choose and scroll" },
	{ "scrollback-lines", 0, NUMBER(100, 1000000), "20000",
	    "lines kept of a room" },
	/* what it tells */
	{ "bell", 0, SWITCH, "on", "ring when you are mentioned" },
	{ "notify-command", 0, LIST(512, NULL), "\"\"",
	    "a command to run when you are mentioned" },
	/* how one types */
	{ "line-editing", 0, SWITCH, "on",
	    "edit what is typed in line mode; off: nothing is redrawn" },
	{ "history", 0, SWITCH, "on",
	    "keep what was typed for the next start" },
	{ "paste", 0, CHOICE("ask|send|lines"), "ask",
	    "many lines at once; send: as one message" },
	{ "completion-suffix", 0, TEXT(20, NULL), ":",
	    "what follows a nick at the beginning of a line" },
};

enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

/* The values for all networks are in the row behind those of networks. */
static struct {
	struct value usual[SETTINGS];
	struct value value[SETTING_NETWORKS + 1][SETTINGS];
	char network[SETTING_NETWORKS][SETTING_NETWORK];
	int networks;
	uint64_t changes;
} setting;

/* ---- looking up ---- */

static void __attribute__((noreturn))
setting_bug(const char *what, const char *name)
{
	fprintf(stderr, "moot: bug: %s: \"%s\"\n", what, name);
	abort();
}

static int
setting_find(const char *name)
{
	int i;

	for (i = 0; i < SETTINGS; i++)
		if (strcmp(settings[i].name, name) == 0)
			return i;
	return -1;
}

static int
setting_find_network(const char *network)
{
	int i;

	for (i = 0; i < setting.networks; i++)
		if (strcmp(setting.network[i], network) == 0)
			return i;
	return -1;
}

/* The row of values for NETWORK; that for all if it is not known. */
static int
setting_place(const char *network)
{
	int i = network != NULL ? setting_find_network(network) : -1;

	return i != -1 ? i : SETTING_NETWORKS;
}

static const struct value *
setting_usual(int i)
{
	char line[SETTING_VALUE], why[SETTING_WHY], *word[SETTING_ITEMS];
	struct value *v = &setting.usual[i];
	const char *wrong;
	int n;

	if (v->item != NULL)
		return v;
	snprintf(line, sizeof(line), "%s", settings[i].usual);
	n = word_split(line, word, SETTING_ITEMS, &wrong);
	if (n == -1 || value_read(v, &settings[i].form, word, n, why,
	    sizeof(why)) == -1)
		setting_bug("not a default", settings[i].name);
	return v;
}

static const struct value *
setting_value(const char *network, int i)
{
	const struct value *v = &setting.value[setting_place(network)][i];

	if (v->item == NULL)
		v = &setting.value[SETTING_NETWORKS][i];
	return v->item != NULL ? v : setting_usual(i);
}

static const struct value *
setting_ask(const char *network, const char *name, unsigned int types)
{
	int i = setting_find(name);

	if (i == -1 || !(types & 1U << settings[i].form.type))
		setting_bug("no such setting of this type", name);
	return setting_value(network, i);
}

/* ---- asking ---- */

int
setting_on_in(const char *network, const char *name)
{
	return setting_ask(network, name, 1 << SETTING_SWITCH)->number == 1;
}

int64_t
setting_number_in(const char *network, const char *name)
{
	return setting_ask(network, name,
	    1 << SETTING_NUMBER | 1 << SETTING_DURATION)->number;
}

const char *
setting_text_in(const char *network, const char *name)
{
	return setting_ask(network, name,
	    1 << SETTING_TEXT | 1 << SETTING_CHOICE)->item[0];
}

int
setting_is_in(const char *network, const char *name, const char *word)
{
	return strcmp(setting_ask(network, name,
	    1 << SETTING_CHOICE)->item[0], word) == 0;
}

const char *
setting_item_in(const char *network, const char *name, int i)
{
	const struct value *v = setting_ask(network, name, 1 << SETTING_LIST);

	return i < v->n ? v->item[i] : NULL;
}

int
setting_on(const char *name)
{
	return setting_on_in(NULL, name);
}

int64_t
setting_number(const char *name)
{
	return setting_number_in(NULL, name);
}

const char *
setting_text(const char *name)
{
	return setting_text_in(NULL, name);
}

int
setting_is(const char *name, const char *word)
{
	return setting_is_in(NULL, name, word);
}

const char *
setting_item(const char *name, int i)
{
	return setting_item_in(NULL, name, i);
}

uint64_t
setting_changes(void)
{
	return setting.changes;
}

/* ---- networks ---- */

const char *
setting_network(int i)
{
	return i < setting.networks ? setting.network[i] : NULL;
}

/* It stands before a dot after /set, and in names of credentials. */
static int
setting_is_network(const char *network)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

	return *network != '\0' && *network != '-' && *network != '.' &&
	    strlen(network) < SETTING_NETWORK &&
	    strspn(network, allowed) == strlen(network);
}

const char *
setting_network_know(const char *network, char *why, size_t size)
{
	int i = setting_find_network(network);

	if (i != -1)
		return setting.network[i];
	if (!setting_is_network(network)) {
		snprintf(why, size, "\"%s\" is not the name of a network: "
		    "letters, digits, '-', '_' and '.', at most %d", network,
		    SETTING_NETWORK - 1);
		return NULL;
	}
	if (setting.networks == SETTING_NETWORKS) {
		snprintf(why, size, "more than %d networks", SETTING_NETWORKS);
		return NULL;
	}
	i = setting.networks++;
	snprintf(setting.network[i], SETTING_NETWORK, "%s", network);
	setting.changes++;
	return setting.network[i];
}

/* ---- changing ---- */

static const char *
setting_name(int i)
{
	return i < SETTINGS ? settings[i].name : NULL;
}

/* The row and the place of a value to be changed; -1, and WHY. */
static int
setting_row(const char *network, const char *name, char *why, size_t size)
{
	int i = setting_find(name);
	const char *guess;

	if (network != NULL && setting_find_network(network) == -1) {
		snprintf(why, size, "there is no network \"%s\"", network);
		return -1;
	}
	if (i != -1 && (network == NULL || settings[i].local))
		return i;
	if (i != -1)
		snprintf(why, size, "%s: is for all networks, not for one",
		    name);
	else if (strcmp(name, "password") == 0)
		snprintf(why, size, "a password is not kept here, where it "
		    "would be read by others: see password-command and "
		    "password-file");
	else if ((guess = guess_word(name, setting_name)) != NULL)
		snprintf(why, size, "unknown setting \"%s\"; did you mean "
		    "\"%s\"?", name, guess);
	else
		snprintf(why, size, "unknown setting \"%s\"", name);
	return -1;
}

static void
setting_take(const char *network, int i, struct value *v)
{
	struct value *to = &setting.value[setting_place(network)][i];

	value_clear(to);
	*to = *v;
	setting.changes++;
}

static int
setting_read(const char *network, int i, char **word, int n, char *why,
    size_t size)
{
	char reason[SETTING_WHY];
	struct value v;

	if (value_read(&v, &settings[i].form, word, n, reason,
	    sizeof(reason)) == -1) {
		snprintf(why, size, "%s: %s", settings[i].name, reason);
		return -1;
	}
	setting_take(network, i, &v);
	return 0;
}

int
setting_set(const char *network, const char *name, const char *line,
    char *why, size_t size)
{
	char copy[SETTING_VALUE], *word[SETTING_ITEMS];
	int i = setting_row(network, name, why, size), n;
	const char *wrong = "too long";

	if (i == -1)
		return -1;
	n = -1;
	if (strlen(line) < sizeof(copy))
		n = word_split(strcpy(copy, line), word, SETTING_ITEMS, &wrong);
	if (n != -1)
		return setting_read(network, i, word, n, why, size);
	snprintf(why, size, "%s: %s", name, wrong);
	return -1;
}

int
setting_is_line(const char *network, const char *name, const char *line)
{
	char copy[SETTING_VALUE], why[SETTING_WHY], *word[SETTING_ITEMS];
	int i = setting_find(name), n, same;
	const char *wrong;
	struct value v;

	snprintf(copy, sizeof(copy), "%s", line);
	n = word_split(copy, word, SETTING_ITEMS, &wrong);
	if (i == -1 || n == -1 || value_read(&v, &settings[i].form, word, n,
	    why, sizeof(why)) == -1)
		return 0;
	same = value_same(&v, setting_value(network, i));
	value_clear(&v);
	return same;
}

int
setting_unset(const char *network, const char *name, char *why, size_t size)
{
	struct value none = { NULL, 0, 0 };
	int i = setting_row(network, name, why, size);

	if (i == -1)
		return -1;
	setting_take(network, i, &none);
	return 0;
}

/* The row of a list. */
static int
setting_list(const char *network, const char *name, char *why, size_t size)
{
	int i = setting_row(network, name, why, size);

	if (i == -1 || settings[i].form.type == SETTING_LIST)
		return i;
	snprintf(why, size, "%s: is not a list", name);
	return -1;
}

/* Its words but for WORD, in memory that the value keeps. */
static int
setting_others(const struct value *v, const char *word, char **others)
{
	int i, n = 0;

	for (i = 0; i < v->n; i++)
		if (strcmp(v->item[i], word) != 0)
			others[n++] = v->item[i];
	return n;
}

int
setting_add(const char *network, const char *name, const char *word,
    char *why, size_t size)
{
	char *words[SETTING_ITEMS + 1], copy[SETTING_VALUE];
	int i = setting_list(network, name, why, size), n;

	if (i == -1)
		return -1;
	n = setting_others(setting_value(network, i), word, words);
	snprintf(copy, sizeof(copy), "%s", word);
	words[n++] = copy;
	return setting_read(network, i, words, n, why, size);
}

int
setting_remove(const char *network, const char *name, const char *word,
    char *why, size_t size)
{
	char *words[SETTING_ITEMS + 1], nothing[] = "";
	int i = setting_list(network, name, why, size), n;

	if (i == -1)
		return -1;
	n = setting_others(setting_value(network, i), word, words);
	if (n == setting_value(network, i)->n) {
		snprintf(why, size, "%s: \"%s\" is not there", name, word);
		return -1;
	}
	if (n == 0)
		words[n++] = nothing;
	return setting_read(network, i, words, n, why, size);
}

void
setting_reset(void)
{
	int i, place;

	for (i = 0; i < SETTINGS; i++) {
		value_clear(&setting.usual[i]);
		for (place = 0; place <= SETTING_NETWORKS; place++)
			value_clear(&setting.value[place][i]);
	}
	setting.networks = 0;
	setting.changes++;
}

/* ---- listing ---- */

int
setting_info(int i, struct setting_info *info)
{
	if (i < 0 || i >= SETTINGS)
		return 0;
	memset(info, 0, sizeof(*info));
	info->name = settings[i].name;
	info->usual = settings[i].usual;
	info->help = settings[i].help;
	info->type = settings[i].form.type;
	info->local = settings[i].local;
	value_describe(&settings[i].form, info->values, sizeof(info->values));
	return 1;
}

int
setting_line(const char *network, const char *name, char *line, size_t size)
{
	int i = setting_find(name);

	if (i == -1)
		setting_bug("no such setting", name);
	if (value_line(setting_value(network, i), line, size) == -1)
		*line = '\0';
	return setting.value[setting_place(network)][i].item != NULL;
}
