/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hypercall.h - calls into Xen, by number of arguments, and counted.
 *
 * Invariant: each function makes one hypercall and counts it once.
 */
#ifndef XEN_HYPERCALL_H
#define XEN_HYPERCALL_H

#include <stdint.h>
#include <stddef.h>
#include <wedge/hypercall_raw.h>
#include <wedge/vcpu.h>
#include <xen/xen.h>
#include <xen/callback.h>
#include <xen/event_channel.h>
#include <xen/physdev.h>
#include <xen/sched.h>
#include <xen/vcpu.h>
#include <xen/version.h>

/*
 * The counter of a hypercall. Every caller's `number` is a constant, so the switch costs nothing.
 */
static inline enum counter hypercall_counter(unsigned long number)
{
	switch (number) {
	case __HYPERVISOR_mmu_update:
		return COUNT_HYPERCALL_MMU_UPDATE;
	case __HYPERVISOR_mmuext_op:
		return COUNT_HYPERCALL_MMUEXT;
	case __HYPERVISOR_set_segment_base:
		return COUNT_HYPERCALL_SEGMENT_BASE;
	case __HYPERVISOR_fpu_taskswitch:
		return COUNT_HYPERCALL_TASKSWITCH;
	case __HYPERVISOR_event_channel_op:
		return COUNT_HYPERCALL_EVENT;
	case __HYPERVISOR_sched_op:
		return COUNT_HYPERCALL_SCHED;
	default:
		return COUNT_HYPERCALL_OTHER;
	}
}

/* Counts an event on the processor that runs this. */
static inline uint64_t xen_count(enum counter counter)
{
	return vcpu_count(vcpu_this(), counter);
}

static inline void xen_count_many(enum counter counter, uint64_t events)
{
	vcpu_this()->counters[counter] += events;
}

static inline long hypercall5(unsigned long number, unsigned long a, unsigned long b,
			      unsigned long c, unsigned long d, unsigned long e)
{
	xen_count(hypercall_counter(number));
	return hypercall_raw(number, a, b, c, d, e);
}

#define hypercall4(n, a, b, c, d) hypercall5(n, a, b, c, d, 0)
#define hypercall3(n, a, b, c)	  hypercall5(n, a, b, c, 0, 0)
#define hypercall2(n, a, b)	  hypercall5(n, a, b, 0, 0, 0)
#define hypercall1(n, a)	  hypercall5(n, a, 0, 0, 0, 0)

/* Those with numbers of 64 bits, which a 32-bit guest passes in two parts. */
static inline void hypercall_timer(uint64_t deadline_ns)
{
	xen_count(COUNT_HYPERCALL_TIMER);
	hypercall_raw_timer(deadline_ns);
}

static inline void hypercall_descriptor(uint64_t machine, uint64_t descriptor)
{
	xen_count(COUNT_HYPERCALL_DESCRIPTOR);
	hypercall_raw_descriptor(machine, descriptor);
}

#endif /* XEN_HYPERCALL_H */
