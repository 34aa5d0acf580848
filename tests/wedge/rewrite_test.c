/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rewrite_test.c - arch_rewrite over every encoding of every instruction of the table, and what it
 * refuses. The exact bytes are each width's forms_test.c.
 *
 * Invariant: no form is assumed but code for the wedge and NOPs behind it.
 */
#include <gate_addresses.h>
#include <wedge/stats.h>

#include "encodings.h"
#include "sample.h"

static bool is_gate(uint64_t target)
{
	static const uint64_t gates[] = {AT_GATES};

	for (size_t i = 0; i < sizeof(gates) / sizeof(gates[0]); i++) {
		if (gates[i] == target)
			return true;
	}
	return target == SAMPLE_RAMP;
}

/* The memory operand is inside the vCPU, by absolute address. */
static void check_vcpu_operand(const ZydisDecodedInstruction *insn)
{
	uint64_t address = (uint64_t)insn->raw.disp.value & ARCH_ADDRESS_MASK;

	assert_int_equal(insn->raw.modrm.mod, 0);
	assert_int_equal(insn->raw.modrm.rm, ARCH_LONG_MODE ? 4 : 5);
	assert_int_equal(insn->raw.sib.base, ARCH_LONG_MODE ? 5 : 0);
	assert_int_equal(insn->raw.sib.index, ARCH_LONG_MODE ? 4 : 0);
	assert_in_range(address - WEDGE_VCPU_BASE, 0, sizeof(struct vcpu) - 1);
}

/* What a gate finds on the stack: the flags, or a register. */
static bool is_push(const ZydisDecodedInstruction *insn)
{
	return insn->opcode == 0x9c || (insn->opcode & 0xf8) == 0x50;
}

/* One rewritten site, whatever the form: code for the wedge, then NOPs. Returns what it is. */
static enum afterburn_how check_form(const struct sample *s)
{
	enum afterburn_how how = AFTERBURN_HOW_INLINE;
	ZydisDecodedInstruction insn;
	unsigned int at = 0;

	sample_decode(s->memory + 1, s->site.site_length, &insn);
	if (is_push(&insn)) {
		at = insn.length;
		sample_decode(s->memory + 1 + at, s->site.site_length - at, &insn);
	}
	if (insn.mnemonic == ZYDIS_MNEMONIC_CALL || insn.mnemonic == ZYDIS_MNEMONIC_JMP) {
		assert_true(is_gate(sample_branch(s, at)));
		how = insn.mnemonic == ZYDIS_MNEMONIC_CALL  ? AFTERBURN_HOW_GATE
		      : sample_branch(s, at) == SAMPLE_RAMP ? AFTERBURN_HOW_CALL
							    : AFTERBURN_HOW_JUMP;
	} else {
		check_vcpu_operand(&insn);
	}
	sample_check_fill(s, at + insn.length);
	return how;
}

/* How many encodings of the entry became what. */
static unsigned int made[AFTERBURN_HOW_COUNT];

static void rewrite_encoding(const struct encoding *e)
{
	bool before = afterburn_insns[e->d.id].place == AFTERBURN_PLACE_BEFORE;
	struct sample s, old;

	sample_build(&s, e->bytes, e->d.length, e->d.id, before);
	old = s;
	assert_null(sample_rewrite(&s, NULL));
	assert_memory_equal(&s.site.d, &e->d, sizeof(e->d));
	if (memcmp(s.memory, old.memory, sizeof(s.memory)))
		made[check_form(&s)]++;
	else
		made[AFTERBURN_HOW_NATIVE]++;
}

/*
 * The rewriter does what the table's column says, with every encoding; with forms that kernels
 * hardly use it may call C instead. Data segment registers are read natively where the platform
 * holds the guest's selectors. (The FPU has its class CALL where there are two.)
 */
static void every_encoding_becomes_what_the_table_says(void **state)
{
	unsigned int total = 0;

	(void)state;
	fake_fpu_is_one = 0;
	for (unsigned int id = 0; id < AFTERBURN_INSN_COUNT; id++) {
		const struct afterburn_insn *insn = &afterburn_insns[id];
		bool exists =
			insn->modes & (ARCH_LONG_MODE ? AFTERBURN_MODES_64 : AFTERBURN_MODES_16_32);
		unsigned int how = insn->how[ARCH_LONG_MODE], count, calls;

		memset(made, 0, sizeof(made));
		count = encodings_of(id, rewrite_encoding);
		if (id == AFTERBURN_INSN_DECODE || !exists) {
			assert_int_equal(count, 0);
			continue;
		}
		if (!made[how])
			fail_msg("%s never becomes %s", insn->name, afterburn_how_names[how]);
		if (id == AFTERBURN_INSN_MOV_FROM_SREG && BACKEND_SELECTORS_ARE_REAL)
			made[how] += made[AFTERBURN_HOW_NATIVE];
		calls = how == AFTERBURN_HOW_CALL || how == AFTERBURN_HOW_NATIVE
				? 0
				: made[AFTERBURN_HOW_CALL];
		if (made[how] + calls != count)
			fail_msg("%s does not always become %s", insn->name,
				 afterburn_how_names[how]);
		total += count;
	}
	print_message("# %u encodings\n", total);
}

/* With counters, hot instructions enter C as well. */
static void counted_sites_pass_through_c(void **state)
{
	struct sample s;

	(void)state;
	fake.command_line = "quiet afterburn.stats";
	stats_init();
	sample_build(&s, (const uint8_t[]){0xfa}, 1, AFTERBURN_INSN_CLI, false);
	assert_null(sample_rewrite(&s, NULL));
	assert_int_equal(s.memory[1], JUMP);
	assert_int_equal(sample_branch(&s, 0), SAMPLE_RAMP);
	fake.command_line = "";
	stats_init();
}

/* 64-bit kernels copy such code: their calls go through the table wherever they are (far_test.c).
 */
static void flags_are_calls_of_their_gates(void **state)
{
	(void)state;
	if (!ARCH_LONG_MODE) {
		sample_expect_form(BYTES(0x9c), AFTERBURN_INSN_PUSHF,
				   BYTES(0x9c, CALL_BYTES(AT_GATE_PUSHF, GUEST_CODE + 6)));
		sample_expect_form(BYTES(0x9d), AFTERBURN_INSN_POPF,
				   BYTES(CALL_BYTES(AT_GATE_POPF, GUEST_CODE + 5)));
	}
	sample_expect_form(BYTES(0x66, 0x9c), AFTERBURN_INSN_PUSHF, RAMP_JUMP);
	sample_expect_form(BYTES(0x66, 0x9d), AFTERBURN_INSN_POPF, RAMP_JUMP);
}

/* sti alone turns interrupts on; before a halt it only leaves a mark for the halt. */
static void sti_before_a_halt_waits(void **state)
{
	struct site halt = {.id = AFTERBURN_INSN_HLT, .insn_length = 1, .insn = {0xf4}};
	struct site other = {.id = AFTERBURN_INSN_CLI, .insn_length = 1, .insn = {0xfa}};
	struct sample s;

	(void)state;
	sample_build(&s, (const uint8_t[]){0xfb}, 1, AFTERBURN_INSN_STI, true);
	assert_null(sample_rewrite(&s, &halt));
	assert_int_equal(sample_branch(&s, 0), AT_GATE_STI_HALT);
	halt.id = AFTERBURN_INSN_DECODE;
	sample_build(&s, (const uint8_t[]){0xfb}, 1, AFTERBURN_INSN_STI, true);
	assert_null(sample_rewrite(&s, &halt));
	assert_int_equal(sample_branch(&s, 0), AT_GATE_STI_HALT);
	sample_build(&s, (const uint8_t[]){0xfb}, 1, AFTERBURN_INSN_STI, true);
	assert_null(sample_rewrite(&s, &other));
	assert_int_equal(sample_branch(&s, 0), AT_GATE_STI);
	sample_build(&s, (const uint8_t[]){0xfb}, 1, AFTERBURN_INSN_STI, true);
	assert_null(sample_rewrite(&s, NULL));
	assert_int_equal(sample_branch(&s, 0), AT_GATE_STI);
}

/* Inline code fills the place where a label could stand: refused rather than wrong. */
static void inline_code_behind_a_pad_is_refused(void **state)
{
	struct sample s;

	(void)state;
	sample_build(&s, (const uint8_t[]){0xfa}, 1, AFTERBURN_INSN_CLI, true);
	assert_non_null(sample_rewrite(&s, NULL));
}

static void a_wrong_instruction_is_refused(void **state)
{
	struct sample s;

	(void)state;
	sample_build(&s, (const uint8_t[]){0xfa}, 1, AFTERBURN_INSN_STI, false);
	sample_expect_problem(&s, "not the one its pad names");
	sample_build(&s, (const uint8_t[]){0x90}, 1, AFTERBURN_INSN_CLI, false);
	sample_expect_problem(&s, "no instruction of the table");
	/* One byte too many: cli; nop */
	sample_build(&s, (const uint8_t[]){0xfa, 0x90}, 2, AFTERBURN_INSN_CLI, false);
	sample_expect_problem(&s, "no instruction of the table");
	/* One too few: half an lgdt */
	sample_build(&s, (const uint8_t[]){0x0f, 0x01}, 2, AFTERBURN_INSN_LGDT, false);
	sample_expect_problem(&s, "no instruction of the table");
}

static void decode_pads_take_any_instruction(void **state)
{
	struct sample s;

	(void)state;
	sample_build(&s, (const uint8_t[]){0xfa}, 1, AFTERBURN_INSN_DECODE, false);
	assert_null(sample_rewrite(&s, NULL));
	assert_int_equal(s.site.d.id, AFTERBURN_INSN_CLI);
	assert_int_equal(s.memory[1], 0xc6);
	sample_build(&s, (const uint8_t[]){0x90}, 1, AFTERBURN_INSN_DECODE, false);
	sample_expect_problem(&s, "no instruction of the table");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(every_encoding_becomes_what_the_table_says),
		GUEST_TEST(counted_sites_pass_through_c),
		GUEST_TEST(flags_are_calls_of_their_gates),
		GUEST_TEST(sti_before_a_halt_waits),
		GUEST_TEST(inline_code_behind_a_pad_is_refused),
		GUEST_TEST(a_wrong_instruction_is_refused),
		GUEST_TEST(decode_pads_take_any_instruction),
	};

	return RUN_TAP(tests);
}
