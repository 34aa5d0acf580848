/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_width.c - the 64-bit guest's tables and frames (guest.h).
 *
 * Invariant: builds its tables with plain stores, never with the code under test.
 */
#include "guest.h"

#define TABLE_FLAGS (X86_PTE_P | X86_PTE_W | X86_PTE_U)

enum { GATE_INTERRUPT = 14, RFLAGS_IF_ON = 0x202, TSS_RSP0 = 4, TSS_IST1 = 36 };

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

guest_pte *guest_entry(uint64_t va, unsigned int level)
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
			*entry = guest_table() | TABLE_FLAGS;
		}
	}
	*guest_entry(va, 1) = pa | flags;
}

uint64_t guest_physical(uint64_t va)
{
	uint64_t entry = *guest_entry(va, 1);

	assert_true(entry & X86_PTE_P);
	return (entry & X86_PTE_ADDRESS) + va % X86_PAGE_SIZE;
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

void guest_build_descriptors(void)
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

void guest_build_vcpu(void)
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

uint64_t guest_gate_target(unsigned int vector)
{
	uint64_t raw[2];
	struct guest_fault fault;

	if ((vector + 1) * sizeof(raw) - 1 > vcpu.idt.limit ||
	    !guest_read(&vcpu, vcpu.idt.base + vector * sizeof(raw), raw, sizeof(raw), &fault))
		return 0;
	return (raw[0] & 0xffff) | (raw[0] >> 32 & 0xffff0000) | raw[1] << 32;
}

void guest_set_kernel_stack(uint64_t top)
{
	guest_poke64(GUEST_TSS + TSS_RSP0, top);
}

void guest_prepare_double_fault(void)
{
	guest_poke64(GUEST_TSS + TSS_IST1, GUEST_IST + X86_PAGE_SIZE);
	guest_set_gate(X86_TRAP_DF, GUEST_HANDLER + 16 * X86_TRAP_DF, 1, GATE_INTERRUPT, 0);
}

/* Stacks of the interrupt stack table can be used again. */
void guest_rearm_double_fault(void)
{
}

void guest_check_frame(int64_t error)
{
	uint64_t rsp = vcpu.gpr[X86_RSP];

	if (error != ARCH_NO_ERROR_CODE) {
		assert_int_equal(guest_peek64(rsp), error);
		rsp += 8;
	}
	assert_int_equal(guest_peek64(rsp), GUEST_CODE);
	vcpu.rflags = guest_peek64(rsp + 16);
	vcpu.gpr[X86_RSP] = guest_peek64(rsp + 24);
	vcpu.kernel_cs = (uint16_t)guest_peek64(rsp + 8);
	vcpu.kernel_ss = (uint16_t)guest_peek64(rsp + 32);
}
