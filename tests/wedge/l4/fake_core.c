/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_core.c - see fake_core.h.
 *
 * Invariant: nothing is decided here; what was asked is kept for the test.
 */
#include "fake_core.h"
#include "../../wedge/backend/l4/process.h"

#include <string.h>

#include <wedge/arch.h>
#include <wedge/core.h>
#include <wedge/guest_memory.h>
#include <wedge/guest_walk.h>
#include <wedge/modules.h>

struct fake_core fake_core;
struct l4_machine machine;

void exception_deliver(struct vcpu *v, unsigned int vector, int64_t error, unsigned int length)
{
	fake_core.delivered =
		(struct fake_delivered){DELIVERED_INTERRUPT, vector, error, length, v->rip};
}

void exception_gp(struct vcpu *v, uint32_t error)
{
	fake_core.delivered =
		(struct fake_delivered){DELIVERED_FAULT, X86_TRAP_GP, error, 0, v->rip};
}

void core_trap(struct vcpu *v, uint64_t address)
{
	fake_core.delivered =
		(struct fake_delivered){DELIVERED_TRAP, (unsigned int)v->trap,
					(int64_t)v->trap_error, (unsigned int)address, v->rip};
}

static bool read_code(uint64_t va, void *to, size_t size)
{
	if (va != fake_core.code_at || size > sizeof(fake_core.code))
		return false;
	memcpy(to, fake_core.code, size);
	return true;
}

bool guest_read_any(struct vcpu *v, uint64_t va, void *to, size_t size, struct guest_fault *fault)
{
	(void)v;
	(void)fault;
	fake_core.as_user = false;
	return read_code(va, to, size);
}

bool guest_read_user(struct vcpu *v, uint64_t va, void *to, size_t size)
{
	(void)v;
	fake_core.as_user = true;
	return read_code(va, to, size);
}

bool modules_fetch(struct vcpu *v, uint64_t va)
{
	(void)v;
	if (fake_core.fetched < FAKE_FETCHES)
		fake_core.fetch[fake_core.fetched] = va;
	fake_core.fetched++;
	return true;
}

bool x2_sigma0(uint32_t fpage, uint32_t window, uint32_t utcb)
{
	(void)utcb;
	return fake_core.sigma0 && fake_core.sigma0(fpage, window);
}

/* ---- user code ---- */

bool guest_walk(struct vcpu *v, uint64_t va, uint32_t access, struct guest_walk *out)
{
	(void)v;
	fake_core.asked = (uint32_t)va;
	fake_core.asked_access = access;
	out->error = access;
	return va - fake_core.allowed < X86_PAGE_SIZE;
}

bool backend_space_fill(struct vcpu *v, uint64_t va, const struct guest_walk *walk)
{
	(void)v;
	(void)walk;
	process_map(fake_core.process, (uint32_t)va & -X86_PAGE_SIZE,
		    X2_FPAGE(fake_core.allowed_at, X86_PAGE_SHIFT) | X2_RIGHTS);
	return true;
}

struct process *space_process(struct vcpu *v)
{
	(void)v;
	return fake_core.process;
}

void space_lost_process(struct vcpu *v)
{
	(void)v;
	fake_core.process_lost = true;
}

void core_user_fault(struct vcpu *v, uint64_t address, uint32_t access, uint32_t error)
{
	(void)access;
	fake_core.delivered = (struct fake_delivered){DELIVERED_TRAP, X86_TRAP_PF, error,
						      (unsigned int)address, v->rip};
}

uint32_t arch_mxcsr_mask(void)
{
	return 0xffff;
}

void core_retry(struct vcpu *v)
{
	v->retry = 0;
}

/* The thread that gets the message is the one that is waited for. */
uint32_t events_wait(uint32_t to, uint32_t tag, uint32_t *sender)
{
	if (fake_core.event_at && !--fake_core.event_at) {
		if (!fake_core.event_was_pending)
			x2_ipc(to, X2_NIL, X2_NEVER, tag, L4_K_UTCB, sender);
		*sender = L4_IRQ;
		return fake_core.event_was_pending ? 0 : X2_TAG(L4_LABEL_EVENT, 0, 0);
	}
	return x2_ipc(to, to, X2_NEVER, tag, L4_K_UTCB, sender);
}
