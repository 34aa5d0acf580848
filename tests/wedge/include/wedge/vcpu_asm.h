/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vcpu_asm.h - stands before the wedge's header of this name and moves the vCPU of gates.S to an
 * address that a process can map.
 *
 * Invariant: only the address differs. The save and restore macros keep the real one, so gate_site
 * cannot be run here.
 */
#ifndef TESTS_WEDGE_VCPU_ASM_H
#define TESTS_WEDGE_VCPU_ASM_H

#include_next <wedge/vcpu_asm.h>

#undef VCPU_AT
#define VCPU_AT(offset) (TEST_VCPU_BASE + (offset))

#endif /* TESTS_WEDGE_VCPU_ASM_H */
