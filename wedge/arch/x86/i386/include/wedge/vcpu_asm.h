/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vcpu_asm.h - assembler macros around the vCPU, for 32-bit code (.code32).
 *
 * The vCPU's registers have 64 bits for a guest of either width. 32-bit code writes the lower
 * halves; the upper halves are always zero.
 *
 * Invariant: the macros reach the vCPU by its absolute address only, so they work with the guest's
 * registers.
 */
/* clang-format off */
#ifndef WEDGE_VCPU_ASM_H
#define WEDGE_VCPU_ASM_H

#include <wedge/arch_traits.h>
#include <wedge/vcpu.h>
#include <vcpu_offsets.h>

#define VCPU_AT(offset) ((offset) + WEDGE_VCPU_BASE)
#define VCPU_REG(n) VCPU_AT(VCPU_GPR + 8 * (n))

#endif /* WEDGE_VCPU_ASM_H */
