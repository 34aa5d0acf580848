/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hops_test.c - which NOPs lead a `syscall` to the door, and what becomes of the code around them.
 *
 * Invariant: what a patched page does is found by following its jumps as a processor would.
 */
#include <hops.h>

#include "../fake_host.h"

enum { PAGE = X86_PAGE_SIZE, AT = 0x800, SHORT_JUMP = 0xeb, NUMBER = 77, PUSH = 0x50 };

static uint8_t page[PAGE], copy[PAGE];

static const uint8_t nop_4[] = {0x0f, 0x1f, 0x40, 0}, nop_8[] = {0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0},
		     nop_9[] = {0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0},
		     nop_10[] = {0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0},
		     call[] = {0x0f, 0x05};

static void put(uint32_t at, const uint8_t *bytes, size_t size)
{
	memcpy(page + at, bytes, size);
}
#define PUT(at, bytes) put(at, bytes, sizeof(bytes))

/* A page of instructions of one byte, and a system call. */
static int setup(void **state)
{
	(void)state;
	memset(page, PUSH, sizeof(page));
	PUT(AT, call);
	return 0;
}

static bool find(struct copy_site *site)
{
	*site = (struct copy_site){.at = AT};
	return hops_find(page, page, site);
}

static uint32_t short_target(uint32_t at)
{
	assert_int_equal(copy[at], SHORT_JUMP);
	return at + 2 + (uint32_t)(int8_t)copy[at + 1];
}

/* The door's entry that a patched system call comes to, through so many hops. */
static uint32_t follow(const struct copy_site *site)
{
	static const uint8_t by_pointer[] = {0xff, 0x24, 0x25};
	uint32_t at = site->at, pointer;

	for (uint32_t i = 0; i < site->hops; i++) {
		at = short_target(at);
		assert_int_equal(at, site->hop[i] + 2);
	}
	assert_memory_equal(copy + at, by_pointer, sizeof(by_pointer));
	memcpy(&pointer, copy + at + sizeof(by_pointer), sizeof(pointer));
	return pointer - USER_DOOR;
}

/* Patches; all other bytes stay, and code that runs into a hop comes out behind it. */
static void patch(const struct copy_site *site, const uint32_t *lengths)
{
	uint8_t expected[PAGE];

	memcpy(copy, page, sizeof(copy));
	hops_patch(copy, site, NUMBER);
	assert_int_equal(follow(site), NUMBER * 8);
	memcpy(expected, page, sizeof(expected));
	memcpy(expected + site->at, copy + site->at, 2);
	for (uint32_t i = 0; i < site->hops; i++) {
		assert_int_equal(short_target(site->hop[i]), site->hop[i] + lengths[i]);
		memcpy(expected + site->hop[i], copy + site->hop[i], lengths[i]);
	}
	assert_memory_equal(copy, expected, sizeof(copy));
}

/* The site has just this hop. */
static void expect_hop(uint32_t at, uint32_t length)
{
	struct copy_site site;

	assert_true(find(&site));
	assert_int_equal(site.hops, 1);
	assert_int_equal(site.hop[0], at);
	patch(&site, &length);
}

static void expect_none(void)
{
	struct copy_site site;

	assert_false(find(&site));
}

static void a_nop_behind_is_found(void **state)
{
	(void)state;
	expect_none();
	PUT(AT + 20, nop_9);
	expect_hop(AT + 20, 9);
	setup(state);
	PUT(AT + 2, nop_10);
	expect_hop(AT + 2, 10);
}

static void a_nop_in_front_is_found(void **state)
{
	(void)state;
	PUT(AT - 40, nop_9);
	expect_hop(AT - 40, 9);
	setup(state);
	PUT(AT - 10, nop_10);
	expect_hop(AT - 10, 10);
}

static void it_must_be_in_reach(void **state)
{
	(void)state;
	PUT(AT + 128, nop_9);
	expect_none();
	setup(state);
	PUT(AT + 127, nop_9);
	expect_hop(AT + 127, 9);
	setup(state);
	PUT(AT - 129, nop_9);
	expect_none();
	setup(state);
	PUT(AT - 128, nop_9);
	expect_hop(AT - 128, 9);
}

static void a_short_nop_leads_on(void **state)
{
	static const uint32_t lengths[] = {4, 8, 9};
	struct copy_site site;

	(void)state;
	PUT(AT + 20, nop_8);
	expect_none();
	PUT(AT + 120, nop_4);
	PUT(AT + 240, nop_8);
	expect_none();
	PUT(AT + 300, nop_9);
	assert_true(find(&site));
	assert_int_equal(site.hops, 3);
	assert_int_equal(site.hop[0], AT + 120);
	assert_int_equal(site.hop[1], AT + 240);
	assert_int_equal(site.hop[2], AT + 300);
	patch(&site, lengths);
}

/* A hop's own jump is two bytes behind its begin, and so reaches as much farther. */
static void hops_reach_to_the_byte(void **state)
{
	static const uint32_t lengths[] = {4, 9};
	struct copy_site site;

	(void)state;
	PUT(AT + 100, nop_4);
	PUT(AT + 100 + 130, nop_9);
	expect_none();
	setup(state);
	PUT(AT + 100, nop_4);
	PUT(AT + 100 + 129, nop_9);
	assert_true(find(&site));
	patch(&site, lengths);
	setup(state);
	PUT(AT - 100, nop_4);
	PUT(AT - 100 - 127, nop_9);
	expect_none();
	setup(state);
	PUT(AT - 100, nop_4);
	PUT(AT - 100 - 126, nop_9);
	assert_true(find(&site));
	patch(&site, lengths);
}

static void too_many_hops_are_none(void **state)
{
	(void)state;
	for (uint32_t i = 1; i < COPY_HOPS + 1; i++)
		PUT(AT + i * 90, nop_4);
	PUT(AT + (COPY_HOPS + 1) * 90, nop_9);
	expect_none();
}

/* The same bytes within an instruction are no NOP: here the 66 is another instruction's. */
static void prefixes_may_be_of_the_instruction_before(void **state)
{
	static const uint8_t load[] = {0xb0, 0x66};

	(void)state;
	PUT(AT + 10, load);
	PUT(AT + 12, nop_8);
	expect_none();
	setup(state);
	PUT(AT - 40, load);
	PUT(AT - 38, nop_8);
	expect_none();
}

/* movabs $..., %rax: its immediate would lead on. */
static void constants_are_not_used(void **state)
{
	static const uint8_t load[] = {0x48, 0xb8};

	(void)state;
	PUT(AT + 90, load);
	PUT(AT + 92, nop_8);
	PUT(AT + 200, nop_9);
	expect_none();
	setup(state);
	PUT(AT - 90, load);
	PUT(AT - 88, nop_8);
	PUT(AT - 200, nop_9);
	expect_none();
	memset(page + AT - 90, PUSH, sizeof(load));
	assert_true(find(&(struct copy_site){0}));
}

/* Behind bytes that begin no instruction nothing is known, nor in front of them. */
static void what_cannot_be_measured_ends_the_search(void **state)
{
	static const uint8_t no_code[] = {0x06};

	(void)state;
	PUT(AT + 10, no_code);
	PUT(AT + 20, nop_9);
	expect_none();
	setup(state);
	PUT(AT - 10, no_code);
	PUT(AT - 30, nop_9);
	expect_none();
}

/* Measured from different places, the code in front may look different: then nobody knows. */
static void doubtful_code_is_not_used(void **state)
{
	/* movabs, whose immediate is movabs, and so on: begins at even places or at odd ones. */
	static const uint8_t twice[] = {0xb8, 0xb8, 0xb8, 0xb8, 0xb8};

	(void)state;
	memset(page, 0xb8, AT);
	for (uint32_t at = 0; at + sizeof(twice) <= AT; at += sizeof(twice))
		PUT(at, twice);
	PUT(AT - 20, nop_9);
	memset(page + AT - 11, PUSH, 11);
	expect_none();
}

static void a_nop_serves_one_site(void **state)
{
	struct copy_site first = {.at = AT}, second = {.at = AT + 4};
	uint32_t length = 9;

	(void)state;
	PUT(AT + 4, call);
	PUT(AT + 20, nop_9);
	assert_true(hops_find(page, page, &first));
	patch(&first, &length);
	assert_false(hops_find(page, copy, &second));
	PUT(AT + 40, nop_10);
	memcpy(copy + AT + 40, nop_10, sizeof(nop_10));
	assert_true(hops_find(page, copy, &second));
	assert_int_equal(second.hop[0], AT + 40);
	hops_patch(copy, &second, NUMBER + 1);
	assert_int_equal(follow(&first), NUMBER * 8);
	assert_int_equal(follow(&second), NUMBER * 8 + 8);
}

static void the_page_is_not_left(void **state)
{
	struct copy_site site = {.at = PAGE - 12};

	(void)state;
	memset(page, PUSH, sizeof(page));
	PUT(PAGE - 12, call);
	put(PAGE - 8, nop_9, 8);
	assert_false(hops_find(page, page, &site));
	site.at = 0;
	PUT(0, call);
	PUT(30, nop_9);
	assert_true(hops_find(page, page, &site));
	assert_true(hops_is_syscall(page, 0));
	assert_false(hops_is_syscall(page, 1));
	page[PAGE - 1] = 0x0f;
	assert_false(hops_is_syscall(page, PAGE - 1));
}

#define HOPS_TEST(function) cmocka_unit_test_setup(function, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOPS_TEST(a_nop_behind_is_found),
		HOPS_TEST(a_nop_in_front_is_found),
		HOPS_TEST(it_must_be_in_reach),
		HOPS_TEST(a_short_nop_leads_on),
		HOPS_TEST(hops_reach_to_the_byte),
		HOPS_TEST(too_many_hops_are_none),
		HOPS_TEST(prefixes_may_be_of_the_instruction_before),
		HOPS_TEST(constants_are_not_used),
		HOPS_TEST(what_cannot_be_measured_ends_the_search),
		HOPS_TEST(doubtful_code_is_not_used),
		HOPS_TEST(a_nop_serves_one_site),
		HOPS_TEST(the_page_is_not_left),
	};

	return RUN_TAP(tests);
}
