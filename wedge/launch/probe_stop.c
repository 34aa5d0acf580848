/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_stop.c - see probe_stop.h.
 *
 * Invariant: nothing that was started here is left.
 */
#include "probe_stop.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int install(const struct sock_filter *code, unsigned short count, unsigned int flags)
{
	struct sock_fprog program = {count, (struct sock_filter *)(uintptr_t)code};

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

int probe_stop_notify(void)
{
	static const struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	struct seccomp_notif_addfd add = {
		.flags = SECCOMP_ADDFD_FLAG_SETFD | SECCOMP_ADDFD_FLAG_SEND,
		.newfd = 3,
	};
	int listener = install(code, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER), error;

	if (listener < 0)
		return errno;
	add.srcfd = (unsigned int)listener;
	/*
	 * No such notification exists; a host that knows the call gets as far as finding that out.
	 */
	error = ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add) < 0 ? errno : 0;
	close(listener);
	return error == ENOENT ? 0 : error ? error : EINVAL;
}

/* As a user process of the wedge begins. */
static _Noreturn void be_traced(void)
{
	static const struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgrp, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ||
	    install(code, sizeof(code) / sizeof(code[0]), 0) < 0)
		_exit(errno);
	raise(SIGSTOP);
	_exit(syscall(SYS_getpgrp) < 0 ? ENOSYS : 0);
}

/* Waits for the child's next stop. Is it `how`, the status of wait(2) without its lowest byte? */
static bool stops(pid_t child, int how, int *status)
{
	return waitpid(child, status, 0) == child && WIFSTOPPED(*status) && *status >> 8 == how;
}

int probe_stop_trace(void)
{
	const long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP;
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		be_traced();
	if (child < 0)
		return errno;
	if (stops(child, SIGSTOP, &status) &&
	    ptrace(PTRACE_SETOPTIONS, child, NULL, options) == 0 &&
	    ptrace(PTRACE_CONT, child, NULL, 0L) == 0 &&
	    stops(child, SIGTRAP | PTRACE_EVENT_SECCOMP << 8, &status) &&
	    ptrace(PTRACE_CONT, child, NULL, 0L) == 0 && waitpid(child, &status, 0) == child &&
	    WIFEXITED(status))
		return WEXITSTATUS(status);
	if (WIFSTOPPED(status)) {
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
	}
	return WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status) : EINVAL;
}
