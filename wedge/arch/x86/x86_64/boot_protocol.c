/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_protocol.c - the machine as a boot loader leaves it for a 64-bit kernel: the Linux 64-bit
 * boot protocol (Documentation/x86/boot.rst, "64-bit boot protocol"): zero page, memory map,
 * command line, identity page table, flat segments.
 *
 * Invariant: everything lies below 1 MiB in memory that the map shows as RAM and that kernels set
 * aside themselves before they give memory away.
 */
#include <wedge/arch.h>
#include <wedge/backend.h>
#include <wedge/cpuid.h>
#include <wedge/lib.h>
#include <wedge/log.h>

enum {
	ZERO_PAGE = 0x10000,
	COMMAND_LINE = 0x11000,
	TABLES = 0x12000, /* L4, L3, then one L2 for each GiB */
	GDT = 0x18000,
	STACK_TOP = 0x1a000,
	IDENTITY_GIB = 4,

	COMMAND_LINE_MAX = 2047, /* what Linux takes (COMMAND_LINE_SIZE) */
	EXTENDED_START = 0x100000,
	LOW_RAM_END = 0x9fc00,

	SELECTOR_CODE = 0x10,
	SELECTOR_DATA = 0x18,

	/* struct boot_params, by offset */
	BP_E820_COUNT = 0x1e8,
	BP_BOOT_FLAG = 0x1fe,
	BP_HEADER = 0x202,
	BP_VERSION = 0x206,
	BP_LOADER_TYPE = 0x210,
	BP_LOAD_FLAGS = 0x211,
	BP_RAMDISK = 0x218,
	BP_RAMDISK_SIZE = 0x21c,
	BP_COMMAND_LINE = 0x228,
	BP_E820 = 0x2d0,
	BP_E820_MAX = 128,
	BOOT_FLAG = 0xaa55,
	HEADER_MAGIC = 0x53726448, /* "HdrS" */
	PROTOCOL_VERSION = 0x020f,
	LOADER_UNKNOWN = 0xff,
	LOADED_HIGH = 1,
	E820_RAM = 1,
};

static void *low_page(uint64_t address)
{
	void *page = guest_pointer(address, X86_PAGE_SIZE);

	if (!page)
		wedge_fatal("no guest memory at %lx: give the guest at least 64 MiB", address);
	memset(page, 0, X86_PAGE_SIZE);
	return page;
}

static void put(uint8_t *page, unsigned int offset, uint64_t value, unsigned int size)
{
	memcpy(page + offset, &value, size);
}

static void add_range(uint8_t *zero_page, uint64_t start, uint64_t end)
{
	unsigned int n = zero_page[BP_E820_COUNT];
	unsigned int at = BP_E820 + 20 * n;

	if (start >= end || n == BP_E820_MAX)
		return;
	put(zero_page, at, start, 8);
	put(zero_page, at + 8, end - start, 8);
	put(zero_page, at + 16, E820_RAM, 4);
	zero_page[BP_E820_COUNT]++;
}

/* RAM without the PC's hole from 640 KiB to 1 MiB. */
static void describe_memory(uint8_t *zero_page)
{
	uint64_t start, end, from = 0;

	while (backend_memory_next(from, &start, &end)) {
		if (start < LOW_RAM_END)
			add_range(zero_page, start, end < LOW_RAM_END ? end : LOW_RAM_END);
		add_range(zero_page, start < EXTENDED_START ? EXTENDED_START : start, end);
		from = end;
	}
}

static void format_line(char *to, size_t size, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	format_text(to, size, format, arguments);
	va_end(arguments);
}

/*
 * The guest's own words come last, so they win. The rate of the time stamp counter is known
 * exactly: measuring it against the 8254, whose every access is a call here, would fail.
 */
static void build_command_line(void)
{
	char *line = low_page(COMMAND_LINE);
	const char *given = backend_command_line();

	if (strlen(given) > COMMAND_LINE_MAX)
		wedge_fatal("the command line is longer than %d bytes", COMMAND_LINE_MAX);
	format_line(line, X86_PAGE_SIZE, "tsc_early_khz=%lu %s", backend_tsc_khz(), given);
}

static void build_zero_page(void)
{
	uint8_t *zero_page = low_page(ZERO_PAGE);
	uint64_t ramdisk, ramdisk_size;

	build_command_line();
	backend_ramdisk(&ramdisk, &ramdisk_size);
	if (ramdisk + ramdisk_size > UINT32_MAX)
		wedge_fatal("the ramdisk lies above 4 GiB");
	put(zero_page, BP_BOOT_FLAG, BOOT_FLAG, 2);
	put(zero_page, BP_HEADER, HEADER_MAGIC, 4);
	put(zero_page, BP_VERSION, PROTOCOL_VERSION, 2);
	put(zero_page, BP_LOADER_TYPE, LOADER_UNKNOWN, 1);
	put(zero_page, BP_LOAD_FLAGS, LOADED_HIGH, 1);
	put(zero_page, BP_RAMDISK, ramdisk, 4);
	put(zero_page, BP_RAMDISK_SIZE, ramdisk_size, 4);
	put(zero_page, BP_COMMAND_LINE, COMMAND_LINE, 4);
	describe_memory(zero_page);
}

/* Identity mapping of the first GiBs with 2 MiB pages. */
static void build_tables(void)
{
	uint64_t *l4 = low_page(TABLES), *l3 = low_page(TABLES + X86_PAGE_SIZE);
	uint64_t flags = X86_PTE_P | X86_PTE_W | X86_PTE_A | X86_PTE_D;

	l4[0] = (TABLES + X86_PAGE_SIZE) | flags;
	for (uint64_t gib = 0; gib < IDENTITY_GIB; gib++) {
		uint64_t at = TABLES + (2 + gib) * X86_PAGE_SIZE;
		uint64_t *l2 = low_page(at);

		l3[gib] = at | flags;
		for (uint64_t i = 0; i < 512; i++)
			l2[i] = gib << 30 | i << 21 | flags | X86_PTE_PS;
	}
}

static void build_segments(struct vcpu *v)
{
	uint64_t *gdt = low_page(GDT);

	gdt[SELECTOR_CODE / 8] = 0x00af9b000000ffff; /* 64-bit code, CPL 0 */
	gdt[SELECTOR_DATA / 8] = 0x00cf93000000ffff;
	v->gdt = (struct vcpu_table){.base = GDT, .limit = X86_PAGE_SIZE - 1};
	v->kernel_cs = SELECTOR_CODE;
	v->kernel_ss = SELECTOR_DATA;
}

void arch_reset(struct vcpu *v)
{
	uint32_t address_sizes[4];

	v->cr[0] = X86_CR0_PE | X86_CR0_PG | X86_CR0_ET | X86_CR0_NE | X86_CR0_WP;
	v->cr[4] = X86_CR4_PAE;
	v->efer = X86_EFER_LME | X86_EFER_LMA | X86_EFER_SCE;
	v->rflags = X86_FLAGS_FIXED;
	v->dr[6] = 0xffff0ff0;
	v->dr[7] = 0x400;
	v->xcr0 = 1;
	v->pat = 0x0007040600070406;
	v->misc_enable = 1; /* fast strings */
	v->gs_state = VCPU_GS_KERNEL;
	cpuid_show(v, 0x80000008, 0, address_sizes);
	v->physical_bits = (uint8_t)address_sizes[CPUID_EAX];
}

void arch_boot(struct vcpu *v, uint64_t entry)
{
	build_zero_page();
	build_tables();
	build_segments(v);
	low_page(STACK_TOP - X86_PAGE_SIZE);
	v->gpr[X86_RSI] = ZERO_PAGE;
	v->gpr[X86_RSP] = STACK_TOP;
	v->rip = entry;
	v->cr[3] = TABLES;
	backend_space_load(v);
	arch_prepare_stack(v, STACK_TOP);
}
