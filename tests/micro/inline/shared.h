/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shared.h - inline functions that both units have, with sites in them, and what each unit shows of
 * them to the checks.
 *
 * Invariant: they are never expanded in their callers, so each unit has a copy in a group of its
 * own (COMDAT), and the linker keeps one.
 */
#ifndef MICRO_INLINE_SHARED_H
#define MICRO_INLINE_SHARED_H

#ifdef __cplusplus
struct interrupts {
	__attribute__((noinline)) static void enable()
	{
		asm volatile("sti; nop" : : : "memory");
	}
	__attribute__((noinline)) static void disable()
	{
		asm volatile("cli" : : : "memory");
	}
};

template <typename word> __attribute__((noinline)) word page_table_root()
{
	word root;

	asm volatile("mov %%cr3, %0" : "=r"(root));
	return root;
}

extern "C" {
#endif

/* The two functions above, and where this unit has them. */
struct unit {
	void (*enable)(void), (*disable)(void);
	unsigned long (*root)(void);
};

struct unit first_unit(void);
struct unit second_unit(void);

#ifdef __cplusplus
}
#endif

#endif /* MICRO_INLINE_SHARED_H */
