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
 * @path:      where; an old file is replaced
 * @target:    the guest, stopped or gone
 * @memory_fd:  its memory file; parts never written stay holes
 *
 * Format: ELF core of the kernel's width, NT_PRSTATUS as of Linux. Says where it is, or what went
 * wrong.
 */
void core_write(const char *path, const struct target *target, int memory_fd);

#endif
