/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_open.h - what the guest's frames go to.
 *
 * Invariant: descriptors do not block, and no other program gets them.
 */
#ifndef LAUNCH_NET_OPEN_H
#define LAUNCH_NET_OPEN_H

#include "net_option.h"

/* The largest MTU of a guest's interface in front of passt, as passt has it by default. */
enum { NET_PASST_MTU = 65520 };

/*
 * Starts passt. Returns a stream socket, on which a frame has its length in front, in 4 bytes of
 * the network's order. passt ends when the socket is closed. Ends the launcher, code 3, with
 * passt's own words if it does not start.
 */
int net_open_passt(const struct net_option *option);

/*
 * Opens a tap interface. Returns a descriptor of packets, each with a struct virtio_net_header in
 * front. Ends the launcher, code 3, if there is no such one or it cannot be used.
 */
int net_open_tap(const char *name);

#endif
