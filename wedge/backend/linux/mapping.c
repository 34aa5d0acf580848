/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mapping.c - changes of a host address space: at once in the wedge's own, by order in a user
 * process, which carries it out before it runs guest code again.
 *
 * Invariant: nothing but whole pages of the memory file below 4 GiB, outside the window, is ever
 * mapped or removed.
 */
#include <wedge/log.h>
#include <wedge/stats.h>
#include "process.h"
#include "view.h"

static uint64_t mapped, protected, removed;
static bool failed;

static void direct(long result, bool may_fail)
{
	if (!host_failed(result))
		return;
	if (!may_fail || result != -ENOMEM)
		linux_host_failed("a mapping", result);
	failed = true;
}

bool mapping_failed(void)
{
	bool was = failed;

	failed = false;
	return was;
}

void mapping_set(const struct view *view, uint64_t va, uint64_t size, uint64_t physical,
		 unsigned int prot)
{
	unsigned int flags = HOST_MAP_SHARED | HOST_MAP_FIXED;

	mapped++;
	if (view->user)
		process_order(view->user, __NR_mmap, va, size, prot, flags, physical);
	else
		direct(host_map(va, size, prot, flags, machine.info.memory_fd, physical), true);
}

void mapping_protect(const struct view *view, uint64_t va, uint64_t size, unsigned int prot)
{
	protected++;
	if (view->user)
		process_order(view->user, __NR_mprotect, va, size, prot, 0, 0);
	else
		direct(host_call3(__NR_mprotect, va, size, prot), true);
}

void mapping_remove(const struct view *view, uint64_t va, uint64_t size)
{
	removed++;
	if (view->user)
		process_order(view->user, __NR_munmap, va, size, 0, 0, 0);
	else
		direct(host_call2(__NR_munmap, va, size), true);
}

void mapping_stats(void)
{
	stats_line("mappings.made", mapped);
	stats_line("mappings.protected", protected);
	stats_line("mappings.removed", removed);
}
