/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_pages.h - what a host has mapped in a few address spaces of 47 bits: a word for each page.
 *
 * Invariant: a word that was never written is 0.
 */
#ifndef TESTS_WEDGE_LINUX_FAKE_PAGES_H
#define TESTS_WEDGE_LINUX_FAKE_PAGES_H

#include <stdbool.h>
#include <stdint.h>

enum { FAKE_SPACES = 70 };

/* The word of the page at an address. With `make` it is there; else NULL may say that it is 0. */
uint32_t *fake_page(unsigned int space, uint64_t va, bool make);

/* The first page from `va` on, and below `end`, whose word is not 0; else `end`. */
uint64_t fake_page_next(unsigned int space, uint64_t va, uint64_t end);

/* All words are 0. */
void fake_pages_reset(void);

#endif /* TESTS_WEDGE_LINUX_FAKE_PAGES_H */
