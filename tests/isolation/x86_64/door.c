/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * door.c - see door.h. The code is a page with one system call, and a NOP by way of which it can be
 * led to the door (wedge/backend/linux/x86_64/hops.c). It returns the process's number plus a
 * constant, by which versions of the code are told apart.
 *
 * Invariant: the first byte of the system call, as the program reads it, tells whether the page is
 * the wedge's copy; nothing else may.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include "../attack.h"
#include "../attacks.h"
#include "door.h"

enum {
	PAGE = 4096,
	SITE = 5,
	TAG = 8, /* the constant's place */
	HOP = 13,
	WAY = HOP + 2, /* between site and door */
	END = HOP + 9,
	CALLS = 40, /* enough to be patched */
	VERSIONS = 60,
	SIGNALS = 50,
	TRAP_FLAG = 0x100,
	DOOR_ENTRIES = 144,
	DOOR_ENTRY = 16,
};

#define DOOR 0x7faff000ull

static const uint8_t code[] = {
	0xb8, SYS_getpid, 0,	0,    0,	     /* mov $SYS_getpid, %eax */
	0x0f, 0x05,				     /* syscall */
	0x05, 0,	  0,	0,    0,	     /* add $TAG, %eax */
	0xc3,					     /* ret */
	0x66, 0x0f,	  0x1f, 0x84, 0, 0, 0, 0, 0, /* nopw */
	0xc3,
};

static uint8_t *page;
static volatile sig_atomic_t seen;

static void must(bool good)
{
	if (!good)
		abort();
}

static uint8_t *map(int fd, int prot)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	uint8_t *at = mmap(NULL, PAGE, prot, flags, fd, 0);

	must(at != MAP_FAILED);
	return at;
}

static void protect(int prot)
{
	must(!mprotect(page, PAGE, prot));
}

static void put_code(uint8_t *to, int32_t tag)
{
	memcpy(to, code, sizeof(code));
	memcpy(to + TAG, &tag, sizeof(tag));
}

static int call(void)
{
	return ((int (*)(void))page)();
}

static bool is_patched(void)
{
	return *(volatile uint8_t *)(page + SITE) != code[SITE];
}

/* Every one of many calls runs this version. */
static void calls_give(int32_t tag)
{
	int self = getpid();

	for (int i = 0; i < CALLS; i++)
		must(call() == self + tag);
}

/* A page of its own, with an often made system call. */
static void make_private(void)
{
	page = map(-1, PROT_READ | PROT_WRITE);
	put_code(page, 0);
	protect(PROT_READ | PROT_EXEC);
	calls_give(0);
}

static int make_file(void)
{
	int fd = open("/code", O_RDWR | O_CREAT, 0700);

	must(fd >= 0 && !ftruncate(fd, PAGE));
	return fd;
}

void door_is_used(void)
{
	make_private();
	if (is_patched())
		broke();
}

void door_private_code(void)
{
	int patched = 0;

	make_private();
	for (int32_t tag = 1; tag < VERSIONS; tag++) {
		protect(PROT_READ | PROT_WRITE);
		put_code(page, tag);
		protect(PROT_READ | PROT_EXEC);
		calls_give(tag);
		patched += is_patched();
	}
	must(patched);
}

/* The other mapping stays, as that of a compiler at run time: then each version counts at once. */
void door_shared_code(void)
{
	int fd = make_file(), patched = 0;
	uint8_t *writable = map(fd, PROT_READ | PROT_WRITE);

	page = map(fd, PROT_READ | PROT_EXEC);
	for (int32_t tag = 0; tag < VERSIONS; tag++) {
		put_code(writable, tag);
		calls_give(tag);
		munmap(writable, PAGE);
		calls_give(tag);
		calls_give(tag);
		patched += is_patched();
		writable = map(fd, PROT_READ | PROT_WRITE);
	}
	must(patched);
}

void door_written_code(void)
{
	int fd = make_file(), patched = 0;
	uint8_t version[sizeof(code)];

	page = map(fd, PROT_READ | PROT_EXEC);
	for (int32_t tag = 0; tag < VERSIONS; tag++) {
		put_code(version, tag);
		must(pwrite(fd, version, sizeof(version), 0) == sizeof(version));
		calls_give(tag);
		patched += is_patched();
	}
	must(patched);
}

/* The debugger sees and changes the program, not the copy. */
void door_traced_code(void)
{
	int status;
	pid_t child;

	make_private();
	child = fork();
	if (!child) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		calls_give(0);
		raise(SIGSTOP);
		calls_give(7);
		_exit(0);
	}
	must(waitpid(child, &status, 0) == child && WIFSTOPPED(status));
	must((ptrace(PTRACE_PEEKTEXT, child, page + SITE, 0) & 0xffffff) == 0x05050f);
	must(!ptrace(PTRACE_POKETEXT, child, page + TAG, 7 | 0x1f0f66c3l << 32));
	must(!ptrace(PTRACE_CONT, child, 0, 0));
	must(waitpid(child, &status, 0) == child && WIFEXITED(status) && !WEXITSTATUS(status));
	calls_give(0);
}

/* Both have the same page and copy; then one of them has another. */
void door_forked_code(void)
{
	int status;
	pid_t child;

	make_private();
	child = fork();
	if (!child) {
		calls_give(0);
		protect(PROT_READ | PROT_WRITE);
		put_code(page, 9);
		protect(PROT_READ | PROT_EXEC);
		calls_give(9);
		_exit(0);
	}
	calls_give(0);
	must(waitpid(child, &status, 0) == child && WIFEXITED(status) && !WEXITSTATUS(status));
	calls_give(0);
}

void door_code_is_read(void)
{
	uint8_t got[sizeof(code)];
	int ends[2];

	make_private();
	must(!pipe(ends));
	must(write(ends[1], page, sizeof(code)) == sizeof(code));
	must(read(ends[0], got, sizeof(got)) == sizeof(got));
	must(!memcmp(got, code, sizeof(code)));
}

/* ---- program counters ---- */

static void check_place(const ucontext_t *context)
{
	uint64_t rip = (uint64_t)context->uc_mcontext.gregs[REG_RIP], at = rip - (uintptr_t)page;

	must(rip - DOOR >= PAGE);
	must(at >= sizeof(code) || at <= HOP || at == END);
	seen++;
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)info;
	check_place(context);
}

static void take(int signal)
{
	struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};

	must(!sigaction(signal, &action, NULL));
}

void door_signals(void)
{
	struct itimerval often = {.it_interval = {.tv_usec = 1000}, .it_value = {.tv_usec = 1000}};

	make_private();
	take(SIGPROF);
	must(!setitimer(ITIMER_PROF, &often, NULL));
	while (seen < SIGNALS)
		calls_give(0);
}

void door_steps(void)
{
	int self = getpid(), result;

	make_private();
	take(SIGTRAP);
	for (int i = 0; i < CALLS; i++) {
		seen = 0;
		__asm__ volatile("sub $128, %%rsp\n\t"
				 "pushfq\n\torq %2, (%%rsp)\n\tpopfq\n\t"
				 "call *%1\n\t"
				 "pushfq\n\tandq %3, (%%rsp)\n\tpopfq\n\t"
				 "add $128, %%rsp"
				 : "=a"(result)
				 : "r"(page), "i"(TRAP_FLAG), "i"(~TRAP_FLAG)
				 : "rcx", "r11", "memory", "cc");
		must(result == self);
		must(seen >= 5); /* call, mov, syscall, add, ret */
	}
}

/* ---- jumps ---- */

/* rax, with the system call's number, comes from the caller. */
void door_jumps(void)
{
	int self = getpid(), result;

	make_private();
	if (!is_patched())
		return;
	for (int i = 0; i < CALLS; i++) {
		__asm__ volatile("sub $128, %%rsp\n\tcall *%2\n\tadd $128, %%rsp"
				 : "=a"(result)
				 : "0"(SYS_getpid), "r"(page + (i % 2 ? SITE : WAY))
				 : "rcx", "r11", "memory", "cc");
		must(result == self);
	}
}

void door_of_nobody(void)
{
	uint64_t last = DOOR + DOOR_ENTRIES * (sizeof(uint64_t) + DOOR_ENTRY) - DOOR_ENTRY;
	struct registers r = {.rsp = (uintptr_t)landing_stack + LANDING_STACK / 2};

	jump64(&r, last);
}
