/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segments.c - descriptor tables and selectors of the guest. The processor holds the host's own, so
 * nothing is loaded for the kernel; user code gets its selectors when it is resumed
 * (user_segments.c), and the kernel's bases of FS and GS are the width's (bases.c).
 *
 * Invariant: the vCPU holds the selectors that the guest reads back.
 */
#include "linux.h"

/* The guest's own tables are read when user code is resumed (run.c). */
void backend_load_gdt(struct vcpu *v)
{
	(void)v;
}

void backend_load_ldt(struct vcpu *v)
{
	linux_of(v)->ldt_round++;
}

void backend_read_bases(struct vcpu *v)
{
	(void)v;
}
