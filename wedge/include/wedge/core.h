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

/* A rewritten site has come by its ramp: v->site is its slot. */
void core_ramp(struct vcpu *v);

/* A gate that a rewritten site called needs C: v->rip is the return address. */
void core_site(struct vcpu *v);

/**
 * core_interrupted - put guest code that has left a site, but not entered the wedge, back to it.
 *
 * Call it for an event, with the guest's state in the vCPU and before a handler of the guest is
 * entered: the handler's sites would use the same words of the vCPU. Does nothing anywhere else.
 */
void core_interrupted(struct vcpu *v);

/**
 * core_stepped - complete a single step (#DB) of guest code that has led from a site to its ramp.
 *
 * core_trap() does so itself; for a back end whose debugger steps too. Returns true if the guest is
 * behind the step, wherever that began; false if the instruction has raised an exception or has
 * jumped: then the guest does not get the #DB.
 */
bool core_stepped(struct vcpu *v);

/* An exception of guest code: v->trap, v->trap_error; `address` is CR2 for a page fault. */
void core_trap(struct vcpu *v, uint64_t address);

/*
 * A page fault of user code that the guest gets, since its tables do not allow the access
 * (X86_PF_*); `error` is the code that they make it. For a back end that has walked them itself.
 */
void core_user_fault(struct vcpu *v, uint64_t address, uint32_t access, uint32_t error);

/*
 * The distance from where code at `address` was loaded to where it is linked; 0 if no kernel code
 * is there.
 */
uint64_t core_load_delta(uint64_t address);

/*
 * Where the site at the linked address `va` runs, while v->site_delta is not 0: core_wedge_alias()
 * has noted how far below, or the guest's tables tell, which do not map `va` yet. Once they do, the
 * code runs there, and v->site_delta becomes 0.
 */
uint64_t core_early_address(struct vcpu *v, uint64_t va);

/*
 * Early kernel code that runs where it was loaded misses the wedge, because its branches are
 * relative to where it is linked. Moves v->rip to the intended gate or ramp; false if v->rip is no
 * such miss.
 */
bool core_wedge_alias(struct vcpu *v);

/* The timer armed with backend_timer() went off. */
void core_timer(struct vcpu *v);

/* There may be console input. */
void core_console_input(struct vcpu *v);

/* A server of a virtio device may want an interrupt (pc_virtio_interrupt() in dev.h). */
void core_virtio(struct vcpu *v);

/*
 * The platform's user or administrator wants the guest to power off by itself: presses the power
 * key of its keyboard. What comes of it is the guest's affair.
 */
void core_power_button(struct vcpu *v);

/*
 * The same, to reboot: presses control, alt and delete of its keyboard.
 */
void core_reboot_keys(struct vcpu *v);

/*
 * The administrator has a command for the guest's kernel itself, a character: sends a break on its
 * serial line, and then the character, which Linux takes for a magic SysRq key.
 */
void core_serial_break(struct vcpu *v, char key);

/*
 * Delivers the next interrupt to the guest if its interrupt flag allows. Call it before resuming
 * the guest.
 */
void core_deliver_interrupts(struct vcpu *v);

#endif /* WEDGE_CORE_H */
