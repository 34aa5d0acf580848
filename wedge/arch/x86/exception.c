/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exception.c - enters the guest's exception and interrupt handlers (SDM 3A sections 6.12 to 6.15).
 * Each width has IDT entries and frames of its own (idt.c).
 *
 * Invariant: if BACKEND_STACKS_MUST_BE_PRESENT, the stack below a frame is present in the shadow
 * before the guest runs on it.
 */
#include <wedge/arch.h>
#include <wedge/backend.h>
#include <wedge/backend_traits.h>
#include <wedge/guest_walk.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "guest_tables.h"
#include "idt.h"

enum { MAY_WRITE = X86_PTE_P | X86_PTE_W };

/*
 * Many stacks end at a guard page, which is not writable. While the guest's entry for it is
 * unchanged, no new walk is needed: the tables above it change only with a flush or a load of CR3.
 */
static bool is_no_stack(const struct vcpu *v, unsigned long page)
{
	return v->no_stack.page == page && v->no_stack.generation == v->generation &&
	       (*v->no_stack.entry & MAY_WRITE) != MAY_WRITE;
}

static void note_no_stack(struct vcpu *v, uint64_t va)
{
	uint8_t *slots[ARCH_PAGE_LEVELS + 1];
	unsigned int level = ARCH_PAGE_LEVELS;
	struct guest_walk walk;

	guest_tables_descend(v, va, &walk, slots);
	while (level > walk.leaf && (walk.entry[level] & MAY_WRITE) == MAY_WRITE)
		level--;
	if (!walk.leaf || !slots[level])
		return;
	v->no_stack.page = va / X86_PAGE_SIZE;
	v->no_stack.generation = v->generation;
	v->no_stack.entry = slots[level];
}

/*
 * A kernel's stacks are aligned to their size, so the lowest bits of their pages do not tell them
 * apart.
 */
static unsigned long *stack_slot(struct vcpu *v, unsigned long page)
{
	return &v->stack_pages[(page ^ page / VCPU_STACK_PAGES) % VCPU_STACK_PAGES];
}

/* Prepares the page in use, and the page below, into which a handler may grow. */
static void prepare_page(struct vcpu *v, unsigned long va)
{
	/* In words of the wedge's own: an exception counts each instruction here twice. */
	unsigned long page = va / X86_PAGE_SIZE;
	unsigned long *slot = stack_slot(v, page);
	struct guest_walk walk;

	if (*slot == page || is_no_stack(v, page))
		return;
	if (!guest_walk(v, va, X86_PF_WRITE, &walk)) {
		note_no_stack(v, va);
		return;
	}
	backend_space_fill(v, va, &walk);
	*slot = page;
}

void arch_prepare_stack(struct vcpu *v, uint64_t rsp)
{
	/* Without paging all memory is there, and the stack pointer may lead to none. */
	if (!BACKEND_STACKS_MUST_BE_PRESENT || (!ARCH_LONG_MODE && !(v->cr[0] & X86_CR0_PG)))
		return;
	prepare_page(v, ((unsigned long)rsp - 8) & ~7ul);
	prepare_page(v, ((unsigned long)rsp - 8 - X86_PAGE_SIZE) & ~7ul);
}

void arch_forget_stacks(struct vcpu *v)
{
	memset(v->stack_pages, 0, sizeof(v->stack_pages));
	v->short_call.gate[1] = 0;
}

/* SDM 3A table 6-4; all but these and page faults are benign. */
static bool is_contributory(unsigned int vector)
{
	return vector == X86_TRAP_DE || (vector >= X86_TRAP_TS && vector <= X86_TRAP_GP);
}

/* SDM 3A table 6-5: `second`, a page fault or contributory, came while delivering `first`. */
static bool is_double_fault(unsigned int first, unsigned int second)
{
	if (second == X86_TRAP_PF)
		return first == X86_TRAP_PF;
	return first == X86_TRAP_PF || is_contributory(first);
}

/*
 * Delivers the fault that came while delivering `event`, or a double fault, until a delivery
 * succeeds. Not inline, since it is rare.
 */
static __attribute__((noinline)) void deliver_fault(struct vcpu *v, unsigned int event,
						    unsigned int software_length,
						    struct idt_fault *fault)
{
	unsigned int vector = event;
	int64_t error;

	do {
		/* An INT is benign, whatever its vector. */
		bool twice = !software_length && is_double_fault(vector, fault->vector);

		if (vector == X86_TRAP_DF && !software_length)
			wedge_fatal("triple fault: no usable handler for vector %u (IDT at %lx "
				    "limit %x)",
				    event, (unsigned long)v->idt.base, v->idt.limit);
		/*
		 * The frame then shows the INT itself, and the error code says that an INT caused
		 * the fault.
		 */
		v->rip -= software_length;
		if (fault->vector == X86_TRAP_PF)
			v->cr[2] = fault->at.address;
		else if (!software_length)
			fault->at.error |= IDT_ERROR_EXTERNAL;
		software_length = 0;
		vector = twice ? X86_TRAP_DF : fault->vector;
		error = twice ? 0 : fault->at.error;
	} while (!idt_enter(v, vector, error, false, fault));
}

void exception_deliver(struct vcpu *v, unsigned int vector, int64_t error,
		       unsigned int software_length)
{
	struct idt_fault fault;

	vcpu_count(v, COUNT_DELIVERED);
	if (!idt_enter(v, vector, error, software_length, &fault))
		deliver_fault(v, vector, software_length, &fault);
}

/* Which exceptions push an error code: SDM 3A, table 6-1. A page fault does not come here. */
void exception_reflect(struct vcpu *v)
{
	unsigned int vector = (unsigned int)v->trap;

	switch (vector) {
	case X86_TRAP_DF:
	case X86_TRAP_TS:
	case X86_TRAP_NP:
	case X86_TRAP_SS:
	case X86_TRAP_GP:
	case X86_TRAP_AC:
		exception_deliver(v, vector, (int64_t)v->trap_error, 0);
		return;
	default:
		exception_deliver(v, vector, ARCH_NO_ERROR_CODE,
				  vector == X86_TRAP_BP || vector == X86_TRAP_OF ? 1 : 0);
	}
}

void exception_gp(struct vcpu *v, uint32_t error)
{
	exception_deliver(v, X86_TRAP_GP, error, 0);
}

void exception_ud(struct vcpu *v)
{
	exception_deliver(v, X86_TRAP_UD, ARCH_NO_ERROR_CODE, 0);
}

void exception_page_fault(struct vcpu *v, uint64_t address, uint32_t error)
{
	v->cr[2] = address;
	exception_deliver(v, X86_TRAP_PF, error, 0);
}
