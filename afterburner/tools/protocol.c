/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * protocol.c - finds a kernel's boot protocol by the notes in its file; no field of ELF names it.
 *
 * A kernel with a note of Linux is a Linux: its ELF entry has Linux's protocol, even if it has a
 * PVH entry too. Any other 32-bit kernel with a PVH entry is entered there. A kernel with neither
 * note (Linux before 4.19) counts as a Linux; so does every 64-bit kernel, since PVH's entry is
 * 32-bit code, which no wedge for 64-bit kernels can run.
 *
 * Invariant: a PVH entry is inside a loadable segment.
 */
#include "bundle.h"

#include <elf.h>
#include <inttypes.h>

/* XEN_ELFNOTE_PHYS32_ENTRY of Xen's public/elfnote.h. */
#define PVH_ENTRY 18

static bool is_loaded(const struct ab_image *kernel, uint64_t paddr)
{
	for (uint32_t i = 0; i < kernel->segment_count; i++) {
		const struct ab_segment *s = &kernel->segments[i];

		if (s->type == PT_LOAD && paddr >= s->paddr && paddr - s->paddr < s->memsz)
			return true;
	}
	return false;
}

int find_protocol(struct bundle *bundle, struct ab_error *error)
{
	const struct ab_image *kernel = bundle->kernel;
	struct ab_bytes pvh = note_find(kernel, "Xen", PVH_ENTRY);

	bundle->protocol = AFTERBURN_PROTOCOL_LINUX;
	bundle->entry = kernel->entry;
	if (kernel->width == 64 || !pvh.data || note_find(kernel, "Linux", NOTE_ANY).data)
		return 0;
	if (pvh.size != 4 && pvh.size != 8)
		return ab_fail(error, "its PVH note holds no address");
	bundle->protocol = AFTERBURN_PROTOCOL_PVH;
	bundle->entry = ab_get(pvh.data, (unsigned int)pvh.size);
	if (!is_loaded(kernel, bundle->entry))
		return ab_fail(error,
			       "its PVH note names 0x%" PRIx64 ", which is in no loaded segment",
			       bundle->entry);
	return 0;
}
