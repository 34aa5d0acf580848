/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ports.c - ports of I/O: all that sigma0 has becomes the root task's, so that no user program gets
 * any from there; and but for those that the back end uses, the root task cannot use them either.
 * An access of guest kernel code that was not rewritten then faults, and is emulated.
 *
 * Invariant: afterwards nobody but L4's kernel can use a port that is not in the list.
 */
#include "console.h"
#include "l4.h"

enum { ALL_LOG2 = 16 };

/* Timer, keyboard controller (reset), clock, power management, serial port: eight ports each. */
static const uint16_t kept[] = {0x40, 0x60, 0x70, 0x3f8, 0x600};

static bool is_kept(uint32_t port, unsigned int log2)
{
	for (unsigned int i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (kept[i] - port < 1u << log2 || (kept[i] < port && kept[i] + 8u > port))
			return true;
	}
	return false;
}

static void give_back(uint32_t port, unsigned int log2)
{
	if (!is_kept(port, log2)) {
		*x2_mr(L4_K_UTCB, 0) = X2_IO_FPAGE(port, log2) | X2_RIGHTS;
		x2_unmap(X2_UNMAP_FLUSH, L4_K_UTCB);
	} else if (log2 > 3) {
		give_back(port, log2 - 1);
		give_back(port + (1u << (log2 - 1)), log2 - 1);
	}
}

void ports_init(void)
{
	x2_sigma0(X2_IO_FPAGE(0, ALL_LOG2), X2_EVERYTHING, L4_K_UTCB);
	give_back(0, ALL_LOG2);
}
