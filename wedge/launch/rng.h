/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rng.h - the guest's source of random bytes: a virtio entropy device (devices.h) that gives what
 * the host's kernel has.
 *
 * Invariant: the guest gets bytes of its own, which no other program of the host sees.
 */
#ifndef LAUNCH_RNG_H
#define LAUNCH_RNG_H

/* Puts the device on the bus. Ends the launcher, code 2, if that is full. */
void rng_open(void);

#endif
