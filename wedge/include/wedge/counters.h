/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counters.h - the wedge's counters, and their names for the two readers: the lines at a guest's
 * end (stats.c) and the device (dev/counter_ports.c).
 *
 * Invariant: to count an event is one increment of a word of the vCPU; only readers pay for sums
 * and names.
 */
#ifndef WEDGE_COUNTERS_H
#define WEDGE_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

/* COUNT_INTERRUPTS and so on. */
enum counter {
#define COUNTER(id, name) COUNT_##id,
#define TOTAL(name, first, last)
#include <wedge/counters.def>
#include <wedge/backend_counters.def>
#undef COUNTER
#undef TOTAL
	COUNT_ALL
};

struct vcpu;

/*
 * Shown are the counters, their totals, and what the vCPU counts of sites and traps: "sites",
 * "class.CLASS", "insn.NAME" and "trap.VECTOR".
 */
unsigned int counters_shown(void);

/*
 * The value of a shown counter, by its index below counters_shown(); and its name, in `size` bytes
 * of room.
 */
uint64_t counters_value(const struct vcpu *v, unsigned int index);
void counters_name(unsigned int index, char *text, size_t size);

#endif /* WEDGE_COUNTERS_H */
