/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * root.h - the two halves of the program: the root file system, and the command that runs in it.
 *
 * Invariant: whoever calls them is the guest's first process.
 */
#ifndef ROOT_INIT_ROOT_H
#define ROOT_INIT_ROOT_H

#include <stdbool.h>

/*
 * The disk by which `afterburn run --exec` and this program speak (exec.c): looks for it, and reads
 * what it says. False: there is none, and nothing to execute.
 */
bool exec_find(void);

/* Runs the command, tells its status, and ends the machine. */
_Noreturn void exec_run(void);

/* Ends the machine: says what could not be done, and the kernel's error number. */
_Noreturn void give_up(const char *what, long error);

#endif
