/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list.c - x86-64 promises nothing that the common checks do not ask for.
 */
#include <stddef.h>
#include "../check.h"

const struct check width_checks[] = {
	{NULL, NULL},
};
