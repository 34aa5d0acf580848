/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest.c - see guest.h.
 *
 * Invariant: builds its tables with plain stores, never with the code under test.
 */
#include "guest.h"

#include <wedge/lib.h>
#include <wedge/machine.h>

#define TABLE_FLAGS (X86_PTE_P | X86_PTE_W | X86_PTE_U)
#define KERNEL_RW   (X86_PTE_P | X86_PTE_W)
#define USER_RW	    (X86_PTE_P | X86_PTE_W | X86_PTE_U)

enum { TABLES_PA = 0x600000, GATE_INTERRUPT = 14, RFLAGS_IF_ON = 0x202 };

struct vcpu vcpu;
static uint64_t next_table;

static uint64_t *table_at(uint64_t pa)
{
	uint64_t *table = backend_page(pa / X86_PAGE_SIZE);

	assert_non_null(table);
	return table;
}

static unsigned int index_of(uint64_t va, unsigned int level)
{
	return va >> (12 + 9 * (level - 1)) & 511;
}

uint64_t *guest_entry(uint64_t va, unsigned int level)
{
	uint64_t pa = vcpu.cr[3];

	for (unsigned int at = 4; at > level; at--) {
		pa = table_at(pa)[index_of(va, at)];
		assert_true(pa & X86_PTE_P);
		pa &= X86_PTE_ADDRESS;
	}
	return &table_at(pa)[index_of(va, level)];
}

void guest_map(uint64_t va, uint64_t pa, uint64_t flags)
{
	for (unsigned int level = 4; level > 1; level--) {
		uint64_t *entry = guest_entry(va, level);

		if (!*entry) {
			*entry = next_table | TABLE_FLAGS;
			next_table += X86_PAGE_SIZE;
		}
	}
	*guest_entry(va, 1) = pa | flags;
}

static void map_region(uint64_t va, uint64_t pa, unsigned int pages, uint64_t flags)
{
	for (unsigned int i = 0; i < pages; i++)
		guest_map(va + i * X86_PAGE_SIZE, pa + i * X86_PAGE_SIZE, flags);
}

static uint8_t *byte_at(uint64_t va)
{
	uint64_t entry = *guest_entry(va, 1);

	assert_true(entry & X86_PTE_P);
	return (uint8_t *)table_at(entry & X86_PTE_ADDRESS) + va % X86_PAGE_SIZE;
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

void guest_set_gate(unsigned int vector, uint64_t target, unsigned int ist, unsigned int type,
		    unsigned int dpl)
{
	guest_poke64(GUEST_IDT + 16 * vector, (target & 0xffff) | SEL_CODE << 16 |
						      (uint64_t)ist << 32 | (uint64_t)type << 40 |
						      (uint64_t)dpl << 45 | 1ull << 47 |
						      (target & 0xffff0000) << 32);
	guest_poke64(GUEST_IDT + 16 * vector + 8, target >> 32);
}

static void build_descriptors(void)
{
	static const struct {
		uint16_t selector;
		uint64_t descriptor;
	} gdt[] = {
		{SEL_CODE, 0x00af9b000000ffff},
		{SEL_DATA, 0x00cf93000000ffff},
		{SEL_CODE32, 0x00cf9b000000ffff},
		{SEL_USER_DATA & ~3, 0x00cff3000000ffff},
		{SEL_USER_CODE & ~3, 0x00affb000000ffff},
		{SEL_ABSENT, 0x00cf13000000ffff},
		{SEL_TSS, 0x8400890020002069},
		{SEL_TSS + 8, 0x00000000ffffffff},
		{SEL_LDT, 0x840082005000000f},
		{SEL_LDT + 8, 0x00000000ffffffff},
		{SEL_READ_ONLY, 0x00cf91000000ffff},
		{SEL_EXECUTE_ONLY, 0x00af99000000ffff},
		{SEL_BASED, 0x1240933456780fff},
		{SEL_CALL_GATE, 0x00008c0000100000},
	};

	for (size_t i = 0; i < sizeof(gdt) / sizeof(gdt[0]); i++)
		guest_poke64(GUEST_GDT + gdt[i].selector, gdt[i].descriptor);
	guest_poke64(GUEST_LDT, 0x00cf93000000ffff);
	for (unsigned int vector = 0; vector < 256; vector++)
		guest_set_gate(vector, GUEST_HANDLER + 16 * vector, 0, GATE_INTERRUPT, 0);
}

static void build_vcpu(void)
{
	vcpu.gdt = (struct vcpu_table){.base = GUEST_GDT, .limit = SEL_OUTSIDE - 1};
	vcpu.idt = (struct vcpu_table){.base = GUEST_IDT, .limit = 256 * 16 - 1};
	vcpu.task = (struct vcpu_table){.base = GUEST_TSS, .limit = GUEST_TSS_LIMIT};
	vcpu.ldt = (struct vcpu_table){.base = GUEST_LDT, .limit = 15, .selector = SEL_LDT};
	vcpu.kernel_cs = SEL_CODE;
	vcpu.kernel_ss = SEL_DATA;
	vcpu.efer |= X86_EFER_NX;
	vcpu.rflags = RFLAGS_IF_ON;
	vcpu.rip = GUEST_CODE;
	vcpu.gpr[X86_RSP] = GUEST_STACK_TOP - 0x1000;
}

int guest_setup(void **state)
{
	(void)state;
	fake_reset();
	memset(&vcpu, 0, sizeof(vcpu));
	arch_reset(&vcpu);
	vcpu.cr[3] = TABLES_PA;
	next_table = TABLES_PA + X86_PAGE_SIZE;
	map_region(GUEST_CODE, GUEST_CODE_PA, 4, KERNEL_RW);
	map_region(GUEST_DATA, GUEST_DATA_PA, 8, KERNEL_RW | X86_PTE_NX);
	map_region(GUEST_STACK, 0x300000, 4, KERNEL_RW | X86_PTE_NX);
	map_region(GUEST_IDT, 0x400000, 6, KERNEL_RW | X86_PTE_NX);
	map_region(GUEST_IST, 0x480000, 1, KERNEL_RW | X86_PTE_NX);
	map_region(GUEST_USER, 0x500000, 2, USER_RW);
	build_descriptors();
	build_vcpu();
	machine_init();
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
	vcpu.cs = 0xe033;
	vcpu.ss = 0xe02b;
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
	uint64_t rsp = vcpu.gpr[X86_RSP];

	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * vector);
	if (error != ARCH_NO_ERROR_CODE) {
		assert_int_equal(guest_peek64(rsp), error);
		rsp += 8;
	}
	assert_int_equal(guest_peek64(rsp), GUEST_CODE);
	vcpu.rip = GUEST_CODE;
	vcpu.rflags = guest_peek64(rsp + 16);
	vcpu.gpr[X86_RSP] = guest_peek64(rsp + 24);
	vcpu.kernel_cs = (uint16_t)guest_peek64(rsp + 8);
	vcpu.kernel_ss = (uint16_t)guest_peek64(rsp + 32);
}

uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}
