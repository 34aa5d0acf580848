/* SPDX-License-Identifier: BSD-2-Clause */
/* width.h - the checks of the module that differ between x86_64.c and i386.c. */
#ifndef WIDTH_H
#define WIDTH_H

#include <linux/types.h>

/* True if CR4 has what this width's paging needs, and nothing that it cannot have. */
bool good_cr4(unsigned long cr4);

/* True if model-specific registers hold what the kernel, or the check itself, put there. */
bool check_msr(void);

#endif
