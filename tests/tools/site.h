/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * site.h - annotated instructions by hand, for tests that must not depend on the assembler pass.
 *
 *   after ID, insn...    the instruction, its pad behind it, a right record
 *   before ID, insn...   the pad in front
 *   record START, INSN_OFFSET, INSN_LENGTH, SITE_LENGTH, KIND    any record, wrong ones too
 *   pad LENGTH, KIND     a pad alone
 *
 * Invariant: numbers of instructions come from insns.def (ID_CLI and so on), in its order.
 */
#include <afterburn/sites.h>

#define INSN(id, ...) .set ID_##id, __COUNTER__;
#include <afterburn/insns.def>

	.macro	record start, insn_offset, insn_length, site_length, kind
	.pushsection AFTERBURN_SECTION, "", @progbits
	.long	\start - .
	.byte	\insn_offset, \insn_length, \site_length, \kind
	.popsection
	.endm

	.macro	pad length, kind
	.byte	AFTERBURN_PAD_BYTE0, AFTERBURN_PAD_BYTE1, AFTERBURN_PAD_BYTE2, \length, \kind
	.byte	AFTERBURN_PAD_MAGIC & 0xff, AFTERBURN_PAD_MAGIC >> 8
	.endm

	.macro	after id, insn:vararg
771:	\insn
772:	pad	772b-771b, \id
	record	771b, 0, 772b-771b, 772b-771b+AFTERBURN_PAD_LEN, \id
	.endm

	.macro	before id, insn:vararg
771:	pad	773f-772f, \id|AFTERBURN_KIND_PAD_BEFORE
772:	\insn
773:	record	771b, AFTERBURN_PAD_LEN, 773b-772b, 773b-771b, \id|AFTERBURN_KIND_PAD_BEFORE
	.endm
