/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run.h - guest user code runs.
 *
 * Invariant: see run.c.
 */
#ifndef WEDGE_BACKEND_LINUX_USER_RUN_H
#define WEDGE_BACKEND_LINUX_USER_RUN_H

#include "linux.h"

/* Runs guest user code as the vCPU describes it until it stops, and handles why it did. */
void run_user_code(struct vcpu *v);

#endif /* WEDGE_BACKEND_LINUX_USER_RUN_H */
