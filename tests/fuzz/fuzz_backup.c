/* SPDX-License-Identifier: ISC */

/*
 * Takes the input for what an administrator restores: a file as it is, or,
 * behind a byte of 0, changes of a database of ours, of five bytes each: where
 * (3), and what then is there (2).  It is refused with a reason, or can be
 * opened, or that says why not; nothing is left beside it.
 */

#include <fcntl.h>
#include <unistd.h>

#include "../../store/backup.h"
#include "fuzz.h"

enum { CHANGE = 5 };

static char dir[] = "/tmp/moot-fuzz.XXXXXX", path[64];
static uint8_t *ours;
static size_t nours;

static void
forget(void)
{
	static const char *const parts[] = { "", "-wal", "-shm", "-journal" };
	char name[80];
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, parts[i]);
		unlink(name);
	}
}

static void
leave(void)
{
	forget();
	rmdir(dir);
	free(ours);
}

static struct database *
open_it(char *why, size_t size)
{
	enum database_trouble trouble;
	struct database *db = database_open(path, DATABASE_WRITER, &trouble,
	    why, size);

	MUST(db != NULL || trouble != DATABASE_FINE);
	return db;
}

/* A database as it is made. */
static void
begin(void)
{
	char why[256];
	struct database *db;
	FILE *f;

	MUST(mkdtemp(dir) != NULL);
	atexit(leave);
	snprintf(path, sizeof(path), "%s/db", dir);
	MUST((db = open_it(why, sizeof(why))) != NULL);
	database_close(db);
	MUST((f = fopen(path, "r")) != NULL && fseek(f, 0, SEEK_END) == 0);
	nours = (size_t)ftell(f);
	MUST((ours = malloc(nours)) != NULL);
	rewind(f);
	MUST(fread(ours, 1, nours, f) == nours);
	fclose(f);
}

static void
write_all(int fd, const void *data, size_t len, off_t at)
{
	MUST(pwrite(fd, data, len, at) == (ssize_t)len);
}

static void
put(const uint8_t *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t at;

	MUST(fd >= 0);
	if (size > 0 && data[0] != 0)
		write_all(fd, data, size, 0);
	else {
		write_all(fd, ours, nours, 0);
		for (data++; size > CHANGE; size -= CHANGE, data += CHANGE) {
			at = ((size_t)data[0] << 16 | (size_t)data[1] << 8 |
			    data[2]) % (nours - 1);
			write_all(fd, data + 3, 2, (off_t)at);
		}
	}
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[256] = "";
	struct database *db;

	if (ours == NULL)
		begin();
	forget();
	put(data, size);
	if (backup_check(path, why, sizeof(why)) != 0)
		MUST(why[0] != '\0' && memchr(why, '\0', sizeof(why)) != NULL);
	else if ((db = open_it(why, sizeof(why))) != NULL)
		database_close(db);
	return 0;
}
