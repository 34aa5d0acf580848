/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk_test.c - two-level page tables with and without pages of 4 MiB, and no paging (SDM 3A
 * sections 4.1, 4.3, 4.6 to 4.8).
 *
 * Invariant: entries are written by hand; what the walk says and what it writes are both checked.
 */
#include "guest.h"

enum {
	W = X86_PF_WRITE,
	U = X86_PF_USER,
	P = X86_PF_PRESENT,
	F = X86_PF_FETCH,
	BITS_A = X86_PTE_A,
	BITS_D = X86_PTE_D,
	LARGE = 1 << 22,
};

static bool walk(uint64_t va, uint32_t access, struct guest_walk *w)
{
	return guest_walk(&vcpu, va, access, w);
}

static void a_small_page_translates(void **state)
{
	struct guest_walk w;

	(void)state;
	assert_true(walk(GUEST_DATA + 0x1234, W, &w));
	assert_int_equal(w.address, GUEST_DATA_PA + 0x1234);
	assert_int_equal(w.page_size, 4096);
	assert_int_equal(w.leaf, 1);
	assert_true(w.writable && !w.user && !w.no_execute && !w.forced);
	assert_int_equal(*guest_entry(GUEST_DATA + 0x1000, 1) & (BITS_A | BITS_D), BITS_A | BITS_D);
	assert_int_equal(*guest_entry(GUEST_DATA, 2) & (BITS_A | BITS_D), BITS_A);
	assert_false(*guest_entry(GUEST_DATA, 1) & BITS_A);
}

static void an_absent_entry_faults_at_both_levels(void **state)
{
	struct guest_walk w;

	(void)state;
	for (unsigned int level = 2; level; level--) {
		guest_pte *entry = guest_entry(GUEST_DATA, level), old = *entry;

		*entry &= ~1u;
		assert_false(walk(GUEST_DATA, W, &w));
		assert_int_equal(w.error, W);
		assert_int_equal(w.leaf, level);
		*entry = old;
	}
	assert_false(walk(GUEST_NOTHING, U, &w));
	assert_int_equal(w.error, U);
}

/* Both levels must allow it (SDM 3A section 4.6). */
static void rights_are_those_of_both_levels(void **state)
{
	struct guest_walk w;

	(void)state;
	for (unsigned int n = 0; n < 16; n++) {
		guest_pte upper = n & 3, lower = n >> 2;
		bool writable = upper & lower & 1, user = upper & lower & 2;

		*guest_entry(GUEST_DATA, 2) = (*guest_entry(GUEST_DATA, 2) & ~6u) | upper << 1;
		*guest_entry(GUEST_DATA, 1) = GUEST_DATA_PA | P | lower << 1;
		assert_int_equal(walk(GUEST_DATA, 0, &w), true);
		assert_int_equal(walk(GUEST_DATA, W, &w), writable);
		assert_int_equal(walk(GUEST_DATA, U, &w), user);
		assert_int_equal(walk(GUEST_DATA, U | W, &w), user && writable);
		if (!(user && writable))
			assert_int_equal(w.error, U | W | P);
		vcpu.cr[0] &= ~(uint64_t)X86_CR0_WP;
		assert_true(walk(GUEST_DATA, W, &w));
		assert_int_equal(w.forced, !writable);
		assert_int_equal(walk(GUEST_DATA, U | W, &w), user && writable);
		vcpu.cr[0] |= X86_CR0_WP;
	}
}

/* Without no-execute a fetch is a read, in error codes too. */
static void there_is_no_no_execute(void **state)
{
	struct guest_walk w;

	(void)state;
	assert_true(walk(GUEST_DATA, F, &w));
	assert_false(w.no_execute);
	assert_false(walk(GUEST_NOTHING, F, &w));
	assert_int_equal(w.error, 0);
}

static void a_refused_access_leaves_the_tables_alone(void **state)
{
	struct guest_walk w;

	(void)state;
	assert_false(walk(GUEST_DATA, U | W, &w));
	assert_false(*guest_entry(GUEST_DATA, 1) & (BITS_A | BITS_D));
	assert_true(guest_lookup(&vcpu, GUEST_DATA + 5, &w));
	assert_int_equal(w.address, GUEST_DATA_PA + 5);
	assert_false(*guest_entry(GUEST_DATA, 2) & BITS_A);
	assert_true(walk(GUEST_DATA, 0, &w));
	assert_int_equal(*guest_entry(GUEST_DATA, 1) & (BITS_A | BITS_D), BITS_A);
}

/* Bit 12 of a large page is PAT, and no address. */
static void large_pages_need_pse(void **state)
{
	guest_pte *entry = guest_entry(GUEST_DATA, 2), table = *entry;
	struct guest_walk w;

	(void)state;
	*entry = 3 * LARGE | X86_PTE_PS | X86_PTE_P | X86_PTE_W | 0x1000;
	vcpu.cr[4] |= X86_CR4_PSE;
	assert_true(walk(GUEST_DATA + LARGE - 0x1235, W, &w));
	assert_int_equal(w.leaf, 2);
	assert_int_equal(w.page_size, LARGE);
	assert_int_equal(w.address, 4u * LARGE - 0x1235);
	assert_int_equal(*entry & (BITS_A | BITS_D), BITS_A | BITS_D);
	assert_false(walk(GUEST_DATA, U, &w));
	assert_int_equal(w.error, U | P);
	/* The bits that PSE-36 would use are reserved. */
	for (unsigned int bit = 13; bit < 22; bit++) {
		*entry = 3 * LARGE | X86_PTE_PS | X86_PTE_P | X86_PTE_W | 1u << bit;
		assert_false(walk(GUEST_DATA, W, &w));
		assert_int_equal(w.error, W | P | X86_PF_RESERVED);
	}
	/* Without PSE the bit means nothing. */
	*entry = table | X86_PTE_PS;
	vcpu.cr[4] &= ~(uint64_t)X86_CR4_PSE;
	assert_true(walk(GUEST_DATA + 0x1234, W, &w));
	assert_int_equal(w.leaf, 1);
	assert_int_equal(w.address, GUEST_DATA_PA + 0x1234);
}

static void without_paging_addresses_are_physical(void **state)
{
	static const uint64_t addresses[] = {0, 0x12345, GUEST_DATA_PA, 0x3fffff, 0xffffffff};
	struct guest_walk w;

	(void)state;
	vcpu.cr[0] &= ~(uint64_t)X86_CR0_PG;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		assert_true(walk(addresses[i], U | W, &w));
		assert_int_equal(w.address, addresses[i]);
		assert_int_equal(w.page_size, LARGE);
		assert_int_equal(w.entry[w.leaf] >> 22, addresses[i] >> 22);
		assert_int_equal(w.entry[w.leaf] & 0xe7, 0xe7);
	}
}

static void tables_outside_memory_fault(void **state)
{
	struct guest_walk w;

	(void)state;
	*guest_entry(GUEST_DATA, 2) = FAKE_HOLE_START * 4096u | X86_PTE_P | X86_PTE_W;
	assert_false(walk(GUEST_DATA, W, &w));
	assert_int_equal(w.error, W);
	vcpu.cr[3] = FAKE_PAGES * 4096ull;
	assert_false(walk(GUEST_CODE, 0, &w));
}

/* CR3's low twelve bits are no address. */
static void cr3_is_a_page(void **state)
{
	struct guest_walk w;

	(void)state;
	vcpu.cr[3] |= 0x18;
	assert_true(walk(GUEST_DATA, 0, &w));
}

static void copies_wrap_at_4_gib(void **state)
{
	uint8_t sent[16] = "0123456789abcde", got[16];
	struct guest_fault fault;

	(void)state;
	guest_map(0xfffff000, GUEST_DATA_PA, X86_PTE_P | X86_PTE_W);
	guest_map(0, GUEST_DATA_PA + 0x1000, X86_PTE_P | X86_PTE_W);
	assert_true(guest_write(&vcpu, 0xfffffff8, sent, sizeof(sent), &fault));
	assert_true(guest_read(&vcpu, 0xfffffff8, got, sizeof(got), &fault));
	assert_memory_equal(sent, got, sizeof(sent));
	guest_peek(0, got, 8);
	assert_memory_equal(sent + 8, got, 8);
	*guest_entry(0, 1) = 0;
	guest_forget_page(&vcpu, 0);
	assert_false(guest_read(&vcpu, 0xfffffff8, got, sizeof(got), &fault));
	assert_int_equal(fault.address, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(a_small_page_translates),
		GUEST_TEST(an_absent_entry_faults_at_both_levels),
		GUEST_TEST(rights_are_those_of_both_levels),
		GUEST_TEST(there_is_no_no_execute),
		GUEST_TEST(a_refused_access_leaves_the_tables_alone),
		GUEST_TEST(large_pages_need_pse),
		GUEST_TEST(without_paging_addresses_are_physical),
		GUEST_TEST(tables_outside_memory_fault),
		GUEST_TEST(cr3_is_a_page),
		GUEST_TEST(copies_wrap_at_4_gib),
	};

	return RUN_TAP(tests);
}
