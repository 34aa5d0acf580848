/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space_property_test.c - the invariant of shadow.h, for random guests on heaps of any size: tables
 * are edited, hooked in several places, taken away and used again as others; accesses are made and
 * invalidations executed, as core would. Whatever a processor may hold of the tables that Xen has
 * loaded, a processor with the guest's own tables may hold too (tlb_model.h).
 *
 * The guest's kernel is in the upper half, or a low one of 64 bits (layout.h), whose stack is in
 * its image. guest_shape.h has what differs by width.
 *
 * Invariant: nothing here asks the code under test what it believes; a fixed seed makes fixed
 * steps, and a failure names both. The guest keeps the rules that kernels keep: what is the
 * kernel's is the same in every space, a low kernel's image too; and a page that was a table is
 * used again only after a load of CR3, or after a flush if it was one of the kernel's.
 */
#include <stdio.h>

#include "fake_width.h"
#include "tlb_model.h"

#include <guest_shape.h>

enum {
	STEPS = 6000,
	SEEDS = 12,
	BROKEN_STEPS = 20000, /* within so many a broken back end must be noticed */
	ROOTS = 4,
	PROGRAM_TABLES = 12, /* only among the programs' addresses */
	IMAGE_TABLE,	     /* of a low kernel: where its image is */
	TABLES = 20,
	STACK_TABLES = 3,
	IMAGE = 1,		/* entry of the tables below entry 0: a low kernel's */
	IMAGE_STACK_SLOT = 100, /* of its table: another stack */
	ROOT_PAGE = 0x4c0,
	TABLE_PAGE = 0x4d0,
	STACK_PAGE = 0x4f0,
	IMAGE_STACK_PAGE = 0x4f8,
	DATA_PAGE = FAKE_WEDGE_PAGE - 12, /* from here reach into what is the wedge's */
	DATA_PAGES = 16,
	FAULTS_MAX = 2, /* of one access */
	FREE = 0,
	LEFT = -1, /* a table no more, but not yet to be used again */
	FLAGS = X86_PTE_P | X86_PTE_W | X86_PTE_U | X86_PTE_A | X86_PTE_D,
	GUEST_ENTRIES = 1 << GUEST_INDEX_BITS,
};

#define IMAGE_STACK_TOP ((uint64_t)IMAGE << 30 | (uint64_t)IMAGE_STACK_SLOT << 21 | 2 * PAGE)

/* How the back end is broken on purpose. */
enum broken { NOT, LOSES_FLUSHES, SKIPS_LOAD, SKIPS_INVALIDATE };

static struct {
	uint64_t seed;
	unsigned int step, accesses, reused;
	enum broken broken;
	bool starved, low;
	int level[TABLES];
	uint64_t image_flags; /* of the entry that leads to a low kernel's image */
	char failure[600];
	struct tlb guest[2], real[2];
	bool looked[FAKE_PAGES]; /* the page's code was seen once */
} run;

static uint32_t random_below(uint32_t n)
{
	return (uint32_t)(next_random(&run.seed) >> 20) % n;
}

static bool one_in(uint32_t n)
{
	return !random_below(n);
}

#define FAIL(...)                                                                                  \
	do {                                                                                       \
		if (!run.failure[0])                                                               \
			snprintf(run.failure, sizeof(run.failure), __VA_ARGS__);                   \
	} while (0)

/* ---- the models ---- */

static unsigned int index_of(uint64_t va, unsigned int level)
{
	return va >> (12 + GUEST_INDEX_BITS * (level - 1)) & (GUEST_ENTRIES - 1);
}

/* Large pages of a table with 32-bit entries are there only while CR4.PSE is 1. */
static uint64_t guest_entry_at(uint64_t page, unsigned int level, uint64_t va)
{
	const guest_pte *entries = guest_page(page * PAGE);
	bool large = GUEST_LEVELS > 2 || (vcpu.cr[4] & X86_CR4_PSE);

	if (!entries)
		return 0;
	return entries[index_of(va, level)] & ~(guest_pte)(level == 2 && !large ? X86_PTE_PS : 0);
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
			FAIL("%s view: %llx may lead to page %llx with rights %u, which no entry "
			     "gave",
			     view ? "user" : "kernel", (unsigned long long)place_address(place),
			     (unsigned long long)h.page, h.prot);
		/* What a 32-bit kernel marks as user code's, nobody looks at. */
		if (place_is_kernel(place) && (h.prot & X) && !run.looked[h.page] && !h.user)
			FAIL("%llx may be executed, and nobody has looked at page %llx",
			     (unsigned long long)place_address(place), (unsigned long long)h.page);
	}
}

/* The user view has no table of the kernel's, whatever the guest's entries allow. */
static void check_user_view(void)
{
	unsigned int excess = guest_user_excess(run.low ? IMAGE : 0);

	if (excess)
		FAIL("user view: %s %u of the top-level table is there",
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
		FAIL("the kernel's stack is absent");
	if (run.low && !(reach(KERNEL, IMAGE_STACK_TOP - 8).prot & W))
		FAIL("the kernel's stack in its image is absent");
	if (run.guest[0].overflow || run.real[0].overflow || run.real[1].overflow)
		FAIL("the test has no room for what a TLB may hold");
}

/* ---- the guest's tables ---- */

static guest_pte *page_entries(uint64_t page)
{
	return guest_page(page * PAGE);
}

static uint64_t random_flags(void)
{
	uint64_t flags = FLAGS;

	for (unsigned int i = random_below(3); i; i--)
		flags &= ~(1ull << random_below(7));
	return flags | (one_in(3) ? X86_PTE_G : 0) | (one_in(4) ? X86_PTE_NX : 0);
}

static bool is_programs(unsigned int t)
{
	return t < PROGRAM_TABLES;
}

/* True for an entry of the tables of level 3 that a low kernel keeps for itself. */
static bool is_image(unsigned int t, unsigned int level, unsigned int index)
{
	return run.low && is_programs(t) && level == 3 && index == IMAGE;
}

/* A random table of a level, of programs' or of the kernel's; or TABLES. */
static unsigned int random_table(int level, bool programs)
{
	unsigned int from = random_below(TABLES), t;

	for (unsigned int i = 0; i < TABLES; i++) {
		t = (from + i) % TABLES;
		if (run.level[t] == level && is_programs(t) == programs)
			return t;
	}
	return TABLES;
}

static unsigned int count_tables(int level, bool programs)
{
	unsigned int count = 0;

	for (unsigned int t = 0; t < TABLES; t++)
		count += run.level[t] == level && is_programs(t) == programs;
	return count;
}

/* A table begins empty; one of programs' has a low kernel's image where that may be. */
static void begin_table(unsigned int t, int level)
{
	guest_pte *entries = page_entries(TABLE_PAGE + t);

	memset(entries, 0, PAGE);
	if (is_image(t, (unsigned int)level, IMAGE))
		entries[IMAGE] = (guest_pte)((TABLE_PAGE + IMAGE_TABLE) * PAGE | run.image_flags);
	run.level[t] = level;
}

/* One that has no content yet, or one that is hooked elsewhere perhaps. */
static unsigned int child_table(int level, bool programs)
{
	static const unsigned int most[] = {[1] = 6, [2] = 3, [3] = 3};
	bool fresh = count_tables(level, programs) < most[level] && one_in(2);
	unsigned int t = random_table(fresh ? FREE : level, programs);

	if (t < TABLES && run.level[t] == FREE) {
		begin_table(t, level);
		run.reused++;
	}
	return t;
}

/* Kernels have the same in their part of all. */
static void set_top(unsigned int index, uint64_t value)
{
	for (unsigned int i = 0; i < ROOTS; i++) {
		if (index >= guest_kernel_first() || ROOT_PAGE + i == run.guest[0].root)
			page_entries(ROOT_PAGE + i)[index] = (guest_pte)value;
	}
}

static uint64_t large_page(uint64_t flags)
{
	return (LARGE_FIRST * PAGE + random_below(2) * ((uint64_t)GUEST_ENTRIES * PAGE)) |
	       X86_PTE_PS | flags;
}

static void edit_top(void)
{
	unsigned int place = random_below(PLACES);
	unsigned int index = index_of(place_address(place), GUEST_LEVELS);
	uint64_t flags = random_flags();
	bool mixed = run.low && index == 0;
	unsigned int t = child_table(GUEST_LEVELS - 1, mixed || !place_is_kernel(place));

	/* A low kernel cannot do without its image. */
	if (mixed)
		flags = (flags & X86_PTE_U) | X86_PTE_P | X86_PTE_W | X86_PTE_A;
	if (GUEST_LEVELS == 2 && one_in(4))
		set_top(index, large_page(flags));
	else if (!mixed && (t == TABLES || one_in(6)))
		set_top(index, 0);
	else if (t < TABLES)
		set_top(index, (TABLE_PAGE + t) * PAGE | (flags & ~(uint64_t)X86_PTE_G));
}

/* Tables that are neither of the top level nor of the last. */
static void edit_middle(void)
{
	int level = 2 + (int)random_below(2);
	bool programs = one_in(2);
	unsigned int parent = random_table(level, programs);
	unsigned int child = child_table(level - 1, programs), index;
	uint64_t va = place_address(random_below(PLACES)), flags = random_flags(), value = 0;

	index = index_of(va, (unsigned int)level);
	if (parent == TABLES || is_image(parent, (unsigned int)level, index))
		return;
	if (level == 2 && one_in(4))
		value = large_page(flags);
	else if (child < TABLES && !one_in(6))
		value = (TABLE_PAGE + child) * PAGE | (flags & ~(uint64_t)X86_PTE_G);
	page_entries(TABLE_PAGE + parent)[index] = (guest_pte)value;
}

static void edit_leaf(void)
{
	unsigned int t = random_table(1, one_in(2));
	uint64_t va = place_address(random_below(PLACES));
	uint64_t page = DATA_PAGE + random_below(one_in(3) ? DATA_PAGES : 8);

	if (t < TABLES)
		page_entries(TABLE_PAGE + t)[index_of(va, 1)] =
			one_in(4) ? 0 : (guest_pte)(page * PAGE | random_flags());
}

/* As fork and the like do: the same page or table with other rights. */
static void edit_rights(void)
{
	unsigned int t = random_below(TABLES), level = 1 + random_below(GUEST_LEVELS);
	uint64_t va = place_address(random_below(PLACES));
	guest_pte *e;
	unsigned int index = index_of(va, level);

	if (level == GUEST_LEVELS)
		e = &page_entries(run.guest[0].root)[index];
	else if (run.level[t] == (int)level && !is_image(t, level, index))
		e = &page_entries(TABLE_PAGE + t)[index];
	else
		return;
	if (level == GUEST_LEVELS && index == 0 && run.low) {
		*e ^= X86_PTE_U;
		return;
	}
	/* P, W, U, A, D: not what would make a large page of a table. */
	if (*e)
		*e ^= (const guest_pte[]){1, 2, 4, 32, 64}[random_below(level == 1 ? 5 : 3)];
	if (level == GUEST_LEVELS)
		set_top(index, *e);
}

static void unlink_in(guest_pte *entries, uint64_t page)
{
	for (unsigned int i = 0; i < GUEST_ENTRIES; i++) {
		if ((entries[i] & X86_PTE_ADDRESS) / PAGE == page && !(entries[i] & X86_PTE_PS))
			entries[i] = 0;
	}
}

/* A low kernel needs it to run: its image, and the tables that lead there. */
static bool is_needed(unsigned int t)
{
	bool needed = t == IMAGE_TABLE;

	for (unsigned int i = 0; i < ROOTS; i++)
		needed |=
			(page_entries(ROOT_PAGE + i)[0] & X86_PTE_ADDRESS) / PAGE == TABLE_PAGE + t;
	return run.low && needed;
}

/* A table is given back, as at the end of a process. */
static void retire(void)
{
	unsigned int t = random_below(TABLES);

	if (run.level[t] <= FREE || is_needed(t))
		return;
	for (unsigned int i = 0; i < ROOTS; i++)
		unlink_in(page_entries(ROOT_PAGE + i), TABLE_PAGE + t);
	for (unsigned int i = 0; i < TABLES; i++) {
		if (run.level[i] > 1)
			unlink_in(page_entries(TABLE_PAGE + i), TABLE_PAGE + t);
	}
	run.level[t] = LEFT;
}

/* A load of CR3 tells nothing of the kernel's. */
static void free_what_was_left(bool all)
{
	for (unsigned int t = 0; t < TABLES; t++) {
		if (run.level[t] == LEFT && (all || is_programs(t)))
			run.level[t] = FREE;
	}
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
		FAIL("%s view: %llx has rights %u for access %u", view ? "user" : "kernel",
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
		retire();
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

/* Two pages below a table's entry: a table of the last level at `page`, the pages behind it. */
static void map_stack(guest_pte *entry, uint64_t page)
{
	*entry = (guest_pte)(page * PAGE | FLAGS);
	for (unsigned int i = 0; i < 2; i++)
		page_entries(page)[i] =
			(guest_pte)((page + 1 + i) * PAGE | X86_PTE_P | X86_PTE_W | X86_PTE_G);
}

static void set_up_stack(void)
{
	guest_pte *entry = &page_entries(ROOT_PAGE)[STACK_SLOT];
	uint64_t page = STACK_PAGE;

	for (unsigned int level = GUEST_LEVELS; level > 2; level--) {
		*entry = (guest_pte)(page * PAGE | FLAGS);
		entry = page_entries(page++);
	}
	map_stack(entry, page);
	for (unsigned int i = 1; i < ROOTS; i++)
		page_entries(ROOT_PAGE + i)[STACK_SLOT] = page_entries(ROOT_PAGE)[STACK_SLOT];
	vcpu.gpr[X86_RSP] = STACK_TOP;
}

/* All roots share one table at first, as a kernel's do until it has processes. */
static void set_up_image(void)
{
	fake_link_kernel((uint64_t)IMAGE << 30);
	run.image_flags = FLAGS & ~(uint64_t)(one_in(2) ? X86_PTE_U : 0);
	begin_table(IMAGE_TABLE, 2);
	begin_table(0, 3);
	for (unsigned int i = 0; i < ROOTS; i++)
		page_entries(ROOT_PAGE + i)[0] = (guest_pte)(TABLE_PAGE * PAGE | FLAGS);
	map_stack(page_entries(TABLE_PAGE + IMAGE_TABLE) + IMAGE_STACK_SLOT, IMAGE_STACK_PAGE);
}

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

static void walk_steps(unsigned int steps)
{
	places_choose(guest_places[run.low]);
	set_up_stack();
	if (run.low)
		set_up_image();
	set_up_models();
	vcpu.cr[3] = ROOT_PAGE * PAGE;
	load(0);
	/* The stack that was in use once stays present, too. */
	if (run.low)
		vcpu.gpr[X86_RSP] = IMAGE_STACK_TOP;
	for (unsigned int i = 0; i < 400; i++) {
		edit_top();
		edit_middle();
		edit_leaf();
	}
	load(0);
	for (run.step = 0; run.step < steps && !run.failure[0]; run.step++) {
		step();
		hold_guest();
		hold_real();
		check();
	}
}

/* Goes on until something is wrong, or the guest ends for want of tables. */
static void walk_randomly(unsigned int steps)
{
	jmp_buf end;

	fake.end = &end;
	if (!setjmp(end))
		walk_steps(steps);
	else if (strstr(fake.fatal, "heap"))
		run.starved = true;
	else
		FAIL("%s (%s)", fake.fatal, fake_xen.refused ? fake_xen.refused : "");
	fake.end = NULL;
}

static uint64_t heap, chosen_seed;
static bool chosen_low;

static void go_well(void)
{
	run.low = chosen_low;
	run.seed = chosen_seed * 0x9e3779b97f4a7c15;
	walk_randomly(STEPS);
	if (run.starved && heap >= HEAP_LEAST)
		FAIL("the heap was used up");
	if (run.failure[0])
		fail_msg("%s kernel, seed %u, heap %u, step %u: %s", run.low ? "low" : "upper",
			 (unsigned int)chosen_seed, (unsigned int)heap, run.step, run.failure);
	if (heap < FAKE_HEAP_ENOUGH && !run.starved)
		assert_true(vcpu.counters[COUNT_SPACES_GIVEN_UP] > 0);
	if (!run.starved)
		assert_in_range(run.accesses, STEPS / 60, STEPS);
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
	run.seed = 0x9e3779b97f4a7c15;
	run.broken = chosen_fault;
	walk_randomly(BROKEN_STEPS);
	if (!strstr(run.failure, "which no entry gave"))
		fail_msg("step %u: %s", run.step, run.failure);
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
