/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c - creates and fills guest-physical memory.
 *
 * Invariant: every byte is copied once, by the host's kernel.
 */
#include "memory.h"
#include "host.h"
#include "launcher.h"

#include <wedge/launch.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008u
#endif

/*
 * Linux's own limit for i386 (Documentation/x86/boot.rst, initrd_addr_max), in whole pages. A
 * 64-bit kernel takes it anywhere below 4 GiB.
 */
#define RAMDISK_LIMIT UINT64_C(0x37fff000)

/* What a kernel needs beside itself and its RAM disk to print its first messages. */
#define HEADROOM (8 * MIB)

static void check_executable(int fd)
{
	void *page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);

	if (page == MAP_FAILED)
		die(END_PLATFORM,
		    "the host does not let code run from a memory file (%s); a security module "
		    "(SELinux: execmem) forbids it",
		    strerror(errno));
	munmap(page, PAGE_BYTES);
}

static uint64_t with_hole(uint64_t amount)
{
	return amount > LAUNCH_HOLE ? amount + (LAUNCH_HOLE_END - LAUNCH_HOLE) : amount;
}

void memory_make(struct memory *memory, uint64_t amount)
{
	*memory = (struct memory){.bytes = with_hole(amount), .amount = amount};
	/* It need not be executable as a program, which vm.memfd_noexec may forbid. */
	memory->fd = memfd_create("afterburn-guest", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
	if (memory->fd < 0 && errno == EINVAL) /* Linux before 6.3 */
		memory->fd = memfd_create("afterburn-guest", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (memory->fd < 0)
		die(END_PLATFORM, "the host gives no memory file: memfd_create: %s",
		    strerror(errno));
	if (ftruncate(memory->fd, (off_t)memory->bytes) < 0)
		die(END_PLATFORM, "the host gives no memory file of %" PRIu64 " MiB: %s",
		    amount / MIB, strerror(errno));
	/* A server of a device has the file too. If that made it shorter, we would get SIGBUS. */
	if (fcntl(memory->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		die(END_PLATFORM, "the memory file cannot be sealed: %s", strerror(errno));
	check_executable(memory->fd);
}

/* Copies from a file to the memory file, in the host's kernel. */
static void copy(int to, uint64_t address, int from, uint64_t offset, uint64_t size,
		 const char *name)
{
	off_t at = (off_t)offset;

	if (lseek(to, (off_t)address, SEEK_SET) < 0)
		die(END_PLATFORM, "the memory file cannot be filled: %s", strerror(errno));
	while (size) {
		ssize_t done = sendfile(to, from, &at, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			die(END_USAGE, "'%s' cannot be loaded: %s", name, strerror(errno));
		if (done == 0)
			die(END_USAGE, "'%s' is cut short: it became smaller while it was read",
			    name);
		size -= (uint64_t)done;
	}
}

static void check_size(const struct memory *memory, const struct kernel *kernel, uint64_t ramdisk)
{
	uint64_t need = (kernel->end + ramdisk + HEADROOM + MIB - 1) / MIB;

	if (memory->amount / MIB < need)
		die(END_USAGE,
		    "too little memory: this kernel%s needs at least %" PRIu64
		    " MiB, --memory gives %" PRIu64,
		    ramdisk ? " with this RAM disk" : "", need, memory->amount / MIB);
	if (!kernel->wide && kernel->end + ramdisk + HEADROOM > RAMDISK_LIMIT)
		die(END_USAGE,
		    "the RAM disk is too large: a 32-bit kernel takes it below %" PRIu64 " MiB",
		    RAMDISK_LIMIT / MIB);
	host_check_memory(memory->amount, kernel->end + ramdisk + HEADROOM);
}

static int open_ramdisk(const char *path, uint64_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		die(END_USAGE, "'%s' cannot be opened: %s", path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		die(END_USAGE, "'%s' is not a regular file", path);
	*size = (uint64_t)status.st_size;
	return fd;
}

void memory_load(struct memory *memory, const struct kernel *kernel, const char *ramdisk)
{
	uint64_t most = kernel->wide ? LAUNCH_HOLE : RAMDISK_LIMIT;
	uint64_t limit = memory->bytes > most ? most : memory->bytes;
	uint64_t size = 0;
	int fd = ramdisk ? open_ramdisk(ramdisk, &size) : -1;

	check_size(memory, kernel, size);
	for (unsigned int i = 0; i < kernel->count; i++) {
		const struct part *s = &kernel->segments[i];

		copy(memory->fd, s->address, kernel->fd, s->offset, s->file_size, "the kernel");
	}
	if (fd >= 0 && size) {
		memory->ramdisk = (limit - size) & ~(PAGE_BYTES - 1);
		memory->ramdisk_bytes = size;
		copy(memory->fd, memory->ramdisk, fd, 0, size, ramdisk);
	}
	if (fd >= 0)
		close(fd);
}

void *memory_map_wedge(const struct kernel *kernel, const char *name)
{
	void *want = (void *)(uintptr_t)LAUNCH_WEDGE_BASE; /* a fixed address, by agreement */
	uint64_t size = kernel->wedge.memory_size;
	void *wedge = mmap(want, size, PROT_READ | PROT_WRITE | PROT_EXEC,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (wedge != want)
		die(END_PLATFORM, "the host has no place for the wedge at 0x%" PRIxPTR ": %s",
		    (uintptr_t)want,
		    wedge == MAP_FAILED ? strerror(errno) : "it is too old (Linux before 4.17)");
	for (uint64_t at = 0; at < size;) {
		ssize_t done = pread(kernel->fd, (char *)wedge + at, size - at,
				     (off_t)(kernel->wedge.offset + at));

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			die(END_USAGE, "'%s' cannot be loaded: %s", name,
			    done ? strerror(errno) : "it became smaller while it was read");
		at += (uint64_t)done;
	}
	return wedge;
}
