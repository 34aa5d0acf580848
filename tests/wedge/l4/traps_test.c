/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traps_test.c - what L4 reports of exceptions becomes what the processor has raised: software
 * interrupts, which are #GP with a gate in the error code, above all.
 *
 * Invariant: each case begins at the same instruction pointer.
 */
#include "../tap.h"
#include "fake_core.h"
#include "fake_l4.h"

#include <wedge/arch.h>

#define CODE 0x40000123u
enum { INT3 = 0xcc, INTO = 0xce, INT_N = 0xcd, ERROR_IDT = 2 };

static void raise_at(uint32_t vector, uint32_t error, uint16_t cs, uint8_t opcode)
{
	struct vcpu *v = vcpu_this();

	memset(&fake_core, 0, sizeof(fake_core));
	fake_core.code_at = CODE;
	fake_core.code[0] = opcode;
	v->rip = CODE;
	v->cs = cs;
	traps_deliver(v, vector, error, 0x1234);
}

static void expect_interrupt(unsigned int number, uint16_t cs, uint8_t opcode, unsigned int length)
{
	raise_at(X86_TRAP_GP, number << 3 | ERROR_IDT, cs, opcode);
	assert_int_equal(fake_core.delivered.how, DELIVERED_INTERRUPT);
	assert_int_equal(fake_core.delivered.vector, number);
	assert_int_equal(fake_core.delivered.error, ARCH_NO_ERROR_CODE);
	assert_int_equal(fake_core.delivered.more, length);
	assert_int_equal(fake_core.delivered.rip, CODE + length);
}

static void software_interrupts(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		uint16_t cs = i ? 0x73 : 0x60;

		for (unsigned int number = 0; number < 256; number++)
			expect_interrupt(number, cs, INT_N, 2);
		expect_interrupt(X86_TRAP_BP, cs, INT3, 1);
		expect_interrupt(X86_TRAP_OF, cs, INTO, 1);
		/* A prefix of its own bytes makes no short form of another vector. */
		expect_interrupt(X86_TRAP_BP, cs, INTO, 2);
		expect_interrupt(X86_TRAP_OF, cs, INT3, 2);
		expect_interrupt(0x80, cs, INT3, 2);
	}
}

/* With the rights of the code that has raised it. */
static void code_is_read_as_its_own(void **state)
{
	(void)state;
	raise_at(X86_TRAP_GP, X86_TRAP_BP << 3 | ERROR_IDT, 0x73, INT3);
	assert_true(fake_core.as_user);
	raise_at(X86_TRAP_GP, X86_TRAP_BP << 3 | ERROR_IDT, 0, INT3);
	assert_false(fake_core.as_user);
}

static void exceptions_go_to_the_core(void **state)
{
	static const struct {
		uint32_t vector, error;
	} cases[] = {{X86_TRAP_DE, 0},	  {X86_TRAP_DB, 0}, {X86_TRAP_GP, 0}, {X86_TRAP_GP, 8},
		     {X86_TRAP_GP, 0x33}, {X86_TRAP_PF, 7}, {X86_TRAP_XM, 0}};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		raise_at(cases[i].vector, cases[i].error, 0x73, INT_N);
		assert_int_equal(fake_core.delivered.how, DELIVERED_TRAP);
		assert_int_equal(fake_core.delivered.vector, cases[i].vector);
		assert_int_equal(fake_core.delivered.error, cases[i].error);
		assert_int_equal(fake_core.delivered.more, 0x1234);
		assert_int_equal(fake_core.delivered.rip, CODE);
	}
}

/* A message can hold any number; only user code can have sent it. */
static void no_such_exception(void **state)
{
	(void)state;
	raise_at(X86_TRAP_XM + 1, 0, 0x73, INT_N);
	assert_int_equal(fake_core.delivered.how, DELIVERED_FAULT);
	raise_at(0xffffffff, 0xffffffff, 0x73, INT_N);
	assert_int_equal(fake_core.delivered.how, DELIVERED_FAULT);
	assert_int_equal(fake_core.delivered.vector, X86_TRAP_GP);
	assert_int_equal(fake_core.delivered.error, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(software_interrupts, fake_setup),
		cmocka_unit_test_setup(code_is_read_as_its_own, fake_setup),
		cmocka_unit_test_setup(exceptions_go_to_the_core, fake_setup),
		cmocka_unit_test_setup(no_such_exception, fake_setup),
	};

	return RUN_TAP(tests);
}
