/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idt.h - the guest's interrupt descriptor table: how each width enters a handler (idt.c), and how
 * it reports that it cannot (SDM 2A, INT n).
 *
 * Invariant: if a handler cannot be entered, nothing of the vCPU has changed.
 */
#ifndef WEDGE_ARCH_IDT_H
#define WEDGE_ARCH_IDT_H

#include <wedge/descriptor.h>

/* Bits of an error code: the index is that of an IDT entry; the program did not cause the fault. */
enum { IDT_ERROR = 2, IDT_ERROR_EXTERNAL = 1 };

/* The exception that the processor raises because it cannot deliver another. */
struct idt_fault {
	uint8_t vector;
	struct guest_fault at; /* the error code; of a page fault, the address as well */
};

/* Notes such a fault. Returns false, which the caller returns in turn. */
static inline bool idt_refuse(struct idt_fault *fault, uint8_t vector, uint32_t error)
{
	fault->vector = vector;
	fault->at.error = error;
	return false;
}

/* The same for a page fault that is in fault->at already. */
static inline bool idt_page_fault(struct idt_fault *fault)
{
	fault->vector = X86_TRAP_PF;
	return false;
}

/* May the IDT entry `d` be used? An INT of user code needs an entry of DPL 3. */
static inline bool idt_allows(const struct vcpu *v, uint64_t d, unsigned int vector, bool software,
			      struct idt_fault *fault)
{
	if (software && vcpu_in_user(v) && descriptor_dpl(d) < 3)
		return idt_refuse(fault, X86_TRAP_GP, vector * 8 | IDT_ERROR);
	return descriptor_is_present(d) || idt_refuse(fault, X86_TRAP_NP, vector * 8 | IDT_ERROR);
}

/**
 * idt_enter - push a frame and go on in the handler of a vector, or in its task.
 * @error:    error code, or ARCH_NO_ERROR_CODE
 * @software: an INT instruction asks for it
 * @fault:    receives what hardware raises if the guest's tables or stack do not allow it
 *
 * Returns false if there is such a fault. A task may have been entered in part then.
 */
bool idt_enter(struct vcpu *v, unsigned int vector, int64_t error, bool software,
	       struct idt_fault *fault);

#endif /* WEDGE_ARCH_IDT_H */
