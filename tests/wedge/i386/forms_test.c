/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forms_test.c - the exact bytes that take the place of a 32-bit kernel's instructions.
 *
 * Invariant: written by hand from the manual's tables (SDM 2A chapter 2).
 */
#include <gate_addresses.h>

#include "sample.h"

static void cli_is_a_byte_store(void **state)
{
	(void)state;
	sample_expect_form(BYTES(0xfa), AFTERBURN_INSN_CLI,
			   BYTES(0xc6, 0x05, VCPU_BYTES(events.masked), 1));
}

static void control_registers_are_loads(void **state)
{
	(void)state;
	sample_expect_form(BYTES(0x0f, 0x20, 0xd8), AFTERBURN_INSN_MOV_FROM_CR,
			   BYTES(0x8b, 0x05, VCPU_BYTES(cr[3])));
	sample_expect_form(BYTES(0x0f, 0x20, 0xd7), AFTERBURN_INSN_MOV_FROM_CR,
			   BYTES(0x8b, 0x3d, VCPU_BYTES(cr[2])));
	sample_expect_form(BYTES(0x0f, 0x20, 0xe4), AFTERBURN_INSN_MOV_FROM_CR,
			   BYTES(0x8b, 0x25, VCPU_BYTES(cr[4])));
}

static void selectors_are_read_from_the_vcpu(void **state)
{
	(void)state;
	sample_expect_form(BYTES(0x8c, 0xc8), AFTERBURN_INSN_MOV_FROM_SREG,
			   BYTES(0x0f, 0xb7, 0x05, VCPU_BYTES(kernel_cs)));
	sample_expect_form(BYTES(0x8c, 0xd5), AFTERBURN_INSN_MOV_FROM_SREG,
			   BYTES(0x0f, 0xb7, 0x2d, VCPU_BYTES(kernel_ss)));
	sample_expect_form(BYTES(0x8c, 0xd9), AFTERBURN_INSN_MOV_FROM_SREG,
			   BYTES(0x0f, 0xb7, 0x0d, VCPU_BYTES(selector[X86_DS])));
	sample_expect_form(BYTES(0x8c, 0xeb), AFTERBURN_INSN_MOV_FROM_SREG,
			   BYTES(0x0f, 0xb7, 0x1d, VCPU_BYTES(selector[X86_GS])));
	sample_expect_form(BYTES(0x06), AFTERBURN_INSN_PUSH_ES,
			   BYTES(0xff, 0x35, VCPU_BYTES(selector[X86_ES])));
	sample_expect_form(BYTES(0x0e), AFTERBURN_INSN_PUSH_CS,
			   BYTES(0xff, 0x35, VCPU_BYTES(kernel_cs)));
	sample_expect_form(BYTES(0x16), AFTERBURN_INSN_PUSH_SS,
			   BYTES(0xff, 0x35, VCPU_BYTES(kernel_ss)));
	sample_expect_form(BYTES(0x0f, 0xa0), AFTERBURN_INSN_PUSH_FS,
			   BYTES(0xff, 0x35, VCPU_BYTES(selector[X86_FS])));
	sample_expect_form(BYTES(0x0f, 0xa8), AFTERBURN_INSN_PUSH_GS,
			   BYTES(0xff, 0x35, VCPU_BYTES(selector[X86_GS])));
}

#define CALLS(gate, end) BYTES(CALL_BYTES((uint32_t)(gate), (uint32_t)GUEST_CODE + (end)))

/* A mov gives its value to the gate on the stack, where a pop has it. */
static void selectors_are_loaded_by_gates(void **state)
{
	(void)state;
	sample_expect_form(BYTES(0x07), AFTERBURN_INSN_POP_ES, CALLS(AT_GATE_POP_ES, 5));
	sample_expect_form(BYTES(0x1f), AFTERBURN_INSN_POP_DS, CALLS(AT_GATE_POP_DS, 5));
	sample_expect_form(BYTES(0x0f, 0xa1), AFTERBURN_INSN_POP_FS, CALLS(AT_GATE_POP_FS, 5));
	sample_expect_form(
		BYTES(0x8e, 0xc2), AFTERBURN_INSN_MOV_TO_SREG,
		BYTES(0x52, CALL_BYTES((uint32_t)AT_GATE_MOV_ES, (uint32_t)GUEST_CODE + 6)));
	sample_expect_form(
		BYTES(0x8e, 0xda), AFTERBURN_INSN_MOV_TO_SREG,
		BYTES(0x52, CALL_BYTES((uint32_t)AT_GATE_MOV_DS, (uint32_t)GUEST_CODE + 6)));
	sample_expect_form(
		BYTES(0x8e, 0xe7), AFTERBURN_INSN_MOV_TO_SREG,
		BYTES(0x57, CALL_BYTES((uint32_t)AT_GATE_MOV_FS, (uint32_t)GUEST_CODE + 6)));
	/* Rare ones, and those from memory. */
	sample_expect_form(BYTES(0x0f, 0xa9), AFTERBURN_INSN_POP_GS, RAMP_JUMP);
	sample_expect_form(BYTES(0x8e, 0xe8), AFTERBURN_INSN_MOV_TO_SREG, RAMP_JUMP);
	sample_expect_form(BYTES(0x8e, 0x18), AFTERBURN_INSN_MOV_TO_SREG, RAMP_JUMP);
	sample_expect_form(BYTES(0x66, 0x1e), AFTERBURN_INSN_PUSH_DS, RAMP_JUMP);
	sample_expect_form(BYTES(0x66, 0x1f), AFTERBURN_INSN_POP_DS, RAMP_JUMP);
	sample_expect_branch(BYTES(0x8e, 0xd0), AFTERBURN_INSN_MOV_TO_SS, JUMP, SAMPLE_RAMP);
	sample_expect_branch(BYTES(0x17), AFTERBURN_INSN_POP_SS, JUMP, SAMPLE_RAMP);
}

/* A platform that holds the guest's own selectors has no need of that. */
static void selectors_follow_the_traits(void **state)
{
	struct sample s, old;

	(void)state;
	fake_selectors_are_real = 1;
	sample_expect_form(BYTES(0x1f), AFTERBURN_INSN_POP_DS, RAMP_JUMP);
	sample_build(&s, (const uint8_t[]){0x8c, 0xd8}, 2, AFTERBURN_INSN_MOV_FROM_SREG, false);
	old = s;
	assert_null(sample_rewrite(&s, NULL));
	assert_memory_equal(s.memory, old.memory, sizeof(s.memory));
}

/* Where guest kernel and user code have one FPU, its state needs no site. */
static void the_fpu_follows_the_traits(void **state)
{
	static const struct {
		uint8_t bytes[3], length, id;
	} forms[] = {
		{{0x0f, 0xae, 0x03}, 3, AFTERBURN_INSN_FXSAVE},
		{{0x0f, 0xae, 0x0b}, 3, AFTERBURN_INSN_FXRSTOR},
		{{0xdd, 0x33}, 2, AFTERBURN_INSN_FNSAVE},
		{{0xdd, 0x23}, 2, AFTERBURN_INSN_FRSTOR},
		{{0xdb, 0xe3}, 2, AFTERBURN_INSN_FNINIT},
	};
	struct sample s, old;

	(void)state;
	for (unsigned int i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		fake_fpu_is_one = 0;
		sample_expect_form(forms[i].bytes, forms[i].length, forms[i].id, RAMP_JUMP);
		fake_fpu_is_one = 1;
		sample_build(&s, forms[i].bytes, forms[i].length, forms[i].id, false);
		old = s;
		assert_null(sample_rewrite(&s, NULL));
		assert_memory_equal(s.memory, old.memory, sizeof(s.memory));
	}
}

static void returns_tell_where_they_are(void **state)
{
	(void)state;
	sample_expect_form(BYTES(0xcf), AFTERBURN_INSN_IRET, CALLS(AT_GATE_IRET32, 5));
	sample_expect_form(BYTES(0x66, 0xcf), AFTERBURN_INSN_IRET, RAMP_JUMP);
	sample_expect_branch(BYTES(0xcb), AFTERBURN_INSN_LRET, JUMP, SAMPLE_RAMP);
	sample_expect_branch(BYTES(0xea, 1, 2, 3, 4, 5, 6), AFTERBURN_INSN_LJMP_IMM, JUMP,
			     SAMPLE_RAMP);
}

/* Branches wrap around the address space. */
static void gates_are_always_in_reach(void **state)
{
	static const uint64_t places[] = {0, 0x10000, 0x7fffffff, 0x80000000, 0xfffffff0};
	struct sample s;

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		sample_build(&s, (const uint8_t[]){0x0f, 0xa2}, 2, AFTERBURN_INSN_CPUID, false);
		s.site.va = places[i];
		assert_null(sample_rewrite(&s, NULL));
		assert_int_equal(sample_branch(&s, 0), SAMPLE_RAMP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(cli_is_a_byte_store),
		GUEST_TEST(control_registers_are_loads),
		GUEST_TEST(selectors_are_read_from_the_vcpu),
		GUEST_TEST(selectors_are_loaded_by_gates),
		GUEST_TEST(selectors_follow_the_traits),
		GUEST_TEST(the_fpu_follows_the_traits),
		GUEST_TEST(returns_tell_where_they_are),
		GUEST_TEST(gates_are_always_in_reach),
	};

	return RUN_TAP(tests);
}
