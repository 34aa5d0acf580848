/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.c - test tool: find every pad in an object's code and check what stands beside it.
 *
 *   sites OBJECT         one line a pad, in order: section offset instruction length place
 *
 * Exit status 0 if every pad is right, 1 if one is not, 2 if the object cannot be read. Written
 * apart from the tools it helps to test; shares with them only the matcher and the layouts.
 *
 * Invariant: a pad is right only if the instruction that it names stands where it says.
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
	fprintf(stderr, "sites: %s\n", text);
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
				     h->sh_type == SHT_PROGBITS ? h->sh_size : 0, h->sh_flags};
	} else {
		Elf32_Ehdr *e = (Elf32_Ehdr *)image;
		Elf32_Shdr *all = (Elf32_Shdr *)(image + e->e_shoff), *h = &all[n];

		s = (struct section){(char *)image + all[e->e_shstrndx].sh_offset + h->sh_name,
				     image + h->sh_offset,
				     h->sh_type == SHT_PROGBITS ? h->sh_size : 0, h->sh_flags};
	}
	return s;
}

/* A 64-bit object may hold 32-bit code, too (.code32). */
static int matches(const unsigned char *code, unsigned int length, int id)
{
	for (int mode = x86_64 ? AFTERBURN_CODE_64 : AFTERBURN_CODE_32; mode >= AFTERBURN_CODE_32;
	     mode--) {
		struct afterburn_decoded d;

		if (afterburn_match(code, length, (enum afterburn_code_mode)mode, &d) &&
		    d.length == length && (d.id == id || id == AFTERBURN_INSN_DECODE))
			return 1;
	}
	return 0;
}

static int check(const struct section *code, size_t pad, unsigned char kind, unsigned char length)
{
	int before = kind & AFTERBURN_KIND_PAD_BEFORE, id = kind & AFTERBURN_KIND_INSN;
	size_t insn = before ? pad + AFTERBURN_PAD_LEN : pad - length;
	const char *wrong = NULL;

	if (!before && pad < length)
		wrong = "no room for the instruction";
	else if (insn + length > code->size)
		wrong = "instruction outside its section";
	else if (!matches(code->data + insn, length, id))
		wrong = "instruction does not agree";
	printf("%s %zu %s %d %s%s%s\n", code->name, before ? pad : insn, afterburn_insns[id].name,
	       length, before ? "before" : "after", wrong ? " WRONG: " : "", wrong ? wrong : "");
	return !wrong;
}

static int check_section(const struct section *code)
{
	unsigned char kind, length;
	int good = 1;

	for (size_t at = 0; at + AFTERBURN_PAD_LEN <= code->size; at++)
		if (afterburn_pad_parse(code->data + at, &kind, &length))
			good &= check(code, at, kind, length);
	return good;
}

int main(int argc, char **argv)
{
	int good = 1;

	if (argc != 2)
		fail("usage: sites OBJECT");
	load(argv[1]);
	for (unsigned int i = 0; i < section_count(); i++) {
		struct section s = section(i);

		if (s.flags & SHF_EXECINSTR)
			good &= check_section(&s);
	}
	return !good;
}
