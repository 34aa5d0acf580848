/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filter.c - what the wedge's own process may ask of the host once the guest runs. The guest's
 * kernel shares this process, so whatever the filter allows, a hostile guest kernel can do.
 *
 * Invariant: memory comes only from the memory file. Each descriptor serves only its own purpose.
 * Signals go only to user processes, by descriptors of them. The wedge traces only processes that
 * have asked for it, and reads only their registers. Nothing opens a file, starts a program, or
 * makes a process; only the zygote does, when asked, and it counts.
 */
#include <asm/prctl.h>
#include <wedge/arch_traits.h>
#include "bpf.h"
#include "linux.h"

/* A system call on this descriptor. */
#define ALLOW_ON(number, fd) IF_IS(number, LOAD(args[0]), IF_IS((uint32_t)(fd), ALLOW), TRAP)

/* As the number of a system call: no call at all. */
#define NEVER 0xffffffff

void filter_install(void)
{
	bool trace = machine.info.handover == LAUNCH_HANDOVER_TRACE;
	uint32_t doorbells = (uint32_t)machine.info.doorbell_fd[0];
	struct sock_filter filter[] = {
		LOAD(arch),
		IF_NOT(AUDIT_ARCH_X86_64, TRAP),
		LOAD(nr),
		ALLOW_ON(trace ? NEVER : __NR_ioctl, machine.listener_fd),
		IF_IS(trace ? __NR_wait4 : NEVER, ALLOW),
		IF_IS(trace ? __NR_rt_sigtimedwait : NEVER, ALLOW),
		IF_IS(trace ? __NR_ptrace : NEVER, LOAD(args[0]), IF_IS(HOST_PTRACE_CONT, ALLOW),
		      IF_IS(HOST_PTRACE_GETREGS, ALLOW), IF_IS(HOST_PTRACE_SETOPTIONS, ALLOW),
		      TRAP),
		IF_IS(__NR_sched_yield, ALLOW),
		IF_IS(__NR_timer_settime, ALLOW),
		IF_IS(__NR_clock_gettime, ALLOW),
		IF_IS(__NR_munmap, ALLOW),
		IF_IS(__NR_mprotect, ALLOW),
		IF_IS(__NR_pidfd_send_signal, ALLOW),
		IF_IS(__NR_ppoll, ALLOW),
		ALLOW_ON(__NR_read, machine.info.input_fd),
		IF_IS(__NR_write, LOAD(args[0]), IF_IS((uint32_t)machine.info.output_fd, ALLOW),
		      IF_IS((uint32_t)machine.request_fd, ALLOW),
		      IF_FROM(doorbells, IF_BELOW(doorbells + machine.info.virtio_count, ALLOW)),
		      TRAP),
		ALLOW_ON(__NR_recvmsg, machine.request_fd),
		IF_IS(__NR_close, ALLOW),
		IF_IS(__NR_rt_sigreturn, ALLOW),
		IF_IS(ARCH_LONG_MODE ? NEVER : __NR_modify_ldt, ALLOW),
		IF_IS(ARCH_LONG_MODE ? __NR_arch_prctl : NEVER, LOAD(args[0]),
		      IF_IS(ARCH_SET_GS, ALLOW), TRAP),
		IF_IS(__NR_sched_setaffinity, ALLOW),
		IF_IS(__NR_futex, ALLOW),
		IF_IS(__NR_exit_group, ALLOW),
		IF_NOT(__NR_mmap, TRAP),
		LOAD(args[4]),
		IF_NOT((uint32_t)machine.info.memory_fd, TRAP),
		LOAD(args[3]),
		IF_NOT(HOST_MAP_SHARED | HOST_MAP_FIXED, TRAP),
		ALLOW,
	};
	struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};
	long result = host_call3(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);

	if (host_failed(result))
		linux_host_failed("a seccomp filter", result);
}
