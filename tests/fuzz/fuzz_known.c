/* SPDX-License-Identifier: ISC */

/*
 * Lines of the file of known servers, which somebody may have edited, and the
 * value of sts, which any server may send.  What a line says is the same when
 * it was written and is read again.  Of a whole file it is known what it says
 * of a server, or that this cannot be known; what is added is known then, what
 * is of others stays, and what is forgotten is gone.
 */

#include <sys/stat.h>

#include <errno.h>
#include <unistd.h>

#include "../../client/trust/known.h"
#include "../../client/trust/sts.h"
#include "fuzz.h"

static char dir[] = "/dev/shm/moot-fuzz.XXXXXX", path[64], lock[80];

static void
fuzz_end(void)
{
	unlink(path);
	unlink(lock);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	rmdir(dir);
}

static void
fuzz_write(const uint8_t *data, size_t size)
{
	if (*path == '\0') {
		MUST(mkdtemp(dir) != NULL);
		snprintf(path, sizeof(path), "%s/moot", dir);
		MUST(mkdir(path, 0700) == 0);
		snprintf(path, sizeof(path), "%s/moot/known-servers", dir);
		snprintf(lock, sizeof(lock), "%s.lock", path);
		MUST(setenv("XDG_STATE_HOME", dir, 1) == 0);
		atexit(fuzz_end);
	}
	fuzz_put(path, data, size);
}

static void
fuzz_known_file(const uint8_t *data, size_t size)
{
	struct known k, other, before, new = { KNOWN_PIN, "host", "6697",
		{ 1 }, 0 };
	int found, beside;

	fuzz_write(data, size);
	found = known_find(&k, "host", "6697");
	MUST(found == 0 || errno == EBADMSG);
	if (size > 0 && memchr(data, '\0', size) != NULL) {
		MUST(found == -1 && known_keep(&new) == -1);
		return;
	}
	beside = known_find(&before, "other", "1");
	MUST(known_keep(&new) == 0);
	MUST(known_find(&k, "HOST", "6697") == 0 && k.kind == KNOWN_PIN &&
	    k.pin[0] == 1);
	MUST(known_find(&other, "other", "1") == beside);
	MUST(beside == -1 || (before.kind == other.kind &&
	    memcmp(before.pin, other.pin, PIN_BYTES) == 0));
	new.pin[0] = 2;
	MUST(known_learn(&new) == 1 && new.pin[0] == 1);
	MUST(known_forget("host", "6697") == 0);
	MUST(known_find(&k, "host", "6697") == 0 && k.kind == KNOWN_NOTHING);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	char first[KNOWN_LINE], second[KNOWN_LINE], port[URI_PORT];
	struct known k;
	struct sts s;

	if (known_read(&k, text) == 1) {
		MUST(k.kind > KNOWN_NOTHING && k.kind < KNOWN_KINDS);
		known_write(first, &k);
		MUST(known_read(&k, first) == 1);
		known_write(second, &k);
		MUST(strcmp(first, second) == 0);
	}
	sts_read(&s, text);
	MUST(s.duration >= -1);
	MUST(*s.port == '\0' ||
	    uri_port(port, s.port, strlen(s.port)) == 0);
	free(text);
	fuzz_known_file(data, size);
	return 0;
}
