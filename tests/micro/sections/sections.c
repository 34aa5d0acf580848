/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sections.c - functions with sites in sections of their own, of which the linker drops one
 * (--gc-sections).
 *
 * Invariant: nothing refers to the dropped function.
 */
#include "micro.h"

void kept(void);
void dropped(void);

__attribute__((noinline, section(".text.kept"))) void kept(void)
{
	sti();
	cli();
}

__attribute__((section(".text.dropped"))) void dropped(void)
{
	sti();
	cli();
	write_cr3(read_cr3());
}

CHECK(kept_function_works)
{
	sti();
	kept();
	expect(!(read_flags() & FLAG_IF));
}
