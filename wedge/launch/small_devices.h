/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * small_devices.h - virtio devices (devices.h) behind which is one call of the host's: a source of
 * random bytes, and a balloon, through which memory that the guest does not use goes back to the
 * host.
 *
 * Invariant: the guest gets random bytes of its own, which no other program of the host sees; only
 * whole pages that a report covers are taken out of the memory file.
 */
#ifndef LAUNCH_SMALL_DEVICES_H
#define LAUNCH_SMALL_DEVICES_H

#include "launcher.h"

/* Puts those on the bus that the options ask for. Ends the launcher, code 2, if that is full. */
void small_devices_open(const struct options *o);

#endif
