/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * interrupts.c - software interrupts and exceptions that 64-bit code does not have, and signal
 * handlers that return through the vDSO.
 */
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "i386.h"

#define INSTRUCTION(name, text)                                                                    \
	static void do_##name(void *unused)                                                        \
	{                                                                                          \
		(void)unused;                                                                      \
		__asm__ volatile(text ::: "eax", "edx", "memory", "cc");                           \
	}

INSTRUCTION(into, "mov $0x7fffffff, %%eax; add $1, %%eax; into")
INSTRUCTION(into_not, "xor %%eax, %%eax; into")
INSTRUCTION(bound, "pushl $5; pushl $3; mov $6, %%eax; boundl %%eax, (%%esp); add $8, %%esp")
INSTRUCTION(bound_not, "pushl $5; pushl $3; mov $4, %%eax; boundl %%eax, (%%esp); add $8, %%esp")
INSTRUCTION(int_3, ".byte 0xcd, 3")
INSTRUCTION(int_4, "int $4")
INSTRUCTION(int_1, "int $1")
INSTRUCTION(int_14, "int $14")
INSTRUCTION(int_81, "int $0x81")
INSTRUCTION(aam_0, ".byte 0xd4, 0")

/* What Linux does at each: users may call 3 and 4, and no others. */
bool check_software_interrupts(void)
{
	EXPECT(raised_by(do_into, 0) == SIGSEGV);
	EXPECT(raised_by(do_into_not, 0) == 0);
	EXPECT(raised_by(do_bound, 0) == SIGSEGV);
	EXPECT(raised_by(do_bound_not, 0) == 0);
	EXPECT(raised_by(do_int_3, 0) == SIGTRAP);
	EXPECT(raised_by(do_int_4, 0) == SIGSEGV);
	EXPECT(raised_by(do_int_1, 0) == SIGSEGV);
	EXPECT(raised_by(do_int_14, 0) == SIGSEGV);
	EXPECT(raised_by(do_int_81, 0) == SIGSEGV);
	EXPECT(raised_by(do_aam_0, 0) == SIGFPE && caught_code == FPE_INTDIV);
	return true;
}

/* The kernel's own structure: libc always sets a restorer, this check sets none. */
struct kernel_action {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

static volatile int handled;

static void count(int signal)
{
	handled += signal;
}

/* Handlers return through the vDSO's own stubs, with the frame of old and with the new one. */
bool check_vdso_sigreturn(void)
{
	static const unsigned long flags[] = {0, SA_SIGINFO};

	for (int i = 0; i < 2; i++) {
		struct kernel_action action = {count, flags[i], NULL, 0};

		handled = 0;
		EXPECT(syscall(SYS_rt_sigaction, SIGUSR2, &action, NULL, sizeof(action.mask)) == 0);
		for (int turn = 0; turn < 20; turn++)
			EXPECT(raise(SIGUSR2) == 0);
		EXPECT(handled == 20 * SIGUSR2);
	}
	return true;
}
