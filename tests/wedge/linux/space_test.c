/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space_test.c - the guest's address spaces in a process: which view is compared or cleared, and
 * when.
 *
 * Invariant: what is mapped is asked of the fake host alone.
 */
#include <copy.h>

#include "fake_host.h"

enum {
	U = X86_PTE_P | X86_PTE_W | X86_PTE_U,
	PAGE = X86_PAGE_SIZE,
	W = X86_PF_WRITE,
	PROGRAMS = VIEW_SLOTS + 1,
	USER_VA = 0x08048000,
	SLOT = USER_VA / PAGE % VIEW_ENTRIES, /* the entry of last tables that is used */
	PA = 0x200000,
	ROOT = 0x680000,   /* top-level tables of the programs, one after the other */
	TABLES = 0x580000, /* tables that they share, one of each level */
	SPARSE = 700,	   /* so many places, each needs a table */
};

/* From one place to the next: in long mode, each needs a node of its own too. */
#define FAR (ARCH_LONG_MODE ? (1ull << 30) + FAKE_LARGE : FAKE_LARGE)

static struct view *kernel;

/*
 * Loads a program that has the same page everywhere: each entry of its tables names the one table
 * below. The guest needs a page for each level, the wedge would need more memory than there is.
 */
static void load_program(unsigned int number)
{
	vcpu.cr[3] = ROOT + number * PAGE;
	backend_space_load(&vcpu);
}

static void make_tables(void)
{
	for (unsigned int level = 1; level < ARCH_PAGE_LEVELS; level++) {
		guest_pte *table = guest_pointer(TABLES + level * PAGE, PAGE);

		for (unsigned int i = 0; level > 1 && i < VIEW_ENTRIES; i++)
			table[i] = (guest_pte)(TABLES + (level - 1) * PAGE) | U;
		if (level == 1)
			table[SLOT] = (guest_pte)PA | U;
	}
	for (unsigned int i = 0; i < PROGRAMS * VIEW_ENTRIES; i++) {
		guest_pte *root = guest_pointer(ROOT + i / VIEW_ENTRIES * PAGE, PAGE);

		root[i % VIEW_ENTRIES] = (guest_pte)(TABLES + (ARCH_PAGE_LEVELS - 1) * PAGE) | U;
	}
}

/* Spaces and tables are kept by the code under test; nothing of an earlier test must be left. */
static int setup(void **state)
{
	fake_host_setup(state);
	if (!kernel) {
		assert_true(copies_init());
		spaces_init(&vcpu);
		kernel = view_state(&vcpu)->kernel;
	}
	view_state(&vcpu)->kernel = kernel;
	view_forget(kernel);
	make_tables();
	for (unsigned int i = 0; i < PROGRAMS; i++) {
		load_program(i);
		if (view_state(&vcpu)->space)
			space_lost_process(&vcpu);
	}
	host = (struct fake_host){0};
	return 0;
}

/* An access of user code or of the kernel, as the mode says, reaches the wedge. */
static void touch(uint64_t va, uint32_t access)
{
	struct guest_walk walk;

	assert_true(guest_walk(&vcpu, va, access, &walk));
	backend_space_fill(&vcpu, va, &walk);
}

/* User code runs, and comes back. */
static struct process *run_user(void)
{
	guest_enter_user(0);
	return space_process(&vcpu);
}

static void run_kernel(void)
{
	vcpu.cs = SEL_CODE;
}

/* What a process has mapped. */
static unsigned int process_prot(struct process *process, uint64_t va)
{
	struct view view = {.process = process};

	return host_prot(&view, va);
}

static uint64_t cleared(void)
{
	return vcpu_count(&vcpu, COUNT_VIEWS_CLEARED) - 1;
}

static void both_views_are_filled_apart(void **state)
{
	struct process *process;

	(void)state;
	load_program(0);
	touch(USER_VA, W);
	assert_host_maps(kernel, USER_VA, PA, FAKE_R | FAKE_W);
	process = run_user();
	assert_int_equal(process_prot(process, USER_VA), 0);
	touch(USER_VA, W);
	assert_int_equal(process_prot(process, USER_VA), FAKE_R | FAKE_W | FAKE_X);
}

/* A load stops the process; its view is compared before it runs again, and not before that. */
static void a_load_is_noticed_when_user_code_runs(void **state)
{
	struct process *process;

	(void)state;
	load_program(0);
	process = run_user();
	touch(USER_VA, W);
	run_kernel();
	*guest_entry(USER_VA, 1) &= ~(guest_pte)X86_PTE_W;
	host.holds = 0;
	load_program(0);
	assert_true(host.holds);
	assert_true(process_prot(process, USER_VA) & FAKE_W);
	assert_ptr_equal(run_user(), process);
	assert_false(process_prot(process, USER_VA) & FAKE_W);
}

static void an_invalidation_is_for_both(void **state)
{
	struct process *process;

	(void)state;
	load_program(0);
	touch(USER_VA, W);
	process = run_user();
	touch(USER_VA, W);
	run_kernel();
	*guest_entry(USER_VA, 1) = 0;
	backend_space_invalidate(&vcpu, USER_VA + 7);
	assert_int_equal(host_prot(kernel, USER_VA), 0);
	assert_int_equal(process_prot(process, USER_VA), 0);
}

/* More programs than processes: the one that was loaded longest ago gives its process up. */
static void the_oldest_process_serves_again(void **state)
{
	struct process *first, *second;

	(void)state;
	load_program(0);
	first = run_user();
	touch(USER_VA, W);
	for (unsigned int i = 1; i < VIEW_SLOTS; i++) {
		run_kernel();
		load_program(i);
		assert_ptr_not_equal(run_user(), first);
	}
	run_kernel();
	load_program(1);
	second = run_user();
	run_kernel();
	load_program(VIEW_SLOTS);
	assert_ptr_equal(run_user(), first);
	assert_int_equal(process_prot(first, USER_VA), 0);
	load_program(1);
	assert_ptr_equal(run_user(), second);
}

static void without_room_the_kernels_view_starts_anew(void **state)
{
	(void)state;
	load_program(0);
	touch(USER_VA, W);
	host.no_room = true;
	touch(USER_VA + FAR, W);
	assert_int_equal(host_prot(kernel, USER_VA), 0);
	assert_host_maps(kernel, USER_VA + FAR, PA, FAKE_R | FAKE_W);
}

/* Programs, and the kernel for them, use a page here and there, in very many places. */
static void sparse_programs_do_not_use_up_the_heap(void **state)
{
	uint64_t before = cleared();

	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		struct process *process;

		load_program(i);
		process = run_user();
		for (uint64_t at = 1; at < SPARSE; at++) {
			touch(USER_VA + at * FAR, W);
			assert_true(process_prot(process, USER_VA + at * FAR));
		}
		run_kernel();
		for (uint64_t at = 1; at < SPARSE; at++) {
			touch(USER_VA + at * FAR, W);
			assert_true(host_prot(kernel, USER_VA + at * FAR));
		}
	}
	assert_true(cleared() > before);
	for (unsigned int i = 0; i < 8; i++) {
		struct process *process;

		load_program(i);
		process = run_user();
		touch(USER_VA + FAR, W);
		assert_int_equal(process_prot(process, USER_VA + FAR), FAKE_R | FAKE_W | FAKE_X);
	}
}

#define SPACE_TEST(function) cmocka_unit_test_setup_teardown(function, setup, fake_host_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPACE_TEST(both_views_are_filled_apart),
		SPACE_TEST(a_load_is_noticed_when_user_code_runs),
		SPACE_TEST(an_invalidation_is_for_both),
		SPACE_TEST(the_oldest_process_serves_again),
		SPACE_TEST(without_room_the_kernels_view_starts_anew),
		SPACE_TEST(sparse_programs_do_not_use_up_the_heap),
	};

	return RUN_TAP(tests);
}
