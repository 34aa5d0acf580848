/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * translation_test.c - what guest_read and guest_write remember of the guest's tables, and when
 * they must have forgotten it (SDM 3A section 4.10).
 *
 * Invariant: the guest's entry is changed behind the wedge's back, to another page with other
 * contents: which of the two is read tells whether the old one was remembered.
 */
#include "guest.h"

#include <arch/x86/tlb.h>

enum { OLD = 0x11111111, NEW = 0x22222222, OTHER_PA = GUEST_DATA_PA + 0x3000 };

static uint32_t read_word(uint64_t va)
{
	struct guest_fault fault;
	uint32_t word = 0;

	assert_true(guest_read(&vcpu, va, &word, sizeof(word), &fault));
	return word;
}

static bool write_word(uint64_t va, uint32_t word)
{
	struct guest_fault fault;

	return guest_write(&vcpu, va, &word, sizeof(word), &fault);
}

/* GUEST_DATA is read once as OLD, and mapped to a page with NEW since. */
static void remap(uint64_t flags)
{
	guest_map(GUEST_DATA, GUEST_DATA_PA, X86_PTE_P | X86_PTE_W | flags);
	*(uint32_t *)guest_pointer(GUEST_DATA_PA, 4) = OLD;
	*(uint32_t *)guest_pointer(OTHER_PA, 4) = NEW;
	guest_forget_all(&vcpu);
	assert_int_equal(read_word(GUEST_DATA), OLD);
	*guest_entry(GUEST_DATA, 1) = (guest_pte)(OTHER_PA | X86_PTE_P | X86_PTE_W | flags);
}

static void a_load_of_cr3_forgets(void **state)
{
	(void)state;
	remap(0);
	assert_int_equal(read_word(GUEST_DATA), OLD);
	tlb_space(&vcpu);
	assert_int_equal(read_word(GUEST_DATA), NEW);
}

static void a_load_of_cr3_keeps_global_pages(void **state)
{
	(void)state;
	vcpu.cr[4] |= X86_CR4_PGE;
	remap(X86_PTE_G);
	tlb_space(&vcpu);
	assert_int_equal(read_word(GUEST_DATA), OLD);
	tlb_all(&vcpu);
	assert_int_equal(read_word(GUEST_DATA), NEW);
}

static void no_page_is_global_without_pge(void **state)
{
	(void)state;
	vcpu.cr[4] &= ~(uint64_t)X86_CR4_PGE;
	remap(X86_PTE_G);
	tlb_space(&vcpu);
	assert_int_equal(read_word(GUEST_DATA), NEW);
}

static void one_page_can_be_forgotten(void **state)
{
	(void)state;
	remap(0);
	guest_forget_page(&vcpu, GUEST_DATA + 0x1000);
	assert_int_equal(read_word(GUEST_DATA), OLD);
	guest_forget_page(&vcpu, GUEST_DATA + 0xfff);
	assert_int_equal(read_word(GUEST_DATA), NEW);
}

/* Pages that share a place push each other out, and are not taken for one another. */
static void pages_of_one_place_are_told_apart(void **state)
{
	uint64_t other = GUEST_DATA + VCPU_TRANSLATIONS * X86_PAGE_SIZE;

	(void)state;
	guest_map(other, OTHER_PA, X86_PTE_P | X86_PTE_W);
	*(uint32_t *)guest_pointer(GUEST_DATA_PA, 4) = OLD;
	*(uint32_t *)guest_pointer(OTHER_PA, 4) = NEW;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(read_word(GUEST_DATA), OLD);
		assert_int_equal(read_word(other), NEW);
	}
}

static void a_page_that_was_read_may_not_be_written(void **state)
{
	(void)state;
	guest_map(GUEST_DATA, GUEST_DATA_PA, X86_PTE_P);
	read_word(GUEST_DATA);
	assert_false(write_word(GUEST_DATA, NEW));
}

static void the_first_write_sets_the_dirty_bit(void **state)
{
	(void)state;
	read_word(GUEST_DATA);
	assert_false(*guest_entry(GUEST_DATA, 1) & X86_PTE_D);
	assert_true(write_word(GUEST_DATA, NEW));
	assert_true(*guest_entry(GUEST_DATA, 1) & X86_PTE_D);
	assert_int_equal(read_word(GUEST_DATA), NEW);
}

static void nothing_is_remembered_for_users(void **state)
{
	uint32_t word;

	(void)state;
	read_word(GUEST_DATA);
	assert_false(guest_read_user(&vcpu, GUEST_DATA, &word, sizeof(word)));
}

static void absence_is_not_remembered(void **state)
{
	struct guest_fault fault;
	uint32_t word;

	(void)state;
	assert_false(guest_read(&vcpu, GUEST_NOTHING, &word, sizeof(word), &fault));
	guest_map(GUEST_NOTHING, GUEST_DATA_PA, X86_PTE_P);
	assert_true(guest_read(&vcpu, GUEST_NOTHING, &word, sizeof(word), &fault));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(a_load_of_cr3_forgets),
		GUEST_TEST(a_load_of_cr3_keeps_global_pages),
		GUEST_TEST(no_page_is_global_without_pge),
		GUEST_TEST(one_page_can_be_forgotten),
		GUEST_TEST(pages_of_one_place_are_told_apart),
		GUEST_TEST(a_page_that_was_read_may_not_be_written),
		GUEST_TEST(the_first_write_sets_the_dirty_bit),
		GUEST_TEST(nothing_is_remembered_for_users),
		GUEST_TEST(absence_is_not_remembered),
	};

	return RUN_TAP(tests);
}
