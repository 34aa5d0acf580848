/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch.h - what the core asks of the architecture, and the parts of arch/x86 of one another.
 *
 * Invariant: functions that can refuse what the guest did return false after the exception has
 * been injected; the caller then just goes back to the guest.
 */
#ifndef WEDGE_ARCH_H
#define WEDGE_ARCH_H

#include <afterburn/bundle.h>
#include <wedge/arch_traits.h>
#include <wedge/guest_memory.h>
#include <wedge/guest_pages.h>
#include <wedge/guest_walk.h>
#include <wedge/site_table.h>
#include <wedge/vcpu.h>

/* ---- for the core ---- */

/* Registers as after power-on, seen from a 64-bit boot loader; memory is not touched. */
void arch_reset(struct vcpu *v);

/*
 * The processor as a boot loader leaves it for a kernel of this width, with tables for it in guest
 * memory (start_state.c), after boot_prepare().
 */
void arch_start(struct vcpu *v);

/**
 * arch_rewrite - take a site's instruction apart, and replace the site's bytes.
 * @code: where they are, writable, site->site_length bytes
 * @next: the site that begins right behind this one, or NULL
 *
 * Returns NULL, or why the site cannot be rewritten.
 */
const char *arch_rewrite(struct site *site, const struct site *next, uint8_t *code);

/* Emulates the instruction of a site; moves v->rip behind the site unless it branched or faulted.
 */
void arch_emulate(struct vcpu *v, const struct site *site, uint64_t site_va);

/* ---- instructions that no pad named (emulate.c, user_io.c) ---- */

/*
 * Takes the sensitive instruction that the guest stands at for a site without a pad; false if there
 * is none.
 */
bool instruction_at_rip(struct vcpu *v, struct site *site);

/* Carries out a user program's in or out that the guest allows; false: it is a #GP as it stands. */
bool user_io(struct vcpu *v);

/* ---- what each width brings (arch/x86/x86_64, arch/x86/i386) ---- */

/**
 * guest_tables_descend - follow the guest's tables down (guest_tables.c).
 * @out:   filled in as far as the walk came; rights are those of all levels together
 * @slots: ARCH_PAGE_LEVELS + 1 pointers, which receive where each level's entry is
 *
 * Returns false at the first entry that is not present (or whose table is no guest memory), or has
 * reserved bits set; out->error has the bits of that.
 */
bool guest_tables_descend(struct vcpu *v, uint64_t va, struct guest_walk *out, uint8_t *slots[]);

/**
 * arch_interrupt_return - the guest kernel's iret (interrupt_return.c).
 * @size: bytes of a slot of the frame, to which the stack pointer points
 *
 * v->rip is what a fault shows. Where the kernel's own iret has a gate, the back end may call this
 * for the cases that the gate does not handle.
 */
void arch_interrupt_return(struct vcpu *v, unsigned int size);

/*
 * The guest's registers, as lines of the log (registers.c). Its address is taken: hidden, so that
 * the compiler counts it from RIP, since a wedge has no global offset table.
 */
__attribute__((visibility("hidden"))) void arch_log_registers(const struct vcpu *v);

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

/*
 * Forget translations (tlb.c), once v->cr[] has the new values: those of the old space, when the
 * guest has loaded CR3; or all, global ones included.
 */
void tlb_space(struct vcpu *v);
void tlb_all(struct vcpu *v);

/*
 * Makes sure that the stack below `rsp` is in the shadow: on some platforms a fault there is the
 * end.
 */
void arch_prepare_stack(struct vcpu *v, uint64_t rsp);

/* The kernel's half of the shadow may have lost pages: what was prepared must be looked at again.
 */
void arch_forget_stacks(struct vcpu *v);

/* The common cases. */
void exception_gp(struct vcpu *v, uint32_t error);
void exception_ud(struct vcpu *v);
void exception_page_fault(struct vcpu *v, uint64_t address, uint32_t error);

/* ---- operands (operand.c) ---- */

/* What an emulation works on. */
struct emulation {
	struct vcpu *v;
	const struct site *site;
	const struct afterburn_decoded *d;
	uint64_t insn_va;  /* the instruction's own address */
	uint64_t next_va;  /* what rip is behind it in the unchanged code */
	uint64_t after_va; /* where the rewritten site ends: rip, unless the instruction branches */
};

/* Registers as instructions name them; `rex_bit` is the REX bit (1, 2 or 4) that extends the field.
 */
unsigned int operand_register(const struct emulation *e, unsigned int field, unsigned int rex_bit);
unsigned int operand_reg(const struct emulation *e);
unsigned int operand_rm(const struct emulation *e);
bool operand_is_memory(const struct emulation *e);

/* Linear address of the memory operand. */
uint64_t operand_address(const struct emulation *e);

/* Writes a register as an instruction of that operand size does: 32 bits clear the upper half. */
void operand_write_register(struct vcpu *v, unsigned int reg, unsigned int size, uint64_t value);

/* Guest memory by linear address; on a fault it is injected and false returned. */
bool operand_load(const struct emulation *e, uint64_t va, void *to, unsigned int size);
bool operand_store(const struct emulation *e, uint64_t va, const void *from, unsigned int size);

/* The r/m operand, register or memory, of `size` bytes. */
bool operand_read_rm(const struct emulation *e, unsigned int size, uint64_t *value);
bool operand_write_rm(const struct emulation *e, unsigned int size, uint64_t value);

/* The stack. */
bool operand_push(const struct emulation *e, uint64_t value, unsigned int size);
bool operand_pop(const struct emulation *e, uint64_t *value, unsigned int size);

/* ---- groups of instructions; each returns false if it injected an exception or set rip itself
 * ---- */

bool emulate_flags(struct emulation *e);   /* cli sti pushf popf */
bool emulate_halt(struct emulation *e);	   /* hlt monitor mwait */
bool emulate_io(struct emulation *e);	   /* in out ins outs */
bool emulate_control(struct emulation *e); /* cr dr clts lmsw smsw xgetbv xsetbv */
bool emulate_descriptor(
	struct emulation *e);		    /* lgdt lidt lldt ltr and their stores, lar lsl verr */
bool emulate_segment(struct emulation *e);  /* segment registers, fs and gs bases, swapgs */
bool emulate_transfer(struct emulation *e); /* iret lret ljmp lcall sysret int */
bool emulate_tlb(struct emulation *e);	    /* invlpg, cache control */
bool emulate_msr(struct emulation *e);	    /* rdmsr wrmsr rdpmc cpuid rdtsc(p) */

/* ---- ports ---- */

/* Bytes that an in or out moves, and the port it names. */
unsigned int io_width(const struct afterburn_decoded *d);
uint16_t io_port(const struct vcpu *v, const struct afterburn_decoded *d);

/* ---- segments (emulate_descriptor.c, emulate_segment.c, emulate_transfer.c) ---- */

/* Loads the LDT, or none for a null selector; false if the selector names no LDT. */
bool segment_load_ldt(struct vcpu *v, uint16_t selector);

/* Loads a segment register for the guest kernel; returns 0, or the vector of what it faults with.
 */
unsigned int segment_set(struct vcpu *v, unsigned int sreg, uint16_t selector);

/* The same, with the fault injected; false if there was one. */
bool segment_load(struct vcpu *v, unsigned int sreg, uint16_t selector);

/* Goes on at `rip` in a code segment of CPL 0; false if that faulted. */
bool segment_enter_kernel_code(struct vcpu *v, uint16_t selector, uint64_t rip);

/* The segment register that the name of a push or pop holds. */
static inline unsigned int segment_named(unsigned int id)
{
	return afterburn_insns[id].operands - AFTERBURN_OPERANDS_SREG_ES;
}

/* Is it remembered that this selector is a writable data segment from address 0? */
static inline bool segment_is_flat(const struct vcpu *v, uint16_t selector)
{
	return selector == v->flat_selector[0] || selector == v->flat_selector[1];
}

/* ---- control registers (emulate_control.c) ---- */

/* The guest writes a control register. */
bool control_write(struct vcpu *v, unsigned int index, uint64_t value);

#endif /* WEDGE_ARCH_H */
