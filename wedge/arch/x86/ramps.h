/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ramps.h - the ramps: how a site enters the wedge without a stack.
 *
 * A ramp is code in the window for one site alone: it notes the site's slot in the vCPU and jumps
 * to gate_ramp (gates.h). It changes no register and no flag and pushes nothing, so a site may
 * stand where the stack pointer holds a user's stack, or no address at all.
 *
 * Invariant: the ramp of a slot is slot times RAMP_BYTES behind WEDGE_RAMPS, whatever its site is.
 */
#ifndef WEDGE_ARCH_RAMPS_H
#define WEDGE_ARCH_RAMPS_H

#include <wedge/arch.h>

/* An instruction that stores a word, 11 bytes in 64-bit code, and a jump of 5. */
enum { RAMP_BYTES = 16 };

/**
 * ramp_of - the address of a site's ramp.
 * @slot:    of the site table
 * @address: receives where guest code finds the ramp
 *
 * Makes the ramp, and all others of its page, if it is not there yet. Returns NULL, or the reason
 * why there is no ramp.
 */
const char *ramp_of(uint32_t slot, uint64_t *address);

#endif /* WEDGE_ARCH_RAMPS_H */
