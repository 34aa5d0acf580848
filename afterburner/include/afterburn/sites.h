/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.h - the format of an annotated instruction (a "site") in an object file and in memory.
 *
 * A site is one sensitive instruction together with one NOP of AFTERBURN_PAD_LEN bytes, before or
 * after it (insns.def says which). The NOP is all that the assembler adds. Its 32-bit displacement,
 * which no processor ever uses, carries a magic, the instruction number and the instruction's
 * length. So a site can be found wherever its code is: in an object, in a linked or stripped
 * kernel, in a loaded module. If a linker drops the code, the site is gone too.
 *
 * Rejected: a table of sites in a section of its own. Linkers warn of it, keep its entries for code
 * that they drop, and cannot relocate an entry for code more than 2 GiB away.
 *
 * Invariant: this header depends on nothing, and both C and assembler files can include it. A
 * change of the format raises AFTERBURN_SITES_VERSION, so old objects keep their meaning.
 */
#ifndef AFTERBURN_SITES_H
#define AFTERBURN_SITES_H

/* Raised whenever the pad or the order of insns.def changes incompatibly. */
#define AFTERBURN_SITES_VERSION 1

/*
 * The pad: `nopl disp32(%eax/%rax)`, 0f 1f 80 and a 32-bit displacement, little endian:
 *
 *   bits 31..16  AFTERBURN_PAD_MAGIC
 *   bits 15..8   kind: AFTERBURN_KIND_*
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

#endif /* AFTERBURN_SITES_H */
