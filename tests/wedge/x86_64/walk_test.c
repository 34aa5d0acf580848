/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk_test.c - guest_walk and what copies through it, against the tables of SDM 3A sections 4.5 to
 * 4.8.
 *
 * Invariant: expected rights are computed from the bits of the levels, never copied from a run.
 */
#include "guest.h"

enum { W = X86_PF_WRITE, U = X86_PF_USER, X = X86_PF_FETCH, P = X86_PF_PRESENT };

#define BITS_A (X86_PTE_A)
#define BITS_D (X86_PTE_D)

static bool walk(uint64_t va, uint32_t access, struct guest_walk *out)
{
	memset(out, 0xa5, sizeof(*out));
	return guest_walk(&vcpu, va, access, out);
}

static void a_small_page_translates(void **state)
{
	struct guest_walk w;

	(void)state;
	assert_true(walk(GUEST_DATA + 0x1abc, 0, &w));
	assert_int_equal(w.address, GUEST_DATA_PA + 0x1abc);
	assert_int_equal(w.page_size, 4096);
	assert_int_equal(w.leaf, 1);
	assert_true(w.writable);
	assert_true(w.no_execute);
	assert_false(w.user);
}

/* Not present at a level: the error code holds the access and nothing else. */
static void an_absent_entry_faults_at_every_level(void **state)
{
	static const uint32_t accesses[] = {0, W, U, U | W, X, U | X};
	struct guest_walk w;

	(void)state;
	for (unsigned int level = 4; level; level--) {
		uint64_t *entry = guest_entry(GUEST_DATA, level), old = *entry;

		*entry = old & ~X86_PTE_P;
		for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
			assert_false(walk(GUEST_DATA, accesses[i], &w));
			assert_int_equal(w.error, accesses[i]);
		}
		assert_false(guest_lookup(&vcpu, GUEST_DATA, &w));
		*entry = old;
		assert_true(walk(GUEST_DATA, 0, &w));
	}
}

/* What the manual allows, from the rights of all levels together. */
static bool may(uint32_t access, bool writable, bool user, bool no_execute)
{
	if ((access & U) && !user)
		return false;
	if ((access & X) && no_execute)
		return false;
	if (!(access & W) || writable)
		return true;
	return !(access & U) && !(vcpu.cr[0] & X86_CR0_WP);
}

static void set_rights(unsigned int level, unsigned int bits)
{
	uint64_t *entry = guest_entry(GUEST_DATA, level);

	*entry &= ~(X86_PTE_W | X86_PTE_U | X86_PTE_NX | X86_PTE_A | X86_PTE_D);
	*entry |= (bits & 1 ? X86_PTE_W : 0) | (bits & 2 ? X86_PTE_U : 0) |
		  (bits & 4 ? X86_PTE_NX : 0);
}

static void check_bits(unsigned int level, bool allowed, uint32_t access)
{
	uint64_t entry = *guest_entry(GUEST_DATA, level);

	assert_int_equal(!!(entry & BITS_A), allowed);
	assert_int_equal(!!(entry & BITS_D), allowed && level == 1 && (access & W));
}

/* One set of rights at the leaf and another at one table above it, for every access. */
static void check_rights(unsigned int level, unsigned int leaf_bits, unsigned int table_bits)
{
	static const uint32_t accesses[] = {0, W, U, U | W, X, U | X};

	for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
		unsigned int both = leaf_bits & table_bits & 3;
		struct guest_walk w;
		bool allowed;

		for (unsigned int at = 4; at; at--)
			set_rights(at, at == 1 ? leaf_bits : at == level ? table_bits : 3);
		allowed = may(accesses[i], both & 1, both & 2, (leaf_bits | table_bits) & 4);
		assert_int_equal(walk(GUEST_DATA, accesses[i], &w), allowed);
		if (!allowed)
			assert_int_equal(w.error, accesses[i] | P);
		for (unsigned int at = 4; at; at--)
			check_bits(at, allowed, accesses[i]);
	}
}

static void rights_are_those_of_all_levels(void **state)
{
	(void)state;
	for (unsigned int wp = 0; wp < 2; wp++) {
		vcpu.cr[0] = wp ? vcpu.cr[0] | X86_CR0_WP : vcpu.cr[0] & ~(uint64_t)X86_CR0_WP;
		for (unsigned int level = 4; level > 1; level--)
			for (unsigned int n = 0; n < 64; n++)
				check_rights(level, n & 7, n >> 3);
	}
}

/* Without EFER.NXE the bit is reserved, and no error code tells of a fetch (SDM 3A 4.7). */
static void no_execute_needs_efer(void **state)
{
	struct guest_walk w;

	(void)state;
	assert_false(walk(GUEST_DATA, X, &w));
	assert_int_equal(w.error, X | P);
	vcpu.efer &= ~(uint64_t)X86_EFER_NX;
	assert_false(walk(GUEST_DATA, X, &w));
	assert_int_equal(w.error, P | X86_PF_RESERVED);
	assert_true(walk(GUEST_CODE, X, &w));
	assert_false(walk(GUEST_NOTHING, X, &w));
	assert_int_equal(w.error, 0);
}

static void reserved_bits_fault(void **state)
{
	struct guest_walk w;

	(void)state;
	for (unsigned int level = 4; level; level--) {
		uint64_t *entry = guest_entry(GUEST_DATA, level), old = *entry;

		for (unsigned int bit = FAKE_PHYSICAL_BITS; bit < 52; bit++) {
			*entry = old | 1ull << bit;
			assert_false(walk(GUEST_DATA, W, &w));
			assert_int_equal(w.error, W | P | X86_PF_RESERVED);
		}
		/* Those above are the kernel's to use. */
		*entry = old | 0x7ff0000000000000;
		assert_true(walk(GUEST_DATA, W, &w));
		*entry = level == 4 ? old | X86_PTE_PS : old & ~X86_PTE_P;
		assert_false(walk(GUEST_DATA, W, &w));
		assert_int_equal(w.error, level == 4 ? W | P | X86_PF_RESERVED : W);
		*entry = old;
	}
}

/* The shadow must not offer such a page to the next kernel that has WP on. */
static void writes_that_only_wp_allows_are_marked(void **state)
{
	struct guest_walk w;

	(void)state;
	assert_true(walk(GUEST_DATA, W, &w));
	assert_false(w.forced);
	*guest_entry(GUEST_DATA, 1) &= ~X86_PTE_W;
	vcpu.cr[0] &= ~(uint64_t)X86_CR0_WP;
	assert_true(walk(GUEST_DATA, W, &w));
	assert_true(w.forced);
	assert_true(walk(GUEST_DATA, 0, &w));
	assert_false(w.forced);
}

/* A page that is already accessed and dirty is not written again. */
static void bits_that_are_set_cost_no_store(void **state)
{
	struct guest_walk w;

	(void)state;
	assert_true(walk(GUEST_DATA, W, &w));
	assert_true(w.entry[1] & BITS_D);
	assert_true(walk(GUEST_DATA, 0, &w));
	assert_true(*guest_entry(GUEST_DATA, 1) & BITS_D);
	assert_true(*guest_entry(GUEST_DATA, 4) & BITS_A);
	assert_false(*guest_entry(GUEST_DATA, 2) & BITS_D);
}

static void looking_up_sets_no_bits(void **state)
{
	struct guest_walk w;

	(void)state;
	assert_true(guest_lookup(&vcpu, GUEST_DATA + 5, &w));
	assert_int_equal(w.address, GUEST_DATA_PA + 5);
	for (unsigned int level = 4; level; level--)
		assert_false(*guest_entry(GUEST_DATA, level) & (BITS_A | BITS_D));
}

static void check_large(unsigned int level, uint64_t size)
{
	uint64_t va = GUEST_DATA & ~(size - 1), *entry = guest_entry(va, level);
	struct guest_walk w;

	/* Bit 12 of a large page is PAT, not an address. */
	*entry = 3 * size | X86_PTE_PS | X86_PTE_P | X86_PTE_W | 0x1000;
	assert_true(walk(va + size - 0x1235, W, &w));
	assert_int_equal(w.leaf, level);
	assert_int_equal(w.page_size, size);
	assert_int_equal(w.address, 4 * size - 0x1235);
	assert_int_equal(*entry & (BITS_A | BITS_D), BITS_A | BITS_D);
	assert_false(walk(va, U, &w));
	assert_int_equal(w.error, U | P);
}

static void large_pages_end_the_walk(void **state)
{
	(void)state;
	check_large(2, 2 << 20);
	check_large(3, 1 << 30);
}

/* Tables where there is no RAM: nothing is there to be present. */
static void tables_outside_memory_fault(void **state)
{
	static const uint64_t nowhere[] = {FAKE_PAGES * 4096ull, FAKE_HOLE_START * 4096ull,
					   (1ull << FAKE_PHYSICAL_BITS) - 4096};
	struct guest_walk w;

	(void)state;
	for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		for (unsigned int level = 4; level > 1; level--) {
			uint64_t *entry = guest_entry(GUEST_DATA, level), old = *entry;

			*entry = nowhere[i] | X86_PTE_P | X86_PTE_W;
			assert_false(walk(GUEST_DATA, W, &w));
			assert_int_equal(w.error, W);
			*entry = old;
		}
	}
	vcpu.cr[3] = nowhere[0];
	assert_false(walk(GUEST_DATA, 0, &w));
}

/* The page is mapped, but nothing answers there. */
static void a_page_outside_memory_cannot_be_copied(void **state)
{
	struct guest_fault fault;
	uint64_t word = 0;

	(void)state;
	*guest_entry(GUEST_DATA + 0x1000, 1) = FAKE_HOLE_START * 4096ull | X86_PTE_P | X86_PTE_W;
	assert_false(guest_read(&vcpu, GUEST_DATA + 0xffc, &word, 8, &fault));
	assert_int_equal(fault.address, GUEST_DATA + 0x1000);
	assert_null(guest_pointer(FAKE_HOLE_START * 4096ull, 1));
	assert_null(guest_pointer(0x1fff, 2));
	assert_non_null(guest_pointer(0x1fff, 1));
}

/* Neighbours in virtual memory need not be neighbours in physical memory. */
static void copies_cross_pages(void **state)
{
	uint8_t sent[3 * 4096], got[3 * 4096];
	struct guest_fault fault;

	(void)state;
	guest_map(GUEST_DATA + 0x1000, GUEST_DATA_PA + 0x7000, X86_PTE_P | X86_PTE_W);
	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (uint8_t)(i * 7 + i / 251);
	assert_true(guest_write(&vcpu, GUEST_DATA + 0x801, sent, sizeof(sent), &fault));
	assert_true(guest_read(&vcpu, GUEST_DATA + 0x801, got, sizeof(got), &fault));
	assert_memory_equal(sent, got, sizeof(sent));
	guest_peek(GUEST_DATA + 0x801, got, sizeof(got));
	assert_memory_equal(sent, got, sizeof(sent));
	assert_memory_equal(guest_pointer(GUEST_DATA_PA + 0x7000, 4096), sent + 0x7ff, 4096);
}

static void a_copy_stops_at_the_page_that_faults(void **state)
{
	uint8_t bytes[64] = {1};
	struct guest_fault fault;

	(void)state;
	*guest_entry(GUEST_DATA + 0x1000, 1) &= ~X86_PTE_P;
	assert_false(guest_write(&vcpu, GUEST_DATA + 0xff0, bytes, sizeof(bytes), &fault));
	assert_int_equal(fault.address, GUEST_DATA + 0x1000);
	assert_int_equal(fault.error, W);
	*guest_entry(GUEST_DATA + 0x1000, 1) = GUEST_DATA_PA | X86_PTE_P;
	assert_false(guest_write(&vcpu, GUEST_DATA + 0xff0, bytes, sizeof(bytes), &fault));
	assert_int_equal(fault.error, W | P);
	assert_true(guest_read(&vcpu, GUEST_DATA + 0xff0, bytes, sizeof(bytes), &fault));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(a_small_page_translates),
		GUEST_TEST(an_absent_entry_faults_at_every_level),
		GUEST_TEST(rights_are_those_of_all_levels),
		GUEST_TEST(no_execute_needs_efer),
		GUEST_TEST(reserved_bits_fault),
		GUEST_TEST(writes_that_only_wp_allows_are_marked),
		GUEST_TEST(bits_that_are_set_cost_no_store),
		GUEST_TEST(looking_up_sets_no_bits),
		GUEST_TEST(large_pages_end_the_walk),
		GUEST_TEST(tables_outside_memory_fault),
		GUEST_TEST(a_page_outside_memory_cannot_be_copied),
		GUEST_TEST(copies_cross_pages),
		GUEST_TEST(a_copy_stops_at_the_page_that_faults),
	};

	return RUN_TAP(tests);
}
