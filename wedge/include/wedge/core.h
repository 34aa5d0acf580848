/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core.h - what a back end calls: the start, all that enters the wedge from guest code, and events.
 *
 * Invariant: every function of this header lives in core/, and nothing in base/ calls one.
 */
#ifndef WEDGE_CORE_H
#define WEDGE_CORE_H

#include <afterburn/bundle.h>
#include <wedge/backend.h>
#include <wedge/vcpu.h>

/*
 * Takes over when the guest's memory is reachable and traps are set up; returns with the vCPU
 * ready to run its first instruction.
 */
void core_start(struct vcpu *v, const struct afterburn_wedge_header *bundle);

/* The guest returns to user code (the vCPU says where) and `retry` is set in the vCPU. */
void core_retry(struct vcpu *v);

/* The guest ended of its own will: says what was counted, and ends it. */
_Noreturn void core_end(const struct vcpu *v, enum backend_end how);

/* A rewritten site called the wedge: v->rip is the return address. */
void core_site(struct vcpu *v);

/* An exception of guest code: v->trap, v->trap_error; `address` is CR2 for a page fault. */
void core_trap(struct vcpu *v, uint64_t address);

/* The distance from where code at `address` was loaded to where it is linked; 0 if it is elsewhere.
 */
uint64_t core_load_delta(uint64_t address);

/*
 * Early code of a kernel, running where it was loaded, calls the wedge at a distance counted from
 * where it is linked, and misses. Moves v->rip to where it meant to go; false if that is not the
 * case.
 */
bool core_wedge_alias(struct vcpu *v);

/* The timer armed with backend_timer() went off. */
void core_timer(struct vcpu *v);

/* There may be console input. */
void core_console_input(struct vcpu *v);

/* Delivers the next interrupt to the guest if its interrupt flag allows; call before resuming. */
void core_deliver_interrupts(struct vcpu *v);

#endif /* WEDGE_CORE_H */
