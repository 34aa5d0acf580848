/*
 * The FPU's state, for each thread, loaded when it uses the FPU.
 *
 * Invariant: the registers hold the state of the owner, which the owner's area does not.
 */
#include "kernel.h"

static struct tcb *owner;

bool fpu_is_of(const struct tcb *t)
{
	return owner == t;
}

void fpu_use(struct tcb *t)
{
	__asm__ volatile("clts");
	if (owner)
		__asm__ volatile("fxsave (%0)" ::"r"(owner->fpu) : "memory");
	owner = t;
	if (!t->fpu) {
		t->fpu = fpu_area_new();
		/* A fresh state: FCW 0x37f, all empty, MXCSR 0x1f80. */
		*(uint16_t *)t->fpu = 0x37f;
		*(word *)(t->fpu + 24) = 0x1f80;
	}
	__asm__ volatile("fxrstor (%0)" ::"r"(t->fpu) : "memory");
}

void fpu_forget(struct tcb *t)
{
	if (owner == t)
		owner = NULL;
	if (t->fpu)
		fpu_area_free(t->fpu);
	t->fpu = NULL;
}
