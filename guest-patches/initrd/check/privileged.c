/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * privileged.c - what user programs must not do, and what ioperm and iopl let them.
 */
#include <signal.h>
#include <sys/io.h>
#include "check.h"

#define INSTRUCTION(name, text)                                                                    \
	static void do_##name(void *unused)                                                        \
	{                                                                                          \
		(void)unused;                                                                      \
		__asm__ volatile(text ::: "rax", "rcx", "rdx", "memory");                          \
	}

INSTRUCTION(cli, "cli")
INSTRUCTION(sti, "sti")
INSTRUCTION(hlt, "hlt")
INSTRUCTION(cr3, "mov %%cr3, %%rax")
INSTRUCTION(dr7, "mov %%db7, %%rax")
INSTRUCTION(rdmsr, "xor %%ecx, %%ecx; rdmsr")
INSTRUCTION(wrmsr, "mov $0xc0000080, %%ecx; xor %%eax, %%eax; xor %%edx, %%edx; wrmsr")
INSTRUCTION(invlpg, "invlpg (%%rsp)")
INSTRUCTION(swapgs, "swapgs")
INSTRUCTION(lgdt, "lgdt (%%rsp)")
INSTRUCTION(lidt, "lidt (%%rsp)")
INSTRUCTION(clts, "clts")
INSTRUCTION(wbinvd, "wbinvd")
INSTRUCTION(in, "mov $0x21, %%edx; inb %%dx, %%al")
INSTRUCTION(out, "mov $0x80, %%edx; xor %%eax, %%eax; outb %%al, %%dx")
INSTRUCTION(int_kernel, "int $0x20")
INSTRUCTION(ud2, "ud2")

/* The bits that set interrupts and privilege are not for users, and popf ignores them silently. */
static bool flags_stay(void)
{
	unsigned long before, after;

	__asm__ volatile("pushfq; pop %0; mov %0, %1; and $~0x200, %1; or $0x3000, %1;"
			 "push %1; popfq; pushfq; pop %1"
			 : "=&r"(before), "=&r"(after)
			 :
			 : "memory", "cc");
	return (before & 0x200) && (after & 0x3200) == (before & 0x3200);
}

bool check_privileged(void)
{
	EXPECT(raised_by(do_cli, 0) == SIGSEGV);
	EXPECT(raised_by(do_sti, 0) == SIGSEGV);
	EXPECT(raised_by(do_hlt, 0) == SIGSEGV);
	EXPECT(raised_by(do_cr3, 0) == SIGSEGV);
	EXPECT(raised_by(do_dr7, 0) == SIGSEGV);
	EXPECT(raised_by(do_rdmsr, 0) == SIGSEGV);
	EXPECT(raised_by(do_wrmsr, 0) == SIGSEGV);
	EXPECT(raised_by(do_invlpg, 0) == SIGSEGV);
	EXPECT(raised_by(do_swapgs, 0) == SIGSEGV);
	EXPECT(raised_by(do_lgdt, 0) == SIGSEGV);
	EXPECT(raised_by(do_lidt, 0) == SIGSEGV);
	EXPECT(raised_by(do_clts, 0) == SIGSEGV);
	EXPECT(raised_by(do_wbinvd, 0) == SIGSEGV);
	EXPECT(raised_by(do_in, 0) == SIGSEGV);
	EXPECT(raised_by(do_out, 0) == SIGSEGV);
	EXPECT(raised_by(do_int_kernel, 0) == SIGSEGV);
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
