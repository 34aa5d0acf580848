/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gates.c - the gates, executed: for every state of mask and pending events and every combination
 * of flags, they change what the instruction changes and nothing else, or hand the guest's whole
 * state to the wedge's C.
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
extern const char site_sti[], site_sti_halt[], site_pushf[], site_popf[];
extern const char site_sti_over[], site_sti_halt_over[];
extern const char site_other[], site_other_back[];
void core_site(struct vcpu *vcpu);
void core_ramp(struct vcpu *vcpu);

enum { VCPU_AND_STACK = WEDGE_VCPU_PAGES + 1 + WEDGE_STACK_PAGES };
enum { STACK_WORDS = 64, TOP = 32, GUARD_WORD = 0x5a };

/* What user code may have in its flags; IF is always set there. */
static const uint64_t flag_bits[] = {0x1, 0x4, 0x10, 0x40, 0x80, 0x400, 0x800, 0x200000};
enum { FLAG_COMBINATIONS = 256, FLAGS_ALWAYS = 0x202 };

static struct vcpu *v;
static uint64_t stack[STACK_WORDS];
static unsigned int entered;

/* No site here has a ramp. */
void core_ramp(struct vcpu *vcpu)
{
	(void)vcpu;
	fail();
}

/* The wedge's C, on the wedge's own stack. */
void core_site(struct vcpu *vcpu)
{
	const char *here = __builtin_frame_address(0);

	assert_ptr_equal(vcpu, v);
	assert_in_range(here - (const char *)v, (WEDGE_VCPU_PAGES + 1) * X86_PAGE_SIZE,
			VCPU_AND_STACK * X86_PAGE_SIZE);
	assert_int_equal(v->in_wedge, 1);
	assert_int_equal(v->events.masked, 1);
	entered++;
}

static int map_vcpu(void **state)
{
	(void)state;
	v = mmap((void *)WEDGE_VCPU_BASE, VCPU_AND_STACK * X86_PAGE_SIZE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	return v == (void *)WEDGE_VCPU_BASE ? 0 : -1;
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
	entered = 0;
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

/* The guest as it was at the site: what a handler's frame will show, and what comes back. */
static void check_handed_over(uint64_t flags, const char *back, bool interrupts_on)
{
	assert_int_equal(entered, 1);
	for (unsigned int i = 0; i < 16; i++) {
		if (i != X86_RSP)
			assert_int_equal(v->gpr[i], 0x0101010101010101 * (i + 1));
	}
	assert_int_equal(v->gpr[X86_RSP], (uint64_t)&stack[TOP]);
	assert_int_equal(v->rip, (uint64_t)back);
	assert_int_equal(v->rflags, interrupts_on ? flags : flags & ~(uint64_t)X86_FLAGS_IF);
	assert_int_equal(v->cs, 0);
	assert_int_equal(v->ss, 0);
}

static void any_site_hands_the_guest_over(void **unused)
{
	(void)unused;
	for (unsigned int n = 0; n < FLAG_COMBINATIONS * 4; n++) {
		struct run run = prepare(site_other, flags_of(n / 4), n & 3);

		run_site(&run);
		check_handed_over(flags_of(n / 4), site_other_back, !(n & 1));
		assert_int_equal(v->was_masked, n & 1);
		assert_int_equal(stack[TOP], GUARD_WORD);
	}
}

/* C turns interrupts on if something waits, so that the frame shows the kernel as it is. */
static void check_sti(const char *site, unsigned int call_length)
{
	for (unsigned int n = 0; n < FLAG_COMBINATIONS * 4; n++) {
		struct run run = prepare(site, flags_of(n / 4), n & 3);

		run_site(&run);
		assert_int_equal(stack[TOP], GUARD_WORD);
		if (n >> 1 & 1) {
			check_handed_over(flags_of(n / 4), site + call_length, false);
			continue;
		}
		assert_int_equal(entered, 0);
		check_untouched(&run, 0);
		assert_int_equal(run.flags, flags_of(n / 4));
		assert_int_equal(v->events.masked, 0);
	}
}

static void check_sti_halt(const char *site)
{
	for (unsigned int n = 0; n < FLAG_COMBINATIONS * 4; n++) {
		struct run run = prepare(site, flags_of(n / 4), n & 3);

		run_site(&run);
		check_untouched(&run, 0);
		assert_int_equal(run.flags, flags_of(n / 4));
		assert_int_equal(v->events.masked, n & 1);
		assert_int_equal(v->sti_shadow, 1);
		assert_int_equal(entered, 0);
	}
}

static void sti_unmasks_or_lets_c_deliver(void **unused)
{
	(void)unused;
	check_sti(site_sti, 5);
}

static void sti_before_a_halt_only_leaves_a_mark(void **unused)
{
	(void)unused;
	check_sti_halt(site_sti_halt);
}

/* Behind these calls stands a byte that faults. */
static void far_sti_does_the_same_and_passes_over_itself(void **unused)
{
	(void)unused;
	check_sti(site_sti_over, 7);
	check_sti_halt(site_sti_halt_over);
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
		assert_int_equal(entered, 0);
	}
}

static void popf_sets_flags_and_mask(void **unused)
{
	(void)unused;
	for (unsigned int n = 0; n < FLAG_COMBINATIONS * 8; n++) {
		bool on = n >> 2 & 1, pending = n >> 1 & 1;
		uint64_t image = flags_of(n / 8) & ~(on ? 0 : (uint64_t)X86_FLAGS_IF);
		struct run run = prepare(site_popf, flags_of(~n / 8), n & 3);

		stack[TOP] = image;
		run_site(&run);
		assert_int_equal(stack[TOP], image);
		if (on && pending) {
			/* C pops the flags; those of now are not what anybody needs. */
			check_handed_over(v->rflags, site_popf + 5, false);
			continue;
		}
		assert_int_equal(entered, 0);
		check_untouched(&run, 1);
		assert_int_equal(run.flags, flags_of(n / 8));
		assert_int_equal(v->events.masked, !on);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_site_hands_the_guest_over),
		cmocka_unit_test(sti_unmasks_or_lets_c_deliver),
		cmocka_unit_test(sti_before_a_halt_only_leaves_a_mark),
		cmocka_unit_test(far_sti_does_the_same_and_passes_over_itself),
		cmocka_unit_test(pushf_shows_the_mask_as_interrupt_flag),
		cmocka_unit_test(popf_sets_flags_and_mask),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, map_vcpu, NULL);
}
