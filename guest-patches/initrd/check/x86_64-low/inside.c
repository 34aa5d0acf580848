/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inside.c - the checks that the module afterburn_low makes inside the kernel.
 *
 * Invariant: the module is gone afterwards, so that the next check can load it again.
 */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "../check.h"
#include "hole.h"

/* The module's result as it reads: "0", or a bit per failed check. */
static bool result_is_good(void)
{
	FILE *file = fopen("/sys/module/afterburn_low/parameters/result", "r");
	int result = -1, count = 0;

	if (file) {
		count = fscanf(file, "%d", &result);
		fclose(file);
	}
	printf("result %d\n", result);
	return count == 1 && result == 0;
}

static bool module_says_well(const char *arguments)
{
	int module = open("/modules/afterburn_low.ko", O_RDONLY | O_CLOEXEC);
	bool good;

	EXPECT(module >= 0);
	EXPECT(syscall(SYS_finit_module, module, arguments, 0) == 0);
	close(module);
	good = result_is_good();
	EXPECT(syscall(SYS_delete_module, "afterburn_low", O_NONBLOCK) == 0);
	return good;
}

bool check_kernel_addresses(void)
{
	return module_says_well("checks=addresses");
}

bool check_kernel_traps(void)
{
	return module_says_well("checks=traps");
}
