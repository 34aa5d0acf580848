/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * balloon.h - memory that the guest does not use goes back to the host: a virtio balloon device
 * (devices.h) whose driver reports free pages.
 *
 * Invariant: only whole pages that a report covers are taken out of the memory file.
 */
#ifndef LAUNCH_BALLOON_H
#define LAUNCH_BALLOON_H

/* Puts the device on the bus. Ends the launcher, code 2, if that is full. */
void balloon_open(void);

#endif
