/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot.c - prepares a kernel's start by the boot protocol that `afterburn pack` found in its file.
 *
 * Invariant: a protocol that this wedge does not know ends the guest before the kernel has run.
 */
#include <wedge/log.h>
#include "protocols.h"

void boot_prepare(struct vcpu *v, const struct afterburn_wedge_header *header)
{
	switch (header->protocol) {
	case AFTERBURN_PROTOCOL_LINUX:
		boot_linux(v);
		break;
	case AFTERBURN_PROTOCOL_PVH:
		boot_pvh(v);
		break;
	default:
		wedge_fatal("the kernel is entered by boot protocol %u, which this wedge does not "
			    "know: pack it again",
			    header->protocol);
	}
	v->rip = header->kernel_entry;
}
