/* SPDX-License-Identifier: ISC */

/*
 * Takes the input for a configuration file.  Either it is taken, or it is said
 * why not; what is wrong says so in lines, and a second reading says the same.
 */

#include <sys/mman.h>
#include <unistd.h>

#include "../../server/config.h"
#include "fuzz.h"

static int
load(const char *path, struct config_errors *errors)
{
	static struct config config;
	int result;

	memset(&config, 0, sizeof(config));
	memset(errors, 0, sizeof(*errors));
	config_default(&config);
	result = config_load(&config, path, errors);
	MUST((result == 0) == (errors->count == 0));
	MUST(memchr(errors->text, '\0', sizeof(errors->text)) != NULL);
	config_free(&config);
	return result;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config_errors errors, again;
	char path[64];
	int fd = memfd_create("config", MFD_CLOEXEC), result;

	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	result = load(path, &errors);
	MUST(load(path, &again) == result);
	MUST(strcmp(errors.text, again.text) == 0);
	close(fd);
	return 0;
}
