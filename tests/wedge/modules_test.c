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

enum { MODULE_PA = 0x380000 };

enum { CALL = 0xe8, JUMP = 0xe9, STORE = 0xc6 };

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

static bool fetch(uint64_t va)
{
	fake.held = true;
	fake.held_va = va;
	return modules_fetch(&vcpu, va);
}

static uint8_t byte_at(uint64_t va)
{
	uint8_t byte;

	guest_peek(va, &byte, 1);
	return byte;
}

static void put_hlt(uint64_t va)
{
	guest_poke(va, "\xf4", 1);
	put_pad(va + 1, AFTERBURN_INSN_HLT, 1);
}

/* Code that is no site, as long as the longest one. */
static void put_nops(uint64_t va)
{
	uint8_t nops[AFTERBURN_SITE_MAX];

	memset(nops, 0x90, sizeof(nops));
	guest_poke(va, nops, sizeof(nops));
}

/* The gate that the site at `va` calls. */
static uint64_t gate_of(uint64_t va)
{
	int32_t relative;

	assert_int_equal(byte_at(va), CALL);
	guest_peek(va + 1, &relative, sizeof(relative));
	return (va + SITE_CALL_LENGTH + (uint64_t)(int64_t)relative) & ARCH_ADDRESS_MASK;
}

static void forget_all(void)
{
	for (uint32_t slot = 0; slot < SITE_TABLE_MAX; slot++) {
		if (site_table_get(slot))
			site_table_forget(site_table_get(slot));
	}
}

/* The table is empty; code is mapped without write access, as it is in kernels. */
static int module_setup(void **state)
{
	forget_all();
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
	assert_int_equal(byte_at(MODULE + 0x100), JUMP);
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
				assert_int_equal(byte_at(va), JUMP);
		}
}

/* The same with the pad in front, of which a label may stand behind. */
static void every_place_of_a_pad_in_front(void **state)
{
	(void)state;
	for (unsigned int border = 0; border < 2; border++)
		for (uint64_t at = 0; at <= 12; at++) {
			uint64_t va = MODULE + border * PAGE - 10 + at;
			bool touches = border ? at < 10 : at > 2;

			module_setup(NULL);
			put_sti(va);
			assert_true(fetch(MODULE));
			assert_int_equal(byte_at(va) == CALL, touches);
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
	assert_int_equal(byte_at(MODULE + PAGE - 2), JUMP);
}

static void the_next_page_may_be_absent(void **state)
{
	(void)state;
	put_cpuid(GUEST_CODE + 4 * PAGE - 9);
	guest_poke(GUEST_CODE + 4 * PAGE - 9 - 20, "\x0f\x1f\x80", 3);
	assert_true(fetch(GUEST_CODE + 3 * PAGE));
	assert_int_equal(byte_at(GUEST_CODE + 4 * PAGE - 9), JUMP);
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
	(void)state;
	put_sti(MODULE + 0x100);
	put_hlt(MODULE + 0x108);
	assert_true(fetch(MODULE));
	assert_int_equal(gate_of(MODULE + 0x100), AT_GATE_STI_HALT);
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

static void a_rewritten_module_site_is_carried_out(void **state)
{
	(void)state;
	put_cpuid(MODULE + 0x600);
	fetch(MODULE);
	vcpu.site = site_table_find(MODULE + 0x600)->slot;
	fake.cpuid[1] = 0x756e6547;
	core_ramp(&vcpu);
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

/* The same with the halt in a page that is not executable yet. */
static void a_halt_in_the_next_page_is_seen(void **state)
{
	(void)state;
	put_sti(MODULE + PAGE - 8);
	put_hlt(MODULE + PAGE);
	assert_true(fetch(MODULE));
	assert_int_equal(gate_of(MODULE + PAGE - 8), AT_GATE_STI_HALT);
	assert_int_equal(byte_at(MODULE + PAGE), 0xf4);
}

/* What the module left is no halt any more, in this page or the next one. */
static void an_unloaded_halt_behind_sti_is_not_seen(void **state)
{
	(void)state;
	for (uint64_t va = MODULE + PAGE - 40; va <= MODULE + PAGE; va += 8) {
		module_setup(NULL);
		put_hlt(va);
		assert_true(fetch(va));
		assert_non_null(site_table_find(va));
		put_nops(va);
		put_sti(va - 8);
		assert_true(fetch(va - 8));
		assert_int_equal(gate_of(va - 8), AT_GATE_STI);
		assert_null(site_table_find(va));
	}
}

static void sites_of_an_unloaded_module_are_forgotten(void **state)
{
	uint32_t count = site_table_count();

	(void)state;
	put_cpuid(MODULE + 0x100);
	put_sti(MODULE + 0x200);
	put_hlt(MODULE + 0x300);
	fetch(MODULE);
	assert_int_equal(site_table_count(), count + 3);
	put_nops(MODULE + 0x100);
	put_nops(MODULE + 0x300);
	fetch(MODULE);
	assert_int_equal(site_table_count(), count + 1);
	assert_null(site_table_find(MODULE + 0x100));
	assert_non_null(site_table_find(MODULE + 0x200));
	assert_null(site_table_find(MODULE + 0x300));
}

/* A debugger's breakpoint stands on the first byte for a while. */
static void a_site_under_a_breakpoint_stays(void **state)
{
	(void)state;
	put_sti(MODULE + 0x200);
	fetch(MODULE);
	guest_poke(MODULE + 0x200, "\xcc", 1);
	fetch(MODULE);
	assert_non_null(site_table_find(MODULE + 0x200));
}

enum { PAGES_OF_A_FULL_TABLE = SITE_TABLE_MAX / (4096 / 8) };

/* A page full of sites at an address where none was yet. */
static uint64_t load_module(unsigned int n, uint64_t pa)
{
	uint64_t va = GUEST_NOTHING + n * PAGE;

	guest_map(va, pa, X86_PTE_P);
	for (uint64_t at = 0; at < PAGE; at += 8)
		put_sti(va + at);
	assert_true(fetch(va));
	return va;
}

/* Modules come and go at ever new addresses, many times over what the table holds. */
static void unloaded_modules_never_fill_the_table(void **state)
{
	uint64_t va;

	(void)state;
	put_cpuid(MODULE + 0x100);
	fetch(MODULE);
	for (unsigned int n = 0; n < 3 * PAGES_OF_A_FULL_TABLE; n++) {
		va = load_module(n, MODULE_PA);
		assert_non_null(site_table_find(va + PAGE - 8));
		*guest_entry(va, 1) = 0;
	}
	/* Those that are there were never touched. */
	assert_non_null(site_table_find(MODULE + 0x100));
	assert_in_range(site_table_count(), 1, SITE_TABLE_MAX);
}

/* All of them are there: refused, and none is lost. */
static void a_full_table_refuses(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < PAGES_OF_A_FULL_TABLE; n++)
		load_module(n, MODULE_PA + n * PAGE);
	assert_int_equal(site_table_count(), SITE_TABLE_MAX);
	put_cpuid(MODULE + 0xa00);
	assert_fatal("the site table is full", fetch(MODULE));
	assert_int_equal(site_table_count(), SITE_TABLE_MAX);
	for (uint64_t at = 0; at < PAGES_OF_A_FULL_TABLE * PAGE; at += 8)
		assert_int_equal(site_table_find(GUEST_NOTHING + at)->va, GUEST_NOTHING + at);
}

/* Slots given back are used again, and no chain is broken. */
static void forgotten_sites_leave_the_others(void **state)
{
	static const uint8_t code[] = {0xfa};
	const uint64_t base = 0x1000, sites = 1000;
	uint32_t count;

	(void)state;
	for (uint64_t i = 0; i < sites; i++)
		site_table_add(base + i * 8, code, 0, 1, AFTERBURN_INSN_CLI);
	count = site_table_count();
	for (uint64_t i = 0; i < sites; i += 3)
		site_table_forget(site_table_find(base + i * 8));
	assert_int_equal(site_table_count(), count - (sites + 2) / 3);
	for (uint64_t i = 0; i < sites; i++)
		assert_int_equal(site_table_find(base + i * 8) != NULL, i % 3 != 0);
	for (uint64_t i = 0; i < sites; i += 3)
		assert_non_null(site_table_add(base + i * 8, code, 0, 1, AFTERBURN_INSN_CLI));
	assert_int_equal(site_table_count(), count);
	for (uint64_t i = 0; i < sites; i++)
		assert_int_equal(site_table_find(base + i * 8)->va, base + i * 8);
	forget_all();
	assert_int_equal(site_table_count(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODULE_TEST(a_page_that_is_not_held_is_no_business),
		MODULE_TEST(sites_of_a_page_are_rewritten_and_released),
		MODULE_TEST(every_place_around_both_borders),
		MODULE_TEST(every_place_of_a_pad_in_front),
		MODULE_TEST(an_instruction_in_front_of_a_border_is_rewritten_with_it),
		MODULE_TEST(the_next_page_may_be_absent),
		MODULE_TEST(a_page_is_rewritten_once),
		MODULE_TEST(pads_that_belong_to_nothing_are_left_alone),
		MODULE_TEST(undecoded_pads_take_what_stands_there),
		MODULE_TEST(a_halt_behind_sti_is_seen),
		MODULE_TEST(a_new_site_replaces_the_old),
		MODULE_TEST(a_rewritten_module_site_is_carried_out),
		MODULE_TEST(a_halt_in_the_next_page_is_seen),
		MODULE_TEST(an_unloaded_halt_behind_sti_is_not_seen),
		MODULE_TEST(sites_of_an_unloaded_module_are_forgotten),
		MODULE_TEST(a_site_under_a_breakpoint_stays),
		MODULE_TEST(unloaded_modules_never_fill_the_table),
		MODULE_TEST(a_full_table_refuses),
		MODULE_TEST(sites_are_found_by_address_only),
		MODULE_TEST(forgotten_sites_leave_the_others),
	};

	return RUN_TAP(tests);
}
