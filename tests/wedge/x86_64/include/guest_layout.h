/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_layout.h - where the 64-bit guest of the tests has what, and what its tables hold.
 *
 * Invariant: the same names as on i386, as far as both have the thing.
 */
#ifndef TESTS_WEDGE_GUEST_LAYOUT_H
#define TESTS_WEDGE_GUEST_LAYOUT_H

#include <stdint.h>

typedef uint64_t guest_word;
typedef uint64_t guest_pte;

/* Virtual addresses; each region has the pages guest.c gives it, and nothing around it. */
#define GUEST_CODE    0xffffffff81000000ull
#define GUEST_DATA    0xffffffff82000000ull
#define GUEST_STACK   0xffffffff83000000ull
#define GUEST_IDT     0xffffffff84000000ull
#define GUEST_GDT     0xffffffff84001000ull
#define GUEST_TSS     0xffffffff84002000ull /* three pages: the bitmap may fill two */
#define GUEST_LDT     0xffffffff84005000ull
#define GUEST_HANDLER 0xffffffff85000000ull /* vector n: 16 * n behind it */
#define GUEST_NOTHING 0xffffffff86000000ull /* never mapped */
#define GUEST_IST     0xffffffff87000000ull
#define GUEST_USER    0x0000000000400000ull

/* Selectors of the GDT. */
enum {
	SEL_CODE = 0x10,
	SEL_DATA = 0x18,
	SEL_CODE32 = 0x20,
	SEL_USER_DATA = 0x2b,
	SEL_USER_CODE = 0x33,
	SEL_ABSENT = 0x38, /* data, not present */
	SEL_TSS = 0x40,	   /* 16 bytes */
	SEL_LDT = 0x50,	   /* 16 bytes */
	SEL_READ_ONLY = 0x60,
	SEL_EXECUTE_ONLY = 0x68,
	SEL_BASED = 0x70, /* data at GUEST_BASED */
	SEL_EMPTY = 0x78,
	SEL_CALL_GATE = 0x80, /* a system descriptor without a limit */
	SEL_LOCAL = 0x04,     /* data, the LDT's first */
	SEL_OUTSIDE = 0x90,   /* the first behind the table */
	GUEST_BASED = 0x12345678,
	GUEST_TSS_LIMIT = 0x2069,

	/* As a hypervisor that has selectors of its own for user code would show them. */
	USER_CS = 0xe033,
	USER_SS = 0xe02b,
};

void guest_set_gate(unsigned int vector, uint64_t target, unsigned int ist, unsigned int type,
		    unsigned int dpl);

#endif /* TESTS_WEDGE_GUEST_LAYOUT_H */
