/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mapping.c - changes of a host address space: at once in the wedge's own; by an order in a user
 * process, which carries it out before it runs guest code again.
 *
 * Invariant: only whole pages of the memory file are mapped; nothing of the wedge's or the stub's
 * is mapped over or removed (view_bounds()).
 */
#include <wedge/log.h>
#include "process.h"

_Static_assert((int)VIEW_READ == (int)HOST_PROT_READ && (int)VIEW_WRITE == (int)HOST_PROT_WRITE &&
		       (int)VIEW_EXEC == (int)HOST_PROT_EXEC,
	       "the host knows the rights by these numbers");

static void count(const struct view *view, enum counter at_once, enum counter ordered)
{
	linux_count(view->process ? ordered : at_once);
}

static void direct(long result, bool may_fail)
{
	if (!host_failed(result))
		return;
	if (!may_fail || result != -ENOMEM)
		linux_host_failed("a mapping", result);
	linux_of(vcpu_this())->mapping_failed = true;
}

bool mapping_failed(struct vcpu *v)
{
	bool was = linux_of(v)->mapping_failed;

	linux_of(v)->mapping_failed = false;
	return was;
}

void mapping_set(const struct view *view, uint64_t va, uint64_t size, uint64_t physical,
		 unsigned int prot)
{
	unsigned int flags = HOST_MAP_SHARED | HOST_MAP_FIXED;

	count(view, COUNT_HOST_MAP, COUNT_ORDER_MAP);
	if (view->process)
		process_order(view->process, __NR_mmap, va, size, prot, flags, physical);
	else
		direct(host_map(va, size, prot, flags, machine.info.memory_fd, physical), true);
}

void mapping_protect(const struct view *view, uint64_t va, uint64_t size, unsigned int prot)
{
	count(view, COUNT_HOST_PROTECT, COUNT_ORDER_PROTECT);
	if (view->process)
		process_order(view->process, __NR_mprotect, va, size, prot, 0, 0);
	else
		direct(host_call3(__NR_mprotect, va, size, prot), true);
}

void mapping_remove(const struct view *view, uint64_t va, uint64_t size)
{
	count(view, COUNT_HOST_UNMAP, COUNT_ORDER_UNMAP);
	if (view->process)
		process_order(view->process, __NR_munmap, va, size, 0, 0, 0);
	else
		direct(host_call2(__NR_munmap, va, size), true);
}
