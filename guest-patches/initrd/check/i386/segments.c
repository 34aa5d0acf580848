/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segments.c - the GDT's slots for thread-local storage: set_thread_area and %fs. libc has one slot
 * and %gs for itself. And selectors that no program may have for its stack.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "i386.h"

struct user_desc data_segment(const void *base, unsigned int size)
{
	struct user_desc d;

	memset(&d, 0, sizeof(d));
	d.entry_number = (unsigned int)-1;
	d.base_addr = (uintptr_t)base;
	d.limit = size - 1;
	d.seg_32bit = 1;
	d.useable = 1;
	return d;
}

static void load_stack_selector(void *selector)
{
	__asm__ volatile("mov %0, %%ss" : : "r"(selector) : "memory");
}

/* Neither no segment nor one of the kernel's can be the stack. */
bool check_stack_selectors(void)
{
	EXPECT(raised_by(load_stack_selector, NULL) == SIGSEGV);
	EXPECT(raised_by(load_stack_selector, (void *)0x60) == SIGSEGV);
	return true;
}

static long set_slot(struct user_desc *d)
{
	return syscall(SYS_set_thread_area, d);
}

/* A slot's segment has its base, survives switches, goes with fork, and can be asked for. */
bool check_segments(void)
{
	static unsigned int here[2] = {0x12345678, 0x9abcdef0};
	struct user_desc d = data_segment(here, sizeof(here)), seen;
	unsigned int cs, ss;
	int pid;

	EXPECT(set_slot(&d) == 0);
	load_fs(gdt_selector(&d));
	for (int i = 0; i < 200; i++) {
		sched_yield();
		EXPECT(read_fs(0) == here[0] && read_fs(4) == here[1]);
	}
	pid = fork();
	EXPECT(pid >= 0);
	if (pid == 0)
		_exit(read_fs(4) == here[1] ? 0 : 1);
	EXPECT(wait_for(pid) == 0);
	memset(&seen, 0, sizeof(seen));
	seen.entry_number = d.entry_number;
	EXPECT(syscall(SYS_get_thread_area, &seen) == 0);
	EXPECT(seen.base_addr == d.base_addr && seen.limit == d.limit && seen.seg_32bit);
	__asm__ volatile("mov %%cs, %0; mov %%ss, %1" : "=r"(cs), "=r"(ss));
	EXPECT((cs & 3) == 3 && (ss & 3) == 3);
	return true;
}

/* Two slots are free and no third one; a changed slot is in force once it is loaded again. */
bool check_tls_slots(void)
{
	static unsigned int a = 1, b = 2;
	struct user_desc first = data_segment(&a, 4), second = data_segment(&b, 4);
	struct user_desc third = data_segment(&b, 4);

	EXPECT(set_slot(&first) == 0 && set_slot(&second) == 0);
	EXPECT(first.entry_number != second.entry_number);
	EXPECT(set_slot(&third) == -1 && errno == ESRCH);
	for (int i = 0; i < 100; i++) {
		load_fs(gdt_selector(i & 1 ? &second : &first));
		EXPECT(read_fs(0) == (i & 1 ? b : a));
	}
	load_fs(gdt_selector(&first));
	first.base_addr = (uintptr_t)&b;
	EXPECT(set_slot(&first) == 0);
	load_fs(gdt_selector(&first));
	EXPECT(read_fs(0) == b);
	return true;
}

enum { THREADS = 6 };

static void *use_own_slot(void *own)
{
	struct user_desc d = data_segment(own, 4);

	if (set_slot(&d) != 0)
		return NULL;
	load_fs(gdt_selector(&d));
	for (int i = 0; i < 300; i++) {
		sched_yield();
		if (read_fs(0) != *(unsigned int *)own)
			return NULL;
	}
	load_fs(0);
	return own;
}

/* Threads have the same selector and each its own segment behind it. */
bool check_tls_threads(void)
{
	static unsigned int own[THREADS];
	pthread_t threads[THREADS];
	void *result;

	for (unsigned int i = 0; i < THREADS; i++) {
		own[i] = 100 + i;
		EXPECT(pthread_create(&threads[i], NULL, use_own_slot, &own[i]) == 0);
	}
	for (int i = 0; i < THREADS; i++) {
		EXPECT(pthread_join(threads[i], &result) == 0);
		EXPECT(result == &own[i]);
	}
	return true;
}

static void read_at_offset(void *offset)
{
	(void)read_fs((uintptr_t)offset);
}

static void load_selector(void *selector)
{
	load_fs((uintptr_t)selector);
}

/*
 * An empty slot cannot be loaded, and the null selector cannot be used. (Limits are not checked:
 * this guest also runs on an emulator that ignores them.)
 */
bool check_tls_empty(void)
{
	static unsigned int here;
	struct user_desc d = data_segment(&here, 4);

	EXPECT(set_slot(&d) == 0);
	EXPECT(raised_by(load_selector, (void *)gdt_selector(&d)) == 0);
	EXPECT(raised_by(read_at_offset, NULL) == 0);
	load_fs(0);
	EXPECT(raised_by(read_at_offset, NULL) == SIGSEGV);
	d.base_addr = d.limit = d.seg_32bit = d.useable = 0;
	d.read_exec_only = d.seg_not_present = 1;
	EXPECT(set_slot(&d) == 0);
	EXPECT(raised_by(load_selector, (void *)gdt_selector(&d)) == SIGSEGV);
	EXPECT(raised_by(read_at_offset, NULL) == SIGSEGV);
	return true;
}

static volatile unsigned int fs_inside = ~0u;

static void change_segments(int signal)
{
	unsigned int fs;

	(void)signal;
	__asm__ volatile("mov %%fs, %0" : "=r"(fs));
	load_fs(0);
	fs_inside = fs;
}

/* A signal handler may load segment registers: the interrupted program has its own back. */
bool check_segments_signal(void)
{
	static unsigned int here = 0xfeedbeef;
	struct user_desc d = data_segment(&here, 4);
	struct sigaction action = {.sa_handler = change_segments};

	EXPECT(sigaction(SIGUSR1, &action, NULL) == 0);
	EXPECT(set_slot(&d) == 0);
	load_fs(gdt_selector(&d));
	for (int i = 0; i < 50; i++) {
		EXPECT(raise(SIGUSR1) == 0);
		EXPECT(fs_inside == gdt_selector(&d));
		EXPECT(read_fs(0) == here);
	}
	return true;
}
