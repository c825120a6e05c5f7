/* SPDX-License-Identifier: ISC */
/*
 * mootd(8): reads its options, checks its configuration, goes to the
 * background unless told otherwise, and becomes the master.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../ipc/segment.h"
#include "fault.h"
#include "helper.h"
#include "log.h"
#include "master.h"
#include "notify.h"
#include "setting.h"
#include "state.h"
#include "title.h"
#include "upgrade.h"
#include "version.h"
#include "worker.h"

#ifndef CONFIG_FILE
#define CONFIG_FILE "/etc/moot/mootd.conf"
#endif

int log_to_syslog;

enum { EXIT_USAGE = 1 };

static const char usage_text[] =
    "usage: mootd [-fthV] [-c FILE | -p DIR] [-R FILE]\n"
    "  -f             stay in the foreground, log to standard error\n"
    "  -c FILE        read FILE instead of " CONFIG_FILE "\n"
    "  -p DIR         a private server: no configuration, any free port of\n"
    "                 127.0.0.1, its control socket in DIR\n"
    "  -R FILE        put a backup of the database into its place, and end\n"
    "  -t             check the configuration and say where it is wrong\n"
    "  -V, --version  show version and features\n"
    "  -h, --help     show this help\n"
    "mootd(8) is the manual.\n";

static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void
version(void)
{
	printf("mootd %s\n"
	       "layout: %08x\n"
	       "ipc: System V segment, message queues; shared descriptors\n"
	       "helpers: %s, %s\n",
	    MOOT_VERSION, state_layout_id(),
	    helper_found("mootd-store", NULL)
	        ? "mootd-store (accounts, history)"
	        : "no mootd-store (no accounts, no history)",
	    helper_found("mootd-tls", NULL) ? "mootd-tls (TLS)"
	        : "no mootd-tls (no TLS)");
}

/* Reads FILE, or the standard one if it is there, or the embedded defaults;
 * complains to standard error.  Returns 0 or -1. */
static int
settings_load(struct config *c, const char *file)
{
	struct config_errors errors;

	if (file == NULL && access(CONFIG_FILE, F_OK) != 0) {
		config_default(c);
		config_listen_tls(c);
		return 0;
	}
	if (config_load(c, file != NULL ? file : CONFIG_FILE, &errors) == 0)
		return 0;
	fprintf(stderr, "%s", errors.text);
	return -1;
}

/* A prefix that nobody uses now: more than one private server may run. */
static int
free_prefix(int first)
{
	struct segment header;
	int i, prefix;

	for (i = 0; i < 127; i++) {
		prefix = 1 + (first - 1 + i) % 127;
		if (segment_probe(prefix, &header) == SEGMENT_NONE)
			return prefix;
	}
	fatal("no free ipc-prefix");
}

/* The embedded defaults, but for what two servers on one machine must not
 * share.  At least two workers, so that there is something to see.  PREFIX is
 * its own already, or 0. */
static void
settings_private(struct config *c, const char *dir, int prefix)
{
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)
	    &c->listen[0].addr;
	char full[PATH_MAX], path[PATH_MAX + 16];

	if (realpath(dir, full) != NULL)
		dir = full; /* in the background we are elsewhere */
	config_default(c);
	memset(&c->listen[0], 0, sizeof(c->listen[0]));
	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->listen[0].addrlen = sizeof(*in);
	snprintf(c->listen[0].text, sizeof(c->listen[0].text), "127.0.0.1:0");
	c->nlisten = 1;
	/* TLS as well, where there is any */
	c->listen_tls[0] = c->listen[0];
	c->nlisten_tls = helper_found("mootd-tls", NULL);
	c->ipc_prefix =
	    prefix != 0 ? prefix : free_prefix(c->ipc_prefix + 1);
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		c->workers = 2;
	if (snprintf(c->control, sizeof(c->control), "%s/control", dir) >=
	        (int)sizeof(c->control) ||
	    snprintf(c->state_dir, sizeof(c->state_dir), "%s", dir) >=
	        (int)sizeof(c->state_dir))
		fatal("-p: the name of the directory is too long");
	snprintf(path, sizeof(path), "%s/moot.sock", dir);
	setting_listen_usual(c, path);
	if (access(dir, W_OK | X_OK) != 0)
		fatal("-p %s: %s", log_safe(dir), strerror(errno));
}

/* Forks; the parent waits until the child is listening, or has failed and
 * said why, and exits with its code.  Returns the child's end of the pipe. */
static int
background(void)
{
	int ends[2], status;
	char byte;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0 || (pid = fork()) < 0)
		fatal("background: %s", strerror(errno));
	if (pid != 0) {
		close(ends[1]);
		if (read(ends[0], &byte, 1) == 1)
			_exit(0);
		waitpid(pid, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
	}
	close(ends[0]);
	setsid();
	if (chdir("/") != 0)
		log_warn("chdir: %s", strerror(errno));
	return ends[1];
}

/* Tells the waiting parent that all is well, and lets the terminal go. */
static void
detach(int end)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (write(end, "", 1) != 1)
		log_warn("background: %s", strerror(errno));
	close(end);
	log_open("master", (enum log_level)config->log_level, 1);
	if (null >= 0) {
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		if (null > 2)
			close(null);
	}
}

int
main(int argc, char **argv)
{
	static struct config c;
	const char *file = NULL, *private_dir = NULL, *backup = NULL;
	int opt, foreground = 0, test = 0, end = -1, prefix = 0, upgraded;

	fault_open(argc, argv, &my_id);
	title_open(argc, argv);
	upgrade_open();
	upgraded = upgrade_resumed(&prefix, &log_to_syslog);
	while ((opt = getopt_long(argc, argv, "fc:p:R:tVh", long_options,
	    NULL)) != -1)
		switch (opt) {
		case 'f':
			foreground = 1;
			break;
		case 'c':
			file = optarg;
			break;
		case 'p':
			private_dir = optarg;
			break;
		case 'R':
			backup = optarg;
			break;
		case 't':
			test = 1;
			break;
		case 'V':
			version();
			return 0;
		case 'h':
			fputs(usage_text, stdout);
			return 0;
		default:
			fputs(usage_text, stderr);
			return EXIT_USAGE;
		}
	if (optind != argc || (file != NULL && private_dir != NULL)) {
		fputs(usage_text, stderr);
		return EXIT_USAGE;
	}
	log_open("master", LOG_LEVEL_INFO, log_to_syslog);
	if (private_dir != NULL)
		settings_private(&c, private_dir, prefix);
	else if (settings_load(&c, file) != 0)
		return EXIT_USAGE;
	if (test) {
		printf("%s: ok\n", c.file[0] != '\0' ? c.file : "defaults");
		return 0;
	}
	if (backup != NULL)
		return helper_restore(&c, backup);
	if (upgraded)
		c.ipc_prefix = prefix; /* it is fixed */
	log_open("master", (enum log_level)c.log_level, log_to_syslog);
	upgrade_with(argv[0], foreground, private_dir != NULL ? "-p" : "-c",
	    private_dir != NULL ? c.state_dir : file != NULL ? c.file : NULL);
	notify_open();
	if (!foreground && !upgraded) {
		end = background();
		/* our own words are for the terminal until detach() */
		log_syslog_open();
		log_to_syslog = 1;
	}
	master_open(&c, &end);
	if (end >= 0)
		detach(end);
	return master_run(upgraded);
}
