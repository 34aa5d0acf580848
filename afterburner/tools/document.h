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
						   "*wedge* what replaces it.\n"
						   "\n"
						   "A site may stand where the kernel has no "
						   "stack: what takes "
						   "its place pushes nothing,\n"
						   "unless the instruction itself does (GATE: the "
						   "flags, "
						   "selectors, `iret`) or an\n"
						   "interrupt may follow at once (`sti`). So "
						   "neither assembler "
						   "nor audit looks for\n"
						   "stacks. `wedge/doc/architecture.md` tells "
						   "how.\n";

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
	"`e_phnum`. Behind it stand the wedges' segments (page aligned), the notes, and the "
	"program\n"
	"headers once more: the kernel's, and those of the wedges. A wedge that a hypervisor "
	"starts\n"
	"has a `PT_LOAD` at the next multiple of 0x%llx above the kernel's last physical byte, "
	"with\n"
	"`p_vaddr` where it is linked, and a `PT_NOTE`; there is at most one such wedge. Addresses "
	"in\n"
	"the notes of owner `Xen` with type 1 (entry) and 2 (hypercall page) are moved from where "
	"the\n"
	"wedge is linked to where it is loaded. A wedge that a launcher calls has a program header "
	"of\n"
	"type 0x%x (`AFTERBURN_PT_WEDGE`), which no loader of kernels looks at, with all addresses "
	"0;\n"
	"there is at most one for each platform. A segment holds a wedge's image with all "
	"zero-filled\n"
	"memory, the site table, and the names. Offsets count from the image's first byte, where "
	"the\n"
	"header is; fields marked *pack* are 0 in a wedge that is not packed.\n";

static const char document_bzimage_head[] =
	"A packed bzImage begins with the kernel's bzImage. Behind it stand, at a multiple of 16, "
	"a "
	"mark\n"
	"and the packed ELF file as one gzip stream: the packed form of the ELF file that the "
	"bzImage\n"
	"holds. Of the bzImage's own bytes these change: `payload_offset` and `payload_length` "
	"name "
	"the\n"
	"stream; `init_size` becomes as large as what boot loaders read, where it is smaller; the "
	"check\n"
	"sum that `syssize` ends at is made right again, where it was right. A signature for "
	"Secure "
	"Boot\n"
	"at the end is taken off, with its entry in the PE header.\n"
	"\n"
	"On bare metal the bzImage's own code runs the kernel that it has always held; Xen starts "
	"what\n"
	"the two payload fields name.\n";

#endif
