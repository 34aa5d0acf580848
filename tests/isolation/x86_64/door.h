/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * door.h - programs whose system calls are led to the wedge's door, and that change, look at or
 * step through that code: each returns if nothing of the door is to be seen, or ends by SIGABRT.
 *
 * Invariant: see door.c.
 */
#ifndef DOOR_H
#define DOOR_H

/* The means: an often made system call is patched, as its own program can read; then broke(). */
void door_is_used(void);

/* Code is changed by a store, by another mapping, by a system call, by a debugger. */
void door_private_code(void);
void door_shared_code(void);
void door_written_code(void);
void door_traced_code(void);
void door_forked_code(void);

/* Others read what the program was made of. */
void door_code_is_read(void);

/* Program counters that signals and single steps show. */
void door_signals(void);
void door_steps(void);

/* A jump to the way that a system call takes is that system call. */
void door_jumps(void);

/* An attack: an entry of the door that belongs to no system call. */
void door_of_nobody(void);

#endif /* DOOR_H */
