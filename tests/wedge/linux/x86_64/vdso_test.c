/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vdso_test.c - getcpu of the 64-bit vDSO: which pages are changed, and what becomes of them.
 *
 * Invariant: the tests run in order, since the page is learnt once in a life: first what is not
 * recognized, then what is.
 */
#include <copy.h>
#include <vdso.h>

#include "../fake_host.h"

#define VDSO 0x408090000000

enum {
	VDSO_PA = 0x240000,
	CODE_AT = 0x810,
	CLEAR_AT = CODE_AT + 5,
	NAME_AT = 0x2c0,
	USER_RX = X86_PTE_P | X86_PTE_U,
};

static const char name[] = "linux-vdso.so.1";
static const uint8_t read_limit[] = {0xb8, 0x7b, 0x00, 0x00, 0x00, 0x0f, 0x03, 0xc0};

static uint8_t *vdso(void)
{
	return guest_pointer(VDSO_PA, X86_PAGE_SIZE);
}

static void make_vdso(void)
{
	uint8_t *page = vdso();

	memset(page, 0, X86_PAGE_SIZE);
	memcpy(page, "\177ELF", 4);
	memcpy(page + NAME_AT, name, sizeof(name));
	memcpy(page + CODE_AT, read_limit, sizeof(read_limit));
}

static int setup(void **state)
{
	fake_host_setup(state);
	vcpu.efer |= X86_EFER_NX;
	guest_map(VDSO, VDSO_PA, USER_RX);
	make_vdso();
	guest_enter_user(GUEST_USER + 0x800);
	assert_true(copies_init());
	spaces_init(&vcpu);
	backend_space_load(&vcpu);
	return 0;
}

#define VDSO_TEST(function) cmocka_unit_test_setup_teardown(function, setup, fake_host_teardown)

/* User code reads from the page, and finds this in it. */
static void assert_becomes(const uint8_t *expected)
{
	struct guest_walk walk;

	assert_true(guest_walk(&vcpu, VDSO, X86_PF_USER, &walk));
	space_process(&vcpu);
	backend_space_fill(&vcpu, VDSO, &walk);
	assert_memory_equal(vdso(), expected, X86_PAGE_SIZE);
	space_lost_process(&vcpu);
}

static void assert_left_alone(void)
{
	uint8_t before[X86_PAGE_SIZE];

	memcpy(before, vdso(), sizeof(before));
	assert_becomes(before);
}

static void other_pages_are_left_alone(void **state)
{
	for (unsigned int i = 0; i < 4; i++) {
		setup(state);
		vdso()[i] ^= 1;
		assert_left_alone();
	}
}

static void other_images_are_left_alone(void **state)
{
	for (unsigned int i = 0; i < sizeof(name); i++) {
		setup(state);
		vdso()[NAME_AT + i] ^= 1;
		assert_left_alone();
	}
}

static void a_name_that_is_cut_off_is_none(void **state)
{
	(void)state;
	memset(vdso() + NAME_AT, 0, sizeof(name));
	memcpy(vdso() + X86_PAGE_SIZE - sizeof(name) + 1, name, sizeof(name) - 1);
	assert_left_alone();
}

/* Each byte of the instructions counts; so does the page's end. */
static void other_code_is_left_alone(void **state)
{
	for (unsigned int i = 0; i < sizeof(read_limit); i++) {
		setup(state);
		vdso()[CODE_AT + i] ^= 1;
		assert_left_alone();
	}
	setup(state);
	memset(vdso() + CODE_AT, 0, sizeof(read_limit));
	memcpy(vdso() + X86_PAGE_SIZE - sizeof(read_limit) + 1, read_limit, sizeof(read_limit) - 1);
	assert_left_alone();
}

/* A file that a program only reads. */
static void what_cannot_be_executed_is_left_alone(void **state)
{
	(void)state;
	*guest_entry(VDSO, 1) |= X86_PTE_NX;
	assert_left_alone();
}

/* The kernel looks at it: nothing is learnt of its accesses. */
static void the_kernels_access_is_none(void **state)
{
	uint8_t before[X86_PAGE_SIZE];

	(void)state;
	memcpy(before, vdso(), sizeof(before));
	vcpu.cs = SEL_CODE;
	assert_true(fake_touch(view_state(&vcpu)->kernel, VDSO, 0));
	assert_memory_equal(vdso(), before, sizeof(before));
}

/* From here on the page is known. Wherever the instructions stand in it, they are changed. */
static void the_vdso_tells_processor_0(void **state)
{
	static const uint8_t clear[] = {0x31, 0xc0, 0x90};
	enum { END = X86_PAGE_SIZE - sizeof(read_limit) };
	uint8_t expected[X86_PAGE_SIZE];

	(void)state;
	memcpy(vdso() + END, read_limit, sizeof(read_limit));
	memcpy(expected, vdso(), sizeof(expected));
	memcpy(expected + CLEAR_AT, clear, sizeof(clear));
	memcpy(expected + END + 5, clear, sizeof(clear));
	assert_becomes(expected);
}

/* There is one: a program that makes another gets what it wrote. */
static void it_is_changed_once(void **state)
{
	(void)state;
	assert_left_alone();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VDSO_TEST(other_pages_are_left_alone),
		VDSO_TEST(other_images_are_left_alone),
		VDSO_TEST(a_name_that_is_cut_off_is_none),
		VDSO_TEST(other_code_is_left_alone),
		VDSO_TEST(what_cannot_be_executed_is_left_alone),
		VDSO_TEST(the_kernels_access_is_none),
		VDSO_TEST(the_vdso_tells_processor_0),
		VDSO_TEST(it_is_changed_once),
	};

	return RUN_TAP(tests);
}
