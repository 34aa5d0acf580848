/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_segments_test.c - segment registers of user code, between what the guest believes and what a
 * user process has.
 *
 * Invariant: descriptors are the guest's of guest_width.c; the LDT is the fake host's.
 */
#include <user_segments.h>

#include "fake_host.h"

enum {
	HOST_FS = 0x63, /* a selector of the host's that is nothing of ours */
	TLS_ENTRY = SEL_USER_TLS >> 3,
	TLS_HOST = TLS_ENTRY << 3 | 7,
};

#define TLS_DESCRIPTOR	 0x12cff3345678ffffull
#define OTHER_DESCRIPTOR 0x00cff3100000ffffull
#define FLAT_USER	 0x00cff3000000ffffull

static struct orders orders;
static struct channel channel;
static struct process process;

static int setup(void **state)
{
	fake_host_setup(state);
	process = (struct process){.orders = &orders, .channel = &channel};
	memset(&orders, 0, sizeof(orders));
	memset(&channel, 0, sizeof(channel));
	linux_of(&vcpu)->user_cs = USER_CS;
	linux_of(&vcpu)->user_ss = USER_SS;
	vcpu.ldt = (struct vcpu_table){0};
	for (unsigned int i = 0; i < X86_SREG_COUNT; i++)
		vcpu.selector[i] = USER_SS;
	guest_enter_user(GUEST_USER + 0x800);
	return 0;
}

#define SEGMENT_TEST(function) cmocka_unit_test_setup_teardown(function, setup, fake_host_teardown)

/* Loads GS alone; what the process gets. */
static uint16_t load_gs(uint16_t selector)
{
	vcpu.selector[X86_GS] = selector;
	user_segments_load(&vcpu, &process);
	return orders.selector[USER_GS];
}

/* The guest has loaded its LDT, of so many entries. */
static void load_ldt(unsigned int entries)
{
	vcpu.ldt = (struct vcpu_table){
		.base = GUEST_LDT, .limit = entries * 8 - 1, .selector = SEL_LDT};
	linux_of(&vcpu)->ldt_round++;
}

static void flat_segments_are_the_hosts(void **state)
{
	(void)state;
	user_segments_load(&vcpu, &process);
	for (unsigned int i = 0; i < USER_SEGMENTS; i++)
		assert_int_equal(orders.selector[i], HOST_DS);
	assert_int_equal(load_gs(USER_CS), HOST_DS);
	assert_int_equal(load_gs(SEL_USER_READ_ONLY), HOST_DS);
	assert_int_equal(host.descriptors, 0);
}

static void null_stays_null(void **state)
{
	(void)state;
	for (uint16_t selector = 0; selector < 4; selector++)
		assert_int_equal(load_gs(selector), selector);
}

/* What cannot be loaded by user code is null, so that the process does not fault on it. */
static void unusable_descriptors_are_null(void **state)
{
	static const uint16_t unusable[] = {
		SEL_DATA | 3, /* for ring 0 */
		SEL_USER_ABSENT, SEL_EXECUTE_ONLY | 3, SEL_EMPTY | 3, SEL_CALL_GATE | 3,
		SEL_TSS | 3,	 SEL_OUTSIDE | 3,      SEL_LOCAL, /* there is no LDT */
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(unusable) / sizeof(unusable[0]); i++)
		assert_int_equal(load_gs(unusable[i]), 0);
	assert_int_equal(host.descriptors, 0);
}

static void thread_data_keeps_its_number(void **state)
{
	(void)state;
	assert_int_equal(load_gs(SEL_USER_TLS), TLS_HOST);
	assert_int_equal(host.ldt[TLS_ENTRY], TLS_DESCRIPTOR);
	assert_int_equal(host.descriptors, 1);
	load_gs(SEL_USER_TLS);
	assert_int_equal(host.descriptors, 1);
	guest_poke64(GUEST_GDT + (SEL_USER_TLS & ~7), OTHER_DESCRIPTOR);
	assert_int_equal(load_gs(SEL_USER_TLS), TLS_HOST);
	assert_int_equal(host.ldt[TLS_ENTRY], OTHER_DESCRIPTOR);
}

/* More numbers than there are places: the oldest makes room, and comes back. */
static void more_thread_data_than_places(void **state)
{
	static const uint16_t many[] = {SEL_USER_TLS, SEL_EMPTY | 3, SEL_ABSENT | 3,
					SEL_EXECUTE_ONLY | 3};

	(void)state;
	for (unsigned int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < sizeof(many) / sizeof(many[0]); i++) {
			uint64_t d = TLS_DESCRIPTOR + ((uint64_t)i << 16);

			guest_poke64(GUEST_GDT + (many[i] & ~7), d);
			assert_int_equal(load_gs(many[i]), many[i] | 7);
			assert_int_equal(host.ldt[many[i] >> 3], d);
		}
	}
}

static void the_guests_ldt_is_copied(void **state)
{
	(void)state;
	guest_poke64(GUEST_LDT, FLAT_USER);
	guest_poke64(GUEST_LDT + 8, 0x00cf93000000ffff); /* for ring 0 */
	guest_poke64(GUEST_LDT + 16, OTHER_DESCRIPTOR);
	load_ldt(3);
	assert_int_equal(load_gs(SEL_LOCAL), SEL_LOCAL);
	assert_int_equal(host.ldt[0], FLAT_USER);
	assert_int_equal(host.ldt[1], 0);
	assert_int_equal(host.ldt[2], OTHER_DESCRIPTOR);
	assert_int_equal(host.descriptors, 3);
	load_gs(SEL_LOCAL);
	assert_int_equal(host.descriptors, 3);
	load_ldt(1);
	load_gs(SEL_LOCAL);
	assert_int_equal(host.ldt[2], 0);
	assert_int_equal(load_gs(0x17), 0);
}

/* Thread data goes behind an LDT that has a descriptor of its number. */
static void thread_data_gives_way_to_the_ldt(void **state)
{
	unsigned int entries = TLS_ENTRY + 1;

	(void)state;
	for (unsigned int i = 0; i < entries; i++)
		guest_poke64(GUEST_LDT + 8 * i, FLAT_USER);
	load_ldt(entries);
	assert_int_equal(load_gs(SEL_USER_TLS), entries << 3 | 7);
	assert_int_equal(host.ldt[TLS_ENTRY], FLAT_USER);
	assert_int_equal(host.ldt[entries], TLS_DESCRIPTOR);
	guest_poke64(GUEST_LDT + 8 * TLS_ENTRY, 0);
	load_ldt(entries);
	assert_int_equal(load_gs(SEL_USER_TLS), TLS_HOST);
	assert_int_equal(host.ldt[TLS_ENTRY], TLS_DESCRIPTOR);
}

/* A descriptor's limit may be 4 GiB; selectors name no more than 8192 entries. */
static void an_ldt_ends_where_selectors_end(void **state)
{
	enum { PA = 0x240000, MANY = 0x20000 };

	(void)state;
	for (unsigned int at = 0; at < MANY; at += X86_PAGE_SIZE)
		guest_map(GUEST_NOTHING + at, PA, X86_PTE_P | X86_PTE_W);
	for (unsigned int at = 0; at < X86_PAGE_SIZE; at += 8)
		guest_poke64(GUEST_NOTHING + at, FLAT_USER);
	load_ldt(1);
	vcpu.ldt.base = GUEST_NOTHING;
	vcpu.ldt.limit = UINT32_MAX;
	/* The thread's data takes the place of one of them. */
	assert_int_equal(load_gs(SEL_USER_TLS), (FAKE_LDT - 1) << 3 | 7);
	assert_int_equal(host.ldt[FAKE_LDT - 2], FLAT_USER);
	assert_int_equal(host.ldt[FAKE_LDT - 1], TLS_DESCRIPTOR);
	assert_int_equal(host.descriptors, FAKE_LDT + 1);
}

/* What user code left in its registers, as the guest names it. */
static void selectors_are_read_back(void **state)
{
	(void)state;
	load_gs(SEL_USER_TLS);
	memcpy(channel.selector, orders.selector, sizeof(channel.selector));
	assert_false(user_segments_read(&vcpu, &process));
	assert_int_equal(vcpu.selector[X86_GS], SEL_USER_TLS);
	assert_int_equal(vcpu.selector[X86_DS], USER_SS);
	channel.selector[USER_GS] = HOST_DS;
	channel.selector[USER_FS] = TLS_HOST;
	channel.selector[USER_ES] = 0;
	channel.selector[USER_DS] = SEL_LOCAL;
	assert_false(user_segments_read(&vcpu, &process));
	assert_int_equal(vcpu.selector[X86_GS], USER_SS);
	assert_int_equal(vcpu.selector[X86_FS], SEL_USER_TLS);
	assert_int_equal(vcpu.selector[X86_ES], 0);
	assert_int_equal(vcpu.selector[X86_DS], SEL_LOCAL);
}

/* A selector of a GDT: the guest's, but the host's has something else for it. */
static void native_selectors_are_told(void **state)
{
	(void)state;
	user_segments_load(&vcpu, &process);
	memcpy(channel.selector, orders.selector, sizeof(channel.selector));
	channel.selector[USER_FS] = HOST_FS;
	assert_true(user_segments_read(&vcpu, &process));
	assert_int_equal(vcpu.selector[X86_FS], HOST_FS);
}

static bool emulate(const uint8_t *code, size_t size)
{
	guest_poke(GUEST_USER, code, size);
	vcpu.rip = GUEST_USER;
	return user_segments_emulate(&vcpu);
}

static void a_refused_load_is_carried_out(void **state)
{
	uint32_t pushed = SEL_USER_TLS;

	(void)state;
	vcpu.gpr[X86_RAX] = SEL_USER_TLS;
	assert_true(emulate(BYTES(0x8e, 0xe8))); /* mov %eax, %gs */
	assert_int_equal(vcpu.selector[X86_GS], SEL_USER_TLS);
	assert_int_equal(vcpu.rip, GUEST_USER + 2);
	guest_poke(GUEST_USER + 0x800, &pushed, 4);
	assert_true(emulate(BYTES(0x0f, 0xa1))); /* pop %fs */
	assert_int_equal(vcpu.selector[X86_FS], SEL_USER_TLS);
	assert_int_equal(vcpu.gpr[X86_RSP], GUEST_USER + 0x804);
}

/* In code of the LDT that does not begin at 0. */
static void a_refused_load_is_read_where_its_segment_begins(void **state)
{
	(void)state;
	load_ldt(2);
	guest_poke64(GUEST_LDT + 8, 0x00cffb000000ffff | (GUEST_USER + 0x100) << 16);
	guest_poke(GUEST_USER + 0x120, "\x8e\xe8", 2); /* mov %eax, %gs */
	vcpu.cs = 0xf;
	vcpu.rip = 0x20;
	vcpu.gpr[X86_RAX] = SEL_USER_TLS;
	assert_true(user_segments_emulate(&vcpu));
	assert_int_equal(vcpu.selector[X86_GS], SEL_USER_TLS);
	assert_int_equal(vcpu.rip, 0x22);
}

static void a_load_that_the_guest_refuses_is_a_fault(void **state)
{
	uint32_t pushed = SEL_DATA;

	(void)state;
	vcpu.gpr[X86_RAX] = SEL_DATA;
	assert_false(emulate(BYTES(0x8e, 0xe8)));
	guest_poke(GUEST_USER + 0x800, &pushed, 4);
	assert_false(emulate(BYTES(0x0f, 0xa9))); /* pop %gs */
	assert_int_equal(vcpu.gpr[X86_RSP], GUEST_USER + 0x800);
	vcpu.gpr[X86_RSP] = GUEST_DATA; /* the kernel's */
	assert_false(emulate(BYTES(0x0f, 0xa9)));
	vcpu.gpr[X86_RAX] = USER_SS;
	assert_false(emulate(BYTES(0x8e, 0xd0)));	/* mov %eax, %ss */
	assert_false(emulate(BYTES(0x8e, 0x28)));	/* mov (%eax), %gs */
	assert_false(emulate(BYTES(0x90, 0x90, 0x90))); /* nop */
	assert_int_equal(vcpu.rip, GUEST_USER);
	assert_int_equal(vcpu.selector[X86_GS], USER_SS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SEGMENT_TEST(flat_segments_are_the_hosts),
		SEGMENT_TEST(null_stays_null),
		SEGMENT_TEST(unusable_descriptors_are_null),
		SEGMENT_TEST(thread_data_keeps_its_number),
		SEGMENT_TEST(more_thread_data_than_places),
		SEGMENT_TEST(the_guests_ldt_is_copied),
		SEGMENT_TEST(thread_data_gives_way_to_the_ldt),
		SEGMENT_TEST(an_ldt_ends_where_selectors_end),
		SEGMENT_TEST(selectors_are_read_back),
		SEGMENT_TEST(native_selectors_are_told),
		SEGMENT_TEST(a_refused_load_is_carried_out),
		SEGMENT_TEST(a_refused_load_is_read_where_its_segment_begins),
		SEGMENT_TEST(a_load_that_the_guest_refuses_is_a_fault),
	};

	return RUN_TAP(tests);
}
