/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tlb.c - stands in front of the wedge's emulation of the class "tlb" and wastes instructions: a
 * wedge linked with it (--wrap=emulate_tlb) is what the benchmarks' gate must catch.
 *
 * Invariant: slower, and nothing else.
 */
#include <arch/x86/emulate.h>

enum { TURNS = 100 }; /* of three instructions or so */

bool __real_emulate_tlb(struct emulation *e);
bool __wrap_emulate_tlb(struct emulation *e);

bool __wrap_emulate_tlb(struct emulation *e)
{
	for (unsigned int i = 0; i < TURNS; i++)
		__asm__ volatile("");
	return __real_emulate_tlb(e);
}
