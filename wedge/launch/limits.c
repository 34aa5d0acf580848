/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limits.c - resource limits and system controls that would end a guest in the middle.
 *
 * Invariant: only soft limits are changed, upwards, and only where they are too low.
 */
#include "host.h"
#include "launcher.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* The kernel's address space, and what each process holds above it. */
#define ADDRESS_SPACE (UINT64_C(8) << 30)
#define DATA	      (64 * MIB)

enum { FILES = 128, PROCESSES = 64, SIGNALS = 16 };

/* Each page of a guest process may need a mapping; with fewer than these a guest thrashes. */
enum { MAPPINGS = 8192 };

/* The lowest address that is mapped for a guest. */
#define LOWEST UINT64_C(0x10000)

static void check_limit(__rlimit_resource_t which, uint64_t need, uint64_t unit, const char *what,
			const char *option)
{
	struct rlimit limit;

	if (getrlimit(which, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY ||
	    limit.rlim_cur >= need)
		return;
	limit.rlim_cur = limit.rlim_max;
	if ((limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= need) &&
	    setrlimit(which, &limit) == 0)
		return;
	die(END_PLATFORM,
	    "the limit on %s is too low: %" PRIu64 ", needed are %" PRIu64 "; raise it (ulimit %s)",
	    what, (uint64_t)limit.rlim_max / unit, need / unit, option);
}

bool host_control(const char *path, uint64_t *value)
{
	FILE *file = fopen(path, "re");
	bool found = file && fscanf(file, "%" SCNu64, value) == 1;

	if (file)
		fclose(file);
	return found;
}

static void check_low_memory(void)
{
	void *want = (void *)(uintptr_t)LOWEST; /* the guest's own addresses */
	size_t size = (UINT64_C(1) << 32) - LOWEST;
	void *low = mmap(want, size, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
	uint64_t lowest;

	if (low == want) {
		munmap(low, size);
		return;
	}
	if (low == MAP_FAILED && errno == EPERM &&
	    host_control("/proc/sys/vm/mmap_min_addr", &lowest) && lowest > LOWEST)
		die(END_PLATFORM,
		    "the host lets nothing be mapped below 0x%" PRIx64 ", needed is 0x%" PRIx64
		    "; as root: sysctl vm.mmap_min_addr=%" PRIu64,
		    lowest, LOWEST, LOWEST);
	die(END_PLATFORM, "the 4 GiB of address space that the kernel needs are not free: %s",
	    low == MAP_FAILED ? strerror(errno) : "the host is too old (Linux before 4.17)");
}

void host_check_limits(uint64_t memory)
{
	uint64_t mappings;

	check_limit(RLIMIT_AS, ADDRESS_SPACE + memory, MIB, "address space (MiB)", "-v, in KiB");
	check_limit(RLIMIT_DATA, DATA, MIB, "data (MiB)", "-d, in KiB");
	check_limit(RLIMIT_FSIZE, memory, MIB, "the size of files (MiB)", "-f, in KiB");
	check_limit(RLIMIT_NOFILE, FILES, 1, "open files", "-n");
	check_limit(RLIMIT_NPROC, PROCESSES, 1, "processes", "-u");
	check_limit(RLIMIT_SIGPENDING, SIGNALS, 1, "pending signals", "-i");
	if (host_control("/proc/sys/vm/max_map_count", &mappings) && mappings < MAPPINGS)
		die(END_PLATFORM,
		    "the host allows a process %" PRIu64
		    " mappings, needed are %d; as root: sysctl vm.max_map_count=65530",
		    mappings, MAPPINGS);
	check_low_memory();
}
