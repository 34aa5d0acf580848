/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * insn.h - insns.def as a C table, and the matcher that recognizes its instructions in machine
 * code.
 *
 * Freestanding: the hosted tools and the wedge compile the same afterburner/insn/ files.
 *
 * Invariant: this file names no instruction; it only gives the columns of insns.def C types.
 */
#ifndef AFTERBURN_INSN_H
#define AFTERBURN_INSN_H

#define AFTERBURN_PASTE(a, b)  AFTERBURN_PASTE_(a, b)
#define AFTERBURN_PASTE_(a, b) a##b

/* The instruction numbers, AFTERBURN_INSN_CLI and so on. */
enum afterburn_insn_id {
#define INSN(id, ...) AFTERBURN_INSN_##id,
#include <afterburn/insns.def>
	AFTERBURN_INSN_COUNT
};

_Static_assert(AFTERBURN_INSN_COUNT <= 127, "an instruction number has seven bits");

enum afterburn_operands {
	AFTERBURN_OPERANDS_NONE,
	AFTERBURN_OPERANDS_ANY,
	AFTERBURN_OPERANDS_CR_SRC,
	AFTERBURN_OPERANDS_CR_DST,
	AFTERBURN_OPERANDS_DR_SRC,
	AFTERBURN_OPERANDS_DR_DST,
	AFTERBURN_OPERANDS_SREG_SRC,
	AFTERBURN_OPERANDS_SREG_DST,
	AFTERBURN_OPERANDS_SS_DST,
	AFTERBURN_OPERANDS_PORT_IMM,
	AFTERBURN_OPERANDS_PORT_DX,
	AFTERBURN_OPERANDS_STRING_IO,
	AFTERBURN_OPERANDS_IMM,
	AFTERBURN_OPERANDS_INT_IMM,
	AFTERBURN_OPERANDS_FAR_IMM,
	AFTERBURN_OPERANDS_FAR_MEM,
	AFTERBURN_OPERANDS_SREG_ES, /* SREG(es) and so on, in the hardware's order */
	AFTERBURN_OPERANDS_SREG_CS,
	AFTERBURN_OPERANDS_SREG_SS,
	AFTERBURN_OPERANDS_SREG_DS,
	AFTERBURN_OPERANDS_SREG_FS,
	AFTERBURN_OPERANDS_SREG_GS,
};
#define AFTERBURN_OPERANDS_SREG(r) AFTERBURN_OPERANDS_SREG_##r
#define AFTERBURN_OPERANDS_SREG_es AFTERBURN_OPERANDS_SREG_ES
#define AFTERBURN_OPERANDS_SREG_cs AFTERBURN_OPERANDS_SREG_CS
#define AFTERBURN_OPERANDS_SREG_ss AFTERBURN_OPERANDS_SREG_SS
#define AFTERBURN_OPERANDS_SREG_ds AFTERBURN_OPERANDS_SREG_DS
#define AFTERBURN_OPERANDS_SREG_fs AFTERBURN_OPERANDS_SREG_FS
#define AFTERBURN_OPERANDS_SREG_gs AFTERBURN_OPERANDS_SREG_GS

enum afterburn_modes {
	AFTERBURN_MODES_16_32 = 1,
	AFTERBURN_MODES_64 = 2,
	AFTERBURN_MODES_ALL = 3,
};

enum afterburn_place { AFTERBURN_PLACE_AFTER, AFTERBURN_PLACE_BEFORE };

enum afterburn_policy { AFTERBURN_POLICY_ALWAYS, AFTERBURN_POLICY_OPTIONAL };

enum afterburn_class {
	AFTERBURN_CLASS_INTR,
	AFTERBURN_CLASS_FLAGS,
	AFTERBURN_CLASS_IDLE,
	AFTERBURN_CLASS_IO,
	AFTERBURN_CLASS_CR,
	AFTERBURN_CLASS_DR,
	AFTERBURN_CLASS_DESC,
	AFTERBURN_CLASS_SEG,
	AFTERBURN_CLASS_XFER,
	AFTERBURN_CLASS_TLB,
	AFTERBURN_CLASS_CACHE,
	AFTERBURN_CLASS_MSR,
	AFTERBURN_CLASS_CPUID,
	AFTERBURN_CLASS_TIME,
	AFTERBURN_CLASS_PKEY,
	AFTERBURN_CLASS_SMAP,
	AFTERBURN_CLASS_XSTATE,
	AFTERBURN_CLASS_FRED,
	AFTERBURN_CLASS_FPU,
	AFTERBURN_CLASS_OTHER,
	AFTERBURN_CLASS_COUNT
};

enum afterburn_prefix {
	AFTERBURN_PREFIX_ANY,
	AFTERBURN_PREFIX_F2,
	AFTERBURN_PREFIX_F3,
	AFTERBURN_PREFIX_66,
	AFTERBURN_PREFIX_COUNT
};

enum afterburn_map {
	AFTERBURN_MAP_1B,
	AFTERBURN_MAP_0F,
	AFTERBURN_MAP_0F38,
	AFTERBURN_MAP_UNDECODED,
};

/* A ModRM constraint: its kind in the high byte, its argument in the low one. */
enum afterburn_modrm {
	AFTERBURN_MODRM_NONE = 0x000,
	AFTERBURN_MODRM_ANY = 0x100,
	AFTERBURN_MODRM_KIND_EXT = 0x200,
	AFTERBURN_MODRM_KIND_MEM = 0x300,
	AFTERBURN_MODRM_KIND_REG = 0x400,
	AFTERBURN_MODRM_MEMANY = 0x500,
	AFTERBURN_MODRM_REGS = 0x600,
	AFTERBURN_MODRM_KIND_BYTE = 0x700,
};
#define AFTERBURN_MODRM_EXT(n)	(AFTERBURN_MODRM_KIND_EXT | (n))
#define AFTERBURN_MODRM_MEM(n)	(AFTERBURN_MODRM_KIND_MEM | (n))
#define AFTERBURN_MODRM_REG(n)	(AFTERBURN_MODRM_KIND_REG | (n))
#define AFTERBURN_MODRM_BYTE(b) (AFTERBURN_MODRM_KIND_BYTE | (b))

enum afterburn_imm { AFTERBURN_IMM_NONE, AFTERBURN_IMM_8, AFTERBURN_IMM_16, AFTERBURN_IMM_FAR };

enum afterburn_how {
	AFTERBURN_HOW_INLINE,
	AFTERBURN_HOW_CALL,
	AFTERBURN_HOW_GATE,
	AFTERBURN_HOW_JUMP,
	AFTERBURN_HOW_NATIVE,
	AFTERBURN_HOW_COUNT
};

/* The column as it is in 32-bit and in 64-bit kernels. */
#define AFTERBURN_HOWS_INLINE AFTERBURN_HOWS_WIDTHS(INLINE, INLINE)
#define AFTERBURN_HOWS_CALL   AFTERBURN_HOWS_WIDTHS(CALL, CALL)
#define AFTERBURN_HOWS_GATE   AFTERBURN_HOWS_WIDTHS(GATE, GATE)
#define AFTERBURN_HOWS_JUMP   AFTERBURN_HOWS_WIDTHS(JUMP, JUMP)
#define AFTERBURN_HOWS_NATIVE AFTERBURN_HOWS_WIDTHS(NATIVE, NATIVE)
#define AFTERBURN_HOWS_WIDTHS(a, b)                                                                \
	{                                                                                          \
		AFTERBURN_HOW_##a, AFTERBURN_HOW_##b                                               \
	}

/* One line of insns.def. */
struct afterburn_insn {
	const char *name;	/* the id as text: "CLI" */
	const char *spellings;	/* mnemonics, separated by one blank */
	unsigned char operands; /* enum afterburn_operands */
	unsigned char modes;	/* enum afterburn_modes */
	unsigned char place;
	unsigned char policy;
	unsigned char class_; /* enum afterburn_class */
	unsigned char prefix;
	unsigned char map;
	unsigned char opcode;
	unsigned char mask;
	unsigned char imm;
	unsigned char how[2]; /* enum afterburn_how, in 32-bit and in 64-bit kernels */
	unsigned short modrm; /* enum afterburn_modrm */
	const char *why;
};

/* Indexed by enum afterburn_insn_id. */
extern const struct afterburn_insn afterburn_insns[AFTERBURN_INSN_COUNT];

/* The byte of a mandatory prefix (enum afterburn_prefix), or 0 for AFTERBURN_PREFIX_ANY. */
extern const unsigned char afterburn_prefix_bytes[AFTERBURN_PREFIX_COUNT];

/* Names of the classes, lower case, indexed by enum afterburn_class. */
extern const char *const afterburn_class_names[AFTERBURN_CLASS_COUNT];

/* The words of the column `how`, indexed by enum afterburn_how. */
extern const char *const afterburn_how_names[AFTERBURN_HOW_COUNT];

/* The kind of code: its default operand and address size. */
enum afterburn_code_mode { AFTERBURN_CODE_16, AFTERBURN_CODE_32, AFTERBURN_CODE_64 };

/* One sensitive instruction, decoded by the matcher. */
struct afterburn_decoded {
	unsigned char id;	    /* enum afterburn_insn_id */
	unsigned char length;	    /* bytes, prefixes included */
	unsigned char operand_size; /* bytes: 2, 4, 8 (REX.W) */
	unsigned char address_size; /* bytes: 2, 4, 8 */
	unsigned char rex;	    /* the REX prefix, or 0 */
	unsigned char repeat;	    /* 0xf2, 0xf3 or 0 */
	unsigned char segment;	    /* segment override prefix byte, or 0 */
	unsigned char lock;	    /* 1 if a lock prefix stands before it */
	unsigned char opcode; /* the opcode byte itself: its low bit is the width of in and out */
	unsigned char has_modrm;
	unsigned char modrm;
	unsigned char has_sib;
	unsigned char sib;
	unsigned char has_disp;	 /* 1 if displacement bytes stand there */
	signed int disp;	 /* sign extended */
	unsigned int imm;	 /* imm8, imm16, or the offset of a far pointer */
	unsigned short selector; /* of a far pointer */
};

/**
 * afterburn_match - is the instruction that begins at `code` a sensitive one?
 * @code: its first byte, prefixes included
 * @size: how many bytes may be read
 * @mode: enum afterburn_code_mode
 * @out:  filled in if so
 *
 * Decodes by the Intel SDM volume 2, section 2.1 (instruction format) and 2.2.1 (REX); knows only
 * the instructions of insns.def. In 16-bit code MODES_16_32 entries match.
 *
 * Returns 1 and fills in *out; 0 if it is another instruction, or longer than `size`.
 */
int afterburn_match(const unsigned char *code, unsigned long size, enum afterburn_code_mode mode,
		    struct afterburn_decoded *out);

/**
 * afterburn_pad_parse - are these AFTERBURN_PAD_LEN bytes an annotation pad?
 * @code:   at least AFTERBURN_PAD_LEN readable bytes
 * @kind:   receives the kind byte (sites.h)
 * @length: receives the instruction's length in bytes
 *
 * Returns 1 if the magic and a possible kind and length are there, else 0.
 */
int afterburn_pad_parse(const unsigned char *code, unsigned char *kind, unsigned char *length);

/* The same as afterburn_pad_parse(), but an impossible kind and length are a pad as well. */
int afterburn_pad_read(const unsigned char *code, unsigned char *kind, unsigned char *length);

#endif /* AFTERBURN_INSN_H */
