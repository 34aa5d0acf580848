/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list.c - the checks of an i386 kernel beyond the common ones.
 */
#include <stddef.h>
#include "i386.h"

const struct check width_checks[] = {
	{"doors", check_doors},
	{"restart", check_restart},
	{"vdso-sigreturn", check_vdso_sigreturn},
	{"software-interrupts", check_software_interrupts},
	{NULL, NULL},
};
