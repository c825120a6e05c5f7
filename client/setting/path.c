/* SPDX-License-Identifier: ISC */
/*
 * Where moot's files are, and how one is replaced: by the XDG Base Directory
 * specification, in a directory that only the user can enter.  Pure but for
 * the file system; errors are returned in errno, and a file is either the old
 * or the new one whatever happens meanwhile.
 */

#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "path.h"

/* The directory of VARIABLE, or REST of the home; -1 where there is none. */
static int
path_base(char *path, size_t size, const char *variable, const char *rest,
    const char *name)
{
	const char *base = getenv(variable);
	int len;

	if (base != NULL && *base == '/')
		rest = "";
	else
		base = getenv("HOME");
	if (base == NULL || *base != '/')
		return -1;
	len = snprintf(path, size, "%s%s/moot/%s", base, rest, name);
	return len < 0 || (size_t)len >= size ? -1 : 0;
}

int
path_config(char *path, size_t size, const char *name)
{
	return path_base(path, size, "XDG_CONFIG_HOME", "/.config", name);
}

int
path_state(char *path, size_t size, const char *name)
{
	return path_base(path, size, "XDG_STATE_HOME", "/.local/state", name);
}

int
path_named(char *path, size_t size, const char *name)
{
	const char *home = getenv("HOME");
	int len;

	if (*name == '/')
		len = snprintf(path, size, "%s", name);
	else if (strncmp(name, "~/", 2) == 0 && home != NULL)
		len = snprintf(path, size, "%s%s", home, name + 1);
	else
		return path_config(path, size, name);
	return len < 0 || (size_t)len >= size ? -1 : 0;
}

int
path_prepare(const char *path)
{
	char part[PATH_MOST];
	char *s;

	if (strlen(path) >= sizeof(part)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(part, path);
	for (s = part + 1; (s = strchr(s, '/')) != NULL; s++) {
		*s = '\0';
		if (mkdir(part, 0700) == -1 && errno != EEXIST)
			return -1;
		*s = '/';
	}
	return 0;
}

void
path_name(char *dst, size_t size, const char *name)
{
	size_t len = 0;

	for (; *name != '\0' && len + 4 < size; name++) {
		if (isalnum((unsigned char)*name) || *name == '-' ||
		    (*name == '.' && len > 0))
			dst[len++] = *name;
		else
			len += snprintf(dst + len, size - len, "%%%02X",
			    (unsigned char)*name);
	}
	dst[len] = '\0';
}

static int
path_write(int fd, const char *text, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, text, len);
		if (n == -1 && errno != EINTR)
			return -1;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return fsync(fd);
}

/* Of the file PATH, or MODE. */
static mode_t
path_mode(const char *path, int mode)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mode & 07777 : (mode_t)mode;
}

int
path_replace(const char *path, const char *text, size_t len, int mode)
{
	char real[PATH_MAX], new[PATH_MAX + 16];
	int fd, saved;

	/* A link to where the file really is stays one. */
	if (realpath(path, real) == NULL) {
		if (strlen(path) >= sizeof(real)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		strcpy(real, path);
	}
	snprintf(new, sizeof(new), "%s.XXXXXX", real);
	fd = mkostemp(new, O_CLOEXEC);
	if (fd == -1)
		return -1;
	if (path_write(fd, text, len) == -1 ||
	    fchmod(fd, path_mode(real, mode)) == -1 || rename(new, real) == -1)
		goto fail;
	return close(fd);

fail:
	saved = errno;
	close(fd);
	unlink(new);
	errno = saved;
	return -1;
}
