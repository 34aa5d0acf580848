/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rewrite.c - writes the code that replaces a site.
 *
 * Hot instructions become inline code that works on the vCPU, or branches to gates that keep every
 * register (gates.S). All others jump to a ramp of their own, which leads to the wedge's C
 * (ramps.h). The column `how` of insns.def decides; this file only knows the forms of an
 * instruction.
 *
 * No site uses the stack unless its instruction does, so nobody has to know where a kernel has one.
 * What pushes a return address all the same: pushf, popf, and push and pop of selectors, which use
 * the stack themselves; sti, behind which an interrupt may come at once and push its frame; iret of
 * a 32-bit kernel, whose frame is there; and its mov to ES, DS or FS. That kernel is only ever
 * entered on a stack, by the processor, which takes it from the TSS, or by the boot loader.
 *
 * Invariant: the whole site is replaced, pad included; NOPs fill the rest. So the pad of a
 * rewritten site is never found again.
 */
#include <wedge/arch.h>
#include <wedge/backend_traits.h>
#include <wedge/lib.h>
#include <wedge/stats.h>

#include "rewrite.h"

enum { OPCODE_PUSHF = 0x9c, OPCODE_JUMP_SHORT = 0xeb };

/* Intel's recommended NOPs of one to nine bytes (SDM 2B, NOP). */
static const uint8_t nops[9][9] = {
	{0x90},
	{0x66, 0x90},
	{0x0f, 0x1f, 0x00},
	{0x0f, 0x1f, 0x40, 0x00},
	{0x0f, 0x1f, 0x44, 0x00, 0x00},
	{0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00},
	{0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00},
	{0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
	{0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
};

void rewrite_bytes(struct code *c, const void *bytes, unsigned int size)
{
	memcpy(c->bytes + c->at, bytes, size);
	c->at += size;
}

void rewrite_byte(struct code *c, uint8_t byte)
{
	rewrite_bytes(c, &byte, 1);
}

void rewrite_fill(struct code *c)
{
	while (c->at < c->room) {
		unsigned int size = c->room - c->at;

		if (size > sizeof(nops[0]))
			size = sizeof(nops[0]);
		rewrite_bytes(c, nops[size - 1], size);
	}
}

void rewrite_vcpu_address(struct code *c, unsigned int offset)
{
	uint32_t address = (uint32_t)(WEDGE_VCPU_BASE + offset);

	rewrite_bytes(c, &address, 4);
}

/* In 32-bit code distances wrap, so all addresses are in reach. */
bool rewrite_near_branch(struct code *c, enum branch branch, uint64_t target)
{
	uint64_t distance = target - (c->va + c->at + SITE_CALL_LENGTH);
	int32_t relative = (int32_t)distance;

	if (((uint64_t)(int64_t)relative ^ distance) & ARCH_ADDRESS_MASK)
		return false;
	rewrite_byte(c, (uint8_t)branch);
	rewrite_bytes(c, &relative, 4);
	c->branch_end = c->at;
	return true;
}

/* True if the site's bytes are one instruction of the table in this kind of code. */
static bool is_whole(const struct site *site, enum afterburn_code_mode mode,
		     struct afterburn_decoded *d)
{
	return afterburn_match(site->insn, site->insn_length, mode, d) &&
	       d->length == site->insn_length;
}

static bool is_halt(const struct site *site)
{
	struct afterburn_decoded d;

	return site && is_whole(site, ARCH_CODE_MODE, &d) &&
	       afterburn_insns[d.id].class_ == AFTERBURN_CLASS_IDLE;
}

static bool emit_read_control(struct code *c, const struct afterburn_decoded *d)
{
	unsigned int cr = (d->modrm >> 3 & 7) | (d->rex & 4 ? 8 : 0);
	unsigned int reg = (d->modrm & 7) | (d->rex & 1 ? 8 : 0);

	if (cr != 0 && cr != 2 && cr != 3 && cr != 4)
		return false;
	encode_load(c, (unsigned int)offsetof(struct vcpu, cr) + 8 * cr, reg);
	return true;
}

/*
 * The real CS and SS would show ring 3, the others possibly the platform's selectors; the vCPU has
 * the guest's.
 */
static bool emit_read_selector(struct code *c, const struct afterburn_decoded *d)
{
	unsigned int reg = (d->modrm & 7) | (d->rex & 1 ? 8 : 0), sreg = d->modrm >> 3 & 7;

	if (d->modrm >> 6 != 3 || d->operand_size == 2 || sreg >= X86_SREG_COUNT)
		return false;
	encode_load_selector(c, rewrite_selector_offset(sreg), reg);
	return true;
}

/* Returns false if this form has no inline code. */
static bool emit_inline(struct code *c, const struct afterburn_decoded *d)
{
	switch (d->id) {
	case AFTERBURN_INSN_CLI:
		encode_set_byte(c, offsetof(struct vcpu, events.masked), 1);
		return true;
	case AFTERBURN_INSN_MOV_FROM_CR:
		return emit_read_control(c, d);
	case AFTERBURN_INSN_MOV_FROM_SREG:
		return emit_read_selector(c, d);
	default:
		return encode_inline(c, d);
	}
}

/*
 * Writes what goes in front of the branch to this form's gate, and returns the gate; NULL if it has
 * none.
 */
static const void *emit_for_gate(struct code *c, const struct afterburn_decoded *d,
				 const struct site *next)
{
	bool plain = d->length == 1;

	switch (d->id) {
	case AFTERBURN_INSN_STI:
		/*
		 * In front of a halt, sti must take effect with the halt, not before (SDM 2B, STI).
		 */
		return is_halt(next) ? gate_sti_halt : gate_sti;
	case AFTERBURN_INSN_PUSHF:
		if (!plain)
			return NULL;
		/*
		 * The processor's own pushf; the gate then puts the guest's IF into the pushed
		 * flags.
		 */
		rewrite_byte(c, OPCODE_PUSHF);
		return gate_pushf;
	case AFTERBURN_INSN_POPF:
		return plain ? gate_popf : NULL;
	default:
		return encode_for_gate(c, d);
	}
}

/*
 * Only an instruction that enters C is counted. These do not: transfers that have a gate, and an
 * `sti` that only sets a mark for the halt behind it.
 */
static bool is_counted(const struct afterburn_decoded *d, const struct site *next)
{
	return stats_wanted() && afterburn_insns[d->id].class_ != AFTERBURN_CLASS_XFER &&
	       !(d->id == AFTERBURN_INSN_STI && is_halt(next));
}

/*
 * True for a read of a data segment register if the platform holds the guest's own selectors, and
 * for the FPU's state if guest kernel and user code have one FPU.
 */
static bool stays_native(const struct afterburn_decoded *d)
{
	unsigned int sreg = d->modrm >> 3 & 7;

	if (afterburn_insns[d->id].class_ == AFTERBURN_CLASS_FPU)
		return BACKEND_FPU_IS_ONE;
	return BACKEND_SELECTORS_ARE_REAL && d->id == AFTERBURN_INSN_MOV_FROM_SREG &&
	       sreg != X86_CS && sreg != X86_SS;
}

static enum afterburn_how how_to_rewrite(const struct afterburn_decoded *d)
{
	return stays_native(d) ? AFTERBURN_HOW_NATIVE : afterburn_insns[d->id].how[ARCH_LONG_MODE];
}

static const char *emit_site(struct code *c, const struct afterburn_decoded *d,
			     const struct site *next)
{
	enum afterburn_how how = how_to_rewrite(d);
	const void *gate = NULL;

	if (is_counted(d, next))
		return encode_ramp(c);
	if (how == AFTERBURN_HOW_INLINE && emit_inline(c, d))
		return NULL;
	if (how == AFTERBURN_HOW_GATE || how == AFTERBURN_HOW_JUMP)
		gate = emit_for_gate(c, d, next);
	if (!gate)
		return encode_ramp(c);
	return encode_branch(c, how == AFTERBURN_HOW_JUMP ? BRANCH_JUMP : BRANCH_CALL, gate);
}

/*
 * With a pad in front, a label may stand between pad and instruction, and code may jump there. A
 * near branch is followed by a jump over that place; a far branch ends there, and its gates return
 * behind the site. At the place itself is a jump back to the site's start; or, if the instruction
 * has only one byte, the instruction itself: it faults in ring 3 and is emulated.
 */
static const char *guard_label(struct code *c, const struct site *site)
{
	if (c->at != c->branch_end || (c->at != SITE_CALL_LENGTH && c->at != SITE_FAR_CALL_LENGTH))
		return "its pad stands in front, where inline code leaves no room for a label";
	if (c->at == SITE_CALL_LENGTH) {
		rewrite_byte(c, OPCODE_JUMP_SHORT);
		rewrite_byte(c, site->insn_length);
	}
	if (site->insn_length == 1) {
		rewrite_byte(c, site->insn[0]);
		return NULL;
	}
	rewrite_byte(c, OPCODE_JUMP_SHORT);
	rewrite_byte(c, (uint8_t)(0 - (site->insn_offset + 2)));
	return NULL;
}

const char *arch_rewrite(struct site *site, const struct site *next, uint8_t *code)
{
	struct code c = {
		.va = site->va,
		.bytes = code,
		.room = site->site_length,
		.slot = site->slot,
		.pad_before = site->insn_offset != 0,
	};
	const char *problem;

	if (!is_whole(site, ARCH_CODE_MODE, &site->d)) {
		/*
		 * 32-bit entry code of a 64-bit kernel, for loaders in 32-bit mode: a wedge never
		 * uses it.
		 */
		if (ARCH_LONG_MODE && is_whole(site, AFTERBURN_CODE_32, &site->d))
			return NULL;
		return "its bytes are no instruction of the table";
	}
	if (site->id != AFTERBURN_INSN_DECODE && site->id != site->d.id)
		return "its instruction is not the one its pad names";
	if (how_to_rewrite(&site->d) == AFTERBURN_HOW_NATIVE)
		return NULL;
	problem = emit_site(&c, &site->d, next);
	if (!problem && site->insn_offset)
		problem = guard_label(&c, site);
	if (problem)
		return problem;
	rewrite_fill(&c);
	return NULL;
}
