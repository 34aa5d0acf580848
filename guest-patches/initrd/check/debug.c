/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * debug.c - breakpoints and single steps, by the program itself and by ptrace.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"
#include "width.h"

static void do_int3(void *unused)
{
	(void)unused;
	__asm__ volatile("int3");
}

#define TRACE_ON  "pushf; orl $0x100, (" SP "); popf;"
#define TRACE_OFF "pushf; andl $~0x100, (" SP "); popf;"

static void do_step(void *unused)
{
	(void)unused;
	__asm__ volatile(TRACE_ON "nop; nop" ::: "memory", "cc");
}

bool check_int3(void)
{
	for (int turn = 0; turn < 10; turn++)
		EXPECT(raised_by(do_int3, NULL) == SIGTRAP);
	return true;
}

static volatile int steps;

static void count_step(int signal)
{
	(void)signal;
	steps++;
}

/* The trap flag stops after each instruction, through a system call too, until it is cleared. */
bool check_single_step(void)
{
	struct sigaction action = {.sa_handler = count_step};

	EXPECT(raised_by(do_step, NULL) == SIGTRAP && caught_code == TRAP_TRACE);
	EXPECT(sigaction(SIGTRAP, &action, NULL) == 0);
	__asm__ volatile(TRACE_ON "nop; nop; mov %0, %%eax;" SYSCALL "; nop;" TRACE_OFF "nop"
			 :
			 : "i"(SYS_getpid)
			 : "eax", SYSCALL_CLOBBERS, "memory");
	EXPECT(steps >= 7 && steps <= 9);
	return true;
}

static volatile long watched;

/* The child stops once, then writes to `watched` between plain instructions and ends with 9. */
static void traced_child(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	for (int i = 0; i < 3; i++)
		__asm__ volatile("nop; nop; mov" LONG " $5, %0; nop" : "=m"(watched));
	_exit(9);
}

static int start_traced(void)
{
	int status, pid = fork();

	if (pid == 0)
		traced_child();
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return -1;
	return pid;
}

/* PTRACE_SINGLESTEP moves a child on by single instructions. */
bool check_ptrace_step(void)
{
	struct user_regs_struct regs;
	unsigned long last = 0;
	int status, pid = start_traced();

	EXPECT(pid > 0);
	for (int turn = 0; turn < 200; turn++) {
		EXPECT(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) == 0);
		EXPECT(waitpid(pid, &status, 0) == pid);
		if (WIFEXITED(status))
			break;
		EXPECT(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP);
		EXPECT(ptrace(PTRACE_GETREGS, pid, NULL, &regs) == 0);
		EXPECT(PROGRAM_COUNTER(regs) != last);
		last = PROGRAM_COUNTER(regs);
	}
	if (!WIFEXITED(status)) {
		EXPECT(ptrace(PTRACE_CONT, pid, NULL, NULL) == 0);
		EXPECT(waitpid(pid, &status, 0) == pid);
	}
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 9);
	return true;
}

static bool poke_debug(int pid, int number, unsigned long value)
{
	return ptrace(PTRACE_POKEUSER, pid,
		      offsetof(struct user, u_debugreg) + (size_t)number * sizeof(long),
		      value) == 0;
}

/* A data breakpoint set by ptrace stops the child at each of its three writes, and only there. */
bool check_hw_breakpoint(void)
{
	int status, stops = 0, pid = start_traced();
	long dr6;

	EXPECT(pid > 0);
	EXPECT(poke_debug(pid, 0, (unsigned long)(uintptr_t)&watched));
	EXPECT(poke_debug(pid, 7, WATCH_WRITES_OF_LONG));
	for (;;) {
		EXPECT(ptrace(PTRACE_CONT, pid, NULL, NULL) == 0);
		EXPECT(waitpid(pid, &status, 0) == pid);
		if (!WIFSTOPPED(status))
			break;
		EXPECT(WSTOPSIG(status) == SIGTRAP && ++stops <= 3);
		errno = 0;
		dr6 = ptrace(PTRACE_PEEKUSER, pid,
			     offsetof(struct user, u_debugreg) + 6 * sizeof(long), NULL);
		EXPECT(errno == 0 && (dr6 & 1));
	}
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 9);
	EXPECT(stops == 3);
	return true;
}
