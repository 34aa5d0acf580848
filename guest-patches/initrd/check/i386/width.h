/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * width.h - i386's names for what all checks need: registers, the system call, the segment register
 * that libc leaves free.
 *
 * Invariant: x86_64 and i386 define the same names.
 */
#ifndef GUEST_CHECK_WIDTH_H
#define GUEST_CHECK_WIDTH_H

#include <stdint.h>

/* Registers inside an asm statement that has operands. */
#define AX	      "%%eax"
#define SP	      "%%esp"
#define SPARE_SEGMENT "%%fs"

/* The suffix of an instruction on a long. */
#define LONG "l"

/* Number in and result out in AX; first and second argument for operand lists. */
#define SYSCALL		 "int $0x80"
#define SYSCALL_CLOBBERS "cc"
#define FIRST_ARGUMENT	 "b"
#define SECOND_ARGUMENT	 "c"

/* The number of kexec_file_load, which this width has not: no call has this number. */
#define KEXEC_FILE_LOAD -1L

/* What only this width must refuse to a user program: M(name, text). */
#define PRIVILEGED_HERE(M) M(kernel_code, "ljmp $0x60, $0")

#define PROGRAM_COUNTER(regs) ((uint32_t)(regs).eip)

/* DR7: breakpoint 0 on writes of a long. */
#define WATCH_WRITES_OF_LONG 0xd0001

#define EACH_XMM(M) M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7)
enum { XMM_COUNT = 8 };

/* Two-level tables have no such bit: every readable page is executable. */
enum { HAS_NO_EXECUTE = 0 };

/*
 * The last page below the kernel, direct map, kernel text, the L4 area, vmalloc, CPU entry area and
 * fixmap, where a wedge may live, and the last page.
 */
#define FORBIDDEN_ADDRESSES                                                                        \
	0x80000000, 0x80001000, 0x81000000, 0x81400000, 0x90000000, 0xbf000000, 0xc0000000,        \
		0xf0000000, 0xf7c00000, 0xff000000, 0xff800000, 0xffc00000, 0xffc04000,            \
		0xffc10000, 0xffe00000, 0xfffa0000, 0xffff0000, 0xfffff000

/* Xen has none among the addresses of a 32-bit guest that this guest could try. */
#define XEN_TABLE ((uintptr_t)0)

#endif
