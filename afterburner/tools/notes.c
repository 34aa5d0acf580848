/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notes.c - copies the wedge's ELF notes, and moves the addresses in them from where the wedge is
 * linked to where it is loaded (gABI 5, "Note Section"; Xen's public/elfnote.h).
 *
 * Invariant: an address outside the wedge is an error.
 */
#include "bundle.h"

#include <afterburn/bundle.h>
#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * Types of notes with the owner "Xen". The first two hold an address of the guest; the last is
 * where Xen maps the file's physical address 0.
 */
#define XEN_ENTRY	   1
#define XEN_HYPERCALL_PAGE 2
#define XEN_VIRT_BASE	   3

struct note {
	const char *owner; /* NUL terminated */
	uint32_t type;
	uint64_t offset; /* of the whole note, and of its value, in the notes */
	uint64_t value;
	uint64_t value_size;
	uint64_t size;
};

/* The note at `at`. Returns false at the end, or when what is there is no complete note. */
static bool next_note(struct ab_bytes notes, uint64_t at, uint64_t align, struct note *note)
{
	struct ab_bytes header, name, value;
	uint64_t name_size;

	if (!ab_slice(notes, at, 12, &header))
		return false;
	name_size = ab_get(header.data, 4);
	note->value_size = ab_get(header.data + 4, 4);
	note->type = (uint32_t)ab_get(header.data + 8, 4);
	note->offset = at;
	note->value = at + (12 + name_size + align - 1) / align * align;
	note->size = note->value - at + (note->value_size + align - 1) / align * align;
	note->owner = "";
	if (!ab_slice(notes, at + 12, name_size, &name) ||
	    !ab_slice(notes, note->value, note->value_size, &value))
		return false;
	if (name_size && name.data[name_size - 1] == '\0')
		note->owner = (const char *)name.data;
	return true;
}

static uint64_t note_align(const struct ab_segment *s)
{
	return s->align == 8 ? 8 : 4;
}

static bool is_note(const struct note *note, const char *owner, uint32_t type)
{
	return strcmp(note->owner, owner) == 0 && (type == NOTE_ANY || note->type == type);
}

struct ab_bytes note_find(const struct ab_image *image, const char *owner, uint32_t type)
{
	struct ab_bytes value = {0};

	for (uint32_t i = 0; i < image->segment_count; i++) {
		const struct ab_segment *s = &image->segments[i];
		struct note note;

		for (uint64_t at = 0;
		     s->type == PT_NOTE && next_note(s->data, at, note_align(s), &note);
		     at += note.size) {
			if (!is_note(&note, owner, type))
				continue;
			ab_slice(s->data, note.value, note.value_size, &value);
			return value;
		}
	}
	return value;
}

bool has_xen_entry(const struct ab_image *image)
{
	return note_find(image, "Xen", XEN_ENTRY).data;
}

/*
 * A wedge whose VIRT_BASE is not 0 wants to be mapped where it is linked: that is where its own
 * note says.
 */
static bool stays_linked(const struct wedge *wedge)
{
	struct ab_bytes value = note_find(&wedge->elf, "Xen", XEN_VIRT_BASE);

	return (value.size == 4 || value.size == 8) &&
	       ab_get(value.data, (unsigned int)value.size) != 0;
}

static int move_address(const struct wedge *wedge, const struct note *note, uint64_t load_paddr,
			uint64_t *addr, struct ab_error *error)
{
	if (*addr < wedge->link_addr || *addr - wedge->link_addr >= wedge->image_size)
		return ab_fail(error,
			       "its Xen note %u names 0x%" PRIx64 ", which is outside the wedge",
			       note->type, *addr);
	if (!stays_linked(wedge))
		*addr = *addr - wedge->link_addr + load_paddr;
	else if (note->type == XEN_VIRT_BASE && *addr < load_paddr)
		return ab_fail(error,
			       "the kernel's physical addresses reach to 0x%" PRIx64
			       ", too far for where the wedge is linked (0x%" PRIx64 ")",
			       load_paddr, wedge->link_addr);
	else if (note->type == XEN_VIRT_BASE)
		*addr -= load_paddr;
	return 0;
}

static int move_value(const struct wedge *wedge, const struct note *note, unsigned char *value,
		      uint64_t load_paddr, struct ab_error *error)
{
	uint64_t addr;

	if (strcmp(note->owner, "Xen") != 0 ||
	    (note->type != XEN_ENTRY && note->type != XEN_HYPERCALL_PAGE &&
	     (note->type != XEN_VIRT_BASE || !stays_linked(wedge))))
		return 0;
	if (note->value_size != 4 && note->value_size != 8)
		return ab_fail(error, "its Xen note %u holds no address", note->type);
	addr = ab_get(value, (unsigned int)note->value_size);
	if (move_address(wedge, note, load_paddr, &addr, error) < 0)
		return -1;
	ab_put(value, (unsigned int)note->value_size, addr);
	return 0;
}

/*
 * Appends one note, aligned to 4. Drops GNU's notes: they describe the wedge's file, not the
 * bundle.
 */
static int add_note(struct wedge *wedge, struct ab_bytes from, const struct note *note,
		    uint64_t load_paddr, struct ab_error *error)
{
	uint64_t name_size = (ab_get(from.data + note->offset, 4) + 3) / 4 * 4;
	unsigned char *to;

	if (strcmp(note->owner, "GNU") == 0)
		return 0;
	wedge->notes =
		realloc(wedge->notes, wedge->notes_size + 12 + name_size + note->value_size + 3);
	if (!wedge->notes)
		ab_out_of_memory();
	to = wedge->notes + wedge->notes_size;
	memset(to, 0, 12 + name_size + note->value_size + 3);
	memcpy(to, from.data + note->offset, 12 + ab_get(from.data + note->offset, 4));
	memcpy(to + 12 + name_size, from.data + note->value, note->value_size);
	wedge->notes_size += 12 + name_size + (note->value_size + 3) / 4 * 4;
	return move_value(wedge, note, to + 12 + name_size, load_paddr, error);
}

int wedge_move_notes(struct wedge *wedge, uint64_t load_paddr, struct ab_error *error)
{
	for (uint32_t i = 0; i < wedge->elf.segment_count; i++) {
		const struct ab_segment *s = &wedge->elf.segments[i];
		struct note note;
		uint64_t at = 0;

		if (s->type != PT_NOTE)
			continue;
		for (; next_note(s->data, at, note_align(s), &note); at += note.size)
			if (add_note(wedge, s->data, &note, load_paddr, error) < 0)
				return -1;
		if (at < s->data.size)
			return ab_fail(error, "its notes are damaged at byte %" PRIu64, at);
	}
	return 0;
}
