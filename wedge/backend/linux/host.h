/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.h - the host's system calls and the parts of its ABI that the back end uses (x86-64 Linux).
 *
 * Invariant: no C library and no errno: a call returns what the kernel returned, negative numbers
 * from -4095 on being errors. Code here never touches FS or GS, which are the guest's.
 */
#ifndef WEDGE_BACKEND_LINUX_HOST_H
#define WEDGE_BACKEND_LINUX_HOST_H

/* The host's own selectors (arch/x86/include/asm/segment.h), part of its ABI in practice. */
#define HOST_CS32 0x23
#define HOST_CS64 0x33
#define HOST_DS	  0x2b

#ifndef __ASSEMBLER__
#include <asm/ldt.h>
#include <asm/sigcontext.h>
#include <asm/signal.h>
#include <asm/ucontext.h>
#include <asm/unistd_64.h>
#include <linux/errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a process may map ends here; the last page below is never mapped. */
#define HOST_USER_TOP 0x7ffffffff000

/* From <linux/mman.h>, which drags in what freestanding code cannot have. */
enum {
	HOST_PROT_READ = 1,
	HOST_PROT_WRITE = 2,
	HOST_PROT_EXEC = 4,
	HOST_MAP_SHARED = 0x01,
	HOST_MAP_PRIVATE = 0x02,
	HOST_MAP_FIXED = 0x10,
	HOST_MAP_ANONYMOUS = 0x20,
	HOST_MAP_NORESERVE = 0x4000,
	HOST_MAP_POPULATE = 0x8000,
	HOST_MAP_FIXED_NOREPLACE = 0x100000,
};

/* From <linux/seccomp.h> of Linux 6.6: SECCOMP_IOCTL_NOTIF_SET_FLAGS and its flag. */
enum { HOST_NOTIFY_SET_FLAGS = 0x40082104, HOST_NOTIFY_SYNC_WAKE_UP = 1 };

/* From <linux/ptrace.h>, whose names for control registers are the wedge's too. */
enum {
	HOST_PTRACE_TRACEME = 0,
	HOST_PTRACE_CONT = 7,
	HOST_PTRACE_GETREGS = 12,
	HOST_PTRACE_SETOPTIONS = 0x4200,
	HOST_PTRACE_EVENT_SECCOMP = 7,
	HOST_PTRACE_O_TRACESECCOMP = 1 << 7,
	HOST_PTRACE_O_EXITKILL = 1 << 20,
};

/* What HOST_PTRACE_GETREGS gives (struct user_regs_struct). */
struct host_registers {
	uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	uint64_t system_call, rip, cs, rflags, rsp, ss, fs_base, gs_base, ds, es, fs, gs;
};

static inline long host_call(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
			     uint64_t e, uint64_t f)
{
	register uint64_t r10 __asm__("r10") = d;
	register uint64_t r8 __asm__("r8") = e;
	register uint64_t r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#define host_call0(n)	       host_call(n, 0, 0, 0, 0, 0, 0)
#define host_call1(n, a)       host_call(n, (uint64_t)(a), 0, 0, 0, 0, 0)
#define host_call2(n, a, b)    host_call(n, (uint64_t)(a), (uint64_t)(b), 0, 0, 0, 0)
#define host_call3(n, a, b, c) host_call(n, (uint64_t)(a), (uint64_t)(b), (uint64_t)(c), 0, 0, 0)
#define host_call4(n, a, b, c, d)                                                                  \
	host_call(n, (uint64_t)(a), (uint64_t)(b), (uint64_t)(c), (uint64_t)(d), 0, 0)
#define host_call5(n, a, b, c, d, e)                                                               \
	host_call(n, (uint64_t)(a), (uint64_t)(b), (uint64_t)(c), (uint64_t)(d), (uint64_t)(e), 0)

static inline bool host_failed(long result)
{
	return (unsigned long)result >= (unsigned long)-4095;
}

/* mmap with an exact address; negative on failure. */
static inline long host_map(uint64_t address, uint64_t size, unsigned int prot, unsigned int flags,
			    int fd, uint64_t offset)
{
	return host_call(__NR_mmap, address, size, prot, flags, (uint64_t)(int64_t)fd, offset);
}

/* struct pollfd of ppoll(2), and struct timespec. */
struct host_poll {
	int32_t fd;
	int16_t events, happened;
};

struct host_time {
	int64_t seconds, nanoseconds;
};

enum { HOST_POLL_IN = 1 };

/* struct sigaction as rt_sigaction takes it. */
struct host_sigaction {
	uint64_t handler;
	uint64_t flags;
	uint64_t restorer;
	uint64_t mask;
};

enum { HOST_SA_RESTORER = 0x04000000 };

#endif /* __ASSEMBLER__ */
#endif /* WEDGE_BACKEND_LINUX_HOST_H */
