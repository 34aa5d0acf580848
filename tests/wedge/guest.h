/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest.h - a small guest in the fake's memory: page tables, descriptor tables, a stack, and ways
 * to execute one instruction as a rewritten site would.
 *
 * Invariant: guest_setup leaves a kernel in 64-bit mode that runs at GUEST_CODE with interrupts on,
 * every vector going to a handler that its address identifies.
 */
#ifndef TESTS_WEDGE_GUEST_H
#define TESTS_WEDGE_GUEST_H

#include <string.h>

#include <wedge/arch.h>
#include <wedge/guest_walk.h>

#include "fake.h"

/* Virtual addresses; each region has the pages guest.c gives it, and nothing around it. */
#define GUEST_CODE	0xffffffff81000000ull
#define GUEST_DATA	0xffffffff82000000ull
#define GUEST_STACK	0xffffffff83000000ull
#define GUEST_STACK_TOP (GUEST_STACK + 0x4000)
#define GUEST_IDT	0xffffffff84000000ull
#define GUEST_GDT	0xffffffff84001000ull
#define GUEST_TSS	0xffffffff84002000ull /* three pages: the bitmap may fill two */
#define GUEST_LDT	0xffffffff84005000ull
#define GUEST_HANDLER	0xffffffff85000000ull /* vector n: 16 * n behind it */
#define GUEST_NOTHING	0xffffffff86000000ull /* never mapped */
#define GUEST_IST	0xffffffff87000000ull
#define GUEST_USER	0x0000000000400000ull
#define GUEST_CODE_PA	0x100000ull
#define GUEST_DATA_PA	0x200000ull

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
};

extern struct vcpu vcpu;

int guest_setup(void **state);
int guest_teardown(void **state);

#define GUEST_TEST(function) cmocka_unit_test_setup_teardown(function, guest_setup, guest_teardown)
#define RUN_TAP(tests)                                                                             \
	(cmocka_set_message_output(CM_OUTPUT_TAP), cmocka_run_group_tests(tests, NULL, NULL))

/* Maps a 4 KiB page; tables above allow everything. */
void guest_map(uint64_t va, uint64_t pa, uint64_t flags);

/* The entry of that level (4 to 1) for an address; the levels above must be there. */
uint64_t *guest_entry(uint64_t va, unsigned int level);

/* Bytes at a virtual address, whatever the tables' rights. */
void guest_poke(uint64_t va, const void *bytes, size_t size);
void guest_peek(uint64_t va, void *bytes, size_t size);
void guest_poke64(uint64_t va, uint64_t value);
uint64_t guest_peek64(uint64_t va);

void guest_set_gate(unsigned int vector, uint64_t target, unsigned int ist, unsigned int type,
		    unsigned int dpl);

/* The guest is user code at GUEST_USER, its stack pointer at `rsp`. */
void guest_enter_user(uint64_t rsp);

/* Executes the bytes, one sensitive instruction at GUEST_CODE with the pad behind it. */
void guest_emulate(const uint8_t *bytes, size_t size);

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

/* Executes; the instruction must be done, and nothing else have happened. */
#define EXECUTE(...)                                                                               \
	do {                                                                                       \
		guest_emulate(BYTES(__VA_ARGS__));                                                 \
		assert_int_equal(vcpu.rip, GUEST_CODE + sizeof((const uint8_t[]){__VA_ARGS__}) +   \
						   AFTERBURN_PAD_LEN);                             \
	} while (0)

/*
 * Executes; the instruction must fault with this vector and error code (or ARCH_NO_ERROR_CODE), the
 * frame showing its own address. The guest's stack and rip are put back for the next one.
 */
void guest_expect_fault(unsigned int vector, int64_t error);
#define FAULTS(vector, error, ...)                                                                 \
	do {                                                                                       \
		guest_emulate(BYTES(__VA_ARGS__));                                                 \
		guest_expect_fault(vector, error);                                                 \
	} while (0)

/* A fixed pseudo-random sequence (xorshift64). */
uint64_t next_random(uint64_t *seed);

#endif /* TESTS_WEDGE_GUEST_H */
