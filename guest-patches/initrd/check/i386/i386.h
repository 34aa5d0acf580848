/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * i386.h - the checks that only i386 has, and what they share.
 */
#ifndef GUEST_CHECK_I386_H
#define GUEST_CHECK_I386_H

#include <asm/ldt.h>
#include <stdint.h>
#include "../check.h"

/* A 32-bit data segment of `size` bytes at `base`, not yet given an entry (-1: any free one). */
struct user_desc data_segment(const void *base, unsigned int size);

/* Selectors at privilege level 3. */
static inline unsigned int gdt_selector(const struct user_desc *d)
{
	return d->entry_number * 8 + 3;
}

static inline unsigned int ldt_selector(const struct user_desc *d)
{
	return d->entry_number * 8 + 7;
}

static inline void load_fs(unsigned int selector)
{
	__asm__ volatile("mov %0, %%fs" : : "r"(selector) : "memory");
}

static inline unsigned int read_fs(unsigned int offset)
{
	unsigned int value;

	__asm__ volatile("movl %%fs:(%1), %0" : "=r"(value) : "r"(offset) : "memory");
	return value;
}

bool check_doors(void);
bool check_restart(void);
bool check_vdso_sigreturn(void);
bool check_software_interrupts(void);
bool check_stack_selectors(void);
bool check_tls_slots(void);
bool check_tls_threads(void);
bool check_tls_empty(void);
bool check_segments_signal(void);
bool check_ldt_code(void);
bool check_ldt_fork(void);

#endif
