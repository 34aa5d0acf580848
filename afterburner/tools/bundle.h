/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bundle.h - puts a kernel and wedges into one file (afterburn/bundle.h has the format).
 *
 * Invariant: a struct bundle that has passed bundle_check() can be booted.
 */
#ifndef AFTERBURNER_TOOLS_BUNDLE_H
#define AFTERBURNER_TOOLS_BUNDLE_H

#include "elf/bzimage.h"
#include "elf/image.h"
#include "elf/sites.h"
#include "output.h"

#include <afterburn/bundle.h>

#define PAGE_BYTES 4096u

struct wedge {
	struct ab_bytes file; /* as it was read */
	struct ab_image elf;
	unsigned char *image; /* flattened, as in memory; begins with struct wedge_header */
	uint64_t image_size;  /* bytes, a multiple of PAGE_BYTES */
	uint64_t link_addr;   /* virtual address of its first byte */
	struct afterburn_wedge_header header;
	unsigned char *notes; /* relocated copies, ready to write */
	uint64_t notes_size;
	unsigned char *tables; /* image, sites, names; bundle_size bytes */
	uint64_t bundle_size;
};

/* No file needs more. */
#define MAX_WEDGES 8

struct bundle {
	const struct ab_image *kernel;
	const struct ab_bzimage
		*outside; /* the bzImage that the kernel is in, to be kept; or NULL */
	const struct ab_sites *sites;
	struct wedge wedges[MAX_WEDGES];
	unsigned int wedge_count;
	uint64_t load_paddr;   /* of the wedge that is loaded with the kernel */
	unsigned int protocol; /* AFTERBURN_PROTOCOL_* */
	uint64_t entry;	       /* physical */
};

/**
 * wedge_open - read a wedge ELF file and flatten it
 * @name: for messages; must outlive the wedge
 *
 * wedge->file has its bytes, and belongs to the wedge. Returns 0, or -1 with *error set.
 * wedge_close() it in any case.
 */
int wedge_open(struct wedge *wedge, const char *name, struct ab_error *error);
void wedge_close(struct wedge *wedge);

/* Does a launcher map and call the wedge? It needs no place among the kernel's segments then. */
bool wedge_is_launched(const struct wedge *wedge);

/**
 * wedge_move_notes - copy the wedge's notes, with addresses for a wedge loaded at `load_paddr`
 *
 * Returns 0 and fills in wedge->notes, or -1 with *error set.
 */
int wedge_move_notes(struct wedge *wedge, uint64_t load_paddr, struct ab_error *error);

/* For note_find(): a note of any type. */
#define NOTE_ANY UINT32_MAX

/* The value of the first note of that owner and type; its `data` is NULL if there is none. */
struct ab_bytes note_find(const struct ab_image *image, const char *owner, uint32_t type);

/* True if the image has a Xen note of its own that names a paravirtual entry point. */
bool has_xen_entry(const struct ab_image *image);

/**
 * bundle_never_runs - is the kernel linked where a wedge's platform can never run it?
 *
 * Such a kernel still runs on bare metal, so the caller only warns. Returns true with *why set.
 */
bool bundle_never_runs(const struct bundle *bundle, struct ab_error *why);

/**
 * bundle_possible - can this kernel run on this platform at all?
 *
 * Asked before anything else: if it cannot, no other fault of it matters. Returns 0, or -1 with
 * *error set to the reason why it cannot.
 */
int bundle_possible(const char *platform, const struct ab_image *kernel, struct ab_error *error);

/**
 * find_protocol - find a kernel's boot protocol and entry
 *
 * Fills in protocol and entry of the bundle. Returns 0, or -1 with *error set.
 */
int find_protocol(struct bundle *bundle, struct ab_error *error);

/**
 * check_configuration - can any wedge run a kernel of this configuration?
 *
 * Returns 0, or -1 with *error set: it names the option.
 */
int check_configuration(const struct ab_image *kernel, struct ab_error *error);

/**
 * bundle_check - can this kernel and these wedges be packed together?
 *
 * Sets bundle->load_paddr, protocol and entry. Returns 0, or -1 with *error set.
 */
int bundle_check(struct bundle *bundle, struct ab_error *error);

/* Puts a wedge's image, header, sites and names together. Returns 0, or -1 with *error set. */
int bundle_build(const struct bundle *bundle, struct wedge *wedge, struct ab_error *error);

/* Writes the packed file. Returns 0, or -1 with *error set and nothing half-written. */
int bundle_write(const struct bundle *bundle, const char *path, unsigned int mode,
		 struct ab_error *error);

/* Its two forms: the packed ELF file, and the bzImage with that inside. The same results. */
int bundle_write_elf(const struct bundle *bundle, struct output *out, struct ab_error *error);
int bundle_write_bzimage(const struct bundle *bundle, struct output *out, struct ab_error *error);

#endif
