/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net.h - the guest's network: a virtio network device (devices.h) whose frames go to passt, a
 * program that makes connections of the host's of them, or to a tap interface of the host.
 *
 * Invariant: what comes from the other side is cut into frames by lengths that were checked.
 */
#ifndef LAUNCH_NET_H
#define LAUNCH_NET_H

#include "launcher.h"

/**
 * net_parse - read user[,forward=HOST:GUEST]... | tap=NAME | none
 * @text: what follows --net
 *
 * Ends the launcher, code 2, if it makes no sense.
 */
void net_parse(struct net_option *option, const char *text);

/*
 * Opens what the guest's frames go to, and puts the device on the bus; none, if `option` says none.
 * Ends the launcher, code 3, if the host has not what it takes.
 */
void net_open(const struct net_option *option);

#endif
