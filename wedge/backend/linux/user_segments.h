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
 * After it has stopped: puts into v->selector what the guest believes to be in DS, ES, FS and GS.
 * Returns true if user code has loaded a selector of the guest's GDT by itself, under which the
 * host's GDT has something else: the next load corrects that.
 */
bool user_segments_read(struct vcpu *v, const struct process *process);

/*
 * The host has refused user code a selector: carries the instruction out if the guest's tables
 * allow it. False: the guest gets the fault (also for the form with memory, which no code uses).
 */
bool user_segments_emulate(struct vcpu *v);

#endif /* WEDGE_BACKEND_LINUX_USER_SEGMENTS_H */
