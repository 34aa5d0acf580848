/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traps.c - exceptions as L4 delivers them, of guest kernel code and of user code, become what the
 * processor has raised.
 *
 * Invariant: the vCPU has the state of the code that has raised it.
 */
#include <wedge/arch.h>
#include <wedge/guest_memory.h>
#include "l4.h"

enum {
	SHORT_LENGTH = 1, /* of int3 and into */
	INT_LENGTH = 2,
	OPCODE_INT3 = 0xcc,
	OPCODE_INTO = 0xce,
	ERROR_IDT = 2, /* #GP: the selector's index names a gate */
};

/* `int $3` and `int $4` have the vectors of int3 and into, which are one byte. */
static bool is_short(struct vcpu *v, unsigned int vector)
{
	struct guest_fault fault;
	uint8_t opcode = 0;

	if (vector != X86_TRAP_BP && vector != X86_TRAP_OF)
		return false;
	return (vcpu_in_user(v) ? guest_read_user(v, v->rip, &opcode, 1)
				: guest_read(v, v->rip, &opcode, 1, &fault)) &&
	       opcode == (vector == X86_TRAP_BP ? OPCODE_INT3 : OPCODE_INTO);
}

/* Every software interrupt is #GP on L4, with the vector in the error code (SDM 3A 6.13). */
static void software_interrupt(struct vcpu *v, unsigned int vector)
{
	unsigned int length = is_short(v, vector) ? SHORT_LENGTH : INT_LENGTH;

	v->rip += length;
	exception_deliver(v, vector, ARCH_NO_ERROR_CODE, length);
}

void traps_deliver(struct vcpu *v, uint32_t vector, uint32_t error, uint32_t address)
{
	if (vector == X86_TRAP_GP && (error & 7) == ERROR_IDT) {
		software_interrupt(v, error >> 3 & 0xff);
		return;
	}
	v->trap = vector;
	v->trap_error = error;
	if (vector <= X86_TRAP_XM)
		core_trap(v, address);
	else
		exception_gp(v, 0);
}
