/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * encode.c - 32-bit instructions that work on the vCPU by its absolute address (SDM 2A table 2-2).
 *
 * Invariant: what stands for an instruction changes no flag that it does not change.
 */
#include <wedge/backend_traits.h>

#include "../rewrite.h"

enum { MODRM_ABSOLUTE = 0x05, OPCODE_PUSH_REG = 0x50 };

void encode_set_byte(struct code *c, unsigned int offset, uint8_t value)
{
	rewrite_byte(c, 0xc6);
	rewrite_byte(c, MODRM_ABSOLUTE);
	rewrite_vcpu_address(c, offset);
	rewrite_byte(c, value);
}

void encode_load(struct code *c, unsigned int offset, unsigned int reg)
{
	rewrite_byte(c, 0x8b);
	rewrite_byte(c, (uint8_t)(MODRM_ABSOLUTE | reg << 3));
	rewrite_vcpu_address(c, offset);
}

void encode_load_selector(struct code *c, unsigned int offset, unsigned int reg)
{
	static const uint8_t opcode[] = {0x0f, 0xb7};

	rewrite_bytes(c, opcode, sizeof(opcode));
	rewrite_byte(c, (uint8_t)(MODRM_ABSOLUTE | reg << 3));
	rewrite_vcpu_address(c, offset);
}

/* pushl vcpu+offset */
static void encode_push(struct code *c, unsigned int offset)
{
	static const uint8_t opcode[] = {0xff, 0x30 | MODRM_ABSOLUTE};

	rewrite_bytes(c, opcode, sizeof(opcode));
	rewrite_vcpu_address(c, offset);
}

/* mov %reg, %sreg: a gate finds the value on the stack. */
static const char *encode_move(struct code *c, const struct afterburn_decoded *d)
{
	static const char *const gates[X86_SREG_COUNT] = {
		[X86_ES] = gate_mov_es, [X86_DS] = gate_mov_ds, [X86_FS] = gate_mov_fs};
	unsigned int sreg = d->modrm >> 3 & 7, reg = d->modrm & 7;

	if (d->modrm >> 6 != 3 || sreg >= X86_SREG_COUNT || !gates[sreg])
		return rewrite_call(c, gate_site);
	rewrite_byte(c, (uint8_t)(OPCODE_PUSH_REG | reg));
	return rewrite_call(c, gates[sreg]);
}

const char *encode_segment(struct code *c, const struct afterburn_decoded *d)
{
	if (BACKEND_SELECTORS_ARE_REAL || d->operand_size == 2)
		return rewrite_call(c, gate_site);
	switch (d->id) {
	case AFTERBURN_INSN_PUSH_ES:
	case AFTERBURN_INSN_PUSH_CS:
	case AFTERBURN_INSN_PUSH_SS:
	case AFTERBURN_INSN_PUSH_DS:
	case AFTERBURN_INSN_PUSH_FS:
	case AFTERBURN_INSN_PUSH_GS:
		encode_push(c, rewrite_selector_offset(segment_named(d->id)));
		return NULL;
	case AFTERBURN_INSN_POP_ES:
		return rewrite_call(c, gate_pop_es);
	case AFTERBURN_INSN_POP_DS:
		return rewrite_call(c, gate_pop_ds);
	case AFTERBURN_INSN_POP_FS:
		return rewrite_call(c, gate_pop_fs);
	case AFTERBURN_INSN_MOV_TO_SREG:
		return encode_move(c, d);
	default:
		return rewrite_call(c, gate_site);
	}
}

/* There is always a stack, so that the return address can tell where a fault was. */
const char *encode_transfer(struct code *c, const struct afterburn_decoded *d)
{
	if (d->id == AFTERBURN_INSN_IRET && d->operand_size == 4)
		return rewrite_call(c, gate_iret32);
	return rewrite_call(c, gate_site);
}
