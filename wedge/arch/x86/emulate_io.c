/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulate_io.c - in, out and their string forms (SDM 2A IN, INS; 2B OUT, OUTS), and the same for
 * user programs that the guest has given ports to.
 *
 * Invariant: a string instruction updates its registers after every element, so it can be restarted
 * after a page fault, as on hardware.
 */
#include <wedge/guest_walk.h>
#include <wedge/machine.h>
#include "emulate.h"

enum { SHORT_RM_SI = 4 }; /* how 16-bit addressing names (%si) */

unsigned int io_width(const struct afterburn_decoded *d)
{
	if (!(d->opcode & 1))
		return 1;
	return d->operand_size == 2 ? 2 : 4;
}

uint16_t io_port(const struct vcpu *v, const struct afterburn_decoded *d)
{
	if (d->id == AFTERBURN_INSN_IN_IMM || d->id == AFTERBURN_INSN_OUT_IMM)
		return (uint16_t)d->imm;
	return (uint16_t)v->gpr[X86_RDX];
}

static void advance(struct emulation *e, unsigned int reg, unsigned int width)
{
	uint64_t step = e->v->rflags & X86_FLAGS_DF ? 0 - (uint64_t)width : width;

	operand_write_register(e->v, reg, e->d->address_size, e->v->gpr[reg] + step);
}

static uint64_t index_value(const struct emulation *e, unsigned int reg)
{
	uint64_t value = e->v->gpr[reg];

	return e->d->address_size == 8 ? value : value & ((1ull << 8 * e->d->address_size) - 1);
}

/*
 * The address that outs reads: that of (%rsi) with the same prefixes, segment override included
 * (SDM 2B, OUTS).
 */
static uint64_t source_address(const struct emulation *e)
{
	struct afterburn_decoded d = *e->d;
	struct emulation same = *e;

	d.modrm = d.address_size == 2 ? SHORT_RM_SI : X86_RSI;
	d.rex = 0;
	same.d = &d;
	return operand_address(&same);
}

/* A read of a port may change the device, so the store must not fault after it: try that first. */
static bool can_store(struct emulation *e, uint64_t va, unsigned int width)
{
	uint64_t last = va + width - 1;
	struct guest_walk walk;

	if (!guest_walk(e->v, va, X86_PF_WRITE, &walk)) {
		exception_page_fault(e->v, va, walk.error);
		return false;
	}
	if (!guest_walk(e->v, last, X86_PF_WRITE, &walk)) {
		exception_page_fault(e->v, last & ~(uint64_t)(X86_PAGE_SIZE - 1), walk.error);
		return false;
	}
	return true;
}

static bool one_element(struct emulation *e, bool input, unsigned int width)
{
	uint32_t value = 0;

	if (input) {
		if (!can_store(e, index_value(e, X86_RDI), width))
			return false;
		value = machine_io_read(e->v, io_port(e->v, e->d), width);
		if (!operand_store(e, index_value(e, X86_RDI), &value, width))
			return false;
		advance(e, X86_RDI, width);
	} else {
		if (!operand_load(e, source_address(e), &value, width))
			return false;
		machine_io_write(e->v, io_port(e->v, e->d), width, value);
		advance(e, X86_RSI, width);
	}
	return true;
}

static bool string(struct emulation *e, bool input)
{
	unsigned int width = io_width(e->d);

	if (!e->d->repeat)
		return one_element(e, input, width);
	while (index_value(e, X86_RCX)) {
		if (!one_element(e, input, width))
			return false;
		operand_write_register(e->v, X86_RCX, e->d->address_size, e->v->gpr[X86_RCX] - 1);
	}
	return true;
}

bool emulate_io(struct emulation *e)
{
	unsigned int width = io_width(e->d);

	switch (e->d->id) {
	case AFTERBURN_INSN_IN_IMM:
	case AFTERBURN_INSN_IN_DX:
		operand_write_register(e->v, X86_RAX, width,
				       machine_io_read(e->v, io_port(e->v, e->d), width));
		return true;
	case AFTERBURN_INSN_OUT_IMM:
	case AFTERBURN_INSN_OUT_DX:
		machine_io_write(e->v, io_port(e->v, e->d), width, (uint32_t)e->v->gpr[X86_RAX]);
		return true;
	default:
		return string(e, e->d->id == AFTERBURN_INSN_INS);
	}
}
