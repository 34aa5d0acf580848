/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core.h - what a back end calls: at the start, at entries from guest code, and at events.
 *
 * Invariant: every function of this header is in core/, and nothing in base/ calls one.
 */
#ifndef WEDGE_CORE_H
#define WEDGE_CORE_H

#include <afterburn/bundle.h>
#include <wedge/backend.h>
#include <wedge/vcpu.h>

/*
 * Starts the guest, once its memory is reachable and traps are set up. Returns with the vCPU at the
 * kernel's first instruction.
 */
void core_start(struct vcpu *v, const struct afterburn_wedge_header *bundle);

/* The guest returns to user code (the vCPU says where) and `retry` is set in the vCPU. */
void core_retry(struct vcpu *v);

/* Ends a guest that has asked for it, after printing the counters. */
_Noreturn void core_end(const struct vcpu *v, enum backend_end how);

/* A rewritten site called the wedge: v->rip is the return address. */
void core_site(struct vcpu *v);

/* An exception of guest code: v->trap, v->trap_error; `address` is CR2 for a page fault. */
void core_trap(struct vcpu *v, uint64_t address);

/*
 * The distance from where code at `address` was loaded to where it is linked; 0 if no kernel code
 * is there.
 */
uint64_t core_load_delta(uint64_t address);

/*
 * Early kernel code that runs where it was loaded misses the wedge, because its calls are relative
 * to where it is linked. Moves v->rip to the intended gate; false if v->rip is no such miss.
 */
bool core_wedge_alias(struct vcpu *v);

/* The timer armed with backend_timer() went off. */
void core_timer(struct vcpu *v);

/* There may be console input. */
void core_console_input(struct vcpu *v);

/*
 * Delivers the next interrupt to the guest if its interrupt flag allows. Call it before resuming
 * the guest.
 */
void core_deliver_interrupts(struct vcpu *v);

#endif /* WEDGE_CORE_H */
