/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load.c - the boot loader's part that L4's does not do: puts the kernel's segments and the RAM
 * disk into the guest's memory.
 *
 * Invariant: what does not fit ends the guest before it runs, with a message.
 */
#include <elf.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "l4.h"

enum { PAGE = X86_PAGE_SIZE, HEADROOM = 4 << 20 /* for what Linux puts behind itself at first */ };

/* The window is whole, so guest-physical ranges are. */
static char *at(uint64_t physical)
{
	return (char *)L4_WINDOW + (uint32_t)physical;
}

static void load_segment(const struct root_file *file, const Elf32_Phdr *s)
{
	uint64_t bytes = machine.pages * PAGE;

	if (s->p_offset > file->size || s->p_filesz > file->size - s->p_offset ||
	    s->p_filesz > s->p_memsz)
		wedge_fatal("the kernel's file is damaged: a segment reaches beyond its end");
	if (s->p_paddr > bytes || s->p_memsz > bytes - s->p_paddr)
		wedge_fatal("not enough memory: the kernel alone reaches up to %llu MiB",
			    (unsigned long long)(((uint64_t)s->p_paddr + s->p_memsz) >> 20) + 1);
	memcpy(at(s->p_paddr), (const char *)file->start + s->p_offset, s->p_filesz);
}

static uint32_t load_kernel(const struct root_file *file)
{
	const Elf32_Ehdr *elf = (const void *)file->start;
	const Elf32_Phdr *s = (const void *)(file->start + elf->e_phoff);
	uint32_t end = 0;

	for (unsigned int i = 0; i < elf->e_phnum; i++, s++) {
		if (s->p_type != PT_LOAD || !s->p_memsz)
			continue;
		load_segment(file, s);
		if (s->p_paddr + s->p_memsz > end)
			end = s->p_paddr + s->p_memsz;
	}
	return end;
}

static void load_ramdisk(const struct root_file *file, uint32_t kernel_end)
{
	uint64_t end = machine.pages * PAGE;
	uint32_t size = (file->size + PAGE - 1) & -(uint32_t)PAGE;

	if (!file->size)
		return;
	if (size > end || end - size < (uint64_t)kernel_end + HEADROOM)
		wedge_fatal("not enough memory for the kernel and a RAM disk of %u KiB: at least "
			    "%u MiB",
			    size / 1024, (kernel_end + HEADROOM + size + 0x3fffff) >> 22 << 2);
	machine.ramdisk = end - size;
	machine.ramdisk_bytes = file->size;
	memcpy(at(machine.ramdisk), (const void *)file->start, file->size);
}

void load_guest(const struct root_info *info, const struct afterburn_wedge_header *header)
{
	size_t length = strlen(info->command_line);

	(void)header;
	if (length >= L4_COMMAND_LINE)
		wedge_fatal("the command line is longer than %d bytes", L4_COMMAND_LINE - 1);
	memcpy(machine.command_line, info->command_line, length + 1);
	load_ramdisk(&info->ramdisk, load_kernel(&info->kernel));
}
