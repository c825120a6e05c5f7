/* SPDX-License-Identifier: ISC */

/*
 * A moot.conf, which somebody has written or a disk has spoiled.  Either it is
 * taken, or it is said why not, in plain lines; what was taken is written back
 * so that it says the same, also after a change, and writing it once more
 * changes nothing.
 */

#include <sys/stat.h>
#include <unistd.h>

#include "../../client/setting/config.h"
#include "../../client/setting/setting.h"
#include "fuzz.h"

enum { FUZZ_FILE = 1 << 20 };

static char dir[] = "/dev/shm/moot-fuzz.XXXXXX", path[64];

static void
fuzz_end(void)
{
	unlink(path);
	rmdir(dir);
}

static void
fuzz_write(const uint8_t *data, size_t size)
{
	if (*path == '\0') {
		MUST(mkdtemp(dir) != NULL);
		snprintf(path, sizeof(path), "%s/moot.conf", dir);
		atexit(fuzz_end);
	}
	fuzz_put(path, data, size);
}

/* All that is set, as text. */
static char *
fuzz_settings(void)
{
	char line[SETTING_VALUE], *text = NULL;
	struct setting_info info;
	const char *network;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int n = -1, i;

	MUST(f != NULL);
	for (network = NULL; n == -1 || network != NULL;
	    network = setting_network(++n)) {
		fprintf(f, "network %s\n", network != NULL ? network : "-");
		for (i = 0; setting_info(i, &info); i++)
			if (network == NULL || info.local) {
				setting_line(network, info.name, line,
				    sizeof(line));
				fprintf(f, "%s %s\n", info.name, line);
			}
	}
	MUST(fclose(f) == 0);
	return text;
}

static char *
fuzz_file(void)
{
	char *text = calloc(1, FUZZ_FILE);
	FILE *f = fopen(path, "r");

	MUST(text != NULL && f != NULL);
	MUST(fread(text, 1, FUZZ_FILE - 1, f) < FUZZ_FILE - 1);
	fclose(f);
	return text;
}

/* What is saved is read again, and says the same. */
static void
fuzz_save(void)
{
	static struct config_errors errors;
	char *was = fuzz_settings(), *is, *one, *two;

	MUST(config_save() == 0);
	one = fuzz_file();
	setting_reset();
	MUST(config_read(path, &errors) == 0);
	is = fuzz_settings();
	MUST(strcmp(was, is) == 0);
	MUST(config_save() == 0);
	two = fuzz_file();
	MUST(strcmp(one, two) == 0);
	free(was);
	free(is);
	free(one);
	free(two);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config_errors errors;
	char why[SETTING_WHY];
	const char *p;
	int result;

	fuzz_write(data, size);
	setting_reset();
	result = config_read(path, &errors);
	MUST((result == 0) == (errors.count == 0));
	for (p = errors.text; *p != '\0'; p++)
		MUST(*p == '\n' || ((unsigned char)*p >= ' ' && *p != 0x7f));
	if (result == 0) {
		fuzz_save();
		MUST(setting_set(NULL, "nick", "changed", why,
		    sizeof(why)) == 0);
		fuzz_save();
	}
	return 0;
}
