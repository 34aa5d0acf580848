/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forms_test.c - the exact bytes that take the place of a 64-bit kernel's instructions.
 *
 * Invariant: written by hand from the manual's tables (SDM 2A chapter 2).
 */
#include <gate_addresses.h>

#include "sample.h"

static void cli_is_a_byte_store(void **state)
{
	(void)state;
	sample_expect_form(BYTES(0xfa), AFTERBURN_INSN_CLI,
			   BYTES(0xc6, 0x04, 0x25, VCPU_BYTES(events.masked), 1));
}

static void swapgs_is_a_not(void **state)
{
	(void)state;
	sample_expect_form(BYTES(0x0f, 0x01, 0xf8), AFTERBURN_INSN_SWAPGS,
			   BYTES(0xf6, 0x14, 0x25, VCPU_BYTES(gs_state)));
}

static void control_registers_are_loads(void **state)
{
	(void)state;
	sample_expect_form(BYTES(0x0f, 0x20, 0xd8), AFTERBURN_INSN_MOV_FROM_CR,
			   BYTES(0x48, 0x8b, 0x04, 0x25, VCPU_BYTES(cr[3])));
	sample_expect_form(BYTES(0x0f, 0x20, 0xd7), AFTERBURN_INSN_MOV_FROM_CR,
			   BYTES(0x48, 0x8b, 0x3c, 0x25, VCPU_BYTES(cr[2])));
	sample_expect_form(BYTES(0x0f, 0x20, 0xe4), AFTERBURN_INSN_MOV_FROM_CR,
			   BYTES(0x48, 0x8b, 0x24, 0x25, VCPU_BYTES(cr[4])));
	sample_expect_form(BYTES(0x41, 0x0f, 0x20, 0xc4), AFTERBURN_INSN_MOV_FROM_CR,
			   BYTES(0x4c, 0x8b, 0x24, 0x25, VCPU_BYTES(cr[0])));
}

static void code_and_stack_selectors_are_loads(void **state)
{
	(void)state;
	sample_expect_form(BYTES(0x8c, 0xc8), AFTERBURN_INSN_MOV_FROM_SREG,
			   BYTES(0x0f, 0xb7, 0x04, 0x25, VCPU_BYTES(kernel_cs)));
	sample_expect_form(BYTES(0x8c, 0xd5), AFTERBURN_INSN_MOV_FROM_SREG,
			   BYTES(0x0f, 0xb7, 0x2c, 0x25, VCPU_BYTES(kernel_ss)));
	sample_expect_form(BYTES(0x41, 0x8c, 0xcf), AFTERBURN_INSN_MOV_FROM_SREG,
			   BYTES(0x44, 0x0f, 0xb7, 0x3c, 0x25, VCPU_BYTES(kernel_cs)));
}

static void returns_are_jumps(void **state)
{
	(void)state;
	sample_expect_branch(BYTES(0x48, 0xcf), AFTERBURN_INSN_IRET, JUMP, AT_GATE_IRET);
	sample_expect_branch(BYTES(0xcf), AFTERBURN_INSN_IRET, JUMP, SAMPLE_RAMP);
	sample_expect_branch(BYTES(0x48, 0x0f, 0x07), AFTERBURN_INSN_SYSRET, JUMP,
			     AT_GATE_SYSRET64);
	sample_expect_branch(BYTES(0x0f, 0x07), AFTERBURN_INSN_SYSRET, JUMP, AT_GATE_SYSRET32);
	sample_expect_branch(BYTES(0x48, 0xcb), AFTERBURN_INSN_LRET, JUMP, SAMPLE_RAMP);
}

/* Where the platform holds the guest's selectors they are read natively, else from the wedge. */
static void data_selectors_follow_the_traits(void **state)
{
	static const uint8_t mov_ds_eax[] = {0x8c, 0xd8};
	struct sample s, old;

	(void)state;
	sample_build(&s, mov_ds_eax, 2, AFTERBURN_INSN_MOV_FROM_SREG, false);
	old = s;
	assert_null(sample_rewrite(&s, NULL));
	assert_memory_equal(s.memory, old.memory, sizeof(s.memory));
	fake_selectors_are_real = 0;
	sample_expect_form(BYTES(0x8c, 0xd8), AFTERBURN_INSN_MOV_FROM_SREG,
			   BYTES(0x0f, 0xb7, 0x04, 0x25, VCPU_BYTES(selector[X86_DS])));
}

static void code_for_32_bit_loaders_is_left_alone(void **state)
{
	/* ljmp $0x10,$0x1234: no 64-bit instruction */
	static const uint8_t ljmp[] = {0xea, 0x34, 0x12, 0, 0, 0x10, 0};
	struct sample s, old;

	(void)state;
	sample_build(&s, ljmp, sizeof(ljmp), AFTERBURN_INSN_LJMP_IMM, true);
	old = s;
	assert_null(sample_rewrite(&s, NULL));
	assert_memory_equal(s.memory, old.memory, sizeof(s.memory));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(cli_is_a_byte_store),
		GUEST_TEST(swapgs_is_a_not),
		GUEST_TEST(control_registers_are_loads),
		GUEST_TEST(code_and_stack_selectors_are_loads),
		GUEST_TEST(returns_are_jumps),
		GUEST_TEST(data_selectors_follow_the_traits),
		GUEST_TEST(code_for_32_bit_loaders_is_left_alone),
	};

	return RUN_TAP(tests);
}
