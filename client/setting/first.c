/* SPDX-License-Identifier: ISC */
/*
 * The first start: a few questions in plain lines, each of which Enter
 * answers, and a configuration at the end.  main.c calls it at a terminal
 * where there is none, before a screen opens and before signals are caught.
 *
 * Nothing is written before the last question; who leaves by ^C or ^D leaves
 * nothing behind but, perhaps, an account.  The password goes into a file of
 * its own, mode 0600, never into the configuration.
 */

#include <sys/random.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

#include "client/line/display.h"
#include "client/session/connection.h"
#include "client/session/network.h"
#include "client/session/registration.h"
#include "config.h"
#include "first.h"
#include "irc/name.h"
#include "irc/phrase.h"
#include "irc/uri.h"
#include "path.h"
#include "secret.h"
#include "setting.h"

#define FIRST_LOCAL "127.0.0.1:6667"

enum {
	FIRST_LINE = 256,
	FIRST_PATIENCE = 1000, /* milliseconds for a local server to answer */
	FIRST_PASSWORD = 20,   /* characters of one that is made: 100 bits */
	FIRST_TRIES = 3,
};

struct first {
	char server[FIRST_LINE], network[SETTING_NETWORK];
	char nick[FIRST_LINE], account[FIRST_LINE], room[FIRST_LINE];
	char password[FIRST_LINE];
	char pin[PIN_TEXT];          /* of an invitation, with the others */
	char where[URI_MOST];        /* with the pin in it */
	const char *token;           /* NULL: there is none */
	int left; /* by ^C or ^D */
};

/* ---- asking ---- */

/* What comes from elsewhere is cleaned. */
static void
first_say(const char *lead, const char *text)
{
	char clean[1024];

	display_clean(clean, sizeof(clean), text);
	printf("%s%s\n", lead, clean);
	fflush(stdout);
}

/* A line, read byte by byte: what was typed ahead is for the session.  -1 at
 * the end of input, and at ^C where it is no signal. */
static int
first_read(char *line, size_t size)
{
	size_t len = 0;
	ssize_t n;
	char c;

	for (;;) {
		n = read(STDIN_FILENO, &c, 1);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0 || c == '\003' || c == '\004')
			return -1;
		if (c == '\n' || c == '\r')
			break;
		if (len + 1 < size)
			line[len++] = c;
	}
	line[len] = '\0';
	while (len > 0 && line[len - 1] == ' ')
		line[--len] = '\0';
	memmove(line, line + strspn(line, " "), strlen(line +
	    strspn(line, " ")) + 1);
	return 0;
}

/* ANSWER holds what Enter means. */
static void
first_ask(struct first *f, const char *question, char *answer, size_t size)
{
	char line[FIRST_LINE];

	if (f->left)
		return;
	printf("%s", question);
	if (*answer != '\0')
		printf(" [%s]", answer);
	printf(": ");
	fflush(stdout);
	if (first_read(line, sizeof(line)) == -1) {
		putchar('\n');
		f->left = 1;
	} else if (*line != '\0')
		snprintf(answer, size, "%s", line);
}

/* The letter that was chosen of CHOICES; Enter is the first. */
static int
first_choose(struct first *f, const char *question, const char *choices)
{
	char answer[FIRST_LINE];

	for (;;) {
		*answer = '\0';
		first_ask(f, question, answer, sizeof(answer));
		if (f->left || *answer == '\0')
			return *choices;
		if (strchr(choices, tolower((unsigned char)*answer)) != NULL)
			return tolower((unsigned char)*answer);
	}
}

/* Without echo, and without signals: the terminal must get its echo back. */
static void
first_ask_hidden(struct first *f, const char *question, char *answer,
    size_t size)
{
	struct termios was, hidden;

	if (f->left || tcgetattr(STDIN_FILENO, &was) == -1)
		return;
	hidden = was;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ISIG | ICANON);
	printf("%s: ", question);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	if (first_read(answer, size) == -1)
		f->left = 1;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
	putchar('\n');
}

/* As ask, until it is a value of the setting NAME. */
static void
first_ask_setting(struct first *f, const char *name, const char *question,
    char *answer, size_t size)
{
	char usual[FIRST_LINE], why[SETTING_WHY];

	snprintf(usual, sizeof(usual), "%s", answer);
	for (;;) {
		snprintf(answer, size, "%s", usual);
		first_ask(f, question, answer, size);
		if (f->left || *answer == '\0' || setting_set(NULL, name,
		    answer, why, sizeof(why)) == 0)
			break;
		first_say("  ", why);
	}
	setting_unset(NULL, name, why, sizeof(why));
}

/* ---- the server ---- */

static void
first_find_server(struct first *f)
{
	const char *path = connection_local();

	if (path != NULL && registration_answers(path, FIRST_PATIENCE))
		snprintf(f->server, sizeof(f->server), "%s", path);
	else if (registration_answers(FIRST_LOCAL, FIRST_PATIENCE))
		snprintf(f->server, sizeof(f->server), FIRST_LOCAL);
}

/* The host, as far as it is the name of a network. */
static void
first_name_network(struct first *f)
{
	size_t len = strcspn(f->server, ":");
	struct uri u;

	if (uri_read(&u, f->server) == 0) {
		snprintf(f->network, sizeof(f->network), "%.*s",
		    (int)sizeof(f->network) - 1, u.host);
		return;
	}

	if (strncmp(f->server, "127.", 4) == 0 || *f->server == '/' ||
	    strncmp(f->server, "localhost", 9) == 0 || *f->server == '[' ||
	    strchr(f->server + len + (f->server[len] == ':'), ':') != NULL)
		snprintf(f->network, sizeof(f->network), "local");
	else
		snprintf(f->network, sizeof(f->network), "%.*s", (int)len,
		    f->server);
}

static void
first_ask_server(struct first *f)
{
	first_find_server(f);
	if (*f->server != '\0')
		first_say("There is a server on this machine: ", f->server);
	else
		puts("There is no server on this machine.");
	first_ask_setting(f, "server", *f->server != '\0' ? "Server" :
	    "Server (HOST or HOST:PORT; Enter to leave it open)", f->server,
	    sizeof(f->server));
	if (*f->server != '\0')
		first_name_network(f);
}

static void
first_ask_nick(struct first *f)
{
	const char *name = getenv("LOGNAME");

	if (*f->server == '\0')
		return;
	if (name == NULL || *name == '\0')
		name = getenv("USER");
	snprintf(f->nick, sizeof(f->nick), "%s",
	    name != NULL && name_is_nick(name) ? name : "guest");
	first_ask_setting(f, "nick", "Your nick", f->nick, sizeof(f->nick));
}

/* ---- the account ---- */

/* Five bits a character, none that looks like another. */
static void
first_make_password(char *password)
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	unsigned char bytes[FIRST_PASSWORD];
	int i;

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
		*password = '\0';
		return;
	}
	for (i = 0; i < FIRST_PASSWORD; i++)
		password[i] = letters[bytes[i] % 32];
	password[i] = '\0';
}

/* What stands as a word of a command must be one. */
static int
first_is_password(const char *password)
{
	const char *s;

	for (s = password; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || *s == '\x7f')
			return 0;
	return *password != ':';
}

/* Typed twice, or made if nothing was typed. */
static void
first_new_password(struct first *f)
{
	char again[FIRST_LINE] = "";

	while (!f->left) {
		*f->password = '\0';
		first_ask_hidden(f, "Password (Enter to have one made)",
		    f->password, sizeof(f->password));
		if (f->left)
			return;
		if (*f->password == '\0') {
			first_make_password(f->password);
			return;
		}
		if (!first_is_password(f->password)) {
			puts("  no spaces, and no colon at the beginning");
			continue;
		}
		first_ask_hidden(f, "The same again", again, sizeof(again));
		if (f->left || strcmp(again, f->password) == 0)
			return;
		puts("  these are not the same");
	}
}

/* A server met for the first time: how it is known from now on. */
static void
first_tell_key(const struct tls_info *info)
{
	char phrase[PHRASE_SIZE], pin[PIN_TEXT];

	if (info->verdict != JUDGE_FIRST || *info->version == '\0')
		return;
	phrase_write(phrase, info->pin);
	pin_write(pin, info->pin);
	printf("The server is known by its key from now on, which is\n"
	    "    %s\n    %s\n", phrase, pin);
}

/* 1: there is an account; 0: another try may help; -1: it will not. */
static int
first_register_once(struct first *f)
{
	struct registration_wish wish = { *f->where != '\0' ? f->where :
		f->server, f->nick, f->password, f->token };
	enum registration_result result;
	struct tls_info info;
	char why[TLS_WHY];

	puts("Registering...");
	fflush(stdout);
	result = registration_make(&wish, &info, why, sizeof(why));
	first_tell_key(&info);
	switch (result) {
	case REGISTRATION_DONE:
		first_say("You have an account: ", f->nick);
		return 1;
	case REGISTRATION_ANSWERED:
		first_say("The server says: ", why);
		return first_choose(f, "Do you have an account now? y, or "
		    "Enter for no", "ny") == 'y' ? 1 : -1;
	case REGISTRATION_NICK:
		first_say("  ", why);
		first_ask_nick(f);
		return 0;
	case REGISTRATION_REFUSED:
		first_say("  ", why);
		return 0;
	default:
		first_say("  no account: ", why);
		return -1;
	}
}

static void
first_register(struct first *f)
{
	int tries, result = 0;

	for (tries = 0; tries < FIRST_TRIES && result == 0; tries++) {
		first_new_password(f);
		if (f->left)
			return;
		result = first_register_once(f);
	}
	if (result == 1)
		snprintf(f->account, sizeof(f->account), "%s", f->nick);
	else if (f->token == NULL)
		puts("You are a guest then; NickServ, if there is one, "
		    "registers you later.");
}

static void
first_ask_account(struct first *f)
{
	int choice;

	if (*f->server == '\0' || f->left)
		return;
	/* there the system says who it is: a server of ours needs no more */
	if (*f->server == '/')
		choice = first_choose(f, "The server knows who you are on "
		    "this machine.  h to log in to an account by its password "
		    "all the same, or Enter", "nh");
	else
		choice = first_choose(f, "Account: r to register one, h if "
		    "you have one, Enter for none", "nrh");
	if (choice == 'r')
		first_register(f);
	if (choice != 'h' || f->left)
		return;
	snprintf(f->account, sizeof(f->account), "%s", f->nick);
	first_ask_setting(f, "account", "Its name", f->account,
	    sizeof(f->account));
	first_ask_hidden(f, "Its password (Enter to set password-command "
	    "later)", f->password, sizeof(f->password));
}

static void
first_ask_room(struct first *f)
{
	char room[FIRST_LINE - 1] = "";

	if (*f->server == '\0')
		return;
	first_ask_setting(f, "join", "A room to enter, such as #moot (Enter "
	    "for none)", room, sizeof(room));
	if (*room != '\0')
		snprintf(f->room, sizeof(f->room), "%s%s",
		    strchr("#&+!", *room) != NULL ? "" : "#", room);
}

/* ---- the files ---- */

static int
first_keep_password(struct first *f)
{
	char name[SETTING_NETWORK + 16], path[PATH_MOST], line[FIRST_LINE + 1];
	char why[SETTING_WHY];
	int result = 0;

	if (*f->account == '\0' || *f->password == '\0')
		return 0;
	snprintf(name, sizeof(name), "%s.password", f->network);
	snprintf(line, sizeof(line), "%s\n", f->password);
	if (path_config(path, sizeof(path), name) == -1 ||
	    path_prepare(path) == -1 ||
	    (unlink(path) == -1 && errno != ENOENT) ||
	    path_replace(path, line, strlen(line), 0600) == -1) {
		printf("The password could not be kept: %s\n",
		    strerror(errno));
		result = -1;
	} else {
		setting_set(f->network, "password-file", name, why,
		    sizeof(why));
		first_say("The password is in ", path);
	}
	explicit_bzero(line, sizeof(line));
	return result;
}

static void
first_set(struct first *f, const char *name, const char *value)
{
	char why[SETTING_WHY];

	if (*value != '\0' &&
	    setting_set(f->network, name, value, why, sizeof(why)) == -1)
		first_say("  ", why);
}

static void
first_write(struct first *f)
{
	char why[SETTING_WHY];

	if (*f->server == '\0') {
		puts("Nothing is kept; moot asks again the next time.");
		return;
	}
	if (setting_network_know(f->network, why, sizeof(why)) == NULL) {
		snprintf(f->network, sizeof(f->network), "first");
		setting_network_know(f->network, why, sizeof(why));
	}
	first_set(f, "server", f->server);
	first_set(f, "pin", f->pin);
	first_set(f, "nick", f->nick);
	first_set(f, "account", f->account);
	first_set(f, "join", f->room);
	first_keep_password(f);
	if (config_save() == -1)
		printf("The settings could not be kept: %s: %s\n",
		    config_file() != NULL ? config_file() : "no HOME",
		    strerror(errno));
	else
		first_say("Your settings are in ", config_file());
}

/* ---- an invitation ---- */

/* In whatever form they are written. */
static int
first_is_same(const char *server, const char *other)
{
	static struct connection a, b;

	return connection_init(&a, server) == 0 &&
	    connection_init(&b, other) == 0 &&
	    strcasecmp(a.host, b.host) == 0 && strcmp(a.port, b.port) == 0;
}

/* The network of the configuration that is on that server; NULL: none. */
static const char *
first_network_of(const char *server)
{
	const char *network, *other;
	int i;

	for (i = 0; (network = setting_network(i)) != NULL; i++) {
		other = setting_text_in(network, "server");
		if (*other != '\0' && first_is_same(server, other))
			return network;
	}
	return NULL;
}

/* Somebody's invitation changes no network that there is: not its server, not
 * its password. */
static void
first_name_anew(struct first *f)
{
	char name[SETTING_NETWORK];
	int n;

	snprintf(name, sizeof(name), "%s", f->network);
	for (n = 2; network_find(f->network) != NULL; n++)
		snprintf(f->network, sizeof(f->network), "%.*s-%d",
		    (int)sizeof(name) - 12, name, n);
}

/* Takes U apart into what is asked for, what is kept, and what is known. */
static int
first_invited(struct first *f, const struct uri *u)
{
	struct uri plain = *u;

	*plain.token = *plain.room = '\0';
	if (uri_write(f->where, sizeof(f->where), &plain) == -1)
		return -1;
	plain.pinned = 0;
	if (uri_write(f->server, sizeof(f->server), &plain) == -1)
		return -1;
	snprintf(f->room, sizeof(f->room), "%s", u->room);
	f->token = u->token;
	if (u->pinned)
		pin_write(f->pin, u->pin);
	first_name_network(f);
	first_name_anew(f);
	return 0;
}

const char *
first_join(const struct uri *u)
{
	static struct first f;
	const char *network;

	memset(&f, 0, sizeof(f));
	if (first_invited(&f, u) == -1) {
		puts("This invitation is too long.");
		return NULL;
	}
	network = first_network_of(f.server);
	if (network != NULL)
		return network;
	first_say("You are invited to ", f.server);
	puts("Enter takes what is in brackets; ^C leaves.\n");
	first_ask_nick(&f);
	if (!f.left)
		first_register(&f);
	if (!f.left && *f.account != '\0')
		first_write(&f);
	putchar('\n');
	fflush(stdout);
	explicit_bzero(f.password, sizeof(f.password));
	return first_network_of(f.server);
}

int
first_run(void)
{
	static struct first f;

	memset(&f, 0, sizeof(f));
	puts("This is moot's first start here, so there are a few questions.\n"
	    "Enter takes what is in brackets; ^C leaves.\n");
	first_ask_server(&f);
	first_ask_nick(&f);
	first_ask_account(&f);
	first_ask_room(&f);
	if (!f.left)
		first_write(&f);
	putchar('\n');
	fflush(stdout);
	explicit_bzero(f.password, sizeof(f.password));
	return f.left ? -1 : 0;
}
