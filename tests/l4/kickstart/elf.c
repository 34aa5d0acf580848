/*
 * ELF files of 32 bit into memory, by their physical addresses.
 *
 * Invariant: nothing is written over a module, over this program or outside of memory.
 */
#include "kickstart.h"

struct elf {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version, entry, program_offset, section_offset, flags;
	uint16_t size, program_size, programs;
};

struct program {
	uint32_t type, offset, virtual, physical, file_size, memory_size, flags, align;
};

#define ELF_MAGIC 0x464c457fu
#define CLASS_32  1
#define LOAD	  1
#define EXECUTE	  1

static bool overlaps(uint32_t start, uint32_t end, uint32_t other, uint32_t other_end)
{
	return start < other_end && other < end;
}

/* What has been loaded so far. */
static struct {
	uint32_t start, end;
} loaded[16];
static uint32_t loads;

static void check_loaded(uint32_t start, uint32_t end)
{
	for (uint32_t i = 0; i < loads; i++)
		if (overlaps(start, end, loaded[i].start, loaded[i].end))
			fail("two programs overlap: link one elsewhere");
	if (loads == sizeof loaded / sizeof *loaded)
		fail("too many segments");
	loaded[loads].start = start;
	loaded[loads++].end = end;
}

static void check_target(const struct program *p, const struct multiboot *info)
{
	extern char _start[];
	uint32_t end = p->physical + p->memory_size;
	const struct module *m = (const struct module *)info->module;
	if (end < p->physical || end > (info->upper << 10) + 0x100000)
		fail("a program does not fit into memory: give the machine more");
	if (overlaps(p->physical, end, (uint32_t)_start & -PAGE_SIZE, 0x800000))
		fail("a program overlaps kickstart: link it elsewhere");
	for (uint32_t i = 0; i < info->modules; i++)
		if (overlaps(p->physical, end, m[i].start, m[i].end))
			fail("a program overlaps a module: choose another link address");
	check_loaded(p->physical, end);
}

uint32_t first_in_the_way(uint32_t start, uint32_t end, const struct multiboot *info)
{
	const struct module *m = (const struct module *)info->module;
	uint32_t first = end;
	for (uint32_t i = 0; i < loads; i++)
		if (overlaps(start, end, loaded[i].start, loaded[i].end) && loaded[i].start < first)
			first = loaded[i].start;
	for (uint32_t i = 0; i < info->modules; i++)
		if (overlaps(start, end, m[i].start, m[i].end) && m[i].start < first)
			first = m[i].start;
	return first;
}

static void copy(const struct program *p, const uint8_t *file)
{
	uint8_t *to = (uint8_t *)p->physical;
	const uint8_t *from = file + p->offset;
	uint32_t i = 0;
	for (; i < p->file_size; i++)
		to[i] = from[i];
	for (; i < p->memory_size; i++)
		to[i] = 0;
}

static void note(struct image *image, const struct program *p)
{
	uint32_t end = p->physical + p->memory_size;
	if (!image->end || p->physical < image->start)
		image->start = p->physical;
	if (end > image->end)
		image->end = end;
	if (p->flags & EXECUTE) {
		image->code.start = p->physical;
		image->code.size = p->memory_size;
		return;
	}
	image->data.start = p->physical;
	image->data.size = p->file_size;
	image->bss.start = p->physical + p->file_size;
	image->bss.size = p->memory_size - p->file_size;
}

struct image load_image(const struct module *m, const struct multiboot *info)
{
	const uint8_t *file = (const uint8_t *)m->start;
	const struct elf *elf = (const struct elf *)file;
	if (*(const uint32_t *)file != ELF_MAGIC || elf->ident[4] != CLASS_32)
		fail("a module is no ELF file of 32 bit");
	struct image image = {.entry = elf->entry};
	for (uint32_t i = 0; i < elf->programs; i++) {
		const struct program *p = (const struct program *)(file + elf->program_offset +
								   i * elf->program_size);
		if (p->type != LOAD || !p->memory_size)
			continue;
		if (p->offset + p->file_size > m->end - m->start)
			fail("a module is cut short");
		check_target(p, info);
		copy(p, file);
		note(&image, p);
	}
	return image;
}
