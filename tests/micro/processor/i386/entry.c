/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry.c - how the kernel was entered: the 32-bit boot protocol (Linux, x86/boot.rst, "32-bit BOOT
 * PROTOCOL").
 *
 * Invariant: start.S saved the state at its first instruction.
 */
#include "micro.h"

extern const struct {
	word cr0, cs, ds, es, ss, flags, bx, bp, di, si;
} entry_state;

CHECK(entered_by_boot_protocol)
{
	if (!entry_state.cr0)
		skip("entered by the PVH protocol");
	expect_is(entry_state.cr0 & (CR0_PG | 1), 1);
	expect_is(entry_state.cs & 0xffff, BOOT_CS);
	expect_is(entry_state.ds & 0xffff, BOOT_DS);
	expect_is(entry_state.es & 0xffff, BOOT_DS);
	expect_is(entry_state.ss & 0xffff, BOOT_DS);
	expect_is(entry_state.flags & FLAG_IF, 0);
	expect_is(entry_state.bx | entry_state.bp | entry_state.di, 0);
	expect(entry_state.si);
}
