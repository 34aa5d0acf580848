/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.c - reads the kernel that is to be packed.
 *
 * Invariant: what cannot be read is trouble; what can be read and is no kernel is refused.
 */
#include "kernel.h"
#include "command.h"
#include "elf/input.h"

#include <stdlib.h>

static int open_elf(struct kernel *kernel, const char *path, struct ab_error *error)
{
	struct ab_bytes elf = kernel->file;

	if (ab_is_bzimage(kernel->file)) {
		if (ab_bzimage_open(&kernel->outside, kernel->file, error) < 0 ||
		    ab_bzimage_kernel(&kernel->outside, &kernel->unpacked, error) < 0)
			return -1;
		elf = kernel->unpacked;
	}
	return ab_image_open(&kernel->elf, path, elf, error);
}

int kernel_read(struct kernel *kernel, const char *path)
{
	struct ab_error error;

	*kernel = (struct kernel){0};
	if (ab_input_read(path, &kernel->file, &error) < 0)
		return complain("pack", path, "%s", error.text);
	if (open_elf(kernel, path, &error) < 0) {
		complain("pack", path, "%s", error.text);
		return EXIT_FINDING;
	}
	ab_sites_find(&kernel->sites, &kernel->elf);
	return EXIT_CLEAN;
}

void kernel_free(struct kernel *kernel)
{
	ab_sites_free(&kernel->sites);
	ab_image_close(&kernel->elf);
	free((void *)(uintptr_t)kernel->unpacked.data);
	free((void *)(uintptr_t)kernel->file.data);
	*kernel = (struct kernel){0};
}
