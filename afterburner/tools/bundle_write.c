/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bundle_write.c - writes the packed ELF file: the kernel's file, the wedges' segments, the notes
 * of the one that is loaded, and a new program header table at the end.
 *
 * Invariant: of the kernel's own bytes only e_phoff and e_phnum change.
 */
#include "bundle.h"

#include <elf.h>
#include <stddef.h>
#include <string.h>

/* What is added to the kernel's program headers: one for each wedge, and one for notes. */
struct added {
	struct ab_segment segments[MAX_WEDGES + 1];
	uint32_t count;
	uint64_t headers; /* file offset of the new table */
};

static void put_header(const struct ab_image *kernel, unsigned char *to, const struct ab_segment *s)
{
	if (kernel->width == 64) {
		Elf64_Phdr h = {
			.p_type = s->type,
			.p_flags = s->flags,
			.p_offset = s->offset,
			.p_vaddr = s->vaddr,
			.p_paddr = s->paddr,
			.p_filesz = s->filesz,
			.p_memsz = s->memsz,
			.p_align = s->align,
		};
		memcpy(to, &h, sizeof(h));
	} else {
		Elf32_Phdr h = {
			.p_type = s->type,
			.p_flags = s->flags,
			.p_offset = (Elf32_Off)s->offset,
			.p_vaddr = (Elf32_Addr)s->vaddr,
			.p_paddr = (Elf32_Addr)s->paddr,
			.p_filesz = (Elf32_Word)s->filesz,
			.p_memsz = (Elf32_Word)s->memsz,
			.p_align = (Elf32_Word)s->align,
		};
		memcpy(to, &h, sizeof(h));
	}
}

static int write_headers(const struct ab_image *kernel, const struct added *added,
			 struct output *out, struct ab_error *error)
{
	unsigned char entry[sizeof(Elf64_Phdr)];
	struct ab_bytes bytes = {entry,
				 kernel->width == 64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)};

	for (uint32_t i = 0; i < kernel->segment_count + added->count; i++) {
		put_header(kernel, entry,
			   i < kernel->segment_count ? &kernel->segments[i]
						     : &added->segments[i - kernel->segment_count]);
		if (output_write(out, bytes, error) < 0)
			return -1;
	}
	return 0;
}

/* The kernel's bytes with the two changed fields of its ELF header. */
static int write_kernel(const struct ab_image *kernel, const struct added *added,
			struct output *out, struct ab_error *error)
{
	bool wide = kernel->width == 64;
	unsigned char header[sizeof(Elf64_Ehdr)];
	uint64_t size = wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	struct ab_bytes start = {header, size}, rest;

	memcpy(header, kernel->file.data, size);
	ab_put(header + (wide ? offsetof(Elf64_Ehdr, e_phoff) : offsetof(Elf32_Ehdr, e_phoff)),
	       wide ? 8 : 4, added->headers);
	ab_put(header + (wide ? offsetof(Elf64_Ehdr, e_phnum) : offsetof(Elf32_Ehdr, e_phnum)), 2,
	       kernel->segment_count + added->count);
	ab_slice(kernel->file, size, kernel->file.size - size, &rest);
	return output_write(out, start, error) < 0 ? -1 : output_write(out, rest, error);
}

static uint64_t round_up(uint64_t value, uint64_t alignment)
{
	return (value + alignment - 1) / alignment * alignment;
}

static struct ab_segment wedge_segment(const struct bundle *bundle, const struct wedge *wedge,
				       uint64_t offset)
{
	struct ab_segment s = {
		.type = AFTERBURN_PT_WEDGE,
		.flags = PF_R | PF_W | PF_X,
		.offset = offset,
		.filesz = wedge->bundle_size,
		.memsz = wedge->bundle_size,
		.align = PAGE_BYTES,
	};

	if (wedge_is_launched(wedge))
		return s;
	s.type = PT_LOAD;
	s.vaddr = wedge->link_addr;
	s.paddr = bundle->load_paddr;
	return s;
}

/* The notes that count are those of the wedge that is loaded; a launcher asks for none. */
static struct ab_bytes notes_of(const struct bundle *bundle)
{
	for (unsigned int i = 0; i < bundle->wedge_count; i++)
		if (!wedge_is_launched(&bundle->wedges[i]))
			return (struct ab_bytes){bundle->wedges[i].notes,
						 bundle->wedges[i].notes_size};
	return (struct ab_bytes){NULL, 0};
}

static void lay_out(const struct bundle *bundle, struct added *added)
{
	uint64_t at = round_up(bundle->kernel->file.size, PAGE_BYTES);
	struct ab_bytes notes = notes_of(bundle);

	added->count = 0;
	for (unsigned int i = 0; i < bundle->wedge_count; i++) {
		added->segments[added->count++] = wedge_segment(bundle, &bundle->wedges[i], at);
		at += bundle->wedges[i].bundle_size;
	}
	if (notes.size)
		added->segments[added->count++] = (struct ab_segment){
			.type = PT_NOTE,
			.flags = PF_R,
			.offset = at,
			.filesz = notes.size,
			.memsz = notes.size,
			.align = 4,
		};
	added->headers = round_up(at + notes.size, 8);
}

static int write_wedges(const struct bundle *bundle, struct output *out, struct ab_error *error)
{
	for (unsigned int i = 0; i < bundle->wedge_count; i++) {
		struct ab_bytes image = {bundle->wedges[i].tables, bundle->wedges[i].bundle_size};

		if (output_write(out, image, error) < 0)
			return -1;
	}
	return 0;
}

int bundle_write_elf(const struct bundle *bundle, struct output *out, struct ab_error *error)
{
	const struct ab_image *kernel = bundle->kernel;
	struct added added;

	lay_out(bundle, &added);
	if (kernel->width == 32 && added.headers > UINT32_MAX - 65536)
		return ab_fail(error, "the packed file would be too large for ELF32");
	if (write_kernel(kernel, &added, out, error) < 0 ||
	    output_align(out, PAGE_BYTES, error) < 0 || write_wedges(bundle, out, error) < 0 ||
	    output_write(out, notes_of(bundle), error) < 0 || output_align(out, 8, error) < 0)
		return -1;
	return write_headers(kernel, &added, out, error);
}

int bundle_write(const struct bundle *bundle, const char *path, unsigned int mode,
		 struct ab_error *error)
{
	struct output out;

	if (output_open(&out, path, mode, error) == 0 &&
	    (bundle->outside ? bundle_write_bzimage(bundle, &out, error)
			     : bundle_write_elf(bundle, &out, error)) == 0 &&
	    output_commit(&out, error) == 0)
		return 0;
	output_abandon(&out);
	return -1;
}
