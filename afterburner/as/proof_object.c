/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof_object.c - read what gas wrote.
 *
 * Invariant: every offset goes through ab_slice().
 */
#include "proof_object.h"

#include "diag.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

/* Read the ELF structure of either width into `h`, and run the statements. */
#define READ(object, bytes, narrow, wide, statements)                                              \
	do {                                                                                       \
		if ((object)->width == 64) {                                                       \
			wide h;                                                                    \
			memcpy(&h, (bytes).data, sizeof(h));                                       \
			statements                                                                 \
		} else {                                                                           \
			narrow h;                                                                  \
			memcpy(&h, (bytes).data, sizeof(h));                                       \
			statements                                                                 \
		}                                                                                  \
	} while (0)

static uint64_t size_of(const struct object *object, uint64_t narrow, uint64_t wide)
{
	return object->width == 64 ? wide : narrow;
}

struct tables {
	uint64_t shoff;
	uint64_t shnum;
	uint32_t shstrndx;
};

static int read_header(struct object *object, struct ab_bytes file, struct tables *t,
		       struct ab_error *error)
{
	struct ab_bytes bytes;

	if (file.size < EI_NIDENT || memcmp(file.data, ELFMAG, SELFMAG) != 0)
		return ab_fail(error, "it is no ELF file");
	object->width = file.data[EI_CLASS] == ELFCLASS64 ? 64 : 32;
	if (!ab_slice(file, 0, size_of(object, sizeof(Elf32_Ehdr), sizeof(Elf64_Ehdr)), &bytes))
		return ab_fail(error, "its header is cut off");
	READ(object, bytes, Elf32_Ehdr, Elf64_Ehdr, {
		if (h.e_type != ET_REL)
			return ab_fail(error, "it is no relocatable file");
		object->amd64 = h.e_machine == EM_X86_64;
		t->shoff = h.e_shoff;
		t->shnum = h.e_shnum;
		t->shstrndx = h.e_shstrndx;
	});
	/* ELF, "extended section numbering": what does not fit the header stands in section 0. */
	if (!ab_slice(file, t->shoff, size_of(object, sizeof(Elf32_Shdr), sizeof(Elf64_Shdr)),
		      &bytes))
		return ab_fail(error, "its section headers lie outside");
	READ(object, bytes, Elf32_Shdr, Elf64_Shdr, {
		if (t->shnum == 0)
			t->shnum = h.sh_size;
		if (t->shstrndx == SHN_XINDEX)
			t->shstrndx = h.sh_link;
	});
	return 0;
}

static int read_section(struct object *object, struct ab_bytes file, struct ab_bytes header,
			uint32_t index, uint32_t *name, struct ab_error *error)
{
	struct object_section *s = &object->sections[index];
	uint64_t offset = 0;

	READ(object, header, Elf32_Shdr, Elf64_Shdr, {
		*name = h.sh_name;
		s->type = h.sh_type;
		s->flags = h.sh_flags;
		s->link = h.sh_link;
		s->info = h.sh_info;
		s->size = h.sh_size;
		offset = h.sh_offset;
	});
	s->name = "";
	if (index == 0 || s->type == SHT_NOBITS || s->type == SHT_NULL)
		return 0;
	if (!ab_slice(file, offset, s->size, &s->data))
		return ab_fail(error, "section %u lies outside", index);
	return 0;
}

static int read_sections(struct object *object, struct ab_bytes file, const struct tables *t,
			 struct ab_error *error)
{
	uint64_t size = size_of(object, sizeof(Elf32_Shdr), sizeof(Elf64_Shdr));
	struct ab_bytes table, header;
	uint32_t *names;
	int result = 0;

	if (t->shnum > file.size / size || t->shstrndx >= t->shnum ||
	    !ab_slice(file, t->shoff, t->shnum * size, &table))
		return ab_fail(error, "its section headers reach outside");
	object->sections = calloc(t->shnum, sizeof(*object->sections));
	names = calloc(t->shnum, sizeof(*names));
	if (!object->sections || !names)
		die("out of memory");
	object->section_count = (uint32_t)t->shnum;
	for (uint32_t i = 0; result == 0 && i < t->shnum; i++) {
		ab_slice(table, i * size, size, &header);
		result = read_section(object, file, header, i, &names[i], error);
	}
	for (uint32_t i = 1; result == 0 && i < t->shnum; i++) {
		struct object_section *s = &object->sections[i];

		s->name = ab_string(object->sections[t->shstrndx].data, names[i]);
		if (!s->name)
			result = ab_fail(error, "section %u has no name", i);
	}
	free(names);
	return result;
}

static int read_symbol_table(struct object *object, const struct object_section *table,
			     struct ab_error *error)
{
	if (table->link >= object->section_count)
		return ab_fail(error, "its symbol table has no names");
	object->symbols = table->data;
	object->strings = object->sections[table->link].data;
	object->symbol_count =
		table->data.size / size_of(object, sizeof(Elf32_Sym), sizeof(Elf64_Sym));
	return 0;
}

/* Which section is the symbol table, and where are each section's relocations? */
static int connect(struct object *object, struct ab_error *error)
{
	for (uint32_t i = 1; i < object->section_count; i++) {
		const struct object_section *s = &object->sections[i];
		uint64_t size = s->type == SHT_RELA
					? size_of(object, sizeof(Elf32_Rela), sizeof(Elf64_Rela))
					: size_of(object, sizeof(Elf32_Rel), sizeof(Elf64_Rel));

		if (s->type == SHT_SYMTAB && read_symbol_table(object, s, error) < 0)
			return -1;
		if (s->type == SHT_SYMTAB_SHNDX)
			object->extended = s->data;
		if (s->type != SHT_RELA && s->type != SHT_REL)
			continue;
		if (s->info == 0 || s->info >= object->section_count ||
		    object->sections[s->info].relocs)
			return ab_fail(error, "section %u holds relocations of no section", i);
		object->sections[s->info].relocs = i;
		object->sections[s->info].reloc_count = s->data.size / size;
	}
	return 0;
}

int object_open(struct object *object, struct ab_bytes file, struct ab_error *error)
{
	struct tables t = {0};

	*object = (struct object){0};
	if (read_header(object, file, &t, error) < 0 || read_sections(object, file, &t, error) < 0)
		return -1;
	return connect(object, error);
}

void object_close(struct object *object)
{
	free(object->sections);
	*object = (struct object){0};
}

bool object_symbol(const struct object *object, uint64_t index, struct object_symbol *symbol)
{
	uint64_t size = size_of(object, sizeof(Elf32_Sym), sizeof(Elf64_Sym));
	struct ab_bytes bytes;
	uint32_t name = 0;

	if (index >= object->symbol_count || !ab_slice(object->symbols, index * size, size, &bytes))
		return false;
	READ(object, bytes, Elf32_Sym, Elf64_Sym, {
		name = h.st_name;
		symbol->info = h.st_info;
		symbol->special = h.st_shndx;
		symbol->value = h.st_value;
		symbol->size = h.st_size;
	});
	symbol->name = name ? ab_string(object->strings, name) : "";
	symbol->section = symbol->special;
	if (symbol->special == SHN_XINDEX) {
		if (!ab_slice(object->extended, index * 4, 4, &bytes))
			return false;
		symbol->section = (uint32_t)ab_get(bytes.data, 4);
	} else if (symbol->special == SHN_UNDEF || symbol->special >= SHN_LORESERVE) {
		symbol->section = OBJECT_NO_SECTION;
	}
	return symbol->name &&
	       (symbol->section == OBJECT_NO_SECTION || symbol->section < object->section_count);
}

/* Bytes of the field that an i386 relocation changes (psABI i386, table "Relocation Types"). */
static unsigned int field_size(uint32_t type)
{
	switch (type) {
	case R_386_NONE:
		return 0;
	case R_386_16:
	case R_386_PC16:
		return 2;
	case R_386_8:
	case R_386_PC8:
		return 1;
	default:
		return 4;
	}
}

static bool addend_in_place(const struct object_section *section, struct object_reloc *reloc)
{
	struct ab_bytes field;

	reloc->size = field_size(reloc->type);
	if (!ab_slice(section->data, reloc->offset, reloc->size, &field))
		return false;
	switch (reloc->size) {
	case 0:
		break;
	case 1:
		reloc->addend = (int8_t)field.data[0];
		break;
	case 2:
		reloc->addend = (int16_t)ab_get(field.data, 2);
		break;
	default:
		reloc->addend = (int32_t)ab_get(field.data, 4);
	}
	return true;
}

bool object_reloc(const struct object *object, const struct object_section *section, uint64_t index,
		  struct object_reloc *reloc)
{
	const struct object_section *table = &object->sections[section->relocs];
	struct ab_bytes bytes;

	*reloc = (struct object_reloc){.index = index};
	if (table->type == SHT_REL && object->width == 32) {
		Elf32_Rel h;

		if (!ab_slice(table->data, index * sizeof(h), sizeof(h), &bytes))
			return false;
		memcpy(&h, bytes.data, sizeof(h));
		reloc->offset = h.r_offset;
		reloc->type = ELF32_R_TYPE(h.r_info);
		reloc->symbol = ELF32_R_SYM(h.r_info);
		return addend_in_place(section, reloc);
	}
	if (table->type != SHT_RELA ||
	    !ab_slice(table->data, index * size_of(object, sizeof(Elf32_Rela), sizeof(Elf64_Rela)),
		      size_of(object, sizeof(Elf32_Rela), sizeof(Elf64_Rela)), &bytes))
		return false;
	READ(object, bytes, Elf32_Rela, Elf64_Rela, {
		reloc->offset = h.r_offset;
		reloc->addend = h.r_addend;
		reloc->type = (uint32_t)(object->width == 64 ? h.r_info & 0xffffffff
							     : ELF32_R_TYPE(h.r_info));
		reloc->symbol = (uint32_t)(object->width == 64 ? (uint64_t)h.r_info >> 32
							       : ELF32_R_SYM(h.r_info));
	});
	return reloc->offset <= section->size;
}

bool object_is_code(const struct object_section *section)
{
	return section->type == SHT_PROGBITS && section->flags & SHF_EXECINSTR;
}
