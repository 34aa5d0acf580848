/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulate_control.c - control and debug registers, and XCR0 (SDM 3A sections 2.5, 2.6, 17.2).
 *
 * A kernel may switch paging on and off only outside of long mode.
 *
 * Invariant: v->cr[] always holds the values that the guest reads; rewritten sites read them in
 * place.
 */
#include <wedge/backend.h>
#include <wedge/cpuid.h>
#include <wedge/guest_memory.h>
#include <wedge/guest_walk.h>
#include <wedge/log.h>
#include "emulate.h"
#include "tlb.h"

/*
 * The CR4 bits whose features the wedge shows, and VME, PVI and MCE, which do nothing here; setting
 * another is #GP, as for reserved bits.
 */
enum {
	CR4_ALLOWED = X86_CR4_VME | X86_CR4_PVI | X86_CR4_TSD | X86_CR4_DE | X86_CR4_PSE |
		      (ARCH_LONG_MODE ? X86_CR4_PAE : 0) | X86_CR4_MCE | X86_CR4_PGE | X86_CR4_PCE |
		      X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT | X86_CR4_OSXSAVE
};

/* SDM 2B, MOV to control registers: these combinations are #GP. */
static bool bad_cr0(uint64_t value)
{
	return value >> 32 || ((value & X86_CR0_PG) && !(value & X86_CR0_PE)) ||
	       ((value & X86_CR0_NW) && !(value & X86_CR0_CD));
}

static bool write_cr0(struct vcpu *v, uint64_t value)
{
	uint64_t changed = v->cr[0] ^ value;

	if (bad_cr0(value)) {
		exception_gp(v, 0);
		return false;
	}
	if (ARCH_LONG_MODE && !(value & X86_CR0_PG))
		wedge_fatal("the kernel switches paging off at %lx", (unsigned long)v->rip);
	v->cr[0] = value | X86_CR0_ET;
	if (changed & X86_CR0_TS)
		backend_load_cr0(v);
	/* With WP off, the TLB may hold read-only pages as writable (SDM 3A 4.10.4.1). */
	if (changed & X86_CR0_WP)
		tlb_all(v);
	if (changed & X86_CR0_PG) {
		guest_forget_all(v);
		tlb_space(v);
	}
	return true;
}

static bool write_cr4(struct vcpu *v, uint64_t value)
{
	uint64_t changed = v->cr[4] ^ value;

	if (value & ~(uint64_t)CR4_ALLOWED) {
		exception_gp(v, 0);
		return false;
	}
	v->cr[4] = value;
	if (changed & (X86_CR4_PGE | X86_CR4_PSE | X86_CR4_PAE))
		tlb_all(v);
	if (changed & (X86_CR4_OSXSAVE | X86_CR4_TSD))
		backend_load_cr4(v);
	return true;
}

/*
 * Has a 64-bit kernel gone? To start another kernel in its place (kexec), Linux empties its IDT and
 * loads tables that map memory where it is, and not the kernel. The code that it then runs was
 * copied after it was rewritten, so its branches to the wedge would lead to other places.
 */
static bool kernel_has_gone(struct vcpu *v)
{
	struct guest_walk walk;

	return ARCH_LONG_MODE && !v->idt.limit && v->lstar && !guest_lookup(v, v->lstar, &walk);
}

static void write_cr3(struct vcpu *v, uint64_t value)
{
	v->cr[3] = value;
	if (kernel_has_gone(v))
		wedge_fatal("the kernel starts another one in its place (kexec) at %lx",
			    (unsigned long)v->rip);
	tlb_space(v);
}

bool control_write(struct vcpu *v, unsigned int index, uint64_t value)
{
	switch (index) {
	case 0:
		return write_cr0(v, value);
	case 2:
		v->cr[2] = value;
		return true;
	case 3:
		write_cr3(v, value);
		return true;
	case 4:
		return write_cr4(v, value);
	case 8:
		v->cr[8] = value & 15;
		return true;
	default:
		exception_ud(v);
		return false;
	}
}

/* DR4 and DR5 are DR6 and DR7 unless CR4.DE is set (SDM 3A 17.2.2); false if it is. */
static bool debug_register(struct vcpu *v, unsigned int *index)
{
	if (*index != 4 && *index != 5)
		return true;
	if (v->cr[4] & X86_CR4_DE) {
		exception_ud(v);
		return false;
	}
	*index += 2;
	return true;
}

static bool write_dr(struct vcpu *v, unsigned int index, uint64_t value)
{
	if (!debug_register(v, &index))
		return false;
	if (index == 6)
		value = (value & 0xe00f) | 0xffff0ff0;
	if (index == 7)
		value = (value & 0xffff2bff) | 0x400;
	v->dr[index] = value;
	backend_load_dr(v, index);
	return true;
}

/* CPUID leaf 0xd, subleaf 1, EAX: XGETBV takes 1 in ECX. */
enum { XGETBV_INDEX_1 = 1u << 2 };

static bool has_osxsave(struct vcpu *v)
{
	if (v->cr[4] & X86_CR4_OSXSAVE)
		return true;
	exception_ud(v);
	return false;
}

/*
 * The components that are not in their initial state (SDM 1, section 13.6). Only the processor
 * knows.
 */
static uint32_t components_in_use(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(1));
	return low;
}

static bool xgetbv(struct vcpu *v)
{
	uint32_t index = (uint32_t)v->gpr[X86_RCX], features[4];
	uint64_t value = v->xcr0;

	if (!has_osxsave(v))
		return false;
	if (index == 1) {
		cpuid_show(v, 0xd, 1, features);
		if (features[CPUID_EAX] & XGETBV_INDEX_1) {
			value &= components_in_use();
			index = 0;
		}
	}
	if (index != 0) {
		exception_gp(v, 0);
		return false;
	}
	v->gpr[X86_RAX] = (uint32_t)value;
	v->gpr[X86_RDX] = value >> 32;
	return true;
}

static bool xsetbv(struct vcpu *v)
{
	uint64_t value = (uint32_t)v->gpr[X86_RAX] | v->gpr[X86_RDX] << 32;

	if (!has_osxsave(v))
		return false;
	if ((uint32_t)v->gpr[X86_RCX] != 0 || !backend_load_xcr0(v, value)) {
		exception_gp(v, 0);
		return false;
	}
	v->xcr0 = value;
	return true;
}

bool emulate_control(struct emulation *e)
{
	struct vcpu *v = e->v;
	unsigned int index = operand_reg(e);
	uint64_t value;

	switch (e->d->id) {
	case AFTERBURN_INSN_MOV_FROM_CR:
		if (index > 8 || index == 1 || (index >= 5 && index <= 7)) {
			exception_ud(v);
			return false;
		}
		v->gpr[operand_rm(e)] = v->cr[index];
		return true;
	case AFTERBURN_INSN_MOV_TO_CR:
		return control_write(v, index, v->gpr[operand_rm(e)]);
	case AFTERBURN_INSN_MOV_FROM_DR:
		index &= 7;
		if (!debug_register(v, &index))
			return false;
		v->gpr[operand_rm(e)] = v->dr[index];
		return true;
	case AFTERBURN_INSN_MOV_TO_DR:
		return write_dr(v, index & 7, v->gpr[operand_rm(e)]);
	case AFTERBURN_INSN_CLTS:
		return control_write(v, 0, v->cr[0] & ~(uint64_t)X86_CR0_TS);
	case AFTERBURN_INSN_LMSW:
		if (!operand_read_rm(e, 2, &value))
			return false;
		/* LMSW can set PE but not clear it (SDM 2A, LMSW). */
		return control_write(v, 0, (v->cr[0] & ~0xeull) | (value & 0xf));
	case AFTERBURN_INSN_SMSW:
		return operand_write_rm(e, operand_is_memory(e) ? 2 : e->d->operand_size, v->cr[0]);
	case AFTERBURN_INSN_XGETBV:
		return xgetbv(v);
	default:
		return xsetbv(v);
	}
}
