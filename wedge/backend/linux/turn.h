/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * turn.h - when a user process had better rest than stop (channel.h), and the wedge's wait for it.
 *
 * To stop costs two wake-ups by the host; to rest, two calls of sched_yield(2) that find the other
 * one ready to run, about half. But somebody else who wants the same processor gets a whole slice
 * of it with every yield, and a system call after which the process must be stopped all the same is
 * dearer than a stop.
 *
 * Invariant: what is decided here changes how long something takes, never what happens.
 */
#ifndef WEDGE_BACKEND_LINUX_TURN_H
#define WEDGE_BACKEND_LINUX_TURN_H

#include "process.h"

/* Before the first turn. */
void turn_init(struct vcpu *v);

/* A process is about to be let go: how often it may yield when it rests next; 0: it must not. */
uint64_t turn_patience(const struct process *process);

/*
 * On which of the host's processors it goes on. On the wedge's own as a rule: one of both waits at
 * any time, and waking somebody on another processor costs several times as much. But while it
 * makes system calls that it rests for, one after the other, nobody need be woken: on another
 * processor then, if there is one.
 */
void turn_place(struct process *process);

/* It goes on after a system call: had it better have stopped? */
void turn_learn(struct process *process);

/* What was learnt of system calls, for a new process. */
void turn_teach(struct process *process);

/* Waits a little for it to rest; false: it does not, and will not before it is let go again. */
bool turn_await(const struct vcpu *v, struct process *process);

/* Yields the processor until it stops, a few times: it will do so soon. */
void turn_expect_stop(const struct process *process);

#endif /* WEDGE_BACKEND_LINUX_TURN_H */
