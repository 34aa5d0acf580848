/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.h - the annotated instructions of an image, found by their pads; and the rules that each of
 * them must keep.
 *
 * Invariant: a site for which ab_site_check() finds nothing may be rewritten by a wedge.
 */
#ifndef AFTERBURNER_ELF_SITES_H
#define AFTERBURNER_ELF_SITES_H

#include "elf/image.h"

#include <afterburn/insn.h>

struct ab_site {
	uint32_t region;  /* index */
	uint64_t offset;  /* of the site's first byte in the region */
	uint64_t addr;	  /* the same as virtual address; in object files the same as offset */
	uint64_t pad;	  /* offset of the pad */
	uint32_t section; /* the region's, or 0 */
	unsigned char insn_offset, insn_length, kind;
	unsigned int site_length; /* bytes of instruction and pad */
};

struct ab_sites {
	struct ab_site *list; /* sorted by region, then offset */
	uint64_t count;
	uint64_t room;
};

/**
 * ab_sites_find - collect the sites of an image
 *
 * Every pad in executable code makes a site, also if its kind, length or instruction is impossible:
 * ab_site_check() reports that.
 */
void ab_sites_find(struct ab_sites *sites, const struct ab_image *image);
void ab_sites_free(struct ab_sites *sites);

/* What ab_site_check() finds in a site's bytes. */
struct ab_site_code {
	struct afterburn_decoded insn;
	enum afterburn_code_mode mode; /* the image's own, or 32 for 32-bit code in ELF64 */
	bool only_32, only_64;	       /* ELF64: decodes in 32- or in 64-bit code only */
};

/**
 * ab_site_check - is the instruction there that the pad names?
 * @previous: the site before it in the list, for overlap; or NULL
 * @code:     receives the decoded instruction when the result is NULL
 * @text:     where the reason is written
 * @size:     room there, in bytes
 *
 * Returns NULL if the site is right, else `text`: a sentence without the place.
 */
const char *ab_site_check(const struct ab_image *image, const struct ab_site *site,
			  const struct ab_site *previous, struct ab_site_code *code, char *text,
			  uint64_t size);

/* The table's name of a site's instruction, or "?" if the table has no such number. */
const char *ab_site_name(const struct ab_site *site);

/* "function+0x12" of the site's first byte. */
void ab_site_where(const struct ab_image *image, const struct ab_site *site, char *text,
		   uint64_t size);

#endif
