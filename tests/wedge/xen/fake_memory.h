/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_memory.h - the memory of the fake Xen's domain: what fake_xen.c needs of it.
 *
 * Invariant: machine frames are in another order than guest-physical pages, so that one taken for
 * the other shows.
 */
#ifndef TESTS_WEDGE_XEN_FAKE_MEMORY_H
#define TESTS_WEDGE_XEN_FAKE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* Writes an entry of a frame, as Xen does. */
void fake_frame_write(uint64_t frame, unsigned int index, uint64_t value);

/* The frame is that page's from now on. */
void fake_frame_names(uint64_t frame, uint64_t page);

/* Whether Xen has the frame back. */
bool fake_frame_is_gone(uint64_t frame);

/*
 * An entry of a table was written: if it is one of the physmap's, the wedge's rights follow. If it
 * hooks one of the physmap's tables, what the wedge sees there changes when the TLB is flushed.
 */
void fake_memory_follow(uint64_t table, unsigned int index, uint64_t value);
void fake_memory_flushed(void);

#endif /* TESTS_WEDGE_XEN_FAKE_MEMORY_H */
