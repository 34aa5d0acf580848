/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.h - the kernel that is to be packed: an ELF file, or a bzImage around one.
 *
 * Invariant: `elf` is checked; everything lies in memory of its own.
 */
#ifndef AFTERBURNER_TOOLS_KERNEL_H
#define AFTERBURNER_TOOLS_KERNEL_H

#include "elf/bzimage.h"
#include "elf/image.h"
#include "elf/sites.h"

struct kernel {
	struct ab_bytes file;	   /* as it was read */
	struct ab_bytes unpacked;  /* of a bzImage: the ELF file in it */
	struct ab_bzimage outside; /* its `file` is {NULL, 0} if there is no bzImage */
	struct ab_image elf;
	struct ab_sites sites;
};

/**
 * kernel_read - read and decompress a kernel, and find its sites
 * @path: for messages, too; must outlive the kernel
 *
 * Returns an exit code of the command, with a message printed. kernel_free() it in any case.
 */
int kernel_read(struct kernel *kernel, const char *path);
void kernel_free(struct kernel *kernel);

#endif
