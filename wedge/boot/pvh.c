/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pvh.c - what a boot loader leaves for a kernel with a PVH entry (Xen's
 * public/arch-x86/hvm/start_info.h): start info, module list, memory map, command line.
 *
 * The entry is 32-bit code without paging. So only 32-bit kernels can use it: on every platform a
 * wedge starts a 64-bit kernel in long mode.
 *
 * Invariant: the command line is the guest's own, unchanged.
 */
#include <wedge/arch_traits.h>
#include <wedge/backend.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "protocols.h"

enum { MAGIC = 0x336ec578, VERSION = 1, RAM = 1 };

struct start_info {
	uint32_t magic, version, flags, module_count;
	uint64_t modules, command_line, rsdp, memory_map;
	uint32_t memory_map_entries, reserved;
};

struct module {
	uint64_t address, size, command_line, reserved;
};

struct memory_map_entry {
	uint64_t address, size;
	uint32_t type, reserved;
};

/* All of it is in the page that %ebx points to. */
struct information {
	struct start_info start;
	struct module ramdisk;
	struct memory_map_entry memory[64];
};

_Static_assert(sizeof(struct start_info) == 56, "layout is fixed");
_Static_assert(sizeof(struct information) <= X86_PAGE_SIZE, "one page");

static uint64_t address_of(size_t offset)
{
	return BOOT_INFORMATION + offset;
}

static void describe_memory(struct information *info)
{
	uint32_t room = sizeof(info->memory) / sizeof(info->memory[0]), n = 0;
	uint64_t start, end;

	for (uint64_t from = 0; n < room && memory_map_next(from, &start, &end); from = end)
		info->memory[n++] = (struct memory_map_entry){
			.address = start, .size = end - start, .type = RAM};
	info->start.memory_map = address_of(offsetof(struct information, memory));
	info->start.memory_map_entries = n;
}

static void describe_ramdisk(struct information *info)
{
	backend_ramdisk(&info->ramdisk.address, &info->ramdisk.size);
	if (!info->ramdisk.size)
		return;
	info->start.modules = address_of(offsetof(struct information, ramdisk));
	info->start.module_count = 1;
}

static void copy_command_line(struct information *info)
{
	char *line = boot_page(BOOT_COMMAND_LINE);
	size_t length = strlen(backend_command_line());

	if (length >= X86_PAGE_SIZE)
		wedge_fatal("the command line is longer than %d bytes", X86_PAGE_SIZE - 1);
	memcpy(line, backend_command_line(), length);
	info->start.command_line = BOOT_COMMAND_LINE;
}

void boot_pvh(struct vcpu *v)
{
	struct information *info = boot_page(BOOT_INFORMATION);

	if (ARCH_LONG_MODE)
		wedge_fatal("the kernel is entered by PVH, in 32-bit code, which a wedge for "
			    "64-bit kernels cannot run");
	info->start.magic = MAGIC;
	info->start.version = VERSION;
	describe_memory(info);
	describe_ramdisk(info);
	copy_command_line(info);
	v->gpr[X86_RBX] = BOOT_INFORMATION;
}
