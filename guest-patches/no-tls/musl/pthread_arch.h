/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pthread_arch.h - where musl finds the data of the running thread: in a variable, and not behind
 * GS. It takes the place of musl's own file for i386.
 *
 * Invariant: a program has one thread; set_thread_area.c tells musl so.
 */
#include <stdint.h>

extern __attribute__((visibility("hidden"))) uintptr_t __thread_pointer;

static inline uintptr_t __get_tp(void)
{
	return __thread_pointer;
}

/* musl's name for the program counter in a signal's frame. */
#define MC_PC gregs[REG_EIP]
