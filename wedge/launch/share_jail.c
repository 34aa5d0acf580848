/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * share_jail.c - see share_jail.h. Read-only is a property of the mounts, which the host's kernel
 * keeps, not of the program that serves them.
 *
 * Invariant: mounts that are made here are seen by nobody else.
 */
#include "share_jail.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t size = (ssize_t)strlen(text);
	bool done = fd >= 0 && write(fd, text, (size_t)size) == size;

	if (fd >= 0)
		close(fd);
	return done;
}

/* Who is not root is root of a namespace in which nobody else exists. */
static bool become_root(void)
{
	char users[64], groups[64];

	if (geteuid() == 0)
		return true;
	snprintf(users, sizeof(users), "0 %u 1", (unsigned int)geteuid());
	snprintf(groups, sizeof(groups), "0 %u 1", (unsigned int)getegid());
	return unshare(CLONE_NEWUSER) == 0 && write_file("/proc/self/setgroups", "deny") &&
	       write_file("/proc/self/uid_map", users) && write_file("/proc/self/gid_map", groups);
}

int share_jail_enter(const char *directory, bool read_only, enum share_step *step)
{
	struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
	int tree;

	*step = SHARE_STEP_USER;
	if (!become_root())
		return errno;
	*step = SHARE_STEP_MOUNTS;
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return errno;
	*step = SHARE_STEP_FOLDER;
	tree = open_tree(AT_FDCWD, directory, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	if (tree < 0)
		return errno;
	*step = SHARE_STEP_READ_ONLY;
	if (read_only && mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes,
				       sizeof(attributes)) < 0)
		return errno;
	*step = SHARE_STEP_PLACE;
	return move_mount(tree, "", AT_FDCWD, SHARE_JAIL_PLACE, MOVE_MOUNT_F_EMPTY_PATH) < 0 ? errno
											     : 0;
}
