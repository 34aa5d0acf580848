/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image.h - one x86 ELF file (ELF32 or ELF64; object, module, executable or shared), read into
 * structures that are the same for both widths.
 *
 * Invariant: after ab_image_open() every `data` and every name is in checked bounds, so callers
 * need no check.
 */
#ifndef AFTERBURNER_ELF_IMAGE_H
#define AFTERBURNER_ELF_IMAGE_H

#include "elf/bytes.h"

struct ab_section {
	const char *name;
	uint32_t type;	/* SHT_* */
	uint64_t flags; /* SHF_* */
	uint64_t addr;
	uint32_t link;
	uint64_t size;	      /* as the header says; for SHT_NOBITS nothing is in the file */
	struct ab_bytes data; /* as in the file */
};

struct ab_segment {
	uint32_t type;	/* PT_* */
	uint32_t flags; /* PF_* */
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
	struct ab_bytes data;
};

struct ab_symbol {
	const char *name;
	uint64_t value, size; /* as in the file */
	uint32_t section;     /* index, or 0 if it is in none */
	unsigned char type, bind;
};

/* A symbol that names a place in code: `offset` counts from the section's first byte. */
struct ab_label {
	uint64_t offset;
	uint32_t section;
	uint32_t symbol;
};

/* A range of machine code: an executable section, or a segment if there are no sections. */
struct ab_region {
	const char *name;
	uint64_t addr; /* of its first byte; 0 in object files */
	struct ab_bytes code;
	uint32_t section; /* index, or 0 */
};

struct ab_image {
	const char *name;     /* for messages; the caller's */
	struct ab_bytes file; /* the caller's */
	unsigned int width;   /* 32 or 64 */
	unsigned int type;    /* ET_REL, ET_EXEC or ET_DYN */
	uint64_t entry;
	uint64_t phoff;
	struct ab_section *sections;
	uint32_t section_count;
	struct ab_segment *segments;
	uint32_t segment_count;
	struct ab_symbol *symbols; /* in the file's order */
	uint32_t symbol_count;
	struct ab_label *labels; /* sorted by section, then offset */
	uint32_t label_count;
	struct ab_region *regions; /* sorted by address */
	uint32_t region_count;
};

/**
 * ab_image_open - read and check an ELF file
 * @image: filled in; ab_image_close() it in any case
 * @name:  for messages; must outlive the image
 * @file:  the whole file; must outlive the image
 * @error: receives the reason
 *
 * Implements the System V gABI, chapters 4 (object files) and 5 (program headers), with extended
 * section numbering, for EM_386 in ELF32 and EM_X86_64 in ELF64.
 *
 * Returns 0, or -1 with *error set.
 */
int ab_image_open(struct ab_image *image, const char *name, struct ab_bytes file,
		  struct ab_error *error);
void ab_image_close(struct ab_image *image);

/**
 * ab_image_label - the symbol at or before an offset of a section
 *
 * Returns it and sets *distance (bytes behind the symbol), or NULL if the section has none there.
 */
const struct ab_symbol *ab_image_label(const struct ab_image *image, uint32_t section,
				       uint64_t offset, uint64_t *distance);

/**
 * ab_image_where - "function+0x12", or "section+0x12" where no symbol is
 *
 * Always terminates `text`, which has room for `size` bytes.
 */
void ab_image_where(const struct ab_image *image, const struct ab_region *region, uint64_t offset,
		    char *text, uint64_t size);

/* The part of ab_image_open() that is in symbols.c. */
int ab_image_read_symbols(struct ab_image *image, struct ab_error *error);

#endif
