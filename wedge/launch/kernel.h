/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.h - a packed kernel, checked.
 *
 * Invariant: after kernel_open() every segment lies inside the file, below 4 GiB of physical
 * memory, and at virtual addresses that a process can have.
 */
#ifndef LAUNCH_KERNEL_H
#define LAUNCH_KERNEL_H

#include <afterburn/bundle.h>
#include <stdbool.h>
#include <stdint.h>

/* A stretch of the file and where it goes. Bytes. */
struct part {
	uint64_t offset, file_size;
	uint64_t address, memory_size;
	uint64_t virtual; /* address, of the kernel's own code */
};

struct kernel {
	int fd;
	bool wide; /* for x86-64, not i386 */
	unsigned int count;
	struct part segments[AFTERBURN_BUNDLE_MAX_SEGMENTS]; /* at guest-physical addresses */
	struct part wedge;   /* image and tables; its address is not used */
	uint64_t end;	     /* guest-physical, behind the last segment */
	uint64_t direct_map; /* virtual minus physical address of the kernel's first segment */
	uint64_t panic_word; /* guest-physical, of Linux's variable panic_cpu; UINT64_MAX: none */
	struct afterburn_wedge_header header;
};

/**
 * kernel_open - open and check what `afterburn pack --wedge linux` made
 * @path: the file
 * @name: what messages call it
 *
 * Fills in *kernel. Anything else than such a file ends the launcher with a message and code 2; a
 * kernel that lies where a process has no addresses, with code 3.
 */
void kernel_open(struct kernel *kernel, const char *path, const char *name);

#endif
