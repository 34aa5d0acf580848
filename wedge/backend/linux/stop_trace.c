/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stop_trace.c - stops by ptrace(2), for hosts without seccomp's notifications: user processes are
 * children of the wedge's process, which they have asked to trace them (stub.c). The filter makes
 * USER_STOP and every mmap an event for the tracer; all signals are events too, and passed on.
 *
 * A process has the memory file all the time, so what it maps is looked at here.
 *
 * Invariant: an mmap is let through only by the stub's instruction for orders, and only as the next
 * mmap among them: each once, and in their order. So guest code that jumps there maps nothing,
 * neither of its own choice nor what an order has mapped before.
 */
#include "stop.h"
#include "stub.h"

enum { NO_HANG = 1, SIGNAL_MASK_BYTES = 8, STOPPED = 0x7f };

static long ptrace(long request, const struct process *process, uint64_t data)
{
	return host_call4(__NR_ptrace, request, process->pid, 0, data);
}

static bool is_ordered(struct process *process, const struct host_registers *r)
{
	const struct orders *orders = process->orders;

	while (process->mapped < orders->count) {
		const struct order *order = &orders->list[process->mapped++];
		const uint64_t *a = order->argument;

		if (order->number == __NR_mmap)
			return r->rip == stub_address(stub_ordered) && r->rdi == a[0] &&
			       r->rsi == a[1] && r->rdx == a[2] && r->r10 == a[3] &&
			       r->r8 == a[4] && r->r9 == a[5];
	}
	return false;
}

/* A system call that the filter makes an event. Returns 0 for the one that stops. */
static long on_call(struct process *process, struct stop *stop)
{
	struct host_registers r;
	long result = ptrace(HOST_PTRACE_GETREGS, process, (uint64_t)&r);

	if (result)
		return result;
	if (r.system_call == USER_STOP) {
		*stop = (struct stop){
			.pid = process->pid,
			.rip = r.rip,
			.argument = {r.rdi, r.rsi},
		};
		return 0;
	}
	if (!is_ordered(process, &r))
		return -EPERM;
	ptrace(HOST_PTRACE_CONT, process, 0);
	return -EAGAIN;
}

/*
 * A signal that suspends is not passed on: what suspends the guest suspends the wedge too, and the
 * processes then wait for it anyway. Options can be set only when the process has stopped for the
 * first time; before its first signal it makes no USER_STOP.
 */
static long on_signal(struct process *process, uint32_t signal)
{
	if (!process->traced)
		ptrace(HOST_PTRACE_SETOPTIONS, process,
		       HOST_PTRACE_O_EXITKILL | HOST_PTRACE_O_TRACESECCOMP);
	process->traced = true;
	if (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU)
		signal = 0;
	ptrace(HOST_PTRACE_CONT, process, signal);
	return -EAGAIN;
}

/* The status as of wait4(2). -EAGAIN: nothing that matters, the process runs. */
static long on_event(struct process *process, uint32_t status, struct stop *stop)
{
	if ((status & 0xff) != STOPPED)
		return -ESRCH;
	if (status >> 16 == HOST_PTRACE_EVENT_SECCOMP)
		return on_call(process, stop);
	return on_signal(process, status >> 16 ? 0 : status >> 8);
}

static long wait(struct process *process, struct stop *stop)
{
	uint32_t status = 0;
	long result;

	do {
		result = linux_wait(__NR_wait4, (uint64_t)process->pid, (uint64_t)&status, 0, 0);
		if (result > 0)
			result = on_event(process, status, stop);
	} while (result == -EAGAIN);
	return result;
}

/* The host sends SIGCHLD, which is blocked (signals.c), with every event. It may be an old one. */
static long wait_for_event(void)
{
	uint64_t set = 1ull << (SIGCHLD - 1);
	struct host_time patience = {.nanoseconds = STOP_PATIENCE_NS};
	long result = host_call4(__NR_rt_sigtimedwait, &set, 0, &patience, SIGNAL_MASK_BYTES);

	return result == -EAGAIN ? -ETIMEDOUT : result;
}

static long wait_soon(struct process *process, struct stop *stop)
{
	uint32_t status = 0;
	long result;

	do {
		result = host_call4(__NR_wait4, process->pid, &status, NO_HANG, 0);
		if (result > 0)
			result = on_event(process, status, stop);
		else if (result == 0)
			result = wait_for_event();
	} while (result > 0 || result == -EAGAIN);
	return result;
}

/* The host carries the system call out, which does nothing. A dead process only gives an error. */
static long answer(const struct process *process)
{
	return ptrace(HOST_PTRACE_CONT, process, 0);
}

static void bury(const struct process *process)
{
	host_call4(__NR_wait4, process->pid, 0, NO_HANG, 0);
}

const struct stop_means stop_by_trace = {
	.lends_memory = false,
	.wait = wait,
	.wait_soon = wait_soon,
	.answer = answer,
	.bury = bury,
};
