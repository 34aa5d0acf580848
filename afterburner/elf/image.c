/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image.c - ELF header, section headers and program headers.
 *
 * Invariant: every table and every section's content has passed ab_slice() before it is used.
 */
#include "elf/image.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

/* Copies a header of either width, already bounds-checked, into the named common fields. */
#define READ(image, bytes, T32, T64, ASSIGN)                                                       \
	do {                                                                                       \
		if ((image)->width == 64) {                                                        \
			T64 h;                                                                     \
			memcpy(&h, (bytes).data, sizeof(h));                                       \
			ASSIGN;                                                                    \
		} else {                                                                           \
			T32 h;                                                                     \
			memcpy(&h, (bytes).data, sizeof(h));                                       \
			ASSIGN;                                                                    \
		}                                                                                  \
	} while (0)

struct tables {
	uint64_t phoff, shoff;
	uint32_t phnum, shnum, shstrndx, phentsize, shentsize, machine;
};

static int read_ident(struct ab_image *image, struct ab_error *error)
{
	const unsigned char *ident = image->file.data;

	if (image->file.size < EI_NIDENT || memcmp(ident, ELFMAG, SELFMAG) != 0)
		return ab_fail(error, "not an ELF file");
	if (ident[EI_DATA] != ELFDATA2LSB)
		return ab_fail(error, "not little endian, so not x86");
	if (ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64)
		return ab_fail(error, "unknown ELF class %u", ident[EI_CLASS]);
	image->width = ident[EI_CLASS] == ELFCLASS64 ? 64 : 32;
	return 0;
}

static int read_header(struct ab_image *image, struct tables *t, struct ab_error *error)
{
	struct ab_bytes bytes;

	if (read_ident(image, error) < 0)
		return -1;
	if (!ab_slice(image->file, 0, image->width == 64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr),
		      &bytes))
		return ab_fail(error, "ends inside the ELF header");
	READ(image, bytes, Elf32_Ehdr, Elf64_Ehdr, {
		image->type = h.e_type;
		image->entry = h.e_entry;
		t->machine = h.e_machine;
		t->phoff = h.e_phoff;
		t->phnum = h.e_phnum;
		t->phentsize = h.e_phentsize;
		t->shoff = h.e_shoff;
		t->shnum = h.e_shnum;
		t->shentsize = h.e_shentsize;
		t->shstrndx = h.e_shstrndx;
	});
	image->phoff = t->phoff;
	if (t->machine != (image->width == 64 ? EM_X86_64 : EM_386))
		return ab_fail(error, "machine %u in ELF%u is neither i386 nor x86-64", t->machine,
			       image->width);
	if (image->type != ET_REL && image->type != ET_EXEC && image->type != ET_DYN)
		return ab_fail(error, "ELF type %u is not an object, module or executable",
			       image->type);
	return 0;
}

/*
 * gABI 4, "extended section numbering": numbers that do not fit into the header are in section 0.
 */
static int read_extended(struct ab_image *image, struct tables *t, struct ab_error *error)
{
	struct ab_bytes bytes;
	uint64_t size = image->width == 64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	uint64_t count = t->shnum;

	if (t->shoff == 0)
		return 0;
	if (t->shentsize != size)
		return ab_fail(error, "section headers are %u bytes, not %u", t->shentsize,
			       (unsigned int)size);
	if (!ab_slice(image->file, t->shoff, size, &bytes))
		return ab_fail(error, "the section headers lie beyond the end of the file");
	READ(image, bytes, Elf32_Shdr, Elf64_Shdr, {
		if (t->shnum == 0)
			count = h.sh_size;
		if (t->shstrndx == SHN_XINDEX)
			t->shstrndx = h.sh_link;
		if (t->phnum == PN_XNUM)
			t->phnum = h.sh_info;
	});
	if (count > image->file.size / size)
		return ab_fail(error, "the section headers reach beyond the end of the file");
	t->shnum = (uint32_t)count;
	return 0;
}

static int read_segments(struct ab_image *image, const struct tables *t, struct ab_error *error)
{
	uint64_t size = image->width == 64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	struct ab_bytes table, bytes;

	if (t->phoff == 0 || t->phnum == 0)
		return 0;
	if (t->phentsize != size)
		return ab_fail(error, "program headers are %u bytes, not %u", t->phentsize,
			       (unsigned int)size);
	if (!ab_slice(image->file, t->phoff, t->phnum * size, &table))
		return ab_fail(error, "the program headers reach beyond the end of the file");
	image->segments = ab_alloc(t->phnum, sizeof(*image->segments));
	image->segment_count = t->phnum;
	for (uint32_t i = 0; i < t->phnum; i++) {
		struct ab_segment *s = &image->segments[i];

		ab_slice(table, i * size, size, &bytes);
		READ(image, bytes, Elf32_Phdr, Elf64_Phdr, {
			s->type = h.p_type;
			s->flags = h.p_flags;
			s->offset = h.p_offset;
			s->vaddr = h.p_vaddr;
			s->paddr = h.p_paddr;
			s->filesz = h.p_filesz;
			s->memsz = h.p_memsz;
			s->align = h.p_align;
		});
		if (!ab_slice(image->file, s->offset, s->filesz, &s->data))
			return ab_fail(error, "segment %u reaches beyond the end of the file", i);
	}
	return 0;
}

static int read_section(struct ab_image *image, struct ab_bytes bytes, uint32_t index,
			uint64_t *name, struct ab_error *error)
{
	struct ab_section *s = &image->sections[index];
	uint64_t offset = 0;

	READ(image, bytes, Elf32_Shdr, Elf64_Shdr, {
		*name = h.sh_name;
		s->type = h.sh_type;
		s->flags = h.sh_flags;
		s->addr = h.sh_addr;
		s->link = h.sh_link;
		s->size = h.sh_size;
		offset = h.sh_offset;
	});
	s->name = "";
	if (index == 0 || s->type == SHT_NULL || s->type == SHT_NOBITS)
		return 0;
	if (!ab_slice(image->file, offset, s->size, &s->data))
		return ab_fail(error, "section %u reaches beyond the end of the file", index);
	return 0;
}

static int name_sections(struct ab_image *image, const uint64_t *names, uint32_t strings,
			 struct ab_error *error)
{
	if (strings == 0)
		return 0;
	if (strings >= image->section_count)
		return ab_fail(error, "the section of section names (%u) does not exist", strings);
	for (uint32_t i = 1; i < image->section_count; i++) {
		struct ab_section *s = &image->sections[i];

		s->name = ab_string(image->sections[strings].data, names[i]);
		if (!s->name)
			return ab_fail(error, "the name of section %u lies outside its table", i);
	}
	return 0;
}

static int read_sections(struct ab_image *image, const struct tables *t, struct ab_error *error)
{
	uint64_t size = image->width == 64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	struct ab_bytes table, bytes;
	uint64_t *names;
	int result = 0;

	if (t->shoff == 0 || t->shnum == 0)
		return 0;
	if (!ab_slice(image->file, t->shoff, t->shnum * size, &table))
		return ab_fail(error, "the section headers reach beyond the end of the file");
	image->sections = ab_alloc(t->shnum, sizeof(*image->sections));
	image->section_count = t->shnum;
	names = ab_alloc(t->shnum, sizeof(*names));
	for (uint32_t i = 0; result == 0 && i < t->shnum; i++) {
		ab_slice(table, i * size, size, &bytes);
		result = read_section(image, bytes, i, &names[i], error);
	}
	if (result == 0)
		result = name_sections(image, names, t->shstrndx, error);
	free(names);
	return result;
}

static void add_region(struct ab_image *image, const char *name, uint64_t addr,
		       struct ab_bytes code, uint32_t section)
{
	struct ab_region *r = &image->regions[image->region_count++];

	*r = (struct ab_region){.name = name, .addr = addr, .code = code, .section = section};
}

static int by_address(const void *left, const void *right)
{
	const struct ab_region *a = left, *b = right;

	if (a->addr != b->addr)
		return a->addr < b->addr ? -1 : 1;
	return a->section < b->section ? -1 : a->section > b->section;
}

static bool is_in_executable_segment(const struct ab_image *image, const struct ab_section *section)
{
	for (uint32_t i = 0; i < image->segment_count; i++) {
		const struct ab_segment *s = &image->segments[i];

		if (s->type == PT_LOAD && s->flags & PF_X && section->addr >= s->vaddr &&
		    section->addr - s->vaddr < s->data.size)
			return true;
	}
	return false;
}

/*
 * The kernel's data are no code even if the linker says so: Linux 7.2 has code in them that runs
 * only as a copy (kexec), and the whole section gets the flag.
 */
static bool holds_code(const struct ab_image *image, const struct ab_section *s)
{
	if (s->type != SHT_PROGBITS || !(s->flags & SHF_EXECINSTR) || !(s->flags & SHF_ALLOC))
		return false;
	return !(s->flags & SHF_WRITE) || image->type == ET_REL ||
	       is_in_executable_segment(image, s);
}

/* Code is what is loaded and executable: sections, or segments if there are no section headers. */
static int find_regions(struct ab_image *image, struct ab_error *error)
{
	uint64_t bytes = 0;

	image->regions = ab_alloc((uint64_t)image->section_count + image->segment_count,
				  sizeof(*image->regions));
	for (uint32_t i = 1; i < image->section_count; i++) {
		const struct ab_section *s = &image->sections[i];

		if (holds_code(image, s))
			add_region(image, s->name, image->type == ET_REL ? 0 : s->addr, s->data, i);
	}
	for (uint32_t i = 0; image->section_count == 0 && i < image->segment_count; i++) {
		const struct ab_segment *s = &image->segments[i];

		if (s->type == PT_LOAD && s->flags & PF_X)
			add_region(image, "segment", s->vaddr, s->data, 0);
	}
	qsort(image->regions, image->region_count, sizeof(*image->regions), by_address);
	/*
	 * No tool writes overlapping code. Refuse it: to walk the same code a thousand times would
	 * take hours.
	 */
	for (uint32_t i = 0; i < image->region_count; i++) {
		bytes += image->regions[i].code.size;
		if (bytes > 2 * image->file.size)
			return ab_fail(error, "its code sections lie over each other in the file");
	}
	return 0;
}

int ab_image_open(struct ab_image *image, const char *name, struct ab_bytes file,
		  struct ab_error *error)
{
	struct tables t = {0};

	*image = (struct ab_image){.name = name, .file = file};
	if (read_header(image, &t, error) < 0 || read_extended(image, &t, error) < 0 ||
	    read_segments(image, &t, error) < 0 || read_sections(image, &t, error) < 0 ||
	    ab_image_read_symbols(image, error) < 0)
		return -1;
	return find_regions(image, error);
}

void ab_image_close(struct ab_image *image)
{
	free(image->sections);
	free(image->segments);
	free(image->symbols);
	free(image->labels);
	free(image->regions);
	*image = (struct ab_image){0};
}
