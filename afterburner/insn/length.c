/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * length.c - the parts of any x86 instruction, by Intel SDM volume 2, chapter 2 and appendix A.
 *
 * Two maps of 256 letters say what follows each opcode; VEX, EVEX, XOP and 3DNow! have rules of
 * their own. The length does not depend on an instruction's name, so there is no list of names
 * here.
 *
 * Invariant: it never reads a byte beyond `size` or the architecture's limit of 15.
 */
#include <afterburn/length.h>

#include <afterburn/sites.h>

/*
 * What follows the opcode:
 *   .  nothing           m  ModRM              x  no such instruction
 *   b  imm8              B  ModRM, imm8        D  ModRM, two imm8 if a 66 or f2 prefix stands there
 *   w  imm16             e  imm16, imm8        z  imm16 or imm32     Z  ModRM, then as z
 *   v  as z, but 8 bytes with REX.W            o  an address         g  ModRM that names registers
 *   r  rel8              R  rel16 or rel32     t  ModRM, and for /0 and /1 imm8; T then as z
 *   n  nothing, i imm8, f far pointer, C ModRM, imm8: not in 64-bit code
 */
/* clang-format off */
static const char one_byte_map[] =
	"mmmmbznn" "mmmmbznx" /* 00 */
	"mmmmbznn" "mmmmbznn" /* 10 */
	"mmmmbzxn" "mmmmbzxn" /* 20 */
	"mmmmbzxn" "mmmmbzxn" /* 30 */
	"........" "........" /* 40 */
	"........" "........" /* 50 */
	"nnmmxxxx" "zZbB...." /* 60 */
	"rrrrrrrr" "rrrrrrrr" /* 70 */
	"BZCBmmmm" "mmmmmmmm" /* 80 */
	"........" "..f....." /* 90 */
	"oooo...." "bz......" /* a0 */
	"bbbbbbbb" "vvvvvvvv" /* b0 */
	"BBw.mmBZ" "e.w..bn." /* c0 */
	"mmmmiin." "mmmmmmmm" /* d0 */
	"rrrrbbbb" "RRfr...." /* e0 */
	"x.xx..tT" "......mm" /* f0 */;

static const char two_byte_map[] =
	"mmmmx..." "..x.xm.B" /* 00 */
	"mmmmmmmm" "mmmmmmmm" /* 10 */
	"ggggxxxx" "mmmmmmmm" /* 20 */
	"......x." "xxxxxxxx" /* 30 */
	"mmmmmmmm" "mmmmmmmm" /* 40 */
	"mmmmmmmm" "mmmmmmmm" /* 50 */
	"mmmmmmmm" "mmmmmmmm" /* 60 */
	"BBBBmmm." "Dmxxmmmm" /* 70 */
	"RRRRRRRR" "RRRRRRRR" /* 80 */
	"mmmmmmmm" "mmmmmmmm" /* 90 */
	"...mBmmm" "...mBmmm" /* a0 */
	"mmmmmmmm" "mmBmmmmm" /* b0 */
	"mmBmBBBm" "........" /* c0 */
	"mmmmmmmm" "mmmmmmmm" /* d0 */
	"mmmmmmmm" "mmmmmmmm" /* e0 */
	"mmmmmmmm" "mmmmmmmm" /* f0 */;
/* clang-format on */

/* A reader over the bytes of one instruction, with the meaning of its prefixes. */
struct reader {
	const unsigned char *code;
	unsigned long size;
	enum afterburn_code_mode mode;
	unsigned int at; /* how many were read */
	unsigned char data16, address_prefix, repeat_ne, rex;
};

static int peek(const struct reader *r, unsigned int ahead, unsigned char *byte)
{
	if (r->at + ahead >= r->size || r->at + ahead >= AFTERBURN_INSN_MAX)
		return 0;
	*byte = r->code[r->at + ahead];
	return 1;
}

static int take(struct reader *r, unsigned char *byte)
{
	return peek(r, 0, byte) && ++r->at;
}

/* A REX prefix counts only directly before the opcode (SDM 2.2.1). Stops before the opcode. */
static int take_prefixes(struct reader *r)
{
	unsigned char byte;

	while (peek(r, 0, &byte)) {
		switch (byte) {
		case 0x66:
			r->data16 = 1;
			break;
		case 0x67:
			r->address_prefix = 1;
			break;
		case 0xf2:
			r->repeat_ne = 1;
			break;
		case 0xf0:
		case 0xf3:
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0x64:
		case 0x65:
			break;
		default:
			if (r->mode != AFTERBURN_CODE_64 || (byte & 0xf0) != 0x40)
				return 1;
			r->rex = byte;
			r->at++;
			continue;
		}
		r->rex = 0;
		r->at++;
	}
	return 0;
}

/* Bytes of an address: 2, 4 or 8. */
static unsigned int address_size(const struct reader *r)
{
	if (r->mode == AFTERBURN_CODE_64)
		return r->address_prefix ? 4 : 8;
	return (r->mode == AFTERBURN_CODE_16) == r->address_prefix ? 4 : 2;
}

/* Bytes of an immediate of operand size, which never has 8: 2 or 4. */
static unsigned int immediate_size(const struct reader *r)
{
	if (r->rex & 8)
		return 4;
	return (r->mode == AFTERBURN_CODE_16) == r->data16 ? 4 : 2;
}

/* Near branches in 64-bit code have 32-bit displacements whatever 66 says (SDM 2A, CALL). */
static unsigned int branch_size(const struct reader *r)
{
	return r->mode == AFTERBURN_CODE_64 ? 4 : immediate_size(r);
}

/* Reads ModRM with SIB and displacement (SDM tables 2-1 to 2-3). */
static int take_modrm(struct reader *r, struct afterburn_layout *l)
{
	unsigned char modrm, sib;
	unsigned int mod, rm, bytes;

	l->modrm_at = (unsigned char)r->at;
	if (!take(r, &modrm))
		return 0;
	mod = modrm >> 6;
	rm = modrm & 7;
	if (mod == 3)
		return 1;
	if (address_size(r) == 2) {
		bytes = mod == 0 ? (rm == 6 ? 2 : 0) : mod;
	} else {
		l->rip_relative = r->mode == AFTERBURN_CODE_64 && mod == 0 && rm == 5;
		if (rm == 4) {
			if (!take(r, &sib))
				return 0;
			rm = sib & 7;
		}
		bytes = mod == 0 ? (rm == 5 ? 4 : 0) : (mod == 1 ? 1 : 4);
	}
	l->disp_at = (unsigned char)r->at;
	l->disp_size = (unsigned char)bytes;
	r->at += bytes;
	return 1;
}

static int take_immediate(struct reader *r, struct afterburn_layout *l, unsigned int bytes)
{
	l->imm_at = (unsigned char)r->at;
	l->imm_size = (unsigned char)bytes;
	r->at += bytes;
	return 1;
}

static int take_branch(struct reader *r, struct afterburn_layout *l, unsigned int bytes)
{
	l->relative = 1;
	return take_immediate(r, l, bytes);
}

/* f6 and f7: only test (/0, /1) has an immediate. */
static int take_test(struct reader *r, struct afterburn_layout *l, unsigned int bytes)
{
	unsigned char modrm;

	if (!peek(r, 0, &modrm) || !take_modrm(r, l))
		return 0;
	return modrm & 0x30 ? 1 : take_immediate(r, l, bytes);
}

static int take_registers(struct reader *r, struct afterburn_layout *l)
{
	unsigned char modrm;

	l->modrm_at = (unsigned char)r->at;
	return take(r, &modrm);
}

static int take_modrm_and(struct reader *r, struct afterburn_layout *l, unsigned int bytes)
{
	return take_modrm(r, l) && take_immediate(r, l, bytes);
}

/* The letters that are the same in every mode. */
static int take_operands(struct reader *r, struct afterburn_layout *l, char letter)
{
	switch (letter) {
	case '.':
		return 1;
	case 'm':
		return take_modrm(r, l);
	case 'g':
		return take_registers(r, l);
	case 'b':
		return take_immediate(r, l, 1);
	case 'B':
		return take_modrm_and(r, l, 1);
	case 'D':
		return take_modrm_and(r, l, r->data16 || r->repeat_ne ? 2 : 0);
	case 'w':
		return take_immediate(r, l, 2);
	case 'e':
		return take_immediate(r, l, 3);
	case 'z':
		return take_immediate(r, l, immediate_size(r));
	case 'Z':
		return take_modrm_and(r, l, immediate_size(r));
	case 'v':
		return take_immediate(r, l, r->rex & 8 ? 8 : immediate_size(r));
	case 'o':
		return take_immediate(r, l, address_size(r));
	case 'r':
		return take_branch(r, l, 1);
	case 'R':
		return take_branch(r, l, branch_size(r));
	case 't':
		return take_test(r, l, 1);
	case 'T':
		return take_test(r, l, immediate_size(r));
	default:
		return 0;
	}
}

static int take_by_letter(struct reader *r, struct afterburn_layout *l, char letter)
{
	if (r->mode == AFTERBURN_CODE_64)
		return take_operands(r, l, letter);
	switch (letter) {
	case 'n':
		return 1;
	case 'i':
		return take_immediate(r, l, 1);
	case 'f':
		return take_immediate(r, l, immediate_size(r) + 2);
	case 'C':
		return take_modrm_and(r, l, 1);
	default:
		return take_operands(r, l, letter);
	}
}

/*
 * What follows VEX or EVEX: ModRM, except for vzeroupper; imm8 in map 3 and for eight opcodes of
 * map 1.
 */
static int take_vector(struct reader *r, struct afterburn_layout *l, unsigned int map, int evex)
{
	char letter;

	if (!take(r, &l->opcode))
		return 0;
	l->vector = 1;
	letter = map == 1 ? two_byte_map[l->opcode] : 'm';
	if (map == 0 || map == 4 || map > (evex ? 6 : 3))
		return 0;
	if (map == 1 && l->opcode == 0x77 && !evex)
		return 1;
	return take_modrm_and(r, l, map == 3 || letter == 'B');
}

/* XOP (AMD64 volume 6): map 8 has imm8, map 10 imm32. */
static int take_xop(struct reader *r, struct afterburn_layout *l, unsigned int map)
{
	l->vector = 1;
	if (map > 10 || !take(r, &l->opcode))
		return 0;
	return take_modrm_and(r, l, map == 8 ? 1 : map == 10 ? 4 : 0);
}

/*
 * In 64-bit code c4, c5, 62 and 8f begin such a prefix (8f only if its map is 8 or more). In other
 * modes they do so only if the bits that would be mod mean a register, which les, lds and bound
 * cannot have. Returns -1 if the opcode is an ordinary one.
 */
static int take_long_prefix(struct reader *r, struct afterburn_layout *l, unsigned char first)
{
	unsigned char next;

	if (first != 0xc4 && first != 0xc5 && first != 0x62 && first != 0x8f)
		return -1;
	if (!peek(r, 0, &next))
		return 0;
	if (first == 0x8f && (next & 0x1f) < 8)
		return -1;
	if (first != 0x8f && r->mode != AFTERBURN_CODE_64 && next < 0xc0)
		return -1;
	r->at += first == 0xc5 ? 1 : first == 0x62 ? 3 : 2;
	switch (first) {
	case 0xc5:
		return take_vector(r, l, 1, 0);
	case 0xc4:
		return take_vector(r, l, next & 0x1f, 0);
	case 0x62:
		return take_vector(r, l, next & 7, 1);
	default:
		return take_xop(r, l, next & 0x1f);
	}
}

static int take_two_byte(struct reader *r, struct afterburn_layout *l)
{
	unsigned char third;

	l->map = AFTERBURN_MAP_0F;
	if (!take(r, &l->opcode))
		return 0;
	if (l->opcode != 0x38 && l->opcode != 0x3a)
		return take_by_letter(r, l, two_byte_map[l->opcode]);
	l->map = AFTERBURN_MAP_0F38;
	return take(r, &third) && take_modrm_and(r, l, l->opcode == 0x3a);
}

static int take_instruction(struct reader *r, struct afterburn_layout *l)
{
	unsigned char modrm;
	int result;

	if (!take_prefixes(r))
		return 0;
	l->prefixes = (unsigned char)r->at;
	take(r, &l->opcode);
	if (l->opcode == 0x0f)
		return take_two_byte(r, l);
	result = take_long_prefix(r, l, l->opcode);
	if (result >= 0)
		return result;
	/* xbegin is encoded as a mov but is a branch, whose distance obeys 66 (SDM 2D). */
	if (l->opcode == 0xc7 && peek(r, 0, &modrm) && modrm == 0xf8)
		return take_registers(r, l) && take_branch(r, l, immediate_size(r));
	return take_by_letter(r, l, one_byte_map[l->opcode]);
}

int afterburn_length(const unsigned char *code, unsigned long size, enum afterburn_code_mode mode,
		     struct afterburn_layout *out)
{
	struct reader r = {.code = code, .size = size, .mode = mode};

	*out = (struct afterburn_layout){.map = AFTERBURN_MAP_1B};
	if (!take_instruction(&r, out) || r.at > size || r.at > AFTERBURN_INSN_MAX)
		return 0;
	out->length = (unsigned char)r.at;
	return 1;
}
