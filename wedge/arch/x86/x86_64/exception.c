/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exception.c - enter the guest's exception and interrupt handlers (SDM 3A sections 6.12 to 6.14,
 * 64-bit mode).
 *
 * Invariant: the frame on the guest's stack is, bit for bit, what hardware in ring 0 would have
 * pushed, and the stack below it is present in the shadow before the guest runs on it.
 */
#include <wedge/arch.h>
#include <wedge/backend.h>
#include <wedge/lib.h>
#include <wedge/log.h>

enum {
	GATE_INTERRUPT = 14,
	GATE_TRAP = 15,
	GATE_BYTES = 16,
	TSS_RSP0 = 4,
	TSS_IST1 = 36,
};

struct gate {
	uint64_t target;
	uint16_t selector;
	uint8_t ist;
	uint8_t type;
	uint8_t dpl;
};

/* Reads a gate; false if there is none that can be used. */
static bool read_gate(struct vcpu *v, unsigned int vector, struct gate *gate)
{
	struct guest_fault fault;
	uint64_t raw[2];

	if (vector * GATE_BYTES + GATE_BYTES - 1 > v->idt.limit ||
	    !guest_read(v, v->idt.base + vector * GATE_BYTES, raw, sizeof(raw), &fault))
		return false;
	*gate = (struct gate){
		.target = (raw[0] & 0xffff) | (raw[0] >> 32 & 0xffff0000) | raw[1] << 32,
		.selector = (uint16_t)(raw[0] >> 16),
		.ist = raw[0] >> 32 & 7,
		.type = raw[0] >> 40 & 15,
		.dpl = raw[0] >> 45 & 3,
	};
	return (raw[0] >> 47 & 1) && (gate->type == GATE_INTERRUPT || gate->type == GATE_TRAP);
}

/* The stack to push on: IST, the TSS's for CPL 0, or the current one (SDM 3A 6.14.4). */
static bool choose_stack(struct vcpu *v, const struct gate *gate, uint64_t *rsp)
{
	struct guest_fault fault;

	if (gate->ist)
		return guest_read(v, v->task.base + TSS_IST1 + 8 * (gate->ist - 1u), rsp, 8,
				  &fault);
	if (vcpu_in_user(v))
		return guest_read(v, v->task.base + TSS_RSP0, rsp, 8, &fault);
	*rsp = v->gpr[X86_RSP];
	return true;
}

/* The selectors as the guest believes them to be. */
static uint64_t visible_cs(const struct vcpu *v)
{
	return vcpu_in_user(v) ? backend_user_selector((uint16_t)v->cs) : v->kernel_cs;
}

static uint64_t visible_ss(const struct vcpu *v)
{
	return vcpu_in_user(v) ? backend_user_selector((uint16_t)v->ss) : v->kernel_ss;
}

/* The page in use, and the one that a handler soon grows into. */
static void prepare_page(struct vcpu *v, uint64_t va)
{
	uint64_t page = va / X86_PAGE_SIZE;
	uint64_t *slot = &v->stack_pages[page % VCPU_STACK_PAGES];
	struct guest_walk walk;

	if (*slot == page || !guest_walk(v, va, X86_PF_WRITE, &walk))
		return;
	backend_space_fill(v, va, &walk);
	*slot = page;
}

void arch_prepare_stack(struct vcpu *v, uint64_t rsp)
{
	prepare_page(v, (rsp - 8) & ~7ull);
	prepare_page(v, (rsp - 8 - X86_PAGE_SIZE) & ~7ull);
}

void arch_forget_stacks(struct vcpu *v)
{
	memset(v->stack_pages, 0, sizeof(v->stack_pages));
}

static bool push_frame(struct vcpu *v, uint64_t *rsp, int64_t error)
{
	struct guest_fault fault;
	uint64_t frame[6] = {(uint64_t)error, v->rip,
			     visible_cs(v),   v->rflags & ~(uint64_t)X86_FLAGS_VM,
			     v->gpr[X86_RSP], visible_ss(v)};
	unsigned int skip = error == ARCH_NO_ERROR_CODE ? 1 : 0;
	size_t size = sizeof(frame) - 8 * skip;

	*rsp = (*rsp & ~15ull) - size;
	return guest_write(v, *rsp, frame + skip, size, &fault);
}

/* One attempt; false if the guest's tables or stack do not allow it. */
static bool enter_handler(struct vcpu *v, unsigned int vector, int64_t error)
{
	struct gate gate;
	uint64_t rsp;

	if (!read_gate(v, vector, &gate) || !choose_stack(v, &gate, &rsp) ||
	    !push_frame(v, &rsp, error))
		return false;
	if (vcpu_in_user(v)) {
		v->gs_state = VCPU_GS_USER;
		v->kernel_ss = 0; /* a change of CPL loads SS with null (SDM 3A 6.14.2) */
	}
	arch_prepare_stack(v, rsp);
	v->gpr[X86_RSP] = rsp;
	v->rip = gate.target;
	v->kernel_cs = gate.selector;
	v->cs = 0;
	v->ss = 0;
	v->rflags &= ~(uint64_t)(X86_FLAGS_TF | X86_FLAGS_NT | X86_FLAGS_RF | X86_FLAGS_AC);
	if (gate.type == GATE_INTERRUPT)
		v->rflags &= ~(uint64_t)X86_FLAGS_IF;
	return true;
}

void exception_deliver(struct vcpu *v, unsigned int vector, int64_t error,
		       unsigned int software_length)
{
	struct gate gate;

	if (software_length && read_gate(v, vector, &gate) && vcpu_in_user(v) && gate.dpl < 3) {
		v->rip -= software_length;
		exception_gp(v, vector * 8 + 2);
		return;
	}
	if (enter_handler(v, vector, error))
		return;
	if (vector != X86_TRAP_DF && enter_handler(v, X86_TRAP_DF, 0))
		return;
	wedge_fatal("triple fault: no usable handler for vector %u (IDT at %lx limit %x)", vector,
		    v->idt.base, v->idt.limit);
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
