/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ports.c - ports of I/O: all that sigma0 has become the root task's, so that no user program gets
 * any from there.
 *
 * The root task keeps them all, although the back end uses few: of ports that came in one piece, L4
 * takes away all or none. So `in` and `out` of guest kernel code without a site reach the real
 * machine.
 *
 * Invariant: afterwards nobody but L4's kernel and the root task can use a port.
 */
#include <wedge/log.h>
#include "l4.h"

enum { ALL_LOG2 = 16 };

void ports_init(void)
{
	if (!x2_sigma0(X2_IO_FPAGE(0, ALL_LOG2) | X2_RIGHTS, X2_EVERYTHING, L4_K_UTCB))
		wedge_fatal("L4 has not left all ports of I/O to the root program");
}
