/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linux.c - what a boot loader leaves for a Linux kernel in memory (the 32-bit and 64-bit boot
 * protocols, Documentation/x86/boot.rst): zero page, memory map, command line.
 *
 * Invariant: no word of the guest's command line is lost; a line that is too long ends the guest.
 */
#include <wedge/backend.h>
#include <wedge/backend_traits.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "protocols.h"

enum {
	COMMAND_LINE_MAX = 2047, /* what Linux takes (COMMAND_LINE_SIZE) */

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

static void put(uint8_t *page, unsigned int offset, uint64_t value, unsigned int size)
{
	memcpy(page + offset, &value, size);
}

static void add_range(uint8_t *zero_page, uint64_t start, uint64_t end)
{
	unsigned int n = zero_page[BP_E820_COUNT];
	unsigned int at = BP_E820 + 20 * n;

	if (n == BP_E820_MAX)
		return;
	put(zero_page, at, start, 8);
	put(zero_page, at + 8, end - start, 8);
	put(zero_page, at + 16, E820_RAM, 4);
	zero_page[BP_E820_COUNT]++;
}

static void describe_memory(uint8_t *zero_page)
{
	uint64_t start, end;

	for (uint64_t from = 0; memory_map_next(from, &start, &end); from = end)
		add_range(zero_page, start, end);
}

static void format_line(char *to, size_t size, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	format_text(to, size, format, arguments);
	va_end(arguments);
}

/*
 * The guest's own words come last, so they override. The wedge knows the TSC's rate exactly; Linux
 * would fail to measure it against the 8254, whose every access is a call of the wedge. The TSC is
 * reliable (backend_tsc_khz); ticks come late on a busy machine, and make Linux's watchdog, which
 * compares it with them, reject it. To sleep is to sleep deep, for which Linux needs ACPI, and
 * refuses: otherwise it would halt until an interrupt that may wake it, and of an 8259's none may.
 */
static void build_command_line(void)
{
	char *line = boot_page(BOOT_COMMAND_LINE);
	const char *given = backend_command_line();
	size_t own;

	format_line(line, X86_PAGE_SIZE, "tsc_early_khz=%lu tsc=reliable mem_sleep_default=deep %s",
		    (unsigned long)backend_tsc_khz(), BACKEND_BOOT_WORDS);
	own = strlen(line);
	if (strlen(given) > COMMAND_LINE_MAX - own)
		wedge_fatal("the command line is longer than %d bytes: %lu, and %lu of the wedge's",
			    COMMAND_LINE_MAX, (unsigned long)strlen(given), (unsigned long)own);
	format_line(line + own, X86_PAGE_SIZE - own, "%s", given);
}

static void build_zero_page(void)
{
	uint8_t *zero_page = boot_page(BOOT_INFORMATION);
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
	put(zero_page, BP_COMMAND_LINE, BOOT_COMMAND_LINE, 4);
	describe_memory(zero_page);
}

void boot_linux(struct vcpu *v)
{
	build_zero_page();
	v->gpr[X86_RSI] = BOOT_INFORMATION;
}
