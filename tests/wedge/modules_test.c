/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * modules_test.c - the table of sites, and modules_fetch: sites found by their pads alone, wherever
 * in a page or over its borders they lie.
 *
 * Invariant: every placement is tried with the neighbouring page present, and at the end of what is
 * mapped.
 */
#include "guest.h"

#include <gate_addresses.h>
#include <wedge/modules.h>
#include <wedge/site_table.h>

#define PAGE   4096ull
#define MODULE (GUEST_CODE + PAGE) /* the page in the middle of four */

enum { CALL = 0xe8, STORE = 0xc6 };

static void put_pad(uint64_t va, unsigned int kind, unsigned int length)
{
	const uint8_t pad[AFTERBURN_PAD_LEN] = {
		AFTERBURN_PAD_BYTE0,	  AFTERBURN_PAD_BYTE1, AFTERBURN_PAD_BYTE2,
		(uint8_t)length,	  (uint8_t)kind,       AFTERBURN_PAD_MAGIC & 0xff,
		AFTERBURN_PAD_MAGIC >> 8,
	};

	guest_poke(va, pad, sizeof(pad));
}

/* cpuid with its pad behind it, or sti with its pad in front. */
static void put_cpuid(uint64_t va)
{
	guest_poke(va, "\x0f\xa2", 2);
	put_pad(va + 2, AFTERBURN_INSN_CPUID, 2);
}

static void put_sti(uint64_t va)
{
	put_pad(va, AFTERBURN_INSN_STI | AFTERBURN_KIND_PAD_BEFORE, 1);
	guest_poke(va + AFTERBURN_PAD_LEN, "\xfb", 1);
}

static uint8_t byte_at(uint64_t va)
{
	uint8_t byte;

	guest_peek(va, &byte, 1);
	return byte;
}

static bool fetch(uint64_t va)
{
	fake.held = true;
	fake.held_va = va;
	return modules_fetch(&vcpu, va);
}

/* Mapped without write access, as code is. */
static int module_setup(void **state)
{
	guest_setup(state);
	for (unsigned int i = 0; i < 4; i++)
		*guest_entry(GUEST_CODE + i * PAGE, 1) &= ~X86_PTE_W;
	return 0;
}

#define MODULE_TEST(function)                                                                      \
	cmocka_unit_test_setup_teardown(function, module_setup, guest_teardown)

static void a_page_that_is_not_held_is_no_business(void **state)
{
	(void)state;
	put_cpuid(MODULE);
	assert_false(modules_fetch(&vcpu, MODULE));
	assert_int_equal(byte_at(MODULE), 0x0f);
}

static void sites_of_a_page_are_rewritten_and_released(void **state)
{
	(void)state;
	put_cpuid(MODULE + 0x100);
	put_sti(MODULE + 0x200);
	assert_true(fetch(MODULE + 0x345));
	assert_false(fake.held);
	assert_int_equal(byte_at(MODULE + 0x100), CALL);
	assert_int_equal(byte_at(MODULE + 0x200), CALL);
	assert_int_equal(site_table_find(MODULE + 0x100)->d.id, AFTERBURN_INSN_CPUID);
	assert_int_equal(site_table_find(MODULE + 0x200)->insn_offset, AFTERBURN_PAD_LEN);
}

static void every_place_around_both_borders(void **state)
{
	(void)state;
	for (unsigned int border = 0; border < 2; border++)
		for (uint64_t at = 0; at <= 12; at++) {
			/* From wholly before the border to wholly behind it. */
			uint64_t va = MODULE + border * PAGE - 10 + at;
			bool touches = border ? at < 10 : at > 1;

			module_setup(NULL);
			put_cpuid(va);
			assert_true(fetch(MODULE));
			if (touches)
				assert_int_equal(byte_at(va), CALL);
		}
}

/*
 * The instruction ends a page and its pad begins the next one. Rewriting it later would put other
 * code under a guest that stands between the two.
 */
static void an_instruction_in_front_of_a_border_is_rewritten_with_it(void **state)
{
	(void)state;
	put_cpuid(MODULE + PAGE - 2);
	assert_true(fetch(MODULE));
	assert_int_equal(byte_at(MODULE + PAGE - 2), CALL);
}

static void the_next_page_may_be_absent(void **state)
{
	(void)state;
	put_cpuid(GUEST_CODE + 4 * PAGE - 9);
	guest_poke(GUEST_CODE + 4 * PAGE - 9 - 20, "\x0f\x1f\x80", 3);
	assert_true(fetch(GUEST_CODE + 3 * PAGE));
	assert_int_equal(byte_at(GUEST_CODE + 4 * PAGE - 9), CALL);
}

static void a_page_is_rewritten_once(void **state)
{
	uint8_t first[16], second[16];
	uint32_t count;

	(void)state;
	put_cpuid(MODULE + 0x100);
	fetch(MODULE);
	guest_peek(MODULE + 0x100, first, sizeof(first));
	count = site_table_count();
	fetch(MODULE);
	guest_peek(MODULE + 0x100, second, sizeof(second));
	assert_memory_equal(first, second, sizeof(first));
	assert_int_equal(site_table_count(), count);
}

static void pads_that_belong_to_nothing_are_left_alone(void **state)
{
	uint8_t before[PAGE], after[PAGE];

	(void)state;
	put_pad(MODULE + 0x100, AFTERBURN_INSN_CPUID, 2); /* no instruction in front */
	put_cpuid(MODULE + 0x200);
	put_pad(MODULE + 0x202, AFTERBURN_INSN_RDMSR, 2); /* another instruction */
	put_cpuid(MODULE + 0x300);
	put_pad(MODULE + 0x302, AFTERBURN_INSN_CPUID, 1); /* another length */
	put_cpuid(MODULE + 0x400);
	put_pad(MODULE + 0x402, AFTERBURN_INSN_COUNT, 2); /* no number of the table */
	put_sti(MODULE + 0x500);
	put_pad(MODULE + 0x500, AFTERBURN_INSN_STI, 1); /* on the other side */
	guest_peek(MODULE, before, PAGE);
	assert_true(fetch(MODULE));
	guest_peek(MODULE, after, PAGE);
	assert_memory_equal(before, after, PAGE);
}

static void undecoded_pads_take_what_stands_there(void **state)
{
	(void)state;
	guest_poke(MODULE + 0x100, "\xfa", 1);
	put_pad(MODULE + 0x101, AFTERBURN_INSN_DECODE, 1);
	guest_poke(MODULE + 0x200, "\x90", 1);
	put_pad(MODULE + 0x201, AFTERBURN_INSN_DECODE, 1);
	assert_true(fetch(MODULE));
	assert_int_equal(byte_at(MODULE + 0x100), STORE);
	assert_int_equal(site_table_find(MODULE + 0x100)->d.id, AFTERBURN_INSN_CLI);
	assert_int_equal(byte_at(MODULE + 0x200), 0x90);
}

/* sti; hlt in a module: the later site is known when the earlier one is rewritten. */
static void a_halt_behind_sti_is_seen(void **state)
{
	int32_t relative;

	(void)state;
	put_sti(MODULE + 0x100);
	guest_poke(MODULE + 0x108, "\xf4", 1);
	put_pad(MODULE + 0x109, AFTERBURN_INSN_HLT, 1);
	assert_true(fetch(MODULE));
	guest_peek(MODULE + 0x101, &relative, 4);
	assert_int_equal((MODULE + 0x105 + (uint64_t)(int64_t)relative) & ARCH_ADDRESS_MASK,
			 AT_GATE_STI_HALT);
}

/* Another module in the place of an unloaded one. */
static void a_new_site_replaces_the_old(void **state)
{
	uint32_t count;

	(void)state;
	put_cpuid(MODULE + 0x180);
	fetch(MODULE);
	count = site_table_count();
	put_sti(MODULE + 0x180);
	fetch(MODULE);
	assert_int_equal(site_table_count(), count);
	assert_int_equal(site_table_find(MODULE + 0x180)->d.id, AFTERBURN_INSN_STI);
	assert_int_equal(site_table_find(MODULE + 0x180)->site_length, 8);
}

static void a_rewritten_module_site_is_emulated_when_called(void **state)
{
	(void)state;
	put_cpuid(MODULE + 0x600);
	fetch(MODULE);
	vcpu.rip = MODULE + 0x600 + SITE_CALL_LENGTH;
	fake.cpuid[1] = 0x756e6547;
	core_site(&vcpu);
	assert_int_equal(vcpu.rip, MODULE + 0x609);
	assert_int_equal(vcpu.gpr[X86_RBX], 0x756e6547);
}

static void sites_are_found_by_address_only(void **state)
{
	static const uint8_t code[] = {0xfa};

	(void)state;
	for (uint64_t i = 0; i < 500; i++)
		assert_non_null(site_table_add(0x1000 + i * 8, code, 0, 1, AFTERBURN_INSN_CLI));
	for (uint64_t i = 0; i < 500; i++) {
		assert_int_equal(site_table_find(0x1000 + i * 8)->va, 0x1000 + i * 8);
		assert_null(site_table_find(0x1000 + i * 8 + 1 + i % 7));
	}
	assert_null(site_table_find(0));
}

/* Last: nothing else fits afterwards. */
static void a_full_table_refuses(void **state)
{
	static const uint8_t code[] = {0xfa};
	uint64_t va = 0x40000000;

	(void)state;
	while (site_table_count() < SITE_TABLE_MAX)
		assert_non_null(site_table_add(va += 8, code, 0, 1, AFTERBURN_INSN_CLI));
	assert_null(site_table_add(va + 8, code, 0, 1, AFTERBURN_INSN_CLI));
	assert_non_null(site_table_add(va, code, 0, 1, AFTERBURN_INSN_CLI));
	assert_int_equal(site_table_get(SITE_TABLE_MAX - 1)->va, va);
	put_cpuid(MODULE + 0xa00);
	assert_fatal("the site table is full", fetch(MODULE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODULE_TEST(a_page_that_is_not_held_is_no_business),
		MODULE_TEST(sites_of_a_page_are_rewritten_and_released),
		MODULE_TEST(every_place_around_both_borders),
		MODULE_TEST(an_instruction_in_front_of_a_border_is_rewritten_with_it),
		MODULE_TEST(the_next_page_may_be_absent),
		MODULE_TEST(a_page_is_rewritten_once),
		MODULE_TEST(pads_that_belong_to_nothing_are_left_alone),
		MODULE_TEST(undecoded_pads_take_what_stands_there),
		MODULE_TEST(a_halt_behind_sti_is_seen),
		MODULE_TEST(a_new_site_replaces_the_old),
		MODULE_TEST(a_rewritten_module_site_is_emulated_when_called),
		MODULE_TEST(sites_are_found_by_address_only),
		MODULE_TEST(a_full_table_refuses),
	};

	return RUN_TAP(tests);
}
