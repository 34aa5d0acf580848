/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stack_run_test.c - runs of pages of the kernel's, as its stacks are: what a fault on one page
 * makes present of the others, on the fake Xen.
 *
 * Invariant: Xen pushes on what is present and writable and ends the domain otherwise, so a stack
 * is asked for in the tables that Xen has loaded, page by page.
 */
#include "fake_guest.h"

enum {
	K = X86_PTE_P | X86_PTE_W | X86_PTE_A | X86_PTE_D | X86_PTE_G | X86_PTE_NX,
	PA = 0x200000,
	STACK = 4,     /* pages of a stack */
	RUN = 16,      /* pages of a run that are filled on the other side of a table's end */
	RESERVE = 128, /* pages of the heap that tables do not get (memory.c) */
	ROUNDS = 1000,
};

#define MIB_2 (1ull << 21)
#define GIB   (1ull << 30)

/* Where two last-level tables meet; also where tables of upper levels do, or two of the guest's. */
#define BORDER (KERNEL_VA + 5 * MIB_2)
static const uint64_t borders[] = {
	BORDER,
	KERNEL_VA - KERNEL_VA % GIB + (XEN_LEVELS == 4 ? 0 : GIB),
	XEN_LEVELS == 4 ? 0xffffff0000000000 : BORDER + MIB_2,
	XEN_LEVELS == 4 ? 0xfffffe0000000000 : 0xc0c00000,
};

static void map_run(uint64_t va, unsigned int pages)
{
	for (unsigned int i = 0; i < pages; i++)
		guest_map(va + i * PAGE, PA + i * PAGE, K);
}

static void unmap_run(uint64_t va, unsigned int pages)
{
	for (unsigned int i = 0; i < pages; i++) {
		*guest_entry(va + i * PAGE, 1) = 0;
		invlpg(va + i * PAGE);
	}
}

static void assert_present(uint64_t va, unsigned int pages)
{
	for (unsigned int i = 0; i < pages; i++)
		assert_reaches(KERNEL, va + i * PAGE, PA + i * PAGE, R | W);
}

static void assert_absent(uint64_t va, unsigned int pages)
{
	for (unsigned int i = 0; i < pages; i++)
		assert_reaches_nothing(KERNEL, va + i * PAGE);
}

/* The stack begins `below` pages in front of the border, and page `first` of it is touched. */
static void use_stack(uint64_t border, unsigned int below, unsigned int first)
{
	uint64_t va = border - below * PAGE;

	map_run(va, STACK);
	assert_absent(va, STACK);
	assert_true(touch(KERNEL, va + first * PAGE, X86_PF_WRITE));
	assert_present(va, STACK);
	unmap_run(va, STACK);
	assert_absent(va, STACK);
}

DEFINE_XEN_TEST(a_stack_is_present_across_the_ends_of_tables)
{
	load_root(new_root());
	for (unsigned int i = 0; i < sizeof(borders) / sizeof(*borders); i++) {
		for (unsigned int below = 0; below <= STACK; below++) {
			for (unsigned int first = 0; first < STACK; first++)
				use_stack(borders[i], below, first);
		}
	}
}

/*
 * Begins with tables below and above the border that are there, and empty: a new one of a 32-bit
 * kernel's is filled as a whole.
 */
static void begin_with_tables(void)
{
	load_root(new_root());
	for (uint64_t va = BORDER - 2 * MIB_2; XEN_LEVELS == 3 && va <= BORDER; va += MIB_2) {
		map_run(va + MIB_2 / 2, 1);
		assert_true(touch(KERNEL, va + MIB_2 / 2, 0));
		unmap_run(va + MIB_2 / 2, 1);
	}
}

/* What is behind a page that is absent or not writable is another run. */
DEFINE_XEN_TEST(a_run_ends_at_its_guard_pages)
{
	begin_with_tables();
	map_run(BORDER - 6 * PAGE, 6);
	map_run(BORDER, 6);
	*guest_entry(BORDER - 4 * PAGE, 1) = 0;
	*guest_entry(BORDER + 3 * PAGE, 1) &= ~(guest_pte)X86_PTE_W;
	assert_true(touch(KERNEL, BORDER - PAGE, X86_PF_WRITE));
	assert_reaches(KERNEL, BORDER, PA, R | W);
	assert_reaches(KERNEL, BORDER + 2 * PAGE, PA + 2 * PAGE, R | W);
	assert_absent(BORDER - 4 * PAGE, 1);
	assert_absent(BORDER + 3 * PAGE, 3);
}

/* Neither the page in front of the border nor the one behind it, if the guest has no page there. */
DEFINE_XEN_TEST(what_does_not_touch_the_border_is_no_run)
{
	begin_with_tables();
	map_run(BORDER - 4 * PAGE, 3);
	map_run(BORDER, 3);
	assert_true(touch(KERNEL, BORDER, X86_PF_WRITE));
	assert_present(BORDER, 3);
	assert_absent(BORDER - 4 * PAGE, 4);
}

DEFINE_XEN_TEST(a_long_run_is_filled_in_part)
{
	begin_with_tables();
	map_run(BORDER - PAGE, RUN + 3);
	assert_true(touch(KERNEL, BORDER - PAGE, X86_PF_WRITE));
	assert_present(BORDER - PAGE, RUN + 1);
	assert_absent(BORDER + RUN * PAGE, 2);
	assert_true(touch(KERNEL, BORDER + RUN * PAGE, X86_PF_WRITE));
	assert_present(BORDER - PAGE, RUN + 3);
}

/*
 * The middle table gets pages of the upper stack. If it got the lower stack's as well, a touch of
 * these would not fault, and their part in the third table would stay absent.
 */
DEFINE_XEN_TEST(a_neighbour_gets_no_pages_of_other_runs)
{
	uint64_t lower = BORDER - MIB_2 - 2 * PAGE, upper = BORDER - 2 * PAGE;

	begin_with_tables();
	map_run(lower, STACK);
	map_run(upper, STACK);
	assert_true(touch(KERNEL, upper + 3 * PAGE, X86_PF_WRITE));
	assert_present(upper, STACK);
	assert_absent(lower, STACK);
	assert_true(touch(KERNEL, lower + 3 * PAGE, X86_PF_WRITE));
	assert_present(lower, STACK);
}

/* Nothing of the run faults once it is present: its last page was mapped before the fault. */
DEFINE_XEN_TEST(a_run_that_grows_is_filled_by_its_last_page)
{
	uint64_t va = BORDER - 2 * PAGE;

	load_root(new_root());
	for (unsigned int i = 0; i < STACK; i++) {
		guest_map(va + i * PAGE, PA + i * PAGE, K);
		guest_map(BORDER - 100 * PAGE + i * PAGE, PA, K);
		assert_true(touch(KERNEL, BORDER - 100 * PAGE + i * PAGE, 0));
	}
	assert_present(va, STACK);
}

/* As when a kernel splits a large page: the leaves come with the table. */
DEFINE_XEN_TEST(a_table_in_place_of_another_has_all_its_pages)
{
	uint64_t other = guest_table();
	guest_pte *entries = guest_page(other);
	unsigned int first = BORDER / PAGE % (PAGE / sizeof(*entries));

	load_root(new_root());
	map_run(BORDER, STACK);
	assert_true(touch(KERNEL, BORDER, X86_PF_WRITE));
	for (unsigned int i = 0; i < STACK; i++)
		entries[first + i] = (guest_pte)((PA + i * PAGE) | K);
	*guest_entry(BORDER, 2) = (guest_pte)other | (*guest_entry(BORDER, 2) & (PAGE - 1));
	guest_forget_all(&vcpu);
	backend_space_flush(&vcpu);
	assert_present(BORDER, STACK);
}

/* A stack comes and goes, at other addresses every time and on other pages. */
DEFINE_XEN_TEST(stacks_come_and_go)
{
	uint64_t seed = 1;

	load_root(new_root());
	for (unsigned int i = 0; i < ROUNDS; i++) {
		uint64_t place = next_random(&seed) % (3 * ENTRIES);
		uint64_t va = BORDER - MIB_2 + place * PAGE;

		map_run(va, STACK);
		assert_true(touch(KERNEL, va, X86_PF_WRITE));
		assert_true(touch(KERNEL, va + (STACK - 1) * PAGE, X86_PF_WRITE));
		assert_present(va, STACK);
		unmap_run(va, STACK);
		assert_absent(va, STACK);
	}
}

/* The space that is not loaded is given up for the run's second table. */
DEFINE_XEN_TEST(a_run_takes_the_tables_of_another_space)
{
	load_root(new_root());
	guest_map(0x400000, PA, X86_PTE_P | X86_PTE_W | X86_PTE_U);
	assert_true(touch(USER, 0x400000, 0));
	load_root(new_root());
	map_run(BORDER - 8 * PAGE, 4);
	assert_true(touch(KERNEL, BORDER - 8 * PAGE, 0));
	xen.heap_next = xen.heap_end - RESERVE;
	map_run(BORDER - 2 * PAGE, STACK);
	assert_true(touch(KERNEL, BORDER - PAGE, X86_PF_WRITE));
	assert_present(BORDER - 2 * PAGE, STACK);
	assert_true(vcpu.counters[COUNT_SPACES_GIVEN_UP] > 0);
}

/* A stack that is present in part would end the domain later, without a word. */
DEFINE_XEN_TEST(a_run_without_a_table_ends_the_guest)
{
	load_root(new_root());
	map_run(BORDER - 8 * PAGE, 4);
	assert_true(touch(KERNEL, BORDER - 8 * PAGE, 0));
	xen.heap_next = xen.heap_end - RESERVE;
	map_run(BORDER - 2 * PAGE, STACK);
	assert_fatal("heap", touch(KERNEL, BORDER - PAGE, X86_PF_WRITE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		XEN_TEST(a_stack_is_present_across_the_ends_of_tables),
		XEN_TEST(a_run_ends_at_its_guard_pages),
		XEN_TEST(what_does_not_touch_the_border_is_no_run),
		XEN_TEST(a_long_run_is_filled_in_part),
		XEN_TEST(a_neighbour_gets_no_pages_of_other_runs),
		XEN_TEST(a_run_that_grows_is_filled_by_its_last_page),
		XEN_TEST(a_table_in_place_of_another_has_all_its_pages),
		XEN_TEST(stacks_come_and_go),
		XEN_TEST(a_run_takes_the_tables_of_another_space),
		XEN_TEST(a_run_without_a_table_ends_the_guest),
	};

	return RUN_TAP(tests);
}
