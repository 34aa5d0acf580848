/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bases.c - FS and GS of 32-bit guest kernel code, by descriptors in the process's own LDT.
 *
 * Kernels load FS and GS far more often than they use them: most values are on their way to user
 * code. A write to the LDT is a system call. So the wedge loads null if the LDT does not hold the
 * base already; the first use then faults, and the wedge loads the base.
 *
 * Invariant: FS and GS hold null, or a descriptor with the vCPU's base.
 */
#include <wedge/log.h>
#include "../linux.h"

enum {
	FS_ENTRY = 0,
	GS_ENTRY = 1,
	FS_SELECTOR = FS_ENTRY << 3 | 7,
	GS_SELECTOR = GS_ENTRY << 3 | 7,
	NO_BASE = 1, /* no descriptor of a kernel has an odd base: none is loaded */
};

static void load_fs(uint16_t selector)
{
	__asm__ volatile("movw %0, %%fs" : : "r"(selector));
}

static void load_gs(uint16_t selector)
{
	__asm__ volatile("movw %0, %%gs" : : "r"(selector));
}

void bases_init(struct vcpu *v)
{
	linux_of(v)->fs_descriptor = NO_BASE;
	linux_of(v)->gs_descriptor = NO_BASE;
	load_fs(0);
	load_gs(0);
	/* A 64-bit process starts with null. */
	__asm__ volatile("movw %0, %%ds; movw %0, %%es" : : "r"((uint16_t)HOST_DS));
}

void backend_load_fs_base(struct vcpu *v)
{
	load_fs(v->fs_base == linux_of(v)->fs_descriptor ? FS_SELECTOR : 0);
}

void backend_load_gs_base(struct vcpu *v, bool user)
{
	(void)user;
	load_gs(v->gs_base_kernel == linux_of(v)->gs_descriptor ? GS_SELECTOR : 0);
}

static void write_descriptor(unsigned int entry, uint64_t base)
{
	struct user_desc d = {
		.entry_number = entry,
		.base_addr = (uint32_t)base,
		.limit = 0xfffff,
		.seg_32bit = 1,
		.limit_in_pages = 1,
		.useable = 1,
	};
	long result = host_call3(__NR_modify_ldt, USER_LDT_WRITE, &d, sizeof(d));

	if (host_failed(result))
		linux_host_failed("a segment descriptor", result);
}

bool bases_fault(struct vcpu *v)
{
	struct linux_vcpu *l = linux_of(v);
	bool changed = false;

	if (v->fs_base != l->fs_descriptor) {
		write_descriptor(FS_ENTRY, v->fs_base);
		l->fs_descriptor = v->fs_base;
		changed = true;
	}
	if (v->gs_base_kernel != l->gs_descriptor) {
		write_descriptor(GS_ENTRY, v->gs_base_kernel);
		l->gs_descriptor = v->gs_base_kernel;
		changed = true;
	}
	load_fs(FS_SELECTOR);
	load_gs(GS_SELECTOR);
	return changed;
}
