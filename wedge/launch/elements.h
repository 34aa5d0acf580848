/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elements.h - a place in a list of pieces of memory (struct iovec), which is used up from its
 * beginning.
 *
 * Invariant: the list begins with an element that has bytes, or is empty.
 */
#ifndef LAUNCH_ELEMENTS_H
#define LAUNCH_ELEMENTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* Goes on behind `done` bytes; elements that are used up are left empty. */
void elements_advance(struct iovec **memory, unsigned int *count, size_t done);

/* Bytes of all of them. */
uint64_t elements_sum(const struct iovec *memory, unsigned int count);

#endif
