/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child.c - from a fork of the launcher to what wedge/launch.h promises the wedge.
 *
 * Invariant: signals are blocked from before the fork until the child's are at their defaults.
 */
#include "child.h"
#include "launcher.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where the child has its descriptors: memory, input, output, doorbells. */
enum { FIRST_DESCRIPTOR = 3, DESCRIPTORS = 3 + LAUNCH_VIRTIO_MAX, OUT_OF_THE_WAY = 32 };
_Static_assert(FIRST_DESCRIPTOR + DESCRIPTORS <= OUT_OF_THE_WAY, "none is overwritten");

/* A debugger may stop the guest before the wedge is ready for the signal (launch.h). */
static void reset_signals(void)
{
	sigset_t blocked;

	for (int number = 1; number < NSIG; number++)
		signal(number, number == SIGPIPE || number == SIGTTOU ? SIG_IGN : SIG_DFL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR2);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

/* Closes all other descriptors; these get numbers in a row. */
static void keep_descriptors(struct launch_info *info)
{
	int32_t *wanted[DESCRIPTORS] = {&info->memory_fd, &info->input_fd, &info->output_fd};
	int moved[DESCRIPTORS];
	int next = FIRST_DESCRIPTOR, count = 3;

	for (uint32_t i = 0; i < info->virtio_count; i++)
		wanted[count++] = &info->doorbell_fd[i];
	for (int i = 0; i < count; i++)
		moved[i] = *wanted[i] < 0 ? -1 : fcntl(*wanted[i], F_DUPFD, OUT_OF_THE_WAY);
	for (int i = 0; i < count; i++)
		if (moved[i] >= 0)
			*wanted[i] = dup2(moved[i], next++);
	closefrom(next);
	for (int fd = 0; fd < FIRST_DESCRIPTOR; fd++)
		close(fd);
}

/* The C library had the host write into its memory at every preemption: end that. */
static void leave_rseq(void)
{
	char *area = (char *)__builtin_thread_pointer() + __rseq_offset;

	if (__rseq_size)
		syscall(SYS_rseq, area, sizeof(struct rseq), RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
}

/* A guest kernel might read what is left of the launcher's memory: leave no secrets there. */
static void forget_environment(void)
{
	for (char **entry = environ; *entry; entry++)
		explicit_bzero(*entry, strlen(*entry));
}

static _Noreturn void become_child(struct launch_info *info, launch_entry *entry, pid_t launcher)
{
	struct rlimit none = {0, 0};

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != launcher) /* gone before it could be asked for */
		_exit(LAUNCH_HOST);
	setrlimit(RLIMIT_CORE, &none);
	reset_signals();
	keep_descriptors(info);
	leave_rseq();
	forget_environment();
	entry(info);
	_exit(LAUNCH_HOST); /* a wedge does not return */
}

pid_t child_start(struct launch_info *info, launch_entry *entry)
{
	pid_t launcher = getpid(), child;
	sigset_t all, before;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	child = fork();
	if (child == 0)
		become_child(info, entry, launcher);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (child > 0)
		setpgid(child,
			child); /* parent and child both do it: the group must exist from now on */
	return child;
}
