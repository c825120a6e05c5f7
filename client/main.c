/* SPDX-License-Identifier: ISC */
/*
 * moot: the client.  Options, which view there is, and how it ends.
 */

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/line/display.h"
#include "client/line/terminal.h"
#include "client/script/script.h"
#include "client/session/network.h"
#include "client/session/session.h"
#include "client/setting/config.h"
#include "client/setting/first.h"
#include "client/setting/secret.h"
#include "client/setting/setting.h"
#include "face.h"
#include "irc/uri.h"
#include "loop.h"
#include "news.h"
#include "version.h"

static const char usage[] =
    "usage: moot [-1l] [-c FILE] [-j ROOM[,ROOM]] [-n NICK] [-p FILE]\n"
    "            [--pin PIN] [--plain] [--trust]\n"
    "            [NETWORK | HOST[:PORT] | URI ...]\n"
    "       moot -h | -V | --export-defaults\n";

static const char help[] =
    "\n"
    "  -1       do not connect again when the connection fails\n"
    "  -c, --config FILE\n"
    "           the configuration, otherwise moot/moot.conf in\n"
    "           $XDG_CONFIG_HOME or ~/.config\n"
    "  --export-defaults\n"
    "           print a configuration of all settings\n"
    "  -h, --help\n"
    "           this help\n"
    "  -j ROOM  enter these rooms, and talk to the first of them;\n"
    "           with several servers, on the first of those\n"
    "  -l       lines, and no full screen\n"
    "  -n NICK  the nick to use, otherwise your login name\n"
    "  -p FILE  the first line of FILE is the password\n"
    "  --pin PIN\n"
    "           the key that the server must have: sha256/...\n"
    "  --plain  without TLS: others can read and change it\n"
    "  --trust  believe a server that was never met, also in a pipe\n"
    "  -V, --version\n"
    "           version\n"
    "\n"
    "NETWORK is one of the configuration; HOST a name or an address,\n"
    "[V6]:PORT for an IPv6 one with a port; otherwise 127.0.0.1:6667.\n"
    "URI is ircs://HOST[:PORT], with TLS as to every HOST that is not\n"
    "here, irc://HOST without it, or an invitation to a server.\n"
    "/help lists what can be typed; more in moot(1).\n"
    "\n";

struct options {
	const char *config, *nick, *rooms, *password_file;
	char **where; /* networks and servers */
	const char *pin;
	int nwhere, once, lines, exported, plain, trust;
};

/* Past the letters. */
enum { OPTION_EXPORT = 256, OPTION_PIN, OPTION_PLAIN, OPTION_TRUST };

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "export-defaults", no_argument, NULL, OPTION_EXPORT },
	{ "help", no_argument, NULL, 'h' },
	{ "pin", required_argument, NULL, OPTION_PIN },
	{ "plain", no_argument, NULL, OPTION_PLAIN },
	{ "trust", no_argument, NULL, OPTION_TRUST },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void __attribute__((noreturn))
fail_usage(void)
{
	fputs(usage, stderr);
	exit(STATUS_USAGE);
}

/* What is wrong may be somebody's file. */
static void __attribute__((noreturn))
fail(const char *why)
{
	char clean[1024];

	display_clean(clean, sizeof(clean), why);
	fprintf(stderr, "moot: %s\n", clean);
	exit(STATUS_USAGE);
}

static void __attribute__((noreturn))
show_and_exit(const char *a, const char *b)
{
	printf("%s%s", a, b);
	exit(fflush(stdout) == 0 ? STATUS_OK : STATUS_OUTPUT);
}

static void
options_take(struct options *o, int ch)
{
	switch (ch) {
	case '1':
		o->once = 1;
		break;
	case 'c':
		o->config = optarg;
		break;
	case 'h':
		printf("%s%s", usage, help);
		script_help(stdout);
		show_and_exit("", "");
	case 'j':
		o->rooms = optarg;
		break;
	case 'l':
		o->lines = 1;
		break;
	case 'n':
		o->nick = optarg;
		break;
	case 'p':
		o->password_file = optarg;
		break;
	case 'V':
		show_and_exit("moot " MOOT_VERSION, "\n");
	case OPTION_EXPORT:
		o->exported = 1;
		break;
	case OPTION_PIN:
		o->pin = optarg;
		break;
	case OPTION_PLAIN:
		o->plain = 1;
		break;
	case OPTION_TRUST:
		o->trust = 1;
		break;
	default:
		fail_usage();
	}
}

static void
options_parse(struct options *o, int argc, char **argv)
{
	int ch;

	while ((ch = getopt_long(argc, argv, "1c:hj:ln:p:V", long_options,
	    NULL)) != -1)
		options_take(o, ch);
	o->where = argv + optind;
	o->nwhere = argc - optind;
}

/* ---- the settings ---- */

/* Whoever is at a terminal and has no configuration, and does not say what is
 * to be done, is asked. */
static int
is_first(const struct options *o)
{
	return o->nwhere == 0 && o->nick == NULL && o->rooms == NULL &&
	    config_file() != NULL && terminal_is_typed() &&
	    terminal_is_shown();
}

/* FILE: NULL, the usual one.  1: there is none. */
static int
settings_read(const char *file)
{
	static struct config_errors errors;
	int result = config_read(file, &errors);

	if (result == -1) {
		fputs(errors.text, stderr);
		exit(STATUS_USAGE);
	}
	return result;
}

/* Somebody who is invited has no account there yet; the network is what is
 * then gone to. */
static void
settings_join(struct options *o)
{
	static char *network[1];
	struct uri u;

	if (o->nwhere != 1 || uri_read(&u, o->where[0]) == -1 ||
	    *u.token == '\0')
		return;
	/* whoever lists the processes could come before us */
	explicit_bzero(o->where[0], strlen(o->where[0]));
	if (!terminal_is_typed() || !terminal_is_shown())
		fail("an invitation is taken up at a terminal");
	network[0] = (char *)(uintptr_t)first_join(&u);
	if (network[0] == NULL)
		exit(STATUS_REFUSED);
	o->where = network;
}

static void
settings_open(struct options *o)
{
	if (o->exported) {
		config_export(stdout);
		show_and_exit("", "");
	}
	if (settings_read(o->config) == 1 && is_first(o) && first_run() == -1)
		exit(STATUS_OK);
	settings_join(o);
}

/* ---- sessions ---- */

/* The I-th network or server to connect to; NULL: no more, or, as the first,
 * the one there is by default. */
static const char *
options_where(const struct options *o, int i)
{
	if (o->nwhere == 0)
		return network_at_start(i);
	return i < o->nwhere ? o->where[i] : NULL;
}

static void
sessions_open(const struct options *o)
{
	const char *where = options_where(o, 0);
	char why[512];
	struct session *s;
	unsigned char pin[PIN_BYTES];
	int i = 0;

	if (o->pin != NULL && pin_read(pin, o->pin) == -1)
		fail("not a pin; it is sha256/...");
	network_options(o->pin, o->trust, o->plain);
	secret_open(o->password_file, where != NULL && uri_is(where) &&
	    network_find(where) == NULL &&
	    strcmp(where, setting_text("server")) != 0);
	do {
		s = malloc(sizeof(*s));
		if (s == NULL)
			fail("out of memory");
		if (network_open(s, where, o->nick,
		    i == 0 ? o->rooms : NULL, why, sizeof(why)) == -1)
			fail(why);
		s->once |= o->once;
		network_keep(s, where);
		if (loop_add_session(s) == -1)
			fail("too many servers");
		where = options_where(o, ++i);
	} while (where != NULL);
}

/* Dies of the signal, if there was one, so that the parent sees it. */
static int
leave(void)
{
	const char *why;
	char clean[CONNECTION_WHY];
	int status = loop_status(&why), signo = loop_signal();

	if (face_close() == -1 && status == STATUS_OK)
		status = STATUS_OUTPUT;
	if (*why != '\0') {
		display_clean(clean, sizeof(clean), why);
		fprintf(stderr, "moot: %s\n", clean);
	}
	loop_close();
	loop_restore_signals();
	if (signo != 0) {
		signal(signo, SIG_DFL);
		raise(signo);
	}
	return status;
}

int
main(int argc, char **argv)
{
	struct options o = { 0 };

	if (argc > 1 && script_is(argv[1])) {
		settings_read(NULL);
		return script_main(argc - 1, argv + 1);
	}
	options_parse(&o, argc, argv);
	settings_open(&o);
	face_choose(o.lines);
	display_open(terminal_is_shown());
	if (loop_open(face_user()) == -1) {
		perror("moot: signalfd");
		return STATUS_USAGE;
	}
	sessions_open(&o);
	if (face_open() == -1)
		fail("no screen at this terminal; see -l");
	loop_run();
	return leave();
}
