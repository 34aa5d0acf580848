/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulate_msr.c - model specific registers, cpuid, time stamp (SDM volume 4 chapter 2; 2A CPUID).
 *
 * Invariant: access to an MSR that is not listed here is #GP, as on a processor without it.
 */
#include <wedge/backend.h>
#include <wedge/cpuid.h>
#include "emulate.h"

/* The flags that user code can set: an SFMASK with all of these clears every one. */
enum { SFMASK_ALL = 0x257fd5 };

/* What the guest may set in EFER: SCE and NX; LME and LMA are fixed in 64-bit mode. */
enum { EFER_ALLOWED = X86_EFER_SCE | X86_EFER_LME | X86_EFER_LMA | X86_EFER_NX };

/*
 * AMD's hardware configuration: SMM is locked, and the time stamp counter runs at a constant rate.
 * Linux reads it early, when it cannot take a fault. It cannot be written.
 */
enum { HWCR_VALUE = 1 << 24 | 1 };

/*
 * AMD's northbridge: extended configuration by port 0xcf8 is on, and the guest need not enable it.
 */
#define NB_CFG_VALUE (1ull << 46)

/* EFER and the MSRs above came with long mode; a 32-bit guest has only AMD's two of them. */
static bool exists(uint32_t msr)
{
	return ARCH_LONG_MODE || msr < X86_MSR_EFER || msr == X86_MSR_HWCR || msr == X86_MSR_NB_CFG;
}

/* The storage of an MSR whose value the wedge only keeps; NULL for all others. */
static uint64_t *storage(struct vcpu *v, uint32_t msr)
{
	switch (msr) {
	case X86_MSR_STAR:
		return &v->star;
	case X86_MSR_LSTAR:
		return &v->lstar;
	case X86_MSR_CSTAR:
		return &v->cstar;
	case X86_MSR_SFMASK:
		return &v->sfmask;
	case X86_MSR_SYSENTER_CS:
	case X86_MSR_SYSENTER_ESP:
	case X86_MSR_SYSENTER_EIP:
		return &v->sysenter[msr - X86_MSR_SYSENTER_CS];
	case X86_MSR_MISC_ENABLE:
		return &v->misc_enable;
	case X86_MSR_PAT:
		return &v->pat;
	case X86_MSR_TSC_AUX:
		return &v->tsc_aux;
	default:
		return NULL;
	}
}

/* MSR_GS_BASE is the active base, MSR_KERNEL_GS_BASE the base that swapgs would make active. */
static bool names_user_gs(const struct vcpu *v, uint32_t msr)
{
	return (msr == X86_MSR_KERNEL_GS_BASE) == (v->gs_state == VCPU_GS_KERNEL);
}

static bool read_msr(struct vcpu *v, uint32_t msr, uint64_t *value)
{
	uint64_t *slot = storage(v, msr);

	if (!exists(msr))
		return false;
	if (slot) {
		*value = *slot;
		return true;
	}
	switch (msr) {
	case X86_MSR_TSC:
		*value = x86_read_tsc();
		return true;
	case X86_MSR_EFER:
		*value = v->efer;
		return true;
	case X86_MSR_HWCR:
		*value = HWCR_VALUE;
		return true;
	case X86_MSR_NB_CFG:
		*value = NB_CFG_VALUE;
		return true;
	case X86_MSR_FS_BASE:
		backend_read_bases(v);
		*value = v->fs_base;
		return true;
	case X86_MSR_GS_BASE:
	case X86_MSR_KERNEL_GS_BASE:
		backend_read_bases(v);
		*value = names_user_gs(v, msr) ? v->gs_base_user : v->gs_base_kernel;
		return true;
	default:
		return false;
	}
}

static bool is_canonical(uint64_t address)
{
	return (uint64_t)((int64_t)(address << 16) >> 16) == address;
}

static bool write_base(struct vcpu *v, uint32_t msr, uint64_t value)
{
	if (!is_canonical(value))
		return false;
	if (msr == X86_MSR_FS_BASE) {
		v->fs_base = value;
		backend_load_fs_base(v);
	} else if (names_user_gs(v, msr)) {
		v->gs_base_user = value;
		backend_load_gs_base(v, true);
	} else {
		v->gs_base_kernel = value;
		backend_load_gs_base(v, false);
	}
	return true;
}

/* SDM 2B, SYSCALL. */
static void note_syscall_selectors(struct vcpu *v)
{
	v->syscall_cs = v->star >> 32 & 0xfffc;
	v->syscall_ss = (uint16_t)((v->star >> 32) + 8);
}

static bool write_msr(struct vcpu *v, uint32_t msr, uint64_t value)
{
	uint64_t *slot = storage(v, msr);

	if (!exists(msr))
		return false;
	if (slot) {
		if ((msr == X86_MSR_LSTAR || msr == X86_MSR_CSTAR) && !is_canonical(value))
			return false;
		*slot = value;
		if (msr == X86_MSR_STAR)
			note_syscall_selectors(v);
		return true;
	}
	switch (msr) {
	case X86_MSR_TSC:
		return true; /* the guest has the platform's counter */
	case X86_MSR_EFER:
		if (value & ~(uint64_t)EFER_ALLOWED)
			return false;
		v->efer = value | X86_EFER_LME | X86_EFER_LMA;
		return true;
	case X86_MSR_FS_BASE:
	case X86_MSR_GS_BASE:
	case X86_MSR_KERNEL_GS_BASE:
		return write_base(v, msr, value);
	default:
		return false;
	}
}

static void put_edx_eax(struct vcpu *v, uint64_t value)
{
	v->gpr[X86_RAX] = (uint32_t)value;
	v->gpr[X86_RDX] = value >> 32;
}

static void do_cpuid(struct vcpu *v)
{
	uint32_t r[4];

	cpuid_show(v, (uint32_t)v->gpr[X86_RAX], (uint32_t)v->gpr[X86_RCX], r);
	v->gpr[X86_RAX] = r[CPUID_EAX];
	v->gpr[X86_RBX] = r[CPUID_EBX];
	v->gpr[X86_RCX] = r[CPUID_ECX];
	v->gpr[X86_RDX] = r[CPUID_EDX];
}

bool emulate_msr(struct emulation *e)
{
	struct vcpu *v = e->v;
	uint32_t msr = (uint32_t)v->gpr[X86_RCX];
	uint64_t value = (uint32_t)v->gpr[X86_RAX] | v->gpr[X86_RDX] << 32;
	bool good;

	switch (e->d->id) {
	case AFTERBURN_INSN_CPUID:
		do_cpuid(v);
		return true;
	case AFTERBURN_INSN_RDTSCP:
		v->gpr[X86_RCX] = (uint32_t)v->tsc_aux;
		put_edx_eax(v, x86_read_tsc());
		return true;
	case AFTERBURN_INSN_RDTSC:
		put_edx_eax(v, x86_read_tsc());
		return true;
	case AFTERBURN_INSN_WRMSR:
		good = write_msr(v, msr, value);
		v->syscall_fast = (v->sfmask & SFMASK_ALL) == SFMASK_ALL &&
				  (v->efer & X86_EFER_SCE) && v->lstar;
		break;
	case AFTERBURN_INSN_RDMSR:
		good = read_msr(v, msr, &value);
		if (good)
			put_edx_eax(v, value);
		break;
	default: /* rdpmc: no performance counters are shown */
		good = false;
	}
	if (!good)
		exception_gp(v, 0);
	return good;
}
