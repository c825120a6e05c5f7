/* SPDX-License-Identifier: ISC */

/*
 * Runs a fuzz target over the files of directories, without libFuzzer: so
 * the corpus is a test for every compiler.  usage: replay DIR ...
 *
 * A failed condition aborts, with the file's name before it.  A directory
 * that cannot be read, or is empty, is an error: the test would be none.
 */

#include <dirent.h>
#include <err.h>

#include "fuzz.h"

enum { FILE_MOST = 1 << 20 };

static void
replay_file(const char *path)
{
	static uint8_t buf[FILE_MOST];
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	size_t n;

	if (f == NULL)
		err(1, "%s", path);
	n = fread(buf, 1, sizeof(buf), f);
	if (ferror(f))
		err(1, "%s", path);
	fclose(f);
	/* Of exactly its size, so that a sanitizer sees a step outside. */
	if ((data = malloc(n > 0 ? n : 1)) == NULL)
		err(1, NULL);
	memcpy(data, buf, n);
	LLVMFuzzerTestOneInput(data, n);
	free(data);
}

static int
replay_dir(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char path[4096];
	int count = 0;

	if (d == NULL)
		err(1, "%s", dir);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		fprintf(stderr, "%s\n", path);
		replay_file(path);
		count++;
	}
	closedir(d);
	return count;
}

int
main(int argc, char **argv)
{
	int i, n;

	if (argc < 2) {
		fprintf(stderr, "usage: replay DIR ...\n");
		return 1;
	}
	for (i = 1; i < argc; i++) {
		if ((n = replay_dir(argv[i])) == 0)
			errx(1, "%s: no files", argv[i]);
		printf("%s: %d replayed\n", argv[i], n);
	}
	return 0;
}
