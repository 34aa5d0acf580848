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
extern const char gate_iret[];	   /* 64-bit interrupt return */
extern const char gate_sysret64[]; /* sysret to 64-bit code */
extern const char gate_sysret32[]; /* sysret to compatibility mode */

#endif /* WEDGE_GATES_H */
