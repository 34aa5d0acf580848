/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_property_test.c - the invariant of view.h, for random guests: tables are edited at random,
 * accesses made, invalidations executed, as core and space.c would; beside them the test keeps what
 * a TLB may hold (SDM 3A section 4.10): every translation that the tables gave since the last
 * invalidation that covers it.
 *
 * Invariant: nothing here asks the code under test what it believes; a fixed seed makes fixed
 * steps, and a failure names both.
 */
#include "fake_host.h"
#include "property.h"

enum {
	STEPS = 12000,
	SEEDS = 6,
	BROKEN_STEPS = 20000, /* within so many a broken view must be noticed */
	ROOTS = 3,
	TABLES = 8, /* last ones */
	UPPER = 4,  /* of each level between these and the roots */
	TOPS = 7,   /* entries of level 2 that are used */
	SLOTS = 32, /* entries of a table that are used: half at each end */
	PLACES = TOPS * SLOTS,
	HELD = 8, /* translations that one page may have had */
	ROOT_PA = 0x300000,
	TABLE_PA = 0x310000,
	UPPER_PA = 0x320000,		 /* by level, from 2 on, 64 KiB each */
	DATA_PA = FAKE_MEMORY - 0x20000, /* frames from here reach over the end of memory */
	DATA_FRAMES = 40,
	LARGE = FAKE_LARGE,
	RW = X86_PTE_P | X86_PTE_W,
};

/*
 * Where they begin. In long mode they are below two entries of level 4, and below two of level 3
 * each.
 */
static const uint64_t tops[TOPS] = {
	0,
	LARGE,
	2ull * LARGE,
	ARCH_LONG_MODE ? 0x3fe00000 : 0x80000000,
	ARCH_LONG_MODE ? 0x408000000000 : 0x80400000,
	ARCH_LONG_MODE ? 0x40803fe00000 : 0xbfc00000,
	ARCH_LONG_MODE ? 0x408040000000 : 0xff800000,
};

/* What a TLB may hold for one page. */
struct held {
	uint64_t frame;
	uint8_t prot; /* HOST_PROT_*; 0: unused */
	bool global, large;
};

/* How the view is broken on purpose. */
enum broken { NOT, LOSES_CHANGES, SKIPS_SYNC, SKIPS_INVALIDATE, KEEPS_ON_LOAD };

static struct {
	unsigned int root, accesses;
	enum broken broken;
	bool stale[ROOTS];
	struct held held[2][PLACES][HELD]; /* of the kernel's view, of the loaded user view */
} run;

static unsigned int slot_of(unsigned int place)
{
	unsigned int n = place % SLOTS;

	return n < SLOTS / 2 ? n + (tops[place / SLOTS] ? 0 : 16) : VIEW_ENTRIES - SLOTS + n;
}

static uint64_t address_of(unsigned int place)
{
	return tops[place / SLOTS] + slot_of(place) * X86_PAGE_SIZE;
}

static struct view *view_of(unsigned int kind)
{
	return &fake_view[kind ? 1 + run.root : FAKE_KERNEL];
}

static guest_pte *table_at(uint64_t pa)
{
	return guest_pointer(pa, X86_PAGE_SIZE);
}

static unsigned int index_of(uint64_t va, unsigned int level)
{
	return va >> (12 + (level - 1) * (ARCH_LONG_MODE ? 9 : 10)) & (VIEW_ENTRIES - 1);
}

/* Some table of a level, by its address. */
static uint64_t random_table(unsigned int level)
{
	if (level == ARCH_PAGE_LEVELS)
		return ROOT_PA + random_below(ROOTS) * X86_PAGE_SIZE;
	if (level == 1)
		return TABLE_PA + random_below(TABLES) * X86_PAGE_SIZE;
	return UPPER_PA + (level - 2) * 0x10000 + random_below(UPPER) * X86_PAGE_SIZE;
}

/* ---- what the tables allow, by the manual ---- */

static struct held translation(unsigned int kind, uint64_t va)
{
	uint64_t entry = vcpu.cr[3], all = ~0ull, any = 0, size = X86_PAGE_SIZE;
	struct held h = {0};

	for (unsigned int level = ARCH_PAGE_LEVELS; level && !h.large; level--) {
		entry = table_at(entry & X86_PTE_ADDRESS)[index_of(va, level)];
		all &= entry;
		any |= entry;
		if (!(all & X86_PTE_P))
			return h;
		h.large = level == 2 && (entry & X86_PTE_PS) &&
			  (ARCH_LONG_MODE || (vcpu.cr[4] & X86_CR4_PSE));
	}
	if (!(entry & X86_PTE_A) || (kind && !(all & X86_PTE_U)))
		return h;
	if (h.large)
		size = LARGE;
	h.frame = (entry & X86_PTE_ADDRESS & ~(size - 1)) + (va & (size - 1) & ~0xfffull);
	h.prot = any & X86_PTE_NX ? FAKE_R : FAKE_R | FAKE_X;
	if ((all & X86_PTE_W) && (entry & X86_PTE_D))
		h.prot |= FAKE_W;
	h.global = (entry & X86_PTE_G) && (vcpu.cr[4] & X86_CR4_PGE);
	return h;
}

static void hold(unsigned int kind, unsigned int place, struct held h)
{
	struct held *held = run.held[kind][place];
	unsigned int i = 0;

	if (!h.prot)
		return;
	for (; i < HELD && held[i].prot; i++) {
		if (held[i].frame == h.frame && !(h.prot & ~held[i].prot) &&
		    held[i].global == h.global && held[i].large == h.large)
			return;
	}
	if (i == HELD) /* more than can be kept: forget the oldest, whose page must not be used */
		property_fail("the test has no room for what a TLB may hold");
	else
		held[i] = h;
}

static void hold_all(void)
{
	for (unsigned int i = 0; i < 2 * PLACES; i++)
		hold(i / PLACES, i % PLACES, translation(i / PLACES, address_of(i % PLACES)));
}

/* An invalidation: global translations may stay. */
static void release(unsigned int kind, bool keep_global)
{
	for (unsigned int place = 0; place < PLACES; place++) {
		struct held old[HELD];

		memcpy(old, run.held[kind][place], sizeof(old));
		memset(run.held[kind][place], 0, sizeof(old));
		for (unsigned int i = 0; keep_global && i < HELD; i++) {
			if (old[i].global)
				hold(kind, place, old[i]);
		}
	}
}

/* ---- checks ---- */

static void check_place(unsigned int kind, unsigned int place)
{
	uint64_t va = address_of(place);
	unsigned int prot = host_prot(view_of(kind), va);
	uint64_t frame = host_physical(view_of(kind), va);

	if (!prot)
		return;
	for (unsigned int i = 0; i < HELD; i++) {
		const struct held *h = &run.held[kind][place][i];

		if (h->frame == frame && !(prot & ~h->prot))
			return;
	}
	property_fail("%s view: %llx is mapped to %llx with rights %u, which no entry gave",
		      kind ? "user" : "kernel", (unsigned long long)va, (unsigned long long)frame,
		      prot);
}

static void check(void)
{
	if (host.wrong)
		property_fail("%s", host.wrong);
	for (unsigned int place = 0; place < PLACES; place++) {
		check_place(0, place);
		if (!run.stale[run.root])
			check_place(1, place);
	}
}

/* ---- what the back end is told ---- */

static void sync_view(struct view *view, bool all)
{
	if (run.broken == SKIPS_SYNC && one_in(20))
		return;
	if (run.broken == KEEPS_ON_LOAD && !all && one_in(2))
		return;
	view_sync(view, all);
}

/* User code is about to run. */
static void prepare_user(void)
{
	if (!run.stale[run.root])
		return;
	sync_view(view_of(1), true);
	run.stale[run.root] = false;
	release(1, false);
	hold_all();
}

static void load(unsigned int root)
{
	bool all = !(vcpu.cr[4] & X86_CR4_PGE);

	run.root = root;
	vcpu.cr[3] = ROOT_PA + root * X86_PAGE_SIZE;
	run.stale[root] = true;
	sync_view(view_of(0), all);
	release(0, !all);
}

static void flush(void)
{
	run.stale[run.root] = true;
	sync_view(view_of(0), true);
	release(0, false);
}

static void invalidate(void)
{
	unsigned int place = random_below(PLACES), kinds = run.stale[run.root] ? 1 : 2;

	for (unsigned int i = 0; i < 16 && !host_prot(view_of(0), address_of(place)); i++)
		place = random_below(PLACES);
	for (unsigned int kind = 0; kind < 2; kind++) {
		if (run.broken != SKIPS_INVALIDATE || !one_in(4))
			view_invalidate(view_of(kind), address_of(place) + random_below(4096));
		if (kind < kinds)
			memset(run.held[kind][place], 0, sizeof(run.held[kind][place]));
	}
}

/* ---- what the guest does ---- */

static uint64_t random_flags(void)
{
	uint64_t flags = RW | X86_PTE_U | X86_PTE_A | X86_PTE_D;

	for (unsigned int i = random_below(3); i; i--)
		flags &= ~(1ull << random_below(7));
	if (ARCH_LONG_MODE && one_in(6))
		flags |= X86_PTE_NX;
	return flags | (one_in(3) ? X86_PTE_G : 0);
}

/* Another right of an entry. */
static guest_pte random_right(void)
{
	return (guest_pte)(ARCH_LONG_MODE && one_in(7) ? X86_PTE_NX : 1u << (1 + random_below(6)));
}

static void edit_leaf(void)
{
	guest_pte *table = table_at(random_table(1));
	unsigned int slot = slot_of(random_below(PLACES));
	uint64_t frame = slot % SLOTS;

	if (one_in(3))
		frame = random_below(DATA_FRAMES);
	frame = DATA_PA + frame * X86_PAGE_SIZE;
	table[slot] = one_in(4) ? 0 : (guest_pte)(frame | random_flags());
}

/* As fork and the like do: the same page with other rights. */
static void edit_rights(void)
{
	table_at(random_table(1))[slot_of(random_below(PLACES))] ^= random_right();
}

/* An entry above the last tables: mostly of the lowest level, where there are most. */
static guest_pte *random_upper(unsigned int *level)
{
	*level = one_in(3) ? 2 + random_below(ARCH_PAGE_LEVELS - 1) : 2;
	return &table_at(random_table(*level))[index_of(tops[random_below(TOPS)], *level)];
}

static void edit_upper(void)
{
	unsigned int level;
	guest_pte *entry = random_upper(&level);
	uint64_t value = random_table(level - 1) | (random_flags() & ~X86_PTE_G);

	if (level > 2 && !one_in(3)) /* an entry that takes all away leaves little to test */
		value |= FAKE_TABLE;
	if (level == 2 && one_in(4))
		value = random_below(FAKE_MEMORY / LARGE + 1) * LARGE | X86_PTE_PS | random_flags();
	*entry = one_in(level == 2 ? 6 : 20) ? 0 : (guest_pte)value;
}

static void edit_upper_rights(void)
{
	unsigned int level;
	guest_pte *entry = random_upper(&level);

	*entry ^= random_right();
}

static void switch_bit(unsigned int reg, uint64_t bit)
{
	vcpu.cr[reg] ^= bit;
	flush();
}

/* ---- accesses ---- */

/* Code of the kernel's is looked at before it runs. */
static void execute(unsigned int place)
{
	uint64_t va = address_of(place);

	for (unsigned int i = 0; i < 3 && !(host_prot(view_of(0), va) & FAKE_X); i++) {
		if (view_holds(view_of(0), va))
			view_release(view_of(0), va);
		else if (!fake_touch(view_of(0), va, X86_PF_FETCH))
			return;
	}
	if (!(host_prot(view_of(0), va) & FAKE_X))
		property_fail("kernel view: %llx cannot be executed", (unsigned long long)va);
}

/* A large page is one translation. */
static void hold_forced(unsigned int place, const struct guest_walk *walk)
{
	unsigned int from = walk->leaf == 2 ? place - place % SLOTS : place;
	unsigned int count = walk->leaf == 2 ? SLOTS : 1;

	for (unsigned int i = from; i < from + count; i++) {
		struct held h = translation(0, address_of(i));

		h.prot = FAKE_R | FAKE_W | FAKE_X;
		h.global = false;
		hold(0, i, h);
	}
}

static void access_place(unsigned int kind, unsigned int place, uint32_t access)
{
	uint64_t va = address_of(place);
	unsigned int need = FAKE_R | (access & X86_PF_WRITE ? FAKE_W : 0);
	struct view *view = view_of(kind);
	struct guest_walk walk;

	if (kind)
		prepare_user();
	if (!(need & ~host_prot(view, va)) || !guest_lookup(&vcpu, va, &walk) ||
	    walk.address >= FAKE_MEMORY)
		return;
	if (!guest_walk(&vcpu, va, access | (kind ? X86_PF_USER : 0), &walk))
		return;
	hold_all();
	if (walk.forced)
		hold_forced(place, &walk);
	assert_true(view_reserve());
	view_fill(view, va, &walk);
	run.accesses++;
	if (need & ~host_prot(view, va) || host_physical(view, va) != (walk.address & ~0xfffull))
		property_fail("%s view: %llx is not mapped to %llx for access %u",
			      kind ? "user" : "kernel", (unsigned long long)va,
			      (unsigned long long)walk.address, access);
}

static void access_any(void)
{
	unsigned int place = random_below(PLACES);
	struct guest_walk walk;

	if (guest_lookup(&vcpu, address_of(place), &walk) && walk.address < FAKE_MEMORY &&
	    one_in(8))
		execute(place);
	else
		access_place(random_below(2), place, one_in(2) ? X86_PF_WRITE : 0);
}

static void step(void)
{
	uint32_t what = random_below(1000);

	if (what < 560)
		access_any();
	else if (what < 700)
		edit_leaf();
	else if (what < 780)
		edit_rights();
	else if (what < 810)
		edit_upper();
	else if (what < 830)
		edit_upper_rights();
	else if (what < 900)
		invalidate();
	else if (what < 960)
		load(random_below(ROOTS));
	else if (what < 980)
		flush();
	else if (what < 987)
		switch_bit(4, X86_CR4_PGE);
	else if (what < 992 && !ARCH_LONG_MODE)
		switch_bit(4, X86_CR4_PSE);
	else
		switch_bit(0, X86_CR0_WP);
}

/* Returns whether the steps went well; else property.failure says what did not. */
static bool walk_randomly(uint64_t seed, unsigned int steps, enum broken broken)
{
	fake_host_reset();
	memset(&run, 0, sizeof(run));
	property_begin(seed);
	run.broken = broken;
	host.lose_every = broken == LOSES_CHANGES ? 50 : 0;
	for (uint64_t pa = ROOT_PA; pa < UPPER_PA + 0x20000; pa += X86_PAGE_SIZE)
		memset(table_at(pa), 0, X86_PAGE_SIZE);
	for (unsigned int i = 0; i < (ARCH_LONG_MODE ? 200 : 40); i++)
		edit_upper();
	for (unsigned int i = 0; i < 400; i++)
		edit_leaf();
	load(0);
	for (property.step = 0; property.step < steps && !property.failure[0]; property.step++) {
		step();
		hold_all();
		check();
	}
	return !property.failure[0];
}

static void nothing_is_mapped_that_the_guest_did_not_allow(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		if (!walk_randomly(seed, STEPS, NOT))
			fail_msg("seed %u, step %u: %s", (unsigned int)seed, property.step,
				 property.failure);
		assert_in_range(run.accesses, STEPS / 20, STEPS);
		assert_true(host.removes && host.protects);
	}
}

/* The test itself: views broken in different ways are noticed, and for what they are. */
static void assert_noticed(enum broken broken)
{
	assert_false(walk_randomly(1, BROKEN_STEPS, broken));
	if (!strstr(property.failure, "which no entry gave"))
		fail_msg("%s", property.failure);
	host.wrong = NULL;
}

static void a_host_that_loses_changes_is_noticed(void **state)
{
	(void)state;
	assert_noticed(LOSES_CHANGES);
}

static void a_sync_left_out_is_noticed(void **state)
{
	(void)state;
	assert_noticed(SKIPS_SYNC);
}

static void an_invlpg_left_out_is_noticed(void **state)
{
	(void)state;
	assert_noticed(SKIPS_INVALIDATE);
}

static void a_load_that_keeps_too_much_is_noticed(void **state)
{
	(void)state;
	assert_noticed(KEEPS_ON_LOAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(nothing_is_mapped_that_the_guest_did_not_allow),
		HOST_TEST(a_host_that_loses_changes_is_noticed),
		HOST_TEST(a_sync_left_out_is_noticed),
		HOST_TEST(an_invlpg_left_out_is_noticed),
		HOST_TEST(a_load_that_keeps_too_much_is_noticed),
	};

	return RUN_TAP(tests);
}
