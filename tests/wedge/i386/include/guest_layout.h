/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_layout.h - where the 32-bit guest of the tests has what, and what its tables hold.
 *
 * Invariant: the same names as on x86-64, as far as both have the thing.
 */
#ifndef TESTS_WEDGE_GUEST_LAYOUT_H
#define TESTS_WEDGE_GUEST_LAYOUT_H

#include <stdint.h>

typedef uint32_t guest_word;
typedef uint32_t guest_pte;

/* Virtual addresses; each region has the pages guest.c gives it, and nothing around it. */
#define GUEST_CODE    0x81000000ull
#define GUEST_DATA    0x82000000ull
#define GUEST_STACK   0x83000000ull
#define GUEST_IDT     0x84000000ull
#define GUEST_GDT     0x84001000ull
#define GUEST_TSS     0x84002000ull /* three pages: the bitmap may fill two */
#define GUEST_LDT     0x84005000ull
#define GUEST_HANDLER 0x85000000ull /* vector n: 16 * n behind it */
#define GUEST_NOTHING 0x86000000ull /* never mapped */
#define GUEST_IST     0x87000000ull /* the stack of the double fault's task */
#define GUEST_USER    0x00400000ull

/* The double fault's task; its segment lies behind the LDT. */
#define GUEST_DF_TSS	 (GUEST_LDT + 0x800)
#define GUEST_DF_HANDLER (GUEST_HANDLER + 16 * 8)

/* Selectors of the GDT. */
enum {
	SEL_CODE = 0x10,
	SEL_DATA = 0x18,
	SEL_CODE16 = 0x20,
	SEL_USER_DATA = 0x2b,
	SEL_USER_CODE = 0x33,
	SEL_ABSENT = 0x38, /* data, not present */
	SEL_TSS = 0x40,
	SEL_DF_TSS = 0x48,
	SEL_LDT = 0x50,
	SEL_USER_TLS = 0x5b, /* user data at GUEST_BASED */
	SEL_READ_ONLY = 0x60,
	SEL_EXECUTE_ONLY = 0x68,
	SEL_BASED = 0x70, /* data at GUEST_BASED */
	SEL_EMPTY = 0x78,
	SEL_CALL_GATE = 0x80, /* a system descriptor without a limit */
	SEL_CODE_ABSENT = 0x8b,
	SEL_CODE_CONFORMING = 0x90,
	SEL_CODE_BASED = 0x98,
	SEL_USER_READ_ONLY = 0xa3,
	SEL_USER_ABSENT = 0xab, /* data */
	SEL_LOCAL = 0x07,	/* user data, the LDT's first */
	SEL_OUTSIDE = 0xb0,	/* the first behind the table */
	GUEST_BASED = 0x12345678,
	GUEST_TSS_LIMIT = 0x2069,

	USER_CS = SEL_USER_CODE,
	USER_SS = SEL_USER_DATA,
};

void guest_set_gate(unsigned int vector, uint64_t target, unsigned int type, unsigned int dpl);

/* Fills a 32-bit word of the double fault's task segment. */
void guest_set_df_task(unsigned int offset, uint32_t value);

#endif /* TESTS_WEDGE_GUEST_LAYOUT_H */
