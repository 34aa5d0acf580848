/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf_file.h - the tables of an ELF file of either width, in the form of the wider one (gABI 4, 5).
 *
 * Invariant: numbers come as they are in the file; who uses them checks them.
 */
#ifndef LAUNCH_ELF_FILE_H
#define LAUNCH_ELF_FILE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>

/* What a file holds, in its own width. */
union elf_header {
	unsigned char ident[EI_NIDENT];
	Elf32_Ehdr narrow;
	Elf64_Ehdr wide;
};

union elf_segment {
	Elf32_Phdr narrow;
	Elf64_Phdr wide;
};

union elf_section {
	Elf32_Shdr narrow;
	Elf64_Shdr wide;
};

union elf_symbol {
	Elf32_Sym narrow;
	Elf64_Sym wide;
};

/* Is it a file for 64 bit? */
bool elf_is_wide(const union elf_header *header);

/* Bytes of an entry of a file's table. */
size_t elf_segment_size(bool wide);
size_t elf_section_size(bool wide);
size_t elf_symbol_size(bool wide);

/* The same as what the file holds. */
Elf64_Ehdr elf_header_of(const union elf_header *header);
Elf64_Phdr elf_segment_of(const union elf_segment *segment, bool wide);
Elf64_Shdr elf_section_of(const union elf_section *section, bool wide);
Elf64_Sym elf_symbol_of(const union elf_symbol *symbol, bool wide);

#endif
