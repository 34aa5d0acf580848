/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trap.c - the entries into the wedge from guest code: rewritten sites, and exceptions.
 *
 * Invariant: an exception that would happen on hardware too goes to the guest unchanged. The wedge
 * handles only those that it causes itself: the shadow is not filled, or a sensitive instruction
 * was not rewritten.
 */
#include <wedge/arch.h>
#include <wedge/core.h>
#include <wedge/guest_walk.h>
#include <wedge/log.h>
#include <wedge/modules.h>
#include <wedge/site_table.h>

enum { STANDSTILL = 1000 };

/*
 * Where the site runs that has left for its ramp. It is dealt with: if the kernel jumps to the gate
 * without a ramp, no site is found.
 */
static uint64_t take_address(struct vcpu *v, const struct site *site)
{
	v->site = VCPU_NO_SITE;
	return v->site_delta ? core_early_address(v, site->va) : site->va;
}

void core_ramp(struct vcpu *v)
{
	const struct site *site = site_table_get(v->site);

	if (!site)
		wedge_fatal("a jump into the wedge that no site has made");
	arch_emulate(v, site, take_address(v, site));
}

void core_interrupted(struct vcpu *v)
{
	const struct site *site = arch_site_of_ramp(v);

	if (site)
		v->rip = take_address(v, site);
}

/*
 * Completes a single step that has led from a site onto its ramp: carries out the instruction.
 * Returns false if that has entered a handler or gone elsewhere, so the step is not reported.
 */
bool core_stepped(struct vcpu *v)
{
	const struct site *site = arch_site_of_ramp(v);

	return !site || arch_emulate(v, site, take_address(v, site));
}

/*
 * No other site begins between a site's start and its return address, since sites are longer than
 * either call.
 */
static const struct site *site_called(uint64_t return_address)
{
	const struct site *site = site_table_find(return_address - SITE_CALL_LENGTH);

	return site ? site : site_table_find(return_address - SITE_FAR_CALL_LENGTH);
}

/*
 * Finds the site that called a gate by its return address. Early code of a kernel runs where it was
 * loaded, below its linked address: `delta` receives the difference.
 */
static const struct site *called_site(uint64_t return_address, uint64_t *delta)
{
	const struct site *site = site_called(return_address);

	*delta = 0;
	if (site)
		return site;
	*delta = core_load_delta(return_address);
	return *delta ? site_called(return_address + *delta) : NULL;
}

void core_site(struct vcpu *v)
{
	uint64_t delta;
	const struct site *site = called_site(v->rip, &delta);
	struct site copied;

	if (!site && arch_copied_popf(v, v->rip, &copied)) {
		site = &copied;
		delta = 0;
	}
	if (!site)
		wedge_fatal("a call into the wedge from %lx, where no site is",
			    (unsigned long)v->rip);
	arch_emulate(v, site, site->va - delta);
}

/*
 * The same access has faulted many times although the shadow is right. The kernel's own access ends
 * the guest, with a message, rather than let it hang. User code can cause this, and must end only
 * itself: for its access, returns true if the guest shall get the fault.
 */
static bool is_standstill(struct vcpu *v, uint64_t address)
{
	if (address != v->filled_address || v->rip != v->filled_rip) {
		v->filled_address = address;
		v->filled_rip = v->rip;
		v->filled_count = 0;
	} else if (++v->filled_count > STANDSTILL && vcpu_in_user(v)) {
		v->filled_count = 0;
		return true;
	} else if (v->filled_count > STANDSTILL) {
		wedge_fatal("the page fault of %lx at %lx is never satisfied",
			    (unsigned long)v->rip, (unsigned long)address);
	}
	return false;
}

static void page_fault(struct vcpu *v, uint64_t address)
{
	uint32_t error = (uint32_t)v->trap_error;
	struct guest_walk walk;

	if (!vcpu_in_user(v)) {
		error &= ~(uint32_t)X86_PF_USER;
		if ((address == v->rip && core_wedge_alias(v)) ||
		    ((error & X86_PF_FETCH) && modules_fetch(v, address))) {
			vcpu_count(v, COUNT_FAULT_CODE);
			return;
		}
	} else {
		error |= X86_PF_USER;
	}
	if (guest_walk(v, address, error, &walk)) {
		vcpu_count(v,
			   vcpu_in_user(v) ? COUNT_FAULT_USER_FILLED : COUNT_FAULT_KERNEL_FILLED);
		if (!backend_space_fill(v, address, &walk) && is_standstill(v, address))
			exception_gp(v, 0);
		return;
	}
	if (vcpu_in_user(v)) {
		core_user_fault(v, address, error, walk.error);
		return;
	}
	vcpu_count(v, COUNT_FAULT_KERNEL_GUEST);
	exception_page_fault(v, address, walk.error);
}

void core_user_fault(struct vcpu *v, uint64_t address, uint32_t access, uint32_t error)
{
	vcpu_count(v, COUNT_FAULT_USER_GUEST);
	v->retry = 1;
	v->retry_address = address;
	v->retry_access = access;
	exception_page_fault(v, address, error);
}

/*
 * The kernel returns to user code after a page fault. If it has made the page present, user code
 * repeats the access, which would fault again in the shadow. To fill it now costs a third of that
 * fault.
 */
void core_retry(struct vcpu *v)
{
	struct guest_walk walk;

	if (guest_walk(v, v->retry_address, v->retry_access, &walk)) {
		vcpu_count(v, COUNT_RETRY_FILLED);
		backend_space_fill(v, v->retry_address, &walk);
	}
	v->retry = 0;
}

void core_trap(struct vcpu *v, uint64_t address)
{
	unsigned int vector = (unsigned int)v->trap;

	v->traps[vector]++;
	switch (vector) {
	case X86_TRAP_PF:
		page_fault(v, address);
		return;
	case X86_TRAP_GP:
	case X86_TRAP_UD:
		if (!vcpu_in_user(v) && arch_emulate_unlisted(v))
			return;
		if (vcpu_in_user(v) && vector == X86_TRAP_GP && arch_emulate_user_io(v))
			return;
		break;
	case X86_TRAP_DB:
		backend_debug_status(v);
		if (!core_stepped(v))
			return;
		break;
	}
	exception_reflect(v);
}
