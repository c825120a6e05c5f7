/* SPDX-License-Identifier: ISC */
/*
 * Notifications: a command that is run for a message.
 *
 * What it is told comes from anybody, so no shell sees it: it is two
 * arguments and three variables, cleaned as if for the screen.  The command
 * is the grandchild of moot and adopted by init, so that nobody waits for it,
 * however long it takes; the child between them ends at once and says by a
 * pipe whether there is such a command.
 */

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/line/display.h"
#include "notify.h"

int
notify_is_due(int64_t now)
{
	static int64_t last = -NOTIFY_GAP;

	if (now - last < NOTIFY_GAP)
		return 0;
	last = now;
	return 1;
}

/* An argument that begins with '-' could be an option of the command; what is
 * left out before it would not hide it. */
static void
notify_clean(char *dst, size_t size, const char *src)
{
	*dst = ' ';
	display_clean(dst + 1, size - 1, src == NULL ? "" : src);
	if (dst[1] != '-')
		memmove(dst, dst + 1, strlen(dst));
}

static void
notify_environment(const char *nick, const char *room, const char *text)
{
	setenv("MOOT_NICK", nick, 1);
	setenv("MOOT_ROOM", room, 1);
	setenv("MOOT_TEXT", text, 1);
}

static void __attribute__((noreturn))
notify_exec(const char *const *command, const struct notice *n, int report)
{
	char *argv[NOTIFY_WORDS + 3], title[400], raw[400];
	char nick[128], room[256], text[NOTIFY_TEXT];
	sigset_t none;
	int i, null, error;

	notify_clean(nick, sizeof(nick), n->nick);
	notify_clean(room, sizeof(room), n->room);
	notify_clean(text, sizeof(text), n->text);
	snprintf(raw, sizeof(raw), "%s%s%s", nick, *room ? " in " : "", room);
	notify_clean(title, sizeof(title), raw);
	for (i = 0; i < NOTIFY_WORDS && command[i] != NULL; i++)
		argv[i] = (char *)(uintptr_t)command[i];
	argv[i++] = title;
	argv[i++] = text;
	argv[i] = NULL;
	notify_environment(nick, room, text);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	null = open("/dev/null", O_RDWR);
	for (i = 0; i < 3 && null != -1; i++)
		dup2(null, i);
	execvp(argv[0], argv);
	error = errno;
	if (write(report, &error, sizeof(error)) == -1)
		_exit(126);
	_exit(127);
}

int
notify_run(const char *const *command, const struct notice *n)
{
	int report[2], error = 0;
	ssize_t got;
	pid_t pid;

	if (command[0] == NULL || pipe2(report, O_CLOEXEC) == -1)
		return -1;
	pid = fork();
	if (pid == 0) {
		if (fork() == 0)
			notify_exec(command, n, report[1]);
		_exit(0);
	}
	close(report[1]);
	if (pid == -1) {
		close(report[0]);
		return -1;
	}
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
	got = read(report[0], &error, sizeof(error));
	close(report[0]);
	errno = error;
	return got == (ssize_t)sizeof(error) ? -1 : 0;
}
