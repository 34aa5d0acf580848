/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_option.h - what --net asks for.
 *
 * Invariant: ports are 1 to 65535.
 */
#ifndef LAUNCH_NET_OPTION_H
#define LAUNCH_NET_OPTION_H

#include <stdbool.h>
#include <stdint.h>

enum { NET_FORWARDS_MAX = 16 };

enum net_kind { NET_NONE, NET_USER, NET_TAP };

/* TCP connections to a port of the host's loopback address go to a port of the guest. */
struct net_forward {
	uint16_t host, guest;
};

struct net_option {
	enum net_kind kind;
	const char *tap; /* name of the interface */
	bool nohost; /* the guest does not reach what listens on this machine's loopback alone */
	unsigned int forwards;
	struct net_forward forward[NET_FORWARDS_MAX];
};

#endif
