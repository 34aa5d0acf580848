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

/* The state at a trap, as traps.S lays it on the stack. */
struct regs {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector; /* 0 to 255, or VECTOR_SYSCALL */
	uint64_t error;	 /* 0 where the processor pushes none */
	uint64_t rip, cs, rflags, rsp, ss;
};

struct gate {
	uint64_t low, high;
};

struct tss {
	uint32_t reserved0;
	uint64_t rsp0, rsp1, rsp2;
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3, bitmap_base;
	uint8_t bitmap[8193]; /* all ports, and the byte of ones behind them */
} __attribute__((packed));

extern struct gate idt[256];
extern struct tss tss;
extern uint64_t gdt[];
extern const char trap_stubs[];

enum { GATE_INTERRUPT = 14, GATE_TRAP = 15 };

/* Sets up the IDT, the TSS, the system call MSRs, and GS. */
void traps_init(void);

/* Forgets hooks and whatever a failed check left behind. */
void traps_forget(void);

/* Puts the gate back to what traps_init() made it; `ist` 0 to 7. */
void gate_set(unsigned int vector, const void *target, unsigned int type, unsigned int dpl,
	      unsigned int ist);
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
	uint64_t address; /* CR2, of a page fault */
	struct regs regs;
};

/* Runs `body` with interrupts as they are; a trap in it ends it, with interrupts off. */
struct fault attempt(void (*body)(void *), void *argument);

/* Where the processor goes back to after a trap of user code. */
enum user_entry { BY_IRET, BY_SYSRET };

/*
 * Runs user code from `regs` until it traps by something that no hook handles; `regs` then hold the
 * state at that trap. Returns CR2.
 */
uint64_t user_run(struct regs *regs, enum user_entry entry);

/* Registers for user code at `rip` with the user stack; interrupts on if `interrupts`. */
struct regs user_regs(const void *rip);

struct jump {
	uint64_t slot[8];
};
int jump_set(struct jump *jump) __attribute__((returns_twice));
_Noreturn void jump_to(struct jump *jump);

/* For traps.S. */
void trap_handle(struct regs *regs);
void user_enter_iret(const struct regs *regs);
void user_enter_sysret(const struct regs *regs);
_Noreturn void user_leave(void);
void syscall_entry(void);

#endif /* MICRO_TRAPS_H */
