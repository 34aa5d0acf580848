/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.c - sites that only x86-64 has: see ../sites.c.
 *
 * Invariant: registers and flags are set and read by code that is not annotated (raw.h).
 */
#include "sites.h"

SITE(mov_from_cr0_r9, BIT(R9), ARITHMETIC_FLAGS, NOTHING)
SITE(mov_from_cr4_r15, BIT(R15), ARITHMETIC_FLAGS, NOTHING)
SITE(mov_to_cr0_r9, 0, ARITHMETIC_FLAGS, IN(R9, read_cr0()))
SITE(mov_to_cr2_r11, 0, ARITHMETIC_FLAGS, IN(R11, 0x1234))
SITE(mov_to_cr4_r12, 0, ARITHMETIC_FLAGS, IN(R12, read_cr4()))
SITE(mov_from_dr_r14, BIT(R14), ARITHMETIC_FLAGS, NOTHING)
SITE(mov_to_dr_r14, 0, ARITHMETIC_FLAGS, IN(R14, 0x1234))
SITE(mov_to_ds, 0, 0, IN(AX, USER_DS))
SITE_ON_STACK(push_pop_fs, 0, 0, NOTHING)
SITE(swapgs_twice, 0, 0, NOTHING)
SITE(rdmsr, BIT(AX) | BIT(DX), 0, IN(CX, MSR_STAR))
SITE(wrmsr, 0, 0, IN(CX, MSR_CSTAR), IN(AX, 0x81000000), IN(DX, 0xffffffff))
SITE_ON_STACK(iretq, BIT(BP), SEEN_FLAGS | FLAG_IF, IN(BX, 2))
SITE_ON_STACK(lretq, BIT(BP), 0, NOTHING)
