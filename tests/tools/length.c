/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * length.c - the length decoder against Zydis: random bytes in all three code modes, and the code
 * of programs of this machine.
 *
 * Invariant: wherever Zydis finds an instruction, ours finds one of the same length, with the
 * same displacement and immediate.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#if __has_include(<Zydis/Zydis.h>)
#include <Zydis/Zydis.h>
#endif

#include <afterburn/length.h>
#include <afterburn/sites.h>

#include "../random.h"
#include "elf/image.h"
#include "elf/input.h"

#define ROUNDS 3000000

static uint64_t state = 88172645463325252u;

static uint32_t random_number(void)
{
	return (uint32_t)(next_random(&state) >> 16);
}

/* Bytes with a tendency to prefixes and to the maps that are rare in random ones. */
static void random_code(unsigned char *code, unsigned int size)
{
	static const unsigned char likely[] = {0x66, 0x67, 0xf2, 0xf3, 0x2e, 0x48, 0x41, 0x0f,
					       0xc4, 0xc5, 0x62, 0x8f, 0xc7, 0xf6, 0xf7, 0x40};
	unsigned int at = 0;

	for (unsigned int i = 0; i < size; i++)
		code[i] = (unsigned char)random_number();
	while (at < 4 && random_number() % 3 == 0)
		code[at++] = likely[random_number() % sizeof(likely)];
	if (random_number() % 3 == 0)
		code[at] = 0x0f;
}

static void cut_short(void **unused)
{
	(void)unused;
	for (unsigned int i = 0; i < ROUNDS / 10; i++) {
		enum afterburn_code_mode mode = (enum afterburn_code_mode)(i % 3);
		struct afterburn_layout whole, part;
		unsigned char code[24];

		random_code(code, sizeof(code));
		if (!afterburn_length(code, sizeof(code), mode, &whole))
			continue;
		assert_in_range(whole.length, 1, AFTERBURN_INSN_MAX);
		for (unsigned int cut = 0; cut < whole.length; cut++)
			assert_false(afterburn_length(code, cut, mode, &part));
		assert_true(afterburn_length(code, whole.length, mode, &part));
		assert_memory_equal(&whole, &part, sizeof(whole));
	}
}

#ifdef ZYDIS_H
static void fail_about(const unsigned char *code, unsigned int mode, const char *what,
		       unsigned int ours, unsigned int theirs)
{
	fail_msg("%02x %02x %02x %02x %02x %02x %02x %02x in mode %u: %s %u, Zydis says %u",
		 code[0], code[1], code[2], code[3], code[4], code[5], code[6], code[7], mode, what,
		 ours, theirs);
}

static unsigned int immediate_bits(const ZydisDecodedInstruction *insn)
{
	return insn->raw.imm[0].size + insn->raw.imm[1].size;
}

/* The address in a mov to or from an absolute one is an immediate to us. */
static int is_at(unsigned int at, unsigned int size, const ZydisDecodedInstruction *insn)
{
	return at == insn->raw.disp.offset && size * 8 == insn->raw.disp.size;
}

/* Returns 1 if the decoders agree, 0 if Zydis finds no instruction. */
static int agree(const ZydisDecoder *decoder, const unsigned char *code, unsigned long size,
		 enum afterburn_code_mode mode, unsigned int *length)
{
	struct afterburn_layout layout;
	ZydisDecodedInstruction insn;
	unsigned int ours;

	/* Knights Corner's own VEX opcodes: no such processor runs what we assemble. */
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(decoder, NULL, code, size, &insn)) ||
	    strncmp(ZydisISASetGetString(insn.meta.isa_set), "KNC", 3) == 0)
		return 0;
	ours = afterburn_length(code, size, mode, &layout) ? layout.length : 0;
	if (ours != insn.length)
		fail_about(code, mode, "length", ours, insn.length);
	if (insn.raw.disp.size && !is_at(layout.disp_at, layout.disp_size, &insn) &&
	    !is_at(layout.imm_at, layout.imm_size, &insn))
		fail_about(code, mode, "displacement", layout.disp_size * 8u, insn.raw.disp.size);
	if (immediate_bits(&insn) && layout.imm_size * 8u != immediate_bits(&insn))
		fail_about(code, mode, "immediate", layout.imm_size * 8u, immediate_bits(&insn));
	if (layout.relative != insn.raw.imm[0].is_relative)
		fail_about(code, mode, "relative", layout.relative, insn.raw.imm[0].is_relative);
	*length = ours;
	return 1;
}

static void decoders_start(ZydisDecoder decoders[3])
{
	ZydisDecoderInit(&decoders[AFTERBURN_CODE_16], ZYDIS_MACHINE_MODE_LEGACY_16,
			 ZYDIS_STACK_WIDTH_16);
	ZydisDecoderInit(&decoders[AFTERBURN_CODE_32], ZYDIS_MACHINE_MODE_LEGACY_32,
			 ZYDIS_STACK_WIDTH_32);
	ZydisDecoderInit(&decoders[AFTERBURN_CODE_64], ZYDIS_MACHINE_MODE_LONG_64,
			 ZYDIS_STACK_WIDTH_64);
}

static void random_bytes(void **unused)
{
	unsigned int found = 0, length;
	ZydisDecoder decoders[3];

	(void)unused;
	decoders_start(decoders);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		unsigned char code[24];

		random_code(code, sizeof(code));
		found += (unsigned int)agree(&decoders[i % 3], code, sizeof(code),
					     (enum afterburn_code_mode)(i % 3), &length);
	}
	assert_true(found > ROUNDS / 4);
}

/* Walks over all code of the program. Returns how many instructions it has. */
static unsigned long walk(const char *path)
{
	struct ab_error error;
	struct ab_image image;
	struct ab_bytes file;
	ZydisDecoder decoders[3];
	unsigned long count = 0;
	unsigned int length;

	if (ab_input_read(path, &file, &error) < 0)
		return 0;
	assert_int_equal(ab_image_open(&image, path, file, &error), 0);
	decoders_start(decoders);
	for (uint32_t i = 0; i < image.region_count; i++) {
		struct ab_bytes code = image.regions[i].code;

		for (uint64_t at = 0; at < code.size; at += length) {
			length = 1;
			count += (unsigned long)agree(&decoders[AFTERBURN_CODE_64], code.data + at,
						      code.size - at, AFTERBURN_CODE_64, &length);
		}
	}
	ab_image_close(&image);
	free((void *)file.data);
	return count;
}

static void real_programs(void **unused)
{
	static const char *const paths[] = {"/proc/self/exe", "/bin/bash", "/usr/bin/as",
					    "/lib/x86_64-linux-gnu/libc.so.6",
					    "/lib/x86_64-linux-gnu/libm.so.6"};
	unsigned long count = 0;

	(void)unused;
	for (unsigned int i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		count += walk(paths[i]);
	assert_true(count > 100000);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_short),
#ifdef ZYDIS_H
		cmocka_unit_test(random_bytes),
		cmocka_unit_test(real_programs),
#endif
	};

#ifndef ZYDIS_H
	puts("1..1\nok 1 - Zydis agrees # SKIP no Zydis (package libzydis-dev)");
	fflush(stdout);
#endif
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
