/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * encode.c - 64-bit instructions that work on the vCPU by its absolute address (SDM 2A section
 * 2.2.1: without base and index an address needs a SIB byte).
 *
 * Invariant: what stands for an instruction changes no flag that it does not change.
 */
#include "../rewrite.h"

void encode_set_byte(struct code *c, unsigned int offset, uint8_t value)
{
	static const uint8_t opcode[] = {0xc6, 0x04, 0x25};

	rewrite_bytes(c, opcode, sizeof(opcode));
	rewrite_vcpu_address(c, offset);
	rewrite_byte(c, value);
}

void encode_load(struct code *c, unsigned int offset, unsigned int reg)
{
	rewrite_byte(c, (uint8_t)(0x48 | (reg & 8 ? 4 : 0)));
	rewrite_byte(c, 0x8b);
	rewrite_byte(c, (uint8_t)(0x04 | (reg & 7) << 3));
	rewrite_byte(c, 0x25);
	rewrite_vcpu_address(c, offset);
}

void encode_load_selector(struct code *c, unsigned int offset, unsigned int reg)
{
	static const uint8_t opcode[] = {0x0f, 0xb7};

	if (reg & 8)
		rewrite_byte(c, 0x44);
	rewrite_bytes(c, opcode, sizeof(opcode));
	rewrite_byte(c, (uint8_t)(0x04 | (reg & 7) << 3));
	rewrite_byte(c, 0x25);
	rewrite_vcpu_address(c, offset);
}

/* notb vcpu+offset: inverts without touching the flags, unlike xor. */
static void encode_invert_byte(struct code *c, unsigned int offset)
{
	static const uint8_t opcode[] = {0xf6, 0x14, 0x25};

	rewrite_bytes(c, opcode, sizeof(opcode));
	rewrite_vcpu_address(c, offset);
}

bool encode_inline(struct code *c, const struct afterburn_decoded *d)
{
	if (d->id != AFTERBURN_INSN_SWAPGS)
		return false;
	encode_invert_byte(c, offsetof(struct vcpu, gs_state));
	return true;
}

const void *encode_for_gate(struct code *c, const struct afterburn_decoded *d)
{
	(void)c;
	switch (d->id) {
	case AFTERBURN_INSN_IRET:
		return d->operand_size == 8 ? gate_iret : NULL;
	case AFTERBURN_INSN_SYSRET:
		return d->operand_size == 8 ? gate_sysret64 : gate_sysret32;
	default:
		return NULL;
	}
}
