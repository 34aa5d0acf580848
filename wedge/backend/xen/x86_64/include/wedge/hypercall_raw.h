/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hypercall_raw.h - one call into Xen (public/xen.h, arch-x86/xen-x86_64.h): number in rax,
 * arguments in rdi, rsi, rdx, r10, r8; `syscall`; result in rax. rcx and r11 are lost.
 *
 * No hypercall page is used: it would only hold this same instruction, behind a call.
 *
 * The build chooses this header, so unit tests can put a model of Xen in its place.
 */
#ifndef WEDGE_HYPERCALL_RAW_H
#define WEDGE_HYPERCALL_RAW_H

/* Makes a hypercall without counting it: for code that runs without a usable vCPU. */
static inline long hypercall_raw(unsigned long number, unsigned long a, unsigned long b,
				 unsigned long c, unsigned long d, unsigned long e)
{
	register unsigned long r10 __asm__("r10") = d;
	register unsigned long r8 __asm__("r8") = e;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result), "+D"(a), "+S"(b), "+d"(c), "+r"(r10), "+r"(r8)
			 : "0"(number)
			 : "rcx", "r11", "memory");
	return result;
}

#endif /* WEDGE_HYPERCALL_RAW_H */
