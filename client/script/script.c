/* SPDX-License-Identifier: ISC */
/*
 * Scripts: the subcommands, from their words to the exit status.
 *
 * What there is, is in one table; which options it takes, in another, that of
 * script_option.c.  Each subcommand is a view of one session, in the loop that
 * the others use: it is told what happens, prints what its user wants to see
 * and says when it is over.  The protocol is the session's, as are reconnecting
 * and what becomes of lines.
 *
 * Nothing is left behind: a room that was entered is left again, unless some
 * other device of the account was in it before.  Output goes to standard
 * output and complaints to standard error, and only the latter can be quiet.
 */

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "client/bot/bot.h"
#include "client/command.h"
#include "client/line/display.h"
#include "client/line/terminal.h"
#include "client/loop.h"
#include "client/session/network.h"
#include "client/session/room.h"
#include "client/setting/secret.h"
#include "client/setting/setting.h"
#include "client/trust/cert.h"
#include "client/trust/trust.h"
#include "irc/name.h"
#include "script.h"
#include "script_option.h"
#include "send.h"
#include "tail.h"
#include "when.h"

static struct script script;

/* ---- what there is ---- */

static const struct script_command script_commands[] = {
	{ "send", SCRIPT_SEND, 1, -1, "[OPTION...] TARGET [TEXT...]",
	    "say TEXT, or each line of standard input", NULL,
	    send_begin, send_online, send_tell, send_turn, send_late,
	    send_ends },
	{ "tail", SCRIPT_TAIL, 1, SCRIPT_TARGETS, "[OPTION...] TARGET...",
	    "what was said last, and with -f what is said", NULL,
	    tail_begin, tail_online, tail_tell, NULL, NULL, NULL },
	{ "wait", SCRIPT_WAIT, 2, 2, "[OPTION...] TARGET PATTERN",
	    "until a message fits the pattern", NULL,
	    tail_wait_begin, tail_online, tail_tell, NULL, NULL, NULL },
	{ "who", SCRIPT_WHO, 0, 1, "[OPTION...] [ROOM]",
	    "who is in the room, or here", NULL,
	    ask_who_begin, ask_online, ask_tell, NULL, NULL, NULL },
	{ "rooms", SCRIPT_ROOMS, 0, 0, "[OPTION...]",
	    "the rooms there are", NULL,
	    NULL, ask_online, ask_tell, NULL, NULL, NULL },
	{ "history", SCRIPT_HISTORY, 1, 1, "[OPTION...] TARGET",
	    "what was said at some time", NULL,
	    tail_begin, tail_online, tail_tell, NULL, NULL, NULL },
	{ "search", SCRIPT_SEARCH, 1, -1, "[OPTION...] WORD...",
	    "messages that have all the words", NULL,
	    tail_search_begin, tail_online, tail_tell, NULL, NULL, NULL },
	{ "whoami", SCRIPT_WHOAMI, 0, 0, "[OPTION...]",
	    "who one is there, and where", NULL,
	    NULL, ask_whoami_online, NULL, NULL, NULL, NULL },
	{ "cert", 0, 0, -1, "[FILE]",
	    "make a certificate that says who you are", cert_main,
	    NULL, NULL, NULL, NULL, NULL, NULL },
	{ "trust", 0, 0, -1, "[--forget] [--pin PIN] HOST[:PORT]",
	    "see by which key a server is known, and accept it", trust_main,
	    NULL, NULL, NULL, NULL, NULL, NULL },
	{ "bot", 0, 0, -1, "[OPTION...] TARGET... -- COMMAND [ARGUMENT...]",
	    "be a bot that is made of a command", bot_main,
	    NULL, NULL, NULL, NULL, NULL, NULL },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct script_command *
script_find(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(script_commands); i++)
		if (strcmp(script_commands[i].name, name) == 0)
			return &script_commands[i];
	return NULL;
}

int
script_is(const char *name)
{
	return script_find(name) != NULL;
}

void
script_help(FILE *f)
{
	size_t i;

	for (i = 0; i < COUNT(script_commands); i++)
		fprintf(f, "  moot %-9s%s\n", script_commands[i].name,
		    script_commands[i].help);
}

/* ---- what it is given ---- */

static const char *
script_default(const char *given, const char *variable)
{
	const char *value = given != NULL ? given : getenv(variable);

	return value == NULL || *value == '\0' ? NULL : value;
}

/* How long it may take: what was said, else for ever where it is to go on
 * until something happens. */
static int
script_patience(struct script *x)
{
	int64_t most = SCRIPT_PATIENCE;

	if (x->timeout != NULL) {
		most = when_duration(x->timeout);
		if (most == -1) {
			script_complain(x, "not a time: %s", x->timeout);
			return -1;
		}
	} else if (x->follow || x->wait || x->command->options == SCRIPT_WAIT)
		most = 0;
	x->patience = most;
	return 0;
}

long
script_count(const struct script *x, long missing)
{
	char *end;
	long n;

	if (x->lines == NULL)
		return missing;
	n = strtol(x->lines, &end, 10);
	if (end != x->lines && *end == '\0' && n >= 0)
		return n;
	script_complain(x, "not a number of messages: %s", x->lines);
	return -1;
}

/* ---- what others ask ---- */

void
script_complain(const struct script *x, const char *fmt, ...)
{
	char raw[2048], text[2048];
	va_list ap;

	if (x->quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	display_clean(text, sizeof(text), raw);
	fprintf(stderr, "moot: %s\n", text);
}

int
script_is_target(const struct script *x, const char *name)
{
	if (*name != '\0' && *name != ':' && strpbrk(name, " ,\r\n") == NULL &&
	    strlen(name) < ROOM_NAME)
		return 1;
	script_complain(x, "neither a room nor a nick: %s", name);
	return 0;
}

int
script_same(const struct script *x, const char *a, const char *b)
{
	return a != NULL && b != NULL &&
	    isupport_cmp(&x->session->isupport, a, b) == 0;
}

const char *
script_network(const struct script *x)
{
	const struct session *s = x->session;
	const char *name = isupport_text(&s->isupport, ISUPPORT_NETWORK);

	return *name != '\0' ? name : s->connection.host;
}

void
script_join(struct script *x, const char *target)
{
	struct session *s = x->session;
	const char *room = isupport_room(&s->isupport, target);
	size_t i;

	for (i = 0; i < x->nentered; i++)
		if (script_same(x, x->entered[i], room))
			return;
	if (x->nentered < SCRIPT_TARGETS)
		x->entered[x->nentered++] = room;
	command_join(s, room, "");
}

static void
script_leave_rooms(struct script *x)
{
	struct session *s = x->session;
	struct room *r;
	size_t i;

	for (i = 0; s != NULL && i < x->nentered; i++) {
		r = room_find(s->rooms, x->entered[i]);
		if (r != NULL && r->joined)
			session_write(s, "PART %s", r->name);
	}
	x->nentered = 0;
}

void
script_end(struct script *x, enum session_status status)
{
	struct session *s = x->session;

	if (x->ending)
		return;
	x->ending = 1;
	x->status = status;
	if (s->state != SESSION_ONLINE) {
		session_end(s, status, "%s", "");
		return;
	}
	script_leave_rooms(x);
	session_hurry(s, "");
}

/* ---- the loop ---- */

static void
script_tell(struct session *s, const struct news *n)
{
	struct script *x = &script;

	if (x->ending) {
		if (x->command->ends != NULL)
			x->command->ends(x, n);
		return;
	}
	if (s->state == SESSION_REGISTERING && s->once)
		return; /* its end will say why */
	if (x->command->tell != NULL && s->state != SESSION_REGISTERING &&
	    x->command->tell(x, n))
		return;
	if (n->kind == NEWS_ERROR)
		script_complain(x, "%s", n->text);
	else if (n->kind == NEWS_STATE && !s->once &&
	    (x->known || s->state == SESSION_OFFLINE))
		script_complain(x, "%s", n->text);
}

static void
script_write(struct loop_watch *w, short revents)
{
	(void)w;
	(void)revents;
	terminal_write();
}

static void
script_late(struct loop_timer *t)
{
	struct script *x = &script;

	(void)t;
	if (x->ending)
		return;
	if (x->command->late != NULL)
		script_end(x, x->command->late(x));
	else {
		script_complain(x, "the time is over");
		script_end(x, STATUS_TIMEOUT);
	}
}

static struct loop_watch script_output = { STDOUT_FILENO, 0, script_write,
	NULL };
static struct loop_timer script_timer = { 0, script_late, NULL };

void
script_begin_time(struct script *x)
{
	script_timer.due = x->patience > 0 ?
	    connection_now() + x->patience : 0;
}

static void
script_turn(int64_t now)
{
	struct script *x = &script;
	struct session *s = x->session;
	int online = s->state == SESSION_ONLINE && !s->welcoming;

	(void)now;
	if (terminal_is_broken())
		script_end(x, STATUS_OUTPUT);
	if (!x->ending && online && !x->online && x->command->online != NULL)
		x->command->online(x);
	x->online = online;
	x->known |= online;
	if (!x->ending && x->command->turn != NULL)
		x->command->turn(x);
	script_output.events = terminal_is_pending() ? POLLOUT : 0;
}

static int
script_listens(void)
{
	return !terminal_is_full();
}

/* Interrupted: the rooms are left before the loop says goodbye. */
static int
script_signal(int signo)
{
	if (signo == SIGINT || signo == SIGTERM || signo == SIGHUP)
		script_leave_rooms(&script);
	return 0;
}

static const struct loop_user script_user = {
	.turn = script_turn,
	.listens = script_listens,
	.signal = script_signal,
};
static const struct view script_view = { .tell = script_tell };

/* ---- from beginning to end ---- */

/* NULL: not set. */
static const char *
script_setting(const char *given, const char *network, const char *name)
{
	const char *text = given != NULL ? given :
	    setting_text_in(network, name);

	return *text != '\0' ? text : NULL;
}

/* Of the account. */
static int
script_secret(struct session *s, char *secret, size_t size, char *why,
    size_t why_size)
{
	return secret_find(s->network, secret, size, why, why_size);
}

/* As the command line, the environment and the settings have it, in this
 * order; but no rooms that a person wants to be in. */
static int
script_set_up(struct script *x)
{
	struct session *s = x->session;
	const char *network = network_find(x->server);
	char password[SECRET_MOST], why[512];
	int error;

	if (network != NULL)
		x->server = NULL;
	x->server = script_setting(x->server, network, "server");
	x->nick = script_setting(x->nick, network, "nick");
	x->account = script_setting(x->account, network, "account");
	if (x->nick == NULL && x->account != NULL && name_is_nick(x->account))
		x->nick = x->account;
	error = session_init(s, x->server, x->nick);
	if (error != 0) {
		script_complain(x, error == -1 ? "not an address: %s" :
		    "not a nick: %s", error == -1 ? x->server : x->nick);
		return -1;
	}
	secret_open(x->password_file, 0);
	s->network = network;
	s->account = x->account;
	s->secret = script_secret;
	s->login_needed = x->account != NULL;
	network_options(x->pin, x->trust, x->plain);
	network_mechanism(s);
	if (network_secure(s, why, sizeof(why)) == -1) {
		script_complain(x, "%s", why);
		return -1;
	}
	/* Nobody looks, whatever it was started from. */
	s->connection.trust = x->trust ? TRUST_FIRST : TRUST_KNOWN;
	s->unattended = s->catches_up = 1;
	if (x->account != NULL)
		return 0;
	error = secret_find(network, password, sizeof(password), why,
	    sizeof(why));
	explicit_bzero(password, sizeof(password));
	if (error == -1)
		script_complain(x, "%s", why);
	s->password = secret_text(network);
	return error == -1 ? -1 : 0;
}

/* What cannot be one is not passed over. */
static int
script_pin(const struct script *x)
{
	unsigned char pin[PIN_BYTES];

	if (x->pin == NULL || pin_read(pin, x->pin) == 0)
		return 0;
	script_complain(x, "not a pin: %s", x->pin);
	return -1;
}

static int
script_begin(struct script *x)
{
	x->server = script_default(x->server, ENV_SERVER);
	if (x->server == NULL)
		x->server = network_at_start(0);
	x->nick = script_default(x->nick, ENV_NICK);
	x->account = script_default(x->account, ENV_ACCOUNT);
	news_view(&script_view);
	x->session = malloc(sizeof(*x->session));
	if (x->session == NULL) {
		script_complain(x, "out of memory");
		return -1;
	}
	if (script_pin(x) == -1 || script_set_up(x) == -1 ||
	    script_patience(x) == -1)
		return -1;
	x->session->once = !x->follow && !x->wait &&
	    x->command->options != SCRIPT_WAIT;
	return x->command->begin == NULL ? 0 : x->command->begin(x);
}

/* Dies of the signal, if there was one, so that the parent sees it. */
static int
script_leave(struct script *x)
{
	struct session *s = x->session;
	int signo = loop_signal();

	if (!x->ending) {
		x->status = s->status;
		if (*s->why != '\0' && signo == 0)
			script_complain(x, "%s", s->why);
	}
	terminal_drain();
	if (terminal_is_broken() && x->status == STATUS_OK)
		x->status = STATUS_OUTPUT;
	loop_close();
	script_print_clear();
	loop_restore_signals();
	if (signo != 0) {
		signal(signo, SIG_DFL);
		raise(signo);
	}
	return x->status;
}

int
script_main(int argc, char **argv)
{
	struct script *x = &script;

	x->command = script_find(argv[0]);
	if (x->command == NULL)
		return STATUS_USAGE;
	if (x->command->main != NULL)
		return x->command->main(argc, argv);
	script_option_parse(x, argc, argv);
	if (script_begin(x) == -1)
		return STATUS_USAGE;
	if (loop_open(&script_user) == -1) {
		perror("moot");
		return STATUS_USAGE;
	}
	loop_add_session(x->session);
	loop_add_watch(&script_output);
	script_begin_time(x);
	loop_add_timer(&script_timer);
	loop_run();
	return script_leave(x);
}
