/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sample.c - see sample.h.
 *
 * Invariant: guard bytes are looked at after every call of the rewriter.
 */
#include "sample.h"

static void put_pad(uint8_t *at, unsigned int kind, unsigned int length)
{
	const uint8_t pad[AFTERBURN_PAD_LEN] = {
		AFTERBURN_PAD_BYTE0,	  AFTERBURN_PAD_BYTE1, AFTERBURN_PAD_BYTE2,
		(uint8_t)length,	  (uint8_t)kind,       AFTERBURN_PAD_MAGIC & 0xff,
		AFTERBURN_PAD_MAGIC >> 8,
	};

	memcpy(at, pad, sizeof(pad));
}

void sample_build(struct sample *s, const uint8_t *insn, unsigned int length, unsigned int id,
		  bool before)
{
	uint8_t *code;

	memset(s, 0, sizeof(*s));
	code = s->memory + 1;
	memset(s->memory, GUARD, sizeof(s->memory));
	s->site.va = GUEST_CODE;
	s->site.id = (uint8_t)id;
	s->site.slot = SAMPLE_SLOT;
	s->site.insn_offset = before ? AFTERBURN_PAD_LEN : 0;
	s->site.insn_length = (uint8_t)length;
	s->site.site_length = (uint8_t)(length + AFTERBURN_PAD_LEN);
	memcpy(s->site.insn, insn, length);
	memcpy(code + s->site.insn_offset, insn, length);
	put_pad(code + (before ? 0 : length), id | (before ? AFTERBURN_KIND_PAD_BEFORE : 0),
		length);
}

const char *sample_rewrite(struct sample *s, const struct site *next)
{
	const char *problem = arch_rewrite(&s->site, next, s->memory + 1);

	assert_int_equal(s->memory[0], GUARD);
	for (unsigned int i = 1u + s->site.site_length; i < sizeof(s->memory); i++)
		assert_int_equal(s->memory[i], GUARD);
	return problem;
}

void sample_decode(const uint8_t *code, unsigned int size, ZydisDecodedInstruction *insn)
{
	ZydisDecoder decoder;

	ZydisDecoderInit(&decoder,
			 ARCH_LONG_MODE ? ZYDIS_MACHINE_MODE_LONG_64
					: ZYDIS_MACHINE_MODE_LONG_COMPAT_32,
			 ARCH_LONG_MODE ? ZYDIS_STACK_WIDTH_64 : ZYDIS_STACK_WIDTH_32);
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

void sample_check_fill(const struct sample *s, unsigned int at)
{
	const uint8_t *code = s->memory + 1;
	ZydisDecodedInstruction insn;
	uint8_t kind, length;

	if (s->site.insn_offset)
		at = check_label(s, at);
	while (at < s->site.site_length) {
		sample_decode(code + at, s->site.site_length - at, &insn);
		assert_int_equal(insn.mnemonic, ZYDIS_MNEMONIC_NOP);
		at += insn.length;
	}
	assert_int_equal(at, s->site.site_length);
	for (at = 0; at + AFTERBURN_PAD_LEN <= s->site.site_length; at++)
		assert_false(afterburn_pad_parse(code + at, &kind, &length));
}

uint64_t sample_branch(const struct sample *s, unsigned int at)
{
	const uint8_t *code = s->memory + 1 + at;
	int32_t relative;

	if (code[0] == INDIRECT) {
		uint64_t target;

		memcpy(&relative, code + 3, 4);
		memcpy(&target, fake_window((uint64_t)(int64_t)relative), sizeof(target));
		return target;
	}
	memcpy(&relative, code + 1, 4);
	return (s->site.va + at + 5 + (uint64_t)(int64_t)relative) & ARCH_ADDRESS_MASK;
}

void sample_expect_form(const uint8_t *insn, size_t length, unsigned int id,
			const uint8_t *expected, size_t size)
{
	struct sample s;

	sample_build(&s, insn, (unsigned int)length, id, false);
	assert_null(sample_rewrite(&s, NULL));
	assert_memory_equal(s.memory + 1, expected, size);
	sample_check_fill(&s, (unsigned int)size);
}

void sample_expect_branch(const uint8_t *insn, size_t length, unsigned int id, uint8_t opcode,
			  uint64_t gate)
{
	struct sample s;

	sample_build(&s, insn, (unsigned int)length, id, true);
	assert_null(sample_rewrite(&s, NULL));
	assert_int_equal(s.memory[1], opcode);
	assert_int_equal(sample_branch(&s, 0), gate);
	sample_check_fill(&s, 5);
}

void sample_expect_problem(struct sample *s, const char *text)
{
	struct sample old = *s;
	const char *problem = sample_rewrite(s, NULL);

	assert_non_null(problem);
	assert_non_null(strstr(problem, text));
	assert_memory_equal(s->memory, old.memory, sizeof(s->memory));
}
