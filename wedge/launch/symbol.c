/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbol.c - see symbol.h.
 *
 * Invariant: what has been read ends in a zero byte, so no name runs out of it.
 */
#include "symbol.h"

#include <elf.h>
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

static bool search(const Elf32_Sym *symbols, size_t count, const char *names, size_t size,
		   const char *name, uint32_t *value)
{
	for (size_t i = 0; i < count; i++) {
		if (symbols[i].st_shndx == SHN_UNDEF || symbols[i].st_name >= size ||
		    strcmp(names + symbols[i].st_name, name) != 0)
			continue;
		*value = symbols[i].st_value;
		return true;
	}
	return false;
}

static bool search_table(int fd, const Elf32_Shdr *table, const Elf32_Shdr *strings,
			 const char *name, uint32_t *value)
{
	Elf32_Sym *symbols = read_part(fd, table->sh_offset, table->sh_size);
	char *names = read_part(fd, strings->sh_offset, strings->sh_size);
	bool found = symbols && names &&
		     search(symbols, table->sh_size / sizeof(*symbols), names, strings->sh_size,
			    name, value);

	free(symbols);
	free(names);
	return found;
}

bool symbol_find(int fd, const char *name, uint32_t *value)
{
	Elf32_Ehdr header;
	Elf32_Shdr *sections;
	bool found = false;

	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
	    header.e_shentsize != sizeof(*sections))
		return false;
	sections = read_part(fd, header.e_shoff, (uint64_t)header.e_shnum * sizeof(*sections));
	for (unsigned int i = 0; sections && i < header.e_shnum && !found; i++)
		if (sections[i].sh_type == SHT_SYMTAB && sections[i].sh_link < header.e_shnum)
			found = search_table(fd, &sections[i], &sections[sections[i].sh_link], name,
					     value);
	free(sections);
	return found;
}
