/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof_object.h - a relocatable ELF file as the proof reads it: sections, symbols, relocations.
 *
 * Invariant: whatever the file says, nothing outside it is read; a number that makes no sense is an
 * error at object_open(), or a symbol or relocation that object_symbol() or object_reloc() refuses.
 */
#ifndef AS_PROOF_OBJECT_H
#define AS_PROOF_OBJECT_H

#include "elf/bytes.h"

#include <stdbool.h>
#include <stdint.h>

struct object_section {
	const char *name;
	uint32_t type; /* SHT_* */
	uint32_t link;
	uint32_t info;
	uint64_t flags; /* SHF_* */
	uint64_t size;
	struct ab_bytes data; /* empty for SHT_NOBITS */
	uint32_t relocs;      /* the section of its relocations, or 0 */
	uint64_t reloc_count;
};

struct object {
	unsigned int width; /* 32 or 64 */
	bool amd64;	    /* else i386 */
	struct object_section *sections;
	uint32_t section_count;
	struct ab_bytes symbols;
	struct ab_bytes strings;
	struct ab_bytes extended; /* section numbers beyond 16 bits (SHT_SYMTAB_SHNDX), or empty */
	uint64_t symbol_count;
};

struct object_symbol {
	const char *name;
	unsigned char info; /* ELF32_ST_INFO */
	uint32_t section;   /* its number; OBJECT_NO_SECTION if it has none */
	uint16_t special;   /* st_shndx as it stands */
	uint64_t value;
	uint64_t size;
};

#define OBJECT_NO_SECTION 0xffffffffu

struct object_reloc {
	uint64_t index; /* its number among the section's */
	uint64_t offset;
	uint32_t type;
	uint32_t symbol;
	int64_t addend;	   /* wherever the file keeps it */
	unsigned int size; /* of an addend that stands in the section itself; 0: it does not */
};

/* Returns 0, or -1 with *error set. The file must stay. */
int object_open(struct object *object, struct ab_bytes file, struct ab_error *error);

void object_close(struct object *object);

/* Returns false if there is no such symbol, or its name or section does not exist. */
bool object_symbol(const struct object *object, uint64_t index, struct object_symbol *symbol);

/* Number `index` of the section's relocations. Returns false if it is outside the section. */
bool object_reloc(const struct object *object, const struct object_section *section, uint64_t index,
		  struct object_reloc *reloc);

/* Are these instructions, as the section's flags say? */
bool object_is_code(const struct object_section *section);

#endif
