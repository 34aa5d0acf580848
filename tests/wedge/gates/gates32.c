/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gates32.c - the gates of 32-bit kernels, executed as 32-bit code of a 64-bit process: for every
 * state of mask and pending events, every combination of flags and every kind of selector, they
 * change what the instruction changes and nothing else, or leave the site to the wedge's C as it
 * was.
 *
 * Invariant: every register holds a value of its own, so any mix-up shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include <wedge/arch_traits.h>
#include <wedge/vcpu.h>

/* caller32.S knows the offsets. */
struct run32 {
	uint32_t gpr[8];
	uint32_t flags;
	uint32_t code;
	uint32_t entered;
};

void run_site32(struct run32 *run);
extern const char site_sti[], site_sti_halt[], site_pushf[], site_popf[];
extern const char site_mov_es[], site_mov_ds[], site_mov_fs[];
extern const char site_pop_es[], site_pop_ds[], site_pop_fs[];

enum { STACK_WORDS = 64, TOP = 32, GUARD_WORD = 0x5a, CALL_LENGTH = 5 };

/* What user code may have in its flags; IF is always set there. */
static const uint32_t flag_bits[] = {0x1, 0x4, 0x10, 0x40, 0x80, 0x400, 0x800, 0x200000};
enum { FLAG_COMBINATIONS = 256, FLAGS_ALWAYS = 0x202 };

static struct vcpu *v;
static uint32_t stack[STACK_WORDS];
static struct run32 run; /* below 4 GiB, like all that is static here */

static int map_vcpu(void **state)
{
	(void)state;
	v = mmap((void *)(uintptr_t)WEDGE_VCPU_BASE, WEDGE_VCPU_PAGES * X86_PAGE_SIZE,
		 PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	return v == (void *)(uintptr_t)WEDGE_VCPU_BASE ? 0 : -1;
}

static uint32_t flags_of(unsigned int combination)
{
	uint32_t flags = FLAGS_ALWAYS;

	for (unsigned int i = 0; i < 8; i++)
		flags |= combination >> i & 1 ? flag_bits[i] : 0;
	return flags;
}

static void prepare(const char *code, uint32_t flags, unsigned int state)
{
	run = (struct run32){.flags = flags, .code = (uint32_t)(uintptr_t)code};
	for (unsigned int i = 0; i < 8; i++)
		run.gpr[i] = 0x01010101u * (i + 1);
	for (unsigned int i = 0; i < STACK_WORDS; i++)
		stack[i] = GUARD_WORD;
	run.gpr[X86_RSP] = (uint32_t)(uintptr_t)&stack[TOP];
	memset(v, 0, sizeof(*v));
	v->events.masked = state & 1;
	v->events.pending = state >> 1 & 1;
}

/* All registers but one, and what lies above the stack pointer. */
static void check_registers(unsigned int but, int stack_moved)
{
	for (unsigned int i = 0; i < 8; i++) {
		if (i != X86_RSP && i != but)
			assert_int_equal(run.gpr[i], 0x01010101u * (i + 1));
	}
	assert_int_equal(run.gpr[X86_RSP], (uintptr_t)&stack[TOP + stack_moved]);
	for (unsigned int i = TOP + 1; i < STACK_WORDS; i++)
		assert_int_equal(stack[i], GUARD_WORD);
}

/* Done, the flags as they were. */
static void check_done(uint32_t flags, int stack_moved)
{
	assert_int_equal(run.entered, 0);
	check_registers(8, stack_moved);
	assert_int_equal(run.flags, flags);
}

/* At gate_site as if the site's call had gone there. */
static void check_left_to_c(const char *site, uint32_t flags)
{
	assert_int_equal(run.entered, 1);
	check_registers(8, -1);
	assert_int_equal(stack[TOP - 1], (uintptr_t)site + CALL_LENGTH);
	assert_int_equal(run.flags, flags);
}

static void sti_unmasks_or_lets_c_deliver(void **unused)
{
	(void)unused;
	for (unsigned int n = 0; n < FLAG_COMBINATIONS * 4; n++) {
		prepare(site_sti, flags_of(n / 4), n & 3);
		run_site32(&run);
		if (n >> 1 & 1)
			check_left_to_c(site_sti, flags_of(n / 4));
		else
			check_done(flags_of(n / 4), 0);
		assert_int_equal(v->events.masked, n >> 1 & 1);
		assert_int_equal(stack[TOP], GUARD_WORD);
	}
}

static void sti_before_a_halt_only_leaves_a_mark(void **unused)
{
	(void)unused;
	for (unsigned int n = 0; n < FLAG_COMBINATIONS * 4; n++) {
		prepare(site_sti_halt, flags_of(n / 4), n & 3);
		run_site32(&run);
		check_done(flags_of(n / 4), 0);
		assert_int_equal(v->events.masked, n & 1);
		assert_int_equal(v->sti_shadow, 1);
	}
}

static void pushf_shows_the_mask_as_interrupt_flag(void **unused)
{
	(void)unused;
	for (unsigned int n = 0; n < FLAG_COMBINATIONS * 4; n++) {
		uint32_t flags = flags_of(n / 4);

		prepare(site_pushf, flags, n & 3);
		run_site32(&run);
		check_done(flags, -1);
		assert_int_equal(stack[TOP - 1], n & 1 ? flags & ~(uint32_t)X86_FLAGS_IF : flags);
		assert_int_equal(stack[TOP], GUARD_WORD);
		assert_int_equal(v->events.masked, n & 1);
	}
}

/* What would hurt in ring 3 is left out, whatever the image says. */
static void popf_sets_flags_and_mask(void **unused)
{
	(void)unused;
	for (unsigned int n = 0; n < FLAG_COMBINATIONS * 16; n++) {
		bool hurts = n >> 3 & 1, on = n >> 2 & 1, pending = n >> 1 & 1;
		uint32_t image = flags_of(n / 16) & ~(on ? 0 : (uint32_t)X86_FLAGS_IF);

		prepare(site_popf, flags_of(~n / 16), n & 3);
		stack[TOP] = hurts ? image | ARCH_FLAGS_NOT_FOR_RING_3 : image;
		run_site32(&run);
		if (on && pending) {
			check_left_to_c(site_popf, run.flags); /* which pops them */
			assert_int_equal(stack[TOP] & ~ARCH_FLAGS_NOT_FOR_RING_3, image);
			assert_int_equal(v->events.masked, 1);
			continue;
		}
		check_done(flags_of(n / 16), 1);
		assert_int_equal(v->events.masked, !on);
	}
}

static const struct {
	const char *site;
	unsigned int sreg;
	int reg; /* that a mov names; -1: a pop */
} loads[] = {
	{site_mov_es, X86_ES, X86_RDX}, {site_mov_ds, X86_DS, X86_RDX},
	{site_mov_fs, X86_FS, X86_RAX}, {site_pop_es, X86_ES, -1},
	{site_pop_ds, X86_DS, -1},	{site_pop_fs, X86_FS, -1},
};

/* Loads a selector whose upper half is rubbish; returns whether the gate did it. */
static bool load_selector(unsigned int n, uint16_t selector, uint32_t flags)
{
	uint32_t value = 0xbeef0000 | selector;
	int reg = loads[n].reg;

	prepare(loads[n].site, flags, 0);
	for (unsigned int i = 0; i < X86_SREG_COUNT; i++)
		v->selector[i] = 0x7770 + i;
	v->flat_selector[0] = 0x7b;
	v->flat_selector[1] = 0x68;
	v->fs_selector = 0xd8;
	if (reg < 0)
		stack[TOP] = value;
	else
		run.gpr[reg] = value;
	run_site32(&run);
	assert_int_equal(run.flags, flags);
	assert_int_equal(reg < 0 ? stack[TOP] : run.gpr[reg], value);
	check_registers(reg < 0 ? 8 : (unsigned int)reg, run.entered ? -1 : reg < 0 ? 1 : 0);
	/* As if called from the site's start, where no push stands. */
	if (run.entered)
		assert_int_equal(stack[TOP - 1], (uintptr_t)loads[n].site + CALL_LENGTH);
	for (unsigned int i = 0; i < X86_SREG_COUNT; i++)
		assert_int_equal(v->selector[i],
				 !run.entered && i == loads[n].sreg ? selector : 0x7770 + i);
	return !run.entered;
}

static void known_selectors_are_only_noted(void **unused)
{
	(void)unused;
	for (unsigned int n = 0; n < sizeof(loads) / sizeof(loads[0]); n++) {
		bool fs = loads[n].sreg == X86_FS;

		for (unsigned int f = 0; f < FLAG_COMBINATIONS; f++) {
			assert_int_equal(load_selector(n, 0x7b, flags_of(f)), !fs);
			assert_int_equal(load_selector(n, 0x68, flags_of(f)), !fs);
			assert_int_equal(load_selector(n, 0xd8, flags_of(f)), fs);
			assert_int_equal(load_selector(n, 0, flags_of(f)), fs);
		}
		for (unsigned int selector = 1; selector < 0x10000; selector++) {
			if (selector != 0x7b && selector != 0x68 && selector != 0xd8)
				assert_false(load_selector(n, (uint16_t)selector, FLAGS_ALWAYS));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sti_unmasks_or_lets_c_deliver),
		cmocka_unit_test(sti_before_a_halt_only_leaves_a_mark),
		cmocka_unit_test(pushf_shows_the_mask_as_interrupt_flag),
		cmocka_unit_test(popf_sets_flags_and_mask),
		cmocka_unit_test(known_selectors_are_only_noted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, map_vcpu, NULL);
}
