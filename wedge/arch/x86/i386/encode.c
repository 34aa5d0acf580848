/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * encode.c - 32-bit instructions that work on the vCPU by its absolute address (SDM 2A table 2-2).
 *
 * Invariant: the inline code of an instruction changes only flags that the instruction changes.
 */
#include <wedge/arch.h>
#include <wedge/backend_traits.h>

#include "../ramps.h"
#include "../rewrite.h"

enum { MODRM_ABSOLUTE = 0x05, OPCODE_PUSH_REG = 0x50 };

/* Every gate is in reach: 32-bit distances wrap. */
const char *encode_branch(struct code *c, enum branch branch, const void *gate)
{
	return rewrite_near_branch(c, branch, backend_gate_address(gate))
		       ? NULL
		       : "the wedge is out of reach";
}

/* No copy of a call by its distance leads to the gate. */
bool arch_copied_popf(struct vcpu *v, uint64_t return_address, struct site *site)
{
	(void)v;
	(void)return_address;
	(void)site;
	return false;
}

const char *encode_ramp(struct code *c)
{
	uint64_t address;
	const char *problem = ramp_of(c->slot, &address);

	if (problem)
		return problem;
	return rewrite_near_branch(c, BRANCH_JUMP, address) ? NULL : "the wedge is out of reach";
}

void encode_set_word(struct code *c, unsigned int offset, uint32_t value)
{
	rewrite_byte(c, 0xc7);
	rewrite_byte(c, MODRM_ABSOLUTE);
	rewrite_vcpu_address(c, offset);
	rewrite_bytes(c, &value, sizeof(value));
}

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

/* The vCPU holds all of the guest's selectors only if the platform's are not the guest's. */
static bool has_selectors(const struct afterburn_decoded *d)
{
	return !BACKEND_SELECTORS_ARE_REAL && d->operand_size == 4;
}

bool encode_inline(struct code *c, const struct afterburn_decoded *d)
{
	if (!has_selectors(d))
		return false;
	switch (d->id) {
	case AFTERBURN_INSN_PUSH_ES:
	case AFTERBURN_INSN_PUSH_CS:
	case AFTERBURN_INSN_PUSH_SS:
	case AFTERBURN_INSN_PUSH_DS:
	case AFTERBURN_INSN_PUSH_FS:
	case AFTERBURN_INSN_PUSH_GS:
		encode_push(c, rewrite_selector_offset(segment_named(d->id)));
		return true;
	default:
		return false;
	}
}

/* mov %reg, %sreg: push the value, which the gate finds on the stack. */
static const void *encode_move(struct code *c, const struct afterburn_decoded *d)
{
	static const char *const gates[X86_SREG_COUNT] = {
		[X86_ES] = gate_mov_es, [X86_DS] = gate_mov_ds, [X86_FS] = gate_mov_fs};
	unsigned int sreg = d->modrm >> 3 & 7, reg = d->modrm & 7;

	if (d->modrm >> 6 != 3 || sreg >= X86_SREG_COUNT || !gates[sreg])
		return NULL;
	rewrite_byte(c, (uint8_t)(OPCODE_PUSH_REG | reg));
	return gates[sreg];
}

/*
 * iret of a 32-bit kernel always has a stack, so it can be a call, whose return address names the
 * site.
 */
const void *encode_for_gate(struct code *c, const struct afterburn_decoded *d)
{
	if (d->id == AFTERBURN_INSN_IRET)
		return d->operand_size == 4 ? gate_iret32 : NULL;
	if (!has_selectors(d))
		return NULL;
	switch (d->id) {
	case AFTERBURN_INSN_POP_ES:
		return gate_pop_es;
	case AFTERBURN_INSN_POP_DS:
		return gate_pop_ds;
	case AFTERBURN_INSN_POP_FS:
		return gate_pop_fs;
	case AFTERBURN_INSN_MOV_TO_SREG:
		return encode_move(c, d);
	default:
		return NULL;
	}
}
