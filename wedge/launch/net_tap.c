/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_tap.c - see net_open.h. A frame with its virtio header in front is one packet (IFF_VNET_HDR
 * of Linux's tun device), and the host's kernel cuts large ones and fills checksums in.
 *
 * Invariant: the interface is there already: no new one is made by a wrong name.
 */
#include "net_open.h"
#include "launcher.h"

#include <wedge/dev/virtio_net.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define OFFLOADS (TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)

int net_open_tap(const char *name)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
	int header = sizeof(struct virtio_net_header), fd;

	if (!if_nametoindex(name))
		die(END_PLATFORM,
		    "--net: there is no interface '%s'; make one with: ip tuntap add mode tap "
		    "user USER name %s",
		    name, name);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		die(END_PLATFORM, "/dev/net/tun cannot be opened: %s", strerror(errno));
	memcpy(request.ifr_name, name, strlen(name) + 1);
	if (ioctl(fd, TUNSETIFF, &request) < 0)
		die(END_PLATFORM, "--net: the interface '%s' cannot be used: %s%s", name,
		    strerror(errno),
		    errno == EPERM    ? " (it must be a tap of this user's)"
		    : errno == EBUSY  ? " (another program has it)"
		    : errno == EINVAL ? " (it is no tap, or one with other flags)"
				      : "");
	if (ioctl(fd, TUNSETVNETHDRSZ, &header) < 0 || ioctl(fd, TUNSETOFFLOAD, OFFLOADS) < 0)
		die(END_PLATFORM, "--net: the interface '%s' has no offloads: %s", name,
		    strerror(errno));
	return fd;
}
