/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * records.c - test tool: check every record of a relocatable object against the bytes it names.
 *
 *   records OBJECT       one line a record, in order: section offset instruction length place
 *
 * Exit status 0 if every record is right, 1 if one is not, 2 if the object cannot be read. Written
 * apart from the tools it helps to test; shares with them only the matcher and the layouts.
 *
 * Invariant: a record is right only if its pad, its instruction's bytes and its fields agree.
 */
#include <afterburn/insn.h>
#include <afterburn/sites.h>

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char *image;
static size_t image_size;
static int is64, x86_64;

static void fail(const char *text)
{
	fprintf(stderr, "records: %s\n", text);
	exit(2);
}

static void load(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (!f)
		fail("cannot open the object");
	image = malloc(1 << 26);
	image_size = image ? fread(image, 1, 1 << 26, f) : 0;
	fclose(f);
	if (image_size < sizeof(Elf32_Ehdr) || memcmp(image, ELFMAG, SELFMAG) != 0)
		fail("not an ELF object");
	is64 = image[EI_CLASS] == ELFCLASS64;
	x86_64 = ((Elf32_Ehdr *)image)->e_machine == EM_X86_64;
}

struct section {
	const char *name;
	unsigned char *data;
	size_t size;
	unsigned int type, link, info;
	unsigned long flags;
};

static unsigned int section_count(void)
{
	return is64 ? ((Elf64_Ehdr *)image)->e_shnum : ((Elf32_Ehdr *)image)->e_shnum;
}

static struct section section(unsigned int n)
{
	struct section s = {0};

	if (is64) {
		Elf64_Ehdr *e = (Elf64_Ehdr *)image;
		Elf64_Shdr *all = (Elf64_Shdr *)(image + e->e_shoff), *h = &all[n];

		s = (struct section){(char *)image + all[e->e_shstrndx].sh_offset + h->sh_name,
				     image + h->sh_offset,
				     h->sh_size,
				     h->sh_type,
				     h->sh_link,
				     h->sh_info,
				     h->sh_flags};
	} else {
		Elf32_Ehdr *e = (Elf32_Ehdr *)image;
		Elf32_Shdr *all = (Elf32_Shdr *)(image + e->e_shoff), *h = &all[n];

		s = (struct section){(char *)image + all[e->e_shstrndx].sh_offset + h->sh_name,
				     image + h->sh_offset,
				     h->sh_size,
				     h->sh_type,
				     h->sh_link,
				     h->sh_info,
				     h->sh_flags};
	}
	return s;
}

/* A symbol's section and value. */
static void symbol(const struct section *table, unsigned int n, unsigned int *where, long *value)
{
	if (is64) {
		Elf64_Sym *s = (Elf64_Sym *)table->data + n;
		*where = s->st_shndx;
		*value = (long)s->st_value;
	} else {
		Elf32_Sym *s = (Elf32_Sym *)table->data + n;
		*where = s->st_shndx;
		*value = (long)s->st_value;
	}
}

/* A 64-bit object may hold 32-bit code, too (.code32). */
static int matches(const unsigned char *code, const struct afterburn_site *r, int id)
{
	for (int mode = x86_64 ? AFTERBURN_CODE_64 : AFTERBURN_CODE_32; mode >= AFTERBURN_CODE_32;
	     mode--) {
		struct afterburn_decoded d;

		if (afterburn_match(code, r->insn_length, (enum afterburn_code_mode)mode, &d) &&
		    d.length == r->insn_length && (d.id == id || id == AFTERBURN_INSN_DECODE))
			return 1;
	}
	return 0;
}

static int check(const struct section *code, long offset, const struct afterburn_site *r)
{
	unsigned char *site = code->data + offset, kind, length;
	int before = r->kind & AFTERBURN_KIND_PAD_BEFORE, id = r->kind & AFTERBURN_KIND_INSN;
	const char *wrong = NULL;

	if (offset < 0 || (size_t)offset + r->site_length > code->size)
		wrong = "site outside its section";
	else if (!(code->flags & SHF_EXECINSTR))
		wrong = "section is not code";
	else if (id >= AFTERBURN_INSN_COUNT)
		wrong = "unknown instruction";
	else if (r->site_length != r->insn_length + AFTERBURN_PAD_LEN ||
		 r->insn_offset != (before ? AFTERBURN_PAD_LEN : 0))
		wrong = "lengths do not add up";
	else if (!afterburn_pad_parse(site + (before ? 0 : r->insn_length), &kind, &length) ||
		 kind != r->kind || length != r->insn_length)
		wrong = "pad does not agree";
	else if (!matches(site + r->insn_offset, r, id))
		wrong = "instruction does not agree";
	printf("%s %ld %s %d %s%s%s\n", code->name, offset,
	       id < AFTERBURN_INSN_COUNT ? afterburn_insns[id].name : "?", r->insn_length,
	       before ? "before" : "after", wrong ? " WRONG: " : "", wrong ? wrong : "");
	return !wrong;
}

static int check_all(const struct section *records, const struct section *relocations)
{
	size_t entry = relocations->type != SHT_RELA ? sizeof(Elf32_Rel)
		       : is64			     ? sizeof(Elf64_Rela)
						     : sizeof(Elf32_Rela);
	struct section symbols = section(relocations->link);
	int good = 1;

	if (records->size % sizeof(struct afterburn_site) ||
	    relocations->size / entry != records->size / sizeof(struct afterburn_site))
		fail("records and relocations do not pair");
	for (size_t at = 0; at < relocations->size; at += entry) {
		unsigned long place, info;
		unsigned int where, type;
		struct section code;
		struct afterburn_site r;
		long value, addend;

		if (relocations->type == SHT_RELA && !is64) { /* x32 */
			Elf32_Rela *x = (Elf32_Rela *)(relocations->data + at);
			place = x->r_offset;
			info = ELF32_R_SYM(x->r_info);
			type = ELF32_R_TYPE(x->r_info) == R_X86_64_PC32;
			addend = x->r_addend;
		} else if (relocations->type == SHT_RELA) {
			Elf64_Rela *x = (Elf64_Rela *)(relocations->data + at);
			place = x->r_offset;
			info = ELF64_R_SYM(x->r_info);
			type = ELF64_R_TYPE(x->r_info) == R_X86_64_PC32;
			addend = x->r_addend;
		} else {
			Elf32_Rel *x = (Elf32_Rel *)(relocations->data + at);
			place = x->r_offset;
			info = ELF32_R_SYM(x->r_info);
			type = ELF32_R_TYPE(x->r_info) == R_386_PC32;
			memcpy(&r, records->data + place, sizeof(r));
			addend = r.offset;
		}
		if (!type || place % sizeof(r))
			fail("unexpected relocation");
		memcpy(&r, records->data + place, sizeof(r));
		symbol(&symbols, (unsigned int)info, &where, &value);
		code = section(where);
		good &= check(&code, value + addend, &r);
	}
	return good;
}

int main(int argc, char **argv)
{
	struct section records = {0}, relocations = {0};

	if (argc != 2)
		fail("usage: records OBJECT");
	load(argv[1]);
	for (unsigned int i = 0; i < section_count(); i++) {
		struct section s = section(i);

		if (strcmp(s.name, AFTERBURN_SECTION) == 0)
			records = s;
		if ((s.type == SHT_RELA || s.type == SHT_REL) &&
		    strcmp(section(s.info).name, AFTERBURN_SECTION) == 0)
			relocations = s;
	}
	if (!records.data)
		return 0;
	if (!relocations.data)
		fail("records without relocations");
	if (records.flags & SHF_ALLOC)
		fail("the record section must not be allocated");
	return !check_all(&records, &relocations);
}
