/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * processor_test.c - addresses, control registers, features and model specific registers, where a
 * 32-bit kernel's differ from a 64-bit one's (SDM 2A section 2.1.5 and CPUID; 3A section 2.5).
 *
 * Invariant: what is the same for both widths is tested with the 64-bit guest.
 */
#include <wedge/cpuid.h>

#include "guest.h"

enum { EAX = 0 };

static void set_registers(void)
{
	for (unsigned int i = 0; i < 8; i++)
		vcpu.gpr[i] = 0x11111111u * (i + 1) + 0x70000000u;
	vcpu.fs_base = 0xf0002222;
	vcpu.gs_base_kernel = 0x4444;
}

/* invlpg with that ModRM, SIB and displacement names the address. */
static void check_address(uint32_t address, const uint8_t *tail, size_t size, uint8_t prefix)
{
	uint8_t code[AFTERBURN_INSN_MAX];
	size_t at = 0;

	if (prefix)
		code[at++] = prefix;
	code[at++] = 0x0f;
	code[at++] = 0x01;
	memcpy(code + at, tail, size);
	guest_emulate(code, at + size);
	assert_int_equal(fake.invalidated, address);
}

static uint32_t reg(unsigned int n)
{
	return (uint32_t)vcpu.gpr[n];
}

static void addresses_of_32_bits_wrap(void **state)
{
	(void)state;
	set_registers();
	for (unsigned int rm = 0; rm < 8; rm++) {
		if (rm == 4 || rm == 5)
			continue;
		check_address(reg(rm), BYTES((uint8_t)(0x38 | rm)), 0);
		check_address(reg(rm) - 0x31, BYTES((uint8_t)(0x78 | rm), 0xcf), 0);
		check_address(reg(rm) + 0x90000000u, BYTES((uint8_t)(0xb8 | rm), 0, 0, 0, 0x90), 0);
		check_address(reg(rm) + 0xf0002222u, BYTES((uint8_t)(0x38 | rm)), 0x64);
	}
	/* An address alone counts from nothing. */
	check_address(0x12345678, BYTES(0x3d, 0x78, 0x56, 0x34, 0x12), 0);
	for (unsigned int sib = 0; sib < 256; sib++) {
		unsigned int base = sib & 7, index = sib >> 3 & 7;
		uint32_t address = index == 4 ? 0 : reg(index) << (sib >> 6);

		if (base == 5)
			check_address(address + 0x1000, BYTES(0x3c, (uint8_t)sib, 0, 0x10, 0, 0),
				      0);
		else
			check_address(address + reg(base), BYTES(0x3c, (uint8_t)sib), 0);
	}
}

/* SDM 2A table 2-1. */
static void addresses_of_16_bits(void **state)
{
	static const uint8_t base[] = {X86_RBX, X86_RBX, X86_RBP, X86_RBP,
				       X86_RSI, X86_RDI, X86_RBP, X86_RBX};
	static const uint8_t index[] = {X86_RSI, X86_RDI, X86_RSI, X86_RDI};

	(void)state;
	set_registers();
	for (unsigned int rm = 0; rm < 8; rm++) {
		uint32_t address = reg(base[rm]) + (rm < 4 ? reg(index[rm]) : 0);

		if (rm == 6)
			check_address(0xfedc, BYTES(0x3e, 0xdc, 0xfe), 0x67);
		else
			check_address(address & 0xffff, BYTES((uint8_t)(0x38 | rm)), 0x67);
		check_address((address - 1) & 0xffff, BYTES((uint8_t)(0x78 | rm), 0xff), 0x67);
		check_address((address + 0x1234) & 0xffff, BYTES((uint8_t)(0xb8 | rm), 0x34, 0x12),
			      0x67);
	}
}

/* Strings with 16-bit addresses use half of their registers, and the count's half. */
static void strings_of_16_bits(void **state)
{
	(void)state;
	guest_map(0x5000, GUEST_DATA_PA, X86_PTE_P | X86_PTE_W);
	guest_poke_word(0x5000, 0x44332211);
	vcpu.gpr[X86_RSI] = 0xabcd5000;
	vcpu.gpr[X86_RDI] = 0xabcd5ffe;
	vcpu.gpr[X86_RCX] = 0xabcd0002;
	vcpu.gpr[X86_RDX] = 0x3f8;
	EXECUTE(0x67, 0xf3, 0x6e); /* rep outsb */
	assert_int_equal(fake.ports[0].value & 0xff, 0x11);
	assert_int_equal(fake.ports[1].value & 0xff, 0x22);
	assert_int_equal(vcpu.gpr[X86_RSI], 0xabcd5002);
	assert_int_equal(vcpu.gpr[X86_RCX], 0xabcd0000);
	EXECUTE(0x67, 0x6c); /* insb */
	assert_int_equal(vcpu.gpr[X86_RDI], 0xabcd5fff);
}

static void the_stack_wraps(void **state)
{
	(void)state;
	guest_map(0xfffff000, GUEST_DATA_PA, X86_PTE_P | X86_PTE_W);
	vcpu.gpr[X86_RSP] = 0;
	EXECUTE(0x1e); /* push %ds */
	assert_int_equal(vcpu.gpr[X86_RSP], 0xfffffffc);
	EXECUTE(0x1f);
	assert_int_equal(vcpu.gpr[X86_RSP], 0);
}

/* mov %eax, %crN */
#define TO_CR(n) 0x0f, 0x22, (0xc0 | (n) << 3)

static void paging_is_a_state_like_others(void **state)
{
	uint64_t old = vcpu.cr[0];

	(void)state;
	vcpu.gpr[EAX] = old & ~(uint64_t)X86_CR0_PG;
	EXECUTE(TO_CR(0));
	assert_int_equal(vcpu.cr[0], old & ~(uint64_t)X86_CR0_PG);
	assert_int_equal(fake.space_loads, 1);
	vcpu.gpr[EAX] = old;
	EXECUTE(TO_CR(0));
	assert_int_equal(fake.space_loads, 2);
	EXECUTE(TO_CR(0));
	assert_int_equal(fake.space_loads, 2);
	vcpu.gpr[EAX] = old & ~(uint64_t)X86_CR0_PE;
	FAULTS(X86_TRAP_GP, 0, TO_CR(0));
}

static void cr4_has_no_pae(void **state)
{
	(void)state;
	vcpu.gpr[EAX] = X86_CR4_PSE | X86_CR4_PGE;
	EXECUTE(TO_CR(4));
	assert_int_equal(vcpu.cr[4], X86_CR4_PSE | X86_CR4_PGE);
	vcpu.gpr[EAX] |= X86_CR4_PAE;
	FAULTS(X86_TRAP_GP, 0, TO_CR(4));
}

/* Alignment checks and nested tasks are nothing that kernel code in ring 3 may have. */
static void popf_leaves_out_what_ring_3_must_not_have(void **state)
{
	uint64_t esp = vcpu.gpr[X86_RSP];

	(void)state;
	guest_poke_word(esp - 4, 0xffffffff);
	vcpu.gpr[X86_RSP] = esp - 4;
	EXECUTE(0x9d);
	assert_int_equal(vcpu.rflags & (X86_FLAGS_NT | X86_FLAGS_AC | X86_FLAGS_VM), 0);
	assert_true(vcpu.rflags & X86_FLAGS_IOPL);
	EXECUTE(0x9c);
	assert_int_equal(vcpu.gpr[X86_RSP], esp - 4);
	assert_int_equal(guest_peek_word(esp - 4), vcpu.rflags);
}

static void show(uint32_t leaf, uint32_t r[4])
{
	for (unsigned int i = 0; i < 4; i++)
		fake.cpuid[i] = UINT32_MAX;
	cpuid_show(&vcpu, leaf, 0, r);
}

static void features_of_long_mode_are_hidden(void **state)
{
	static const uint8_t leaf1[] = {6, 9, 11, 12, 17}, ext1[] = {6, 9, 11, 12, 17, 20, 27, 29};
	uint32_t r[4];

	(void)state;
	show(1, r);
	for (size_t i = 0; i < sizeof(leaf1); i++)
		assert_int_equal(r[CPUID_EDX] >> leaf1[i] & 1, 0);
	assert_true(r[CPUID_EDX] & 1 << 3 && r[CPUID_EDX] & 1 << 13); /* PSE, PGE */
	show(0x80000001, r);
	for (size_t i = 0; i < sizeof(ext1); i++)
		assert_int_equal(r[CPUID_EDX] >> ext1[i] & 1, 0);
	show(0x80000008, r);
	assert_int_equal(r[CPUID_EAX], 32 << 8 | 32);
}

static void registers_of_long_mode_do_not_exist(void **state)
{
	(void)state;
	for (uint32_t msr = X86_MSR_EFER; msr <= X86_MSR_TSC_AUX; msr++) {
		vcpu.gpr[X86_RCX] = msr;
		FAULTS(X86_TRAP_GP, 0, 0x0f, 0x32);
		FAULTS(X86_TRAP_GP, 0, 0x0f, 0x30);
	}
	vcpu.gpr[X86_RCX] = X86_MSR_SYSENTER_EIP;
	vcpu.gpr[EAX] = 0x1234;
	vcpu.gpr[X86_RDX] = 0;
	EXECUTE(0x0f, 0x30);
	vcpu.gpr[EAX] = 0;
	EXECUTE(0x0f, 0x32);
	assert_int_equal(vcpu.gpr[EAX], 0x1234);
}

/* AMD's are above the others' in number, but older than long mode. */
static void registers_of_the_model_exist(void **state)
{
	static const uint32_t msrs[] = {0x8b, 0x10a, X86_MSR_HWCR, X86_MSR_INT_PENDING};

	(void)state;
	for (size_t i = 0; i < sizeof(msrs) / sizeof(msrs[0]); i++) {
		vcpu.gpr[X86_RCX] = msrs[i];
		EXECUTE(0x0f, 0x32);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(addresses_of_32_bits_wrap),
		GUEST_TEST(addresses_of_16_bits),
		GUEST_TEST(strings_of_16_bits),
		GUEST_TEST(the_stack_wraps),
		GUEST_TEST(paging_is_a_state_like_others),
		GUEST_TEST(cr4_has_no_pae),
		GUEST_TEST(popf_leaves_out_what_ring_3_must_not_have),
		GUEST_TEST(features_of_long_mode_are_hidden),
		GUEST_TEST(registers_of_long_mode_do_not_exist),
		GUEST_TEST(registers_of_the_model_exist),
	};

	return RUN_TAP(tests);
}
