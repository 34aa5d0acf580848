/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * encode.c - 64-bit instructions that work on the vCPU by its absolute address (SDM 2A section
 * 2.2.1: without base and index an address needs a SIB byte), and branches to gates.
 *
 * A kernel in the last 2 GiB, as nearly all are, reaches the gates by a 32-bit distance; so does
 * one in the first 2 GiB, from where the distance wraps around zero (SDM 2A, CALL). Any other
 * kernel calls and jumps through a table of gate addresses, which like the vCPU has a 32-bit
 * address. Rejected: a jump near the kernel that leads on to the gates. No address there is surely
 * free, and it costs one more instruction.
 *
 * Invariant: the inline code of an instruction changes only flags that the instruction changes.
 */
#include <afterburn/sites.h>
#include <wedge/backend_traits.h>

#include "../rewrite.h"

/*
 * The table for far branches: a gate's address, and the gate for a branch that fills the pad in
 * front of a one-byte instruction, which the return must skip. NULL: C skips it.
 */
static const struct far_gate {
	const void *gate, *over_one;
} far_gates[] = {
	{gate_site, gate_site}, /* C returns behind the site, whatever its length */
	{gate_sti, gate_sti_over},
	{gate_sti_halt, gate_sti_halt_over},
	{gate_pushf, NULL},
	{gate_popf, NULL},
	{gate_iret, gate_iret},
	{gate_sysret64, gate_sysret64},
	{gate_sysret32, gate_sysret32},
};

/* call *slot or jmp *slot: seven bytes, as many as a pad. */
static const char *encode_indirect(struct code *c, enum branch branch, const void *const *slot)
{
	const uint8_t opcode[] = {0xff, branch == BRANCH_CALL ? 0x14 : 0x24, 0x25};
	uint64_t address = backend_gate_address(slot);
	int32_t displacement = (int32_t)address;

	if ((uint64_t)(int64_t)displacement != address)
		return "neither kernel nor wedge is in the last 2 GiB";
	rewrite_bytes(c, opcode, sizeof(opcode));
	rewrite_bytes(c, &displacement, sizeof(displacement));
	return NULL;
}

static const char *encode_far_branch(struct code *c, enum branch branch, const void *gate)
{
	const struct far_gate *far = far_gates, *end = far_gates + sizeof(far_gates) / sizeof(*far);
	bool one_byte = c->room == 1 + AFTERBURN_PAD_LEN;

	while (far < end && far->gate != gate)
		far++;
	if (far == end)
		return "its gate is not in the table for far branches";
	if (!c->pad_before)
		return encode_indirect(c, branch, &far->gate);
	if (far->over_one && (one_byte || far->over_one == far->gate))
		return encode_indirect(c, branch, &far->over_one);
	if (gate == gate_sti_halt)
		return "a far call cannot return behind it";
	return encode_indirect(c, branch, &far_gates[0].gate);
}

const char *encode_branch(struct code *c, enum branch branch, const void *gate)
{
	return rewrite_near_branch(c, branch, gate) ? NULL : encode_far_branch(c, branch, gate);
}

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

/* notb vcpu+offset: unlike xor, not changes no flags. */
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
