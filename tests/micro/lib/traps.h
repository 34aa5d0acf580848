/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traps.h - exceptions, interrupts and system calls, and running code that may cause them.
 *
 * Invariant: a trap that nobody waits for fails the running check and never goes unnoticed.
 */
#ifndef MICRO_TRAPS_H
#define MICRO_TRAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "frames.h"

extern struct gate idt[256];
extern struct tss tss;
extern uint64_t gdt[];
extern const char gdt_end[];

/* One entry for each vector, TRAP_STUB_SIZE bytes apart; all lead to trap_handle(). */
extern const char trap_stubs[];
enum { TRAP_STUB_SIZE = 16 };

enum { GATE_INTERRUPT = 14, GATE_TRAP = 15 };

/* Sets up the IDT, the TSS, and what the width has besides (system call MSRs, segments). */
void traps_init(void);

/* Forgets hooks and whatever a failed check left behind. */
void traps_forget(void);

/* Has `vector` lead to its stub, with that type and DPL; then puts it back to the usual. */
void gate_set(unsigned int vector, unsigned int type, unsigned int dpl);
void gate_reset(unsigned int vector);

/*
 * Called for each trap of its vector before anything else is tried; true: go back to what was
 * interrupted, with *regs. All are removed before each check.
 */
typedef bool (*trap_hook)(struct regs *regs);
extern trap_hook trap_hooks[257];

/* What became of an attempt. */
struct fault {
	bool hit;
	word address; /* CR2, of a page fault */
	struct regs regs;
};

/* Runs `body` with interrupts as they are; a trap in it ends it, with interrupts off. */
struct fault attempt(void (*body)(void *), void *argument);

/* The way into user code: iret, or what returns from a system call: sysret, if there is one. */
enum user_entry { BY_IRET, BY_SYSTEM_CALL };

/*
 * Runs user code from `regs` until it traps by something that no hook handles; `regs` then hold the
 * state at that trap. Returns CR2.
 */
word user_run(struct regs *regs, enum user_entry entry);

/* Registers for user code at `ip` with the user stack, interrupts on. */
struct regs user_regs(const void *ip);

struct jump {
	word slot[8];
};
int jump_set(struct jump *jump) __attribute__((returns_twice));
_Noreturn void jump_to(struct jump *jump);

/* Between traps.c and the width's part. */
enum { TRAP_STACK = 16384 };
extern char trap_stack[TRAP_STACK];
void trap_handle(struct regs *regs);
void user_enter(const struct regs *regs, enum user_entry entry);
_Noreturn void user_leave(void);

#endif /* MICRO_TRAPS_H */
