/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_stop.h - the two ways in which a host's kernel can tell that a guest process has stopped.
 *
 * Invariant: called in the probe's child, after it has given up new privileges; either returns 0 or
 * what the host answered (errno).
 */
#ifndef LAUNCH_PROBE_STOP_H
#define LAUNCH_PROBE_STOP_H

/* Notifications of seccomp, whose answers bring a descriptor along. Leaves a filter behind. */
int probe_stop_notify(void);

/* A child that has asked to be traced, and stops at a system call that a filter names. */
int probe_stop_trace(void);

#endif
