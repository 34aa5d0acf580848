/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulate.h - what the files that carry out instructions share: the current instruction, its
 * operands, a function for each class, and what one class does for another.
 *
 * Invariant: a function that refuses what the guest did injects the exception and returns false.
 * The caller then only returns to the guest.
 */
#ifndef WEDGE_ARCH_EMULATE_H
#define WEDGE_ARCH_EMULATE_H

#include <wedge/arch.h>
#include <wedge/arch_traits.h>
#include <wedge/site_table.h>
#include <wedge/vcpu.h>

/* ---- operands (operand.c) ---- */

/* The instruction that is being carried out. */
struct emulation {
	struct vcpu *v;
	const struct site *site;
	const struct afterburn_decoded *d;
	uint64_t insn_va;  /* the instruction's own address */
	uint64_t next_va;  /* the address behind it in the unchanged code */
	uint64_t after_va; /* where the rewritten site ends: rip, unless the instruction branches */
};

/* Registers as instructions name them; `rex_bit` is the REX bit (1, 2 or 4) that extends the field.
 */
unsigned int operand_register(const struct emulation *e, unsigned int field, unsigned int rex_bit);
unsigned int operand_reg(const struct emulation *e);
unsigned int operand_rm(const struct emulation *e);
bool operand_is_memory(const struct emulation *e);

/* The linear address of the memory operand. */
uint64_t operand_address(const struct emulation *e);

/* Writes a register as an instruction of that operand size does: 32 bits clear the upper half. */
void operand_write_register(struct vcpu *v, unsigned int reg, unsigned int size, uint64_t value);

/* Accesses guest memory by linear address. On a page fault, injects it and returns false. */
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
bool emulate_fpu(struct emulation *e);	   /* fxsave fxrstor fnsave frstor fninit */
bool emulate_halt(struct emulation *e);	   /* hlt monitor mwait */
bool emulate_io(struct emulation *e);	   /* in out ins outs */
bool emulate_control(struct emulation *e); /* cr dr clts lmsw smsw xgetbv xsetbv */
bool emulate_descriptor(
	struct emulation *e);		    /* lgdt lidt lldt ltr and their stores, lar lsl verr */
bool emulate_segment(struct emulation *e);  /* segment registers, fs and gs bases, swapgs */
bool emulate_transfer(struct emulation *e); /* iret lret ljmp lcall sysret int */
bool emulate_tlb(struct emulation *e);	    /* invlpg, cache control */
bool emulate_msr(struct emulation *e);	    /* rdmsr wrmsr rdpmc cpuid rdtsc(p) */

/* ---- MSRs (emulate_msr.c) ---- */

/* Notes the selectors that IA32_STAR names for system calls and for the return from them. */
void emulate_take_star(struct vcpu *v);

/* ---- ports ---- */

/* Bytes that an in or out moves, and the port it names. */
unsigned int io_width(const struct afterburn_decoded *d);
uint16_t io_port(const struct vcpu *v, const struct afterburn_decoded *d);

/* ---- segments (emulate_descriptor.c, emulate_segment.c, emulate_transfer.c) ---- */

/* Loads the LDT, or none for a null selector; false if the selector names no LDT. */
bool segment_load_ldt(struct vcpu *v, uint16_t selector);

/* Loads a segment register for the guest kernel. Returns 0, or the vector of the exception. */
unsigned int segment_set(struct vcpu *v, unsigned int sreg, uint16_t selector);

/* The same, but injects the exception and returns false. */
bool segment_load(struct vcpu *v, unsigned int sreg, uint16_t selector);

/*
 * Jumps to `rip` in a code segment of CPL 0. Injects the exception and returns false if that
 * faults.
 */
bool segment_enter_kernel_code(struct vcpu *v, uint16_t selector, uint64_t rip);

/* True if the vCPU remembers this selector as a writable data segment that begins at 0. */
static inline bool segment_is_flat(const struct vcpu *v, uint16_t selector)
{
	return selector == v->flat_selector[0] || selector == v->flat_selector[1];
}

/* ---- control registers (emulate_control.c) ---- */

/* Writes a control register as the guest's mov does. */
bool control_write(struct vcpu *v, unsigned int index, uint64_t value);

#endif /* WEDGE_ARCH_EMULATE_H */
