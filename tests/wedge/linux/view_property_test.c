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
#include <stdio.h>

#include "fake_host.h"

enum {
	STEPS = 12000,
	SEEDS = 6,
	BROKEN_STEPS = 20000, /* within so many a broken view must be noticed */
	ROOTS = 3,
	TABLES = 8,
	TOPS = 7,
	SLOTS = 32, /* entries of a table that are used: half at each end */
	PLACES = TOPS * SLOTS,
	HELD = 8, /* translations that one page may have had */
	ROOT_PA = 0x300000,
	TABLE_PA = 0x310000,
	DATA_PA = FAKE_MEMORY - 0x20000, /* frames from here reach over the end of memory */
	DATA_FRAMES = 40,
	LARGE = 1 << 22,
	RW = X86_PTE_P | X86_PTE_W,
};

static const unsigned int tops[TOPS] = {0, 1, 2, 512, 513, 767, 1022};

/* What a TLB may hold for one page. */
struct held {
	uint32_t frame;
	uint8_t prot; /* HOST_PROT_*; 0: unused */
	bool global, large;
};

/* How the view is broken on purpose. */
enum broken { NOT, LOSES_CHANGES, SKIPS_SYNC, SKIPS_INVALIDATE, KEEPS_ON_LOAD };

static struct {
	uint64_t seed;
	unsigned int step, root, accesses;
	enum broken broken;
	bool stale[ROOTS];
	struct held held[2][PLACES][HELD]; /* of the kernel's view, of the loaded user view */
	char failure[200];
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

static unsigned int slot_of(unsigned int place)
{
	unsigned int n = place % SLOTS;

	return n < SLOTS / 2 ? n + (tops[place / SLOTS] ? 0 : 16) : 1024 - SLOTS + n;
}

static uint32_t address_of(unsigned int place)
{
	return tops[place / SLOTS] << 22 | slot_of(place) << 12;
}

static struct view *view_of(unsigned int kind)
{
	return &fake_view[kind ? 1 + run.root : FAKE_KERNEL];
}

static uint32_t *table_at(uint32_t pa)
{
	return guest_pointer(pa, X86_PAGE_SIZE);
}

/* ---- what the tables allow, by the manual ---- */

static struct held translation(unsigned int kind, uint32_t va)
{
	uint32_t pde = table_at((uint32_t)vcpu.cr[3])[va >> 22], leaf, both;
	bool large = (pde & X86_PTE_PS) && (vcpu.cr[4] & X86_CR4_PSE);
	struct held h = {.large = large};

	if (!(pde & X86_PTE_P))
		return h;
	leaf = large ? pde : table_at(pde & 0xfffff000)[va >> 12 & 1023];
	both = pde & leaf;
	if (!(both & X86_PTE_P) || !(leaf & X86_PTE_A) || (kind && !(both & X86_PTE_U)))
		return h;
	h.frame = large ? (pde & 0xffc00000) + (va & 0x3ff000) : leaf & 0xfffff000;
	h.prot = FAKE_R | FAKE_X;
	if ((both & X86_PTE_W) && (leaf & X86_PTE_D))
		h.prot |= FAKE_W;
	h.global = (leaf & X86_PTE_G) && (vcpu.cr[4] & X86_CR4_PGE);
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
		FAIL("the test has no room for what a TLB may hold");
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
	uint32_t va = address_of(place);
	unsigned int prot = host_prot(view_of(kind), va);
	uint64_t frame = host_physical(view_of(kind), va);

	if (!prot)
		return;
	for (unsigned int i = 0; i < HELD; i++) {
		const struct held *h = &run.held[kind][place][i];

		if (h->frame == frame && !(prot & ~h->prot))
			return;
	}
	FAIL("%s view: %x is mapped to %llx with rights %u, which no entry gave",
	     kind ? "user" : "kernel", va, (unsigned long long)frame, prot);
}

static void check(void)
{
	if (host.wrong)
		FAIL("%s", host.wrong);
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

static uint32_t random_flags(void)
{
	uint32_t flags = RW | X86_PTE_U | X86_PTE_A | X86_PTE_D;

	for (unsigned int i = random_below(3); i; i--)
		flags &= ~(1u << random_below(7));
	return flags | (one_in(3) ? X86_PTE_G : 0);
}

static void edit_leaf(void)
{
	uint32_t *table = table_at(TABLE_PA + random_below(TABLES) * X86_PAGE_SIZE);
	unsigned int slot = slot_of(random_below(PLACES));
	uint32_t frame = slot % SLOTS;

	if (one_in(3))
		frame = random_below(DATA_FRAMES);
	table[slot] = one_in(4) ? 0 : (DATA_PA + frame * X86_PAGE_SIZE) | random_flags();
}

/* As fork and the like do: the same page with other rights. */
static void edit_rights(void)
{
	uint32_t *table = table_at(TABLE_PA + random_below(TABLES) * X86_PAGE_SIZE);

	table[slot_of(random_below(PLACES))] ^= 1u << (1 + random_below(6));
}

static void edit_top(void)
{
	uint32_t *top = table_at(ROOT_PA + random_below(ROOTS) * X86_PAGE_SIZE);
	uint32_t table = TABLE_PA + random_below(TABLES) * X86_PAGE_SIZE;
	uint32_t value = table | (random_flags() & ~(uint32_t)X86_PTE_G);

	if (one_in(4))
		value = random_below(2) * LARGE | X86_PTE_PS | random_flags();
	top[tops[random_below(TOPS)]] = one_in(6) ? 0 : value;
}

static void edit_top_rights(void)
{
	uint32_t *top = table_at(ROOT_PA + random_below(ROOTS) * X86_PAGE_SIZE);

	top[tops[random_below(TOPS)]] ^= 1u << (1 + random_below(6));
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
	uint32_t va = address_of(place);

	for (unsigned int i = 0; i < 3 && !(host_prot(view_of(0), va) & FAKE_X); i++) {
		if (view_holds(view_of(0), va))
			view_release(view_of(0), va);
		else if (!fake_touch(view_of(0), va, X86_PF_FETCH))
			return;
	}
	if (!(host_prot(view_of(0), va) & FAKE_X))
		FAIL("kernel view: %x cannot be executed", va);
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
	uint32_t va = address_of(place);
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
		FAIL("%s view: %x is not mapped to %llx for access %u", kind ? "user" : "kernel",
		     va, (unsigned long long)walk.address, access);
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
		edit_top();
	else if (what < 830)
		edit_top_rights();
	else if (what < 900)
		invalidate();
	else if (what < 960)
		load(random_below(ROOTS));
	else if (what < 980)
		flush();
	else if (what < 987)
		switch_bit(4, X86_CR4_PGE);
	else if (what < 992)
		switch_bit(4, X86_CR4_PSE);
	else
		switch_bit(0, X86_CR0_WP);
}

/* Returns whether the steps went well; else run.failure says what did not. */
static bool walk_randomly(uint64_t seed, unsigned int steps, enum broken broken)
{
	fake_host_reset();
	memset(&run, 0, sizeof(run));
	run.seed = seed * 0x9e3779b97f4a7c15;
	run.broken = broken;
	host.lose_every = broken == LOSES_CHANGES ? 50 : 0;
	for (unsigned int i = 0; i < ROOTS; i++)
		memset(table_at(ROOT_PA + i * X86_PAGE_SIZE), 0, X86_PAGE_SIZE);
	for (unsigned int i = 0; i < TABLES; i++)
		memset(table_at(TABLE_PA + i * X86_PAGE_SIZE), 0, X86_PAGE_SIZE);
	for (unsigned int i = 0; i < 40; i++)
		edit_top();
	for (unsigned int i = 0; i < 400; i++)
		edit_leaf();
	load(0);
	for (run.step = 0; run.step < steps && !run.failure[0]; run.step++) {
		step();
		hold_all();
		check();
	}
	return !run.failure[0];
}

static void nothing_is_mapped_that_the_guest_did_not_allow(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		if (!walk_randomly(seed, STEPS, NOT))
			fail_msg("seed %u, step %u: %s", (unsigned int)seed, run.step, run.failure);
		assert_in_range(run.accesses, STEPS / 20, STEPS);
		assert_true(host.removes && host.protects);
	}
}

/* The test itself: views broken in different ways are noticed, and for what they are. */
static void assert_noticed(enum broken broken)
{
	assert_false(walk_randomly(1, BROKEN_STEPS, broken));
	if (!strstr(run.failure, "which no entry gave"))
		fail_msg("%s", run.failure);
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
