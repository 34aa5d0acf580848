/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traps.c - what happens at a trap (traps.h).
 *
 * Invariant: a trap ends in exactly one of: a hook, the end of user_run(), the end of attempt(),
 * the failure of the running check.
 */
#include "micro.h"

struct gate idt[256] __attribute__((aligned(16)));
struct tss tss __attribute__((aligned(16)));
trap_hook trap_hooks[257];
char trap_stack[TRAP_STACK] __attribute__((aligned(4096)));

static struct jump *attempt_jump;
static struct fault attempt_result;
static struct regs *user_state;
static word user_address;

void gate_reset(unsigned int vector)
{
	bool for_user = vector == TRAP_BP || vector == TRAP_OF || vector == VECTOR_SYSCALL;

	gate_set(vector, GATE_INTERRUPT, for_user ? 3 : 0);
}

void trap_handle(struct regs *regs)
{
	word address = regs->vector == TRAP_PF ? read_cr2() : 0;
	trap_hook hook = trap_hooks[regs->vector];

	if (hook && hook(regs))
		return;
	if ((regs->cs & 3) && user_state) {
		*user_state = *regs;
		user_address = address;
		user_leave();
	}
	if (attempt_jump) {
		attempt_result = (struct fault){true, address, *regs};
		jump_to(attempt_jump);
	}
	fail("unexpected trap %lu error %lx at %lx cs %lx flags %lx sp %lx address %lx",
	     regs->vector, regs->error, regs->ip, regs->cs, regs->flags, regs->sp, address);
}

struct fault attempt(void (*body)(void *), void *argument)
{
	struct jump *before = attempt_jump;
	struct jump here;

	attempt_result.hit = false;
	attempt_jump = &here;
	if (!jump_set(&here))
		body(argument);
	attempt_jump = before;
	return attempt_result;
}

word user_run(struct regs *regs, enum user_entry entry)
{
	user_state = regs;
	user_enter(regs, entry);
	user_state = NULL;
	return user_address;
}

struct regs user_regs(const void *ip)
{
	return (struct regs){
		.ip = (word)ip, .cs = USER_CS, .flags = 0x202, .sp = USER_STACK, USER_SEGMENTS};
}

void traps_forget(void)
{
	attempt_jump = NULL;
	user_state = NULL;
	memset(trap_hooks, 0, sizeof(trap_hooks));
}
