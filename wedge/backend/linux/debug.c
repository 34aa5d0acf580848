/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * debug.c - see debug.h. The launcher serves gdb; here the guest is stopped and goes on.
 *
 * A single step sets the processor's trap flag. A step also ends when the wedge is about to return
 * to the guest: what the wedge did for a site, a fault or an interrupt counts as the step.
 *
 * Invariant: without a request of the launcher an entry into the wedge costs one load and one
 * comparison.
 */
#include <wedge/arch_traits.h>
#include <wedge/guest_memory.h>
#include "debug.h"

enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1, INT3 = 0xcc, REGISTERS = 16 };

static struct launch_debug *page(void)
{
	return &((struct launch_shared *)machine.info.shared)->debug;
}

static uint32_t request(void)
{
	return __atomic_load_n(&page()->request, __ATOMIC_ACQUIRE);
}

static void show(const struct vcpu *v)
{
	struct launch_registers *r = &page()->registers;
	bool user = vcpu_in_user(v);

	*r = (struct launch_registers){
		.rip = v->rip,
		.rflags = v->rflags & ~(uint64_t)(linux_of(v)->stepping ? X86_FLAGS_TF : 0),
		.cs = user ? v->cs : v->kernel_cs,
		.ss = user ? v->ss : v->kernel_ss,
		.ds = v->selector[X86_DS],
		.es = v->selector[X86_ES],
		.fs = v->selector[X86_FS],
		.gs = v->selector[X86_GS],
		.cr0 = v->cr[0],
		.cr2 = v->cr[2],
		.cr3 = v->cr[3],
		.cr4 = v->cr[4],
		.fs_base = v->fs_base,
		.gs_base = v->gs_state == VCPU_GS_KERNEL ? v->gs_base_kernel : v->gs_base_user,
	};
	_Static_assert(sizeof(r->general) == sizeof(v->gpr), "in the same order");
	for (unsigned int i = 0; i < REGISTERS; i++)
		r->general[i] = v->gpr[i] & ARCH_ADDRESS_MASK;
}

/*
 * General registers, rip and flags. Selectors stay as they are: a load of one has rules of its own.
 */
static void take(struct vcpu *v)
{
	const struct launch_registers *r = &page()->registers;

	for (unsigned int i = 0; i < REGISTERS; i++)
		v->gpr[i] = r->general[i];
	v->rip = r->rip;
	v->rflags = r->rflags | X86_FLAGS_FIXED;
}

static void stop(struct vcpu *v, enum launch_reason reason)
{
	struct launch_debug *d = page();
	struct linux_vcpu *l = linux_of(v);

	show(v);
	d->reason = reason;
	__atomic_store_n(&d->request, LAUNCH_STOP, __ATOMIC_RELEASE);
	__atomic_fetch_add(&d->stops, 1, __ATOMIC_RELEASE);
	host_call3(__NR_futex, &d->stops, FUTEX_WAKE, 1);
	while (request() == LAUNCH_STOP)
		host_call4(__NR_futex, &d->request, FUTEX_WAIT, LAUNCH_STOP, 0);
	take(v);
	/* The debugger may have changed code. */
	view_drop_copies(0, machine.pages);
	l->stepping = request() == LAUNCH_STEP;
	l->step_from = v->rip;
	if (l->stepping)
		v->rflags |= X86_FLAGS_TF;
}

void debug_checkpoint(struct vcpu *v)
{
	struct linux_vcpu *l = linux_of(v);

	l->asked_to_stop = false;
	if (l->stepping && v->rip != l->step_from) {
		v->rflags &= ~(uint64_t)X86_FLAGS_TF;
		stop(v, LAUNCH_STEPPED);
	}
	if (request() == LAUNCH_STOP)
		stop(v, LAUNCH_ASKED);
}

static bool is_set(uint64_t address)
{
	const struct launch_debug *d = page();

	for (uint64_t i = 0; i < d->breakpoint_count && i < LAUNCH_BREAKPOINTS; i++) {
		if (d->breakpoints[i] == address)
			return true;
	}
	return false;
}

/* The guest has stopped at an int3 that the debugger has taken away meanwhile. */
static bool is_gone(struct vcpu *v, uint64_t address)
{
	struct guest_fault fault;
	uint8_t byte = INT3;

	guest_read(v, address, &byte, 1, &fault);
	return byte != INT3;
}

bool debug_takes(struct vcpu *v)
{
	uint64_t at = (v->rip - 1) & ARCH_ADDRESS_MASK;

	if (!page()->attached)
		return false;
	if (v->trap == X86_TRAP_DB && linux_of(v)->stepping) {
		v->rflags &= ~(uint64_t)X86_FLAGS_TF;
		stop(v, LAUNCH_STEPPED);
		return true;
	}
	if (v->trap != X86_TRAP_BP || (!is_set(at) && !is_gone(v, at)))
		return false;
	v->rip = at;
	if (is_set(at))
		stop(v, LAUNCH_BREAKPOINT);
	return true;
}

bool debug_attached(void)
{
	return page()->attached;
}

void debug_crashed(struct vcpu *v)
{
	if (page()->attached)
		stop(v, LAUNCH_CRASHED);
	else
		show(v);
}
