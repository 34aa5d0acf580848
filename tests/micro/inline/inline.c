/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inline.c - sites in inline functions of C++, which several units have and the linker keeps once.
 *
 * Invariant: the copies are called through pointers that each unit gives.
 */
#include "micro.h"
#include "shared.h"

CHECK(one_copy_is_kept)
{
	struct unit a = first_unit(), b = second_unit();

	expect(a.enable == b.enable);
	expect(a.disable == b.disable);
	expect(a.root == b.root);
}

CHECK(sites_of_the_copy_work)
{
	struct unit a = first_unit(), b = second_unit();

	a.enable();
	expect(read_flags() & FLAG_IF);
	b.disable();
	expect(!(read_flags() & FLAG_IF));
	expect_is(a.root(), read_cr3());
}
