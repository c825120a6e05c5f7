/* SPDX-License-Identifier: ISC */
/*
 * moot: the client.  Options, one poll loop, and how it ends.
 *
 * The loop waits for the socket, for standard input and output and for
 * signals, which come through a descriptor, so nothing below it needs to be
 * safe in a signal handler.  Input is read only while the outbox has room for
 * it and the socket only while output is taken: a slow server slows down the
 * pipe that feeds us, a slow reader slows down the server.
 *
 * When input ends, what was typed is sent, the server is asked whether it
 * has taken it, and only then does moot quit, with status 0.
 */

#include <sys/signalfd.h>
#include <sys/stat.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "display.h"
#include "line.h"
#include "news.h"
#include "room.h"
#include "session.h"
#include "terminal.h"
#include "version.h"

#define PASSWORD_ENV "MOOT_PASSWORD"

enum { POLL_SOCKET, POLL_SIGNALS, POLL_INPUT, POLL_OUTPUT, POLL_COUNT };

static const char usage[] =
    "usage: moot [-1] [-j ROOM[,ROOM]] [-n NICK] [-p FILE] [HOST[:PORT]]\n"
    "       moot -h | -V\n";

static const char help[] =
    "\n"
    "  -1       do not connect again when the connection fails\n"
    "  -h       this help\n"
    "  -j ROOM  enter these rooms, and talk to the first of them\n"
    "  -n NICK  the nick to use, otherwise your login name\n"
    "  -p FILE  the first line of FILE is the server's password\n"
    "  -V       version\n"
    "\n"
    "HOST is a name or an address, [V6]:PORT for an IPv6 one with a port;\n"
    "otherwise 127.0.0.1:6667.  /help lists what can be typed; more in\n"
    "moot(1).\n";

struct options {
	const char *nick, *rooms, *password_file, *where;
	int once;
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
	if (argc - optind > 1)
		fail_usage();
	o->where = argv[optind];
}

static void
options_check(int error, const struct options *o)
{
	if (error == -1)
		fprintf(stderr, "moot: not an address: %s\n", o->where);
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

/* ---- signals ---- */

static int
signals_open(sigset_t *before)
{
	static const int caught[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM,
		SIGTSTP, SIGCONT, SIGWINCH };
	struct sigaction sa;
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
		/* What our parent ignores (nohup) stays ignored. */
		if (sigaction(caught[i], NULL, &sa) == 0 &&
		    sa.sa_handler != SIG_IGN)
			sigaddset(&set, caught[i]);
	}
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, before);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The second one does not wait for a server's goodbye. */
static void
signal_leave(struct session *s, int signo, int *fatal)
{
	if (signo == SIGINT && *fatal == 0 && terminal_cancel())
		return;
	if (*fatal != 0 || signo == SIGQUIT)
		session_end(s, STATUS_LINE_LOST, "interrupted");
	else
		session_hurry(s, strsignal(signo));
	*fatal = signo;
}

static void
signals_read(struct session *s, int fd, int *fatal)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGTSTP:
			terminal_suspend();
			break;
		case SIGCONT:
			terminal_resume();
			break;
		case SIGWINCH:
			terminal_resize();
			break;
		default:
			signal_leave(s, info.ssi_signo, fatal);
		}
	}
}

/* ---- the loop ---- */

/* At a terminal a full outbox is said; in a pipe the rest simply waits. */
static int
input_is_wanted(const struct session *s)
{
	return !terminal_ended() && !s->draining &&
	    s->state != SESSION_QUITTING &&
	    (s->typed || outbox_has_room(&s->outbox));
}

static void
input_take(struct session *s)
{
	const char *line;
	int continued;

	while (input_is_wanted(s) &&
	    (line = terminal_line(&continued)) != NULL) {
		if (outbox_has_room(&s->outbox) || *line == '/')
			command_line(s, line, continued);
		else
			news_error(s, "too many lines are waiting for the "
			    "server; not kept: %s", line);
	}
	if (terminal_ended() && !s->draining)
		session_quit(s, "");
}

static void
prompt_update(const struct session *s)
{
	char raw[SESSION_TARGET + 16], prompt[SESSION_TARGET + 16];

	snprintf(raw, sizeof(raw), "%s%s%s ",
	    s->state == SESSION_ONLINE ? "[" : "(",
	    *s->target ? s->target : s->nick,
	    s->state == SESSION_ONLINE ? "]" : ")");
	display_clean(prompt, sizeof(prompt), raw);
	terminal_prompt(prompt);
}

static void
loop_turn(struct session *s, int signals, int *fatal)
{
	struct pollfd p[POLL_COUNT];
	struct connection *c = &s->connection;
	int64_t now = connection_now();

	prompt_update(s);
	if (terminal_is_full())
		c->heard = now; /* we do not listen: that is not its fault */
	p[POLL_SOCKET].fd = c->fd;
	p[POLL_SOCKET].events = connection_events(c, !terminal_is_full());
	p[POLL_SIGNALS].fd = signals;
	p[POLL_SIGNALS].events = POLLIN;
	p[POLL_INPUT].fd = input_is_wanted(s) ? STDIN_FILENO : -1;
	p[POLL_INPUT].events = POLLIN;
	p[POLL_OUTPUT].fd = terminal_is_pending() ? STDOUT_FILENO : -1;
	p[POLL_OUTPUT].events = POLLOUT;
	if (poll(p, POLL_COUNT, session_timeout(s, now)) == -1)
		return; /* EINTR: nothing is lost, it is asked again */
	now = connection_now();
	if (p[POLL_SIGNALS].revents != 0)
		signals_read(s, signals, fatal);
	if (p[POLL_OUTPUT].revents != 0)
		terminal_write();
	session_step(s, p[POLL_SOCKET].revents, now);
	if (p[POLL_INPUT].revents != 0)
		terminal_read();
	input_take(s);
	if (terminal_is_broken())
		session_end(s, STATUS_OUTPUT, "standard output: %s",
		    "nobody reads it any more");
}

static void
loop(struct session *s, int signals, int *fatal)
{
	while (s->state != SESSION_OVER) {
		session_tick(s, connection_now());
		if (s->state != SESSION_OVER)
			loop_turn(s, signals, fatal);
	}
}

/* Dies of the signal, if there was one, so that the parent sees it. */
static int
leave(struct session *s, int fatal, const sigset_t *before)
{
	int status = s->status;

	sigprocmask(SIG_SETMASK, before, NULL);
	terminal_drain();
	terminal_close();
	if (terminal_is_broken() && status == STATUS_OK)
		status = STATUS_OUTPUT;
	if (*s->why != '\0') {
		display_clean(s->farewell, sizeof(s->farewell), s->why);
		fprintf(stderr, "moot: %s\n", s->farewell);
	}
	session_clear(s);
	if (fatal != 0) {
		signal(fatal, SIG_DFL);
		raise(fatal);
	}
	return status;
}

int
main(int argc, char **argv)
{
	static struct session s;
	struct options o = { 0 };
	sigset_t before;
	int signals, fatal = 0;

	options_parse(&o, argc, argv);
	news_view(&line_view);
	options_check(session_init(&s, o.where, o.nick), &o);
	s.once = o.once;
	s.typed = terminal_is_typed();
	s.shown = terminal_is_shown();
	display_open(s.shown);
	s.password = password_from_environment();
	if (o.password_file != NULL)
		s.password = password_read(o.password_file);
	if (o.rooms != NULL)
		command_join(&s, o.rooms, "");
	signals = signals_open(&before);
	if (signals == -1) {
		perror("moot: signalfd");
		return STATUS_USAGE;
	}
	terminal_open();
	loop(&s, signals, &fatal);
	return leave(&s, fatal, &before);
}
