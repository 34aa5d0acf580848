/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.c - CPUID and a model specific register that is nothing but storage (SYSENTER's code
 * segment).
 *
 * Invariant: the register has its old value afterwards.
 */
#include "measure.h"

#define SYSENTER_CS "mov $0x174, %%ecx"

SITE(cpuid, "cpuid", "", "xor %%eax, %%eax", "cpuid")
SITE(rdmsr, "rdmsr", SYSENTER_CS, "", "rdmsr")
SITE(wrmsr, "wrmsr", SYSENTER_CS "\n\trdmsr", "", "wrmsr")
