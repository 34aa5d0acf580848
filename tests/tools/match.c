/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * match.c - unit tests of the byte matcher: every entry of insns.def, and random bytes against two
 * disassemblers that know nothing of our table.
 *
 * Invariant: the bytes under test are made from the table's opcode columns; the oracles see only
 * the bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#if __has_include(<Zydis/Zydis.h>)
#include <Zydis/Zydis.h>
#endif

#include <afterburn/insn.h>
#include <afterburn/sites.h>

#include "../random.h"
#include "tools/audit.h"

#define ROUNDS 400000

static uint64_t state = 88172645463325252u;

static uint32_t random_number(void)
{
	return (uint32_t)(next_random(&state) >> 16);
}

static unsigned char modrm_for(unsigned int constraint)
{
	unsigned char field = (unsigned char)((constraint & 7) << 3);

	switch (constraint & ~0xffu) {
	case AFTERBURN_MODRM_KIND_EXT:
	case AFTERBURN_MODRM_KIND_MEM:
		return field;
	case AFTERBURN_MODRM_KIND_REG:
		return field | 0xc0;
	case AFTERBURN_MODRM_REGS:
		return 0xc0;
	case AFTERBURN_MODRM_KIND_BYTE:
		return (unsigned char)constraint;
	default:
		return 0;
	}
}

/* The shortest form of a table entry in 32-bit operand size. Returns its length. */
static unsigned int encode(const struct afterburn_insn *insn, unsigned char *code)
{
	static const unsigned char immediate[] = {0, 1, 2, 6};
	unsigned int at = 0;

	if (insn->prefix != AFTERBURN_PREFIX_ANY)
		code[at++] = afterburn_prefix_bytes[insn->prefix];
	if (insn->map != AFTERBURN_MAP_1B)
		code[at++] = 0x0f;
	if (insn->map == AFTERBURN_MAP_0F38)
		code[at++] = 0x38;
	code[at++] = insn->opcode;
	if (insn->modrm != AFTERBURN_MODRM_NONE)
		code[at++] = modrm_for(insn->modrm);
	for (unsigned int i = 0; i < immediate[insn->imm]; i++)
		code[at++] = 0x11;
	return at;
}

static void every_entry(void **unused)
{
	(void)unused;
	for (int id = 0; id < AFTERBURN_INSN_COUNT; id++) {
		const struct afterburn_insn *insn = &afterburn_insns[id];
		unsigned char code[32] = {0};
		struct afterburn_decoded out;
		unsigned int length;

		if (insn->map == AFTERBURN_MAP_UNDECODED)
			continue;
		length = encode(insn, code);
		for (int wide = 0; wide < 2; wide++) {
			enum afterburn_code_mode mode =
				wide ? AFTERBURN_CODE_64 : AFTERBURN_CODE_32;
			int bit = wide ? AFTERBURN_MODES_64 : AFTERBURN_MODES_16_32;
			int expected = (insn->modes & bit) != 0;

			bool matched = afterburn_match(code, length, mode, &out);

			/* In 32-bit code the bytes of erets and eretu are clac with a prefix. */
			if ((matched && (expected || out.id == id)) != expected)
				fail_msg("%s in %s code", insn->name, wide ? "64-bit" : "32-bit");
			if (!expected)
				continue;
			if (out.id != id || out.length != length)
				fail_msg("%s is taken for %s, %u bytes", insn->name,
					 afterburn_insns[out.id].name, out.length);
			for (unsigned int cut = 0; cut < length; cut++)
				if (afterburn_match(code, cut, mode, &out) && out.length > cut)
					fail_msg("%s cut to %u bytes reads on", insn->name, cut);
		}
	}
}

/* Bytes with a tendency to what the table holds: prefixes and the two-byte map. */
static void random_code(unsigned char *code, unsigned int size)
{
	static const unsigned char likely[] = {0x66, 0x67, 0xf2, 0xf3, 0x2e, 0x65,
					       0xf0, 0x48, 0x41, 0x40, 0x0f, 0x0f};
	unsigned int at = 0;

	for (unsigned int i = 0; i < size; i++)
		code[i] = (unsigned char)random_number();
	while (at < 4 && random_number() % 3 == 0)
		code[at++] = likely[random_number() % sizeof(likely)];
	if (random_number() % 2)
		code[at] = 0x0f;
}

/* libopcodes takes fwait and the x87 instruction behind it for one. */
static bool has_fwait(const unsigned char *code, unsigned int length)
{
	return length > 1 && memchr(code, 0x9b, length < 5 ? length : 5);
}

static void libopcodes_agrees(void **unused)
{
	struct disassembler *d = disassembler_new();
	unsigned int matches = 0;

	(void)unused;
	assert_non_null(d);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		enum afterburn_code_mode mode = i & 1 ? AFTERBURN_CODE_64 : AFTERBURN_CODE_32;
		unsigned char code[24];
		struct ab_bytes bytes = {code, sizeof(code)};
		struct afterburn_decoded out = {0};
		const char *text;
		unsigned int length;
		int matched, spelled;

		random_code(code, sizeof(code));
		disassembler_code(d, bytes, 0);
		length = disassemble(d, 0, mode, &text);
		if (strstr(text, "(bad)") || strchr(text, '?') || has_fwait(code, length))
			continue;
		matched = afterburn_match(code, sizeof(code), mode, &out);
		spelled = audit_text_is_sensitive(text, mode);
		matches += (unsigned int)matched;
		/* Alone, a prefix is shown as an instruction of its own. */
		if (matched && length < out.length && !spelled)
			continue;
		if (matched != spelled || (matched && length != out.length))
			fail_msg("%02x %02x %02x %02x %02x %02x %02x in mode %d: '%s' (%u), table: "
				 "%s "
				 "(%u)",
				 code[0], code[1], code[2], code[3], code[4], code[5], code[6],
				 mode, text, length, matched ? afterburn_insns[out.id].name : "-",
				 out.length);
	}
	disassembler_free(d);
	assert_true(matches > ROUNDS / 100);
}

#ifdef ZYDIS_H
/* Extensions of the processor that the table leaves out on purpose: no kernel guest uses them. */
static int is_other_extension(const ZydisDecodedInstruction *insn)
{
	switch (insn->meta.isa_ext) {
	case ZYDIS_ISA_EXT_AMD_INVLPGB:
	case ZYDIS_ISA_EXT_VTX:
	case ZYDIS_ISA_EXT_SVM:
	case ZYDIS_ISA_EXT_SMX:
	case ZYDIS_ISA_EXT_SGX:
	case ZYDIS_ISA_EXT_SGX_ENCLV:
	case ZYDIS_ISA_EXT_CET:
	case ZYDIS_ISA_EXT_SNP:
	case ZYDIS_ISA_EXT_PCONFIG:
	case ZYDIS_ISA_EXT_MCOMMIT:
	case ZYDIS_ISA_EXT_TDX:
	case ZYDIS_ISA_EXT_UINTR:
	case ZYDIS_ISA_EXT_HRESET:
	case ZYDIS_ISA_EXT_KEYLOCKER:
		return 1;
	default:
		return 0;
	}
}

static void zydis_agrees(void **unused)
{
	ZydisDecoder decoders[2];
	unsigned int privileged = 0;

	(void)unused;
	ZydisDecoderInit(&decoders[0], ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32);
	ZydisDecoderInit(&decoders[1], ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	for (unsigned int i = 0; i < 4 * ROUNDS; i++) {
		enum afterburn_code_mode mode = i & 1 ? AFTERBURN_CODE_64 : AFTERBURN_CODE_32;
		unsigned char code[24];
		struct afterburn_decoded out;
		ZydisDecodedInstruction insn;
		int matched;

		random_code(code, sizeof(code));
		if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoders[i & 1], NULL, code,
								sizeof(code), &insn)))
			continue;
		matched = afterburn_match(code, sizeof(code), mode, &out);
		if (matched && out.length != insn.length)
			fail_msg("%02x %02x %02x %02x %02x %02x in mode %d: %s has %u bytes, %s %u",
				 code[0], code[1], code[2], code[3], code[4], code[5], mode,
				 ZydisMnemonicGetString(insn.mnemonic), insn.length,
				 afterburn_insns[out.id].name, out.length);
		if (!(insn.attributes & ZYDIS_ATTRIB_IS_PRIVILEGED) || is_other_extension(&insn))
			continue;
		privileged++;
		if (!matched)
			fail_msg(
				"%02x %02x %02x %02x %02x %02x in mode %d: privileged %s is missed",
				code[0], code[1], code[2], code[3], code[4], code[5], mode,
				ZydisMnemonicGetString(insn.mnemonic));
	}
	assert_true(privileged > ROUNDS / 100);
}
#endif

static void pads(void **unused)
{
	unsigned char pad[AFTERBURN_PAD_LEN] = {
		AFTERBURN_PAD_BYTE0,	    AFTERBURN_PAD_BYTE1,      AFTERBURN_PAD_BYTE2, 3, 0,
		AFTERBURN_PAD_MAGIC & 0xff, AFTERBURN_PAD_MAGIC >> 8,
	};
	unsigned char kind, length;

	(void)unused;
	for (unsigned int k = 0; k < 256; k++) {
		int possible = (k & AFTERBURN_KIND_INSN) < AFTERBURN_INSN_COUNT;

		pad[4] = (unsigned char)k;
		assert_int_equal(afterburn_pad_parse(pad, &kind, &length), possible);
		if (possible)
			assert_int_equal(kind, k);
	}
	pad[4] = 0;
	for (unsigned int n = 0; n < 256; n++) {
		pad[3] = (unsigned char)n;
		assert_int_equal(afterburn_pad_parse(pad, &kind, &length),
				 n >= 1 && n <= AFTERBURN_INSN_MAX);
	}
	pad[3] = 1;
	for (unsigned int i = 0; i < AFTERBURN_PAD_LEN; i++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			int free_field = i == 3 || i == 4;

			pad[i] ^= (unsigned char)(1u << bit);
			if (!free_field)
				assert_false(afterburn_pad_parse(pad, &kind, &length));
			pad[i] ^= (unsigned char)(1u << bit);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_entry),
		cmocka_unit_test(pads),
		cmocka_unit_test(libopcodes_agrees),
#ifdef ZYDIS_H
		cmocka_unit_test(zydis_agrees),
#endif
	};

#ifndef ZYDIS_H
	puts("1..1\nok 1 - zydis_agrees # SKIP no Zydis (package libzydis-dev)");
	fflush(stdout);
#endif
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
