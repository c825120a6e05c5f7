/* SPDX-License-Identifier: ISC */
/*
 * Where passwords come from.  The table `sources' has the places in which one
 * is looked for, in their order; the first that has one decides, also when it
 * cannot be read, so that a wrong mode is never mended by another password.
 *
 * The session asks when it connects, which may be often and while nobody is
 * there: what was found is kept in memory, and nowhere else.  No message has
 * anything of it.
 */

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/session/connection.h"
#include "client/session/network.h"
#include "path.h"
#include "secret.h"
#include "setting.h"

#define SECRET_VARIABLE "MOOT_PASSWORD"

enum { SECRET_GRACE = 2000 }; /* milliseconds for a command to end */

static struct {
	char given[SECRET_MOST];       /* by MOOT_PASSWORD; "" = none */
	const char *file;              /* -p */
	int strange;                   /* it is somebody's URI */
	char server[SECRET_SERVER];    /* whom they are for; "" = nobody yet */
	struct secret_kept *kept;      /* the latest first; for good */
} secret;

/* What was found, and by which settings: others may lead to another. */
struct secret_kept {
	char server[SECRET_SERVER];
	char source[2 * SETTING_VALUE];
	char secret[SECRET_MOST];
	struct secret_kept *next;
};

/* What is being looked for, and for whom. */
struct secret_search {
	const char *server;
	char *out;
	size_t size;
	char *why;
	size_t why_size;
};

extern char **environ;

void
secret_open(const char *file, int strange)
{
	const char *value = getenv(SECRET_VARIABLE);

	secret.file = file;
	secret.strange = strange;
	if (value != NULL)
		snprintf(secret.given, sizeof(secret.given), "%s", value);
	secret.given[strcspn(secret.given, "\r\n")] = '\0';
	unsetenv(SECRET_VARIABLE);
}

static int __attribute__((format(printf, 2, 3)))
secret_fail(struct secret_search *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(x->why, x->why_size, fmt, ap);
	va_end(ap);
	return -1;
}

/* The first line of TEXT. */
static int
secret_take(struct secret_search *x, const char *text, const char *where)
{
	size_t len = strcspn(text, "\r\n");

	if (len == 0)
		return secret_fail(x, "%s: no password in it", where);
	if (len >= x->size)
		return secret_fail(x, "%s: the password is longer than %zu "
		    "bytes", where, x->size - 1);
	memcpy(x->out, text, len);
	x->out[len] = '\0';
	return 1;
}

/* ---- files ---- */

/* STRICT: nobody else may be able to read it. */
static int
secret_read(struct secret_search *x, const char *file, int strict)
{
	char text[SECRET_MOST + 2] = "";
	struct stat st;
	int fd = open(file, O_RDONLY | O_CLOEXEC), result;
	ssize_t n;

	if (fd == -1 || fstat(fd, &st) == -1) {
		result = secret_fail(x, "%s: %s", file, strerror(errno));
	} else if (strict && (st.st_mode & 077) != 0) {
		result = secret_fail(x, "%s: others can read the password: "
		    "chmod 600 %s", file, file);
	} else if ((n = read(fd, text, sizeof(text) - 1)) == -1) {
		result = secret_fail(x, "%s: %s", file, strerror(errno));
	} else {
		text[n] = '\0';
		result = secret_take(x, text, file);
	}
	if (fd != -1)
		close(fd);
	explicit_bzero(text, sizeof(text));
	return result;
}

static int
secret_is_given(const struct secret_search *x)
{
	return strcmp(x->server, secret.server) == 0;
}

/* Whether the settings lead to its password.  What is set for all networks is
 * for those of the configuration and the first server, but not for any other
 * that is merely named to /server, nor for a stranger's URI. */
static int
secret_is_set(const struct secret_search *x)
{
	return network_find(x->server) != NULL ||
	    (!secret.strange && secret_is_given(x));
}

static int
secret_from_option(struct secret_search *x)
{
	if (secret.file == NULL || !secret_is_given(x))
		return 0;
	return secret_read(x, secret.file, 1);
}

static int
secret_from_variable(struct secret_search *x)
{
	if (*secret.given == '\0' || !secret_is_given(x))
		return 0;
	return secret_take(x, secret.given, SECRET_VARIABLE);
}

static int
secret_from_file(struct secret_search *x)
{
	const char *file = setting_text_in(x->server, "password-file");
	char path[PATH_MOST];

	if (*file == '\0' || !secret_is_set(x))
		return 0;
	if (path_named(path, sizeof(path), file) == -1)
		return secret_fail(x, "password-file: there is no place for "
		    "%s", file);
	return secret_read(x, path, 1);
}

/* moot.NETWORK; moot.password is for whom MOOT_PASSWORD would be. */
static int
secret_from_credentials(struct secret_search *x)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	char path[PATH_MOST];

	if (directory == NULL || *directory != '/')
		return 0;
	snprintf(path, sizeof(path), "%s/moot.%s", directory, x->server);
	if (strchr(x->server, '/') == NULL && access(path, F_OK) == 0)
		return secret_read(x, path, 0);
	snprintf(path, sizeof(path), "%s/moot.password", directory);
	if (secret_is_given(x) && access(path, F_OK) == 0)
		return secret_read(x, path, 0);
	return 0;
}

/* ---- a command ---- */

/* Starts it with nothing to read, and its output for us to read. */
static int
secret_spawn(pid_t *pid, char **argv, int *out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t set;
	int pipes[2] = { -1, -1 }, error;

	if (pipe2(pipes, O_CLOEXEC) == -1)
		return errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY,
	    0);
	posix_spawn_file_actions_adddup2(&actions, pipes[1], 1);
	posix_spawnattr_init(&attr);
	sigemptyset(&set);
	posix_spawnattr_setsigmask(&attr, &set);
	sigaddset(&set, SIGPIPE);
	posix_spawnattr_setsigdefault(&attr, &set);
	posix_spawnattr_setflags(&attr,
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	error = posix_spawnp(pid, argv[0], &actions, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	close(pipes[1]);
	if (error != 0)
		close(pipes[0]);
	*out = pipes[0];
	return error;
}

/* Reads until it ends, or is late; what does not fit is thrown away.  0: all
 * of it, -1: it is late. */
static int
secret_listen(int fd, char *text, size_t size)
{
	int64_t end = connection_now() + SECRET_WAIT, left;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char rest[256];
	size_t used = 0;
	ssize_t n = 1;

	while (n > 0) {
		left = end - connection_now();
		if (left <= 0)
			return -1;
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = used + 1 < size ? read(fd, text + used, size - used - 1) :
		    read(fd, rest, sizeof(rest));
		if (n > 0 && used + 1 < size)
			used += (size_t)n;
	}
	text[used] = '\0';
	return 0;
}

/* Whoever asks for a password waits for this: it ends, LATE, by itself or by
 * force. */
static void
secret_reap(pid_t pid, int late, int *status)
{
	static const int signals[] = { 0, SIGTERM, SIGKILL };
	int i, tries, flags = WNOHANG;

	for (i = late ? 1 : 0; i < 3; i++) {
		kill(pid, signals[i]);
		if (signals[i] == SIGKILL)
			flags = 0;
		for (tries = 0; tries < SECRET_GRACE / 20; tries++) {
			if (waitpid(pid, status, flags) == pid)
				return;
			poll(NULL, 0, 20);
		}
	}
}

static int
secret_run(struct secret_search *x, char **argv)
{
	char text[SECRET_MOST + 2] = "";
	int out = -1, status = 0, late, result;
	pid_t pid = -1;

	errno = secret_spawn(&pid, argv, &out);
	if (errno != 0)
		return secret_fail(x, "password-command: %s: %s", argv[0],
		    strerror(errno));
	late = secret_listen(out, text, sizeof(text)) == -1;
	close(out);
	secret_reap(pid, late, &status);
	if (late)
		result = secret_fail(x, "password-command: %s took longer "
		    "than %d s", argv[0], SECRET_WAIT / 1000);
	else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		result = secret_fail(x, "password-command: %s %s %d", argv[0],
		    WIFEXITED(status) ? "exited with" : "was killed by signal",
		    WIFEXITED(status) ? WEXITSTATUS(status) :
		    WTERMSIG(status));
	else
		result = secret_take(x, text, "password-command");
	explicit_bzero(text, sizeof(text));
	return result;
}

static int
secret_from_command(struct secret_search *x)
{
	char *argv[SETTING_ITEMS + 1];
	const char *word;
	int n;

	for (n = 0; n < SETTING_ITEMS && (word = setting_item_in(x->server,
	    "password-command", n)) != NULL; n++)
		argv[n] = (char *)(uintptr_t)word;
	argv[n] = NULL;
	return n > 0 && secret_is_set(x) ? secret_run(x, argv) : 0;
}

/* ---- all of them ---- */

static int (*const sources[])(struct secret_search *) = {
	secret_from_option,
	secret_from_variable,
	secret_from_command,
	secret_from_file,
	secret_from_credentials,
};

static void
secret_source(const char *server, char *source, size_t size)
{
	size_t used;

	setting_line(server, "password-command", source, size);
	used = strlen(source);
	setting_line(server, "password-file", source + used, size - used);
}

static struct secret_kept *
secret_kept(const char *server)
{
	char source[2 * SETTING_VALUE];
	struct secret_kept *k;

	secret_source(server, source, sizeof(source));
	for (k = secret.kept; k != NULL; k = k->next)
		if (strcmp(k->server, server) == 0 &&
		    strcmp(k->source, source) == 0)
			return k;
	return NULL;
}

static void
secret_keep(const struct secret_search *x)
{
	struct secret_kept *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return;
	snprintf(k->server, sizeof(k->server), "%s", x->server);
	snprintf(k->secret, sizeof(k->secret), "%s", x->out);
	secret_source(x->server, k->source, sizeof(k->source));
	k->next = secret.kept;
	secret.kept = k;
}

int
secret_find(const char *server, char *out, size_t size, char *why,
    size_t why_size)
{
	struct secret_search x = { server != NULL ? server : "", out, size,
		why, why_size };
	struct secret_kept *kept = secret_kept(x.server);
	size_t i;
	int found = 0;

	*out = *why = '\0';
	if (*secret.server == '\0')
		snprintf(secret.server, sizeof(secret.server), "%s", x.server);
	if (kept != NULL)
		return secret_take(&x, kept->secret, "password");
	for (i = 0; i < sizeof(sources) / sizeof(sources[0]) && found == 0; i++)
		found = sources[i](&x);
	if (found == 1)
		secret_keep(&x);
	return found;
}

const char *
secret_text(const char *server)
{
	struct secret_kept *k = secret_kept(server != NULL ? server : "");

	return k != NULL ? k->secret : NULL;
}
