/* SPDX-License-Identifier: ISC */
/*
 * Fault points of test builds; see fault.h.  The table of names is what the
 * linker puts together of all the FAULT()s.  The counts are in memory that the
 * master maps before it forks, so they go on when a worker dies.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fault.h"
#include "log.h"

#ifdef FAULTS

extern const struct fault __start_faults[], __stop_faults[];

enum { AIMS = 8 };

static struct aim {
	char name[64];         /* after a '!', if it makes a forbidden call */
	unsigned count, worker;
} aims[AIMS];
static int naim;
static _Atomic uint32_t *passed;
static const unsigned *number;

static size_t
fault_number(void)
{
	return (size_t)(__stop_faults - __start_faults);
}

static void
aims_read(const char *text)
{
	struct aim *a;

	for (; text != NULL && naim < AIMS; naim++) {
		a = &aims[naim];
		if (sscanf(text, "%63[^:]:%u:%u", a->name, &a->count,
		        &a->worker) != 3)
			fatal("MOOT_FAULT: NAME:COUNT:WORKER, not %s", text);
		if ((text = strchr(text, ',')) != NULL)
			text++;
	}
}

static void
counts_map(const char *path)
{
	size_t first = *number == FAULT_STORE ? FAULT_NAMES : 0;
	size_t size = (first + fault_number()) * FAULT_WORKERS *
	    sizeof(*passed);
	int fd = -1;

	if (fault_number() > FAULT_NAMES)
		fatal("more than %d fault points", FAULT_NAMES);
	if (path != NULL &&
	    ((fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0 ||
		posix_fallocate(fd, 0, (off_t)size) != 0))
		fatal("MOOT_FAULT_MAP: %s", path);
	passed = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
	if (passed == MAP_FAILED)
		fatal("MOOT_FAULT_MAP: cannot be mapped");
	passed += first * FAULT_WORKERS;
	if (fd >= 0)
		close(fd);
}

void
fault_open(int argc, char **argv, const unsigned *mine)
{
	const struct fault *f;

	if (argc == 2 && strcmp(argv[1], "--faults") == 0) {
		for (f = __start_faults; f < __stop_faults; f++)
			puts(f->name);
		exit(0);
	}
	number = mine;
	aims_read(getenv("MOOT_FAULT"));
	counts_map(getenv("MOOT_FAULT_MAP"));
}

void
fault_pass(const struct fault *f)
{
	size_t i = (size_t)(f - __start_faults);
	uint32_t n;
	int k;

	if (passed == NULL || *number >= FAULT_WORKERS)
		return;
	n = atomic_fetch_add(&passed[i * FAULT_WORKERS + *number], 1) + 1;
	for (k = 0; k < naim; k++) {
		if (aims[k].count != n || aims[k].worker != *number)
			continue;
		if (strcmp(aims[k].name, f->name) == 0)
			kill(getpid(), SIGKILL);
		if (aims[k].name[0] == '!' &&
		    strcmp(aims[k].name + 1, f->name) == 0)
			close(socket(AF_INET, SOCK_STREAM, 0));
	}
}

#endif
