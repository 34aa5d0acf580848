/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bundle_write.c - writes the packed ELF file: the kernel's file, the wedge's segment, the notes,
 * and a new program header table at the end.
 *
 * Invariant: of the kernel's own bytes only e_phoff and e_phnum change.
 */
#include "bundle.h"
#include "output.h"

#include <elf.h>
#include <stddef.h>
#include <string.h>

struct places {
	uint64_t image, notes, headers; /* file offsets */
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

static int write_headers(const struct bundle *bundle, const struct places *at, struct output *out,
			 struct ab_error *error)
{
	const struct ab_image *kernel = bundle->kernel;
	const struct wedge *wedge = bundle->wedge;
	struct ab_segment load = {
		.type = PT_LOAD,
		.flags = PF_R | PF_W | PF_X,
		.offset = at->image,
		.vaddr = wedge_is_beside(wedge) ? bundle->load_paddr : wedge->link_addr,
		.paddr = bundle->load_paddr,
		.filesz = bundle->bundle_size,
		.memsz = bundle->bundle_size,
		.align = PAGE_BYTES,
	};
	struct ab_segment note = {
		.type = PT_NOTE,
		.flags = PF_R,
		.offset = at->notes,
		.filesz = wedge->notes_size,
		.memsz = wedge->notes_size,
		.align = 4,
	};
	unsigned char entry[sizeof(Elf64_Phdr)];
	struct ab_bytes bytes = {entry,
				 kernel->width == 64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)};
	uint32_t added = wedge->notes_size ? 2 : 1;

	for (uint32_t i = 0; i < kernel->segment_count + added; i++) {
		uint32_t own = i - kernel->segment_count;

		put_header(kernel, entry,
			   i < kernel->segment_count ? &kernel->segments[i]
						     : (own == 0 ? &load : &note));
		if (output_write(out, bytes, error) < 0)
			return -1;
	}
	return 0;
}

/* The kernel's bytes with the two changed fields of its ELF header. */
static int write_kernel(const struct bundle *bundle, const struct places *at, struct output *out,
			struct ab_error *error)
{
	const struct ab_image *kernel = bundle->kernel;
	bool wide = kernel->width == 64;
	unsigned char header[sizeof(Elf64_Ehdr)];
	uint64_t size = wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	struct ab_bytes start = {header, size}, rest;
	uint32_t count = kernel->segment_count + (bundle->wedge->notes_size ? 2 : 1);

	memcpy(header, kernel->file.data, size);
	ab_put(header + (wide ? offsetof(Elf64_Ehdr, e_phoff) : offsetof(Elf32_Ehdr, e_phoff)),
	       wide ? 8 : 4, at->headers);
	ab_put(header + (wide ? offsetof(Elf64_Ehdr, e_phnum) : offsetof(Elf32_Ehdr, e_phnum)), 2,
	       count);
	ab_slice(kernel->file, size, kernel->file.size - size, &rest);
	return output_write(out, start, error) < 0 ? -1 : output_write(out, rest, error);
}

static uint64_t round_up(uint64_t value, uint64_t alignment)
{
	return (value + alignment - 1) / alignment * alignment;
}

static int write_parts(const struct bundle *bundle, struct output *out, struct ab_error *error)
{
	struct ab_bytes image = {bundle->tables, bundle->bundle_size};
	struct ab_bytes notes = {bundle->wedge->notes, bundle->wedge->notes_size};
	struct places at = {.image = round_up(bundle->kernel->file.size, PAGE_BYTES)};

	at.notes = at.image + image.size;
	at.headers = round_up(at.notes + notes.size, 8);
	if (bundle->kernel->width == 32 && at.headers > UINT32_MAX - 65536)
		return ab_fail(error, "the packed file would be too large for ELF32");
	if (write_kernel(bundle, &at, out, error) < 0 || output_align(out, PAGE_BYTES, error) < 0 ||
	    output_write(out, image, error) < 0 || output_write(out, notes, error) < 0 ||
	    output_align(out, 8, error) < 0)
		return -1;
	return write_headers(bundle, &at, out, error);
}

int bundle_write(const struct bundle *bundle, const char *path, unsigned int mode,
		 struct ab_error *error)
{
	struct output out;

	if (output_open(&out, path, mode, error) == 0 && write_parts(bundle, &out, error) == 0 &&
	    output_commit(&out, error) == 0)
		return 0;
	output_abandon(&out);
	return -1;
}
