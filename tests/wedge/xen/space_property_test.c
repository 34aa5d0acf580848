/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space_property_test.c - the invariant of shadow.h, for random guests (random_guest.h) on heaps of
 * any size: tables are edited, accesses made and invalidations executed, as core would. Whatever a
 * processor may hold of the tables that Xen has loaded, a processor with the guest's own tables may
 * hold too (tlb_model.h).
 *
 * Invariant: nothing here asks the code under test what it believes; a fixed seed makes fixed
 * steps, and a failure names both.
 */
#include "property.h"
#include "random_guest.h"
#include "tlb_model.h"

enum {
	STEPS = 6000,
	SEEDS = 12,
	BROKEN_STEPS = 20000, /* within so many a broken back end must be noticed */
	FAULTS_MAX = 2,	      /* of one access */
};

/* How the back end is broken on purpose. */
enum broken { NOT, LOSES_FLUSHES, SKIPS_LOAD, SKIPS_INVALIDATE };

static struct {
	unsigned int accesses;
	enum broken broken;
	bool starved;
	struct tlb guest[2], real[2];
	bool looked[FAKE_PAGES]; /* the page's code was seen once */
} run;

/* ---- the models ---- */

/* Large pages of a table with 32-bit entries are there only while CR4.PSE is 1. */
static uint64_t guest_entry_at(uint64_t page, unsigned int level, uint64_t va)
{
	const guest_pte *entries = guest_page(page * PAGE);
	bool large = GUEST_LEVELS > 2 || (vcpu.cr[4] & X86_CR4_PSE);

	if (!entries)
		return 0;
	return entries[guest_index(va, level)] &
	       ~(guest_pte)(level == 2 && !large ? X86_PTE_PS : 0);
}

static uint64_t real_entry_at(uint64_t frame, unsigned int level, uint64_t va)
{
	const uint64_t *entries = fake_frame(frame);

	return entries ? entries[va >> (3 + 9 * level) & (ENTRIES - 1)] : 0;
}

static struct held guest_leaf(enum view view, uint64_t e, uint64_t rights)
{
	struct held h = {.page = (e & X86_PTE_ADDRESS) / PAGE, .global = e & X86_PTE_G};

	if (!(e & X86_PTE_A) || (view == USER && !(e & rights & X86_PTE_U)))
		return h;
	h.prot = R | ((e | rights) & X86_PTE_NX ? 0 : X);
	if ((e & rights & X86_PTE_W) && (e & X86_PTE_D))
		h.prot |= W;
	if (view == KERNEL && !(vcpu.cr[0] & X86_CR0_WP))
		h.prot |= W;
	h.global &= (vcpu.cr[4] & X86_CR4_PGE) != 0;
	return h;
}

static struct held real_leaf(enum view view, uint64_t e, uint64_t rights)
{
	if (view == USER && !(e & rights & X86_PTE_U))
		return (struct held){0};
	return (struct held){
		.page = fake_page((e & X86_PTE_ADDRESS) / PAGE),
		.prot = R | (e & rights & X86_PTE_W ? W : 0) | ((e | rights) & X86_PTE_NX ? 0 : X),
		.user = XEN_VIEWS == 1 && (e & rights & X86_PTE_U),
	};
}

static void hold_guest(void)
{
	for (enum view view = KERNEL; view <= USER; view++) {
		run.guest[view].root = (vcpu.cr[3] & X86_PTE_ADDRESS) / PAGE;
		tlb_hold(&run.guest[view]);
	}
}

static void hold_real(void)
{
	run.real[KERNEL].root = fake_top_frame(false);
	run.real[USER].root = fake_top_frame(true);
	tlb_hold(&run.real[KERNEL]);
	tlb_hold(&run.real[USER]);
}

static void real_flushed(void)
{
	if (run.broken == LOSES_FLUSHES && one_in(4))
		return;
	tlb_forget(&run.real[KERNEL], false);
	tlb_forget(&run.real[USER], false);
}

static void real_invalidated(uint64_t va)
{
	for (unsigned int place = 0; place < PLACES; place++) {
		if ((va ^ place_address(place)) / PAGE)
			continue;
		for (enum view view = KERNEL; view <= USER; view++) {
			tlb_forget_place(&run.real[view], place);
			tlb_forget_tables(&run.real[view]);
		}
	}
}

/* ---- checks ---- */

static void check_place(enum view view, unsigned int place)
{
	for (unsigned int i = 0; i < HELD; i++) {
		struct held h = run.real[view].leaves[place][i];

		/* Its content is no secret. */
		if (h.page == xen.absent_page && h.prot == R)
			continue;
		if (h.prot && !tlb_allows(&run.guest[view], place, h))
			property_fail("%s view: %llx may lead to page %llx with rights %u, which "
				      "no entry gave",
				      view ? "user" : "kernel",
				      (unsigned long long)place_address(place),
				      (unsigned long long)h.page, h.prot);
		/* What a 32-bit kernel marks as user code's, nobody looks at. */
		if (place_is_kernel(place) && (h.prot & X) && !run.looked[h.page] && !h.user)
			property_fail("%llx may be executed, and nobody has looked at page %llx",
				      (unsigned long long)place_address(place),
				      (unsigned long long)h.page);
	}
}

/* The user view has no table of the kernel's, whatever the guest's entries allow. */
static void check_user_view(void)
{
	unsigned int excess = guest_user_excess(random_guest.low ? IMAGE : 0);

	if (excess)
		property_fail("user view: %s %u of the top-level table is there",
			      excess == ENTRIES ? "the kernel's image, not" : "entry", excess);
}

static void check(void)
{
	for (unsigned int place = 0; place < PLACES; place++) {
		check_place(KERNEL, place);
		check_place(USER, place);
	}
	check_user_view();
	if (!(reach(KERNEL, STACK_TOP - 8).prot & W))
		property_fail("the kernel's stack is absent");
	if (random_guest.low && !(reach(KERNEL, IMAGE_STACK_TOP - 8).prot & W))
		property_fail("the kernel's stack in its image is absent");
	if (run.guest[0].overflow || run.real[0].overflow || run.real[1].overflow)
		property_fail("the test has no room for what a TLB may hold");
}

/* ---- invalidations ---- */

static void load(unsigned int root)
{
	bool keep_global = vcpu.cr[4] & X86_CR4_PGE;
	bool same = vcpu.cr[3] == (ROOT_PAGE + root) * PAGE;

	vcpu.cr[3] = (ROOT_PAGE + root) * PAGE;
	tlb_forget(&run.guest[KERNEL], keep_global);
	tlb_forget(&run.guest[USER], keep_global);
	hold_guest();
	if (run.broken != SKIPS_LOAD || !same || !one_in(2))
		load_root(vcpu.cr[3]);
	free_what_was_left(!keep_global);
}

static void flush(void)
{
	tlb_forget(&run.guest[KERNEL], false);
	tlb_forget(&run.guest[USER], false);
	hold_guest();
	guest_forget_all(&vcpu);
	backend_space_flush(&vcpu);
	free_what_was_left(true);
}

static void invalidate(void)
{
	unsigned int place = random_below(PLACES);

	for (unsigned int i = 0; i < 16 && !reach(KERNEL, place_address(place)).prot; i++)
		place = random_below(PLACES);
	tlb_forget_place(&run.guest[KERNEL], place);
	tlb_forget_place(&run.guest[USER], place);
	hold_guest();
	if (run.broken != SKIPS_INVALIDATE || !one_in(3))
		invlpg(place_address(place) + random_below(PAGE));
}

static void switch_bit(unsigned int reg, uint64_t bit)
{
	vcpu.cr[reg] ^= bit;
	flush();
}

/* ---- accesses ---- */

/* One that the guest has mapped, mostly. */
static unsigned int mapped_place(void)
{
	unsigned int place = random_below(PLACES);
	struct guest_walk walk;

	for (unsigned int i = 0; i < 16; i++) {
		if (guest_lookup(&vcpu, place_address(place), &walk))
			return place;
		place = random_below(PLACES);
	}
	return place;
}

static void access_place(enum view view, unsigned int place, uint32_t access)
{
	uint64_t va = place_address(place);
	unsigned int need = R | (access & X86_PF_WRITE ? W : 0);
	struct guest_walk walk;
	struct reach r;

	/* The user view lacks the kernel's: whatever the guest gives away there stays its own. */
	if (XEN_VIEWS == 2 && view == USER && place_is_kernel(place))
		return;
	if (!(need & ~reach(view, va).prot) || !guest_lookup(&vcpu, va, &walk) ||
	    !guest_page(walk.address))
		return;
	if (!guest_walk(&vcpu, va, access | (view == USER ? X86_PF_USER : 0), &walk))
		return;
	hold_guest();
	/* A processor that faults forgets the way to the address. */
	for (unsigned int i = 0; i < FAULTS_MAX && need & ~reach(view, va).prot; i++) {
		tlb_forget_place(&run.real[view], place);
		touch(view, va, access);
	}
	run.accesses++;
	r = reach(view, va);
	if (need & ~r.prot)
		property_fail("%s view: %llx has rights %u for access %u", view ? "user" : "kernel",
			      (unsigned long long)va, r.prot, access);
}

/* Code of the kernel's is looked at before it runs. */
static void release_code(unsigned int place)
{
	uint64_t va = place_address(place);
	struct guest_walk walk;

	if (!backend_code_held(&vcpu, va) || !guest_lookup(&vcpu, va, &walk))
		return;
	run.looked[walk.address / PAGE] = true;
	backend_code_release(&vcpu, va);
}

static void step(void)
{

	uint32_t what = random_below(1000);

	if (what < 480)
		access_place(random_below(2), mapped_place(), one_in(2) ? X86_PF_WRITE : 0);
	else if (what < 520)
		release_code(mapped_place());
	else if (what < 640)
		edit_leaf();
	else if (what < 720 && GUEST_LEVELS > 2)
		edit_middle();
	else if (what < 760)
		edit_top();
	else if (what < 810)
		edit_rights();
	else if (what < 816)
		retire_table();
	else if (what < 880)
		invalidate();
	else if (what < 970)
		load(random_below(ROOTS));
	else if (what < 985)
		flush();
	else if (what < 992)
		switch_bit(4, X86_CR4_PGE);
	else if (what < 996 && GUEST_LEVELS == 2)
		switch_bit(4, X86_CR4_PSE);
	else
		switch_bit(0, X86_CR0_WP);
}

/* ---- runs ---- */

static void set_up_models(void)
{
	for (enum view view = KERNEL; view <= USER; view++) {
		run.guest[view] = (struct tlb){.view = view,
					       .entry = guest_entry_at,
					       .leaf = guest_leaf,
					       .levels = GUEST_LEVELS,
					       .large_shift = 12 + GUEST_INDEX_BITS};
		run.real[view] = (struct tlb){.view = view,
					      .entry = real_entry_at,
					      .leaf = real_leaf,
					      .levels = XEN_LEVELS,
					      .large_shift = 21};
	}
	fake_xen.flushed = real_flushed;
	fake_xen.invalidate = real_invalidated;
}

static void walk_steps(bool low, unsigned int steps)
{
	random_guest_begin(low);
	set_up_models();
	load(0);
	/* The stack that was in use once stays present, too. */
	if (low)
		vcpu.gpr[X86_RSP] = IMAGE_STACK_TOP;
	for (unsigned int i = 0; i < 400; i++) {
		edit_top();
		edit_middle();
		edit_leaf();
	}
	load(0);
	for (property.step = 0; property.step < steps && !property.failure[0]; property.step++) {
		step();
		hold_guest();
		hold_real();
		check();
	}
}

/* Goes on until something is wrong, or the guest ends for want of tables. */
static void walk_randomly(bool low, unsigned int steps)
{
	jmp_buf end;

	fake.end = &end;
	if (!setjmp(end))
		walk_steps(low, steps);
	else if (strstr(fake.fatal, "heap"))
		run.starved = true;
	else
		property_fail("%s (%s)", fake.fatal, fake_xen.refused ? fake_xen.refused : "");
	fake.end = NULL;
}

static uint64_t heap, chosen_seed;
static bool chosen_low;

static void go_well(void)
{
	property_begin(chosen_seed);
	walk_randomly(chosen_low, STEPS);
	if (run.starved && heap >= HEAP_LEAST)
		property_fail("the heap was used up");
	if (property.failure[0])
		fail_msg("%s kernel, seed %u, heap %u, step %u: %s", chosen_low ? "low" : "upper",
			 (unsigned int)chosen_seed, (unsigned int)heap, property.step,
			 property.failure);
	if (heap < FAKE_HEAP_ENOUGH && !run.starved)
		assert_true(vcpu.counters[COUNT_SPACES_GIVEN_UP] > 0);
	if (run.starved)
		return;
	assert_in_range(run.accesses, STEPS / 60, STEPS);
	assert_true(random_guest.begun > TABLES); /* some were used again */
}

static void run_seeds(uint64_t first, uint64_t last)
{
	for (unsigned int i = 0; i < KERNELS * SEEDS; i++) {
		chosen_low = i >= SEEDS;
		chosen_seed = i % SEEDS + 1;
		heap = first + (last - first) * chosen_seed / SEEDS;
		fake_xen_run(go_well, heap);
	}
}

static void nothing_is_reached_that_the_guest_did_not_allow(void **state)
{
	(void)state;
	run_seeds(FAKE_HEAP_ENOUGH, FAKE_HEAP_ENOUGH);
}

static void nor_on_a_small_heap(void **state)
{
	(void)state;
	run_seeds(HEAP_LEAST, HEAP_LEAST + 16);
}

/* The guest may end, and until then nothing is reached. */
static void nor_on_one_that_is_too_small(void **state)
{
	(void)state;
	run_seeds(HEAP_TOO_SMALL, HEAP_LEAST - 4);
}

/* ---- the test itself: a broken back end is noticed ---- */

static enum broken chosen_fault;

static void go_wrong(void)
{
	property_begin(1);
	run.broken = chosen_fault;
	walk_randomly(false, BROKEN_STEPS);
	if (!strstr(property.failure, "which no entry gave"))
		fail_msg("step %u: %s", property.step, property.failure);
}

static void assert_noticed(enum broken broken)
{
	chosen_fault = broken;
	fake_xen_run(go_wrong, FAKE_HEAP_ENOUGH);
}

static void a_flush_that_is_lost_is_noticed(void **state)
{
	(void)state;
	assert_noticed(LOSES_FLUSHES);
}

static void a_load_left_out_is_noticed(void **state)
{
	(void)state;
	assert_noticed(SKIPS_LOAD);
}

static void an_invlpg_left_out_is_noticed(void **state)
{
	(void)state;
	assert_noticed(SKIPS_INVALIDATE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_reached_that_the_guest_did_not_allow),
		cmocka_unit_test(nor_on_a_small_heap),
		cmocka_unit_test(nor_on_one_that_is_too_small),
		cmocka_unit_test(a_flush_that_is_lost_is_noticed),
		cmocka_unit_test(a_load_left_out_is_noticed),
		cmocka_unit_test(an_invlpg_left_out_is_noticed),
	};

	return RUN_TAP(tests);
}
