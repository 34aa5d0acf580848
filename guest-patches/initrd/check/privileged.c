/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * privileged.c - what user programs must not do, and what ioperm and iopl let them.
 */
#include <signal.h>
#include <sys/io.h>
#include "check.h"
#include "width.h"

/* Each raises a general protection fault when a user program executes it. */
#define PRIVILEGED(M)                                                                              \
	M(cli, "cli")                                                                              \
	M(sti, "sti")                                                                              \
	M(hlt, "hlt")                                                                              \
	M(cr3, "mov %%cr3, " AX)                                                                   \
	M(dr7, "mov %%db7, " AX)                                                                   \
	M(rdmsr, "xor %%ecx, %%ecx; rdmsr")                                                        \
	M(wrmsr, "mov $0xc0000080, %%ecx; xor %%eax, %%eax; xor %%edx, %%edx; wrmsr")              \
	M(invlpg, "invlpg (" SP ")")                                                               \
	M(lgdt, "lgdt (" SP ")")                                                                   \
	M(lidt, "lidt (" SP ")")                                                                   \
	M(clts, "clts")                                                                            \
	M(wbinvd, "wbinvd")                                                                        \
	M(in, "mov $0x21, %%edx; inb %%dx, %%al")                                                  \
	M(out, "mov $0x80, %%edx; xor %%eax, %%eax; outb %%al, %%dx")                              \
	M(int_kernel, "int $0x20")                                                                 \
	PRIVILEGED_HERE(M)

#define FUNCTION(name, text)                                                                       \
	static void do_##name(void *unused)                                                        \
	{                                                                                          \
		(void)unused;                                                                      \
		__asm__ volatile(text ::: "eax", "ecx", "edx", "memory");                          \
	}

PRIVILEGED(FUNCTION)
FUNCTION(ud2, "ud2")

/* User code's popf silently ignores the bits for interrupts and I/O privilege. */
static bool flags_stay(void)
{
	unsigned long before, after;

	__asm__ volatile("pushf; pop %0; mov %0, %1; and $~0x200, %1; or $0x3000, %1;"
			 "push %1; popf; pushf; pop %1"
			 : "=&r"(before), "=&r"(after)
			 :
			 : "memory", "cc");
	return (before & 0x200) && (after & 0x3200) == (before & 0x3200);
}

bool check_privileged(void)
{
#define EXPECT_FAULT(name, text) EXPECT(raised_by(do_##name, 0) == SIGSEGV);
	PRIVILEGED(EXPECT_FAULT)
	EXPECT(raised_by(do_ud2, 0) == SIGILL);
	EXPECT(flags_stay());
	return true;
}

/*
 * ioperm opens single ports and closes them again; iopl opens all. Under iopl the kernel takes cli
 * for a NOP: no signal, and interrupts stay on.
 */
bool check_ports(void)
{
	EXPECT(ioperm(0x80, 1, 1) == 0);
	EXPECT(raised_by(do_out, 0) == 0);
	EXPECT(raised_by(do_in, 0) == SIGSEGV);
	EXPECT(ioperm(0x80, 1, 0) == 0);
	EXPECT(raised_by(do_out, 0) == SIGSEGV);
	EXPECT(iopl(3) == 0);
	EXPECT(raised_by(do_in, 0) == 0);
	EXPECT(raised_by(do_out, 0) == 0);
	EXPECT(raised_by(do_cli, 0) == 0 && flags_stay());
	EXPECT(iopl(0) == 0);
	EXPECT(raised_by(do_cli, 0) == SIGSEGV);
	EXPECT(raised_by(do_in, 0) == SIGSEGV);
	return true;
}
