// SPDX-License-Identifier: BSD-2-Clause
/*
 * x86_64.c - long mode needs PAE, and system calls need STAR and LSTAR, in the kernel's image.
 */
#include <asm/msr-index.h>
#include <asm/page_types.h>
#include <asm/processor-flags.h>
#include "instructions.h"
#include "width.h"

bool good_cr4(unsigned long cr4)
{
	return cr4 & X86_CR4_PAE;
}

bool check_msr(void)
{
	return (guest_rdmsr(MSR_EFER) & EFER_LMA) &&
	       guest_rdmsr(MSR_LSTAR) - __START_KERNEL_map < KERNEL_IMAGE_SIZE;
}
