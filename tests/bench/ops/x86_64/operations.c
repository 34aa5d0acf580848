/* SPDX-License-Identifier: BSD-2-Clause */
/* x86-64 programs do nothing that i386 ones do not. */
#include <stddef.h>

#include "../bench.h"

const struct operation width_operations[] = {
	{NULL, NULL, 0, 0, NULL},
};
