/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * turn.h - decides whether a user process spins for its next turn ("rests", channel.h) or stops in
 * the host's kernel; and the wedge's wait for it.
 *
 * A stop costs two wake-ups by the host. A rest costs two calls of sched_yield(2) that find the
 * other process ready to run: about half. But if another program wants the same processor, it gets
 * a whole slice with every yield. And a rest in which the process must be stopped all the same
 * costs more than a stop.
 *
 * Invariant: what is decided here changes how long something takes, never what happens.
 */
#ifndef WEDGE_BACKEND_LINUX_TURN_H
#define WEDGE_BACKEND_LINUX_TURN_H

#include "process.h"

/* Before the first turn. */
void turn_init(struct vcpu *v);

/* How often a process that is about to be let go may yield when it rests; 0: it must not rest. */
uint64_t turn_patience(const struct process *process);

/*
 * Chooses the host's processor for it. Normally the wedge's own: only one of the two runs at a
 * time, and a wake-up across processors costs several times as much. But after a long row of system
 * calls that it rested for, no wake-up is needed: then another processor, if there is one.
 */
void turn_place(struct process *process);

/* It is about to go on after a system call: should that have stopped instead of rested? */
void turn_learn(struct process *process);

/* What was learnt of system calls, for a new process. */
void turn_teach(struct process *process);

/* Waits a little for it to rest; false: it does not, and will not before it is let go again. */
bool turn_await(const struct vcpu *v, struct process *process);

/* Yields the processor until it stops, a few times: it will do so soon. */
void turn_expect_stop(const struct process *process);

#endif /* WEDGE_BACKEND_LINUX_TURN_H */
