/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random_guest.c - see random_guest.h.
 *
 * Invariant: see random_guest.h.
 */
#include "random_guest.h"

#include "property.h"
#include "tlb_model.h"

enum {
	PROGRAM_TABLES = 12, /* only among the programs' addresses */
	IMAGE_TABLE,	     /* of a low kernel: where its image is */
	TABLE_PAGE = 0x4d0,
	STACK_PAGE = 0x4f0,
	IMAGE_STACK_PAGE = 0x4f8,
	DATA_PAGE = FAKE_WEDGE_PAGE - 12, /* from here reach into what is the wedge's */
	DATA_PAGES = 16,
	FREE = 0,
	LEFT = -1, /* a table no more, but not yet to be used again */
	FLAGS = X86_PTE_P | X86_PTE_W | X86_PTE_U | X86_PTE_A | X86_PTE_D,
};

struct random_guest random_guest;

unsigned int guest_index(uint64_t va, unsigned int level)
{
	return va >> (12 + GUEST_INDEX_BITS * (level - 1)) & (GUEST_ENTRIES - 1);
}

/* The page of the top-level table that CR3 names. */
static uint64_t loaded_root(void)
{
	return (vcpu.cr[3] & X86_PTE_ADDRESS) / PAGE;
}

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
	return random_guest.low && is_programs(t) && level == 3 && index == IMAGE;
}

/* A random table of a level, of programs' or of the kernel's; or TABLES. */
static unsigned int random_table(int level, bool programs)
{
	unsigned int from = random_below(TABLES), t;

	for (unsigned int i = 0; i < TABLES; i++) {
		t = (from + i) % TABLES;
		if (random_guest.level[t] == level && is_programs(t) == programs)
			return t;
	}
	return TABLES;
}

static unsigned int count_tables(int level, bool programs)
{
	unsigned int count = 0;

	for (unsigned int t = 0; t < TABLES; t++)
		count += random_guest.level[t] == level && is_programs(t) == programs;
	return count;
}

/* A table begins empty; one of programs' has a low kernel's image where that may be. */
static void begin_table(unsigned int t, int level)
{
	guest_pte *entries = page_entries(TABLE_PAGE + t);

	memset(entries, 0, PAGE);
	if (is_image(t, (unsigned int)level, IMAGE))
		entries[IMAGE] =
			(guest_pte)((TABLE_PAGE + IMAGE_TABLE) * PAGE | random_guest.image_flags);
	random_guest.level[t] = level;
	random_guest.begun++;
}

/* One that has no content yet, or one that is hooked elsewhere perhaps. */
static unsigned int child_table(int level, bool programs)
{
	static const unsigned int most[] = {[1] = 6, [2] = 3, [3] = 3};
	bool fresh = count_tables(level, programs) < most[level] && one_in(2);
	unsigned int t = random_table(fresh ? FREE : level, programs);

	if (t < TABLES && random_guest.level[t] == FREE)
		begin_table(t, level);
	return t;
}

/* Kernels have the same in their part of all. */
static void set_top(unsigned int index, uint64_t value)
{
	for (unsigned int i = 0; i < ROOTS; i++) {
		if (index >= guest_kernel_first() || ROOT_PAGE + i == loaded_root())
			page_entries(ROOT_PAGE + i)[index] = (guest_pte)value;
	}
}

static uint64_t large_page(uint64_t flags)
{
	return (LARGE_FIRST * PAGE + random_below(2) * ((uint64_t)GUEST_ENTRIES * PAGE)) |
	       X86_PTE_PS | flags;
}

void edit_top(void)
{
	unsigned int place = random_below(PLACES);
	unsigned int index = guest_index(place_address(place), GUEST_LEVELS);
	uint64_t flags = random_flags();
	bool mixed = random_guest.low && index == 0;
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

void edit_middle(void)
{
	int level = 2 + (int)random_below(2);
	bool programs = one_in(2);
	unsigned int parent = random_table(level, programs);
	unsigned int child = child_table(level - 1, programs), index;
	uint64_t va = place_address(random_below(PLACES)), flags = random_flags(), value = 0;

	index = guest_index(va, (unsigned int)level);
	if (parent == TABLES || is_image(parent, (unsigned int)level, index))
		return;
	if (level == 2 && one_in(4))
		value = large_page(flags);
	else if (child < TABLES && !one_in(6))
		value = (TABLE_PAGE + child) * PAGE | (flags & ~(uint64_t)X86_PTE_G);
	page_entries(TABLE_PAGE + parent)[index] = (guest_pte)value;
}

void edit_leaf(void)
{
	unsigned int t = random_table(1, one_in(2));
	uint64_t va = place_address(random_below(PLACES));
	uint64_t page = DATA_PAGE + random_below(one_in(3) ? DATA_PAGES : 8);

	if (t < TABLES)
		page_entries(TABLE_PAGE + t)[guest_index(va, 1)] =
			one_in(4) ? 0 : (guest_pte)(page * PAGE | random_flags());
}

/* As fork and the like do: the same page or table with other rights. */
void edit_rights(void)
{
	unsigned int t = random_below(TABLES), level = 1 + random_below(GUEST_LEVELS);
	uint64_t va = place_address(random_below(PLACES));
	guest_pte *e;
	unsigned int index = guest_index(va, level);

	if (level == GUEST_LEVELS)
		e = &page_entries(loaded_root())[index];
	else if (random_guest.level[t] == (int)level && !is_image(t, level, index))
		e = &page_entries(TABLE_PAGE + t)[index];
	else
		return;
	if (level == GUEST_LEVELS && index == 0 && random_guest.low) {
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
	return random_guest.low && needed;
}

void retire_table(void)
{
	unsigned int t = random_below(TABLES);

	if (random_guest.level[t] <= FREE || is_needed(t))
		return;
	for (unsigned int i = 0; i < ROOTS; i++)
		unlink_in(page_entries(ROOT_PAGE + i), TABLE_PAGE + t);
	for (unsigned int i = 0; i < TABLES; i++) {
		if (random_guest.level[i] > 1)
			unlink_in(page_entries(TABLE_PAGE + i), TABLE_PAGE + t);
	}
	random_guest.level[t] = LEFT;
}

void free_what_was_left(bool all)
{
	for (unsigned int t = 0; t < TABLES; t++) {
		if (random_guest.level[t] == LEFT && (all || is_programs(t)))
			random_guest.level[t] = FREE;
	}
}

/* ---- what it begins with ---- */

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
	random_guest.image_flags = FLAGS & ~(uint64_t)(one_in(2) ? X86_PTE_U : 0);
	begin_table(IMAGE_TABLE, 2);
	begin_table(0, 3);
	for (unsigned int i = 0; i < ROOTS; i++)
		page_entries(ROOT_PAGE + i)[0] = (guest_pte)(TABLE_PAGE * PAGE | FLAGS);
	map_stack(page_entries(TABLE_PAGE + IMAGE_TABLE) + IMAGE_STACK_SLOT, IMAGE_STACK_PAGE);
}

void random_guest_begin(bool low)
{
	random_guest = (struct random_guest){.low = low};
	vcpu.cr[3] = ROOT_PAGE * PAGE;
	places_choose(guest_places[low]);
	set_up_stack();
	if (low)
		set_up_image();
}
