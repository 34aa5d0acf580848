/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_hostile.h - what hostile drivers of virtio devices have in common: addresses that are
 * nearly right, and a thread that changes memory while a server reads it.
 *
 * Invariant: repeatable by the random numbers that are handed in, but for that thread.
 */
#ifndef TESTS_DEV_VIRTIO_HOSTILE_H
#define TESTS_DEV_VIRTIO_HOSTILE_H

#include "virtio_rings.h"

/* Where a driver has headers, 16 bytes each, and data. */
enum { HOSTILE_HEADERS = RINGS_DATA, HOSTILE_DATA = RINGS_DATA + 0x2000 };

/* An address about the end of something. */
uint64_t hostile_end(uint64_t random);

/* One for descriptor `index`: of a header for every third one, else of data; or, if `bad`, an end.
 */
uint64_t hostile_address(bool bad, uint64_t random, uint16_t index);

/* Overwrites one of a device's shared words, `size` bytes of them: with one of the values, or
 * noise.
 */
void hostile_word(void *shared, size_t size, const uint32_t values[8], uint64_t random);

/* From now on another thread calls write() over and over. */
void hostile_thread_start(void (*write)(uint64_t *seed));
void hostile_thread_stop(void);

/*
 * Whether write() was called at least so often. Lets the other thread run: there may be one
 * processor for both.
 */
bool hostile_thread_wrote(uint32_t times);

#define FUZZ_TEST(function) cmocka_unit_test_teardown(function, rings_teardown)

#endif
