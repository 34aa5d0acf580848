/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core.h - an ELF core of the guest: its physical memory at the virtual addresses of its kernel,
 * and its registers. gdb reads it together with the kernel's vmlinux.
 *
 * Invariant: the file is complete under its name or does not exist.
 */
#ifndef LAUNCH_CORE_H
#define LAUNCH_CORE_H

#include "target.h"

/**
 * core_write - write the core
 * @path:       where; an old file is replaced
 * @target:     the guest, stopped or gone
 * @memory_fd:  its memory file; parts never written stay holes
 * @direct_map: virtual minus physical address of the kernel's memory
 *
 * Format: ELF-32 core, NT_PRSTATUS as of Linux on i386. Says where it is, or what went wrong.
 */
void core_write(const char *path, const struct target *target, int memory_fd, uint32_t direct_map);

#endif
