/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch.h - what the core and the back ends ask of the architecture.
 *
 * Invariant: an exception that a function raises is injected when it returns: the vCPU stands at
 * the guest's handler, and the caller just goes back to the guest.
 */
#ifndef WEDGE_ARCH_H
#define WEDGE_ARCH_H

#include <wedge/arch_traits.h>
#include <wedge/site_table.h>
#include <wedge/vcpu.h>

/* ---- the start ---- */

/**
 * arch_reset - the vCPU's registers as after power-on, seen from a boot loader for this width.
 *
 * Of `v` all else must be zero. Guest memory is not touched.
 */
void arch_reset(struct vcpu *v);

/**
 * arch_start - the processor as a boot loader leaves it for a kernel of this width.
 *
 * To be called after boot_prepare(), which sets v->rip and the register with the boot information.
 * Puts tables for the start into guest memory (boot.h says where) and loads them.
 */
void arch_start(struct vcpu *v);

/**
 * arch_log_registers - the guest's registers, as lines of the log.
 *
 * Its address is taken: hidden, so that the compiler counts it from RIP, since a wedge has no
 * global offset table.
 */
__attribute__((visibility("hidden"))) void arch_log_registers(const struct vcpu *v);

/* ---- instructions ---- */

/**
 * arch_rewrite - take a site's instruction apart, and replace the site's bytes.
 * @site: in the site table; its `d` is filled in
 * @next: the site that begins right behind this one, or NULL
 * @code: the site's bytes, writable, site->site_length of them; need not be where they run
 *
 * To be called before the guest can run the site. Returns NULL, or why the site cannot be
 * rewritten; the bytes may have been changed then.
 */
const char *arch_rewrite(struct site *site, const struct site *next, uint8_t *code);

/**
 * arch_emulate - carry out the instruction of a site.
 * @site:    rewritten, or from arch_instruction_at_rip()
 * @site_va: where it stands: differs from site->va for code that runs where it was loaded
 *
 * Moves v->rip behind the site, unless the instruction branches or faults.
 */
void arch_emulate(struct vcpu *v, const struct site *site, uint64_t site_va);

/**
 * arch_emulate_unlisted - the same for a sensitive instruction that is no site.
 *
 * The guest's kernel has faulted at v->rip: in code that was generated or copied. Returns false,
 * and changes nothing, if no such instruction stands there.
 */
bool arch_emulate_unlisted(struct vcpu *v);

/**
 * arch_emulate_user_io - carry out a user program's in or out that the guest allows.
 *
 * The program has got a #GP at v->rip. Returns false, and changes nothing, if that is how it is:
 * the guest must see it.
 */
bool arch_emulate_user_io(struct vcpu *v);

/**
 * arch_instruction_at_rip - the sensitive instruction that the guest stands at, as a site.
 * @site: filled in, with no pad
 *
 * For user code read with its own rights. Returns false if there is none.
 */
bool arch_instruction_at_rip(struct vcpu *v, struct site *site);

/* The segment register that the name of a push or pop holds. */
static inline unsigned int segment_named(unsigned int id)
{
	return afterburn_insns[id].operands - AFTERBURN_OPERANDS_SREG_ES;
}

/**
 * arch_interrupt_return - the guest kernel's iret.
 * @size: bytes of a slot of the frame, to which the stack pointer points
 *
 * v->rip is what a fault shows. Where the kernel's own iret has a gate, the back end may call this
 * for the cases that the gate does not handle.
 */
void arch_interrupt_return(struct vcpu *v, unsigned int size);

/* ---- exceptions and interrupts (exception.c) ---- */

enum { ARCH_NO_ERROR_CODE = -1 };

/**
 * exception_deliver - enter the guest's handler for a vector, as SDM 3A section 6.14 describes.
 * @vector:   0 to 255
 * @error:    error code, or ARCH_NO_ERROR_CODE
 * @software_length: bytes of the INT instruction that raised it, behind which v->rip stands; an
 * entry for user code must allow it (DPL). 0 for all else
 *
 * v->rip is what the frame shall show. A fault while delivering is delivered instead, or becomes a
 * double fault, by SDM 3A table 6-5; a fault while delivering a double fault ends the guest.
 */
void exception_deliver(struct vcpu *v, unsigned int vector, int64_t error,
		       unsigned int software_length);

/* The guest gets the exception by which its code entered the wedge: v->trap, but no page fault. */
void exception_reflect(struct vcpu *v);

/* The common cases. */
void exception_gp(struct vcpu *v, uint32_t error);
void exception_ud(struct vcpu *v);
void exception_page_fault(struct vcpu *v, uint64_t address, uint32_t error);

/* ---- kernel stacks that must be present (BACKEND_STACKS_MUST_BE_PRESENT) ---- */

/**
 * arch_prepare_stack - have the stack below `rsp` in the shadow.
 *
 * To be called before the guest runs on another stack of its kernel's. Nothing where the platform
 * does not want it.
 */
void arch_prepare_stack(struct vcpu *v, uint64_t rsp);

/* The kernel's half of the shadow may have lost pages: what was prepared must be looked at again.
 */
void arch_forget_stacks(struct vcpu *v);

#endif /* WEDGE_ARCH_H */
