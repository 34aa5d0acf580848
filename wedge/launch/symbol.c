/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbol.c - see symbol.h.
 *
 * Invariant: what has been read ends in a zero byte, so no name runs out of it.
 */
#include "symbol.h"
#include "elf_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A stretch of the file with a zero byte behind it, or NULL. The caller frees it. */
static void *read_part(int fd, uint64_t offset, uint64_t size)
{
	struct stat status;
	char *bytes;

	if (fstat(fd, &status) < 0 || size > (uint64_t)status.st_size)
		return NULL;
	bytes = malloc(size + 1);
	if (!bytes || pread(fd, bytes, size, (off_t)offset) != (ssize_t)size) {
		free(bytes);
		return NULL;
	}
	bytes[size] = '\0';
	return bytes;
}

/* Where a table's entry lies in the bytes that were read. */
static const void *at(const char *bytes, size_t index, size_t size)
{
	return bytes + index * size;
}

struct text {
	const char *bytes;
	uint64_t size;
};

static bool search(const char *symbols, size_t count, bool wide, struct text names,
		   const char *name, uint64_t *value)
{
	for (size_t i = 0; i < count; i++) {
		Elf64_Sym symbol = elf_symbol_of(at(symbols, i, elf_symbol_size(wide)), wide);

		if (symbol.st_shndx == SHN_UNDEF || symbol.st_name >= names.size ||
		    strcmp(names.bytes + symbol.st_name, name) != 0)
			continue;
		*value = symbol.st_value;
		return true;
	}
	return false;
}

static bool search_table(int fd, bool wide, const Elf64_Shdr *table, const Elf64_Shdr *strings,
			 const char *name, uint64_t *value)
{
	char *symbols = read_part(fd, table->sh_offset, table->sh_size);
	char *names = read_part(fd, strings->sh_offset, strings->sh_size);
	struct text text = {names, strings->sh_size};
	bool found =
		symbols && names &&
		search(symbols, table->sh_size / elf_symbol_size(wide), wide, text, name, value);

	free(symbols);
	free(names);
	return found;
}

bool symbol_find(int fd, const char *name, uint64_t *value)
{
	union elf_header file = {0};
	bool found = false, wide;
	Elf64_Ehdr header;
	char *sections;
	size_t size;

	if (pread(fd, &file, sizeof(file), 0) != (ssize_t)sizeof(file))
		return false;
	wide = elf_is_wide(&file);
	header = elf_header_of(&file);
	size = elf_section_size(wide);
	if (header.e_shentsize != size)
		return false;
	sections = read_part(fd, header.e_shoff, (uint64_t)header.e_shnum * size);
	for (unsigned int i = 0; sections && i < header.e_shnum && !found; i++) {
		Elf64_Shdr table = elf_section_of(at(sections, i, size), wide), strings;

		if (table.sh_type != SHT_SYMTAB || table.sh_link >= header.e_shnum)
			continue;
		strings = elf_section_of(at(sections, table.sh_link, size), wide);
		found = search_table(fd, wide, &table, &strings, name, value);
	}
	free(sections);
	return found;
}
