/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forge.h - see forge.c.
 *
 * Invariant: what does not return dies, or goes on at landing64 (attack.h).
 */
#ifndef FORGE_H
#define FORGE_H

#include "attack.h"

/* Code in the stub; 0: not found. */
uint64_t find_in_stub(const uint8_t *bytes, unsigned int size, uint64_t from);
uint64_t find_stop(void);
uint64_t find_order(void);
uint64_t find_return(void);

/* The one forged signal frame, of 64-bit code; returns its address. */
uint64_t forge_frame(uint64_t rip, uint64_t eflags, uint64_t mask, uint64_t rdi);

/* It sets another signal stack. */
void forge_stack(uint64_t address, uint64_t size);

/* A system call by the instruction for orders; if it is carried out, goes on at the landing. */
_Noreturn void order(uint32_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
		     uint64_t f);

/*
 * The same with an mmap that the wedge has ordered already, for one of these pages that nobody has
 * touched; `before` comes between. Returns if there was none.
 */
void order_again(volatile char *fresh, unsigned int pages, void (*before)(void));

/* Returns from the forged frame, by the stub's own instruction. */
_Noreturn void return_frame(void);

#endif /* FORGE_H */
