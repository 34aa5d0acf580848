/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf_file.c - see elf_file.h.
 *
 * Invariant: fields that nobody here asks for are zero.
 */
#include "elf_file.h"

bool elf_is_wide(const union elf_header *header)
{
	return header->ident[EI_CLASS] == ELFCLASS64;
}

size_t elf_segment_size(bool wide)
{
	return wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

size_t elf_section_size(bool wide)
{
	return wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
}

size_t elf_symbol_size(bool wide)
{
	return wide ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
}

Elf64_Ehdr elf_header_of(const union elf_header *header)
{
	const Elf32_Ehdr *h = &header->narrow;

	if (elf_is_wide(header))
		return header->wide;
	return (Elf64_Ehdr){
		.e_type = h->e_type,
		.e_machine = h->e_machine,
		.e_entry = h->e_entry,
		.e_phoff = h->e_phoff,
		.e_shoff = h->e_shoff,
		.e_phentsize = h->e_phentsize,
		.e_phnum = h->e_phnum,
		.e_shentsize = h->e_shentsize,
		.e_shnum = h->e_shnum,
	};
}

Elf64_Phdr elf_segment_of(const union elf_segment *segment, bool wide)
{
	const Elf32_Phdr *p = &segment->narrow;

	if (wide)
		return segment->wide;
	return (Elf64_Phdr){
		.p_type = p->p_type,
		.p_flags = p->p_flags,
		.p_offset = p->p_offset,
		.p_vaddr = p->p_vaddr,
		.p_paddr = p->p_paddr,
		.p_filesz = p->p_filesz,
		.p_memsz = p->p_memsz,
	};
}

Elf64_Shdr elf_section_of(const union elf_section *section, bool wide)
{
	const Elf32_Shdr *s = &section->narrow;

	if (wide)
		return section->wide;
	return (Elf64_Shdr){
		.sh_type = s->sh_type,
		.sh_offset = s->sh_offset,
		.sh_size = s->sh_size,
		.sh_link = s->sh_link,
	};
}

Elf64_Sym elf_symbol_of(const union elf_symbol *symbol, bool wide)
{
	const Elf32_Sym *s = &symbol->narrow;

	if (wide)
		return symbol->wide;
	return (Elf64_Sym){.st_name = s->st_name, .st_shndx = s->st_shndx, .st_value = s->st_value};
}
