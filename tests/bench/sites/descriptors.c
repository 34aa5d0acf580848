/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * descriptors.c - descriptor tables and the task register: what kernels do when they start, and
 * some when they switch.
 *
 * Invariant: what is loaded is what was there.
 */
#include "measure.h"

SITE(sgdt, "sgdt", "", "", "sgdt (" S ")")
SITE(sidt, "sidt", "", "", "sidt (" S ")")
SITE(lgdt, "lgdt", "sgdt (" S ")", "", "lgdt (" S ")")
SITE(lidt, "lidt", "sidt (" S ")", "", "lidt (" S ")")
SITE(lldt, "lldt", "xor %%eax, %%eax", "", "lldt %%ax")
SITE(str, "str", "", "", "str %%ax")

/* Only a task that is not busy can be loaded, and that makes it busy. */
LOOPS(ltr, "mov (" S "), " D "\n\tmov 8(" S "), %%eax", "andb $~2, (" D ")", "ltr %%ax")

CHECK(site_ltr)
{
	loop_data[0] = (word)&gdt[TSS_SELECTOR / 8] + 5;
	loop_data[8 / WORD] = TSS_SELECTOR;
	measure(&(struct site){.name = "ltr", LOOPS_OF(ltr), .per = 1});
}
