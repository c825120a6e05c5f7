/* SPDX-License-Identifier: ISC */
/*
 * The upgrade in place.  Nothing is given up before the new binary has shown,
 * in processes of its own, that it starts, that its layout of the segment is
 * ours, and that it takes our configuration.  Then it is executed: the table
 * of descriptors stays with the workers, which go on serving, and the new
 * master asks for it as one would that follows a dead one.  Should the new
 * binary fail after all, it is just that: a dead master.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../ipc/clock.h"
#include "fault.h"
#include "log.h"
#include "notify.h"
#include "state.h"
#include "upgrade.h"
#include "worker.h"

enum {
	TRIAL = 3000,        /* ms a trial of the new binary may take */
	OUTPUT = 4096,       /* bytes it may say */
	ARGUMENTS = 4,
};

static const char env_name[] = "MOOT_UPGRADE";

static char exe[PATH_MAX];
static struct stat exe_stat;
static char *arguments[ARGUMENTS + 2];
static int narguments;

void
upgrade_open(void)
{
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	exe[n > 0 ? n : 0] = '\0';
	if (n <= 0 || stat(exe, &exe_stat) != 0)
		memset(&exe_stat, 0, sizeof(exe_stat));
}

static void
add_argument(const char *text)
{
	if (narguments < ARGUMENTS &&
	    (arguments[narguments] = strdup(text)) != NULL)
		narguments++;
}

void
upgrade_with(
    const char *name, int foreground, const char *option, const char *path)
{
	add_argument(name);
	if (foreground)
		add_argument("-f");
	if (path != NULL) {
		add_argument(option);
		add_argument(path);
	}
}

int
upgrade_resumed(int *prefix, int *to_syslog)
{
	const char *text = getenv(env_name);
	int n = text != NULL ? sscanf(text, "%d,%d", prefix, to_syslog) : 0;

	unsetenv(env_name);
	return n == 2;
}

int
upgrade_wanted(void)
{
	struct stat now;

	return stat(exe, &now) == 0 && exe_stat.st_ino != 0 &&
	    (now.st_dev != exe_stat.st_dev || now.st_ino != exe_stat.st_ino ||
		now.st_mtim.tv_sec != exe_stat.st_mtim.tv_sec ||
		now.st_mtim.tv_nsec != exe_stat.st_mtim.tv_nsec ||
		now.st_size != exe_stat.st_size);
}

static void refuse(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

static void
refuse(const char *fmt, ...)
{
	char why[sizeof(state->refusal)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	memcpy(state->refusal, why, sizeof(why));
	atomic_fetch_add(&state->refusals, 1);
	log_warn("upgrade refused: %s", why);
}

/* ---- the trial ---- */

/* In the child: only its output is wanted. */
static void
trial_run(char **argv, int output)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	execv(exe, argv);
	dprintf(output, "%s: %s", exe, strerror(errno));
	_exit(127);
}

/* Collects what comes out of INPUT until its end, for TRIAL ms at most. */
static void
trial_read(int input, char *said, size_t size)
{
	struct pollfd p = { .fd = input, .events = POLLIN };
	uint64_t until = clock_now() + TRIAL;
	size_t used = 0;
	ssize_t n = 1;
	int left;

	while (n > 0 && used + 1 < size &&
	    (left = (int)(until - clock_now())) > 0 && poll(&p, 1, left) > 0)
		if ((n = read(input, said + used, size - 1 - used)) > 0)
			used += (size_t)n;
	said[used] = '\0';
}

/* Runs the new binary with ARGV; its exit code, -1 if it has none, and what it
 * SAID. */
static int
trial(char **argv, char *said, size_t size)
{
	int ends[2], status = -1;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0) {
		snprintf(said, size, "%s", strerror(errno));
		return -1;
	}
	if ((pid = fork()) < 0) {
		snprintf(said, size, "%s", strerror(errno));
		close(ends[0]);
		close(ends[1]);
		return -1;
	}
	if (pid == 0)
		trial_run(argv, ends[1]);
	close(ends[1]);
	trial_read(ends[0], said, size);
	close(ends[0]);
	/* whoever has closed its output and does not end is of no use */
	if (waitpid(pid, &status, WNOHANG) == 0) {
		poll(NULL, 0, 100);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
layout_is_ours(void)
{
	char *argv[] = { exe, (char *)(uintptr_t)"-V", NULL };
	char said[OUTPUT], ours[32], *layout;

	if (trial(argv, said, sizeof(said)) != 0) {
		refuse("%s does not start: %.100s", exe, log_safe(said));
		return 0;
	}
	snprintf(ours, sizeof(ours), "layout: %08x\n", state_layout_id());
	if (strstr(said, ours) != NULL)
		return 1;
	layout = strstr(said, "layout: ");
	refuse("another layout of the segment (%.8s, ours is %08x): it needs "
	       "a restart, which disconnects everybody",
	    layout != NULL ? log_safe(layout + 8) : "unknown",
	    state_layout_id());
	return 0;
}

static int
configuration_is_good(void)
{
	char said[OUTPUT];
	int code;

	arguments[narguments] = (char *)(uintptr_t)"-t";
	code = trial(arguments, said, sizeof(said));
	arguments[narguments] = NULL;
	if (code != 0)
		refuse("configuration: %.150s", log_safe(said));
	return code == 0;
}

void
upgrade(void)
{
	char text[32];

	if (exe[0] == '\0' || narguments == 0) {
		refuse("it is not known what to execute");
		return;
	}
	if (!layout_is_ours() || !configuration_is_good())
		return;
	log_info("upgrade: executing %s", exe);
	notify_reloading();
	notify_environment();
	snprintf(text, sizeof(text), "%d,%d", (int)state->segment.prefix,
	    log_to_syslog);
	setenv(env_name, text, 1);
	FAULT("upgrade-tried");
	execv(exe, arguments);
	unsetenv(env_name);
	refuse("%s: %s", exe, strerror(errno));
	notify("READY=1");
}
