/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hypercall.h - calls into Xen (public/xen.h, arch-x86/xen-x86_64.h): number in rax, arguments in
 * rdi, rsi, rdx, r10, r8; `syscall`; result in rax. rcx and r11 are lost.
 *
 * No hypercall page is used: it would only hold this same instruction, behind a call.
 *
 * Invariant: raw register passing, no policy.
 */
#ifndef XEN_HYPERCALL_H
#define XEN_HYPERCALL_H

#include <stdint.h>
#include <stddef.h>
#include <xen/xen.h>
#include <xen/callback.h>
#include <xen/event_channel.h>
#include <xen/physdev.h>
#include <xen/sched.h>
#include <xen/vcpu.h>
#include <xen/version.h>

static inline long hypercall5(unsigned long number, unsigned long a, unsigned long b,
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

#define hypercall4(n, a, b, c, d) hypercall5(n, a, b, c, d, 0)
#define hypercall3(n, a, b, c)	  hypercall5(n, a, b, c, 0, 0)
#define hypercall2(n, a, b)	  hypercall5(n, a, b, 0, 0, 0)
#define hypercall1(n, a)	  hypercall5(n, a, 0, 0, 0, 0)

#endif /* XEN_HYPERCALL_H */
