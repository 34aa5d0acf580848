/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * result.h - how the command of `afterburn run --exec` ended, as the guest has written it to a disk
 * (scripts/root-init/exec.c).
 *
 * Invariant: what the guest wrote can become no other exit code than its own number, 0 to 255.
 */
#ifndef LAUNCH_RESULT_H
#define LAUNCH_RESULT_H

/* The exit code of the run, after a message if it is not the command's own. */
int result_code(const char *path);

#endif
