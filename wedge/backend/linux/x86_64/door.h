/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * door.h - system calls of 64-bit user code that need no signal.
 *
 * Invariant: see door.c.
 */
#ifndef WEDGE_BACKEND_LINUX_DOOR_H
#define WEDGE_BACKEND_LINUX_DOOR_H

#include "../process.h"

/*
 * User code has made a system call by the instruction `syscall`, behind which rip is, and a signal.
 * If it does so again and again, the next one goes through the door.
 */
void door_learn(struct vcpu *v);

/*
 * A process has called the door: rip is the number of the site. Sets it to where the site is, or
 * returns false if the process has none of that number.
 */
bool door_find(struct vcpu *v, const struct process *process);

/*
 * Was user code interrupted between a site and the door? If so, sets rip to the site, and returns
 * true.
 */
bool door_on_way(struct vcpu *v, const struct process *process);

#endif /* WEDGE_BACKEND_LINUX_DOOR_H */
