/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stop_notify.c - stops by notifications of seccomp (seccomp_unotify(2)): all user processes are
 * heard through one listener.
 *
 * Invariant: the memory file is added to a process only with the answer to a stop.
 */
#include <asm/ioctl.h>
#include <linux/seccomp.h>
#include <wedge/lib.h>
#include "stop.h"

static long take(bool wait, struct stop *stop)
{
	struct seccomp_notif n;
	long result;

	memset(&n, 0, sizeof(n));
	result = wait ? linux_wait(__NR_ioctl, (uint64_t)machine.listener_fd,
				   SECCOMP_IOCTL_NOTIF_RECV, (uint64_t)&n, 0)
		      : host_call3(__NR_ioctl, machine.listener_fd, SECCOMP_IOCTL_NOTIF_RECV, &n);
	/* A signal took the process out of its stop before the wedge was told: it stops again. */
	if (result == -ENOENT)
		return -EINTR;
	*stop = (struct stop){
		.pid = (int32_t)n.pid,
		.id = n.id,
		.rip = n.data.instruction_pointer,
		.argument = {n.data.args[0], n.data.args[1]},
	};
	return result;
}

static long wait(struct process *process, struct stop *stop)
{
	(void)process;
	return take(true, stop);
}

static long wait_soon(struct process *process, struct stop *stop)
{
	struct host_poll poll = {.fd = machine.listener_fd, .events = HOST_POLL_IN};
	struct host_time patience = {.nanoseconds = STOP_PATIENCE_NS};
	long ready = host_call5(__NR_ppoll, &poll, 1, &patience, 0, 0);

	(void)process;
	if (ready == 0)
		return -ETIMEDOUT;
	return ready < 0 ? ready : take(false, stop);
}

static long answer(const struct process *process)
{
	struct seccomp_notif_resp response = {.id = process->notification};
	struct seccomp_notif_addfd add = {
		.id = process->notification,
		.flags = SECCOMP_ADDFD_FLAG_SETFD | SECCOMP_ADDFD_FLAG_SEND,
		.srcfd = (uint32_t)machine.info.memory_fd,
		.newfd = USER_MEMORY_FD,
	};

	if (!process->needs_memory)
		return host_call3(__NR_ioctl, machine.listener_fd, SECCOMP_IOCTL_NOTIF_SEND,
				  &response);
	return host_call3(__NR_ioctl, machine.listener_fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
}

/* Nothing to do: the zygote reaps its children. */
static void bury(const struct process *process)
{
	(void)process;
}

const struct stop_means stop_by_notification = {
	.lends_memory = true,
	.wait = wait,
	.wait_soon = wait_soon,
	.answer = answer,
	.bury = bury,
};
