/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * first.cc - one of two units that have the inline functions of shared.h.
 *
 * Invariant: both units are the same but for a name.
 */
#include "shared.h"

struct unit first_unit(void)
{
	struct unit unit = {interrupts::enable, interrupts::disable,
			    page_table_root<unsigned long>};

	return unit;
}
