/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gates.h - where rewritten sites go: assembler entry points, called or jumped to from guest code.
 *
 * Invariant: none is ever called from C; only their addresses are used.
 */
#ifndef WEDGE_GATES_H
#define WEDGE_GATES_H

extern const char gate_site[];	   /* any site: enters core_site() */
extern const char gate_sti[];	   /* sets the interrupt flag, takes what was pending */
extern const char gate_sti_halt[]; /* marks that the halt behind it takes interrupts */
extern const char gate_pushf[];	   /* the image on top of the stack gets the guest's flag */
extern const char gate_popf[];	   /* pops the flags, takes what was pending */

/*
 * Of 64-bit kernels alone. The two return one byte later: for a call that ends where the `sti`
 * itself stands.
 */
extern const char gate_sti_over[], gate_sti_halt_over[];

/* Of 64-bit kernels alone; jumped to. */
extern const char gate_iret[];	   /* interrupt return with 64-bit slots */
extern const char gate_sysret64[]; /* sysret to 64-bit code */
extern const char gate_sysret32[]; /* sysret to compatibility mode */

/*
 * Of 32-bit kernels alone. gate_iret32 is called, so that a fault can show the site: what is on the
 * stack is the return address, then the frame (EIP, CS, EFLAGS, and ESP, SS to user code). It is
 * the back end's; what it does not do itself it leaves to arch_interrupt_return(v, 4), with v->rip
 * SITE_CALL_LENGTH before the return address and the frame on top of the stack. The mov gates find
 * the register's value on the stack, as the pops do.
 */
extern const char gate_iret32[];
extern const char gate_mov_es[], gate_mov_ds[], gate_mov_fs[];
extern const char gate_pop_es[], gate_pop_ds[], gate_pop_fs[];

#endif /* WEDGE_GATES_H */
