/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filter.c - what the wedge's own process may ask of the host once the guest runs. The guest's
 * kernel shares this process, so whatever the filter allows, a hostile guest kernel can do.
 *
 * Invariant: memory only by way of the memory file, descriptors only those that are there, signals
 * only to processes; nothing that opens a file, starts a program, or makes a process.
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

void filter_install(void)
{
	struct sock_filter filter[] = {
		LOAD(arch),
		ELSE_TRAP(AUDIT_ARCH_X86_64),
		LOAD(nr),
		ALLOW(__NR_ioctl),
		ALLOW(__NR_timer_settime),
		ALLOW(__NR_clock_gettime),
		ALLOW(__NR_munmap),
		ALLOW(__NR_mprotect),
		ALLOW(__NR_kill),
		ALLOW(__NR_ppoll),
		ALLOW(__NR_read),
		ALLOW(__NR_write),
		ALLOW(__NR_rt_sigreturn),
		ALLOW(__NR_modify_ldt),
		ALLOW(__NR_sched_setaffinity),
		ALLOW(__NR_futex),
		ALLOW(__NR_exit_group),
		ELSE_TRAP(__NR_mmap),
		LOAD(args[4]),
		ELSE_TRAP((uint32_t)machine.info.memory_fd),
		RETURN(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};
	long result = host_call3(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);

	if (host_failed(result))
		linux_host_failed("a seccomp filter", result);
}
