/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * threads.c - threads and their local storage.
 */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include "check.h"

enum { THREADS = 8, TURNS = 500 };

static __thread unsigned int mine;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned int total;

static void *work(void *argument)
{
	mine = (unsigned int)(uintptr_t)argument;
	for (int i = 0; i < TURNS; i++) {
		pthread_mutex_lock(&mutex);
		total++;
		pthread_mutex_unlock(&mutex);
		sched_yield();
		if (mine != (unsigned int)(uintptr_t)argument)
			return NULL;
	}
	return argument;
}

/* Eight threads keep their own thread-local variable and count together without loss. */
bool check_threads(void)
{
	pthread_t threads[THREADS];
	void *result;

	for (uintptr_t i = 0; i < THREADS; i++)
		EXPECT(pthread_create(&threads[i], NULL, work, (void *)(i + 1)) == 0);
	for (uintptr_t i = 0; i < THREADS; i++) {
		EXPECT(pthread_join(threads[i], &result) == 0);
		EXPECT(result == (void *)(i + 1));
	}
	EXPECT(total == THREADS * TURNS);
	return true;
}
