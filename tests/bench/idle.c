/* SPDX-License-Identifier: ISC */
/*
 * Scenarios without talk: what it costs a server to let clients in, and what
 * it costs to have them.
 *
 * Time for registering runs from the first connection to the last end of MOTD;
 * leaving (QUIT to the closed connection) is timed apart from it.  Who connects
 * only to leave again shows what a connection costs: by TLS, a handshake.
 * Memory is the proportional set size of all of the server's processes with the
 * clients minus that without, after both have fallen silent; what the kernel
 * holds for a connection is not in it.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "crowd.h"
#include "load.h"
#include "proc.h"

#define QUIET_MS 300

static int leaving;

static void
idle_line(struct client *c, const char *line, size_t len)
{
	(void)len;
	if (line == NULL && !leaving)
		crowd_error("client %u: closed", c->index);
}

static void
everyone_quits(void)
{
	uint64_t end = clock_now() + 30000000000u;
	size_t i = 0;

	leaving = 1;
	while (crowd.gone < crowd.count) {
		for (; i < crowd.count && i - crowd.gone < 64; i++)
			client_queue(&crowd.clients[i], "QUIT :done\r\n", 12);
		crowd_turn(100);
		if (clock_now() > end) {
			crowd_error(
			    "%zu of %zu were let go", crowd.gone, crowd.count);
			return;
		}
	}
}

void
register_run(const double *args)
{
	struct watch in, out;

	crowd.on_line = idle_line;
	watch_start();
	if (crowd_register() == -1)
		exit(1);
	watch_stop(&in);
	crowd_settle(QUIET_MS);
	watch_start();
	everyone_quits();
	crowd_settle(QUIET_MS);
	watch_stop(&out);
	printf("clients=%.0f seconds=%.3f per_second=%.0f cpu_us=%.3f "
	       "quit_cpu_us=%.3f bytes=%lu server_cpu=%.2f load_cpu=%.2f",
	    args[0], in.seconds, args[0] / in.seconds, in.server_us / args[0],
	    out.server_us / args[0], crowd.received / crowd.count,
	    in.server_cpu, in.load_cpu);
}

void
leave_run(const double *args)
{
	struct watch w;

	crowd.on_line = idle_line;
	leaving = 1;
	watch_start();
	if (crowd_register() == -1)
		exit(1);
	watch_stop(&w);
	printf("clients=%.0f seconds=%.3f per_second=%.0f cpu_us=%.3f "
	       "per_cpu_second=%.0f server_cpu=%.2f load_cpu=%.2f",
	    args[0], w.seconds, args[0] / w.seconds, w.server_us / args[0],
	    w.server_us > 0 ? 1e6 * args[0] / w.server_us : 0, w.server_cpu,
	    w.load_cpu);
}

void
idle_run(const double *args)
{
	long before, after;
	uint64_t start;
	double seconds;

	if (load.pid == 0)
		errx(2, "idle: whose memory? see -P");
	crowd.on_line = idle_line;
	before = proc_pss((pid_t)load.pid);
	start = clock_now();
	if (crowd_register() == -1)
		exit(1);
	seconds = (double)(clock_now() - start) / 1e9;
	crowd_settle(QUIET_MS);
	after = proc_pss((pid_t)load.pid);
	printf("clients=%.0f seconds=%.3f pss_before_kib=%ld pss_after_kib=%ld "
	       "kib_per_client=%.3f",
	    args[0], seconds, before, after,
	    (double)(after - before) / args[0]);
}
