/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gates.h - the gates: assembler code that rewritten sites call or jump to.
 *
 * Invariant: C never calls a gate; it only uses the address.
 */
#ifndef WEDGE_GATES_H
#define WEDGE_GATES_H

/*
 * All ramps lead here: enters core_ramp(). At gate_ramp_saved the vCPU's site_rax holds RAX; from
 * gate_ramp_masked on no event interrupts.
 */
extern const char gate_ramp[], gate_ramp_saved[], gate_ramp_masked[];

/* Where a called gate needs C, the site's return address on the stack: enters core_site(). */
extern const char gate_site[];

extern const char gate_sti[];	   /* sets the interrupt flag, handles pending events */
extern const char gate_sti_halt[]; /* marks that the halt behind it takes interrupts */
extern const char gate_pushf[];	   /* puts the guest's IF into the flags on top of the stack */
extern const char gate_popf[];	   /* pops the flags, handles pending events */

/*
 * Only for 64-bit kernels. These return one byte later: the far call ends where the `sti` itself
 * is.
 */
extern const char gate_sti_over[], gate_sti_halt_over[];

/* Only for 64-bit kernels, which jump to them. */
extern const char gate_iret[];	   /* interrupt return with 64-bit slots */
extern const char gate_sysret64[]; /* sysret to 64-bit code */
extern const char gate_sysret32[]; /* sysret to compatibility mode */

/*
 * Only for 32-bit kernels. A site calls gate_iret32, so a fault can show the site's address. Stack:
 * the return address, then the frame (EIP, CS, EFLAGS; for user code also ESP, SS). The back end
 * supplies it. For what it does not do itself, it calls arch_interrupt_return(v, 4), with v->rip
 * SITE_CALL_LENGTH before the return address and the frame on top of the stack. The gates of mov
 * find the register's value on the stack, like those of pop.
 */
extern const char gate_iret32[];
extern const char gate_mov_es[], gate_mov_ds[], gate_mov_fs[];
extern const char gate_pop_es[], gate_pop_ds[], gate_pop_fs[];

#endif /* WEDGE_GATES_H */
