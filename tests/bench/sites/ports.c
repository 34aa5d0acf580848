/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ports.c - one byte from and to a port, of the simplest register that a PC has (0x80).
 *
 * Invariant: the port's device does nothing with it.
 */
#include "measure.h"

SITE(in, "in", "mov $0x80, %%edx", "", "inb %%dx, %%al")
SITE(out, "out", "mov $0x80, %%edx", "", "outb %%al, %%dx")
