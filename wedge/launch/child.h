/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child.h - the process that the wedge and the guest's kernel run in.
 *
 * Invariant: it does not outlive the launcher, and holds no descriptor but those it is given.
 */
#ifndef LAUNCH_CHILD_H
#define LAUNCH_CHILD_H

#include <wedge/launch.h>

#include <sys/types.h>

/**
 * child_start - fork, and enter the wedge in the child
 * @info:  what the wedge gets; its descriptors are the launcher's and are renumbered in the child
 * @entry: the wedge's
 *
 * The child leads a process group of its own. Returns its pid, or -1 if the host gives no process.
 */
pid_t child_start(struct launch_info *info, launch_entry *entry);

#endif
