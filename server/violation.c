/* SPDX-License-Identifier: ISC */
/*
 * What a confined helper says when it makes a system call that its table
 * (ipc/filter.c) does not have.  The signal comes from the very call, so what
 * is called here is interrupted nowhere but in a system call.
 */
#include <signal.h>

#include "../ipc/filter.h"
#include "log.h"
#include "violation.h"

static void
on_violation(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (info->si_code > 0)
		log_warn("system call %d %s is not allowed",
		    info->si_syscall, filter_name(info->si_syscall));
	raise(sig);
}

void
violation_report(void)
{
	struct sigaction action = {
		.sa_sigaction = on_violation,
		.sa_flags = SA_SIGINFO | (int)SA_RESETHAND
	};

	sigemptyset(&action.sa_mask);
	sigaction(SIGSYS, &action, NULL);
}
