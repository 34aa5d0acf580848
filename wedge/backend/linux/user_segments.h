/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_segments.h - the segment registers of guest user code, between what the guest believes and
 * what a user process has.
 *
 * Invariant: see user_segments.c.
 */
#ifndef WEDGE_BACKEND_LINUX_USER_SEGMENTS_H
#define WEDGE_BACKEND_LINUX_USER_SEGMENTS_H

#include "process.h"

/* Before user code runs: selectors into the orders, descriptors by order. */
void user_segments_load(struct vcpu *v, struct process *process);

/*
 * After it has stopped: what the guest believes to be in DS, ES, FS and GS, into v->selector.
 * Returns true if user code has loaded a selector of the guest's GDT itself, which the host's GDT
 * has something else for: the next load puts that right.
 */
bool user_segments_read(struct vcpu *v, const struct process *process);

/*
 * User code has been refused a selector by the host that the guest's tables allow: carries out the
 * instruction. False: it is a fault as it stands (or of a form that nobody uses: with memory).
 */
bool user_segments_emulate(struct vcpu *v);

#endif /* WEDGE_BACKEND_LINUX_USER_SEGMENTS_H */
