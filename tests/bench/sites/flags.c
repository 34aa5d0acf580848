/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flags.c - the interrupt flag and the flags register.
 *
 * Invariant: no request of the interrupt controllers is unmasked, so nothing comes in.
 */
#include "measure.h"

SITE(cli, "cli", "", "", "cli")
SITE(sti, "sti", "", "", "sti")
SITE(pushf, "pushf", "", "", "pushf")
SITE(popf, "popf", "mov $0x202, " A, "push " A, "popf")
SITE(popf_off, "popf-off", "mov $0x2, " A, "push " A, "popf")
