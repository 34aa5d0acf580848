/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest.h - a small guest in the fake's memory: page tables, descriptor tables, a stack, and ways
 * to execute one instruction as a rewritten site would. What differs by width is in its folder:
 * guest_layout.h, guest_width.c.
 *
 * Invariant: guest_setup leaves a kernel that runs at GUEST_CODE with interrupts on, every vector
 * going to a handler that its address identifies.
 */
#ifndef TESTS_WEDGE_GUEST_H
#define TESTS_WEDGE_GUEST_H

#include <string.h>

#include <guest_layout.h>
#include <wedge/arch.h>
#include <wedge/guest_memory.h>
#include <wedge/guest_pages.h>
#include <wedge/guest_walk.h>

#include "../random.h"
#include "fake.h"

#define GUEST_STACK_TOP (GUEST_STACK + 0x4000)
#define GUEST_CODE_PA	0x100000ull
#define GUEST_DATA_PA	0x200000ull

enum { GUEST_STACK_PA = 0x300000, GUEST_GDT_PA = 0x401000, GUEST_TABLES_PA = 0x600000 };

extern struct vcpu vcpu;

int guest_setup(void **state);
int guest_teardown(void **state);

#define GUEST_TEST(function) cmocka_unit_test_setup_teardown(function, guest_setup, guest_teardown)
/* ---- of each width ---- */

/* Maps a 4 KiB page; tables above allow everything. Tables are taken from guest_table(). */
void guest_map(uint64_t va, uint64_t pa, uint64_t flags);

/* The entry of that level (the highest to 1) for an address; the levels above must be there. */
guest_pte *guest_entry(uint64_t va, unsigned int level);

/* The guest-physical address of a mapped byte. */
uint64_t guest_physical(uint64_t va);

/* Descriptor tables, and the vCPU as it runs with them. */
void guest_build_descriptors(void);
void guest_build_vcpu(void);

/* Where the vCPU's IDT sends a vector; 0 if it has no such entry. */
uint64_t guest_gate_target(unsigned int vector);

/* Where the stack begins that the kernel gets when user code is interrupted. */
void guest_set_kernel_stack(uint64_t top);

/* Double faults find a good stack, whatever became of the current one. */
void guest_prepare_double_fault(void);

/* They do so again, after there was one; whatever became of the guest's tables. */
void guest_rearm_double_fault(void);

/* What guest_expect_fault looks for on the stack, and takes back. */
void guest_check_frame(int64_t error);

/* ---- common ---- */

/* The guest-physical address of a fresh table. */
uint64_t guest_table(void);

/* Bytes at a virtual address, whatever the tables' rights. */
void guest_poke(uint64_t va, const void *bytes, size_t size);
void guest_peek(uint64_t va, void *bytes, size_t size);
void guest_poke64(uint64_t va, uint64_t value);
uint64_t guest_peek64(uint64_t va);
void guest_poke_word(uint64_t va, guest_word value);
guest_word guest_peek_word(uint64_t va);

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

#endif /* TESTS_WEDGE_GUEST_H */
