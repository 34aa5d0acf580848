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
 * What the guest need not guard its kernel against (SDM 4, IA32_ARCH_CAPABILITIES): what lies
 * between the kernel's memory and user code is the hypervisor's work, and done whatever the guest
 * does (architecture.md, "What is defended"). SSB_NO, BHI_NO and ITS_NO are not said: these a
 * kernel guards against within its own code, in any ring. TSX_CTRL, IBRS_ALL and other bits that
 * promise an MSR are 0.
 */
#define ARCH_CAPS_VALUE                                                                            \
	(1ull << 0 |  /* RDCL_NO: user code has no address of the kernel, absent entries are 0 */  \
	 1ull << 3 |  /* SKIP_L1DFL_VMENTRY: the guest enters no virtual machines */               \
	 1ull << 5 |  /* MDS_NO: the way to user code leads through the hypervisor */              \
	 1ull << 6 |  /* IF_PSCHANGE_MC_NO: the tables are the hypervisor's */                     \
	 1ull << 8 |  /* TAA_NO: as MDS_NO */                                                      \
	 7ull << 13 | /* SBDR_SSDP_NO, FBSDP_NO, PSDP_NO: as MDS_NO */                             \
	 1ull << 24 | /* PBRSB_NO: the guest has no exits of virtual machines */                   \
	 1ull << 26 | /* GDS_NO: the update of the processor is the hypervisor's */                \
	 1ull << 27)  /* RFDS_NO: as MDS_NO */

/*
 * Registers with one value, that cannot be written unless takes_writes() says so. Linux reads all
 * of them because of the processor's model or family, without asking CPUID, and some of them before
 * it can take a fault.
 */
static const struct {
	uint32_t msr;
	uint64_t value;
} fixed[] = {
	/* No update of the processor is loaded, of platform 0. */
	{X86_MSR_PLATFORM_ID, 0},
	{X86_MSR_UPDATE_ID, 0},
	/* Clocks of Intel's Atoms: zero is none that Linux knows, so it measures. */
	{X86_MSR_FSB_FREQ, 0},
	{X86_MSR_PLATFORM_INFO, 0},
	{X86_MSR_PERF_STATUS, 0},
	{X86_MSR_ARCH_CAPS, ARCH_CAPS_VALUE},
	/* AMD's hardware configuration: SMM is locked, the time stamp counter's rate constant. */
	{X86_MSR_HWCR, 1 << 24 | 1},
	/* AMD's northbridge: extended configuration by port 0xcf8 is on already. */
	{X86_MSR_NB_CFG, 1ull << 46},
	/* AMD's C1E, which stops the timer of an APIC, is off. */
	{X86_MSR_INT_PENDING, 0},
};

static bool read_fixed(uint32_t msr, uint64_t *value)
{
	for (unsigned int i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		if (fixed[i].msr != msr)
			continue;
		*value = fixed[i].value;
		return true;
	}
	return false;
}

/*
 * Writes that change nothing. The guest has the platform's time stamp counter. An update of the
 * processor is refused as a processor does that is not the update's: its number stays what it was.
 */
static bool takes_writes(uint32_t msr)
{
	return msr == X86_MSR_TSC || msr == X86_MSR_UPDATE_TRIGGER || msr == X86_MSR_UPDATE_ID ||
	       msr == X86_MSR_PATCH_LOADER;
}

/* EFER and the MSRs above it came with long mode; a 32-bit guest has only AMD's older ones. */
static bool exists(uint32_t msr)
{
	return ARCH_LONG_MODE || msr < X86_MSR_EFER || msr >> 16 == X86_MSR_HWCR >> 16;
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
		return read_fixed(msr, value);
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

/* SDM 2B, SYSCALL and SYSRET. */
void emulate_take_star(struct vcpu *v)
{
	uint16_t user = (uint16_t)(v->star >> 48);

	v->syscall_cs = v->star >> 32 & 0xfffc;
	v->syscall_ss = (uint16_t)((v->star >> 32) + 8);
	v->sysret_cs32 = user | X86_SELECTOR_RPL;
	v->sysret_ss = (uint16_t)(user + 8) | X86_SELECTOR_RPL;
	v->sysret_cs = (uint16_t)(user + 16) | X86_SELECTOR_RPL;
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
			emulate_take_star(v);
		return true;
	}
	switch (msr) {
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
		return takes_writes(msr);
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
