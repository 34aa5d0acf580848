/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * far_test.c - sites of a 64-bit kernel that is linked more than 2 GiB from the gates: their
 * branches go through tables. Distances wrap around zero, so a low kernel is not one of these.
 *
 * Invariant: the bytes are written by hand; the tables' entries are read as the processor would.
 */
#include <arch/x86/ramps.h>
#include <gate_addresses.h>

#include "encodings.h"
#include "sample.h"

enum { FAR_CALL = 0x14, FAR_JUMP = 0x24 };

#define FAR_CODE 0xffff900000100000ull

static void build_far(struct sample *s, const uint8_t *insn, unsigned int length, unsigned int id,
		      bool before)
{
	sample_build(s, insn, length, id, before);
	s->site.va = FAR_CODE;
}

/* Seven bytes that call or jump through a word in memory; what the word holds. */
static uint64_t target_of(const struct sample *s, unsigned int at, uint8_t modrm)
{
	const uint8_t *code = s->memory + 1 + at;
	int32_t slot;
	uint64_t target;

	assert_int_equal(code[0], 0xff);
	assert_int_equal(code[1], modrm);
	assert_int_equal(code[2], 0x25);
	memcpy(&slot, code + 3, 4);
	memcpy(&target, fake_window((uint64_t)(int64_t)slot), sizeof(target));
	return target;
}

/* The same with a word in the window, behind all ramps: it must hold the address of the ramp. */
static void check_far_ramp(const struct sample *s)
{
	const uint8_t jump[] = {0xff, FAR_JUMP, 0x25}, *code = s->memory + 1;
	uint64_t ramp, at = WEDGE_RAMPS + SITE_TABLE_MAX * 16 + SAMPLE_SLOT * 8;
	uint32_t word;

	assert_memory_equal(code, jump, sizeof(jump));
	memcpy(&word, code + sizeof(jump), sizeof(word));
	assert_int_equal(word, (uint32_t)at);
	memcpy(&ramp, fake_window(at), sizeof(ramp));
	assert_int_equal(ramp, SAMPLE_RAMP);
}

static void pad_behind(void **state)
{
	struct sample s;

	(void)state;
	build_far(&s, BYTES(0x9d), AFTERBURN_INSN_POPF, false);
	assert_null(sample_rewrite(&s, NULL));
	assert_int_equal(target_of(&s, 0, FAR_CALL), AT_GATE_POPF);
	sample_check_fill(&s, 7);
	build_far(&s, BYTES(0x9c), AFTERBURN_INSN_PUSHF, false);
	assert_null(sample_rewrite(&s, NULL));
	assert_int_equal(s.memory[1], 0x9c);
	assert_int_equal(target_of(&s, 1, FAR_CALL), AT_GATE_PUSHF);
	build_far(&s, BYTES(0x0f, 0xa2), AFTERBURN_INSN_CPUID, false);
	assert_null(sample_rewrite(&s, NULL));
	check_far_ramp(&s);
	build_far(&s, BYTES(0x48, 0xcf), AFTERBURN_INSN_IRET, false);
	assert_null(sample_rewrite(&s, NULL));
	assert_int_equal(target_of(&s, 0, FAR_JUMP), AT_GATE_IRET);
	sample_check_fill(&s, 7);
}

/* Of a kernel near the wedge, too: nothing in them depends on where they are. */
static void flags_may_be_copied(void **state)
{
	struct sample near, far;

	(void)state;
	sample_build(&near, BYTES(0x9c), AFTERBURN_INSN_PUSHF, false);
	build_far(&far, BYTES(0x9c), AFTERBURN_INSN_PUSHF, false);
	assert_null(sample_rewrite(&near, NULL));
	assert_null(sample_rewrite(&far, NULL));
	assert_memory_equal(near.memory, far.memory, sizeof(near.memory));
	sample_build(&near, BYTES(0x9d), AFTERBURN_INSN_POPF, false);
	build_far(&far, BYTES(0x9d), AFTERBURN_INSN_POPF, false);
	assert_null(sample_rewrite(&near, NULL));
	assert_null(sample_rewrite(&far, NULL));
	assert_memory_equal(near.memory, far.memory, sizeof(near.memory));
}

/* In the shadow of another instruction an sti has its pad behind it, and returns as any call. */
static void sti_with_its_pad_behind(void **state)
{
	struct sample s;

	(void)state;
	build_far(&s, BYTES(0xfb), AFTERBURN_INSN_STI, false);
	assert_null(sample_rewrite(&s, NULL));
	assert_int_equal(target_of(&s, 0, FAR_CALL), AT_GATE_STI);
	sample_check_fill(&s, 7);
}

static void inline_code_is_the_same(void **state)
{
	struct sample near, far;

	(void)state;
	sample_build(&near, BYTES(0xfa), AFTERBURN_INSN_CLI, false);
	build_far(&far, BYTES(0xfa), AFTERBURN_INSN_CLI, false);
	assert_null(sample_rewrite(&near, NULL));
	assert_null(sample_rewrite(&far, NULL));
	assert_memory_equal(near.memory, far.memory, sizeof(near.memory));
}

/* The call fills the pad: where a label may stand is the instruction itself, and nobody returns
 * there. */
static void sti_behind_its_pad(void **state)
{
	struct site halt = {.id = AFTERBURN_INSN_HLT, .insn_length = 1, .insn = {0xf4}};
	struct sample s;

	(void)state;
	build_far(&s, BYTES(0xfb), AFTERBURN_INSN_STI, true);
	assert_null(sample_rewrite(&s, NULL));
	assert_int_equal(target_of(&s, 0, FAR_CALL), AT_GATE_STI_OVER);
	assert_int_equal(s.memory[1 + 7], 0xfb);
	build_far(&s, BYTES(0xfb), AFTERBURN_INSN_STI, true);
	assert_null(sample_rewrite(&s, &halt));
	assert_int_equal(target_of(&s, 0, FAR_CALL), AT_GATE_STI_HALT_OVER);
	assert_int_equal(s.memory[1 + 7], 0xfb);
	/* With a prefix: C goes on behind it, and no gate does. */
	build_far(&s, BYTES(0x48, 0xfb), AFTERBURN_INSN_STI, true);
	assert_null(sample_rewrite(&s, NULL));
	check_far_ramp(&s);
	build_far(&s, BYTES(0x48, 0xfb), AFTERBURN_INSN_STI, true);
	assert_non_null(sample_rewrite(&s, &halt));
}

static void popf_behind_its_pad(void **state)
{
	struct sample s;

	(void)state;
	build_far(&s, BYTES(0x9d), AFTERBURN_INSN_DECODE, true);
	assert_null(sample_rewrite(&s, NULL));
	check_far_ramp(&s);
	assert_int_equal(s.memory[1 + 7], 0x9d);
}

/* Longer instructions: a jump back to the branch. */
static void label_behind_a_pad(void **state)
{
	static const uint8_t back[] = {JUMP_SHORT, (uint8_t)-9};
	struct sample s;

	(void)state;
	build_far(&s, BYTES(0x48, 0x0f, 0x07), AFTERBURN_INSN_SYSRET, true);
	assert_null(sample_rewrite(&s, NULL));
	assert_int_equal(target_of(&s, 0, FAR_JUMP), AT_GATE_SYSRET64);
	assert_memory_equal(s.memory + 1 + 7, back, 2);
	assert_int_equal(s.memory[1 + 9], 0x90);
	build_far(&s, BYTES(0x8e, 0xd0), AFTERBURN_INSN_MOV_TO_SS, true);
	assert_null(sample_rewrite(&s, NULL));
	check_far_ramp(&s);
	assert_memory_equal(s.memory + 1 + 7, back, 2);
}

/* popf, where C must deliver what waits. */
static void the_call_finds_its_site(void **state)
{
	static const uint8_t popf[] = {0x9d};
	struct site *site = site_table_add(FAR_CODE, popf, 0, 1, AFTERBURN_INSN_POPF);
	uint8_t code[AFTERBURN_SITE_MAX];

	(void)state;
	assert_null(arch_rewrite(site, NULL, code));
	guest_poke64(vcpu.gpr[X86_RSP], X86_FLAGS_FIXED | X86_FLAGS_IF | 1);
	vcpu.rip = FAR_CODE + SITE_FAR_CALL_LENGTH;
	core_site(&vcpu);
	assert_int_equal(vcpu.rip, FAR_CODE + 1 + AFTERBURN_PAD_LEN);
	assert_int_equal(vcpu.rflags, X86_FLAGS_FIXED | X86_FLAGS_IF | 1);
}

/* The same from a copy of that code, where the table has no site. A call of something else is none.
 */
static void the_call_of_a_copy_is_known(void **state)
{
	struct site found, site = {
				   .va = FAR_CODE,
				   .insn = {0x9d},
				   .insn_length = 1,
				   .site_length = 1 + AFTERBURN_PAD_LEN,
				   .id = AFTERBURN_INSN_POPF,
			   };
	uint8_t code[AFTERBURN_SITE_MAX] = {0};

	(void)state;
	assert_null(arch_rewrite(&site, NULL, code));
	guest_poke(GUEST_CODE, code, site.site_length);
	guest_poke64(vcpu.gpr[X86_RSP], X86_FLAGS_FIXED | X86_FLAGS_IF | 1);
	vcpu.rip = GUEST_CODE + SITE_FAR_CALL_LENGTH;
	core_site(&vcpu);
	assert_int_equal(vcpu.rip, GUEST_CODE + 1 + AFTERBURN_PAD_LEN);
	assert_int_equal(vcpu.rflags, X86_FLAGS_FIXED | X86_FLAGS_IF | 1);
	code[3] ^= 8;
	guest_poke(GUEST_CODE, code, site.site_length);
	assert_false(arch_copied_popf(&vcpu, GUEST_CODE + SITE_FAR_CALL_LENGTH, &found));
}

/* There is no memory for another page of addresses. */
static void without_memory_it_is_refused(void **state)
{
	struct sample s;

	(void)state;
	build_far(&s, BYTES(0x0f, 0xa2), AFTERBURN_INSN_CPUID, false);
	assert_null(sample_rewrite(&s, NULL));
	build_far(&s, BYTES(0x0f, 0xa2), AFTERBURN_INSN_CPUID, false);
	/* The first slot of the second page of addresses, whose ramps are all there. */
	s.site.slot = 512;
	assert_null(ramp_of(1023, &(uint64_t){0}));
	fake.no_window_pages = true;
	sample_expect_problem(&s, "no memory for the address of its ramp");
}

static unsigned int count;

static void rewrite_far(const struct encoding *e)
{
	bool before = afterburn_insns[e->d.id].place == AFTERBURN_PLACE_BEFORE;
	struct sample s;

	build_far(&s, e->bytes, e->d.length, e->d.id, before);
	assert_null(sample_rewrite(&s, NULL));
	count++;
}

static void every_encoding_has_room(void **state)
{
	(void)state;
	for (unsigned int id = 0; id < AFTERBURN_INSN_COUNT; id++)
		encodings_of(id, rewrite_far);
	assert_in_range(count, 1000, 1000000);
}

/* The last place from which the distance fits, and the first from which it does not. */
static void near_is_preferred(void **state)
{
	struct sample s;

	(void)state;
	sample_build(&s, BYTES(0x0f, 0xa2), AFTERBURN_INSN_CPUID, false);
	s.site.va = SAMPLE_RAMP - 5 - INT32_MAX;
	assert_null(sample_rewrite(&s, NULL));
	assert_int_equal(s.memory[1], JUMP);
	assert_int_equal(sample_branch(&s, 0), SAMPLE_RAMP);
	sample_build(&s, BYTES(0x0f, 0xa2), AFTERBURN_INSN_CPUID, false);
	s.site.va = SAMPLE_RAMP - 5 - INT32_MAX - 1;
	assert_null(sample_rewrite(&s, NULL));
	check_far_ramp(&s);
}

/* From the first 2 GiB the distance wraps around zero: it is a near branch, too. */
static void a_low_kernel_is_near(void **state)
{
	static const uint64_t last = SAMPLE_RAMP - 5 + (1ull << 31);
	static const uint64_t places[] = {0x41000000, 0x60005000, last};
	struct sample s;

	(void)state;
	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		sample_build(&s, BYTES(0x0f, 0xa2), AFTERBURN_INSN_CPUID, false);
		s.site.va = places[i];
		assert_null(sample_rewrite(&s, NULL));
		assert_int_equal(s.memory[1], JUMP);
		assert_int_equal(sample_branch(&s, 0), SAMPLE_RAMP);
	}
	sample_build(&s, BYTES(0x0f, 0xa2), AFTERBURN_INSN_CPUID, false);
	s.site.va = last + 1;
	assert_null(sample_rewrite(&s, NULL));
	check_far_ramp(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(pad_behind),
		GUEST_TEST(flags_may_be_copied),
		GUEST_TEST(sti_with_its_pad_behind),
		GUEST_TEST(inline_code_is_the_same),
		GUEST_TEST(sti_behind_its_pad),
		GUEST_TEST(popf_behind_its_pad),
		GUEST_TEST(label_behind_a_pad),
		GUEST_TEST(the_call_finds_its_site),
		GUEST_TEST(the_call_of_a_copy_is_known),
		GUEST_TEST(without_memory_it_is_refused),
		GUEST_TEST(every_encoding_has_room),
		GUEST_TEST(near_is_preferred),
		GUEST_TEST(a_low_kernel_is_near),
	};

	return RUN_TAP(tests);
}
