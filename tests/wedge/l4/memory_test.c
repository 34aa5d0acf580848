/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory_test.c - what the back end takes of L4's memory: blocks of 4 MiB of conventional memory,
 * in their order, never one that holds something else, and then all that is left.
 *
 * Invariant: sigma0 here has what the interface page describes, and gives each piece once.
 */
#include "../../../wedge/backend/l4/blocks.h"
#include "../tap.h"
#include "fake_core.h"
#include "fake_l4.h"

enum { MIB = 1 << 20, BLOCK = 4 * MIB, PIECES = 1 << 20, CONVENTIONAL = 1, BOOT = 0xe, SHARED = 4 };
#define VIRTUAL 0x200

/* ---- the interface page, and sigma0 ---- */

static bool given[PIECES]; /* of 4 KiB */
static uint32_t windows[128];
static unsigned int window_count;
static uint64_t memory_end;

static void describe(uint32_t low, uint64_t end, uint32_t type)
{
	uint32_t *count = (uint32_t *)(uintptr_t)(X2_KIP + X2_KIP_MEMORY);
	uint32_t *d = (uint32_t *)(uintptr_t)(X2_KIP + 0x1c0) + 2 * (*count & 0xffff);

	d[0] = low | type;
	d[1] = (uint32_t)((end - 1) & ~0x3ffull);
	*count = 0x1c0u << 16 | ((*count & 0xffff) + 1);
}

static bool give(uint32_t fpage, uint32_t window)
{
	uint64_t base = fpage & ~0x3ffu, size = 1ull << (fpage >> 4 & 63);

	if (base + size > memory_end)
		return false;
	for (uint64_t at = base; at < base + size; at += 4096) {
		if (given[at / 4096])
			return false;
	}
	for (uint64_t at = base; at < base + size; at += 4096)
		given[at / 4096] = true;
	if (window_count < 128)
		windows[window_count++] = window;
	return true;
}

static int setup(void **state)
{
	fake_setup(state);
	memset(&fake_core, 0, sizeof(fake_core));
	memset(given, 0, sizeof(given));
	window_count = 0;
	memory_end = 256 * (uint64_t)MIB;
	fake_core.sigma0 = give;
	describe(0, 1ull << 32, SHARED);
	describe(0, memory_end, CONVENTIONAL);
	return 0;
}

static uint32_t next_block(uint32_t *from)
{
	window_count = 0;
	if (!blocks_take(from, L4_WINDOW))
		return 0xffffffff;
	assert_int_equal(windows[0], X2_FPAGE(L4_WINDOW, 22));
	return *from - BLOCK;
}

/* ---- blocks ---- */

static void blocks_come_in_order(void **state)
{
	uint32_t from = 8 * MIB;

	(void)state;
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(next_block(&from), (8 + 4 * i) * MIB);
}

/* A later descriptor overrides those before it, if only for a kilobyte of the block. */
static void other_memory_is_left_out(void **state)
{
	uint32_t from = 0;

	(void)state;
	describe(0x9f000, 0x100000, BOOT);
	describe(11 * MIB, 12 * MIB - 0xc00, BOOT);
	describe(17 * MIB, 17 * MIB + 0x400, 2);
	describe(20 * MIB, 64 * MIB, BOOT);
	describe(24 * MIB, 28 * MIB, CONVENTIONAL);
	assert_int_equal(next_block(&from), 4 * MIB);
	assert_int_equal(next_block(&from), 12 * MIB);
	assert_int_equal(next_block(&from), 24 * MIB);
	assert_int_equal(next_block(&from), 64 * MIB);
}

/* Conventional memory that ends in the middle of a block makes none. */
static void parts_of_blocks_are_left_out(void **state)
{
	uint32_t from = 0;

	(void)state;
	describe(0, 1ull << 32, SHARED);
	describe(2 * MIB, 9 * MIB, CONVENTIONAL);
	describe(14 * MIB, 20 * MIB, CONVENTIONAL);
	assert_int_equal(next_block(&from), 4 * MIB);
	assert_int_equal(next_block(&from), 16 * MIB);
	assert_int_equal(next_block(&from), 0xffffffff);
}

static void virtual_descriptors_say_nothing(void **state)
{
	uint32_t from = 4 * MIB;

	(void)state;
	describe(0, 1ull << 32, VIRTUAL | BOOT);
	assert_int_equal(next_block(&from), 4 * MIB);
}

static void what_sigma0_refuses_is_passed_over(void **state)
{
	uint32_t from = 4 * MIB;

	(void)state;
	given[9 * MIB / 4096] = true;
	assert_int_equal(next_block(&from), 4 * MIB);
	assert_int_equal(next_block(&from), 12 * MIB);
}

static void the_root_program_keeps_its_block(void **state)
{
	uint32_t from = ROOT_BASE;

	(void)state;
	assert_int_equal(next_block(&from), ROOT_BASE + BLOCK);
}

/* ---- all memory ---- */

static unsigned int pieces_left(uint64_t end)
{
	unsigned int left = 0;

	for (uint64_t at = 0; at < end; at += 4096)
		left += !given[at / 4096];
	return left;
}

/* Nothing is left for user programs, not even around a page that is somebody's. */
static void everything_is_taken(void **state)
{
	(void)state;
	given[77] = given[33 * MIB / 4096] = true;
	memory_init(64, 8 * MIB);
	assert_int_equal(pieces_left(memory_end), 0);
	assert_int_equal(machine.pages, 64 * MIB / 4096);
	assert_int_equal(backend_memory_pages(), machine.pages);
	/* Three blocks of the wedge's heap first, then the guest's, side by side. */
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(windows[i], X2_FPAGE(L4_HEAP + i * BLOCK, 22));
	for (uint32_t i = 0; i < 16; i++)
		assert_int_equal(windows[3 + i], X2_FPAGE(L4_WINDOW + i * BLOCK, 22));
}

static void memory_has_limits(void **state)
{
	(void)state;
	assert_fatal(memory_init(3, 0), "3 MiB of memory: a guest on L4 has 4 to 416");
	assert_fatal(memory_init(417, 0), "417 MiB of memory");
	assert_fatal(memory_init(0, 0), "0 MiB of memory");
	memory_end = 8 * MIB;
	assert_fatal(memory_init(64, 0), "none in pieces of 4 MiB for the wedge");
	setup(NULL);
	memory_end = 40 * MIB;
	assert_fatal(memory_init(64, 0), "the guest shall have 64 MiB, L4 has only 28 MiB");
}

static void guest_pages_are_those_of_the_window(void **state)
{
	(void)state;
	memory_init(8, 8 * MIB);
	assert_int_equal((uintptr_t)backend_page(0), L4_WINDOW);
	assert_int_equal((uintptr_t)backend_page(2047), L4_WINDOW + 8u * MIB - 4096);
	assert_null(backend_page(2048));
	assert_null(backend_page(UINT64_MAX));
	assert_null(backend_page(0x100000000ull));
}

/* As a PC has it: nothing from 640 KiB to 1 MiB. */
static void memory_map_has_a_hole(void **state)
{
	uint64_t start, end;

	(void)state;
	memory_init(8, 8 * MIB);
	assert_true(backend_memory_next(0, &start, &end));
	assert_int_equal(start, 0);
	assert_int_equal(end, 0xa0000);
	assert_true(backend_memory_next(end, &start, &end));
	assert_int_equal(start, 0x100000);
	assert_int_equal(end, 8 * MIB);
	assert_false(backend_memory_next(end, &start, &end));
}

/* The heap gives what it has, and no byte twice. */
static void heap_ends(void **state)
{
	uintptr_t last = 0, end = L4_HEAP_END;

	(void)state;
	for (;;) {
		uintptr_t at = (uintptr_t)backend_allocate(100000);

		if (!at)
			break;
		assert_true(at >= L4_HEAP && at >= last && at + 100000 <= end && !(at & 15));
		last = at + 100000;
	}
	assert_true(end - last < 100016);
	assert_null(backend_allocate(SIZE_MAX - 64));
	assert_null(memory_own_pages(1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(blocks_come_in_order, setup),
		cmocka_unit_test_setup(other_memory_is_left_out, setup),
		cmocka_unit_test_setup(parts_of_blocks_are_left_out, setup),
		cmocka_unit_test_setup(virtual_descriptors_say_nothing, setup),
		cmocka_unit_test_setup(what_sigma0_refuses_is_passed_over, setup),
		cmocka_unit_test_setup(the_root_program_keeps_its_block, setup),
		cmocka_unit_test_setup(everything_is_taken, setup),
		cmocka_unit_test_setup(memory_has_limits, setup),
		cmocka_unit_test_setup(guest_pages_are_those_of_the_window, setup),
		cmocka_unit_test_setup(memory_map_has_a_hole, setup),
		cmocka_unit_test_setup(heap_ends, setup),
	};

	return RUN_TAP(tests);
}
