/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.h - the guest's physical memory, one memory file, and what is in it before the start.
 *
 * Invariant: nothing of it has a name in any file system.
 */
#ifndef LAUNCH_MEMORY_H
#define LAUNCH_MEMORY_H

#include "kernel.h"

struct memory {
	int fd;
	uint64_t bytes;	  /* whole pages, with the hole where a PC has its devices */
	uint64_t amount;  /* without the hole */
	uint64_t ramdisk; /* guest-physical, page aligned; 0: none */
	uint64_t ramdisk_bytes;
};

/**
 * memory_make - create the memory file
 * @amount: bytes that the guest gets, whole pages
 *
 * Ends the launcher, code 3, where the host does not give one that code can be run from.
 */
void memory_make(struct memory *memory, uint64_t amount);

/**
 * memory_load - put the kernel and the RAM disk into place
 * @ramdisk: path, or NULL
 *
 * Linux's boot protocol, without its loader: segments at their physical addresses, the RAM disk as
 * high as the kernel takes it below the hole. Ends the launcher, code 2, when it does not fit or
 * cannot be read, code 3 when the host has too little memory.
 */
void memory_load(struct memory *memory, const struct kernel *kernel, const char *ramdisk);

/* Maps the wedge with its tables at LAUNCH_WEDGE_BASE and reads it in. */
void *memory_map_wedge(const struct kernel *kernel, const char *name);

#endif
