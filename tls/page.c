/* SPDX-License-Identifier: ISC */
/* The memory that mootd and mootd-tls share: see page.h. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "page.h"

static struct tls_page *
map(int fd)
{
	void *p = mmap(NULL, sizeof(struct tls_page), PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);

	return p != MAP_FAILED ? p : NULL;
}

struct tls_page *
tls_page_create(int *fd)
{
	struct tls_page *page = NULL;

	*fd = memfd_create("mootd-tls", MFD_CLOEXEC);
	if (*fd < 0 || ftruncate(*fd, sizeof(*page)) != 0 ||
	    (page = map(*fd)) == NULL ||
	    getrandom(&page->rate_seed, sizeof(page->rate_seed), 0) < 0) {
		int e = errno;

		if (*fd >= 0)
			close(*fd);
		*fd = -1;
		errno = e;
		return NULL;
	}
	page->size = sizeof(*page);
	page->magic = TLS_PAGE_MAGIC;
	return page;
}

struct tls_page *
tls_page_map(int fd)
{
	struct tls_page *page;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return NULL;
	errno = EINVAL;
	if (st.st_size != (off_t)sizeof(*page) || (page = map(fd)) == NULL)
		return NULL;
	if (page->magic == TLS_PAGE_MAGIC && page->size == sizeof(*page))
		return page;
	munmap(page, sizeof(*page));
	errno = EINVAL;
	return NULL;
}

/* A lock of the file, one byte a place: the kernel knows whose it is, and takes
 * it back from who has ended. */
static struct flock
lock_of(int number)
{
	return (struct flock) { .l_type = F_WRLCK, .l_whence = SEEK_SET,
		.l_start = number, .l_len = 1 };
}

int
tls_page_claim(int fd, int place)
{
	struct flock l = lock_of(place);

	return fcntl(fd, F_SETLK, &l);
}

pid_t
tls_page_holder(int fd, int place)
{
	struct flock l = lock_of(place);

	return fcntl(fd, F_GETLK, &l) == 0 && l.l_type != F_UNLCK && l.l_pid > 0
	    ? l.l_pid
	    : 0;
}

uint64_t
tls_page_sum(const struct tls_page *page, enum tls_counter c)
{
	uint64_t sum = page->ended[c];
	int i;

	for (i = 0; i < TLS_PLACES; i++)
		if (page->place[i].pid != 0)
			sum += page->place[i].counter[c];
	return sum;
}
