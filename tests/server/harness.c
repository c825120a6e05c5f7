/* SPDX-License-Identifier: ISC */
/*
 * The run of a test program and the mootd under test: its private directory,
 * its settings, its start and its end.
 *
 * A server is a child of whoever called server_start: the runner when it is
 * shared by a test case, else the forked test.  It has a process group of its
 * own, so that libcheck's kill of a test that takes too long spares it, and
 * gets SIGTERM when its parent dies, so that it cleans up all the same.  The
 * end is where much is checked: status, time, log, System V objects.
 *
 * With HARNESS_PORT in the environment nothing is started and the clients go
 * to that port of 127.0.0.1: for a look at another server, or at one in a
 * debugger.
 */

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

/* What forked tests tell the runner. */
struct run {
	int skipped, started, trouble;
	int sanitized;
	char note[4096]; /* repeated at the end */
};

static struct run *run;
static int prefix_lock[128]; /* descriptor + 1 that holds the prefix */

static struct run *
run_get(void)
{
	if (run == NULL) {
		run = mmap(NULL, sizeof(*run), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (run == MAP_FAILED)
			abort();
	}
	return run;
}

long long
clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

long
clock_ms(void)
{
	return (long)(clock_us() / 1000);
}

long
harness_ms(long ms)
{
	return run_get()->sanitized ? ms * 4 : ms;
}

void
harness_tick(void)
{
	poll(NULL, 0, 2);
}

static void
run_note(const char *text)
{
	size_t len = strlen(run_get()->note);

	snprintf(run->note + len, sizeof(run->note) - len, "  %s\n", text);
}

void
harness_skip(const char *why)
{
	char text[256];

	run_get()->skipped++;
	snprintf(text, sizeof(text), "SKIPPED: %s", why);
	fprintf(stderr, "%s\n", text);
	run_note(text);
}

TCase *
harness_case(Suite *suite, const char *name, void (*start)(void),
    void (*stop)(void), int seconds)
{
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, seconds);
	if (start != NULL)
		tcase_add_unchecked_fixture(tc, start, stop);
	tcase_add_checked_fixture(tc, NULL, client_quit_all);
	suite_add_tcase(suite, tc);
	return tc;
}

static struct {
	struct server *sv;
	int *apart;
	void (*setup)(struct server *sv);
} shared;

void
harness_share(struct server *sv, int *apart, void (*setup)(struct server *sv))
{
	shared.sv = sv;
	shared.apart = apart;
	shared.setup = setup;
}

static void
harness_start(int nworker)
{
	*shared.apart = nworker > 1;
	server_init(shared.sv);
	server_set(shared.sv, "workers", "%d", nworker);
	if (shared.setup != NULL)
		shared.setup(shared.sv);
	server_start(shared.sv);
	wait_for(strcmp(server_status(shared.sv, "store"), "serving") == 0 ||
	    strncmp(server_status(shared.sv, "store"), "off", 3) == 0, 10000);
}

void
harness_start_one(void)
{
	harness_start(1);
}

void
harness_start_two(void)
{
	harness_start(2);
}

void
harness_stop(void)
{
	server_stop_quietly(shared.sv);
}

int
harness_run(Suite **suites)
{
	SRunner *sr = srunner_create(suites[0]);
	int i, failed;

	run_get();
	signal(SIGPIPE, SIG_IGN);
	for (i = 1; suites[i] != NULL; i++)
		srunner_add_suite(sr, suites[i]);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	printf("servers: %d started, %d with trouble; tests skipped: %d\n%s",
	    run->started, run->trouble, run->skipped, run->note);
	return failed == 0 && run->trouble == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- Settings ---- */

/* Takes PREFIX for this process, against other test programs that run now:
 * a name in the abstract socket space goes when its last holder ends. */
static int
prefix_take(int prefix)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int len = snprintf(un.sun_path + 1, sizeof(un.sun_path) - 1,
	    "moot-test-prefix-%d", prefix);

	if (fd == -1 || bind(fd, (struct sockaddr *)&un,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
	    (size_t)len)) == -1) {
		close(fd);
		return -1;
	}
	prefix_lock[prefix] = fd + 1;
	return 0;
}

static void
prefix_pick(struct server *sv)
{
	unsigned seed = (unsigned)clock_us() ^ (unsigned)getpid() << 12;
	int i;

	for (i = 0; i < 500; i++) {
		sv->prefix = 1 + rand_r(&seed) % 126;
		if (sv->prefix == 'm' || server_objects(sv, NULL) != 0)
			continue;
		if (prefix_take(sv->prefix) == 0)
			return;
	}
	ck_abort_msg("no free ipc-prefix");
}

static void
file_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_msg(f != NULL, "%s: %s", path, strerror(errno));
	fputs(text, f);
	fclose(f);
}

void
server_init(struct server *sv)
{
	char path[128];

	memset(sv, 0, sizeof(*sv));
	sv->listen_fd = -1;
	strcpy(sv->dir, "/tmp/moot-test.XXXXXX");
	ck_assert_msg(mkdtemp(sv->dir) != NULL, "mkdtemp: %s",
	    strerror(errno));
	snprintf(sv->config, sizeof(sv->config), "%s/mootd.conf", sv->dir);
	snprintf(sv->log, sizeof(sv->log), "%s/log", sv->dir);
	snprintf(sv->control, sizeof(sv->control), "%s/ctl.sock", sv->dir);
	prefix_pick(sv);
	snprintf(path, sizeof(path), "%s/motd", sv->dir);
	file_write(path, "Welcome to the test.\nBe kind.\n");
	server_add(sv, "name irc.test");
	server_add(sv, "network TestNet");
	server_add(sv, "listen 127.0.0.1:0");
	server_add(sv, "workers 2");
	server_add(sv, "ipc-prefix %d", sv->prefix);
	server_add(sv, "state-dir %s", sv->dir);
	server_add(sv, "control %s", sv->control);
	server_add(sv, "store off"); /* a test that wants one says so */
	server_add(sv, "motd %s", path);
	server_add(sv, "flood off");
	server_add(sv, "connection-rate off");
	server_add(sv, "max-unregistered 100");
	if (geteuid() != 0) /* or we could not look into it */
		server_add(sv, "core-dumps on");
	server_add(sv, "max-clients-per-address 20000");
	if (getenv("MOOT_TEST_LOCAL") != NULL)
		server_local(sv);
}

void
server_local(struct server *sv)
{
	snprintf(sv->local, sizeof(sv->local), "%s/moot.sock", sv->dir);
	server_add(sv, "listen %s", sv->local);
}

void
server_init_store(struct server *sv)
{
	char state[sizeof(sv->dir) + 8];

	server_init(sv);
	snprintf(state, sizeof(state), "%s/state", sv->dir);
	ck_assert_int_eq(mkdir(state, 0700), 0);
	server_set(sv, "store", "on");
	server_set(sv, "state-dir", "%s", state);
	server_set(sv, "login-delay", "0");
}

static void
server_setting(struct server *sv, char *line)
{
	ck_assert_int_lt(sv->nsetting, SERVER_SETTINGS);
	sv->setting[sv->nsetting++] = line;
}

void
server_add(struct server *sv, const char *fmt, ...)
{
	va_list ap;
	char *line;

	va_start(ap, fmt);
	ck_assert_int_ge(vasprintf(&line, fmt, ap), 0);
	va_end(ap);
	server_setting(sv, line);
}

void
server_set(struct server *sv, const char *key, const char *fmt, ...)
{
	size_t len = strlen(key);
	va_list ap;
	char *value, *line;
	int i;

	for (i = 0; i < sv->nsetting; i++) {
		if (strncmp(sv->setting[i], key, len) != 0 ||
		    sv->setting[i][len] != ' ')
			continue;
		free(sv->setting[i]);
		sv->setting[i--] = sv->setting[--sv->nsetting];
	}
	if (fmt == NULL)
		return;
	va_start(ap, fmt);
	ck_assert_int_ge(vasprintf(&value, fmt, ap), 0);
	va_end(ap);
	ck_assert_int_ge(asprintf(&line, "%s %s", key, value), 0);
	free(value);
	server_setting(sv, line);
}

void
server_write(struct server *sv)
{
	FILE *f = fopen(sv->config, "w");
	int i;

	ck_assert_msg(f != NULL, "%s: %s", sv->config, strerror(errno));
	for (i = 0; i < sv->nsetting; i++)
		fprintf(f, "%s\n", sv->setting[i]);
	fclose(f);
}

/* ---- Start ---- */

/* In the child: what a service manager would have set up. */
static void
child_prepare(struct server *sv)
{
	struct rlimit limit = { 0, 0 };
	char pid[32];
	int i, fd;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	setrlimit(RLIMIT_CORE, &limit);
	if (sv->nofile > 0) {
		limit.rlim_cur = limit.rlim_max = (rlim_t)sv->nofile;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	for (i = 0; i < 4 && sv->env[i] != NULL; i++)
		putenv((char *)(unsigned long)sv->env[i]);
	fd = open(sv->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(fd, STDERR_FILENO);
	dup2(fd, STDOUT_FILENO);
	close(fd);
	fd = open("/dev/null", O_RDONLY);
	dup2(fd, STDIN_FILENO);
	if (sv->listen_fd >= 0) {
		if (sv->listen_fd == 3)
			fcntl(3, F_SETFD, 0);
		else
			dup2(sv->listen_fd, 3);
		snprintf(pid, sizeof(pid), "%d", (int)getpid());
		setenv("LISTEN_PID", pid, 1);
		setenv("LISTEN_FDS", "1", 1);
	}
	for (i = sv->listen_fd >= 0 ? 4 : 3; i < 4096; i++)
		close(i);
	signal(SIGPIPE, SIG_DFL);
}

static const char *
program_mootd(void)
{
	const char *mootd = getenv("MOOTD");

	return mootd != NULL ? mootd : "./mootd";
}

void
server_program(struct server *sv, const char *from, const char *name)
{
	char own[PATH_MAX], to[128];
	const char *mootd = program_mootd(), *slash = strrchr(mootd, '/');
	int in, out;
	struct stat st;
	off_t at = 0;

	ck_assert(slash != NULL);
	snprintf(own, sizeof(own), "%.*s/%s", (int)(slash - mootd), mootd,
	    name);
	snprintf(to, sizeof(to), "%s/%s", sv->dir, name);
	in = open(from != NULL ? from : own, O_RDONLY | O_CLOEXEC);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	ck_assert(in >= 0 && out >= 0 && fstat(in, &st) == 0);
	while (at < st.st_size)
		ck_assert_int_gt(sendfile(out, in, &at, (size_t)st.st_size), 0);
	close(in);
	close(out);
	if (strcmp(name, "mootd") == 0)
		setenv("MOOTD", to, 1);
}

pid_t
server_spawn(struct server *sv, const char *const *args)
{
	const char *mootd = program_mootd();
	const char *argv[16] = { "mootd", "-f", "-c", sv->config, NULL };
	pid_t pid;
	int i;

	for (i = 0; args != NULL && i < 14; i++) {
		argv[i + 1] = args[i];
		if (args[i] == NULL)
			break;
	}
	fflush(NULL);
	pid = fork();
	ck_assert_msg(pid != -1, "fork: %s", strerror(errno));
	if (pid == 0) {
		child_prepare(sv);
		execv(mootd, (char *const *)(unsigned long)argv);
		dprintf(STDERR_FILENO, "%s: %s\n", mootd, strerror(errno));
		_exit(127);
	}
	return pid;
}

/* Reads the ports out of the log; returns how many there are. */
static int
server_ports(struct server *sv)
{
	char *log = server_log(sv), *p = log, *end, *colon;

	sv->nport = 0;
	while ((p = strstr(p, "listening on ")) != NULL &&
	    sv->nport < SERVER_PORTS) {
		end = p + strcspn(p, "\n");
		if (*end != '\n')
			break;
		*end = '\0';
		p += strlen("listening on ");
		p[strcspn(p, " ,;")] = '\0';
		colon = strrchr(p, ':');
		if (colon != NULL)
			sv->port[sv->nport++] = atoi(colon + 1);
		p = end + 1;
	}
	free(log);
	return sv->nport;
}

static int
server_listens(const struct server *sv)
{
	int i, n = 0;

	for (i = 0; i < sv->nsetting; i++)
		n += strncmp(sv->setting[i], "listen ", 7) == 0 &&
		    sv->setting[i][7] != '/';
	return n;
}

void
server_start(struct server *sv)
{
	long long begin = clock_us();
	long end = clock_ms() + 10000;
	int want = server_listens(sv), status;

	if (getenv("HARNESS_PORT") != NULL) {
		sv->port[0] = atoi(getenv("HARNESS_PORT"));
		sv->nport = 1;
		return;
	}
	server_write(sv);
	unlink(sv->log);
	run_get()->started++;
	sv->pid = server_spawn(sv, NULL);
	while (server_ports(sv) < want ||
	    (want == 0 && !server_log_has(sv, "\n"))) {
		if (waitpid(sv->pid, &status, WNOHANG) == sv->pid) {
			char *log = server_log(sv);

			sv->pid = 0;
			server_clean(sv);
			ck_abort_msg("mootd ended with status 0x%x: %s",
			    (unsigned)status, log);
		}
		ck_assert_msg(clock_ms() < end, "mootd does not listen: %s",
		    sv->log);
		harness_tick();
	}
	sv->start_us = (long)(clock_us() - begin);
	run->sanitized = server_sanitized(sv);
}

/* ---- End ---- */

int
pid_alive(pid_t pid)
{
	char path[64], text[256], *p;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	p = strrchr(text, ')');
	return p != NULL && p[2] != 'Z';
}

int
server_alive(const struct server *sv)
{
	if (sv->pid == 0)
		return getenv("HARNESS_PORT") != NULL;
	return pid_alive(sv->pid);
}

int
server_reap(pid_t pid, long ms)
{
	long end = clock_ms() + ms;
	int status;

	while (waitpid(pid, &status, WNOHANG) != pid) {
		if (clock_ms() > end)
			return -1;
		harness_tick();
	}
	return status;
}

char *
server_log(const struct server *sv)
{
	FILE *f = fopen(sv->log, "r");
	size_t len = 0, size = 65536, n;
	char *text = malloc(size + 1);

	while (f != NULL && (n = fread(text + len, 1, size - len, f)) > 0) {
		len += n;
		if (len == size)
			text = realloc(text, (size *= 2) + 1);
	}
	if (f != NULL)
		fclose(f);
	text[len] = '\0';
	return text;
}

int
server_log_has(const struct server *sv, const char *text)
{
	char *log = server_log(sv);
	int has = strstr(log, text) != NULL;

	free(log);
	return has;
}

/* The first line of the log that must not be there; NULL when clean. */
static const char *
log_trouble(const struct server *sv, char *log)
{
	static const char *const bad[] = { "Sanitizer", "runtime error",
	    "panic", "stack smashing", "corrupted", " crashed: signal",
	    " does not validate", " segment is damaged" };
	size_t i;
	char *p;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if ((p = strstr(log, bad[i])) == NULL ||
		    (sv->crashes && bad[i][0] == ' '))
			continue;
		while (p > log && p[-1] != '\n')
			p--;
		p[strcspn(p, "\n")] = '\0';
		return p;
	}
	return NULL;
}

/* Ends the server; says in BUF what was wrong and returns -1 then. */
static int
server_end(struct server *sv, char *buf, size_t size)
{
	long long begin = clock_us();
	const char *line;
	char *log;
	int status, left;

	if (sv->pid == 0)
		return 0;
	pid_signal(sv->pid, SIGTERM);
	status = server_reap(sv->pid, harness_ms(2000));
	if (status == -1) {
		server_kill(sv);
		snprintf(buf, size, "not gone 2 s after SIGTERM");
		return -1;
	}
	sv->pid = 0;
	log = server_log(sv);
	line = log_trouble(sv, log);
	left = server_objects(sv, NULL);
	if (line != NULL)
		snprintf(buf, size, "log: %.300s", line);
	else if (status != 0)
		snprintf(buf, size, "status 0x%x at SIGTERM",
		    (unsigned)status);
	else if (left != 0)
		snprintf(buf, size, "%d System V objects left of prefix %d "
		    "after %lld us", left, sv->prefix, clock_us() - begin);
	free(log);
	return line != NULL || status != 0 || left != 0 ? -1 : 0;
}

void
server_stop(struct server *sv)
{
	char why[400] = "", kept[64];
	int bad;

	client_quit_all();
	bad = server_end(sv, why, sizeof(why));
	snprintf(kept, sizeof(kept), "%s", sv->dir);
	if (bad && getenv("HARNESS_KEEP") != NULL)
		sv->dir[0] = '\0';
	server_clean(sv);
	ck_assert_msg(!bad, "server_stop: %s (%s)", why, kept);
}

void
server_stop_quietly(struct server *sv)
{
	char why[400] = "", text[512];

	if (server_end(sv, why, sizeof(why)) == -1) {
		run_get()->trouble++;
		snprintf(text, sizeof(text), "TROUBLE: %s (%s)", why, sv->dir);
		fprintf(stderr, "%s\n", text);
		run_note(text);
		if (getenv("HARNESS_KEEP") != NULL)
			sv->dir[0] = '\0';
	}
	server_clean(sv);
}

void
server_kill(struct server *sv)
{
	pid_t pid[64];
	int i;

	memset(pid, 0, sizeof(pid));
	server_workers(sv, pid, 64);
	if (sv->pid > 0) {
		/* or it would start new workers */
		pid_signal(sv->pid, SIGSTOP);
		for (i = 0; i < 64; i++)
			if (pid[i] > 0)
				pid_signal(pid[i], SIGKILL);
		pid_signal(sv->pid, SIGKILL);
		server_reap(sv->pid, 5000);
	}
	sv->pid = 0;
	for (i = 0; i < 64; i++)
		if (pid[i] > 0)
			wait_for(!pid_alive(pid[i]), 2000);
}

void
server_restart(struct server *sv, int killed)
{
	if (killed) {
		server_kill(sv);
		server_objects_remove(sv);
	} else {
		ck_assert_int_eq(pid_signal(sv->pid, SIGTERM), 0);
		ck_assert_int_eq(server_reap(sv->pid, 10000), 0);
	}
	sv->pid = 0;
	server_start(sv);
}

void
server_fault(struct server *sv, const char *point)
{
	enum { STORE = 63 /* FAULT_STORE of server/fault.h */ };
	static char env[2][160];

	snprintf(env[0], sizeof(env[0]), "MOOT_FAULT_MAP=%s/faults", sv->dir);
	snprintf(env[1], sizeof(env[1]), "MOOT_FAULT=%s:%d", point,
	    strncmp(point, "store-", 6) == 0 ? STORE : 1);
	sv->env[0] = env[0];
	sv->env[1] = env[1];
	sv->crashes = 1;
}

static void
directory_remove(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[512];

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (unlink(name) == -1 && errno == EISDIR)
			directory_remove(name);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(path);
}

void
server_clean(struct server *sv)
{
	int i;

	server_objects_remove(sv);
	if (sv->dir[0] != '\0')
		directory_remove(sv->dir);
	for (i = 0; i < sv->nsetting; i++)
		free(sv->setting[i]);
	sv->nsetting = 0;
	if (sv->prefix > 0 && prefix_lock[sv->prefix] > 0) {
		close(prefix_lock[sv->prefix] - 1);
		prefix_lock[sv->prefix] = 0;
	}
}
