/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target.c - see target.h.
 *
 * Invariant: a breakpoint's byte is put back only if the int3 is still there; the guest may have
 * written its own code in the meantime.
 */
#include "target.h"
#include "launcher.h"
#include "walk.h"

#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { INT3 = 0xcc };

int target_open(struct target *target, struct launch_debug *debug, int memory_fd, uint64_t bytes,
		const struct kernel *kernel)
{
	*target = (struct target){.debug = debug, .kernel = kernel, .bytes = bytes};
	target->memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory_fd, 0);
	if (target->memory == MAP_FAILED)
		return -1;
	return madvise(target->memory, bytes, MADV_DONTFORK);
}

void target_stop(struct target *target)
{
	__atomic_store_n(&target->debug->request, LAUNCH_STOP, __ATOMIC_SEQ_CST);
	if (target->child > 0)
		kill(target->child, SIGUSR2);
}

bool target_look(struct target *target)
{
	uint32_t stops = __atomic_load_n(&target->debug->stops, __ATOMIC_SEQ_CST);

	if (stops != target->stops) {
		target->stops = stops;
		target->stopped = true;
	}
	return target->stopped;
}

static void publish_breakpoints(const struct target *target)
{
	for (unsigned int i = 0; i < target->count; i++)
		target->debug->breakpoints[i] = target->breakpoints[i].linear;
	target->debug->breakpoint_count = target->count;
}

void target_go(struct target *target, bool step)
{
	publish_breakpoints(target);
	target->stopped = false;
	__atomic_store_n(&target->debug->request, step ? LAUNCH_STEP : LAUNCH_RUN,
			 __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &target->debug->request, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* The bytes from `linear` on that lie in one page, at most `size`; NULL if there is no memory. */
static unsigned char *piece(const struct target *target, uint64_t linear, size_t size,
			    size_t *length, uint64_t *physical)
{
	size_t rest = PAGE_BYTES - linear % PAGE_BYTES;
	uint64_t span;

	*length = size < rest ? size : rest;
	if (!walk(target, linear, physical, &span))
		return NULL;
	return target->memory + *physical;
}

/* The breakpoint at a guest-physical address, or NULL. */
static struct breakpoint *breakpoint_in(struct target *target, uint64_t physical, size_t size,
					unsigned int *from)
{
	while (*from < target->count) {
		struct breakpoint *b = &target->breakpoints[(*from)++];

		if (b->physical >= physical && b->physical - physical < size)
			return b;
	}
	return NULL;
}

size_t target_read(const struct target *target, uint64_t linear, void *to, size_t size)
{
	size_t done = 0, length;
	uint64_t physical;

	while (done < size) {
		const unsigned char *from =
			piece(target, linear + done, size - done, &length, &physical);

		if (!from)
			break;
		memcpy((unsigned char *)to + done, from, length);
		for (unsigned int i = 0; i < target->count; i++) {
			const struct breakpoint *b = &target->breakpoints[i];

			if (b->physical >= physical && b->physical - physical < length)
				((unsigned char *)to)[done + (b->physical - physical)] =
					b->original;
		}
		done += length;
	}
	return done;
}

size_t target_write(struct target *target, uint64_t linear, const void *from, size_t size)
{
	size_t done = 0, length;
	uint64_t physical;

	while (done < size) {
		unsigned char *to = piece(target, linear + done, size - done, &length, &physical);
		struct breakpoint *b;
		unsigned int next = 0;

		if (!to)
			break;
		memcpy(to, (const unsigned char *)from + done, length);
		while ((b = breakpoint_in(target, physical, length, &next))) {
			b->original = target->memory[b->physical];
			target->memory[b->physical] = INT3;
		}
		done += length;
	}
	return done;
}

int target_break(struct target *target, uint64_t linear)
{
	struct breakpoint b = {.linear = linear};
	uint64_t span;

	for (unsigned int i = 0; i < target->count; i++)
		if (target->breakpoints[i].linear == linear)
			return 0;
	if (target->count == LAUNCH_BREAKPOINTS || target_read(target, linear, &b.original, 1) != 1)
		return -1;
	walk(target, linear, &b.physical, &span);
	target->memory[b.physical] = INT3;
	target->breakpoints[target->count++] = b;
	return 0;
}

/* Two linear addresses may share one byte of memory; it is an int3 as long as one is left. */
static void put_back(struct target *target, const struct breakpoint *gone)
{
	unsigned int next = 0;

	if (!breakpoint_in(target, gone->physical, 1, &next) &&
	    target->memory[gone->physical] == INT3)
		target->memory[gone->physical] = gone->original;
}

void target_unbreak(struct target *target, uint64_t linear)
{
	for (unsigned int i = 0; i < target->count; i++) {
		struct breakpoint gone = target->breakpoints[i];

		if (gone.linear != linear)
			continue;
		target->breakpoints[i] = target->breakpoints[--target->count];
		put_back(target, &gone);
		return;
	}
}

void target_unbreak_all(struct target *target)
{
	while (target->count)
		target_unbreak(target, target->breakpoints[0].linear);
}
