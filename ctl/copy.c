/* SPDX-License-Identifier: ISC */
/*
 * Taking a file that the server has made to where the administrator wants it,
 * with the administrator's rights: the server has none there.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "copy.h"
#include "show.h"

static int
failed(const char *path)
{
	int e = errno;

	fprintf(stderr, "mootctl: ");
	show_text(stderr, path);
	fprintf(stderr, ": %s\n", strerror(e));
	return -1;
}

/* Neither a link nor something that makes us wait. */
static int
open_plain(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

static int
write_all(int fd, const char *p, size_t left)
{
	ssize_t n;

	for (; left > 0; p += n, left -= (size_t)n)
		if ((n = write(fd, p, left)) < 0) {
			if (errno != EINTR)
				return -1;
			n = 0;
		}
	return 0;
}

static int
copy_bytes(int in, int out)
{
	static char buf[1 << 17];
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write_all(out, buf, (size_t)n) != 0)
			return -1;
	return n < 0 ? -1 : fsync(out);
}

int
copy_file(const char *from, const char *to)
{
	char tmp[2 * PATH_MAX + 16];
	int in, out, e;

	if ((in = open_plain(from)) < 0)
		return failed(from);
	snprintf(tmp, sizeof(tmp), "%s.XXXXXX", to);
	if ((out = mkostemp(tmp, O_CLOEXEC)) < 0) {
		failed(to);
		close(in);
		return -1;
	}
	e = copy_bytes(in, out);
	close(in);
	if (close(out) != 0 || e != 0 || rename(tmp, to) != 0) {
		failed(to);
		unlink(tmp);
		return -1;
	}
	return 0;
}
