/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * threads.c - threads, their local storage, segment registers and bases, LDT.
 */
#include <asm/ldt.h>
#include <asm/prctl.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
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

/* A GS base set by arch_prctl is used, survives switches, and goes with fork. */
bool check_segments(void)
{
	static unsigned long here = 0x1234567890abcdef;
	unsigned long seen, base = 0;
	unsigned int cs, ss;
	int pid;

	EXPECT(syscall(SYS_arch_prctl, ARCH_SET_GS, &here) == 0);
	for (int i = 0; i < 200; i++) {
		sched_yield();
		__asm__ volatile("movq %%gs:0, %0" : "=r"(seen));
		EXPECT(seen == here);
	}
	pid = fork();
	EXPECT(pid >= 0);
	if (pid == 0) {
		__asm__ volatile("movq %%gs:0, %0" : "=r"(seen));
		_exit(seen == here ? 0 : 1);
	}
	EXPECT(wait_for(pid) == 0);
	EXPECT(syscall(SYS_arch_prctl, ARCH_GET_GS, &base) == 0);
	EXPECT(base == (unsigned long)(uintptr_t)&here);
	__asm__ volatile("mov %%cs, %0; mov %%ss, %1" : "=r"(cs), "=r"(ss));
	EXPECT((cs & 3) == 3 && (ss & 3) == 3);
	return true;
}

/* A segment of the program's own LDT can be loaded and has its base. */
bool check_ldt(void)
{
	static unsigned int here[4] = {11, 22, 33, 44};
	struct user_desc entry;
	unsigned int seen;

	memset(&entry, 0, sizeof(entry));
	entry.entry_number = 2;
	entry.base_addr = (unsigned int)(uintptr_t)here; /* static: below 4 GiB */
	entry.limit = sizeof(here) - 1;
	entry.seg_32bit = 1;
	entry.useable = 1;
	EXPECT(syscall(SYS_modify_ldt, 1, &entry, sizeof(entry)) == 0);
	for (int i = 0; i < 100; i++) {
		__asm__ volatile("mov %1, %%gs; movl %%gs:8, %0" : "=r"(seen) : "r"(2 * 8 + 7));
		EXPECT(seen == 33);
		sched_yield();
		__asm__ volatile("movl %%gs:4, %0" : "=r"(seen));
		EXPECT(seen == 22);
	}
	__asm__ volatile("mov %0, %%gs" : : "r"(0));
	return true;
}
