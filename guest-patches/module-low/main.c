// SPDX-License-Identifier: BSD-2-Clause
/*
 * main.c - a module that checks, inside the kernel, that the kernel in the lower half is sound. The
 * parameter `checks` chooses the set: "addresses" or "traps".
 *
 * Invariant: the parameter `result` is 0 when all checks of the set held, else a bit per failed
 * one; the module does not load for a set that does not exist.
 */
#include <linux/module.h>
#include <linux/string.h>
#include "low.h"

static char *checks = "";
module_param(checks, charp, 0444);
static int result = -1;
module_param(result, int, 0444);

static int __init start(void)
{
	if (!strcmp(checks, "addresses"))
		result = check_addresses();
	else if (!strcmp(checks, "traps"))
		result = check_traps();
	else
		return -EINVAL;
	return 0;
}

static void __exit stop(void)
{
}

module_init(start);
module_exit(stop);
MODULE_LICENSE("Dual BSD/GPL");
MODULE_DESCRIPTION("A kernel in the lower half, seen from inside");
