/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filter.c - what the wedge's own process may ask of the host once the guest runs. The guest's
 * kernel shares this process, so whatever the filter allows, a hostile guest kernel can do.
 *
 * Invariant: memory only by way of the memory file; descriptors only those that are there, each
 * only for what it is there for; signals only to user processes, by descriptors of them; no tracing
 * but of those who have asked for it, and no look at or change of what they hold but of registers.
 * Nothing that opens a file, starts a program, or makes a process (but by asking the zygote, which
 * counts).
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <wedge/log.h>
#include "linux.h"

#define LOAD(field)	 BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(what)	 BPF_STMT(BPF_RET | BPF_K, what)
#define ALLOW(number)	 BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), RETURN(SECCOMP_RET_ALLOW)
#define ELSE_TRAP(value) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0), RETURN(SECCOMP_RET_TRAP)

#define IF(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define ALLOW_ON(number, fd)                                                                       \
	IF(number, 0, 4), LOAD(args[0]), IF((uint32_t)(fd), 0, 1), RETURN(SECCOMP_RET_ALLOW),      \
		RETURN(SECCOMP_RET_TRAP)

/* As the number of a system call: no call at all. */
#define NEVER 0xffffffff

void filter_install(void)
{
	bool trace = machine.info.handover == LAUNCH_HANDOVER_TRACE;
	struct sock_filter filter[] = {
		LOAD(arch),
		ELSE_TRAP(AUDIT_ARCH_X86_64),
		LOAD(nr),
		ALLOW_ON(trace ? NEVER : __NR_ioctl, machine.listener_fd),
		ALLOW(trace ? __NR_wait4 : NEVER),
		ALLOW(trace ? __NR_rt_sigtimedwait : NEVER),
		IF(trace ? __NR_ptrace : NEVER, 0, 6),
		LOAD(args[0]),
		IF(HOST_PTRACE_CONT, 3, 0),
		IF(HOST_PTRACE_GETREGS, 2, 0),
		IF(HOST_PTRACE_SETOPTIONS, 1, 0),
		RETURN(SECCOMP_RET_TRAP),
		RETURN(SECCOMP_RET_ALLOW),
		ALLOW(__NR_sched_yield),
		ALLOW(__NR_timer_settime),
		ALLOW(__NR_clock_gettime),
		ALLOW(__NR_munmap),
		ALLOW(__NR_mprotect),
		ALLOW(__NR_pidfd_send_signal),
		ALLOW(__NR_ppoll),
		ALLOW_ON(__NR_read, machine.info.input_fd),
		IF(__NR_write, 0, 5),
		LOAD(args[0]),
		IF((uint32_t)machine.info.output_fd, 1, 0),
		IF((uint32_t)machine.request_fd, 0, 1),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(SECCOMP_RET_TRAP),
		ALLOW_ON(__NR_recvmsg, machine.request_fd),
		ALLOW(__NR_close),
		ALLOW(__NR_rt_sigreturn),
		ALLOW(__NR_modify_ldt),
		ALLOW(__NR_sched_setaffinity),
		ALLOW(__NR_futex),
		ALLOW(__NR_exit_group),
		ELSE_TRAP(__NR_mmap),
		LOAD(args[4]),
		ELSE_TRAP((uint32_t)machine.info.memory_fd),
		LOAD(args[3]),
		ELSE_TRAP(HOST_MAP_SHARED | HOST_MAP_FIXED),
		RETURN(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};
	long result = host_call3(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);

	if (host_failed(result))
		linux_host_failed("a seccomp filter", result);
}
