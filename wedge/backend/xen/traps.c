/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traps.c - the table of entry points that Xen gets, and what each entry means.
 *
 * Invariant: every entry masks events (flag 4), since the wedge's C is not reentrant. A vector that
 * is not in the table crashes the domain.
 */
#include <wedge/arch.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "entry.h"
#include "xen.h"

extern const char xen_event[], xen_failsafe[];

#define VECTORS(X)                                                                                 \
	X(0, 0)                                                                                    \
	X(1, 0)                                                                                    \
	X(3, 3)                                                                                    \
	X(4, 3)                                                                                    \
	X(5, 0)                                                                                    \
	X(6, 0)                                                                                    \
	X(7, 0)                                                                                    \
	X(8, 0) X(10, 0) X(11, 0) X(12, 0) X(13, 0) X(14, 0) X(16, 0) X(17, 0) X(19, 0) X(128, 3)

#define DECLARE(vector, dpl) extern const char xen_trap_##vector[];
VECTORS(DECLARE)

enum { MASK_EVENTS = 4, SYSTEM_CALL = 128, INT_LENGTH = 2 };

void traps_register(uint16_t type, const char *address)
{
	struct callback_register c = {
		.type = type,
		.flags = CALLBACKF_mask_events,
		.address = hypercall_callback(address),
	};

	if (hypercall2(__HYPERVISOR_callback_op, CALLBACKOP_register, (unsigned long)&c))
		wedge_fatal("Xen refuses callback %u", type);
}

void traps_init(void)
{
#define ENTRY(vector, dpl)                                                                         \
	{vector, (dpl) | MASK_EVENTS, FLAT_KERNEL_CS, (unsigned long)xen_trap_##vector},
	struct trap_info table[] = {VECTORS(ENTRY){0}};

	if (hypercall1(__HYPERVISOR_set_trap_table, (unsigned long)table))
		wedge_fatal("Xen refuses the trap table");
	traps_register(CALLBACKTYPE_event, xen_event);
	traps_register(CALLBACKTYPE_failsafe, xen_failsafe);
	traps_register_width();
	if (hypercall2(__HYPERVISOR_stack_switch, FLAT_KERNEL_SS, WEDGE_STACK_TOP))
		wedge_fatal("Xen refuses the wedge's stack");
}

static uint64_t fault_address(const struct vcpu *v)
{
	const struct vcpu_info *info = (const void *)&v->events;

	return info->arch.cr2;
}

void xen_entered(struct vcpu *v);
void xen_pending(struct vcpu *v);
_Noreturn void xen_fault_inside(const unsigned long *frame);

void xen_entered(struct vcpu *v)
{
	switch ((unsigned int)v->trap) {
	case ENTRY_EVENT:
		vcpu_count(v, COUNT_ENTERED_EVENT);
		core_interrupted(v);
		events_handle(v);
		core_deliver_interrupts(v);
		return;
	case ENTRY_RETRY:
		core_retry(v);
		return;
	case ENTRY_FAILSAFE:
		exception_gp(v, 0);
		return;
	case SYSTEM_CALL:
		vcpu_count(v, COUNT_ENTERED_INT80);
		exception_deliver(v, SYSTEM_CALL, ARCH_NO_ERROR_CODE, INT_LENGTH);
		traps_called_width(v, SYSTEM_CALL);
		return;
	default:
		if (!traps_entered_width(v))
			core_trap(v, fault_address(v));
	}
}

void xen_pending(struct vcpu *v)
{
	vcpu_count(v, COUNT_ENTERED_PENDING);
	events_handle(v);
	core_deliver_interrupts(v);
}

/*
 * A fault of the wedge itself. The frame may begin with an error code; the vector is not known
 * here, so print all words that either form has.
 */
_Noreturn void xen_fault_inside(const unsigned long *frame)
{
	wedge_log("frame %lx %lx %lx %lx %lx %lx %lx", frame[2], frame[3], frame[4], frame[5],
		  frame[6], frame[7], frame[8]);
	wedge_fatal("a fault inside the wedge (address %lx)",
		    (unsigned long)fault_address(vcpu_this()));
}
