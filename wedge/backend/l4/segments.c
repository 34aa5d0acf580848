/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segments.c - descriptor tables and selectors of the guest; the base of FS for guest kernel code.
 *
 * L4 has one descriptor table, with flat segments for user mode and none to be changed. But it
 * carries wrmsr out for the root task, and FS's base is an MSR on a processor with long mode, also
 * while that is off. L4 neither saves nor restores FS, so the base stays until somebody loads FS:
 * user code, or L4 when it starts a thread. GS's base cannot be had so: L4 writes through GS at
 * each switch.
 *
 * Invariant: whenever guest kernel code runs, FS has the selector below and the vCPU's base.
 */
#include "l4.h"

enum { MSR_FS_BASE = 0xc0000100, FLAT_DATA = 0x20, RPL = 1 /* unlike what user code has loaded */ };

static void load_fs(const struct vcpu *v)
{
	l4_count(COUNT_L4_FS_LOAD);
	__asm__ volatile("movw %w0, %%fs" : : "r"(FLAT_DATA | RPL));
	__asm__ volatile("wrmsr" : : "c"(MSR_FS_BASE), "a"((uint32_t)v->fs_base), "d"(0));
}

void segments_check(struct vcpu *v)
{
	uint32_t fs;

	__asm__ volatile("movl %%fs, %0" : "=r"(fs));
	if (fs != (FLAT_DATA | RPL))
		load_fs(v);
}

void backend_load_fs_base(struct vcpu *v)
{
	load_fs(v);
}

void backend_load_gs_base(struct vcpu *v, bool user)
{
	(void)v;
	(void)user;
}

void backend_read_bases(struct vcpu *v)
{
	(void)v;
}

void backend_load_gdt(struct vcpu *v)
{
	(void)v;
}

void backend_load_ldt(struct vcpu *v)
{
	(void)v;
}
