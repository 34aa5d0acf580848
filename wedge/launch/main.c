/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the launcher: runs a packed i386 or x86-64 kernel in a process. `afterburn run --on
 * process` becomes it.
 *
 * Invariant: what can be refused is refused before the terminal is changed and the guest's process
 * exists.
 */
#include "devices.h"
#include "disks.h"
#include "guest.h"
#include "host.h"
#include "kernel.h"
#include "launcher.h"
#include "memory.h"
#include "net.h"
#include "options.h"
#include "ports.h"
#include "shares.h"
#include "small_devices.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The next file that is opened would take the number of a closed one, and be the console. */
static void open_standard_files(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			_exit(END_PLATFORM); /* nowhere to say it */
	} while (fd <= STDERR_FILENO);
	close(fd);
}

/*
 * A kernel whose panic cannot be seen in its memory is told to reset the machine, which no program
 * of the guest can do.
 */
static void set_command_line(struct launch_info *info, const struct kernel *kernel,
			     const struct options *options)
{
	const char *append = options->append;
	int length = snprintf(info->command_line, sizeof(info->command_line), "console=%s%s%s%s",
			      options->ports & 1u << PORT_TERMINAL ? "hvc0" : "ttyS0",
			      kernel->panic_word == UINT64_MAX ? " panic=-1" : "",
			      *append ? " " : "", append);

	if (length >= (int)sizeof(info->command_line))
		die(END_USAGE, "the kernel's command line is too long: %d characters, at most %zu",
		    length, sizeof(info->command_line) - 1);
}

static struct launch_shared *make_shared(void)
{
	void *shared = mmap(NULL, LAUNCH_SHARED_BYTES, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		die(END_PLATFORM, "the host gives no memory: %s", strerror(errno));
	return shared;
}

/* Behind the devices of a PC is what page tables of two levels cannot name. */
static void check_memory(const struct options *options, const struct kernel *kernel)
{
	if (!kernel->wide && options->memory > LAUNCH_HOLE)
		die(END_USAGE,
		    "a 32-bit kernel takes at most %" PRIu64 " MiB of --memory, not %" PRIu64,
		    LAUNCH_HOLE / MIB, options->memory / MIB);
}

/* What a run asks of the host, but for what depends on the kernel. */
static void probe(const struct options *options, struct launch_info *info)
{
	struct memory memory;

	host_check_limits(options->memory);
	host_check_memory(options->memory, 0);
	host_probe_start(strcmp(options->probe, "x86_64") == 0);
	memory_make(&memory, options->memory);
	host_probe_end(info);
}

int main(int argc, char **argv)
{
	struct options options = {.append = "", .memory = 256 * MIB};
	static struct launch_info info = {.version = LAUNCH_VERSION};
	static struct kernel kernel;
	static struct guest guest;
	struct launch_shared *shared;
	struct memory memory;
	char *wedge;

	open_standard_files();
	host_tsc_start();
	options_parse(argc, argv, &options);
	if (options.probe) {
		probe(&options, &info);
		return END_POWEROFF;
	}
	if (options.serve)
		share_server_become(&options.share[0], options.serve);
	kernel_open(&kernel, options.kernel, options.name);
	check_memory(&options, &kernel);
	set_command_line(&info, &kernel, &options);
	disks_open(&options);
	small_devices_open(&options);
	ports_open(&options);
	net_open(&options.net);
	shares_open(&options);
	host_check_limits(options.memory);
	host_probe_start(kernel.wide);
	memory_make(&memory, options.memory);
	shares_memory(memory.fd, memory.bytes);
	memory_load(&memory, &kernel, options.ramdisk);
	wedge = memory_map_wedge(&kernel, options.name);
	guest = (struct guest){.options = &options, .memory = &memory};
	shared = make_shared();
	guest.shared = shared;
	info.shared = (uint64_t)(uintptr_t)shared;
	if (target_open(&guest.target, &shared->debug, memory.fd, memory.bytes, &kernel) < 0)
		die(END_PLATFORM, "the host gives no address space: %s", strerror(errno));
	panic_open(&guest.panic, &kernel, &guest.target);
	info.memory_fd = memory.fd;
	info.memory_bytes = memory.bytes;
	info.ramdisk = memory.ramdisk;
	info.ramdisk_bytes = memory.ramdisk_bytes;
	info.xstate_bytes = host_xstate_bytes();
	info.signal_frame_bytes = host_signal_frame_bytes();
	host_probe_end(&info);
	info.tsc_khz = host_tsc_khz();
	devices_offer(&info, shared);
	gdb_open(&guest.gdb, options.gdb, &guest.target);
	return guest_run(&guest, &info, (launch_entry *)(void *)(wedge + kernel.header.entry));
}
