/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * debug.h - the wedge's side of the debugger's border (launch.h, struct launch_debug).
 *
 * Invariant: see debug.c.
 */
#ifndef WEDGE_BACKEND_LINUX_DEBUG_H
#define WEDGE_BACKEND_LINUX_DEBUG_H

#include "linux.h"

/* Before guest code runs again: stops if the debugger has asked, or a step is done. */
void debug_checkpoint(struct vcpu *v);

/* Guest code has an exception. Returns true if it is for the debugger, not for the guest. */
bool debug_takes(struct vcpu *v);

/* There is a debugger, which may change code at any time. */
bool debug_attached(void);

/* The guest has crashed: shows its registers, and waits for a debugger that is there. */
void debug_crashed(struct vcpu *v);

#endif /* WEDGE_BACKEND_LINUX_DEBUG_H */
