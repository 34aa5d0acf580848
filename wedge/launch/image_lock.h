/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_lock.h - who uses an image, told by locks of single bytes, as QEMU does
 * (block/file-posix.c, "Locking" in qemu's docs/system/images).
 *
 * Invariant: a lock ends with the descriptor it was made by, so none outlives the launcher.
 */
#ifndef LAUNCH_IMAGE_LOCK_H
#define LAUNCH_IMAGE_LOCK_H

#include <stdbool.h>

/*
 * Locks an open image: nobody else may write to it; if `write`, we do, and nobody else who minds
 * may use it. Returns 0, EBUSY if somebody does, or the error number by which the host refuses
 * locks.
 */
int image_lock(int fd, bool write);

#endif
