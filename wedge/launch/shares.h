/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shares.h - folders of the host in the guest: virtio file system devices (devices.h), each served
 * by a program of its own (share_server.h) through vhost-user.
 *
 * Invariant: the launcher itself opens no file in such a folder.
 */
#ifndef LAUNCH_SHARES_H
#define LAUNCH_SHARES_H

#include "launcher.h"

#include <stdint.h>

/*
 * Reads DIR[:TAG][,ro][,fixed], the next of --share; options are taken from its end. Ends the
 * launcher, code 2, if it makes no sense.
 */
void shares_parse(struct options *options, const char *text);

/*
 * Starts the programs and puts a device on the bus for each. Ends the launcher, code 2 or 3, if one
 * of the folders cannot be shared.
 */
void shares_open(const struct options *options);

/* Gives them the guest's memory. Ends the launcher, code 3, if one does not take it. */
void shares_memory(int fd, uint64_t bytes);

/* Ends the programs, behind devices_stop(). */
void shares_close(void);

#endif
