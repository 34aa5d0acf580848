/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host_memory.c - has the host memory for a guest? A host that has too little kills one process or
 * another in the middle of the run, without a word.
 *
 * Invariant: a host that does not tell counts as one that has enough.
 */
#include "host.h"
#include "launcher.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the wedge maps privately beside the guest's memory: its heap, stacks, and its image. */
#define PRIVATE (320 * MIB)

enum { NEVER_OVERCOMMIT = 2 /* vm.overcommit_memory */ };

/* The number of bytes in the line `name:` of /proc/meminfo; UINT64_MAX if there is none. */
static uint64_t amount(FILE *file, const char *name)
{
	size_t length = strlen(name);
	char line[128];

	rewind(file);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, name, length) == 0 && line[length] == ':')
			return strtoull(line + length + 1, NULL, 10) * 1024;
	return UINT64_MAX;
}

static void check_promises(FILE *file, uint64_t need)
{
	uint64_t limit = amount(file, "CommitLimit");
	uint64_t given = amount(file, "Committed_AS");
	uint64_t how, left = limit > given ? limit - given : 0;

	if (!host_control("/proc/sys/vm/overcommit_memory", &how) || how != NEVER_OVERCOMMIT ||
	    limit == UINT64_MAX || left >= need)
		return;
	die(END_PLATFORM,
	    "the host promises no more memory than it has, and has %" PRIu64
	    " MiB left to promise, needed are %" PRIu64
	    "; less --memory, or as root: sysctl vm.overcommit_memory=0",
	    left / MIB, need / MIB);
}

/* A container sees its own group of processes (cgroups(7), version 2 and 1) as the root of all. */
static void check_container(uint64_t least)
{
	static const char *const limits[] = {"/sys/fs/cgroup/memory.max",
					     "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
	uint64_t limit;

	for (unsigned int i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (host_control(limits[i], &limit) && limit < least)
			die(END_PLATFORM,
			    "the container may have too little memory: %" PRIu64
			    " MiB, and the guest needs at least %" PRIu64,
			    limit / MIB, least / MIB);
}

void host_check_memory(uint64_t memory, uint64_t least)
{
	FILE *file = fopen("/proc/meminfo", "re");
	uint64_t available, swap;

	check_container(least);
	if (!file)
		return;
	available = amount(file, "MemAvailable");
	swap = amount(file, "SwapFree");
	if (available != UINT64_MAX && swap != UINT64_MAX && available + swap < least)
		die(END_PLATFORM,
		    "the host has too little memory left: %" PRIu64
		    " MiB, and the guest needs at least %" PRIu64,
		    (available + swap) / MIB, least / MIB);
	check_promises(file, memory + PRIVATE);
	fclose(file);
}
