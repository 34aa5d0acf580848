/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disks.h - the guest's disks: virtio block devices (devices.h) from images (image.h).
 *
 * Invariant: an image is asked only for what lies within it.
 */
#ifndef LAUNCH_DISKS_H
#define LAUNCH_DISKS_H

#include "launcher.h"

/*
 * Opens the images and puts a disk on the bus for each. Ends the launcher, code 2 or 3, if one
 * cannot be used.
 */
void disks_open(const struct options *options);

/* Ends what serves images, behind devices_stop(). */
void disks_close(void);

#endif
