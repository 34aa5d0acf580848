/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend.c - the smallest platform on which the core runs (wedge/doc/adding-a-platform.md): an
 * ordinary process whose guest is a program of the test, without page tables of its own.
 *
 * The functions stand in the order in which a new platform needs them. Those below "the shadow MMU"
 * have nothing to do as long as no guest code runs by itself.
 *
 * Invariant: guest-physical memory is one array from address 0, with no hole.
 */
#include <wedge/core.h>
#include <wedge/lib.h>

#include "platform.h"

#include <stdlib.h>
#include <time.h>

struct platform platform;

static uint8_t memory[PLATFORM_PAGES][X86_PAGE_SIZE] __attribute__((aligned(X86_PAGE_SIZE)));

/* ---- to say something, and to end ---- */

void backend_console_write(const char *text, size_t size)
{
	size_t room = sizeof(platform.console) - 1 - platform.console_size;

	size = size < room ? size : room;
	memcpy(platform.console + platform.console_size, text, size);
	platform.console_size += size;
}

size_t backend_console_read(char *text, size_t size)
{
	(void)text;
	(void)size;
	return 0;
}

_Noreturn void backend_end(enum backend_end how)
{
	platform.how = how;
	longjmp(platform.end, 1);
}

/* ---- memory ---- */

uint64_t backend_memory_pages(void)
{
	return PLATFORM_PAGES;
}

void *backend_page(uint64_t page)
{
	return page < PLATFORM_PAGES ? memory[page] : NULL;
}

bool backend_memory_next(uint64_t from, uint64_t *start, uint64_t *end)
{
	*start = from;
	*end = PLATFORM_PAGES * X86_PAGE_SIZE;
	return from < *end;
}

void *backend_allocate(size_t size)
{
	return calloc(1, size);
}

/* No guest code runs by itself, so nobody jumps there. */
bool backend_window_page(uint64_t va, const void *bytes)
{
	(void)va;
	(void)bytes;
	return true;
}

/* ---- what came with the guest ---- */

const char *backend_command_line(void)
{
	return "";
}

void backend_ramdisk(uint64_t *start, uint64_t *size)
{
	*start = *size = 0;
}

/* ---- time ---- */

static uint64_t nanoseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t backend_now_ns(void)
{
	return nanoseconds(CLOCK_MONOTONIC);
}

uint64_t backend_wallclock_s(void)
{
	return nanoseconds(CLOCK_REALTIME) / 1000000000;
}

uint64_t backend_tsc_khz(void)
{
	return 1000000;
}

void backend_timer(uint64_t deadline_ns)
{
	platform.deadline_ns = deadline_ns;
}

void backend_block(struct vcpu *v)
{
	while (backend_now_ns() < platform.deadline_ns)
		;
	core_timer(v);
}

/* ---- the processor ---- */

/* A processor of this name, that can do nothing which has to be told. */
void backend_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	(void)subleaf;
	memset(out, 0, 4 * sizeof(out[0]));
	if (leaf == 0) {
		out[0] = 1;
		memcpy(&out[1], "Exam", 4);
		memcpy(&out[3], "pleP", 4);
		memcpy(&out[2], "latf", 4);
	}
}

bool backend_null_clears_base(void)
{
	return false;
}

bool backend_load_xcr0(struct vcpu *v, uint64_t value)
{
	(void)v;
	return value == 1;
}

bool backend_load_selector(struct vcpu *v, unsigned int sreg, uint16_t selector)
{
	(void)v;
	platform.selector[sreg] = selector;
	return true;
}

uint16_t backend_read_selector(const struct vcpu *v, unsigned int sreg)
{
	(void)v;
	return platform.selector[sreg];
}

uint16_t backend_user_selector(uint16_t selector)
{
	return selector;
}

/* ---- the shadow MMU, and state that a running guest has in the real processor ---- */

bool backend_space_fill(struct vcpu *v, uint64_t va, const struct guest_walk *walk)
{
	(void)v;
	(void)va;
	(void)walk;
	return false;
}

bool backend_code_held(struct vcpu *v, uint64_t va)
{
	(void)v;
	(void)va;
	return false;
}

#define NOTHING_TO_DO(name, ...)                                                                   \
	void name(__VA_ARGS__)                                                                     \
	{                                                                                          \
	}

#pragma GCC diagnostic ignored "-Wunused-parameter"
NOTHING_TO_DO(backend_space_load, struct vcpu *v)
NOTHING_TO_DO(backend_space_invalidate, struct vcpu *v, uint64_t va)
NOTHING_TO_DO(backend_space_flush, struct vcpu *v)
NOTHING_TO_DO(backend_code_release, struct vcpu *v, uint64_t va)
NOTHING_TO_DO(backend_load_fs_base, struct vcpu *v)
NOTHING_TO_DO(backend_load_gs_base, struct vcpu *v, bool user)
NOTHING_TO_DO(backend_read_bases, struct vcpu *v)
NOTHING_TO_DO(backend_load_gdt, struct vcpu *v)
NOTHING_TO_DO(backend_load_ldt, struct vcpu *v)
NOTHING_TO_DO(backend_load_cr0, struct vcpu *v)
NOTHING_TO_DO(backend_load_cr4, struct vcpu *v)
NOTHING_TO_DO(backend_load_dr, struct vcpu *v, unsigned int index)
NOTHING_TO_DO(backend_debug_status, struct vcpu *v)
