/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_protocol.c - what a boot loader leaves for a Linux kernel in memory (the 32-bit and 64-bit
 * boot protocols, Documentation/x86/boot.rst): zero page, memory map, command line. The state of
 * the processor is each width's own (start_state.c).
 *
 * Invariant: everything lies below 1 MiB in memory that the map shows as RAM and that kernels set
 * aside themselves before they give memory away.
 */
#include <wedge/arch.h>
#include <wedge/backend.h>
#include <wedge/backend_traits.h>
#include <wedge/lib.h>
#include <wedge/log.h>

#include "boot_protocol.h"

enum {
	ZERO_PAGE = 0x10000,
	COMMAND_LINE = 0x11000,
	COMMAND_LINE_MAX = 2047, /* what Linux takes (COMMAND_LINE_SIZE) */
	EXTENDED_START = 0x100000,
	LOW_RAM_END = 0x9fc00,

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

void *boot_page(uint64_t address)
{
	void *page = guest_pointer(address, X86_PAGE_SIZE);

	if (!page)
		wedge_fatal("no guest memory at %lx: give the guest at least 64 MiB",
			    (unsigned long)address);
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
	char *line = boot_page(COMMAND_LINE);
	const char *given = backend_command_line();
	size_t own;

	format_line(line, X86_PAGE_SIZE, "tsc_early_khz=%lu %s", (unsigned long)backend_tsc_khz(),
		    BACKEND_BOOT_WORDS);
	own = strlen(line);
	if (strlen(given) > COMMAND_LINE_MAX - own)
		wedge_fatal("the command line is longer than %d bytes: %lu, and %lu of the wedge's",
			    COMMAND_LINE_MAX, (unsigned long)strlen(given), (unsigned long)own);
	format_line(line + own, X86_PAGE_SIZE - own, "%s", given);
}

static void build_zero_page(void)
{
	uint8_t *zero_page = boot_page(ZERO_PAGE);
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

void boot_segments(struct vcpu *v, uint64_t code_descriptor)
{
	uint64_t *gdt = boot_page(BOOT_GDT);

	gdt[BOOT_SELECTOR_CODE / 8] = code_descriptor;
	gdt[BOOT_SELECTOR_DATA / 8] = 0x00cf93000000ffff;
	v->gdt = (struct vcpu_table){.base = BOOT_GDT, .limit = X86_PAGE_SIZE - 1};
	v->kernel_cs = BOOT_SELECTOR_CODE;
	v->kernel_ss = BOOT_SELECTOR_DATA;
}

void arch_boot(struct vcpu *v, uint64_t entry)
{
	build_zero_page();
	v->gpr[X86_RSI] = ZERO_PAGE;
	v->rip = entry;
	start_state(v);
}
