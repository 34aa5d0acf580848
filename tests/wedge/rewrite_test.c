/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rewrite_test.c - arch_rewrite over every encoding of every instruction of the table, and the
 * exact bytes of the inline forms.
 *
 * Invariant: the rewritten site is judged by a disassembler that knows nothing of the rewriter.
 */
#include <Zydis/Zydis.h>

#include <wedge/site_table.h>

#include "encodings.h"
#include "gate_addresses.h"
#include "guest.h"

/* A site with its bytes between two guard bytes. */
struct sample {
	struct site site;
	uint8_t memory[1 + AFTERBURN_SITE_MAX + 1];
};

enum { GUARD = 0xa5, CALL = 0xe8, JUMP = 0xe9, JUMP_SHORT = 0xeb };

static void put_pad(uint8_t *at, unsigned int kind, unsigned int length)
{
	const uint8_t pad[AFTERBURN_PAD_LEN] = {
		AFTERBURN_PAD_BYTE0,	  AFTERBURN_PAD_BYTE1, AFTERBURN_PAD_BYTE2,
		(uint8_t)length,	  (uint8_t)kind,       AFTERBURN_PAD_MAGIC & 0xff,
		AFTERBURN_PAD_MAGIC >> 8,
	};

	memcpy(at, pad, sizeof(pad));
}

static void build(struct sample *s, const uint8_t *insn, unsigned int length, unsigned int id,
		  bool before)
{
	uint8_t *code;

	memset(s, 0, sizeof(*s));
	code = s->memory + 1;
	memset(s->memory, GUARD, sizeof(s->memory));
	s->site.va = GUEST_CODE;
	s->site.id = (uint8_t)id;
	s->site.insn_offset = before ? AFTERBURN_PAD_LEN : 0;
	s->site.insn_length = (uint8_t)length;
	s->site.site_length = (uint8_t)(length + AFTERBURN_PAD_LEN);
	memcpy(s->site.insn, insn, length);
	memcpy(code + s->site.insn_offset, insn, length);
	put_pad(code + (before ? 0 : length), id | (before ? AFTERBURN_KIND_PAD_BEFORE : 0),
		length);
}

static const char *rewrite(struct sample *s, const struct site *next)
{
	const char *problem = arch_rewrite(&s->site, next, s->memory + 1);

	assert_int_equal(s->memory[0], GUARD);
	for (unsigned int i = 1u + s->site.site_length; i < sizeof(s->memory); i++)
		assert_int_equal(s->memory[i], GUARD);
	return problem;
}

static void decode(const uint8_t *code, unsigned int size, ZydisDecodedInstruction *insn)
{
	ZydisDecoder decoder;

	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, NULL, code, size, insn)))
		fail_msg("byte %02x begins no instruction", code[0]);
}

/*
 * A label may stand between a pad and its instruction. Whoever comes from the branch jumps over
 * that place; whoever comes there goes back to the branch, or faults on the instruction itself.
 */
static unsigned int check_label(const struct sample *s, unsigned int at)
{
	const uint8_t *code = s->memory + 1 + at;

	assert_int_equal(at + 2, s->site.insn_offset);
	assert_int_equal(code[0], JUMP_SHORT);
	assert_int_equal(at + 2 + code[1], s->site.site_length);
	if (s->site.insn_length == 1) {
		assert_int_equal(code[2], s->site.insn[0]);
		return at + 3;
	}
	assert_int_equal(code[2], JUMP_SHORT);
	assert_int_equal(at + 4 + (int8_t)code[3], 0);
	return at + 4;
}

/* From `at` on only NOPs, the last of which ends with the site; none of them a pad. */
static void check_fill(const struct sample *s, unsigned int at)
{
	const uint8_t *code = s->memory + 1;
	ZydisDecodedInstruction insn;
	uint8_t kind, length;

	if (s->site.insn_offset)
		at = check_label(s, at);
	while (at < s->site.site_length) {
		decode(code + at, s->site.site_length - at, &insn);
		assert_int_equal(insn.mnemonic, ZYDIS_MNEMONIC_NOP);
		at += insn.length;
	}
	assert_int_equal(at, s->site.site_length);
	for (at = 0; at + AFTERBURN_PAD_LEN <= s->site.site_length; at++)
		assert_false(afterburn_pad_parse(code + at, &kind, &length));
}

static uint64_t branch_target(const struct sample *s, unsigned int at)
{
	int32_t relative;

	memcpy(&relative, s->memory + 1 + at + 1, 4);
	return s->site.va + at + 5 + (uint64_t)(int64_t)relative;
}

static bool is_gate(uint64_t target)
{
	static const uint64_t gates[] = {
		AT_GATE_SITE, AT_GATE_STI,	AT_GATE_PUSHF,	  AT_GATE_POPF,
		AT_GATE_IRET, AT_GATE_SYSRET64, AT_GATE_SYSRET32, AT_GATE_STI_HALT,
	};

	for (size_t i = 0; i < sizeof(gates) / sizeof(gates[0]); i++) {
		if (gates[i] == target)
			return true;
	}
	return false;
}

/* The memory operand is inside the vCPU, by absolute address. */
static void check_vcpu_operand(const ZydisDecodedInstruction *insn)
{
	uint64_t address = (uint64_t)insn->raw.disp.value;

	assert_int_equal(insn->raw.modrm.mod, 0);
	assert_int_equal(insn->raw.sib.base, 5);
	assert_int_equal(insn->raw.sib.index, 4);
	assert_in_range(address - WEDGE_VCPU_BASE, 0, sizeof(struct vcpu) - 1);
}

/* One rewritten site, whatever the form: code for the wedge, then NOPs. */
static void check_form(const struct sample *s)
{
	ZydisDecodedInstruction insn;
	unsigned int at = 0;

	decode(s->memory + 1, s->site.site_length, &insn);
	if (insn.mnemonic == ZYDIS_MNEMONIC_PUSHFQ) {
		at = insn.length;
		decode(s->memory + 1 + at, s->site.site_length - at, &insn);
	}
	if (insn.mnemonic == ZYDIS_MNEMONIC_CALL || insn.mnemonic == ZYDIS_MNEMONIC_JMP)
		assert_true(is_gate(branch_target(s, at)));
	else
		check_vcpu_operand(&insn);
	check_fill(s, at + insn.length);
}

static unsigned int left_alone;

static void rewrite_encoding(const struct encoding *e)
{
	bool before = afterburn_insns[e->d.id].place == AFTERBURN_PLACE_BEFORE;
	struct sample s, old;

	build(&s, e->bytes, e->d.length, e->d.id, before);
	old = s;
	assert_null(rewrite(&s, NULL));
	assert_memory_equal(&s.site.d, &e->d, sizeof(e->d));
	if (memcmp(s.memory, old.memory, sizeof(s.memory)))
		check_form(&s);
	else
		left_alone++;
}

static void every_encoding_becomes_wedge_code(void **state)
{
	unsigned int total = 0;

	(void)state;
	for (unsigned int id = 0; id < AFTERBURN_INSN_COUNT; id++) {
		const struct afterburn_insn *insn = &afterburn_insns[id];
		unsigned int count;

		left_alone = 0;
		count = encodings_of(id, rewrite_encoding);
		assert_true(count || id == AFTERBURN_INSN_DECODE ||
			    insn->modes == AFTERBURN_MODES_16_32);
		if (insn->how == AFTERBURN_HOW_NATIVE)
			assert_int_equal(left_alone, count);
		else if (id != AFTERBURN_INSN_MOV_FROM_SREG)
			assert_int_equal(left_alone, 0);
		total += count;
	}
	print_message("# %u encodings\n", total);
}

/* With counters, hot instructions are calls as well. */
static void counted_sites_pass_through_c(void **state)
{
	struct sample s;

	(void)state;
	fake.command_line = "quiet afterburn.stats";
	build(&s, (const uint8_t[]){0xfa}, 1, AFTERBURN_INSN_CLI, false);
	assert_null(rewrite(&s, NULL));
	assert_int_equal(s.memory[1], CALL);
	assert_int_equal(branch_target(&s, 0), AT_GATE_SITE);
}

static void expect_form(const uint8_t *insn, size_t length, unsigned int id,
			const uint8_t *expected, size_t size)
{
	struct sample s;

	build(&s, insn, (unsigned int)length, id, false);
	assert_null(rewrite(&s, NULL));
	assert_memory_equal(s.memory + 1, expected, size);
	check_fill(&s, (unsigned int)size);
}

/* Little-endian bytes of the vCPU's address, as a sign-extended displacement. */
#define VCPU_BYTES(field)                                                                          \
	(uint8_t) offsetof(struct vcpu, field), (uint8_t)(offsetof(struct vcpu, field) >> 8),      \
		(uint8_t)(0xf0 + (offsetof(struct vcpu, field) >> 16)), 0xff

static void cli_is_a_byte_store(void **state)
{
	(void)state;
	expect_form(BYTES(0xfa), AFTERBURN_INSN_CLI,
		    BYTES(0xc6, 0x04, 0x25, VCPU_BYTES(events.masked), 1));
}

static void swapgs_is_a_not(void **state)
{
	(void)state;
	expect_form(BYTES(0x0f, 0x01, 0xf8), AFTERBURN_INSN_SWAPGS,
		    BYTES(0xf6, 0x14, 0x25, VCPU_BYTES(gs_state)));
}

static void control_registers_are_loads(void **state)
{
	(void)state;
	expect_form(BYTES(0x0f, 0x20, 0xd8), AFTERBURN_INSN_MOV_FROM_CR,
		    BYTES(0x48, 0x8b, 0x04, 0x25, VCPU_BYTES(cr[3])));
	expect_form(BYTES(0x0f, 0x20, 0xd7), AFTERBURN_INSN_MOV_FROM_CR,
		    BYTES(0x48, 0x8b, 0x3c, 0x25, VCPU_BYTES(cr[2])));
	expect_form(BYTES(0x0f, 0x20, 0xe4), AFTERBURN_INSN_MOV_FROM_CR,
		    BYTES(0x48, 0x8b, 0x24, 0x25, VCPU_BYTES(cr[4])));
	expect_form(BYTES(0x41, 0x0f, 0x20, 0xc4), AFTERBURN_INSN_MOV_FROM_CR,
		    BYTES(0x4c, 0x8b, 0x24, 0x25, VCPU_BYTES(cr[0])));
}

static void code_and_stack_selectors_are_loads(void **state)
{
	(void)state;
	expect_form(BYTES(0x8c, 0xc8), AFTERBURN_INSN_MOV_FROM_SREG,
		    BYTES(0x0f, 0xb7, 0x04, 0x25, VCPU_BYTES(kernel_cs)));
	expect_form(BYTES(0x8c, 0xd5), AFTERBURN_INSN_MOV_FROM_SREG,
		    BYTES(0x0f, 0xb7, 0x2c, 0x25, VCPU_BYTES(kernel_ss)));
	expect_form(BYTES(0x41, 0x8c, 0xcf), AFTERBURN_INSN_MOV_FROM_SREG,
		    BYTES(0x44, 0x0f, 0xb7, 0x3c, 0x25, VCPU_BYTES(kernel_cs)));
}

/* What is left of a call: four bytes of distance to the gate from the end of the call. */
#define CALL_BYTES(gate, end)                                                                      \
	CALL, (uint8_t)((gate) - (end)), (uint8_t)(((gate) - (end)) >> 8),                         \
		(uint8_t)(((gate) - (end)) >> 16), (uint8_t)(((gate) - (end)) >> 24)

static void flags_are_calls_of_their_gates(void **state)
{
	(void)state;
	expect_form(BYTES(0x9c), AFTERBURN_INSN_PUSHF,
		    BYTES(0x9c, CALL_BYTES(AT_GATE_PUSHF, GUEST_CODE + 6)));
	expect_form(BYTES(0x9d), AFTERBURN_INSN_POPF,
		    BYTES(CALL_BYTES(AT_GATE_POPF, GUEST_CODE + 5)));
	expect_form(BYTES(0x66, 0x9c), AFTERBURN_INSN_PUSHF,
		    BYTES(CALL_BYTES(AT_GATE_SITE, GUEST_CODE + 5)));
	expect_form(BYTES(0x66, 0x9d), AFTERBURN_INSN_POPF,
		    BYTES(CALL_BYTES(AT_GATE_SITE, GUEST_CODE + 5)));
}

static void expect_branch(const uint8_t *insn, size_t length, unsigned int id, uint8_t opcode,
			  uint64_t gate)
{
	struct sample s;

	build(&s, insn, (unsigned int)length, id, true);
	assert_null(rewrite(&s, NULL));
	assert_int_equal(s.memory[1], opcode);
	assert_int_equal(branch_target(&s, 0), gate);
	check_fill(&s, 5);
}

static void returns_are_jumps(void **state)
{
	(void)state;
	expect_branch(BYTES(0x48, 0xcf), AFTERBURN_INSN_IRET, JUMP, AT_GATE_IRET);
	expect_branch(BYTES(0xcf), AFTERBURN_INSN_IRET, CALL, AT_GATE_SITE);
	expect_branch(BYTES(0x48, 0x0f, 0x07), AFTERBURN_INSN_SYSRET, JUMP, AT_GATE_SYSRET64);
	expect_branch(BYTES(0x0f, 0x07), AFTERBURN_INSN_SYSRET, JUMP, AT_GATE_SYSRET32);
	expect_branch(BYTES(0x48, 0xcb), AFTERBURN_INSN_LRET, CALL, AT_GATE_SITE);
}

/* sti alone turns interrupts on; before a halt it only leaves a mark for the halt. */
static void sti_before_a_halt_waits(void **state)
{
	struct site halt = {.id = AFTERBURN_INSN_HLT, .insn_length = 1, .insn = {0xf4}};
	struct site other = {.id = AFTERBURN_INSN_CLI, .insn_length = 1, .insn = {0xfa}};
	struct sample s;

	(void)state;
	build(&s, (const uint8_t[]){0xfb}, 1, AFTERBURN_INSN_STI, true);
	assert_null(rewrite(&s, &halt));
	assert_int_equal(branch_target(&s, 0), AT_GATE_STI_HALT);
	halt.id = AFTERBURN_INSN_DECODE;
	build(&s, (const uint8_t[]){0xfb}, 1, AFTERBURN_INSN_STI, true);
	assert_null(rewrite(&s, &halt));
	assert_int_equal(branch_target(&s, 0), AT_GATE_STI_HALT);
	build(&s, (const uint8_t[]){0xfb}, 1, AFTERBURN_INSN_STI, true);
	assert_null(rewrite(&s, &other));
	assert_int_equal(branch_target(&s, 0), AT_GATE_STI);
	build(&s, (const uint8_t[]){0xfb}, 1, AFTERBURN_INSN_STI, true);
	assert_null(rewrite(&s, NULL));
	assert_int_equal(branch_target(&s, 0), AT_GATE_STI);
}

/* Inline code fills the place where a label could stand: refused rather than wrong. */
static void inline_code_behind_a_pad_is_refused(void **state)
{
	struct sample s;

	(void)state;
	build(&s, (const uint8_t[]){0xfa}, 1, AFTERBURN_INSN_CLI, true);
	assert_non_null(rewrite(&s, NULL));
}

/* Where the platform holds the guest's selectors they are read natively, else from the wedge. */
static void data_selectors_follow_the_traits(void **state)
{
	static const uint8_t mov_ds_eax[] = {0x8c, 0xd8};
	struct sample s, old;

	(void)state;
	build(&s, mov_ds_eax, 2, AFTERBURN_INSN_MOV_FROM_SREG, false);
	old = s;
	assert_null(rewrite(&s, NULL));
	assert_memory_equal(s.memory, old.memory, sizeof(s.memory));
	fake_selectors_are_real = 0;
	expect_form(BYTES(0x8c, 0xd8), AFTERBURN_INSN_MOV_FROM_SREG,
		    BYTES(0x0f, 0xb7, 0x04, 0x25, VCPU_BYTES(selector[X86_DS])));
}

static void code_for_32_bit_loaders_is_left_alone(void **state)
{
	/* ljmp $0x10,$0x1234: no 64-bit instruction */
	static const uint8_t ljmp[] = {0xea, 0x34, 0x12, 0, 0, 0x10, 0};
	struct sample s, old;

	(void)state;
	build(&s, ljmp, sizeof(ljmp), AFTERBURN_INSN_LJMP_IMM, true);
	old = s;
	assert_null(rewrite(&s, NULL));
	assert_memory_equal(s.memory, old.memory, sizeof(s.memory));
}

static void expect_problem(struct sample *s, const char *text)
{
	struct sample old = *s;
	const char *problem = rewrite(s, NULL);

	assert_non_null(problem);
	assert_non_null(strstr(problem, text));
	assert_memory_equal(s->memory, old.memory, sizeof(s->memory));
}

static void a_gate_out_of_reach_is_refused(void **state)
{
	struct sample s;

	(void)state;
	build(&s, (const uint8_t[]){0x0f, 0xa2}, 2, AFTERBURN_INSN_CPUID, false);
	s.site.va = AT_GATE_SITE - 5 - INT32_MAX;
	assert_null(rewrite(&s, NULL));
	build(&s, (const uint8_t[]){0x0f, 0xa2}, 2, AFTERBURN_INSN_CPUID, false);
	s.site.va = AT_GATE_SITE - 5 - INT32_MAX - 1;
	expect_problem(&s, "out of reach");
}

static void a_wrong_instruction_is_refused(void **state)
{
	struct sample s;

	(void)state;
	build(&s, (const uint8_t[]){0xfa}, 1, AFTERBURN_INSN_STI, false);
	expect_problem(&s, "not the one its record names");
	build(&s, (const uint8_t[]){0x90}, 1, AFTERBURN_INSN_CLI, false);
	expect_problem(&s, "no instruction of the table");
	/* One byte too many: cli; nop */
	build(&s, (const uint8_t[]){0xfa, 0x90}, 2, AFTERBURN_INSN_CLI, false);
	expect_problem(&s, "no instruction of the table");
	/* One too few: half an lgdt */
	build(&s, (const uint8_t[]){0x0f, 0x01}, 2, AFTERBURN_INSN_LGDT, false);
	expect_problem(&s, "no instruction of the table");
}

static void decode_records_take_any_instruction(void **state)
{
	struct sample s;

	(void)state;
	build(&s, (const uint8_t[]){0xfa}, 1, AFTERBURN_INSN_DECODE, false);
	assert_null(rewrite(&s, NULL));
	assert_int_equal(s.site.d.id, AFTERBURN_INSN_CLI);
	assert_int_equal(s.memory[1], 0xc6);
	build(&s, (const uint8_t[]){0x90}, 1, AFTERBURN_INSN_DECODE, false);
	expect_problem(&s, "no instruction of the table");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(every_encoding_becomes_wedge_code),
		GUEST_TEST(counted_sites_pass_through_c),
		GUEST_TEST(cli_is_a_byte_store),
		GUEST_TEST(swapgs_is_a_not),
		GUEST_TEST(control_registers_are_loads),
		GUEST_TEST(code_and_stack_selectors_are_loads),
		GUEST_TEST(flags_are_calls_of_their_gates),
		GUEST_TEST(returns_are_jumps),
		GUEST_TEST(sti_before_a_halt_waits),
		GUEST_TEST(inline_code_behind_a_pad_is_refused),
		GUEST_TEST(data_selectors_follow_the_traits),
		GUEST_TEST(code_for_32_bit_loaders_is_left_alone),
		GUEST_TEST(a_gate_out_of_reach_is_refused),
		GUEST_TEST(a_wrong_instruction_is_refused),
		GUEST_TEST(decode_records_take_any_instruction),
	};

	return RUN_TAP(tests);
}
