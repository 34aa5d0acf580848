/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry_asm.h - what the assembler files of both widths share: the entries of the processor's
 * exceptions, and the form of a note to Xen.
 *
 * Invariant: no instruction here depends on a width.
 */
#ifndef WEDGE_BACKEND_XEN_ENTRY_ASM_H
#define WEDGE_BACKEND_XEN_ENTRY_ASM_H

/* clang-format off */

/*
 * An entry for each exception that reaches a guest, by the width's macro `trap_entry VECTOR,
 * HAS_ERROR`: whether the processor pushes an error code (SDM 3A, table 6-1). 128, `int $0x80`, is the
 * width's own.
 */
.macro trap_entries
	trap_entry 0, 0
	trap_entry 1, 0
	trap_entry 3, 0
	trap_entry 4, 0
	trap_entry 5, 0
	trap_entry 6, 0
	trap_entry 7, 0
	trap_entry 8, 1
	trap_entry 10, 1
	trap_entry 11, 1
	trap_entry 12, 1
	trap_entry 13, 1
	trap_entry 14, 1
	trap_entry 16, 0
	trap_entry 17, 1
	trap_entry 19, 0
.endm

/* A note (public/elfnote.h); the last argument is a directive with its value. */
.macro note type, desc:vararg
	.pushsection .note.Xen, "a", @note
	.balign 4
	.long 2f - 1f, 4f - 3f, \type
1:	.asciz "Xen"
2:	.balign 4
3:	\desc
4:	.balign 4
	.popsection
.endm

#endif /* WEDGE_BACKEND_XEN_ENTRY_ASM_H */
