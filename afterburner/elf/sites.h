/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.h - the annotated instructions of an image, from its records or, where those were
 * stripped, from the pads themselves; and the rules that each of them must keep.
 *
 * Invariant: a site whose `problem` is NULL and for which ab_site_check() finds nothing may be
 * rewritten by a wedge.
 */
#ifndef AFTERBURNER_ELF_SITES_H
#define AFTERBURNER_ELF_SITES_H

#include "elf/image.h"

#include <afterburn/insn.h>

enum ab_sites_source {
	AB_SITES_NONE,	  /* the image has neither records nor pads */
	AB_SITES_RECORDS, /* from section AFTERBURN_SECTION */
	AB_SITES_PADS,	  /* no record section; executable code was scanned for pads */
};

struct ab_site {
	uint64_t record;  /* its number in the record section, from 0; or in scan order */
	int region;	  /* index, or -1 if it lies in no code */
	uint64_t offset;  /* of the site's first byte in the region, or in section */
	uint64_t addr;	  /* the same as virtual address; in object files the same as offset */
	uint32_t section; /* which one, for object files; else 0 */
	unsigned char insn_offset, insn_length, site_length, kind;
	const char *problem; /* why it could not be placed, or NULL */
};

struct ab_sites {
	enum ab_sites_source source;
	struct ab_site *list; /* sorted by region, then offset */
	uint64_t count;
	uint64_t room;
};

/**
 * ab_sites_load - collect the sites of an image
 *
 * In object files the records' relocations (R_X86_64_PC32, R_386_PC32) are applied; in linked
 * images offsets count from the records' addresses (afterburn/sites.h).
 *
 * Returns 0, or -1 with *error set if the record section cannot be read at all. A single bad record
 * is no error: it is in the list, for ab_site_check() to report.
 */
int ab_sites_load(struct ab_sites *sites, const struct ab_image *image, struct ab_error *error);
void ab_sites_free(struct ab_sites *sites);

/* The part of ab_sites_load() that recognises pads. */
void ab_sites_scan(struct ab_sites *sites, const struct ab_image *image);
void ab_sites_add(struct ab_sites *sites, const struct ab_site *site);

/* What a site's bytes turned out to be. */
struct ab_site_code {
	struct afterburn_decoded insn;
	enum afterburn_code_mode mode; /* the image's own, or 32 for 32-bit code in ELF64 */
	bool only_32, only_64;	       /* ELF64: decodes in 32- or in 64-bit code only */
};

/**
 * ab_site_check - does the code at a site say exactly what its record says?
 * @previous: the site before it in the list, for overlap; or NULL
 * @code:     receives the decoded instruction when the result is NULL
 * @text:     where the reason is written
 * @size:     room there, in bytes
 *
 * Returns NULL if all is well, else `text`: a sentence without the place.
 */
const char *ab_site_check(const struct ab_image *image, const struct ab_site *site,
			  const struct ab_site *previous, struct ab_site_code *code, char *text,
			  uint64_t size);

/* The table's name of a site's instruction, or "?" if there is none of that number. */
const char *ab_site_name(const struct ab_site *site);

/* "function+0x12" of the site's first byte; also for sites outside code. */
void ab_site_where(const struct ab_image *image, const struct ab_site *site, char *text,
		   uint64_t size);

#endif
