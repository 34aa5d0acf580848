/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gates.c - the gates of sti, pushf and popf, executed: for every state of mask and pending events
 * and every combination of flags, they change what the instruction changes and nothing else.
 *
 * Invariant: every register holds a value of its own, so any mix-up shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include <wedge/vcpu.h>

/* gates_caller.S knows the offsets. */
struct run {
	uint64_t gpr[16];
	uint64_t flags;
	const void *code;
};

void run_site(struct run *run);
extern const char site_sti[], site_pushf[], site_popf[];
extern uint64_t taken, masked_when_taken;

enum { STACK_WORDS = 64, TOP = 32, GUARD_WORD = 0x5a };

/* What user code may have in its flags; IF is always set there. */
static const uint64_t flag_bits[] = {0x1, 0x4, 0x10, 0x40, 0x80, 0x400, 0x800, 0x200000};
enum { FLAG_COMBINATIONS = 256, FLAGS_ALWAYS = 0x202 };

static struct vcpu *v;
static uint64_t stack[STACK_WORDS];

static int map_vcpu(void **state)
{
	(void)state;
	v = mmap((void *)TEST_VCPU_BASE, WEDGE_VCPU_PAGES * X86_PAGE_SIZE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	return v == (void *)TEST_VCPU_BASE ? 0 : -1;
}

static uint64_t flags_of(unsigned int combination)
{
	uint64_t flags = FLAGS_ALWAYS;

	for (unsigned int i = 0; i < 8; i++)
		flags |= combination >> i & 1 ? flag_bits[i] : 0;
	return flags;
}

static struct run prepare(const void *code, uint64_t flags, unsigned int state)
{
	struct run run = {.flags = flags, .code = code};

	for (unsigned int i = 0; i < 16; i++)
		run.gpr[i] = 0x0101010101010101 * (i + 1);
	for (unsigned int i = 0; i < STACK_WORDS; i++)
		stack[i] = GUARD_WORD;
	run.gpr[X86_RSP] = (uint64_t)&stack[TOP];
	memset(v, 0, sizeof(*v));
	v->events.masked = state & 1;
	v->events.pending = state >> 1 & 1;
	taken = 0;
	masked_when_taken = GUARD_WORD;
	return run;
}

/* Everything but the flags and the stack pointer is as it was, what lies above included. */
static void check_untouched(const struct run *run, int stack_moved)
{
	for (unsigned int i = 0; i < 16; i++) {
		if (i != X86_RSP)
			assert_int_equal(run->gpr[i], 0x0101010101010101 * (i + 1));
	}
	assert_int_equal(run->gpr[X86_RSP], (uint64_t)&stack[TOP + stack_moved]);
	for (unsigned int i = TOP + 1; i < STACK_WORDS; i++)
		assert_int_equal(stack[i], GUARD_WORD);
}

/* Pending events are taken exactly when interrupts are turned on, and with the mask off. */
static void check_taken(int expected)
{
	assert_int_equal(taken, expected);
	if (expected)
		assert_int_equal(masked_when_taken, 0);
}

static void sti_unmasks_and_takes_what_waits(void **unused)
{
	(void)unused;
	for (unsigned int n = 0; n < FLAG_COMBINATIONS * 4; n++) {
		struct run run = prepare(site_sti, flags_of(n / 4), n & 3);

		run_site(&run);
		check_untouched(&run, 0);
		assert_int_equal(run.flags, flags_of(n / 4));
		assert_int_equal(stack[TOP], GUARD_WORD);
		assert_int_equal(v->events.masked, 0);
		check_taken(n >> 1 & 1);
	}
}

static void pushf_shows_the_mask_as_interrupt_flag(void **unused)
{
	(void)unused;
	for (unsigned int n = 0; n < FLAG_COMBINATIONS * 4; n++) {
		struct run run = prepare(site_pushf, flags_of(n / 4), n & 3);
		uint64_t seen = flags_of(n / 4) & ~(n & 1 ? (uint64_t)X86_FLAGS_IF : 0);

		run_site(&run);
		check_untouched(&run, -1);
		assert_int_equal(run.flags, flags_of(n / 4));
		assert_int_equal(stack[TOP - 1], seen);
		assert_int_equal(stack[TOP], GUARD_WORD);
		assert_int_equal(v->events.masked, n & 1);
		check_taken(0);
	}
}

static void popf_sets_flags_and_mask(void **unused)
{
	(void)unused;
	for (unsigned int n = 0; n < FLAG_COMBINATIONS * 8; n++) {
		unsigned int on = n >> 2 & 1;
		uint64_t image = flags_of(n / 8) & ~(on ? 0 : (uint64_t)X86_FLAGS_IF);
		struct run run = prepare(site_popf, flags_of(~n / 8), n & 3);

		stack[TOP] = image;
		run_site(&run);
		check_untouched(&run, 1);
		assert_int_equal(run.flags, flags_of(n / 8));
		assert_int_equal(stack[TOP], image);
		assert_int_equal(v->events.masked, !on);
		check_taken(on && (n >> 1 & 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sti_unmasks_and_takes_what_waits),
		cmocka_unit_test(pushf_shows_the_mask_as_interrupt_flag),
		cmocka_unit_test(popf_sets_flags_and_mask),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, map_vcpu, NULL);
}
