/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_io.c - port access by user programs to which the guest gave ports (ioperm, iopl): the wedge
 * reads the I/O permission bitmap of the guest's TSS, as hardware does (SDM 1, section 19.5.2).
 *
 * Invariant: access to a port is #GP if its bit is set or lies behind the TSS's limit.
 */
#include <wedge/guest_memory.h>
#include "emulate.h"

enum { TSS_BITMAP_BASE = 102 };

static bool bitmap_allows(struct vcpu *v, uint16_t port, unsigned int width)
{
	struct guest_fault fault;
	uint16_t base, bits;
	uint64_t at;

	if (!guest_read(v, v->task.base + TSS_BITMAP_BASE, &base, 2, &fault))
		return false;
	at = base + port / 8u;
	/* The processor always reads two bytes (SDM 1, 19.5.2). */
	if (at + 1 > v->task.limit || !guest_read(v, v->task.base + at, &bits, 2, &fault))
		return false;
	return !(bits >> port % 8 & ((1u << width) - 1));
}

/*
 * True for the forms without a memory operand. The others would need the user's rights to memory.
 */
static bool is_register_form(unsigned int id)
{
	return id == AFTERBURN_INSN_IN_IMM || id == AFTERBURN_INSN_OUT_IMM ||
	       id == AFTERBURN_INSN_IN_DX || id == AFTERBURN_INSN_OUT_DX;
}

bool arch_emulate_user_io(struct vcpu *v)
{
	struct site site;

	if (!arch_instruction_at_rip(v, &site) || !is_register_form(site.d.id) ||
	    !bitmap_allows(v, io_port(v, &site.d), io_width(&site.d)))
		return false;
	vcpu_count(v, COUNT_EMULATED_USER_IO);
	arch_emulate(v, &site, site.va);
	return true;
}
