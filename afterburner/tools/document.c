/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * document.c - writes the reference pages that are generated from the sources:
 *
 *   document instructions    from insns.def, all of its columns
 *   document format          from sites.h and bundle.h: offsets and sizes as the compiler has them
 *
 * Invariant: `make documents` writes the pages, and a test compares them with what this prints.
 */
#include <afterburn/bundle.h>
#include <afterburn/insn.h>
#include <afterburn/sites.h>

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "document.h"

/* The table again, with the columns as text, which the enums do not keep. */
struct words {
	const char *operands, *modes, *place, *policy, *imm;
};

static const struct words words[AFTERBURN_INSN_COUNT] = {
#define INSN(id, spell, ops, mode, where, pol, cls, pfx, opmap, op, opmask, rm, immediate, does,   \
	     reason)                                                                               \
	{#ops, #mode, #where, #pol, #immediate},
#include <afterburn/insns.def>
};

/* "/4 mem" and so on, as manuals write it. */
static void print_encoding(const struct afterburn_insn *insn, const struct words *w)
{
	static const char *const maps[] = {"", "0f ", "0f 38 ", ""};

	if (insn->map == AFTERBURN_MAP_UNDECODED) {
		fputs("none", stdout);
		return;
	}
	if (insn->prefix != AFTERBURN_PREFIX_ANY)
		printf("%02x ", afterburn_prefix_bytes[insn->prefix]);
	printf("%s%02x", maps[insn->map], insn->opcode);
	if (insn->mask != 0xff)
		printf("-%02x", insn->opcode | (unsigned char)~insn->mask);
	switch (insn->modrm & ~0xffu) {
	case AFTERBURN_MODRM_NONE:
		break;
	case AFTERBURN_MODRM_KIND_BYTE:
		printf(" %02x", insn->modrm & 0xff);
		break;
	case AFTERBURN_MODRM_KIND_EXT:
		printf(" /%d", insn->modrm & 0xff);
		break;
	case AFTERBURN_MODRM_KIND_MEM:
		printf(" /%d mem", insn->modrm & 0xff);
		break;
	case AFTERBURN_MODRM_KIND_REG:
		printf(" /%d reg", insn->modrm & 0xff);
		break;
	case AFTERBURN_MODRM_MEMANY:
		fputs(" /r mem", stdout);
		break;
	case AFTERBURN_MODRM_REGS:
		fputs(" /r reg", stdout);
		break;
	default:
		fputs(" /r", stdout);
	}
	if (insn->imm != AFTERBURN_IMM_NONE)
		printf(" %s%s", isdigit((unsigned char)w->imm[0]) ? "imm" : "", w->imm);
}

static void print_spellings(const char *spellings)
{
	const char *separator = "`";

	for (const char *word = spellings; *word;) {
		size_t length = strcspn(word, " ");

		printf("%s%.*s`", separator, (int)length, word);
		separator = " `";
		word += length + (word[length] == ' ');
	}
}

/* One word, or two where the widths differ. */
static void print_how(const struct afterburn_insn *insn)
{
	const char *how32 = afterburn_how_names[insn->how[0]];
	const char *how64 = afterburn_how_names[insn->how[1]];

	if (how32 == how64)
		fputs(how32, stdout);
	else
		printf("32-bit %s, 64-bit %s", how32, how64);
}

static void document_instructions(void)
{
	fputs(document_instructions_head, stdout);
	for (int class = 0; class < AFTERBURN_CLASS_COUNT; class ++) {
		printf("\n## Class %s\n\n"
		       "| number | name | spelled | operands | encoding | modes | pad | site | "
		       "wedge | why |\n|---|---|---|---|---|---|---|---|---|---|\n",
		       afterburn_class_names[class]);
		for (int id = 0; id < AFTERBURN_INSN_COUNT; id++) {
			const struct afterburn_insn *insn = &afterburn_insns[id];
			const struct words *w = &words[id];

			if (insn->class_ != class)
				continue;
			printf("| %d | %s | ", id, insn->name);
			print_spellings(insn->spellings);
			printf(" | %s | ", w->operands);
			print_encoding(insn, w);
			printf(" | %s | %s | %s | ", w->modes, w->place, w->policy);
			print_how(insn);
			printf(" | %s |\n", insn->why);
		}
	}
}

/* One line of a layout table. */
#define FIELD(type, member, meaning)                                                               \
	printf("| %zu | %zu | %s | %s |\n", offsetof(type, member), sizeof(((type *)0)->member),   \
	       #member, meaning)

static void begin_layout(const char *title, size_t size)
{
	printf("\n## %s: %zu bytes\n\n| at | bytes | field | meaning |\n|---|---|---|---|\n", title,
	       size);
}

static void document_pad(void)
{
	printf("\n# Sites, version %d\n\n%s", AFTERBURN_SITES_VERSION, document_pad_head);
	printf("\n## Pad: %d bytes\n\n| at | value |\n|---|---|\n", AFTERBURN_PAD_LEN);
	printf("| 0 | %02x %02x %02x: `nopl disp32(%%eax)` or `(%%rax)` |\n", AFTERBURN_PAD_BYTE0,
	       AFTERBURN_PAD_BYTE1, AFTERBURN_PAD_BYTE2);
	printf("| 3 | bytes of the instruction, prefixes included: 1 to %d |\n",
	       AFTERBURN_INSN_MAX);
	fputs("| 4 | kind: bits 0-6 number of the instruction; bit 7 pad before |\n", stdout);
	printf("| 5 | %02x %02x: the magic 0x%04x |\n", AFTERBURN_PAD_MAGIC & 0xff,
	       AFTERBURN_PAD_MAGIC >> 8, AFTERBURN_PAD_MAGIC);
}

static void document_bundle(void)
{
	printf("\n# Bundle, version %d\n\n", AFTERBURN_BUNDLE_VERSION);
	printf(document_bundle_head, AFTERBURN_BUNDLE_ALIGN, AFTERBURN_PT_WEDGE);
	begin_layout("Wedge header (`struct afterburn_wedge_header`)",
		     sizeof(struct afterburn_wedge_header));
	FIELD(struct afterburn_wedge_header, magic, "`ABWEDGE` and a byte 1");
	FIELD(struct afterburn_wedge_header, version, "of the bundle");
	FIELD(struct afterburn_wedge_header, sites_version, "of sites.h");
	FIELD(struct afterburn_wedge_header, width, "32 or 64: the kernels it takes");
	FIELD(struct afterburn_wedge_header, entry,
	      "of a wedge that a launcher calls: offset in the image; else 0");
	FIELD(struct afterburn_wedge_header, platform, "`xen`, `linux`, `l4`; NUL padded");
	FIELD(struct afterburn_wedge_header, load_paddr,
	      "pack: physical address of this header, or of a launcher's wedge any but 0");
	FIELD(struct afterburn_wedge_header, bundle_size, "pack: bytes of the whole segment");
	FIELD(struct afterburn_wedge_header, kernel_entry,
	      "pack: the kernel's e_entry, or what its PVH note says");
	FIELD(struct afterburn_wedge_header, segment_count, "pack: used entries of segments");
	FIELD(struct afterburn_wedge_header, site_count, "pack: entries of the site table");
	FIELD(struct afterburn_wedge_header, sites_offset, "pack: of the site table");
	FIELD(struct afterburn_wedge_header, names_offset, "pack: of the names");
	FIELD(struct afterburn_wedge_header, names_size, "pack: bytes of the names");
	FIELD(struct afterburn_wedge_header, protocol,
	      "pack: how the kernel is entered: 1 Linux's boot protocol, 2 PVH");
	FIELD(struct afterburn_wedge_header, reserved, "0");
	FIELD(struct afterburn_wedge_header, segments, "pack: the kernel's loadable segments");
	begin_layout("Segment (`struct afterburn_bundle_segment`)",
		     sizeof(struct afterburn_bundle_segment));
	FIELD(struct afterburn_bundle_segment, vaddr, "p_vaddr");
	FIELD(struct afterburn_bundle_segment, paddr, "p_paddr");
	FIELD(struct afterburn_bundle_segment, file_size, "p_filesz");
	FIELD(struct afterburn_bundle_segment, mem_size, "p_memsz");
	FIELD(struct afterburn_bundle_segment, flags, "PF_R 4, PF_W 2, PF_X 1");
	FIELD(struct afterburn_bundle_segment, reserved, "0");
	begin_layout("Site (`struct afterburn_bundle_site`)", sizeof(struct afterburn_bundle_site));
	FIELD(struct afterburn_bundle_site, vaddr, "of the site's first byte; sorted");
	FIELD(struct afterburn_bundle_site, insn_offset,
	      "where in the site the instruction begins");
	FIELD(struct afterburn_bundle_site, insn_length, "as in the pad");
	FIELD(struct afterburn_bundle_site, site_length, "bytes of instruction and pad");
	FIELD(struct afterburn_bundle_site, kind, "as in the pad");
	FIELD(struct afterburn_bundle_site, symbol, "offset of the function's name in the names");
}

static void document_bzimage(void)
{
	printf("\n# bzImage\n\n%s", document_bzimage_head);
	begin_layout("Mark (`struct afterburn_bzimage_mark`)",
		     sizeof(struct afterburn_bzimage_mark));
	FIELD(struct afterburn_bzimage_mark, magic, "`ABWEDGE` and a byte 1");
	FIELD(struct afterburn_bzimage_mark, platforms, "of the wedges: `xen,linux`; NUL padded");
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "instructions") == 0) {
		document_instructions();
	} else if (argc == 2 && strcmp(argv[1], "format") == 0) {
		fputs(document_format_head, stdout);
		document_pad();
		document_bundle();
		document_bzimage();
	} else {
		fputs("usage: document instructions | format\n", stderr);
		return 2;
	}
	return fflush(stdout) == 0 ? 0 : 2;
}
