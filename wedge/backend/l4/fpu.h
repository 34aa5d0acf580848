/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fpu.h - where the guest's one FPU is: L4 gives every thread an FPU of its own, and switches them
 * lazily, so each use of another thread's costs traps of L4's.
 *
 * Either the guest kernel's thread K has the guest's registers, or a user thread. They stay in the
 * user thread while the guest kernel runs, until one of its sites saves or replaces them
 * (backend_fpu_fetch). They go from K with the first answer to user code.
 *
 * Invariant: a user thread runs guest code only with the guest's registers in its FPU.
 */
#ifndef WEDGE_BACKEND_L4_FPU_H
#define WEDGE_BACKEND_L4_FPU_H

#include "process.h"

/* Notes the state that user code gets whose own is lost. */
void fpu_init(void);

/* The user thread that has the guest's registers; NULL: K. */
extern struct process *fpu_holder;

/* Makes the orders bring the registers to the thread, which then has them if it is answered. */
void fpu_move(struct process *process);

static inline void fpu_give(struct process *process)
{
	process->orders->load_fpu = fpu_holder != process;
	if (fpu_holder != process)
		fpu_move(process);
}

/* The thread has not carried out those orders, or nobody knows: K has the registers still. */
void fpu_take_back(const struct process *process);

/* The thread ends. */
void fpu_lost(const struct process *process);

#endif /* WEDGE_BACKEND_L4_FPU_H */
