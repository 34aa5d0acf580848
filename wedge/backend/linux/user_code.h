/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_code.h - what run.c asks of the width of guest user code (WIDTH/user_code.c): code segments,
 * system calls, and the bases of FS and GS.
 *
 * Invariant: what comes from a user process is the guest program's word: it decides only about that
 * program's own registers.
 */
#ifndef WEDGE_BACKEND_LINUX_USER_CODE_H
#define WEDGE_BACKEND_LINUX_USER_CODE_H

#include "process.h"

/*
 * The host's code selector for the vCPU's, to which the caller sets `host_cs`. What the guest calls
 * it is remembered, for user_code_selector().
 */
uint16_t user_code_host_selector(struct vcpu *v);

/* Can guest code be there, by the code selector of the host and the program counter? */
bool user_code_is_guests(struct vcpu *v, uint64_t cs, uint64_t rip);

/* The guest's name for a code selector of the host for which user_code_is_guests(). */
uint16_t user_code_selector(struct vcpu *v, uint64_t cs);

/* Where user code goes on in its process. Normally the vCPU's rip. */
uint64_t user_code_resume(struct vcpu *v);

/*
 * A system call became SIGSYS, with `process->frame`, or came through the door: enters the guest's
 * kernel.
 */
void user_code_system_call(struct vcpu *v, const struct process *process);

/*
 * Did a signal hit user code between a system call and the door, where the guest has no name for
 * it? If so, sets rip to the system call, and returns true.
 */
bool user_code_on_way(struct vcpu *v, const struct process *process);

/*
 * Did a trap (of number v->trap) hit a system call on its way? If so, enters the guest's kernel for
 * it, and returns true. `on_way` is what user_code_on_way() has said.
 */
bool user_code_caught(struct vcpu *v, bool on_way);

/* Before user code runs, behind user_segments_load(): the bases of FS and GS into the orders. */
void user_code_load_bases(struct vcpu *v, struct process *process);

/* After it has stopped, behind user_segments_read(): the bases into the vCPU. */
void user_code_read_bases(struct vcpu *v, struct process *process);

#endif /* WEDGE_BACKEND_LINUX_USER_CODE_H */
