/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_width.c - the 32-bit guest's tables and frames (guest.h).
 *
 * Invariant: builds its tables with plain stores, never with the code under test.
 */
#include "guest.h"

#define TABLE_FLAGS (X86_PTE_P | X86_PTE_W | X86_PTE_U)

enum { GATE_TASK = 5, GATE_INTERRUPT = 14, FLAGS_IF_ON = 0x202, TSS_ESP0 = 4, TSS_SS0 = 8 };

static guest_pte *table_at(uint64_t pa)
{
	guest_pte *table = backend_page(pa / X86_PAGE_SIZE);

	assert_non_null(table);
	return table;
}

guest_pte *guest_entry(uint64_t va, unsigned int level)
{
	guest_pte *directory = table_at(vcpu.cr[3]) + (va >> 22 & 1023);

	if (level == 2)
		return directory;
	assert_true(*directory & X86_PTE_P);
	return table_at(*directory & 0xfffff000) + (va >> 12 & 1023);
}

void guest_map(uint64_t va, uint64_t pa, uint64_t flags)
{
	guest_pte *directory = guest_entry(va, 2);

	if (!*directory)
		*directory = (guest_pte)(guest_table() | TABLE_FLAGS);
	*guest_entry(va, 1) = (guest_pte)(pa | flags);
}

uint64_t guest_physical(uint64_t va)
{
	guest_pte entry = *guest_entry(va, 1);

	assert_true(entry & X86_PTE_P);
	return (entry & 0xfffff000) + va % X86_PAGE_SIZE;
}

void guest_set_gate(unsigned int vector, uint64_t target, unsigned int type, unsigned int dpl)
{
	guest_poke64(GUEST_IDT + 8 * vector, (target & 0xffff) | SEL_CODE << 16 |
						     (uint64_t)type << 40 | (uint64_t)dpl << 45 |
						     1ull << 47 | (target & 0xffff0000) << 32);
}

void guest_set_df_task(unsigned int offset, uint32_t value)
{
	guest_poke(GUEST_DF_TSS + offset, &value, sizeof(value));
}

void guest_build_descriptors(void)
{
	static const struct {
		uint16_t selector;
		uint64_t descriptor;
	} gdt[] = {
		{SEL_CODE, 0x00cf9b000000ffff},
		{SEL_DATA, 0x00cf93000000ffff},
		{SEL_CODE16, 0x008f9b000000ffff},
		{SEL_USER_DATA & ~3, 0x00cff3000000ffff},
		{SEL_USER_CODE & ~3, 0x00cffb000000ffff},
		{SEL_ABSENT, 0x00cf13000000ffff},
		{SEL_TSS, 0x8400890020002069},
		{SEL_DF_TSS, 0x8400890058000067},
		{SEL_LDT, 0x840082005000000f},
		{SEL_USER_TLS & ~3, 0x12cff3345678ffff},
		{SEL_READ_ONLY, 0x00cf91000000ffff},
		{SEL_EXECUTE_ONLY, 0x00cf99000000ffff},
		{SEL_BASED, 0x1240933456780fff},
		{SEL_CALL_GATE, 0x00008c0000100000},
		{SEL_CODE_ABSENT & ~3, 0x00cf7b000000ffff},
		{SEL_CODE_CONFORMING, 0x00cf9f000000ffff},
		{SEL_CODE_BASED, 0x12cf9b345678ffff},
		{SEL_USER_READ_ONLY & ~3, 0x00cff1000000ffff},
		{SEL_USER_ABSENT & ~3, 0x00cf73000000ffff},
	};

	for (size_t i = 0; i < sizeof(gdt) / sizeof(gdt[0]); i++)
		guest_poke64(GUEST_GDT + gdt[i].selector, gdt[i].descriptor);
	guest_poke64(GUEST_LDT, 0x00cff3000000ffff);
	for (unsigned int vector = 0; vector < 256; vector++)
		guest_set_gate(vector, GUEST_HANDLER + 16 * vector, GATE_INTERRUPT, 0);
	guest_poke_word(GUEST_TSS + TSS_SS0, SEL_DATA);
}

void guest_build_vcpu(void)
{
	static const uint8_t data[] = {X86_ES, X86_DS, X86_FS, X86_GS};

	vcpu.cr[0] |= X86_CR0_PG | X86_CR0_WP;
	vcpu.gdt = (struct vcpu_table){.base = GUEST_GDT, .limit = SEL_OUTSIDE - 1};
	vcpu.idt = (struct vcpu_table){.base = GUEST_IDT, .limit = 256 * 8 - 1};
	vcpu.task = (struct vcpu_table){
		.base = GUEST_TSS, .limit = GUEST_TSS_LIMIT, .selector = SEL_TSS};
	vcpu.ldt = (struct vcpu_table){.base = GUEST_LDT, .limit = 15, .selector = SEL_LDT};
	vcpu.kernel_cs = SEL_CODE;
	vcpu.kernel_ss = SEL_DATA;
	for (size_t i = 0; i < sizeof(data); i++)
		vcpu.selector[data[i]] = SEL_DATA;
	vcpu.rflags = FLAGS_IF_ON;
	vcpu.rip = GUEST_CODE;
	vcpu.gpr[X86_RSP] = GUEST_STACK_TOP - 0x1000;
}

uint64_t guest_gate_target(unsigned int vector)
{
	uint64_t raw[1];
	struct guest_fault fault;

	if ((vector + 1) * sizeof(raw) - 1 > vcpu.idt.limit ||
	    !guest_read(&vcpu, vcpu.idt.base + vector * sizeof(raw), raw, sizeof(raw), &fault))
		return 0;
	return (raw[0] & 0xffff) | (raw[0] >> 32 & 0xffff0000);
}

void guest_set_kernel_stack(uint64_t top)
{
	guest_poke_word(GUEST_TSS + TSS_ESP0, (guest_word)top);
}

/* A task gate; the task's segment as an operating system would prepare it. */
void guest_prepare_double_fault(void)
{
	static const uint16_t selectors[] = {SEL_USER_DATA, SEL_CODE,  SEL_DATA,
					     SEL_USER_DATA, SEL_BASED, 0};

	guest_poke64(GUEST_IDT + 8 * X86_TRAP_DF, 0x0000850000000000 | SEL_DF_TSS << 16);
	guest_poke64(GUEST_GDT + SEL_DF_TSS, 0x8400890058000067);
	guest_set_df_task(28, (uint32_t)vcpu.cr[3]);
	guest_set_df_task(32, (uint32_t)GUEST_DF_HANDLER);
	guest_set_df_task(36, X86_FLAGS_FIXED);
	guest_set_df_task(40 + 4 * X86_RSP, (uint32_t)(GUEST_IST + X86_PAGE_SIZE));
	for (unsigned int i = 0; i < 6; i++)
		guest_set_df_task(72 + 4 * i, selectors[i]);
	guest_set_df_task(96, SEL_LDT);
}

void guest_rearm_double_fault(void)
{
	uint8_t *gdt = guest_pointer(GUEST_GDT_PA, X86_PAGE_SIZE);

	gdt[SEL_DF_TSS + 5] = 0x89; /* not busy */
}

/* Faults of the kernel: three words, no stack pointer. */
void guest_check_frame(int64_t error)
{
	uint64_t esp = vcpu.gpr[X86_RSP];

	if (error != ARCH_NO_ERROR_CODE) {
		assert_int_equal(guest_peek_word(esp), error);
		esp += 4;
	}
	assert_int_equal(guest_peek_word(esp), GUEST_CODE);
	vcpu.kernel_cs = (uint16_t)guest_peek_word(esp + 4);
	vcpu.rflags = guest_peek_word(esp + 8);
	vcpu.gpr[X86_RSP] = esp + 12;
}
