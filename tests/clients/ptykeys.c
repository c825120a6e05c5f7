/* SPDX-License-Identifier: ISC */
/*
 * How long a program at a terminal takes to answer a key.
 *
 *     ptykeys [-k KEYS] [-n COUNT] [-s ROWSxCOLUMNS] READY COMMAND...
 *
 * Runs COMMAND at a terminal of its own and reads what it shows, until READY
 * has come by.  Then it presses COUNT keys, one after the other, each when the
 * one before it was answered: "abc..." by turns, or, with -k, KEYS, a sequence
 * such as "\e[5~".  A key is answered when something comes that was not under
 * way before: the program must be quiet for QUIET milliseconds first, unless
 * -b says that it never is; then it is the key itself that must come.
 *
 * Prints a line "KEYS: p50 1.2 p95 2.3 max 3.4 ms, cpu 0.5 ms, pss 12345 kB",
 * where cpu is the processor time a key took.  The status is 0 unless the
 * program ended, or did not answer for WAIT_MOST seconds.
 */

#include <sys/ioctl.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	KEYS_MOST = 10000,
	QUIET = 30,     /* milliseconds */
	WAIT_MOST = 60, /* seconds */
	TAIL = 65536,   /* bytes of what it showed that are looked at */
};

static struct {
	int fd;
	pid_t pid;
	char tail[TAIL + 1]; /* the last of what it showed */
	size_t len;
} program;

static void
fail(const char *what)
{
	fprintf(stderr, "ptykeys: %s\n", what);
	if (program.pid > 0)
		kill(program.pid, SIGKILL);
	exit(1);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* Reads what comes within MS milliseconds; 0: nothing did. */
static size_t
program_read(int ms)
{
	struct pollfd p = { program.fd, POLLIN, 0 };
	char buf[16384];
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return 0;
	n = read(program.fd, buf, sizeof(buf));
	if (n <= 0)
		fail("it ended");
	if (program.len + n > TAIL) {
		memmove(program.tail, program.tail + program.len / 2,
		    program.len - program.len / 2);
		program.len -= program.len / 2;
	}
	if (program.len + n > TAIL)
		fail("too much at once");
	memcpy(program.tail + program.len, buf, n);
	program.len += n;
	return n;
}

static void
program_expect(const char *text)
{
	double end = now() + WAIT_MOST * 1e3;

	while (memmem(program.tail, program.len, text, strlen(text)) == NULL) {
		if (now() > end)
			fail("it does not show what is waited for");
		program_read(100);
	}
}

static void
program_settle(void)
{
	double end = now() + WAIT_MOST * 1e3;

	while (program_read(QUIET) > 0)
		if (now() > end)
			fail("it is never quiet");
	program.len = 0;
}

/* Milliseconds until the key was answered; BUSY: until it came back. */
static double
program_press(const char *keys, size_t len, int busy)
{
	double from, end;

	if (busy)
		program.len = 0;
	else
		program_settle();
	from = now();
	end = from + WAIT_MOST * 1e3;
	if (write(program.fd, keys, len) != (ssize_t)len)
		fail("it takes no keys");
	while (now() < end) {
		if (program_read(100) > 0 && (!busy ||
		    memchr(program.tail, *keys, program.len) != NULL))
			return now() - from;
	}
	fail("no answer");
	return 0;
}

static void
program_start(char **argv, unsigned short rows, unsigned short columns)
{
	struct winsize size = { rows, columns, 0, 0 };

	program.pid = forkpty(&program.fd, NULL, NULL, &size);
	if (program.pid == -1)
		fail("no pty");
	if (program.pid == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
}

static long
program_pss(void)
{
	char path[64], line[256];
	long kb = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup",
	    (int)program.pid);
	f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "Pss: %ld", &kb) == 1)
			break;
	if (f != NULL)
		fclose(f);
	return kb;
}

/* Milliseconds of a processor it has had. */
static double
program_cpu(void)
{
	char path[64];
	unsigned long long ns = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/schedstat",
	    (int)program.pid);
	f = fopen(path, "r");
	if (f != NULL) {
		if (fscanf(f, "%llu", &ns) != 1)
			ns = 0;
		fclose(f);
	}
	return ns / 1e6;
}

static int
double_cmp(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* "\e" is ESC. */
static size_t
keys_parse(char *keys)
{
	char *to = keys, *from;

	for (from = keys; *from != '\0'; from++)
		if (from[0] == '\\' && from[1] == 'e') {
			*to++ = '\033';
			from++;
		} else
			*to++ = *from;
	return to - keys;
}

int
main(int argc, char **argv)
{
	static double took[KEYS_MOST], cpu;
	unsigned short rows = 24, columns = 80;
	int ch, i, count = 200, busy = 0;
	char *keys = NULL, letter[2] = "";
	const char *name = "letters";
	size_t len = 1;

	while ((ch = getopt(argc, argv, "+bk:n:s:")) != -1) {
		if (ch == 'b')
			busy = 1;
		else if (ch == 'k')
			name = keys = optarg;
		else if (ch == 'n')
			count = atoi(optarg);
		else if (ch != 's' || sscanf(optarg, "%hux%hu", &rows,
		    &columns) != 2)
			fail("usage: [-b] [-k KEYS] [-n COUNT] "
			    "[-s ROWSxCOLUMNS] READY COMMAND...");
	}
	if (argc - optind < 2 || count < 1 || count > KEYS_MOST)
		fail("usage: READY COMMAND...");
	program_start(argv + optind + 1, rows, columns);
	program_expect(argv[optind]);
	if (keys != NULL) {
		name = strdup(keys);
		len = keys_parse(keys);
	}
	cpu = program_cpu();
	for (i = 0; i < count; i++) {
		letter[0] = "abcdefghijklmnopqrstuvwxyz"[i % 26];
		took[i] = program_press(keys == NULL ? letter : keys, len,
		    busy);
	}
	cpu = (program_cpu() - cpu) / count;
	qsort(took, count, sizeof(took[0]), double_cmp);
	printf("%s: p50 %.1f p95 %.1f max %.1f ms, cpu %.1f ms, pss %ld kB\n",
	    name, took[count / 2], took[count * 95 / 100],
	    took[count - 1], cpu, program_pss());
	kill(program.pid, SIGKILL);
	waitpid(program.pid, NULL, 0);
	return 0;
}
