// SPDX-License-Identifier: BSD-2-Clause
/*
 * x86_64.c - long mode needs PAE, and system calls need STAR and LSTAR, in the kernel's image.
 */
#include <asm/msr.h>
#include <asm/page_types.h>
#include <asm/processor-flags.h>
#include "width.h"

bool good_cr4(unsigned long cr4)
{
	return cr4 & X86_CR4_PAE;
}

bool check_msr(void)
{
	u64 efer, lstar;

	rdmsrl(MSR_EFER, efer);
	rdmsrl(MSR_LSTAR, lstar);
	return (efer & EFER_LMA) && lstar - __START_KERNEL_map < KERNEL_IMAGE_SIZE;
}
