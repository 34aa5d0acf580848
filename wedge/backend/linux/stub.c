/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub.c - the zygote, which makes user processes, and what a user process does before it runs
 * guest code for the first time (channel.h).
 *
 * The zygote is a child of the wedge's process that has unmapped everything but the stub and one
 * page of stack, so a fork of it is cheap and holds no secret. (Only where user processes are
 * traced does it have the memory file, as a descriptor.)
 *
 * Invariant: all of this lies in the sections .stub.*, which are copied to USER_STUB: it calls and
 * reads nothing outside of them, the compiler's helpers included.
 */
#include "stub.h"
#include <asm/prctl.h>
#include <linux/prctl.h>
#include <wedge/arch_traits.h>
#include "bpf.h"

#define STUB_TEXT __attribute__((section(".stub.text")))
#define STUB_DATA __attribute__((section(".stub.rodata")))

enum {
	SIGNAL_MASK_BYTES = 8,
	SHARED_FIXED = HOST_MAP_SHARED | HOST_MAP_FIXED,
	CLONE_FILES = 0x400,
	CLONE_PIDFD = 0x1000,
	CLONE_PARENT = 0x8000,
	NO_HANG = 1,
	/* The zygote's descriptors: it keeps no others. */
	REQUEST_FD = 60,
	CHANNEL_FD = 61,
	MEMORY_FD = 62,
	FIRST_USER_FD = 64, /* of the process in slot 0; the others behind it */
};

/* As the number of a system call: no call at all. */
#define NEVER 0xffffffff

/* Where the descriptors in the orders are, below 4 GiB of it. */
#define DESCRIPTORS	 (uint32_t)(USER_ORDERS + offsetof(struct orders, descriptor))
#define DESCRIPTORS_SIZE (USER_DESCRIPTORS * sizeof(struct user_desc))

_Static_assert(DESCRIPTORS % sizeof(struct user_desc) == 0, "aligned, as the filter wants it");

/* Written by the wedge before it copies the stub. */
struct stub_config stub_config __attribute__((section(".stub.data")));

/* All user processes share it, as forks of the zygote; the wedge has its listening end. */
static const struct sock_filter stop_filter[] STUB_DATA = {
	LOAD(arch), IF_NOT(AUDIT_ARCH_X86_64, ALLOW),
	LOAD(nr),   IF_IS(USER_STOP, ANSWER(SECCOMP_RET_USER_NOTIF)),
	ALLOW,
};

/*
 * The same under ptrace. The process has the memory file open: the tracer looks at every mmap, and
 * the process may not close the file.
 */
static const struct sock_filter trace_filter[] STUB_DATA = {
	LOAD(arch),
	IF_NOT(AUDIT_ARCH_X86_64, ALLOW),
	LOAD(nr),
	IF_IS(USER_STOP, ANSWER(SECCOMP_RET_TRACE)),
	IF_IS(__NR_mmap, ANSWER(SECCOMP_RET_TRACE)),
	IF_IS(__NR_close, TRAP),
	ALLOW,
};

/*
 * 64-bit code makes the same system calls as the stub, but for the guest: only those that stand in
 * the stub are judged by the filters beside this one.
 */
static const struct sock_filter place_filter[] STUB_DATA = {
	LOAD_HIGH(instruction_pointer),
	IF_NOT(USER_STUB >> 32, TRAP),
	LOAD(instruction_pointer),
	IF_FROM(USER_STUB_SIZE, TRAP),
	ALLOW,
};

_Static_assert((uint32_t)USER_STUB == 0, "its end is its size, for the filter");

/*
 * Of two 64-bit numbers whose upper halves add up to no more than END_HIGH, the sum is below
 * END_HIGH + 2. So this bound lets all pass that ends at USER_END or below, and nothing that ends
 * behind the stub's begin. A range that begins in front of the door must end there: what begins in
 * the first 4 GiB, but not behind it, has a length of 32 bits, too.
 */
#define END_HIGH (uint32_t)((uint64_t)USER_END >> 32)
#define BEHIND_DOOR                                                                                \
	(uint32_t)(USER_END > USER_DOOR + USER_DOOR_SIZE ? USER_DOOR + USER_DOOR_SIZE : UINT32_MAX)

_Static_assert(USER_END + (2ull << 32) <= USER_STUB, "what ends at a word's end, ends in front");

/*
 * What code in a user process, the stub's or the guest's, may ask of the host. System calls of
 * 32-bit code are meant for the guest and become a signal. A process may take rights away from its
 * own memory, but not the door's. It can map a page there, or make one writable, only with the
 * memory file. It cannot change the rest - stub, channel, signal stack, descriptors that the wedge
 * ordered - because the process may serve another program of the guest next. Bases of FS and GS are
 * registers.
 */
static const struct sock_filter user_filter[] STUB_DATA = {
	LOAD(arch),
	IF_NOT(AUDIT_ARCH_X86_64, TRAP),
	LOAD(nr),
	IF_IS(USER_STOP, ALLOW),
	IF_IS(__NR_rt_sigreturn, ALLOW),
	IF_IS(__NR_close, ALLOW),
	IF_IS(__NR_sched_yield, ALLOW),
	IF_IS(ARCH_LONG_MODE ? __NR_arch_prctl : NEVER, LOAD(args[0]), IF_IS(ARCH_SET_FS, ALLOW),
	      IF_IS(ARCH_SET_GS, ALLOW), TRAP),
	/* Descriptors come out of the orders. */
	IF_IS(__NR_modify_ldt, LOAD(args[0]), IF_NOT(USER_LDT_WRITE, TRAP), LOAD_HIGH(args[1]),
	      IF_NOT(USER_ORDERS >> 32, TRAP), LOAD(args[1]), IF_BELOW(DESCRIPTORS, TRAP),
	      IF_FROM(DESCRIPTORS + DESCRIPTORS_SIZE, TRAP),
	      IF_HAS(sizeof(struct user_desc) - 1, TRAP), ALLOW),
	/* The rest is about memory. */
	IF_NOT(__NR_munmap, IF_NOT(__NR_mprotect, IF_NOT(__NR_mmap, TRAP))),
	LOAD_HIGH(args[1]),
	IF_ABOVE(END_HIGH, TRAP),
	TO_X,
	LOAD_HIGH(args[0]),
	IF_ABOVE(END_HIGH, TRAP),
	IF_IS(0, LOAD(args[0]),
	      IF_BELOW(BEHIND_DOOR, LOAD_HIGH(args[1]), IF_NOT(0, TRAP), LOAD(args[1]),
		       IF_ABOVE(USER_DOOR, TRAP), X_FROM(USER_DOOR), LOAD(args[0]),
		       IF_ABOVE_X(TRAP)),
	      LOAD_HIGH(args[1]), TO_X, LOAD_HIGH(args[0])),
	ADD_X,
	IF_ABOVE(END_HIGH, TRAP),
	LOAD(nr),
	IF_IS(__NR_munmap, ALLOW),
	IF_IS(__NR_mprotect, LOAD(args[2]), IF_HAS(HOST_PROT_WRITE, TRAP), ALLOW),
	LOAD(args[4]),
	IF_NOT(USER_MEMORY_FD, TRAP),
	LOAD(args[3]),
	IF_NOT(SHARED_FIXED, TRAP),
	ALLOW,
};

/* The signals that enter the stub. */
static const uint8_t stub_signals[] STUB_DATA = {SIGILL,  SIGTRAP, SIGBUS, SIGFPE,
						 SIGUSR1, SIGSEGV, SIGSYS};

STUB_TEXT static _Noreturn void stub_exit(void)
{
	for (;;)
		host_call1(__NR_exit_group, 1);
}

STUB_TEXT static void must(long result)
{
	if (host_failed(result))
		stub_exit();
}

STUB_TEXT static long install_filter(const struct sock_filter *filter, unsigned int count,
				     unsigned int flags)
{
	struct sock_fprog program = {.len = (unsigned short)count,
				     .filter = (struct sock_filter *)(uintptr_t)filter};

	return host_call3(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

STUB_TEXT static void take_signals(void)
{
	struct host_sigaction action = {
		.handler = (uint64_t)stub_handler,
		.flags = SA_SIGINFO | SA_ONSTACK | HOST_SA_RESTORER,
		.restorer = (uint64_t)stub_stopped,
		.mask = ~0ull,
	};
	uint64_t none = 0;

	for (unsigned int i = 0; i < sizeof(stub_signals); i++)
		must(host_call4(__NR_rt_sigaction, stub_signals[i], &action, 0, SIGNAL_MASK_BYTES));
	must(host_call4(__NR_rt_sigprocmask, SIG_SETMASK, &none, 0, SIGNAL_MASK_BYTES));
}

/* Dies with the parent, also if that was faster. */
STUB_TEXT static void stay_with(int parent)
{
	must(host_call2(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL));
	if (host_call0(__NR_getppid) != parent)
		stub_exit();
}

/* Closes all, but keeps the memory file if the wedge will not lend it. */
STUB_TEXT static void drop_descriptors(void)
{
	if (!stub_config.trace) {
		must(host_call3(__NR_close_range, 0, ~0u, 0));
		return;
	}
	must(host_call3(__NR_dup3, MEMORY_FD, USER_MEMORY_FD, 0));
	must(host_call3(__NR_close_range, 0, USER_MEMORY_FD - 1, 0));
	must(host_call3(__NR_close_range, USER_MEMORY_FD + 1, ~0u, 0));
}

STUB_TEXT static _Noreturn void become_user(uint32_t slot)
{
	uint64_t at = (uint64_t)slot * USER_SLOT_SIZE;
	stack_t stack = {.ss_sp = (void *)(USER_CHANNEL + CHANNEL_STACK),
			 .ss_size = USER_CHANNEL_SIZE - CHANNEL_STACK};

	must(host_map(USER_ORDERS, USER_ORDERS_SIZE, HOST_PROT_READ, SHARED_FIXED, CHANNEL_FD, at));
	must(host_map(USER_CHANNEL, USER_CHANNEL_SIZE, HOST_PROT_READ | HOST_PROT_WRITE,
		      SHARED_FIXED, CHANNEL_FD, at + USER_ORDERS_SIZE));
	must(host_call2(__NR_sigaltstack, &stack, 0));
	take_signals();
	drop_descriptors();
	if (stub_config.trace) {
		must(host_call1(__NR_ptrace, HOST_PTRACE_TRACEME));
		must(install_filter(trace_filter, sizeof(trace_filter) / sizeof(trace_filter[0]),
				    0));
	}
	if (stub_config.dispatch)
		must(host_call5(__NR_prctl, PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON,
				USER_STUB, USER_STUB_SIZE, 0));
	if (ARCH_LONG_MODE)
		must(install_filter(place_filter, sizeof(place_filter) / sizeof(place_filter[0]),
				    0));
	must(install_filter(user_filter, sizeof(user_filter) / sizeof(user_filter[0]), 0));
	for (;;)
		__asm__ volatile("int3");
}

STUB_TEXT static void reap(void)
{
	bool any = false;

	while (host_call4(__NR_wait4, -1, 0, NO_HANG, 0) > 0)
		any = true;
	if (any)
		host_call2(__NR_kill, stub_config.parent, SIGURG);
}

/* Waits for a request or a dead child; SIGCHLD is let in only here. */
STUB_TEXT static void wait_for_work(void)
{
	struct host_poll poll = {.fd = REQUEST_FD, .events = HOST_POLL_IN};
	uint64_t none = 0;

	host_call5(__NR_ppoll, &poll, 1, 0, &none, SIGNAL_MASK_BYTES);
	reap();
}

STUB_TEXT static void hand_over(int32_t child, int32_t pidfd)
{
	struct handle_room room = {.size = USER_HANDLE_SIZE,
				   .level = USER_SOL_SOCKET,
				   .type = USER_SCM_RIGHTS,
				   .pidfd = pidfd};
	__typeof__(*(struct socket_message){0}.stretch) stretch = {&child, sizeof(child)};
	struct socket_message message = {.stretch = (void *)&stretch, .stretches = 1};

	if (child > 0) {
		message.control = &room;
		message.control_size = sizeof(room);
	}
	must(host_call3(__NR_sendmsg, REQUEST_FD, &message, 0));
	if (child > 0)
		must(host_call1(__NR_close, pidfd));
}

/* Something is at the slot's place among the descriptors, and it has not ended. */
STUB_TEXT static bool is_taken(uint32_t slot)
{
	struct host_poll poll = {.fd = (int32_t)(FIRST_USER_FD + slot), .events = HOST_POLL_IN};
	struct host_time at_once = {0};

	return host_call5(__NR_ppoll, &poll, 1, &at_once, 0, 0) == 0;
}

/*
 * Under ptrace the new process is a child of the wedge's process, which can trace only its
 * children. (The filter forbids it to attach itself: it could attach to any process of the user.)
 */
STUB_TEXT static int32_t make_user(int self, uint32_t slot, int32_t *pidfd)
{
	unsigned int flags = SIGCHLD | CLONE_PIDFD | (stub_config.trace ? CLONE_PARENT : 0);
	int32_t child = (int32_t)host_call5(__NR_clone, flags, 0, pidfd, 0, 0);

	if (child == 0) {
		stay_with(stub_config.trace ? stub_config.parent : self);
		become_user(slot);
	}
	if (child > 0)
		must(host_call3(__NR_dup3, *pidfd, FIRST_USER_FD + slot, 0));
	return child;
}

/* The guest's kernel could ask by itself: it gets no more processes than the wedge could need. */
STUB_TEXT static void serve(int self)
{
	uint32_t slot;
	int32_t child = -EAGAIN, pidfd = -1;
	/* Never blocks: the other end writes whole numbers. */
	long got = host_call(__NR_recvfrom, REQUEST_FD, (uint64_t)&slot, sizeof(slot),
			     0x40 /* MSG_DONTWAIT */, 0, 0);

	if (got == 0)
		stub_exit();
	if (got != sizeof(slot))
		return;
	if (slot < stub_config.slots && !is_taken(slot))
		child = make_user(self, slot, &pidfd);
	hand_over(child, pidfd);
}

/* Zero, or the host's error: one that seals what it maps itself gives no process without it. */
STUB_TEXT static long unmap_all_else(void)
{
	uint64_t end = USER_STACK + USER_STACK_SIZE;
	long below = host_call2(__NR_munmap, 0, USER_STUB);
	long between = host_call2(__NR_munmap, USER_STUB + USER_STUB_SIZE,
				  USER_STACK - USER_STUB - USER_STUB_SIZE);
	long above = host_call2(__NR_munmap, end, HOST_USER_TOP - end);

	return below ? below : between ? between : above;
}

/* Shared, so that a fork need not copy its tables: many processes are gone before they use it. */
STUB_TEXT static void make_door(void)
{
	unsigned int flags = HOST_MAP_SHARED | HOST_MAP_ANONYMOUS | HOST_MAP_FIXED;
	char *door = (char *)USER_DOOR;

	must(host_map(USER_DOOR, USER_DOOR_SIZE, HOST_PROT_READ | HOST_PROT_WRITE, flags, -1, 0));
	for (long i = 0; i < stub_door_page_end - stub_door_page; i++)
		((volatile char *)door)[i] = stub_door_page[i];
	must(host_call3(__NR_mprotect, USER_DOOR, USER_DOOR_SIZE, HOST_PROT_READ | HOST_PROT_EXEC));
}

/* An empty handler, so that the signal interrupts ppoll. */
STUB_TEXT static void notice(int signal)
{
	(void)signal;
}

STUB_TEXT __attribute__((naked)) static void stub_return(void)
{
	__asm__("movl $15, %eax; syscall");
}

STUB_TEXT static void take_child_signal(void)
{
	struct host_sigaction action = {
		.handler = (uint64_t)notice,
		.flags = HOST_SA_RESTORER,
		.restorer = (uint64_t)stub_return,
	};
	uint64_t child = 1ull << (SIGCHLD - 1);

	must(host_call4(__NR_rt_sigprocmask, SIG_SETMASK, &child, 0, SIGNAL_MASK_BYTES));
	must(host_call4(__NR_rt_sigaction, SIGCHLD, &action, 0, SIGNAL_MASK_BYTES));
}

STUB_TEXT static void keep_descriptors(void)
{
	must(host_call3(__NR_dup3, stub_config.request_fd, REQUEST_FD, 0));
	must(host_call3(__NR_dup3, stub_config.channel_fd, CHANNEL_FD, 0));
	if (stub_config.trace)
		must(host_call3(__NR_dup3, stub_config.memory_fd, MEMORY_FD, 0));
	must(host_call3(__NR_close_range, 0, REQUEST_FD - 1, 0));
	must(host_call3(__NR_close_range, stub_config.trace ? MEMORY_FD + 1 : MEMORY_FD, ~0u, 0));
}

/* Ask the host to hold signals back while a stop is being handled (Linux 5.19 and later). */
STUB_TEXT static int32_t install_listener(void)
{
	unsigned int count = sizeof(stop_filter) / sizeof(stop_filter[0]);
	unsigned int flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	long listener =
		install_filter(stop_filter, count, flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);

	if (host_failed(listener))
		listener = install_filter(stop_filter, count, flags);
	return (int32_t)listener;
}

STUB_TEXT _Noreturn void stub_zygote(void)
{
	int self = (int)host_call0(__NR_getpid);
	int32_t listener, go;

	stay_with(stub_config.parent);
	listener = (int32_t)unmap_all_else();
	make_door();
	take_child_signal();
	if (!listener && !stub_config.trace)
		listener = install_listener();
	/* The descriptors are shared with the wedge until it has heard the number. */
	must(host_call3(__NR_write, stub_config.request_fd, &listener, sizeof(listener)));
	must(host_call3(__NR_read, stub_config.request_fd, &go, sizeof(go)));
	must(host_call1(__NR_unshare, CLONE_FILES));
	keep_descriptors();
	must(host_call3(__NR_write, REQUEST_FD, &go, sizeof(go)));
	for (;;) {
		wait_for_work();
		serve(self);
	}
}
