/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * root.c - L4's root program: finds the packed kernel among the boot loader's modules, puts its
 * wedge for L4 where that is linked, and calls it.
 *
 * A program of its own, since the loader of an L4 kernel copies the root program to its link
 * addresses as if they were physical. Modules: the packed kernel, its command line that of the
 * guest; then, if there is one, the RAM disk. Its own command line: memory=MIB.
 *
 * Invariant: everything read of the modules is checked against their sizes.
 */
#include <afterburn/bundle.h>
#include <elf.h>
#include <stddef.h>
#include <wedge/backend_traits.h>
#include <wedge/lib.h>
#include "../blocks.h"
#include "../console.h"
#include "../x2.h"
#include "root.h"

enum { PAGE_LOG2 = 12, PAGE = 1 << PAGE_LOG2, MODULES = 2 };

#define UTCB (X2_UTCB_AREA + X2_UTCB_POINTER)

_Static_assert(WEDGE_SIZE == BLOCKS_BYTES, "the wedge is one block");

void root_main(void);

_Noreturn static void root_fail(const char *why)
{
	static const char prefix[] = "afterburn wedge: fatal: ";

	console_send(prefix, sizeof(prefix) - 1);
	console_send(why, strlen(why));
	console_send("\n", 1);
	console_reset_machine();
}

/* Pages that the boot loader has marked must be asked for: a fault there would wait for ever. */
static void map(uint32_t start, uint32_t size)
{
	for (uint32_t at = start & -(uint32_t)PAGE; at - start < size || at < start; at += PAGE) {
		if (!x2_sigma0(X2_FPAGE(at, PAGE_LOG2) | X2_RIGHTS, X2_EVERYTHING, UTCB))
			root_fail("the boot loader's memory is not to be had from sigma0");
	}
}

static const struct x2_bootinfo *boot_information(void)
{
	uint32_t at = x2_kip(X2_KIP_BOOTINFO);
	const struct x2_bootinfo *info;

	if (!at)
		root_fail("the boot loader has left no list of modules");
	map(at, PAGE);
	info = (const void *)at;
	if (info->magic != X2_BOOTINFO_MAGIC)
		root_fail("the boot loader's list of modules is of another kind");
	map(at, info->size);
	return info;
}

static const char *line_of(const struct x2_boot_record *r)
{
	const char *line = r->command_line ? (const char *)r + r->command_line : "";

	/* It begins with the module's name. */
	while (*line && *line != ' ')
		line++;
	return *line ? line + 1 : line;
}

static struct root_info look_for_modules(void)
{
	const struct x2_bootinfo *info = boot_information();
	const struct x2_boot_record *r = (const void *)((const char *)info + info->first);
	struct root_info found = {.version = ROOT_VERSION};
	unsigned int files = 0;

	for (uint32_t i = 0; i < info->count; i++) {
		struct root_file *file = files ? &found.ramdisk : &found.kernel;

		if (r->type == X2_BOOTINFO_MODULE && files < MODULES) {
			map(r->start, r->size);
			*file = (struct root_file){r->start, r->size};
			if (!files++)
				found.command_line = line_of(r);
		}
		r = (const void *)((const char *)r + r->next);
	}
	if (!files)
		root_fail("no kernel is among the boot loader's modules");
	return found;
}

/* The guest's memory: the first word of the kernel's line, in front of the guest's own. */
static void take_memory(struct root_info *info)
{
	static const char key[] = "memory=";
	const char *line = info->command_line;
	uint32_t mib = 0;

	if (strlen(line) < sizeof(key) || memcmp(line, key, sizeof(key) - 1) != 0)
		root_fail("the kernel's command line does not begin with memory=MIB");
	for (line += sizeof(key) - 1; *line >= '0' && *line <= '9' && mib < 1 << 20; line++)
		mib = mib * 10 + (uint32_t)(*line - '0');
	info->memory_mib = mib;
	info->command_line = *line == ' ' ? line + 1 : line;
}

/* The bundle of the wedge for L4 in the packed kernel. */
static const struct afterburn_wedge_header *find_bundle(const struct root_file *kernel)
{
	const char *file = (const char *)kernel->start;
	const Elf32_Ehdr *elf = (const void *)file;
	const Elf32_Phdr *segment;

	if (kernel->size < sizeof(*elf) || memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0)
		root_fail("the kernel is no ELF file");
	if (elf->e_ident[EI_CLASS] != ELFCLASS32)
		root_fail("the kernel is 64-bit code: it lives in the upper half of the address "
			  "space, "
			  "which L4 "
			  "keeps for itself");
	if (elf->e_phentsize != sizeof(*segment) || elf->e_phoff > kernel->size ||
	    elf->e_phnum > (kernel->size - elf->e_phoff) / sizeof(*segment))
		root_fail("the kernel's program headers lie outside of its file");
	segment = (const void *)(file + elf->e_phoff);
	for (unsigned int i = 0; i < elf->e_phnum; i++, segment++) {
		const struct afterburn_wedge_header *h = (const void *)(file + segment->p_offset);

		if (segment->p_type == AFTERBURN_PT_WEDGE && segment->p_filesz >= sizeof(*h) &&
		    segment->p_offset <= kernel->size &&
		    segment->p_filesz <= kernel->size - segment->p_offset &&
		    h->magic == AFTERBURN_WEDGE_MAGIC && memcmp(h->platform, "l4", 3) == 0 &&
		    h->bundle_size <= segment->p_filesz)
			return h;
	}
	root_fail("the kernel is packed without the wedge for L4: use `afterburn pack --wedge l4`");
}

/* Any 4 MiB of memory, where the wedge is linked. */
static void load_wedge(struct root_info *info, const struct afterburn_wedge_header *h)
{
	if (h->version != AFTERBURN_BUNDLE_VERSION || h->entry != ROOT_WEDGE_ENTRY)
		root_fail("the wedge is of another version than the root program: build both from "
			  "one "
			  "source");
	if (h->bundle_size > WEDGE_RAMPS - WEDGE_BASE)
		root_fail("the kernel has too many sites for the wedge's addresses");
	if (!blocks_take(&info->next_block, WEDGE_BASE))
		root_fail("not enough memory: no 4 MiB in one piece are left for the wedge");
	memset((void *)WEDGE_BASE, 0, WEDGE_SIZE);
	memcpy((void *)WEDGE_BASE, h, (size_t)h->bundle_size);
}

void root_main(void)
{
	struct root_info info;

	console_open();
	if (!x2_init())
		root_fail(
			"the kernel interface page is not that of an L4 X.2 kernel (API 0x84, 5)");
	info = look_for_modules();
	take_memory(&info);
	load_wedge(&info, find_bundle(&info.kernel));
	((void (*)(const struct root_info *))(WEDGE_BASE + ROOT_WEDGE_ENTRY))(&info);
}
