/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * share_jail.h - what happens to a new process of the launcher before it becomes the server of a
 * folder: it gets namespaces in which the folder lies at a place of its own, read-only if so asked.
 *
 * Invariant: what the host refuses is an error, never a weaker jail.
 */
#ifndef LAUNCH_SHARE_JAIL_H
#define LAUNCH_SHARE_JAIL_H

#include <stdbool.h>

/* Where the folder is in the jail: a folder of every Linux, which the server needs for nothing. */
#define SHARE_JAIL_PLACE "/mnt"

/* The last step that was tried, for a message. */
enum share_step {
	SHARE_STEP_USER,   /* a user namespace, for who is not root */
	SHARE_STEP_MOUNTS, /* a namespace of mounts */
	SHARE_STEP_FOLDER, /* the folder's mounts, copied */
	SHARE_STEP_READ_ONLY,
	SHARE_STEP_PLACE, /* and put to SHARE_JAIL_PLACE */
	SHARE_STEP_EXECUTE,
};

/* Returns 0, or an error number with the step that failed. */
int share_jail_enter(const char *directory, bool read_only, enum share_step *step);

#endif
