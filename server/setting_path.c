/* SPDX-License-Identifier: ISC */
/*
 * Settings that name files, and where they are by default.
 *
 * A relative name is one beside the configuration file.  The defaults depend
 * on who runs the server: systemd's directories, root's, or a person's.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "log.h"
#include "setting.h"

/* A relative NAME is one beside the configuration file.  Returns -1 if the
 * whole does not fit SIZE bytes. */
static int
path_make(const struct config *config, char *path, size_t size,
    const char *name)
{
	const char *slash = strrchr(config->file, '/');
	int dir = 0, len;

	if (name[0] != '/' && slash != NULL)
		dir = (int)(slash - config->file) + 1;
	len = snprintf(path, size, "%.*s%s", dir, config->file, name);
	return len < 0 || (size_t)len >= size ? -1 : 0;
}

int
setting_path(struct parser *p, char **value, int n)
{
	char path[512];

	(void)n;
	if (value[0][0] == '\0') {
		complain(p, "%s: the name is empty", p->setting->word);
		return -1;
	}
	if (path_make(p->config, path, p->setting->size, value[0]) == -1) {
		complain(p, "%s: the path is longer than %zu bytes",
		    p->setting->word, p->setting->size - 1);
		return -1;
	}
	return setting_set(p, path);
}

int
setting_control(struct parser *p, char **value, int n)
{
	if (strcmp(value[0], "off") == 0)
		return setting_set(p, "");
	return setting_path(p, value, n);
}

/*
 * Reads FILE whole, with a NUL behind it.  The caller frees.  On failure
 * returns NULL and *WHY says what is wrong.  Pipes are refused: the master
 * must not be made to wait by a name in a file.
 */
char *
setting_slurp(const char *file, size_t most, size_t *len, const char **why)
{
	static char length[64];
	struct stat st;
	char *text = NULL;
	ssize_t n;
	int fd;

	*len = 0;
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1 || fstat(fd, &st) == -1)
		goto fail_errno;
	*why = "not a regular file";
	if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
		goto fail;
	text = malloc(most + 1);
	if (text == NULL)
		goto fail_errno;
	/* One byte more than is allowed tells that there is more. */
	while (*len <= most) {
		n = read(fd, text + *len, most + 1 - *len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			goto fail_errno;
		if (n == 0)
			break;
		*len += (size_t)n;
	}
	if (*len > most) {
		snprintf(length, sizeof length, "longer than %zu bytes", most);
		*why = length;
		goto fail;
	}
	close(fd);
	text[*len] = '\0';
	return text;

fail_errno:
	*why = strerror(errno);
fail:
	free(text);
	if (fd != -1)
		close(fd);
	return NULL;
}

/* A file made elsewhere may end its lines in CR LF; on the wire a bare CR would
 * be one of ours. */
static void
cr_drop(char *text)
{
	char *out = text;

	for (; *text != '\0'; text++)
		if (*text != '\r')
			*out++ = *text;
	*out = '\0';
}

int
setting_motd(struct parser *p, char **value, int n)
{
	struct config *config = p->config;
	const char *why;
	char *text;
	size_t len;

	if (setting_path(p, value, n) == -1)
		return -1;
	text = setting_slurp(config->motd_file, CONFIG_MOTD, &len, &why);
	if (text != NULL && strlen(text) != len) {
		why = "holds a NUL byte";
		free(text);
		text = NULL;
	}
	if (text == NULL) {
		complain(p, "motd: %s: %s", log_safe(config->motd_file), why);
		return -1;
	}
	cr_drop(text);
	config->motd = text;
	return 0;
}

/* Who started it: a reload after root was given up must find the same. */
static int
started_as_root(void)
{
	static int root = -1;

	if (root == -1)
		root = geteuid() == 0;
	return root;
}

/* Makes TEXT of the variable's value and REST; -1 if the variable is no
 * absolute path, which the XDG specification wants ignored. */
static int
env_path(char *text, size_t size, const char *variable, const char *rest)
{
	const char *value = getenv(variable);
	int len;

	if (value == NULL || value[0] != '/')
		return -1;
	/* systemd may give several directories; the first is ours. */
	len = snprintf(text, size, "%.*s%s", (int)strcspn(value, ":"), value,
	    rest);
	return len < 0 || (size_t)len >= size ? -1 : 0;
}

void
setting_state_derive(char *text, size_t size)
{
	if (env_path(text, size, "STATE_DIRECTORY", "") == 0)
		return;
	if (started_as_root())
		snprintf(text, size, "/var/lib/moot");
	else if (env_path(text, size, "XDG_STATE_HOME", "/moot") == -1 &&
	    env_path(text, size, "HOME", "/.local/state/moot") == -1)
		text[0] = '\0';
}

/* NAME in the directory of what runs; "" when there is none. */
static void
runtime_derive(char *text, size_t size, const char *name)
{
	char rest[64];

	snprintf(rest, sizeof rest, "/%s", name);
	if (env_path(text, size, "RUNTIME_DIRECTORY", rest) == 0)
		return;
	snprintf(rest, sizeof rest, "/moot/%s", name);
	if (started_as_root())
		snprintf(text, size, "/run%s", rest);
	else if (env_path(text, size, "XDG_RUNTIME_DIR", rest) == -1)
		text[0] = '\0';
}

void
setting_control_derive(char *text, size_t size)
{
	runtime_derive(text, size, "control");
}

void
setting_local_derive(char *text, size_t size)
{
	runtime_derive(text, size, "moot.sock");
}
