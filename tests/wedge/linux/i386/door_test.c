/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * door_test.c - the guest's vDSO: which pages get a call to the door, and where user code goes on.
 *
 * Invariant: the tests run in order, since the door is learnt once in a life: first what is not
 * recognised, then what is.
 */
#include <door.h>

#include "../fake_host.h"

#define VDSO 0xb7fff000u

enum {
	VDSO_PA = 0x240000,
	BEHIND = 0x579, /* where the int returns to */
	INT_AT = BEHIND - 2,
	CALL_AT = BEHIND - 6,
	NAME_AT = 0x2c0,
	USER_RWX = X86_PTE_P | X86_PTE_W | X86_PTE_U,
};

static const uint8_t entry_code[] = {0x51, 0x52, 0x55, 0x90, 0x90, 0x90, 0x90,
				     0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3};
static const uint8_t call_code[] = {0xff, 0x15, 0x00, 0xe0, 0xff, 0xff};

static uint8_t *vdso(void)
{
	return guest_pointer(VDSO_PA, X86_PAGE_SIZE);
}

static int setup(void **state)
{
	fake_host_setup(state);
	guest_map(VDSO, VDSO_PA, USER_RWX);
	memcpy(vdso(), "\177ELF", 4);
	memcpy(vdso() + NAME_AT, "linux-gate.so.1", 16);
	memcpy(vdso() + BEHIND - 9, entry_code, sizeof(entry_code));
	guest_enter_user(GUEST_USER + 0x800);
	vcpu.rip = VDSO + BEHIND;
	return 0;
}

#define DOOR_TEST(function) cmocka_unit_test_setup_teardown(function, setup, fake_host_teardown)

/* The page is not changed, and user code goes on where it was. */
static void assert_not_learnt(void)
{
	uint8_t before[X86_PAGE_SIZE];

	memcpy(before, vdso(), sizeof(before));
	door_learn(&vcpu);
	assert_memory_equal(before, vdso(), sizeof(before));
	vcpu.rip -= 2;
	assert_int_equal(door_resume(&vcpu), vcpu.rip);
	vcpu.rip -= 4;
	assert_false(door_caught(&vcpu));
}

static void other_pages_are_left_alone(void **state)
{
	(void)state;
	vdso()[0] = 0x7e;
	assert_not_learnt();
}

static void other_images_are_left_alone(void **state)
{
	(void)state;
	vdso()[NAME_AT + 14] = '2';
	assert_not_learnt();
}

/* A name that the page's end cuts off. */
static void a_name_that_is_cut_off_is_none(void **state)
{
	(void)state;
	memset(vdso() + NAME_AT, 0, 16);
	memcpy(vdso() + X86_PAGE_SIZE - 15, "linux-gate.so.1", 15);
	assert_not_learnt();
}

/* Each byte of the instructions counts. */
static void other_code_is_left_alone(void **state)
{
	for (unsigned int i = 0; i < sizeof(entry_code); i++) {
		setup(state);
		vdso()[BEHIND - 9 + i] ^= 1;
		assert_not_learnt();
	}
}

/* Too near to an end of the page for the code to be there. */
static void the_ends_of_a_page_are_left_alone(void **state)
{
	(void)state;
	vcpu.rip = VDSO + 8;
	assert_not_learnt();
	vcpu.rip = VDSO + X86_PAGE_SIZE - 3;
	assert_not_learnt();
}

static void an_address_that_is_not_mapped_is_left_alone(void **state)
{
	(void)state;
	*guest_entry(VDSO, 1) = 0;
	assert_not_learnt();
}

/* From here on the page is known. */
static void the_vdso_gets_a_call(void **state)
{
	uint8_t expected[X86_PAGE_SIZE];

	(void)state;
	memcpy(expected, vdso(), sizeof(expected));
	memcpy(expected + CALL_AT, call_code, sizeof(call_code));
	door_learn(&vcpu);
	assert_memory_equal(vdso(), expected, sizeof(expected));
}

static void it_is_changed_once(void **state)
{
	uint8_t before[X86_PAGE_SIZE];

	(void)state;
	memcpy(before, vdso(), sizeof(before));
	door_learn(&vcpu);
	assert_memory_equal(vdso(), before, sizeof(before));
}

/* Where the int was is the middle of the call now. */
static void a_restarted_call_goes_on_at_the_call(void **state)
{
	(void)state;
	vcpu.rip = VDSO + INT_AT;
	assert_int_equal(door_resume(&vcpu), VDSO + CALL_AT);
	vcpu.rip = VDSO + BEHIND;
	assert_int_equal(door_resume(&vcpu), VDSO + BEHIND);
	vcpu.rip = VDSO + CALL_AT;
	assert_int_equal(door_resume(&vcpu), VDSO + CALL_AT);
}

/* At whatever address it is mapped; another page at the same offset is not it. */
static void the_page_is_known_by_its_frame(void **state)
{
	(void)state;
	guest_map(GUEST_USER + 0x5000, VDSO_PA, USER_RWX);
	vcpu.rip = GUEST_USER + 0x5000 + INT_AT;
	assert_int_equal(door_resume(&vcpu), vcpu.rip - 4);
	vcpu.rip = GUEST_USER + INT_AT;
	assert_int_equal(door_resume(&vcpu), vcpu.rip);
	vcpu.rip = GUEST_NOTHING + INT_AT;
	assert_int_equal(door_resume(&vcpu), vcpu.rip);
}

static void a_call_that_was_caught_is_a_system_call(void **state)
{
	uint32_t behind = VDSO + BEHIND;

	(void)state;
	vcpu.rip = VDSO + CALL_AT;
	assert_true(door_caught(&vcpu));
	assert_int_equal(vcpu.rip, VDSO + BEHIND);
	assert_int_equal(vcpu.gpr[X86_RSP], GUEST_USER + 0x800);
	vcpu.rip = USER_DOOR_CODE;
	guest_poke(GUEST_USER + 0x800, &behind, 4);
	assert_true(door_caught(&vcpu));
	assert_int_equal(vcpu.rip, VDSO + BEHIND);
	assert_int_equal(vcpu.gpr[X86_RSP], GUEST_USER + 0x804);
	assert_false(door_caught(&vcpu));
}

static void the_door_without_a_stack_is_no_call(void **state)
{
	(void)state;
	vcpu.rip = USER_DOOR_CODE;
	vcpu.gpr[X86_RSP] = GUEST_NOTHING;
	assert_false(door_caught(&vcpu));
	assert_int_equal(vcpu.rip, USER_DOOR_CODE);
	assert_int_equal(vcpu.gpr[X86_RSP], GUEST_NOTHING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DOOR_TEST(other_pages_are_left_alone),
		DOOR_TEST(other_images_are_left_alone),
		DOOR_TEST(a_name_that_is_cut_off_is_none),
		DOOR_TEST(other_code_is_left_alone),
		DOOR_TEST(the_ends_of_a_page_are_left_alone),
		DOOR_TEST(an_address_that_is_not_mapped_is_left_alone),
		DOOR_TEST(the_vdso_gets_a_call),
		DOOR_TEST(it_is_changed_once),
		DOOR_TEST(a_restarted_call_goes_on_at_the_call),
		DOOR_TEST(the_page_is_known_by_its_frame),
		DOOR_TEST(a_call_that_was_caught_is_a_system_call),
		DOOR_TEST(the_door_without_a_stack_is_no_call),
	};

	return RUN_TAP(tests);
}
