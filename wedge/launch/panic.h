/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * panic.h - has the guest's kernel panicked? Its memory tells: Linux's panic() first changes the
 * variable panic_cpu (kernel/panic.c, since 4.5), which holds -1 until then. That needs no console,
 * and costs the guest nothing.
 *
 * Invariant: nothing that a user program of the guest can print or do is taken for a panic.
 */
#ifndef LAUNCH_PANIC_H
#define LAUNCH_PANIC_H

#include "kernel.h"
#include "target.h"

#include <stdbool.h>
#include <stdint.h>

struct panic {
	const volatile uint32_t *word; /* in guest memory; NULL: the kernel has no such variable */
	uint32_t before;	       /* its value when the kernel was loaded */
};

/* Finds the variable of a kernel that is loaded but does not run yet. */
void panic_open(struct panic *panic, const struct kernel *kernel, const struct target *target);

/* True from the moment at which the kernel panics. False for ever without the variable. */
bool panic_seen(const struct panic *panic);

#endif
