/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * door_test.c - copies of pages of programs: who gets one, that nobody can write to a page that has
 * one, and how system calls are learnt and found again.
 *
 * Invariant: what is mapped is asked of the fake host alone.
 */
#include <copy.h>
#include <door.h>

#include "../fake_host.h"

enum {
	P = X86_PTE_P | X86_PTE_U, /* a program's code */
	U = P | X86_PTE_W,
	K = X86_PTE_P | X86_PTE_W | X86_PTE_G,
	PAGE = X86_PAGE_SIZE,
	LARGE = FAKE_LARGE,
	W = X86_PF_WRITE,
	X = X86_PF_FETCH,
	RX = FAKE_R | FAKE_X,
	VA = 0x400000,
	OTHER_VA = 0x600000,
	PA = 0x210000, /* in a large page */
	AT = 0x123,    /* the site in the page; the hop is behind it */
	HOP = AT + 2,
	CALLS = 16,		 /* until a site is learnt */
	SHARED = 32,		 /* until another program gets the copy */
	MANY_CALLS = 64 * CALLS, /* until it has been tried again */
	EVICT_VA = 0x500000,	 /* counts calls where VA's are counted */
	EVICT_PA = PA + 256 * PAGE,
};

/* The kernel's large page. */
#define DIRECT 0x408080000000ull

static struct view *kernel;

static void load_program(uint64_t root)
{
	vcpu.cr[3] = root;
	backend_space_load(&vcpu);
}

/* Other top-level table, same tables below. */
static uint64_t another_program(void)
{
	uint64_t root = guest_table(), now = vcpu.cr[3] & X86_PTE_ADDRESS;

	memcpy(guest_pointer(root, PAGE), guest_pointer(now, PAGE), PAGE);
	return root;
}

/* An access that faults on the host: true if that changes something there, as it must. */
static bool touch(uint64_t va, uint32_t access)
{
	struct guest_walk walk;

	assert_true(guest_walk(&vcpu, va, access | (vcpu_in_user(&vcpu) ? X86_PF_USER : 0), &walk));
	return backend_space_fill(&vcpu, va, &walk);
}

static void run_kernel(void)
{
	vcpu.cs = SEL_CODE;
}

/* User code runs. Returns the view of its process. */
static struct view *run_user(void)
{
	guest_enter_user(0);
	space_process(&vcpu);
	return space_user_view(&vcpu);
}

/* So many system calls by signal. */
static void call(uint64_t va, unsigned int times)
{
	for (unsigned int i = 0; i < times; i++) {
		vcpu.rip = va + AT + 2;
		door_learn(&vcpu);
	}
}

/* A page of code with a system call, mapped for programs, and in the kernel's large page. */
static int setup(void **state)
{
	static const uint8_t code[] = {0x0f, 0x05, 0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0};

	fake_host_setup(state);
	vcpu.efer |= X86_EFER_NX;
	if (!kernel) {
		assert_true(copies_init());
		spaces_init(&vcpu);
		kernel = view_state(&vcpu)->kernel;
	}
	view_state(&vcpu)->kernel = kernel;
	view_forget(kernel);
	for (uint32_t i = 0; i < VIEW_SLOTS; i++) {
		struct view *view = space_view_of(i);

		if (view) {
			view_forget(view);
			memset(view->process->copy_calls, 0, sizeof(view->process->copy_calls));
		}
	}
	load_program(vcpu.cr[3]);
	memset(guest_pointer(PA, PAGE), 0x50, PAGE);
	memcpy(guest_pointer(PA + AT, sizeof(code)), code, sizeof(code));
	guest_map(VA, PA, P);
	guest_map(EVICT_VA, EVICT_PA, P);
	call(EVICT_VA, 1);
	fake_map_large(DIRECT, PA & ~(uint64_t)(LARGE - 1), K);
	host = (struct fake_host){0};
	return 0;
}

/* The program's copy of the page is mapped at an address. */
static bool has_copy(const struct view *view, uint64_t va)
{
	return host_prot(view, va) == RX && host_physical(view, va) >= FAKE_MEMORY;
}

static bool has_original(const struct view *view, uint64_t va)
{
	return host_prot(view, va) == RX && host_physical(view, va) == PA;
}

static uint32_t copies(void)
{
	uint32_t n = 0;

	for (uint32_t i = 0; (i = copy_next(0, machine.pages, i)) != COPY_NONE; i++)
		n++;
	return n;
}

/* The program has a copy of its page. */
static struct view *learn(void)
{
	struct view *view = run_user();

	assert_true(touch(VA, X));
	call(VA, CALLS);
	assert_true(has_copy(view, VA));
	return view;
}

static void a_site_is_learnt(void **state)
{
	struct view *view = run_user();
	uint64_t site;

	(void)state;
	assert_true(touch(VA, X));
	call(VA, CALLS - 1);
	assert_true(has_original(view, VA));
	call(VA, 1);
	assert_true(has_copy(view, VA));
	assert_int_equal(*(uint8_t *)guest_pointer(PA + AT, 1), 0x0f);
	for (site = 0; !copy_site(site);)
		assert_true(++site < USER_SITES);
	vcpu.rip = site;
	assert_true(door_find(&vcpu, view->process));
	assert_int_equal(vcpu.rip, VA + AT + 2);
	vcpu.rip = site + 1;
	assert_false(door_find(&vcpu, view->process));
	vcpu.rip = UINT64_MAX;
	assert_false(door_find(&vcpu, view->process));
}

static void interrupts_on_the_way_are_before_the_call(void **state)
{
	struct view *view = learn();

	(void)state;
	for (unsigned int i = 0; i < PAGE; i++) {
		vcpu.rip = VA + i;
		assert_int_equal(door_on_way(&vcpu, view->process), i == HOP + 2);
		assert_int_equal(vcpu.rip, i == HOP + 2 ? VA + AT : VA + i);
	}
	vcpu.rip = OTHER_VA + HOP + 2;
	assert_false(door_on_way(&vcpu, view->process));
}

static void nothing_is_learnt_while_there_is_a_debugger(void **state)
{
	const struct view *view = run_user();

	(void)state;
	host.debugger = true;
	assert_true(touch(VA, X));
	call(VA, 4 * CALLS);
	assert_true(has_original(view, VA));
}

/* Other programs of the same code get the copy after a few signals. */
static void programs_share_a_copy(void **state)
{
	struct view *first, *second;
	uint64_t root = another_program();

	(void)state;
	load_program(root);
	second = run_user();
	assert_true(touch(VA, X));
	load_program(another_program());
	first = learn();
	assert_true(has_original(second, VA));
	load_program(root);
	assert_ptr_equal(run_user(), second);
	call(VA, SHARED - 1);
	assert_true(has_original(second, VA));
	call(VA, 1);
	assert_true(has_copy(second, VA));
	assert_true(has_copy(first, VA));
	assert_int_equal(copies(), 1);
}

/* The number of a site tells nothing of the address. */
static void a_second_address_has_the_page_itself(void **state)
{
	struct view *view = learn();

	(void)state;
	guest_map(OTHER_VA, PA, P);
	assert_true(touch(OTHER_VA, X));
	assert_true(has_original(view, OTHER_VA));
	call(OTHER_VA, 2 * SHARED);
	assert_true(has_original(view, OTHER_VA));
	*guest_entry(VA, 1) = 0;
	backend_space_invalidate(&vcpu, VA);
	assert_int_equal(host_prot(view, VA), 0);
	call(OTHER_VA, SHARED);
	assert_true(has_copy(view, OTHER_VA));
}

static void data_gets_no_copy(void **state)
{
	const struct view *view;

	(void)state;
	learn();
	load_program(another_program());
	view = run_user();
	guest_map(OTHER_VA, PA, P | X86_PTE_NX);
	assert_true(touch(OTHER_VA, 0));
	assert_host_maps(view, OTHER_VA, PA, FAKE_R);
	call(OTHER_VA, SHARED);
	assert_host_maps(view, OTHER_VA, PA, FAKE_R);
}

/* ---- nobody writes to a page that has a copy ---- */

static void the_kernels_large_page_loses_the_right(void **state)
{
	const struct view *view;

	(void)state;
	run_kernel();
	assert_true(touch(DIRECT, W));
	assert_true(host_prot(kernel, DIRECT + PA % LARGE) & FAKE_W);
	view = learn();
	assert_false(host_prot(kernel, DIRECT + PA % LARGE) & FAKE_W);
	assert_true(host_prot(kernel, DIRECT + PA % LARGE + PAGE) & FAKE_W);
	run_kernel();
	host.sets = 0;
	assert_true(touch(DIRECT + PA % LARGE, W));
	assert_true(host_prot(kernel, DIRECT + PA % LARGE) & FAKE_W);
	assert_true(has_original(view, VA));
	assert_int_equal(copies(), 0);
	/* The program's page alone was mapped anew. */
	assert_int_equal(host.sets, 1);
}

/* It is mapped when there is a copy: by an access to that page, or to another. */
static void the_kernels_large_page_comes_later(void **state)
{
	const struct view *view = learn();

	(void)state;
	run_kernel();
	assert_true(touch(DIRECT + LARGE - PAGE, W));
	assert_true(host_prot(kernel, DIRECT + LARGE - PAGE) & FAKE_W);
	assert_false(host_prot(kernel, DIRECT + PA % LARGE) & FAKE_W);
	assert_true(has_copy(view, VA));
	assert_true(touch(DIRECT + PA % LARGE, W));
	assert_true(host_prot(kernel, DIRECT + PA % LARGE) & FAKE_W);
	assert_true(has_original(view, VA));
}

/* A fill that changes something is no standstill (core/trap.c). */
static void giving_back_counts_as_a_change(void **state)
{
	(void)state;
	run_kernel();
	assert_true(touch(DIRECT, W));
	learn();
	run_kernel();
	assert_true(touch(DIRECT + PA % LARGE, W));
	assert_false(touch(DIRECT + PA % LARGE, W));
}

static void a_small_writable_mapping_ends_the_copy(void **state)
{
	const struct view *view = learn();

	(void)state;
	guest_map(OTHER_VA, PA, U);
	assert_true(touch(OTHER_VA, W));
	assert_true(host_prot(view, OTHER_VA) & FAKE_W);
	assert_true(has_original(view, VA));
	assert_int_equal(copies(), 0);
}

static void a_small_mapping_of_the_kernels_does_so_too(void **state)
{
	const struct view *view = learn();

	(void)state;
	run_kernel();
	guest_map(OTHER_VA, PA, K & ~X86_PTE_G);
	assert_true(touch(OTHER_VA, W));
	assert_true(host_prot(kernel, OTHER_VA) & FAKE_W);
	assert_true(has_original(view, VA));
	assert_int_equal(copies(), 0);
}

/* And the next copy takes the mappings away: ever less often, if they are used again. */
static void a_copy_ends_small_writable_mappings(void **state)
{
	const struct view *view = learn();

	(void)state;
	guest_map(OTHER_VA, PA, U);
	run_kernel();
	assert_true(touch(OTHER_VA, W));
	run_user();
	assert_true(touch(OTHER_VA, W));
	assert_true(has_original(view, VA));
	call(VA, CALLS - 1);
	assert_true(has_original(view, VA));
	call(VA, 1);
	assert_true(has_copy(view, VA));
	assert_int_equal(host_prot(view, OTHER_VA), 0);
	assert_int_equal(host_prot(kernel, OTHER_VA), 0);
	assert_true(touch(OTHER_VA, W));
	assert_true(has_original(view, VA));
	call(VA, 2 * CALLS - 1);
	assert_true(has_original(view, VA));
	call(VA, 1);
	assert_true(has_copy(view, VA));
}

/* A mapping that comes with its neighbour's fault, and one that moves, count too. */
static void mappings_nobody_asked_for_end_the_copy(void **state)
{
	const struct view *view = learn();
	uint64_t accessed = U | X86_PTE_A | X86_PTE_D;

	(void)state;
	guest_map(OTHER_VA, PA - PAGE, U);
	guest_map(OTHER_VA + PAGE, PA, accessed);
	assert_true(touch(OTHER_VA, W));
	assert_true(host_prot(view, OTHER_VA + PAGE) & FAKE_W);
	assert_true(has_original(view, VA));

	*guest_entry(OTHER_VA + PAGE, 1) = (PA + PAGE) | accessed;
	backend_space_invalidate(&vcpu, OTHER_VA + PAGE);
	call(VA, MANY_CALLS);
	assert_true(has_copy(view, VA));
	*guest_entry(OTHER_VA + PAGE, 1) = PA | accessed;
	backend_space_invalidate(&vcpu, OTHER_VA + PAGE);
	assert_true(has_original(view, VA));
	assert_int_equal(copies(), 0);
}

/* Also in a process that is not compared before it runs again, as nothing of it has changed. */
static void another_program_loses_its_writable_mapping(void **state)
{
	uint64_t writer = another_program();
	struct view *first, *second;

	(void)state;
	load_program(writer);
	first = run_user();
	guest_map(OTHER_VA, PA, U);
	assert_true(touch(OTHER_VA, W));
	load_program(another_program());
	second = learn();
	assert_int_equal(host_prot(first, OTHER_VA), 0);
	load_program(writer);
	run_user();
	assert_true(touch(OTHER_VA, W));
	assert_true(has_original(second, VA));
	assert_int_equal(copies(), 0);
}

/* A program's large page stays, and forbids the copy. */
static void a_large_page_forbids_a_copy(void **state)
{
	enum { LARGE_VA = 0x40000000 };
	const struct view *view = run_user();

	(void)state;
	fake_map_large(LARGE_VA, PA & ~(uint64_t)(LARGE - 1), U);
	assert_true(touch(LARGE_VA, W));
	assert_true(touch(VA, X));
	call(VA, CALLS);
	assert_true(has_original(view, VA));
	assert_true(host_prot(view, LARGE_VA + PA % LARGE) & FAKE_W);
	*fake_pde(LARGE_VA) = 0;
	backend_space_flush(&vcpu);
	run_user();
	call(VA, CALLS);
	assert_true(has_copy(view, VA));
	fake_map_large(LARGE_VA, PA & ~(uint64_t)(LARGE - 1), U);
	assert_true(touch(LARGE_VA, W));
	assert_true(has_original(view, VA));
}

/* ---- the program's entry changes ---- */

static void another_page_takes_the_copys_place(void **state)
{
	const struct view *view = learn();

	(void)state;
	*guest_entry(VA, 1) = (PA + PAGE) | P | X86_PTE_A;
	backend_space_invalidate(&vcpu, VA);
	assert_host_maps(view, VA, PA + PAGE, RX);
	/* The copy waits for the page to be called again. */
	*guest_entry(VA, 1) = PA | P | X86_PTE_A;
	backend_space_invalidate(&vcpu, VA);
	assert_true(has_original(view, VA));
	call(VA, SHARED);
	assert_true(has_copy(view, VA));
}

/* The page is given to another file, whose code a disk writes there. */
static void a_page_that_a_disk_has_written_gets_another_copy(void **state)
{
	const struct view *view = learn();
	uint8_t *code = guest_pointer(PA, PAGE);

	(void)state;
	*guest_entry(VA, 1) = 0;
	backend_space_invalidate(&vcpu, VA);
	code[2 * AT] = 0x51;
	*guest_entry(VA, 1) = PA | P | X86_PTE_A;
	assert_true(touch(VA, X));
	assert_true(has_original(view, VA));
	call(VA, SHARED);
	assert_true(has_copy(view, VA));
	assert_int_equal(copies(), 1);
	assert_int_equal(copy_bytes(copy_next(PA / PAGE, 1, 0))[2 * AT], 0x51);
}

static void a_process_that_has_ended_has_no_copy(void **state)
{
	(void)state;
	learn();
	view_forget(space_user_view(&vcpu));
	assert_int_equal(view_copy_at(space_user_view(&vcpu), copy_next(PA / PAGE, 1, 0)), 0);
	host.sets = 0;
	view_drop_copies(PA / PAGE, 1);
	assert_int_equal(host.sets, 0);
}

/* ---- there are only so many ---- */

static void copies_make_room_for_others(void **state)
{
	enum { MANY = LINUX_COPIES + 8, FIRST = 0x220000 };
	const struct view *view = run_user();

	(void)state;
	for (unsigned int i = 0; i < MANY; i++) {
		uint64_t va = OTHER_VA + 2ull * i * PAGE, pa = FIRST + i * PAGE;

		memcpy(guest_pointer(pa, PAGE), guest_pointer(PA, PAGE), PAGE);
		guest_map(va, pa, P);
		assert_true(touch(va, X));
		call(va, CALLS);
		assert_true(has_copy(view, va));
	}
	assert_int_equal(copies(), LINUX_COPIES);
	for (unsigned int i = 0, originals = 0; i <= MANY; i++) {
		if (i == MANY)
			assert_int_equal(originals, MANY - LINUX_COPIES);
		else
			originals += !has_copy(view, OTHER_VA + 2ull * i * PAGE);
	}
}

#define DOOR_TEST(function) cmocka_unit_test_setup_teardown(function, setup, fake_host_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DOOR_TEST(a_site_is_learnt),
		DOOR_TEST(interrupts_on_the_way_are_before_the_call),
		DOOR_TEST(nothing_is_learnt_while_there_is_a_debugger),
		DOOR_TEST(programs_share_a_copy),
		DOOR_TEST(a_second_address_has_the_page_itself),
		DOOR_TEST(data_gets_no_copy),
		DOOR_TEST(the_kernels_large_page_loses_the_right),
		DOOR_TEST(the_kernels_large_page_comes_later),
		DOOR_TEST(giving_back_counts_as_a_change),
		DOOR_TEST(a_small_writable_mapping_ends_the_copy),
		DOOR_TEST(a_small_mapping_of_the_kernels_does_so_too),
		DOOR_TEST(a_copy_ends_small_writable_mappings),
		DOOR_TEST(mappings_nobody_asked_for_end_the_copy),
		DOOR_TEST(another_program_loses_its_writable_mapping),
		DOOR_TEST(a_large_page_forbids_a_copy),
		DOOR_TEST(another_page_takes_the_copys_place),
		DOOR_TEST(a_page_that_a_disk_has_written_gets_another_copy),
		DOOR_TEST(a_process_that_has_ended_has_no_copy),
		DOOR_TEST(copies_make_room_for_others),
	};

	return RUN_TAP(tests);
}
