/* SPDX-License-Identifier: ISC */
/*
 * Scripts: the subcommands, from their words to the exit status.
 *
 * Two tables: what there is, and which options it takes.  Each subcommand is
 * a view of one session, in the loop that the others use: it is told what
 * happens, prints what its user wants to see and says when it is over.  The
 * protocol is the session's, as are reconnecting and what becomes of lines.
 *
 * Nothing is left behind: a room that was entered is left again, unless some
 * other device of the account was in it before.  Output goes to standard
 * output and complaints to standard error, and only the latter can be quiet.
 */

#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "bot.h"
#include "command.h"
#include "display.h"
#include "irc/name.h"
#include "json.h"
#include "loop.h"
#include "network.h"
#include "room.h"
#include "script.h"
#include "secret.h"
#include "send.h"
#include "setting.h"
#include "tail.h"
#include "terminal.h"
#include "when.h"

enum {
	SCRIPT_SEND = 1,
	SCRIPT_TAIL = 2,
	SCRIPT_WAIT = 4,
	SCRIPT_WHO = 8,
	SCRIPT_ROOMS = 16,
	SCRIPT_HISTORY = 32,
	SCRIPT_SEARCH = 64,
	SCRIPT_WHOAMI = 128,
	SCRIPT_PAST = SCRIPT_TAIL | SCRIPT_HISTORY | SCRIPT_SEARCH,
	SCRIPT_ALL = 255,
	SCRIPT_OPTIONS = 32, /* most of one subcommand */
	SCRIPT_COLUMN = 28,  /* where help begins */
};

/* What moot(1) calls them. */
#define ENV_SERVER "MOOT_SERVER"
#define ENV_NICK "MOOT_NICK"
#define ENV_ACCOUNT "MOOT_ACCOUNT"

static struct script script;
static struct json json;

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
	{ "bot", 0, 0, -1, "[OPTION...] TARGET... -- COMMAND [ARGUMENT...]",
	    "be a bot that is made of a command", bot_main,
	    NULL, NULL, NULL, NULL, NULL, NULL },
};

/* A switch, or with VALUE a text, of struct script. */
struct script_option {
	char letter;       /* '\0': none */
	const char *name;
	const char *value; /* what it takes; NULL: nothing */
	unsigned int commands;
	size_t member;
	const char *help;
};

#define TO(member) offsetof(struct script, member)

static const struct script_option script_options[] = {
	{ 's', "server", "HOST[:PORT]", SCRIPT_ALL, TO(server),
	    "the server, otherwise $" ENV_SERVER " or 127.0.0.1:6667" },
	{ 'n', "nick", "NICK", SCRIPT_ALL & ~SCRIPT_PAST, TO(nick),
	    "the nick, otherwise $" ENV_NICK ", or as the account" },
	{ '\0', "nick", "NICK", SCRIPT_PAST, TO(nick),
	    "the nick, otherwise $" ENV_NICK ", or as the account" },
	{ 'a', "account", "ACCOUNT", SCRIPT_ALL, TO(account),
	    "log in to it; otherwise $" ENV_ACCOUNT },
	{ 'p', "password-file", "FILE", SCRIPT_ALL, TO(password_file),
	    "its first line is the password" },
	{ 't', "timeout", "TIME", SCRIPT_ALL, TO(timeout),
	    "how long it may take: 30, 500ms, 5m; 0: for ever" },
	{ 'q', "quiet", NULL, SCRIPT_ALL, TO(quiet),
	    "say nothing of what goes wrong" },
	{ '\0', "json", NULL, SCRIPT_ALL, TO(json),
	    "print objects of JSON, moot-json(5)" },
	{ 'w', "wait", NULL, SCRIPT_SEND, TO(wait),
	    "wait for the server, and for the person to be here" },
	{ 'r', "reply", "MSGID", SCRIPT_SEND, TO(reply),
	    "it answers this message" },
	{ 'm', "multiline", NULL, SCRIPT_SEND, TO(multiline),
	    "all lines are one message" },
	{ '\0', "notice", NULL, SCRIPT_SEND, TO(notice),
	    "nothing should answer it" },
	{ 'n', "lines", "N", SCRIPT_PAST, TO(lines),
	    "so many messages" },
	{ 'f', "follow", NULL, SCRIPT_TAIL, TO(follow),
	    "go on with what is said from now on" },
	{ 'A', "all", NULL, SCRIPT_TAIL | SCRIPT_WAIT | SCRIPT_HISTORY,
	    TO(all), "who comes and goes, too" },
	{ 'i', "ignore-case", NULL, SCRIPT_WAIT, TO(fold),
	    "capital and small letters are the same" },
	{ '\0', "before", "TIME", SCRIPT_HISTORY, TO(before),
	    "the last ones before it" },
	{ '\0', "after", "TIME", SCRIPT_HISTORY, TO(after),
	    "the first ones after it" },
	{ '\0', "since", "TIME", SCRIPT_HISTORY, TO(since),
	    "the last ones after it" },
	{ '\0', "room", "ROOM", SCRIPT_SEARCH, TO(room),
	    "only there; or what was said with that nick" },
	{ '\0', "from", "NICK", SCRIPT_SEARCH, TO(from),
	    "only what that nick has said" },
	{ 'h', "help", NULL, SCRIPT_ALL, TO(help), "this help" },
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

/* ---- options ---- */

static void
script_usage(const struct script_command *c, FILE *f)
{
	fprintf(f, "usage: moot %s %s\n", c->name, c->usage);
}

static void __attribute__((noreturn))
script_fail_usage(const struct script_command *c)
{
	script_usage(c, stderr);
	exit(STATUS_USAGE);
}

static int
script_show_help(const struct script_command *c)
{
	const struct script_option *o;
	char head[80];
	size_t i;

	script_usage(c, stdout);
	printf("%s\n\n", c->help);
	for (i = 0; i < COUNT(script_options); i++) {
		o = &script_options[i];
		if (!(o->commands & c->options))
			continue;
		snprintf(head, sizeof(head), "  %s%c%s--%s%s%s",
		    o->letter ? "-" : " ", o->letter ? o->letter : ' ',
		    o->letter ? ", " : "  ", o->name, o->value ? " " : "",
		    o->value ? o->value : "");
		printf("%-*s  %s\n", SCRIPT_COLUMN, head, o->help);
	}
	return fflush(stdout) == 0 ? STATUS_OK : STATUS_OUTPUT;
}

static void
script_set(struct script *x, const struct script_option *o, const char *value)
{
	char *member = (char *)x + o->member;

	if (o->value != NULL)
		*(const char **)member = value;
	else
		*(int *)member = 1;
}

/* What getopt_long(3) wants of the options that C takes; each has the number
 * of its row, whether it is found by its letter or its name. */
static void
script_list(const struct script_command *c, char *letters,
    struct option *names)
{
	const struct script_option *o;
	size_t i, n = 0;

	/* What is said may begin with a dash. */
	if (c->options == SCRIPT_SEND)
		*letters++ = '+';
	for (i = 0; i < COUNT(script_options); i++) {
		o = &script_options[i];
		if (!(o->commands & c->options) || n == SCRIPT_OPTIONS)
			continue;
		names[n].name = o->name;
		names[n].has_arg = o->value != NULL;
		names[n++].val = 256 + (int)i;
		if (o->letter == '\0')
			continue;
		*letters++ = o->letter;
		if (o->value != NULL)
			*letters++ = ':';
	}
	*letters = '\0';
	memset(&names[n], 0, sizeof(names[n]));
}

static const struct script_option *
script_option(const struct script_command *c, int ch)
{
	size_t i;

	if (ch >= 256)
		return &script_options[ch - 256];
	for (i = 0; i < COUNT(script_options); i++)
		if (script_options[i].letter == ch &&
		    (script_options[i].commands & c->options))
			return &script_options[i];
	return NULL;
}

static void
script_parse(struct script *x, int argc, char **argv)
{
	static char name[32];
	char letters[2 * SCRIPT_OPTIONS + 2];
	struct option names[SCRIPT_OPTIONS + 1];
	const struct script_option *o;
	int ch;

	memset(names, 0, sizeof(names));
	script_list(x->command, letters, names);
	snprintf(name, sizeof(name), "moot %s", argv[0]);
	argv[0] = name; /* for what getopt_long() says */
	optind = 1;
	while ((ch = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		o = script_option(x->command, ch);
		if (o == NULL)
			script_fail_usage(x->command);
		script_set(x, o, optarg);
	}
	x->argc = argc - optind;
	x->argv = argv + optind;
	if (x->help)
		exit(script_show_help(x->command));
	if (x->argc < x->command->least ||
	    (x->command->most != -1 && x->argc > x->command->most))
		script_fail_usage(x->command);
}

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

/* ---- output ---- */

/* What is shown without --all: what people say. */
#define SCRIPT_SPEECH (UINT64_C(1) << NEWS_MESSAGE | \
	UINT64_C(1) << NEWS_NOTICE | UINT64_C(1) << NEWS_ACTION)
/* What is not shown with it: what concerns moot and its lines. */
#define SCRIPT_INNER (UINT64_C(1) << NEWS_MEMBERS | \
	UINT64_C(1) << NEWS_ACCEPTED | UINT64_C(1) << NEWS_FAILED | \
	UINT64_C(1) << NEWS_UNSURE | UINT64_C(1) << NEWS_HISTORY | \
	UINT64_C(1) << NEWS_REPLY | UINT64_C(1) << NEWS_ERROR | \
	UINT64_C(1) << NEWS_CLIENT | UINT64_C(1) << NEWS_STATE)

int
script_shows(const struct script *x, const struct news *n)
{
	uint64_t bit = UINT64_C(1) << n->kind;

	if (n->flags & NEWS_PENDING)
		return 0;
	return x->all ? !(bit & SCRIPT_INNER) : (bit & SCRIPT_SPEECH) != 0;
}


/* A column: never empty, and without blanks of its own. */
static const char *
script_column(char *dst, size_t size, const char *src)
{
	size_t i;

	display_clean(dst, size, src != NULL && *src != '\0' ? src : "-");
	for (i = 0; dst[i] != '\0'; i++)
		if (dst[i] == ' ')
			dst[i] = '_';
	return dst;
}

void
script_columns(const char *const *columns, size_t n, const char *text)
{
	static char clean[3 * SCRIPT_TEXT];
	static char line[sizeof(clean) + SCRIPT_COLUMNS * SESSION_TARGET];
	char column[SESSION_TARGET];
	size_t i, len = 0;

	for (i = 0; i < n && i < SCRIPT_COLUMNS; i++)
		len += snprintf(line + len, sizeof(line) - len, "%s\t",
		    script_column(column, sizeof(column), columns[i]));
	display_clean(clean, sizeof(clean), text != NULL ? text : "");
	snprintf(line + len, sizeof(line) - len, "%s", clean);
	terminal_print(line);
}

/* "TIME ROOM NICK TYPE TEXT"; each line of the text has such a line. */
static void
script_print_plain(const struct news *n)
{
	static char part[SCRIPT_TEXT];
	char when[JSON_TIME];
	const char *columns[] = { when, n->room, n->nick,
		json_type(n->kind) };
	const char *p = n->text != NULL ? n->text :
	    n->about != NULL ? n->about : "";
	size_t len;

	json_format_time(when, n->when);
	do {
		len = strcspn(p, "\n");
		snprintf(part, sizeof(part), "%.*s", (int)len, p);
		script_columns(columns, COUNT(columns), part);
		p += len;
	} while (*p++ != '\0');
}

void
script_print_json(struct script *x, const struct news *n)
{
	const char *object = json_news(&json, script_network(x), n);

	if (object != NULL)
		terminal_print(object);
}

int
script_print(struct script *x, const struct news *n)
{
	if (!script_shows(x, n))
		return 0;
	x->printed++;
	if (!x->json) {
		script_print_plain(n);
		return 1;
	}
	script_print_json(x, n);
	return 1;
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
	secret_open(x->password_file);
	s->network = network;
	s->account = x->account;
	s->secret = script_secret;
	s->login_needed = x->account != NULL;
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

static int
script_begin(struct script *x)
{
	x->server = script_default(x->server, ENV_SERVER);
	x->nick = script_default(x->nick, ENV_NICK);
	x->account = script_default(x->account, ENV_ACCOUNT);
	news_view(&script_view);
	x->session = malloc(sizeof(*x->session));
	if (x->session == NULL) {
		script_complain(x, "out of memory");
		return -1;
	}
	if (script_set_up(x) == -1 || script_patience(x) == -1)
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
	json_clear(&json);
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
	if (x->command->main != NULL)
		return x->command->main(argc, argv);
	script_parse(x, argc, argv);
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
