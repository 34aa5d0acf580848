/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_hostile.c - see virtio_hostile.h.
 *
 * Invariant: at most one thread at a time.
 */
#include "virtio_hostile.h"

#include <pthread.h>
#include <sched.h>

uint64_t hostile_end(uint64_t random)
{
	static const uint64_t ends[] = {
		RINGS_DATA, RINGS_TABLE,  RINGS_HOLE,	     RINGS_HOLE_END,
		0,	    RINGS_MEMORY, UINT64_C(1) << 32, UINT64_MAX,
	};

	return ends[random & 7] + (random >> 3 & 63) - 32;
}

uint64_t hostile_address(bool bad, uint64_t random, uint16_t index)
{
	if (bad)
		return hostile_end(random);
	return index % 3 ? HOSTILE_DATA + (random >> 4 & 0xffff)
			 : HOSTILE_HEADERS + (random >> 4 & 0xff0);
}

void hostile_word(void *shared, size_t size, const uint32_t values[8], uint64_t random)
{
	((uint32_t *)shared)[random % (size / sizeof(uint32_t))] =
		random & 0x1c00 ? values[random >> 13 & 7] : (uint32_t)(random >> 16);
}

static pthread_t thread;
static uint32_t go_on, wrote;
static void (*write_some)(uint64_t *);

static void *write_on(void *unused)
{
	uint64_t seed = 0x853c49e6748fea9b;

	(void)unused;
	while (__atomic_load_n(&go_on, __ATOMIC_RELAXED)) {
		write_some(&seed);
		__atomic_fetch_add(&wrote, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

void hostile_thread_start(void (*write)(uint64_t *seed))
{
	write_some = write;
	go_on = 1;
	wrote = 0;
	assert_int_equal(pthread_create(&thread, NULL, write_on, NULL), 0);
}

void hostile_thread_stop(void)
{
	__atomic_store_n(&go_on, 0, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
}

bool hostile_thread_wrote(uint32_t times)
{
	sched_yield();
	return __atomic_load_n(&wrote, __ATOMIC_RELAXED) >= times;
}
