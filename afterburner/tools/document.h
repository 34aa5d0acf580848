/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * document.h - the running text of the generated pages.
 *
 * Invariant: nothing here repeats a number or a name from the sources.
 */
#ifndef AFTERBURNER_TOOLS_DOCUMENT_H
#define AFTERBURNER_TOOLS_DOCUMENT_H

#define GENERATED(from)                                                                            \
	"<!-- Generated from " from " by `make documents`; change that, not this. -->\n"

static const char document_instructions_head[] = GENERATED(
	"afterburner/include/afterburn/insns.def") "# Sensitive instructions\n"
						   "\n"
						   "What the assembler pass annotates, the audit "
						   "looks for and the wedge replaces. `insns.def`\n"
						   "explains the columns; *encoding* is written as "
						   "in the processor manuals. *Pad* says on\n"
						   "which side of the instruction the pad stands, "
						   "*site* whether it always becomes one, and\n"
						   "*wedge* what replaces it.\n";

static const char document_format_head[] =
	GENERATED("afterburner/include/afterburn/sites.h and bundle.h") "# File formats\n"
									"\n"
									"All numbers are little "
									"endian; the layout is the "
									"same for 32 and 64 bit.\n";

static const char document_pad_head[] =
	"A site is an instruction with a pad right behind it or right in front of it. The pad is a "
	"NOP,\n"
	"and all that the assembler adds: no section, no symbol, no relocation. Readers look for "
	"pads in\n"
	"executable sections, or in executable segments where there are no section headers. A pad\n"
	"whose instruction is not where it says is an error.\n"
	"\n"
	"Objects of older assemblers also have a section `.debug_afterburn`, which nothing "
	"reads.\n";

static const char document_bundle_head[] =
	"The packed file begins with the kernel's own file, byte for byte except `e_phoff` and\n"
	"`e_phnum`. Behind it stand the wedge's segment (page aligned), the notes, and the "
	"program\n"
	"headers once more: the kernel's, then a `PT_LOAD` for the wedge at the next multiple of\n"
	"0x%llx above the kernel's last physical byte, and a `PT_NOTE`. Addresses in the notes of\n"
	"owner `Xen` with type 1 (entry) and 2 (hypercall page) are moved from where the wedge is\n"
	"linked to where it is loaded. The segment holds the wedge's image with all zero-filled\n"
	"memory, the site table, and the names. Offsets count from the image's first byte, where "
	"the\n"
	"header is; fields marked *pack* are 0 in a wedge that is not packed. The `p_vaddr` of "
	"the\n"
	"segment is where the wedge is linked; a wedge of 64-bit code for 32-bit kernels is "
	"mapped\n"
	"above the kernel's 4 GiB by a launcher, and its segment has `p_paddr` there.\n";

#endif
