/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disks.h - the guest's disks: virtio block devices whose rings the launcher serves, each by a
 * thread of its own, from images (image.h).
 *
 * Invariant: nothing that the guest writes, in its memory or in what it shares with the launcher,
 * is believed without a check; threads exist only between disks_start() and disks_stop().
 */
#ifndef LAUNCH_DISKS_H
#define LAUNCH_DISKS_H

#include "launcher.h"

#include <wedge/launch.h>

#include <sys/types.h>

/* Opens the images. Ends the launcher, code 2 or 3, if one cannot be used. */
void disks_open(const struct options *options);

/*
 * Describes the disks to the wedge, and makes what it rings by. `shared` is memory that the child
 * will have too. Ends the launcher, code 3, if the host gives no descriptor.
 */
void disks_offer(struct launch_info *info, struct launch_shared *shared);

/**
 * disks_start - serve
 * @child:  the guest's process, not reaped before disks_stop()
 * @memory: guest-physical memory of `bytes`, mapped from address 0
 *
 * Returns 0, or an error number if the host gives no thread; disks_stop() is due in both cases.
 */
int disks_start(pid_t child, unsigned char *memory, uint64_t bytes);

/* Ends the threads, each behind the request at work. The child does nothing any more. */
void disks_stop(void);

#endif
