/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table.c - expands insns.def into the table that tools and wedge share.
 *
 * Invariant: entry n describes enum afterburn_insn_id n; this file names no instruction.
 */
#include <afterburn/insn.h>

const struct afterburn_insn afterburn_insns[AFTERBURN_INSN_COUNT] = {
#define INSN(id, spell, ops, mode, where, pol, cls, pfx, opmap, op, opmask, rm, immediate, does,   \
	     reason)                                                                               \
	[AFTERBURN_INSN_##id] = {                                                                  \
		.name = #id,                                                                       \
		.spellings = spell,                                                                \
		.operands = AFTERBURN_OPERANDS_##ops,                                              \
		.modes = AFTERBURN_MODES_##mode,                                                   \
		.place = AFTERBURN_PLACE_##where,                                                  \
		.policy = AFTERBURN_POLICY_##pol,                                                  \
		.class_ = AFTERBURN_CLASS_##cls,                                                   \
		.prefix = AFTERBURN_PREFIX_##pfx,                                                  \
		.map = AFTERBURN_MAP_##opmap,                                                      \
		.opcode = op,                                                                      \
		.mask = opmask,                                                                    \
		.modrm = AFTERBURN_MODRM_##rm,                                                     \
		.imm = AFTERBURN_IMM_##immediate,                                                  \
		.how = AFTERBURN_HOWS_##does,                                                      \
		.why = reason,                                                                     \
	},
#include <afterburn/insns.def>
};

const unsigned char afterburn_prefix_bytes[AFTERBURN_PREFIX_COUNT] = {
	[AFTERBURN_PREFIX_F2] = 0xf2,
	[AFTERBURN_PREFIX_F3] = 0xf3,
	[AFTERBURN_PREFIX_66] = 0x66,
};

const char *const afterburn_class_names[AFTERBURN_CLASS_COUNT] = {
	[AFTERBURN_CLASS_INTR] = "intr",     [AFTERBURN_CLASS_FLAGS] = "flags",
	[AFTERBURN_CLASS_IDLE] = "idle",     [AFTERBURN_CLASS_IO] = "io",
	[AFTERBURN_CLASS_CR] = "cr",	     [AFTERBURN_CLASS_DR] = "dr",
	[AFTERBURN_CLASS_DESC] = "desc",     [AFTERBURN_CLASS_SEG] = "seg",
	[AFTERBURN_CLASS_XFER] = "xfer",     [AFTERBURN_CLASS_TLB] = "tlb",
	[AFTERBURN_CLASS_CACHE] = "cache",   [AFTERBURN_CLASS_MSR] = "msr",
	[AFTERBURN_CLASS_CPUID] = "cpuid",   [AFTERBURN_CLASS_TIME] = "time",
	[AFTERBURN_CLASS_PKEY] = "pkey",     [AFTERBURN_CLASS_SMAP] = "smap",
	[AFTERBURN_CLASS_XSTATE] = "xstate", [AFTERBURN_CLASS_FRED] = "fred",
	[AFTERBURN_CLASS_FPU] = "fpu",	     [AFTERBURN_CLASS_OTHER] = "other",
};

const char *const afterburn_how_names[AFTERBURN_HOW_COUNT] = {
	[AFTERBURN_HOW_INLINE] = "INLINE", [AFTERBURN_HOW_CALL] = "CALL",
	[AFTERBURN_HOW_GATE] = "GATE",	   [AFTERBURN_HOW_JUMP] = "JUMP",
	[AFTERBURN_HOW_NATIVE] = "NATIVE",
};
