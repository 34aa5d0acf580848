/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start_test.c - from a bundle to the kernel's first instruction: what core_start refuses and with
 * which words, and the machine that it builds (Linux's 64-bit boot protocol).
 *
 * Invariant: a bundle is good but for the one thing that a test breaks.
 */
#include "guest.h"

#include <gate_addresses.h>
#include <wedge/descriptor.h>
#include <wedge/log.h>
#include <wedge/site_table.h>

#define KERNEL_VA GUEST_CODE
#define KERNEL_PA 0x100000ull

enum { SITES = 3, KERNEL_PAGES = 4, ENTRY = KERNEL_PA + 0x40 };

/* In front of a Linux's command line. */
#define LINUX_WORDS "tsc_early_khz=1234567 tsc=reliable mem_sleep_default=deep " BACKEND_BOOT_WORDS

/* As pack lays it out: the header, and the tables behind it. */
struct packed {
	struct afterburn_wedge_header header;
	struct afterburn_bundle_site sites[SITES];
	char names[32];
};

static struct packed packed;

static uint8_t *kernel(uint64_t va)
{
	return guest_pointer(va - KERNEL_VA + KERNEL_PA, 1);
}

static void put(uint64_t va, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		*kernel(va + i) = ((const uint8_t *)bytes)[i];
}

static void add_site(unsigned int n, uint64_t va, const char *insn, unsigned int length,
		     unsigned int kind)
{
	bool before = kind & AFTERBURN_KIND_PAD_BEFORE;
	const uint8_t pad[AFTERBURN_PAD_LEN] = {
		AFTERBURN_PAD_BYTE0,	  AFTERBURN_PAD_BYTE1, AFTERBURN_PAD_BYTE2,
		(uint8_t)length,	  (uint8_t)kind,       AFTERBURN_PAD_MAGIC & 0xff,
		AFTERBURN_PAD_MAGIC >> 8,
	};

	put(va + (before ? AFTERBURN_PAD_LEN : 0), insn, length);
	put(va + (before ? 0 : length), pad, sizeof(pad));
	packed.sites[n] = (struct afterburn_bundle_site){
		.vaddr = va,
		.insn_offset = before ? AFTERBURN_PAD_LEN : 0,
		.insn_length = (uint8_t)length,
		.site_length = (uint8_t)(length + AFTERBURN_PAD_LEN),
		.kind = (uint8_t)kind,
		.symbol = n ? 10 : 0,
	};
}

static int bundle_setup(void **state)
{
	guest_setup(state);
	fake_reset();
	memset(&vcpu, 0, sizeof(vcpu));
	memset(&packed, 0, sizeof(packed));
	memcpy(packed.names, "start_cpu\0do_idle", 18);
	packed.header = (struct afterburn_wedge_header){
		.magic = AFTERBURN_WEDGE_MAGIC,
		.version = AFTERBURN_BUNDLE_VERSION,
		.sites_version = AFTERBURN_SITES_VERSION,
		.width = ARCH_WORD_SIZE * 8,
		.load_paddr = 0x700000,
		.kernel_entry = ENTRY,
		.protocol = AFTERBURN_PROTOCOL_LINUX,
		.segment_count = 2,
		.site_count = SITES,
		.sites_offset = offsetof(struct packed, sites),
		.names_offset = offsetof(struct packed, names),
		.names_size = sizeof(packed.names),
	};
	packed.header.segments[0] = (struct afterburn_bundle_segment){
		.vaddr = KERNEL_VA, .paddr = KERNEL_PA, .mem_size = KERNEL_PAGES * 4096};
	packed.header.segments[1] = (struct afterburn_bundle_segment){
		.vaddr = KERNEL_VA + 0x100000, .paddr = 0xa0000, .mem_size = 4096}; /* no RAM */
	add_site(0, KERNEL_VA + 0x100, "\x0f\xa2", 2, AFTERBURN_INSN_CPUID);
	/* Over a page's end, and sti in front of a halt. */
	add_site(1, KERNEL_VA + 0xffa, "\xfb", 1, AFTERBURN_INSN_STI | AFTERBURN_KIND_PAD_BEFORE);
	add_site(2, KERNEL_VA + 0x1002, "\xf4", 1, AFTERBURN_INSN_HLT);
	return 0;
}

#define START_TEST(function) cmocka_unit_test_setup_teardown(function, bundle_setup, guest_teardown)

static void start(void)
{
	core_start(&vcpu, &packed.header);
}

static uint64_t branch_target(uint64_t va)
{
	uint32_t relative = 0;

	for (unsigned int i = 0; i < 4; i++)
		relative |= (uint32_t)*kernel(va + 1 + i) << 8 * i;
	return (va + 5 + (uint64_t)(int64_t)(int32_t)relative) & ARCH_ADDRESS_MASK;
}

static void sites_are_rewritten_before_the_kernel_runs(void **state)
{
	(void)state;
	start();
	assert_non_null(strstr(fake.console, "afterburn wedge: 3 sites rewritten"));
	assert_int_equal(branch_target(KERNEL_VA + 0x100), WEDGE_RAMPS);
	assert_int_equal(branch_target(KERNEL_VA + 0xffa), AT_GATE_STI_HALT);
	assert_int_equal(branch_target(KERNEL_VA + 0x1002), WEDGE_RAMPS + 2 * 16);
	assert_int_equal(site_table_count(), SITES);
	assert_memory_equal(site_table_find(KERNEL_VA + 0x100)->insn, "\x0f\xa2", 2);
}

static void expect_bad_header(const char *text)
{
	assert_fatal(text, start());
	assert_int_equal(site_table_count(), 0);
	bundle_setup(NULL);
}

/* First: nothing may have been added to the table yet. */
static void the_header_is_checked(void **state)
{
	struct afterburn_wedge_header *h = &packed.header;

	(void)state;
	h->magic ^= 1;
	expect_bad_header("another version: pack the kernel again");
	h->version++;
	expect_bad_header("another version: pack the kernel again");
	h->sites_version++;
	expect_bad_header("annotated by another version (2, this wedge knows 1)");
	h->load_paddr = 0;
	expect_bad_header("no kernel is packed with this wedge");
	h->site_count = 0;
	expect_bad_header("no kernel is packed with this wedge");
	h->segment_count = 0;
	expect_bad_header("no kernel is packed with this wedge");
	h->segment_count = AFTERBURN_BUNDLE_MAX_SEGMENTS + 1;
	expect_bad_header("no kernel is packed with this wedge");
}

static void expect_refusal(const char *text, const char *symbol)
{
	uint8_t before = *kernel(KERNEL_VA + 0x100);

	assert_fatal(text, start());
	assert_non_null(strstr(fake.fatal, symbol));
	/* Nothing was rewritten, not even the sites in front of it. */
	assert_int_equal(*kernel(KERNEL_VA + 0x100), before);
}

static void entries_outside_memory_are_refused(void **state)
{
	static const uint64_t outside[] = {
		KERNEL_VA - 1,	       KERNEL_VA + KERNEL_PAGES * 4096 - 7, KERNEL_VA + 0x50000, 0,
		KERNEL_VA + 0x100000, /* in a segment, but there is no RAM */
		ARCH_ADDRESS_MASK - 2,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		bundle_setup(NULL);
		packed.sites[2].vaddr = outside[i];
		expect_refusal("lies outside the kernel's memory", "do_idle");
	}
}

static void impossible_lengths_are_refused(void **state)
{
	(void)state;
	packed.sites[0].site_length++;
	expect_refusal("impossible lengths", "start_cpu");
	bundle_setup(NULL);
	packed.sites[0].insn_length = 16;
	packed.sites[0].site_length = 16 + AFTERBURN_PAD_LEN;
	expect_refusal("impossible lengths", "start_cpu");
	for (unsigned int offset = 1; offset < 256; offset++) {
		if (offset == AFTERBURN_PAD_LEN)
			continue;
		bundle_setup(NULL);
		packed.sites[1].insn_offset = (uint8_t)offset;
		expect_refusal("impossible lengths", "do_idle");
	}
}

static void entries_and_pads_must_agree(void **state)
{
	(void)state;
	packed.sites[0].kind = AFTERBURN_INSN_RDMSR;
	expect_refusal("its pad does not match its entry in the bundle", "start_cpu");
	bundle_setup(NULL);
	*kernel(KERNEL_VA + 0x102) = 0x90;
	expect_refusal("its pad does not match its entry in the bundle", "start_cpu");
	bundle_setup(NULL);
	*kernel(KERNEL_VA + 0x105) = 3; /* the length in the pad */
	expect_refusal("its pad does not match its entry in the bundle", "start_cpu");
	bundle_setup(NULL);
	packed.sites[1].vaddr--;
	expect_refusal("its pad does not match its entry in the bundle", "do_idle");
}

static void bytes_that_are_another_instruction_are_refused(void **state)
{
	(void)state;
	put(KERNEL_VA + 0x100, "\x0f\x31", 2);
	assert_fatal("not the one its pad names", start());
	assert_non_null(strstr(fake.fatal, "in start_cpu (CPUID)"));
	bundle_setup(NULL);
	put(KERNEL_VA + 0x100, "\x90\x90", 2);
	assert_fatal("no instruction of the table", start());
	assert_non_null(strstr(fake.fatal, ARCH_LONG_MODE ? "site ffffffff81000100 in start_cpu"
							  : "site 0000000081000100 in start_cpu"));
}

static void names_outside_the_table_are_question_marks(void **state)
{
	(void)state;
	packed.sites[0].symbol = sizeof(packed.names);
	packed.sites[0].kind = AFTERBURN_INSN_RDMSR;
	assert_fatal("in ?: its pad", start());
}

/* Early code runs where it was loaded: its branches miss the wedge by as much as it is too low. */
static void early_code_is_found_by_its_load_address(void **state)
{
	const uint64_t delta = KERNEL_VA - KERNEL_PA;

	(void)state;
	start();
	assert_int_equal(core_load_delta(KERNEL_PA), KERNEL_VA - KERNEL_PA);
	assert_int_equal(core_load_delta(KERNEL_PA - 1), 0);
	assert_int_equal(core_load_delta(KERNEL_PA + KERNEL_PAGES * 4096), 0);
	/* By a called gate. */
	vcpu.rip = (AT_GATE_STI - delta) & ARCH_ADDRESS_MASK;
	assert_true(core_wedge_alias(&vcpu));
	assert_int_equal(vcpu.rip, AT_GATE_STI);
	assert_false(core_wedge_alias(&vcpu));
	vcpu.rip = KERNEL_PA + 0x105;
	core_site(&vcpu);
	assert_int_equal(vcpu.rip, KERNEL_PA + 0x109);
	vcpu.rip = KERNEL_PA + 0x205;
	assert_fatal("a call into the wedge from 100205, where no site is", core_site(&vcpu));
	/* By a ramp: it goes on there, too, and only this once. */
	vcpu.rip = (WEDGE_RAMPS - delta) & ARCH_ADDRESS_MASK;
	assert_true(core_wedge_alias(&vcpu));
	assert_int_equal(vcpu.rip, WEDGE_RAMPS);
	vcpu.site = 0;
	core_ramp(&vcpu);
	assert_int_equal(vcpu.rip, KERNEL_PA + 0x109);
}

/*
 * The jump through a table misses nothing. So the site runs where the kernel was loaded until the
 * guest maps it where it is linked: without paging, at once.
 */
static void early_code_of_a_far_kernel_runs_where_it_is_mapped(void **state)
{
	uint64_t first;

	(void)state;
	start();
	first = vcpu.cr[3];
	vcpu.site = 0;
	core_ramp(&vcpu);
	assert_int_equal(vcpu.rip, (ARCH_LONG_MODE ? KERNEL_PA : KERNEL_VA) + 0x109);
	vcpu.cr[3] = guest_table();
	guest_map(KERNEL_VA, KERNEL_PA, X86_PTE_P);
	vcpu.site = 0;
	core_ramp(&vcpu);
	assert_int_equal(vcpu.rip, KERNEL_VA + 0x109);
	vcpu.cr[3] = first;
	vcpu.site = 0;
	core_ramp(&vcpu);
	assert_int_equal(vcpu.rip, KERNEL_VA + 0x109);
}

static uint64_t field(const uint8_t *page, unsigned int offset, unsigned int size)
{
	uint64_t value = 0;

	memcpy(&value, page + offset, size);
	return value;
}

static void the_machine_is_what_the_boot_protocol_says(void **state)
{
	const uint8_t *zero_page;

	(void)state;
	fake.command_line = "console=ttyS0 quiet";
	fake.ramdisk = 0x680000;
	fake.ramdisk_size = 0x1234;
	start();
	assert_int_equal(vcpu.rip, ENTRY);
	assert_int_equal(vcpu.rflags & X86_FLAGS_IF, 0);
	assert_int_equal(fake.space_loads, 1);
	zero_page = guest_pointer(vcpu.gpr[X86_RSI], 4096);
	assert_int_equal(field(zero_page, 0x1fe, 2), 0xaa55);
	assert_memory_equal(zero_page + 0x202, "HdrS", 4);
	assert_int_equal(field(zero_page, 0x210, 1), 0xff);
	assert_int_equal(field(zero_page, 0x218, 4), 0x680000);
	assert_int_equal(field(zero_page, 0x21c, 4), 0x1234);
	assert_string_equal(guest_pointer(field(zero_page, 0x228, 4), 1),
			    LINUX_WORDS "console=ttyS0 quiet");
	/* RAM below the PC's hole, and above it. */
	assert_int_equal(zero_page[0x1e8], 2);
	assert_int_equal(field(zero_page, 0x2d0, 8), 0);
	assert_int_equal(field(zero_page, 0x2d8, 8), 0x9fc00);
	assert_int_equal(field(zero_page, 0x2e4, 8), 0x100000);
	assert_int_equal(field(zero_page, 0x2ec, 8), FAKE_PAGES * 4096 - 0x100000);
}

/* The first 4 GiB are where they are, whether there are tables for that or no paging. */
static void the_first_gibibytes_are_mapped_one_to_one(void **state)
{
	static const uint64_t addresses[] = {0, 0x12345, 0x100000, 0x3fffffff, 0xffffffff};
	struct guest_walk w;
	uint64_t d;

	(void)state;
	start();
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		assert_true(guest_walk(&vcpu, addresses[i], X86_PF_WRITE, &w));
		assert_int_equal(w.address, addresses[i]);
	}
	assert_true(descriptor_read(&vcpu, (uint16_t)vcpu.kernel_cs, &d));
	assert_int_equal(d >> (ARCH_LONG_MODE ? 53 : 54) & 1, 1);
	assert_true(descriptor_read(&vcpu, (uint16_t)vcpu.kernel_ss, &d));
	assert_int_equal(d >> 40 & 10, 2);
}

/* Linux takes 2,047 bytes and drops the rest, which would be the guest's own last words. */
static void the_command_line_is_whole_or_refused(void **state)
{
	static const char own[] = LINUX_WORDS;
	static char line[2048];
	const uint8_t *zero_page;
	const char *seen;

	(void)state;
	memset(line, 'x', 2047 - strlen(own));
	fake.command_line = line;
	start();
	zero_page = guest_pointer(vcpu.gpr[X86_RSI], 4096);
	seen = guest_pointer(field(zero_page, 0x228, 4), 1);
	assert_int_equal(strlen(seen), 2047);
	assert_string_equal(seen + strlen(own), line);
	bundle_setup(NULL);
	line[strlen(line)] = 'x';
	fake.command_line = line;
	assert_fatal("the command line is longer than 2047 bytes", start());
}

static void an_unknown_protocol_is_refused(void **state)
{
	(void)state;
	packed.header.protocol = 7;
	assert_fatal("entered by boot protocol 7, which this wedge does not know", start());
}

/* By Xen's start_info.h, field for field; the entry is 32-bit code. */
static void a_pvh_entry_gets_a_start_info(void **state)
{
	const uint8_t *info, *memory, *module;

	(void)state;
	packed.header.protocol = AFTERBURN_PROTOCOL_PVH;
	fake.command_line = "its own words";
	fake.ramdisk = 0x680000;
	fake.ramdisk_size = 0x1234;
	if (ARCH_LONG_MODE) {
		assert_fatal("entered by PVH, in 32-bit code", start());
		return;
	}
	start();
	assert_int_equal(vcpu.rip, ENTRY);
	assert_int_equal(vcpu.cr[0] & (X86_CR0_PE | X86_CR0_PG), X86_CR0_PE);
	info = guest_pointer(vcpu.gpr[X86_RBX], 56);
	assert_int_equal(field(info, 0, 4), 0x336ec578);
	assert_int_equal(field(info, 4, 4), 1);
	assert_int_equal(field(info, 12, 4), 1);
	module = guest_pointer(field(info, 16, 8), 32);
	assert_int_equal(field(module, 0, 8), 0x680000);
	assert_int_equal(field(module, 8, 8), 0x1234);
	assert_string_equal(guest_pointer(field(info, 24, 8), 1), "its own words");
	assert_int_equal(field(info, 32, 8), 0);
	assert_int_equal(field(info, 48, 4), 2);
	memory = guest_pointer(field(info, 40, 8), 48);
	assert_int_equal(field(memory, 0, 8), 0);
	assert_int_equal(field(memory, 8, 8), 0x9fc00);
	assert_int_equal(field(memory, 16, 4), 1);
	assert_int_equal(field(memory, 24, 8), 0x100000);
	assert_int_equal(field(memory, 32, 8), FAKE_PAGES * 4096 - 0x100000);
}

static void no_ramdisk_is_no_module(void **state)
{
	(void)state;
	if (ARCH_LONG_MODE)
		return;
	packed.header.protocol = AFTERBURN_PROTOCOL_PVH;
	start();
	assert_int_equal(field(guest_pointer(vcpu.gpr[X86_RBX], 56), 12, 4), 0);
}

static void too_much_is_refused(void **state)
{
	static char line[2100];

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	fake.command_line = line;
	assert_fatal("the command line is longer than 2047 bytes", start());
	bundle_setup(NULL);
	fake.ramdisk = 0xfffff000;
	fake.ramdisk_size = 0x2000;
	assert_fatal("the ramdisk lies above 4 GiB", start());
}

_Noreturn void __real_wedge_fatal(const char *format, ...);

/* The real end of a guest, once: the first reason and the registers. */
static void a_death_names_its_first_reason(void **state)
{
	(void)state;
	start();
	fake.console_size = 0;
	memset(fake.console, 0, sizeof(fake.console));
	vcpu.gpr[X86_RBX] = 0xfeedface;
	assert_ends(BACKEND_CRASH, __real_wedge_fatal("no %s at %lx", "cheese", 0xabcul));
	assert_non_null(strstr(fake.console, "afterburn wedge: fatal: no cheese at abc\n"));
	assert_non_null(
		strstr(fake.console, ARCH_LONG_MODE ? "rbx 00000000feedface" : "ebx feedface"));
	fake.console_size = 0;
	memset(fake.console, 0, sizeof(fake.console));
	assert_ends(BACKEND_CRASH, __real_wedge_fatal("another"));
	assert_string_equal(fake.console, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		START_TEST(the_header_is_checked),
		START_TEST(sites_are_rewritten_before_the_kernel_runs),
		START_TEST(entries_outside_memory_are_refused),
		START_TEST(impossible_lengths_are_refused),
		START_TEST(entries_and_pads_must_agree),
		START_TEST(bytes_that_are_another_instruction_are_refused),
		START_TEST(names_outside_the_table_are_question_marks),
		START_TEST(early_code_is_found_by_its_load_address),
		START_TEST(early_code_of_a_far_kernel_runs_where_it_is_mapped),
		START_TEST(the_machine_is_what_the_boot_protocol_says),
		START_TEST(the_first_gibibytes_are_mapped_one_to_one),
		START_TEST(the_command_line_is_whole_or_refused),
		START_TEST(an_unknown_protocol_is_refused),
		START_TEST(a_pvh_entry_gets_a_start_info),
		START_TEST(no_ramdisk_is_no_module),
		START_TEST(too_much_is_refused),
		START_TEST(a_death_names_its_first_reason),
	};

	return RUN_TAP(tests);
}
