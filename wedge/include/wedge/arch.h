/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch.h - what the core and the back ends ask of the architecture.
 *
 * Invariant: a function that raises an exception has injected it when it returns: the vCPU is at
 * the guest's handler, and the caller only returns to the guest.
 */
#ifndef WEDGE_ARCH_H
#define WEDGE_ARCH_H

#include <wedge/arch_traits.h>
#include <wedge/site_table.h>
#include <wedge/vcpu.h>

/* ---- the start ---- */

/**
 * arch_reset - set the vCPU's registers as a boot loader for this width finds them after power-on.
 *
 * The rest of `v` must be zero. Does not touch guest memory.
 */
void arch_reset(struct vcpu *v);

/**
 * arch_start - set the processor as a boot loader leaves it for a kernel of this width.
 *
 * Call it after boot_prepare(), which sets v->rip and the register with the boot information.
 * Writes page table and GDT for the start into guest memory (boot.h) and loads them.
 */
void arch_start(struct vcpu *v);

/**
 * arch_log_registers - print the guest's registers as lines of the log.
 *
 * Hidden, because its address is taken: then the compiler makes it relative to RIP, since a wedge
 * has no global offset table.
 */
__attribute__((visibility("hidden"))) void arch_log_registers(const struct vcpu *v);

/* ---- instructions ---- */

/* Bits of MXCSR that the processor has: to load others is #GP (SDM 1 section 11.6.6). */
uint32_t arch_mxcsr_mask(void);

/**
 * arch_rewrite - decode a site's instruction, and replace the site's bytes.
 * @site: in the site table; its `d` is filled in
 * @next: the site that begins right behind this one, or NULL
 * @code: the site's bytes, writable, site->site_length of them; need not be where they run
 *
 * Call it before the guest can run the site. Returns NULL, or the reason why the site cannot be
 * rewritten; the bytes may have changed then.
 */
const char *arch_rewrite(struct site *site, const struct site *next, uint8_t *code);

/**
 * arch_emulate - carry out the instruction of a site.
 * @site:    rewritten, or from arch_instruction_at_rip()
 * @site_va: its address: differs from site->va for code that runs where it was loaded
 *
 * Moves v->rip behind the site and returns true, unless the instruction branches or faults.
 */
bool arch_emulate(struct vcpu *v, const struct site *site, uint64_t site_va);

/**
 * arch_site_of_ramp - the site that guest code has left but whose instruction is not carried out.
 *
 * The guest is at v->rip, on a ramp or at the beginning of gate_ramp: its registers are as they
 * were at the site's start afterwards. Returns NULL if it is anywhere else.
 */
const struct site *arch_site_of_ramp(struct vcpu *v);

/**
 * arch_emulate_unlisted - carry out a sensitive instruction that is no site.
 *
 * The guest kernel has faulted at v->rip, in code that it has generated or copied. Returns false,
 * and changes nothing, if no sensitive instruction is there.
 */
bool arch_emulate_unlisted(struct vcpu *v);

/**
 * arch_emulate_user_io - carry out a user program's in or out that the guest allows.
 *
 * The program has caused a #GP at v->rip. Returns false, and changes nothing, if the #GP is for the
 * guest's handler.
 */
bool arch_emulate_user_io(struct vcpu *v);

/**
 * arch_instruction_at_rip - the sensitive instruction at the guest's rip, as a site.
 * @site: filled in, with no pad
 *
 * Reads user code with user rights. Returns false if there is no such instruction.
 */
bool arch_instruction_at_rip(struct vcpu *v, struct site *site);

/**
 * arch_copied_popf - the popf of a site that the guest has copied, and whose copy has called a
 * gate.
 * @return_address: behind the call
 * @site:           filled in, at the copy's address
 *
 * Returns false if there is no such call.
 */
bool arch_copied_popf(struct vcpu *v, uint64_t return_address, struct site *site);

/* The segment register that the id of a push or pop names. */
static inline unsigned int segment_named(unsigned int id)
{
	return afterburn_insns[id].operands - AFTERBURN_OPERANDS_SREG_ES;
}

/**
 * arch_interrupt_return - the guest kernel's iret.
 * @size: bytes of a slot of the frame, to which the stack pointer points
 *
 * A fault shows v->rip. If the kernel's iret has a gate, the back end may call this for the cases
 * that the gate does not handle.
 */
void arch_interrupt_return(struct vcpu *v, unsigned int size);

/**
 * arch_system_call - user code has executed `syscall`, for 64-bit kernels only.
 * @handler: where the kernel's entry is: LSTAR, or CSTAR for code in compatibility mode
 *
 * v->rip is behind the instruction. Raises #UD at it unless EFER.SCE is set (or there is no
 * handler).
 */
void arch_system_call(struct vcpu *v, uint64_t handler);

/* ---- exceptions and interrupts (exception.c) ---- */

enum { ARCH_NO_ERROR_CODE = -1 };

/**
 * exception_deliver - enter the guest's handler for a vector, as SDM 3A section 6.14 describes.
 * @vector:   0 to 255
 * @error:    error code, or ARCH_NO_ERROR_CODE
 * @software_length: bytes of the INT instruction that raised it, with v->rip behind it; the
 * entry for user code must allow it (DPL). 0 for all else
 *
 * The frame shows v->rip. A fault during the delivery is delivered instead, or becomes a double
 * fault, by SDM 3A table 6-5; a fault during the delivery of a double fault ends the guest.
 */
void exception_deliver(struct vcpu *v, unsigned int vector, int64_t error,
		       unsigned int software_length);

/*
 * Delivers to the guest the exception by which its code entered the wedge, v->trap. Not for page
 * faults.
 */
void exception_reflect(struct vcpu *v);

/* The common cases. */
void exception_gp(struct vcpu *v, uint32_t error);
void exception_ud(struct vcpu *v);
void exception_page_fault(struct vcpu *v, uint64_t address, uint32_t error);

/* ---- kernel stacks that must be present (BACKEND_STACKS_MUST_BE_PRESENT) ---- */

/**
 * arch_prepare_stack - make sure that the stack below `rsp` is in the shadow.
 *
 * Call it before the guest kernel runs on another stack. Does nothing unless
 * BACKEND_STACKS_MUST_BE_PRESENT.
 */
void arch_prepare_stack(struct vcpu *v, uint64_t rsp);

/* The kernel's half of the shadow may have lost pages, so no stack counts as prepared any more. */
void arch_forget_stacks(struct vcpu *v);

#endif /* WEDGE_ARCH_H */
