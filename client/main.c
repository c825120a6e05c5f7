/* SPDX-License-Identifier: ISC */
/*
 * moot: the client.  Options, which view there is, and how it ends.
 */

#include <sys/stat.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bot.h"
#include "command.h"
#include "console.h"
#include "display.h"
#include "loop.h"
#include "news.h"
#include "session.h"
#include "terminal.h"
#include "version.h"

#define PASSWORD_ENV "MOOT_PASSWORD"

static const char usage[] =
    "usage: moot [-1] [-j ROOM[,ROOM]] [-n NICK] [-p FILE]\n"
    "            [HOST[:PORT] ...]\n"
    "       moot -h | -V\n";

static const char help[] =
    "\n"
    "  -1       do not connect again when the connection fails\n"
    "  -h       this help\n"
    "  -j ROOM  enter these rooms, and talk to the first of them;\n"
    "           with several servers, on the first of those\n"
    "  -n NICK  the nick to use, otherwise your login name\n"
    "  -p FILE  the first line of FILE is the server's password\n"
    "  -V       version\n"
    "\n"
    "HOST is a name or an address, [V6]:PORT for an IPv6 one with a port;\n"
    "otherwise 127.0.0.1:6667.  /help lists what can be typed; more in\n"
    "moot(1).\n";

struct options {
	const char *nick, *rooms, *password_file;
	char **where; /* servers */
	int nwhere, once;
};

static void __attribute__((noreturn))
fail_usage(void)
{
	fputs(usage, stderr);
	exit(STATUS_USAGE);
}

static void __attribute__((noreturn))
show_and_exit(const char *a, const char *b)
{
	printf("%s%s", a, b);
	exit(fflush(stdout) == 0 ? STATUS_OK : STATUS_OUTPUT);
}

static void
options_parse(struct options *o, int argc, char **argv)
{
	int ch;

	while ((ch = getopt(argc, argv, "1hj:n:p:V")) != -1) {
		switch (ch) {
		case '1':
			o->once = 1;
			break;
		case 'h':
			show_and_exit(usage, help);
		case 'j':
			o->rooms = optarg;
			break;
		case 'n':
			o->nick = optarg;
			break;
		case 'p':
			o->password_file = optarg;
			break;
		case 'V':
			show_and_exit("moot " MOOT_VERSION, "\n");
		default:
			fail_usage();
		}
	}
	o->where = argv + optind;
	o->nwhere = argc - optind;
}

static void
options_check(int error, const struct options *o, int i)
{
	if (error == -1)
		fprintf(stderr, "moot: not an address: %s\n",
		    o->where[i]);
	else if (error == -2)
		fprintf(stderr, "moot: not a nick: %s\n", o->nick);
	if (error != 0)
		fail_usage();
}

/* ---- the password ---- */

/* Its first line, for good: it is needed at every connection. */
static const char *
password_read(const char *file)
{
	static char password[256];
	struct stat st;
	FILE *f;

	f = fopen(file, "re");
	if (f == NULL || fgets(password, sizeof(password), f) == NULL) {
		fprintf(stderr, "moot: %s: %s\n", file,
		    f == NULL ? strerror(errno) : "empty");
		exit(STATUS_USAGE);
	}
	if (fstat(fileno(f), &st) == 0 && (st.st_mode & 077) != 0)
		news_client(NULL, "others may read the password in %s",
		    file);
	fclose(f);
	password[strcspn(password, "\r\n")] = '\0';
	return password;
}

/* Not left in the environment of what we may start. */
static const char *
password_from_environment(void)
{
	static char password[256];
	const char *value = getenv(PASSWORD_ENV);

	if (value == NULL || *value == '\0')
		return NULL;
	snprintf(password, sizeof(password), "%s", value);
	password[strcspn(password, "\r\n")] = '\0';
	unsetenv(PASSWORD_ENV);
	return password;
}

/* ---- sessions ---- */

static void
sessions_open(const struct options *o, const char *password)
{
	struct session *s;
	int i, error;

	for (i = 0; i == 0 || i < o->nwhere; i++) {
		s = malloc(sizeof(*s));
		if (s == NULL)
			fail_usage();
		error = session_init(s, o->nwhere == 0 ? NULL : o->where[i],
		    o->nick);
		options_check(error, o, i);
		s->once = o->once;
		s->password = password;
		if (loop_add_session(s) == -1) {
			fprintf(stderr, "moot: more than %d servers\n",
			    LOOP_SESSIONS);
			fail_usage();
		}
		if (o->rooms != NULL && i == 0)
			command_join(s, o->rooms, "");
	}
}

/* Dies of the signal, if there was one, so that the parent sees it. */
static int
leave(void)
{
	const char *why;
	char clean[CONNECTION_WHY];
	int status = loop_status(&why), signo = loop_signal();

	if (console_close() == -1 && status == STATUS_OK)
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
	const char *password;

	if (argc > 1 && strcmp(argv[1], "bot") == 0)
		return bot_main(argc - 1, argv + 1);
	options_parse(&o, argc, argv);
	news_view(&console_view);
	display_open(terminal_is_shown());
	password = password_from_environment();
	if (o.password_file != NULL)
		password = password_read(o.password_file);
	if (loop_open(&console_user) == -1) {
		perror("moot: signalfd");
		return STATUS_USAGE;
	}
	sessions_open(&o, password);
	console_open();
	loop_run();
	return leave();
}
