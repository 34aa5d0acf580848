/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * width.h - x86-64's names for what all checks need: registers, the system call, the segment
 * register that libc leaves free.
 *
 * Invariant: x86_64 and i386 define the same names.
 */
#ifndef GUEST_CHECK_WIDTH_H
#define GUEST_CHECK_WIDTH_H

#include <stdint.h>
#include <sys/syscall.h>

/* Registers inside an asm statement that has operands. */
#define AX	      "%%rax"
#define SP	      "%%rsp"
#define SPARE_SEGMENT "%%gs"

/* The suffix of an instruction on a long. */
#define LONG "q"

/* Number in and result out in AX; first and second argument for operand lists. */
#define SYSCALL		 "syscall"
#define SYSCALL_CLOBBERS "rcx", "r11"
#define FIRST_ARGUMENT	 "D"
#define SECOND_ARGUMENT	 "S"

/* The number of kexec_file_load. */
#define KEXEC_FILE_LOAD SYS_kexec_file_load

/* What only this width must refuse to a user program: M(name, text). */
#define PRIVILEGED_HERE(M) M(swapgs, "swapgs")

#define PROGRAM_COUNTER(regs) ((regs).rip)

/* DR7: breakpoint 0 on writes of a long. */
#define WATCH_WRITES_OF_LONG 0x90001

#define EACH_XMM(M)                                                                                \
	M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9) M(10) M(11) M(12) M(13) M(14) M(15)
enum { XMM_COUNT = 16 };

/* A page that is not mapped for execution cannot be executed. */
enum { HAS_NO_EXECUTE = 1 };

/*
 * Kernel text, direct map, the top of the address space and the holes, as Linux lays them out.
 */
#define FORBIDDEN_ADDRESSES                                                                        \
	0xffffffff81000000, 0xffffffff82000000, 0xffff888000000000, 0xffff888001000000,            \
		0xffff820000000000, 0xffffc90000000000, 0xffffea0000000000, 0xfffffe0000000000,    \
		0xffffffffff578000, 0xffffffffffe00000, 0xffffffffffe10000, 0xffffffffffff0000,    \
		0xfffffffffffff000, 0xffffffffc0000000, 0x00007ffffffff000

/* Where Xen has its machine-to-physical table (xen/public/arch-x86/xen-x86_64.h). */
#define XEN_TABLE ((uintptr_t)0xffff800000000000)

#endif
