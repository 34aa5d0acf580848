/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * door.h - system calls of guest user code that need no signal.
 *
 * Invariant: see door.c.
 */
#ifndef WEDGE_BACKEND_LINUX_DOOR_H
#define WEDGE_BACKEND_LINUX_DOOR_H

#include "../linux.h"

/*
 * User code has made a system call by int 0x80. If that was in the vDSO, the next one goes through
 * the door.
 */
void door_learn(struct vcpu *v);

/*
 * Was user code interrupted on its way through the door, by a single step or because its segments
 * do not reach it? If so, returns true, with the vCPU as an int 0x80 would have left it.
 */
bool door_caught(struct vcpu *v);

/*
 * Where user code goes on in its process: the vCPU's rip, or behind a restarted system call the
 * call of the door.
 */
uint64_t door_resume(struct vcpu *v);

#endif /* WEDGE_BACKEND_LINUX_DOOR_H */
