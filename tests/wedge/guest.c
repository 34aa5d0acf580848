/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest.c - see guest.h.
 *
 * Invariant: builds its tables with plain stores, never with the code under test.
 */
#include "guest.h"

#include <wedge/lib.h>
#include <wedge/machine.h>

#define KERNEL_RW  (X86_PTE_P | X86_PTE_W)
#define USER_RW	   (X86_PTE_P | X86_PTE_W | X86_PTE_U)
#define NO_EXECUTE (ARCH_LONG_MODE ? X86_PTE_NX : 0)

struct vcpu vcpu;
static uint64_t next_table;

uint64_t guest_table(void)
{
	next_table += X86_PAGE_SIZE;
	return next_table - X86_PAGE_SIZE;
}

static void map_region(uint64_t va, uint64_t pa, unsigned int pages, uint64_t flags)
{
	for (unsigned int i = 0; i < pages; i++)
		guest_map(va + i * X86_PAGE_SIZE, pa + i * X86_PAGE_SIZE, flags);
}

static uint8_t *byte_at(uint64_t va)
{
	uint64_t pa = guest_physical(va);
	uint8_t *page = backend_page(pa / X86_PAGE_SIZE);

	assert_non_null(page);
	return page + pa % X86_PAGE_SIZE;
}

void guest_poke(uint64_t va, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		*byte_at(va + i) = ((const uint8_t *)bytes)[i];
}

void guest_peek(uint64_t va, void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)bytes)[i] = *byte_at(va + i);
}

void guest_poke64(uint64_t va, uint64_t value)
{
	guest_poke(va, &value, 8);
}

uint64_t guest_peek64(uint64_t va)
{
	uint64_t value;

	guest_peek(va, &value, 8);
	return value;
}

void guest_poke_word(uint64_t va, guest_word value)
{
	guest_poke(va, &value, sizeof(value));
}

guest_word guest_peek_word(uint64_t va)
{
	guest_word value;

	guest_peek(va, &value, sizeof(value));
	return value;
}

int guest_setup(void **state)
{
	(void)state;
	fake_reset();
	memset(&vcpu, 0, sizeof(vcpu));
	arch_reset(&vcpu);
	next_table = GUEST_TABLES_PA;
	vcpu.cr[3] = guest_table();
	map_region(GUEST_CODE, GUEST_CODE_PA, 4, KERNEL_RW);
	map_region(GUEST_DATA, GUEST_DATA_PA, 8, KERNEL_RW | NO_EXECUTE);
	map_region(GUEST_STACK, GUEST_STACK_PA, 4, KERNEL_RW | NO_EXECUTE);
	map_region(GUEST_IDT, 0x400000, 6, KERNEL_RW | NO_EXECUTE);
	map_region(GUEST_IST, 0x480000, 1, KERNEL_RW | NO_EXECUTE);
	map_region(GUEST_USER, 0x500000, 2, USER_RW);
	guest_build_descriptors();
	guest_build_vcpu();
	machine_init(&vcpu);
	return 0;
}

int guest_teardown(void **state)
{
	(void)state;
	fake_free();
	return 0;
}

void guest_enter_user(uint64_t rsp)
{
	vcpu.cs = USER_CS;
	vcpu.ss = USER_SS;
	vcpu.rip = GUEST_USER;
	vcpu.gpr[X86_RSP] = rsp;
}

void guest_emulate(const uint8_t *bytes, size_t size)
{
	struct site site = {
		.va = GUEST_CODE,
		.insn_length = (uint8_t)size,
		.site_length = (uint8_t)(size + AFTERBURN_PAD_LEN),
	};

	assert_true(afterburn_match(bytes, size, ARCH_CODE_MODE, &site.d));
	assert_int_equal(site.d.length, size);
	memcpy(site.insn, bytes, size);
	site.id = site.d.id;
	arch_emulate(&vcpu, &site, GUEST_CODE);
}

void guest_expect_fault(unsigned int vector, int64_t error)
{
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * vector);
	guest_check_frame(error);
	vcpu.rip = GUEST_CODE;
}
