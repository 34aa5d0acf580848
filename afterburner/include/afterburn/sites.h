/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.h - how one annotated instruction (a "site") looks in an object file and in memory.
 *
 * A site is one sensitive instruction together with one NOP of AFTERBURN_PAD_LEN bytes, before or
 * after it (insns.def says which). Two things describe it, and they must agree:
 *
 *   - a record of 8 bytes in the section AFTERBURN_SECTION, position independent and the same for
 *     32 and 64 bit;
 *   - the NOP itself: its 32-bit displacement, which no processor ever uses, carries the magic, the
 *     instruction number and the instruction's length. So a site can be recognised where no record
 *     is at hand: in a loaded module, in a stripped kernel, in a copy of the code.
 *
 * Invariant: everything in this header is plain C or assembler text without any dependency, and
 * its layout is fixed by AFTERBURN_SITES_VERSION; old objects never change meaning silently.
 */
#ifndef AFTERBURN_SITES_H
#define AFTERBURN_SITES_H

/* Raised whenever the record, the pad or the order of insns.def changes incompatibly. */
#define AFTERBURN_SITES_VERSION 1

/*
 * Not an allocated section, and named like debug information: objtool and the kernels' linker
 * scripts then leave it alone (an allocated one cost 1,359 warnings in a build with IBT), and it
 * stays in vmlinux and in modules. `strip` removes it; the pads remain and suffice.
 */
#define AFTERBURN_SECTION ".debug_afterburn"

/*
 * The pad: `nopl disp32(%eax/%rax)`, 0f 1f 80 and a 32-bit displacement, little endian:
 *
 *   bits 31..16  AFTERBURN_PAD_MAGIC
 *   bits 15..8   kind: the same byte as in the record
 *   bits  7..0   length of the instruction in bytes, 1 to 15
 *
 * Seven bytes are the longest form that is one fast micro-operation everywhere and, with the
 * shortest instruction (one byte), leave the 8 bytes that `movb $imm8, abs32` needs.
 */
#define AFTERBURN_PAD_LEN   7
#define AFTERBURN_PAD_BYTE0 0x0f
#define AFTERBURN_PAD_BYTE1 0x1f
#define AFTERBURN_PAD_BYTE2 0x80
#define AFTERBURN_PAD_MAGIC 0xafb5

/* The kind byte: an instruction number of insns.def, and where the pad stands. */
#define AFTERBURN_KIND_INSN	  0x7f
#define AFTERBURN_KIND_PAD_BEFORE 0x80

/* The longest x86 instruction, and so the longest and the shortest site. */
#define AFTERBURN_INSN_MAX 15
#define AFTERBURN_SITE_MAX (AFTERBURN_INSN_MAX + AFTERBURN_PAD_LEN)
#define AFTERBURN_SITE_MIN (1 + AFTERBURN_PAD_LEN)

#ifndef __ASSEMBLER__

/*
 * One record. `offset` counts bytes from the record's own first byte to the site's first byte; in
 * a linked image both are taken as virtual addresses, the record's section standing at its sh_addr
 * (0 for a section that is not allocated).
 */
struct afterburn_site {
	signed int offset;
	unsigned char insn_offset; /* from the site's first byte: 0 or AFTERBURN_PAD_LEN */
	unsigned char insn_length; /* 1 to AFTERBURN_INSN_MAX */
	unsigned char site_length; /* insn_length + AFTERBURN_PAD_LEN */
	unsigned char kind;	   /* AFTERBURN_KIND_* */
};

_Static_assert(sizeof(struct afterburn_site) == 8, "a record is 8 bytes on every width");

#endif /* __ASSEMBLER__ */
#endif /* AFTERBURN_SITES_H */
